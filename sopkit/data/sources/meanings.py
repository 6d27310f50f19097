"""What one cell means under a kind: a value, the fault that it has instead, or the repair that brought it there."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from unicodedata import normalize

import numpy as np

from sopkit.data.contracts.column import Column
from sopkit.data.parsing import (
    INVISIBLE,
    SERIAL_DAYS,
    Fault,
    Grammar,
    choice_of,
    code_of,
    date_of,
    flag_of,
    month_of,
    month_of_day,
    number_of,
    serial_day,
    text_of,
    trimmed,
)

Meaning = Callable[[object], object]
Reader = Callable[[object], tuple[object, Fault | None, Fault | None]]
EXACT_DIGITS = 15  # digits that a spreadsheet keeps
NUMBERS, DAYS = ("number", "whole"), ("day", "period")
_NO_INVISIBLE = str.maketrans("", "", INVISIBLE)


class NotCalculated:
    """Stands in a cell of a workbook whose formula has no value."""

    def __str__(self) -> str:
        return ""


class PaddedNumber(str):
    """A number of a workbook as its format shows it, with leading zeros: `00123`."""


NOT_CALCULATED = NotCalculated()


def reader(kind: str, grammar: Grammar, empty_marks: frozenset[str], bounds: Column | None, *, from_sheet: bool) -> Reader:
    """Reads one value: what it means (None = nothing), its fault, its repair.

    Args:
        kind: kind of a contract's column.
        grammar: how texts are written.
        empty_marks: texts that mean empty.
        bounds: the contract's column, or None.
        from_sheet: the cells come from a workbook.
    """
    meaning = _meaning(kind, grammar, bounds.choices if bounds else ())

    def read(came: object) -> tuple[object, Fault | None, Fault | None]:
        if isinstance(came, NotCalculated):
            hint = "open the workbook in the spreadsheet, let it calculate, save it"
            return None, Fault("not_calculated", "the cell's formula has no value", hint), None
        cleaned = _cleaned(came, kind)
        value = None if cleaned is None or cleaned in empty_marks else meaning(cleaned)
        if bounds is not None and isinstance(value, float):
            value = _bounded(value, bounds)
        if isinstance(value, Fault):
            return None, value, None
        return value, None, None if value is None else _repair(came, cleaned, kind, grammar, from_sheet)

    return read


def _cleaned(came: object, kind: str) -> object:
    """A cell without blanks around it; None where nothing is left. A code: without invisible signs at all, accents on their letters."""
    if not isinstance(came, str):
        return came
    text = trimmed(came)
    return (text if kind != "code" else normalize("NFC", text.translate(_NO_INVISIBLE))) or None


def _repair(came: object, cleaned: object, kind: str, grammar: Grammar, from_sheet: bool) -> Fault | None:
    """What was done to a cell to give it its meaning; None where it was as it should be."""
    if isinstance(came, PaddedNumber):
        return None if kind in NUMBERS else Fault("leading_zeros", f"the number {int(came)} is shown as {str(came)!r}, and was taken so")
    if kind in DAYS and grammar.allow_serial and _is_serial(cleaned):
        return Fault("date_serial", f"{cleaned} was taken as a spreadsheet's number of days")
    if isinstance(came, float) and kind == "code":
        return Fault("code_was_number", f"the number {came} was taken as the code {int(came)}")
    if isinstance(came, str) and came != cleaned:
        if normalize("NFC", came) == cleaned:
            return Fault("trimmed", f"accents that were signs of their own in {cleaned!r} were put on their letters")
        told = "blanks around" if trimmed(came) == cleaned else "invisible signs in"
        return Fault("trimmed", f"{told} {cleaned!r} were left out")
    if from_sheet and kind in NUMBERS and isinstance(came, str):
        return Fault("number_as_text", f"{came!r} is a number written as text")
    return None


def _is_serial(value: object) -> bool:
    if isinstance(value, str):
        return serial_day(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == int(value) and int(value) in SERIAL_DAYS


def _meaning(kind: str, grammar: Grammar, choices: tuple[str, ...]) -> Meaning:
    meanings: dict[str, Meaning] = {
        "number": lambda came: _number(came, grammar),
        "whole": lambda came: _number(came, grammar),
        "day": lambda came: _day(came, grammar),
        "period": lambda came: _month(came, grammar),
        "flag": _flag,
        "choice": lambda came: choice_of(came, choices) if isinstance(came, str) else _code(came),
        "code": lambda came: code_of(came) if isinstance(came, str) else _code(came),
        "text": lambda came: text_of(came) if isinstance(came, str) else _code(came),
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
        if came.tzinfo is not None and grammar.time_zone:
            return came.astimezone(grammar.zone).date()
        if came.tzinfo is not None or (came.hour, came.minute, came.second, came.microsecond) != (0, 0, 0, 0):
            return Fault(
                "time_of_day", f"{came} has a time of day", "send the date alone, in the company's own time zone, or declare time_zone"
            )
        return came.date()
    if isinstance(came, date):
        return came
    hint = "write a date"
    if isinstance(came, (int, float)) and np.isfinite(came) and _is_serial(came):
        day = serial_day(str(int(came)))
        if grammar.allow_serial and day:
            return day
        hint = f"format the cell as a date, or declare allow_serial: the number would be {day}"
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
    """A code that did not come as text."""
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
