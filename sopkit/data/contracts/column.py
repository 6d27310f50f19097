"""What a table promises: its grain, its key and its columns, each with kind, unit and bounds.

A contract is a class that is never instantiated; the class is the data dictionary. Kinds and what they are in a frame:

    code, text   pandas string    codes are compared exactly; text is free
    choice       pandas string    one of `choices`
    period       pandas string    month label `2026-03` (sopkit.periods)
    day          datetime64[s]    a date without time
    number       float64          decimals are those kept on disk
    whole        int64            counts; Int64 where the column is optional, empty = unknown
    flag         bool             boolean where the column is optional, empty = unknown
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

Kind = Literal["code", "text", "choice", "period", "day", "number", "whole", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: what it holds, in what unit, within what bounds."""

    name: str
    meaning: str
    kind: Kind
    unit: str = ""
    required: bool = True  # the column must be there and no cell may be empty
    least: float | None = None
    most: float | None = None
    decimals: int = 6
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()  # headers that mean this column, Swedish and English
    meaning_sv: str = ""  # of an input's column: the meaning in Swedish
    example: str = ""  # of an input's column: a value as a template shows it, in the plain grammar
    sensitive: bool = False  # its values are masked in findings

    def optional(self) -> "Column":
        """The same column, which a sender may leave out or leave empty."""
        return replace(self, required=False)

    def in_swedish(self, meaning: str) -> "Column":
        """The same column with its meaning in Swedish."""
        return replace(self, meaning_sv=meaning)

    def meant(self, meaning: str, meaning_sv: str) -> "Column":
        """The same column with another meaning, in English and Swedish."""
        return replace(self, meaning=meaning, meaning_sv=meaning_sv)

    def renamed(self, name: str, meaning: str, meaning_sv: str) -> "Column":
        """Another column that holds the same kind of value; it takes no headers along."""
        return replace(self, name=name, meaning=meaning, meaning_sv=meaning_sv, aliases=())

    def such_as(self, example: str) -> "Column":
        """The same column with a value that a template shows."""
        return replace(self, example=example)

    def private(self) -> "Column":
        """The same column, whose values findings do not tell."""
        return replace(self, sensitive=True)

    def named(self, *aliases: str) -> "Column":
        """The same column, also known by these headers; the first is the Swedish one, which a Swedish template shows."""
        return replace(self, aliases=self.aliases + aliases)


class Contract:
    """Base of all contracts: `name`, `grain`, `key`, `columns`; `plan` marks tables that the plan hash covers."""

    name: ClassVar[str]
    grain: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    columns: ClassVar[tuple[Column, ...]]
    without: ClassVar[str] = ""  # an input: what is not available where it is not provided
    title_sv: ClassVar[str] = ""  # an input: its docstring in Swedish
    grain_sv: ClassVar[str] = ""  # an input: its grain in Swedish
    plan: ClassVar[bool] = False
    many_rows: ClassVar[bool] = False  # an input: its codes stay categories in memory, as they were read; on disk they are text

    @classmethod
    def column(cls, name: str) -> Column:
        """The column called `name`; KeyError where the table has none."""
        return next(column for column in cls.columns if column.name == name)

    @classmethod
    def column_names(cls) -> list[str]:
        """Names of all columns, in order."""
        return [column.name for column in cls.columns]


def code(name: str, meaning: str) -> Column:
    """A code: compared exactly, never a number (`00123`, `NA`)."""
    return Column(name, meaning, "code")


def text(name: str, meaning: str) -> Column:
    """Free text."""
    return Column(name, meaning, "text")


def choice(name: str, meaning: str, choices: str) -> Column:
    """One of several words, given as `a | b | c`."""
    return Column(name, meaning, "choice", choices=tuple(word.strip() for word in choices.split("|")))


def period(name: str = "period", meaning: str = "month, as 2026-03") -> Column:
    """A month."""
    return Column(name, meaning, "period", unit="month")


def day(name: str, meaning: str) -> Column:
    """A date."""
    return Column(name, meaning, "day", unit="date")


def number(name: str, meaning: str, unit: str, least: float | None = None, most: float | None = None) -> Column:
    """A number with its unit and bounds."""
    return Column(name, meaning, "number", unit=unit, least=least, most=most)


def units(name: str = "quantity", meaning: str = "units", least: float | None = 0) -> Column:
    """A quantity in units of the item."""
    return Column(name, meaning, "number", unit="units", least=least)


def money(name: str, meaning: str, least: float | None = None) -> Column:
    """An amount in the company's currency."""
    return Column(name, meaning, "number", unit="money", least=least)


def share(name: str, meaning: str, most: float | None = 1) -> Column:
    """A fraction: 0..1."""
    return Column(name, meaning, "number", unit="share", least=0, most=most)


def whole(name: str, meaning: str, unit: str, least: float | None = 0) -> Column:
    """A whole number."""
    return Column(name, meaning, "whole", unit=unit, least=least)


def flag(name: str, meaning: str) -> Column:
    """True or false."""
    return Column(name, meaning, "flag")
