"""What may be printed in a pack: numbers, words, months, days and codes, each with the cell it comes from.

A source is written `table#key=value&key=value.column`; an aggregate `sum(table#…column)`, also `max` and `min`; what is computed
from other numbers `difference(a|b)`, `ratio(a|b)`, `product(a|b)`, `total(a|b|…)` or `size(a)`; `count(table#…)` is a number of
rows, `count(a|b|…)` of the things it lists, `share(table#…one<=other)` of the rows of which that is true. A key that the table does
not have (`family`) is joined from `items`; `2026-03..2026-08` is a span of months. The tests read the same notation and compute
each printed number again.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from urllib.parse import quote

Verdict = Literal["", "good", "bad"]


@dataclass(frozen=True)
class Scale:
    """Thousands or millions: what values are divided by, the prefix of the unit, and decimals."""

    divisor: float = 1
    prefix: str = ""
    decimals: int = 0


@dataclass(frozen=True)
class Number:
    """A number with its unit and its source; `value` None is not available."""

    value: float | None
    unit: str  # money, units, share, ratio, points (the difference of two shares), turns, days, hours, people, money per hour, …
    source: str
    decimals: int | None = None
    signed: bool = False
    scale: Scale | None = None
    verdict: Verdict = ""
    with_unit: bool = False
    reason: str = ""  # why it is not available

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    def change(self) -> "Number":
        """The same number, always with its sign."""
        return replace(self, signed=True)

    def long(self) -> "Number":
        """The same number, with its unit beside it."""
        return replace(self, with_unit=True)

    def judged(self, good: bool | None) -> "Number":
        """The same number, marked good or bad for the business; None leaves it unmarked."""
        return self if good is None or self.value is None else replace(self, verdict="good" if good else "bad")

    def size(self) -> "Number":
        """Its absolute value, for sentences that say the direction in words."""
        return self if self.value is None else replace(self, value=abs(self.value), source=f"size({self.source})")


@dataclass(frozen=True)
class Words:
    """Text from a table."""

    text: str
    source: str


@dataclass(frozen=True)
class Month:
    """A month."""

    period: str
    form: str = "short"


@dataclass(frozen=True)
class Day:
    """A date."""

    day: date
    form: str = "long"


@dataclass(frozen=True)
class Code:
    """An id, a code or a hash: printed as it is."""

    code: str


Cell = Number | Words | Month | Day | Code | str


def source_of(table: str, key: Mapping[str, object], column: str, how: str = "") -> str:
    """Where a cell, or an aggregate (`sum`, `max`, `min`) of cells, comes from."""
    rows = "&".join(f"{name}={quote(str(value), safe=' *./-:,åäöÅÄÖ')}" for name, value in key.items())
    cell = f"{table}#{rows}.{column}"
    return f"{how}({cell})" if how else cell


def known(value: object) -> float | None:
    """A value as a float; None where it is missing."""
    if value is None:
        return None
    number = float(value)  # type: ignore[arg-type]
    return None if math.isnan(number) else number


def difference(one: Number, other: Number) -> Number:
    """`one` minus `other`, in the unit of `one`, of shares in percentage points; not available where either is not."""
    value = None if one.value is None or other.value is None else one.value - other.value
    unit = "points" if one.unit in ("share", "ratio") else one.unit
    return Number(value, unit, f"difference({one.source}|{other.source})", one.decimals, reason=one.reason or other.reason)


def ratio(one: Number, other: Number, unit: str = "ratio") -> Number:
    """`one` over `other`; not available where either is not, or where `other` is zero."""
    value = None if one.value is None or not other.value else one.value / other.value
    return Number(value, unit, f"ratio({one.source}|{other.source})", reason=one.reason or other.reason)


def total(numbers: Iterable[Number], unit: str) -> Number:
    """The sum of the numbers that are available."""
    parts = [number for number in numbers if number.value is not None]
    value = sum(number.value or 0.0 for number in parts) if parts else None
    return Number(value, unit, "total(" + "|".join(number.source for number in parts) + ")")


def count(table: str, rows: int, condition: str = "") -> Number:
    """How many rows a table has, of those that the condition (`status=provided`) names."""
    return Number(float(rows), "count", f"count({table}#{condition})")


def listed(names: Sequence[str]) -> Number:
    """How many things there are; its source lists them."""
    return Number(float(len(names)), "count", "count(" + "|".join(quote(name, safe=" ") for name in names) + ")")
