"""Rules on the distinct values of a column, and the rows in which a broken value stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from sopkit.data.contracts.column import Column
from sopkit.data.findings import LISTED, Finding, FindingLog
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
from sopkit.data.sources.raw import Cells, RawTable, cell_address

Meaning = Callable[[object], object]
EXACT_DIGITS = 15  # digits that a spreadsheet keeps
SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119 as a spreadsheet counts days
SERIAL_START = date(1899, 12, 30)


@dataclass(frozen=True)
class ParsedCells:
    """The distinct values of a column with what they mean: None where blank or broken, and the faults and repairs."""

    values: list[object]
    cells: Cells
    faults: dict[int, Fault]
    repairs: dict[int, Fault]

    @property
    def broken(self) -> np.ndarray:
        """Whether the value in each row has a fault."""
        return self._marked(self.faults)

    @property
    def blank(self) -> np.ndarray:
        """Whether the cell in each row means nothing and has no fault."""
        nothing = np.array([value is None and index not in self.faults for index, value in enumerate(self.values)] or [True])
        return nothing[self.cells.codes]

    def tell(self, table: RawTable, header: str, log: FindingLog) -> None:
        """Write a finding for each row with a fault or a repair."""
        self._tell(self.faults, "REJECT", table, header, log)
        self._tell(self.repairs, "REPAIR", table, header, log)

    def _marked(self, which: dict[int, Fault]) -> np.ndarray:
        marks = np.zeros(max(len(self.values), 1), bool)
        marks[list(which)] = True
        return marks[self.cells.codes]

    def _tell(self, which: dict[int, Fault], outcome: str, table: RawTable, header: str, log: FindingLog) -> None:
        if not which:
            return
        position = table.header.index(header) if header in table.header else -1
        hits = np.flatnonzero(self._marked(which))
        for hit in hits[:LISTED]:
            code, row = int(self.cells.codes[hit]), int(table.rows[hit])
            fault, came = which[code], str(self.cells.values[code])[:200]
            cell = cell_address(row, position) if table.sheet and position >= 0 else ""
            log.note(Finding(table.origin, fault.rule, fault.message, outcome, fault.hint, table.sheet, row, header, cell, came))  # type: ignore[arg-type]
        if len(hits) > LISTED:
            told = f"{len(hits) - LISTED} more cells of this column, not listed one by one"
            log.note(Finding(table.origin, "more_of_the_same", told, outcome, sheet=table.sheet, column=header))  # type: ignore[arg-type]


def parsed_cells(cells: Cells, kind: str, grammar: Grammar, empty_marks: Sequence[str] = (), bounds: Column | None = None) -> ParsedCells:
    """What the distinct values of a column mean under a kind.

    Args:
        cells: the column as it came.
        kind: kind of a contract's column.
        grammar: how texts are written.
        empty_marks: texts that mean empty, besides a blank.
        bounds: the contract's column, whose bounds and choices then hold too.

    Returns:
        ParsedCells: text str, numbers float, dates date, flags bool; None where the cell is blank.
    """
    meaning = _meaning(kind, grammar, bounds.choices if bounds else ())
    values: list[object] = []
    faults: dict[int, Fault] = {}
    repairs: dict[int, Fault] = {}
    for index, came in enumerate(cells.values):
        if isinstance(came, str):
            text = trimmed(came)
            if text != came and text:
                repairs[index] = Fault("trimmed", f"blanks around {text!r} were left out")
            came = None if not text or text in empty_marks else text
        value = None if came is None else meaning(came)
        if bounds is not None and isinstance(value, float):
            value = _bounded(value, bounds)
        if isinstance(value, Fault):
            faults[index] = value
            repairs.pop(index, None)
            value = None
        values.append(value)
    return ParsedCells(values, cells, faults, repairs)


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
