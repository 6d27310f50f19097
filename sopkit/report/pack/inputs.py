"""What a pack is made from, and what it becomes."""

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

from markupsafe import Markup

from sopkit.periods import cutoff_of, fiscal_year_periods, period_range
from sopkit.report.book import Book
from sopkit.report.language import language_of
from sopkit.report.look import LookPolicy
from sopkit.report.narrative import Writer

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    import pandas as pd

    from sopkit.report.cells import Number

FACTS = "facts"


@dataclass(frozen=True)
class About:
    """What a pack says of itself: on the cover, in the footer of each page, in the metadata of the PDF."""

    company: str  # short name: the folder of its reports
    title: str  # name in print
    cycle: str
    run_id: str
    data_as_of: date
    currency: str
    language: str = "en"
    country: str = "SE"
    status: Literal["DRAFT", "FINAL"] = "DRAFT"
    revision: str = "r1"
    scenario: str = "base"
    prepared_by: str = ""
    accountable: str = ""
    commit: str = ""  # with a mark where the work tree was not clean
    inputs_hash: str = ""
    gates_passed_over: tuple[str, ...] = ()
    fiscal_year_first_month: int = 1
    version: int = 0  # of the publication; 0: a run that was not published
    approvals: tuple[tuple[str, str, str], ...] = ()  # role that approved, how it said who it is, hash of the event
    override: str = ""  # why it is final in spite of something
    ledger_head: str = ""  # number and hash of the last event that a person caused, taken before rendering
    look: LookPolicy = LookPolicy()
    beside_notebooks: bool = False  # the analysts' edition lies beside the pack, so that sections can link to it
    command: str = ""  # reproduces the run; made from company and cycle where empty

    @property
    def cutoff(self) -> str:
        """The last closed period."""
        return cutoff_of(self.cycle)

    @property
    def reproduce(self) -> str:
        """The command that reproduces the run."""
        return self.command or f"sop run params/{self.company}.yaml --cycle {self.cycle}"


@dataclass(frozen=True)
class PackInputs:
    """The tables of a run by name (empty = not provided), and its facts; packs made from the same inputs share what was read and drawn."""

    tables: Mapping[str, "pd.DataFrame"]
    facts: "pd.DataFrame"
    about: About
    drawn: dict[tuple[str, str], Markup] = field(default_factory=dict, repr=False, compare=False)  # by language and chart
    books: list[Book] = field(default_factory=list, repr=False, compare=False)  # the one book, once it is open


@dataclass(frozen=True)
class Pack:
    """A rendered pack."""

    kind: str
    html: str
    print_html: str
    pdf: bytes
    index: "pd.DataFrame"  # PackIndex
    headline: str  # the message of page one, as plain text


@dataclass(frozen=True)
class Desk:
    """What every page builder has before it: the book of tables, the writer, and who and when."""

    book: Book
    writer: Writer
    about: About
    sheets: frozenset[str] = frozenset()  # families that have a sheet in this pack
    drawn: dict[tuple[str, str], Markup] = field(default_factory=dict, repr=False, compare=False)  # charts by language and name

    @cached_property
    def year(self) -> tuple[str, str]:
        """First and last month of the fiscal year that M0 lies in; the year is called after the last."""
        months = fiscal_year_periods(self.about.cycle, self.about.fiscal_year_first_month)
        return months[0], months[-1]

    @cached_property
    def planned(self) -> list[str]:
        """The next twelve months, from M0 on."""
        return period_range(self.about.cycle, 12)

    @cached_property
    def next_year(self) -> tuple[str, str]:
        """First and last of the next twelve months."""
        return self.planned[0], self.planned[-1]

    def fact(self, name: str, scenario: str = "actual", level: str = "*", period: str = "") -> "Number | None":
        """A fact of a month (the cutoff where no month is named); None where there is none."""
        record = self.book.record(FACTS, id=name, scenario=scenario, level=level, period=period or self.about.cutoff)
        return record.number("value", record.word("unit")) if record else None


def desk_of(inputs: PackInputs) -> Desk:
    """The desk for a pack; a table is read when a page asks for it."""
    writer = Writer(language_of(inputs.about.language), inputs.about.currency)
    if not inputs.books:
        inputs.books.append(Book(ChainMap({FACTS: inputs.facts}, cast("MutableMapping[str, pd.DataFrame]", inputs.tables))))
    return Desk(inputs.books[0], writer, inputs.about, drawn=inputs.drawn)
