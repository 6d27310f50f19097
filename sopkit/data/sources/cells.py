"""Rules on the distinct values of a column, and the rows in which a broken value stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from sopkit.data.contracts.column import Column
from sopkit.data.findings import LISTED, Finding, FindingLog, Outcome
from sopkit.data.parsing import (
    Fault,
    Grammar,
    choice_of,
    code_of,
    date_of,
    flag_of,
    month_of,
    month_of_day,
    number_of,
    trimmed,
)
from sopkit.data.sources.many import plain_values
from sopkit.data.sources.raw import Cells, Mask, RawTable

Meaning = Callable[[object], object]
Reader = Callable[[object], tuple[object, Fault | None, Fault | None]]
MANY = 500  # distinct texts beyond which the plain ones are read all at once
VALUE_TYPES = {
    "number": "numbers",
    "whole": "numbers",
    "day": "days",
    "period": "words",
    "code": "words",
    "text": "words",
    "choice": "words",
    "flag": "flags",
}
EXACT_DIGITS = 15  # digits that a spreadsheet keeps
SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119 as a spreadsheet counts days
SERIAL_START = date(1899, 12, 30)


@dataclass(frozen=True)
class ParsedCells:
    """The values of a column with what they mean: nothing where blank or broken, and which have a fault or a repair.

    `values` are as `kind` says: numbers and counts float64 (NaN = nothing), words an Arrow array (null = nothing), days
    datetime64[s] (NaT), flags objects (None).
    """

    kind: str
    values: npt.NDArray | pa.Array
    cells: Cells
    faulty: Mask  # of each value
    repaired: Mask
    explain: Callable[[int], Fault]  # the fault or the repair of a value

    @property
    def broken(self) -> Mask:
        """Whether the value in each row has a fault."""
        return self._rows(self.faulty)

    @property
    def nothing(self) -> Mask:
        """Whether each value means nothing."""
        if isinstance(self.values, pa.Array):
            return self.values.is_null().to_numpy(zero_copy_only=False)
        if self.values.dtype == object:
            return np.array([value is None for value in self.values], bool)
        return np.isnat(self.values) if self.values.dtype.kind == "M" else np.isnan(self.values)

    @property
    def blank(self) -> Mask:
        """Whether the cell in each row means nothing and has no fault."""
        return self._rows(self.nothing & ~self.faulty)

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """The values as an Arrow array, nothing = null."""
        if isinstance(self.values, pa.Array):
            return self.values.cast(kind)
        return pa.array(self.values, mask=self.nothing).cast(kind)

    def tell(self, table: RawTable, header: str, log: FindingLog) -> None:
        """Write a finding for each row with a fault or a repair."""
        self._tell(self.faulty, "REJECT", table, header, log)
        self._tell(self.repaired, "REPAIR", table, header, log)

    def _rows(self, which: Mask) -> Mask:
        return which[self.cells.codes] if which.any() else np.zeros(len(self.cells.codes), bool)

    def _tell(self, which: Mask, outcome: Outcome, table: RawTable, header: str, log: FindingLog) -> None:
        if not which.any():
            return
        hits = np.flatnonzero(which[self.cells.codes])
        faults: dict[int, tuple[Fault, str]] = {}
        for hit in hits[:LISTED].tolist():
            code = int(self.cells.codes[hit])
            if code not in faults:
                faults[code] = (self.explain(code), str(self.cells.values[code])[:200])
            fault, came = faults[code]
            column, cell = table.place(header, hit)
            row = int(table.rows[hit])
            log.note(Finding(table.origin, fault.rule, fault.message, outcome, fault.hint, table.sheet, row, column, cell, came))
        if len(hits) > LISTED:
            told = f"{len(hits) - LISTED} more cells of this column, not listed one by one"
            log.note(Finding(table.origin, "more_of_the_same", told, outcome, sheet=table.sheet, column=header))


def parsed_cells(cells: Cells, kind: str, grammar: Grammar, empty_marks: Sequence[str] = (), bounds: Column | None = None) -> ParsedCells:
    """What the values of a column mean under a kind.

    Args:
        cells: the column as it came.
        kind: kind of a contract's column.
        grammar: how texts are written.
        empty_marks: texts that mean empty, besides a blank.
        bounds: the contract's column, whose bounds and choices then hold too.

    Returns:
        ParsedCells.
    """
    read = _reader(kind, grammar, tuple(empty_marks), bounds)
    count = len(cells.values)
    faulty, repaired = np.zeros(count, bool), np.zeros(count, bool)
    plain = plain_values(cells.values, kind, grammar, empty_marks) if count > MANY else None
    looked_at = range(count) if plain is None else plain.others.tolist()
    meanings = np.full(len(looked_at), None, object)
    values = cells.values if plain is None else [cells.values[place] for place in looked_at]
    for number, (place, came) in enumerate(zip(looked_at, values, strict=True)):
        meanings[number], fault, repair = read(came)
        faulty[place], repaired[place] = fault is not None, repair is not None
    typed = _typed(meanings, kind)
    if plain is not None:
        typed = plain.with_others(typed)
        faulty |= _out_of_bounds(typed, bounds)
        if faulty.any() and isinstance(typed, np.ndarray):
            typed[faulty] = np.nan

    def explain(place: int) -> Fault:
        _, fault, repair = read(cells.values[place])
        return fault or repair  # type: ignore[return-value]

    return ParsedCells(kind, typed, cells, faulty, repaired, explain)


def _reader(kind: str, grammar: Grammar, empty_marks: tuple[str, ...], bounds: Column | None) -> Reader:
    """Reads one value: what it means (None = nothing), its fault, its repair."""
    meaning = _meaning(kind, grammar, bounds.choices if bounds else ())

    def read(came: object) -> tuple[object, Fault | None, Fault | None]:
        repair = None
        if isinstance(came, str):
            text = trimmed(came)
            if text != came and text:
                repair = Fault("trimmed", f"blanks around {text!r} were left out")
            came = None if not text or text in empty_marks else text
        value = None if came is None else meaning(came)
        if bounds is not None and isinstance(value, float):
            value = _bounded(value, bounds)
        return (None, value, None) if isinstance(value, Fault) else (value, None, repair)

    return read


def _typed(values: npt.NDArray, kind: str) -> npt.NDArray | pa.Array:
    """The values in the type of their kind."""
    form = VALUE_TYPES[kind]
    if form == "words":
        return pa.array(values, pa.large_string())
    if form == "days":
        return np.array([str(value or "NaT") for value in values], dtype="datetime64[s]")
    if form == "numbers":
        return values.astype(np.float64)  # None becomes NaN
    return values


def _meaning(kind: str, grammar: Grammar, choices: tuple[str, ...]) -> Meaning:
    meanings: dict[str, Meaning] = {
        "number": lambda came: _number(came, grammar),
        "whole": lambda came: _number(came, grammar),
        "day": lambda came: _day(came, grammar),
        "period": lambda came: _month(came, grammar),
        "flag": _flag,
        "choice": lambda came: choice_of(came, choices) if isinstance(came, str) else _code(came),
        "code": _code,
        "text": _code,
    }
    return meanings[kind]


def _number(came: object, grammar: Grammar) -> float | Fault:
    if isinstance(came, str):
        return number_of(came, grammar)
    if isinstance(came, bool) or not isinstance(came, (int, float, Decimal)):
        return Fault("not_a_number", f"{came} is a {_kind_of(came)}, not a number", "write a number")
    value = float(came)
    return value if np.isfinite(value) else Fault("not_a_number", f"{came} is no finite number", "write a number, or leave the cell empty")


def _out_of_bounds(values: npt.NDArray | pa.Array, column: Column | None) -> Mask:
    """Where a number lies outside the column's bounds, as `_bounded` says."""
    outside = np.zeros(len(values), bool)
    if column is None or not isinstance(values, np.ndarray):
        return outside
    if column.least is not None:
        outside |= values < column.least
    if column.most is not None:
        outside |= values > column.most
    if column.kind == "whole":
        outside |= ~np.isnan(values) & (values != np.round(values))
    return outside


def _bounded(value: float, column: Column) -> float | Fault:
    if column.least is not None and value < column.least:
        return Fault("out_of_bounds", f"{value:.15g} is less than {column.least:g} {column.unit}", "check the cell")
    if column.most is not None and value > column.most:
        return Fault("out_of_bounds", f"{value:.15g} is more than {column.most:g} {column.unit}", "check the cell; a share is 0..1")
    if column.kind == "whole" and value != round(value):
        return Fault("out_of_bounds", f"{value:.15g} is no whole number", "check the cell")
    return value


def _day(came: object, grammar: Grammar) -> date | Fault:
    if isinstance(came, str):
        return date_of(came, grammar)
    if isinstance(came, datetime):
        if came.tzinfo is not None or (came.hour, came.minute, came.second, came.microsecond) != (0, 0, 0, 0):
            return Fault("time_of_day", f"{came} has a time of day", "send the date alone, in the company's own time zone")
        return came.date()
    if isinstance(came, date):
        return came
    hint = "write a date"
    if isinstance(came, (int, float)) and not isinstance(came, bool) and np.isfinite(came) and int(came) in SERIAL_DAYS:
        hint = f"format the cell as a date: the number would be {SERIAL_START + timedelta(days=int(came))}"
    return Fault("not_a_date", f"{came} is a {_kind_of(came)}, not a date", hint)


def _month(came: object, grammar: Grammar) -> str | Fault:
    if isinstance(came, str):
        return month_of(came, grammar)
    day = _day(came, grammar)
    return day if isinstance(day, Fault) else month_of_day(day)


def _flag(came: object) -> bool | Fault:
    if isinstance(came, bool):
        return came
    return flag_of(str(came))


def _code(came: object) -> str | Fault:
    if isinstance(came, str):
        return code_of(came)
    if isinstance(came, bool):
        return "true" if came else "false"
    if isinstance(came, (date, datetime)):
        return Fault("code_is_a_date", f"a code cell holds the date {came:%Y-%m-%d}", "format the column as text and enter the code again")
    if isinstance(came, (int, float, Decimal)) and np.isfinite(float(came)) and came == int(came):
        digits = str(int(came))
        if len(digits) <= EXACT_DIGITS:
            return digits
    return Fault("code_is_a_number", f"a code cell holds the number {came}", "format the column as text and enter the code again")


def _kind_of(came: object) -> str:
    return (
        "date"
        if isinstance(came, date)
        else "truth value"
        if isinstance(came, bool)
        else "number"
        if isinstance(came, (int, float))
        else "text"
    )
