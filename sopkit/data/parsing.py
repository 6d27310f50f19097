"""What a text means under a declared grammar: a value, or the reason why it has none. Nothing is guessed.

Pure functions of one text, used on the distinct texts of a column. Numbers are those of the dialect and no others:
`inf`, `nan`, `1_000` and `1e400` are refused; blank is never zero; codes stay text.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sopkit.data.cell_words import (
    FALSE_WORDS,
    MONTH_NAME,
    MONTH_NAMES,
    SPREADSHEET_ERROR,
    SPREADSHEET_ERRORS,
    TOTAL_LAST,
    TOTAL_WORDS,
    TRUE_WORDS,
)

SPACES = "\u00a0\u202f "  # no-break space, narrow no-break space, space
GROUPS = {" ": SPACES, "'": "'\u2019"}  # thousands separators that are written in several ways
MINUS = "\u2212"
_INVISIBLE = (*range(1, 9), 11, 12, *range(14, 31), 127)  # control signs; 31 stands for stray quotes while a file is parsed
_INVISIBLE += (0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0x2066, 0x206A), 0xFEFF)
INVISIBLE = "".join(map(chr, _INVISIBLE))  # besides them soft hyphens, signs of no width, marks of direction
TRIMMED = " \t\r\n\u00a0\u202f\u1680\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B))) + INVISIBLE
YEARS = range(1990, 2100)
DATE_TOKENS = {
    "YYYY": "[0-9]{4}",
    "YY": "[0-9]{2}",
    "MMM": rf"{MONTH_NAME}\.?",
    "MM": "[0-9]{2}",
    "M": "[0-9]{1,2}",
    "DD": "[0-9]{2}",
    "D": "[0-9]{1,2}",
}
CENTURY = 2000  # of a year that is written with two digits
WEEK_FORMATS = {
    "YYWW": "(?P<Y>[0-9]{2})(?P<W>[0-9]{2})",
    "YYYYWW": "(?P<Y>[0-9]{4})(?P<W>[0-9]{2})",
    "YYYY-Www": "(?P<Y>[0-9]{4})-W(?P<W>[0-9]{2})",
    "v.W YYYY": r"v\.? ?(?P<W>[0-9]{1,2}) (?P<Y>[0-9]{4})",
}  # ISO weeks, Swedish and other; a week is its Monday
SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119 as a spreadsheet counts days
SERIAL_START = date(1899, 12, 30)


class Fault(NamedTuple):
    """Why a text has no value."""

    rule: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Grammar:
    """How numbers and dates are written: decimal sign, thousands separator (space: also the no-break ones, ': also ’), date format.

    A date format holds one of YYYY, YY (20YY), one of MM, M (without leading zero), MMM (jan, février, Mär. …),
    and at most one of DD, D; or it is one of WEEK_FORMATS. With `time_zone` a moment with its offset from UTC (ISO 8601) is
    the day that it is there; with `allow_serial` a day may be the number that a spreadsheet counts.
    """

    decimal: str = "."
    thousands: str = ""
    date_format: str = "YYYY-MM-DD"
    trailing_minus: bool = False  # `100-` is -100
    allow_serial: bool = False
    time_zone: str = ""

    @cached_property
    def number(self) -> re.Pattern[str]:
        """Numbers of the dialect: optional minus, digits in proper groups, optional decimals, optional power of ten."""
        group = f"[{re.escape(GROUPS.get(self.thousands, self.thousands))}]"
        whole = rf"[0-9]{{1,3}}(?:{group}[0-9]{{3}})+|[0-9]+" if self.thousands else "[0-9]+"
        return re.compile(rf"[-{MINUS}]?(?:{whole})(?:{re.escape(self.decimal)}[0-9]+)?(?:[eE][+-]?[0-9]{{1,3}})?")

    @cached_property
    def zone(self) -> ZoneInfo:
        """The declared time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def date(self) -> re.Pattern[str]:
        """Dates of the declared format."""
        if self.date_format in WEEK_FORMATS:
            return re.compile(WEEK_FORMATS[self.date_format])
        parts = (
            f"(?P<{part[0]}>{DATE_TOKENS[part]})" if part in DATE_TOKENS else re.escape(part) for part in date_tokens(self.date_format)
        )
        return re.compile("".join(parts))


PLAIN = Grammar()
_OTHER_NUMBERS = re.compile(r"-?[0-9]{1,3}(?:[., '\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?|-?[0-9]+[.,][0-9]+")
_WITH_UNIT = re.compile(r"(?:[A-Za-zÅÄÖåäö€$£%]+\.?\s*-?[0-9][0-9., ]*|-?[0-9][0-9., \u00a0]*\s*[A-Za-zÅÄÖåäö€$£%]+\.?)")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_PRECISION_LOST = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]{2,3}")
_WEEK = re.compile(r"[0-9]{4}-?W[0-9]{1,2}|v\.? ?[0-9]{1,2}(?: [0-9]{4})?|(?:20)?[0-9]{4}", re.IGNORECASE)
_ANY_DATE = re.compile(r"[0-9]{1,4}[-./ ](?:[0-9]{1,2}|[A-Za-z]{3})[-./ ][0-9]{1,4}(?:[T ].*)?|[0-9]{8}")
_TOTAL = re.compile(rf"(?:{TOTAL_WORDS})(?:[:\s].*)?|\S.*\s(?:{TOTAL_LAST})", re.IGNORECASE)
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def class_of(signs: str) -> str:
    """A class of signs as RE2 writes it."""
    return "[" + "".join(f"\\x{{{ord(sign):x}}}" for sign in signs) + "]"


def trimmed(text: str) -> str:
    """The text without blanks, no-break spaces and invisible signs around it."""
    return text.strip(TRIMMED)


def spreadsheet_fault(text: str) -> Fault | None:
    """The fault of a cell that holds a spreadsheet's error value, in whatever language; None where it holds none."""
    if text.startswith("#") and (text.upper() in SPREADSHEET_ERRORS or SPREADSHEET_ERROR.fullmatch(text.upper())):
        return Fault("spreadsheet_error", f"the cell holds the spreadsheet error {text}", "mend the formula in the sender's file")
    return None


def number_of(text: str, grammar: Grammar) -> float | Fault:
    """The number that a trimmed text means under the dialect."""
    if grammar.trailing_minus and text.endswith("-") and text[:1] not in ("-", MINUS):
        text = "-" + text[:-1]
    if not grammar.number.fullmatch(text):
        return _number_fault(text, grammar)
    plain = text.replace(MINUS, "-")
    if grammar.thousands:
        for sign in GROUPS.get(grammar.thousands, grammar.thousands):
            plain = plain.replace(sign, "")
    value = float(plain.replace(grammar.decimal, "."))
    if value in (float("inf"), float("-inf")):
        return Fault("not_a_number", f"{text!r} is too large for a number", "check the cell")
    return value


def _number_fault(text: str, grammar: Grammar) -> Fault:
    expected = (
        f"decimal sign {grammar.decimal!r}, thousands separator {grammar.thousands!r}"
        if grammar.thousands
        else (f"decimal sign {grammar.decimal!r}, no thousands separator")
    )
    if fault := spreadsheet_fault(text):
        return fault
    if _OTHER_NUMBERS.fullmatch(text):
        return Fault(
            "other_dialect",
            f"{text!r} is written in another way than declared ({expected})",
            "correct the cell, or declare decimal and thousands",
        )
    if text.endswith("-") and grammar.number.fullmatch(text[:-1]):
        return Fault("not_a_number", f"{text!r} has its minus behind the number", "write the minus in front, or declare trailing_minus")
    if _WITH_UNIT.fullmatch(text):
        return Fault("not_a_number", f"{text!r} is a number with a unit or currency", "leave the unit out of the cell")
    return Fault("not_a_number", f"{text!r} is not a number", f"write a number with {expected}")


def date_tokens(form: str) -> list[str]:
    """A date format as its tokens and the signs between them: `D-MMM-YY` is `D`, `-`, `MMM`, `-`, `YY`."""
    return re.findall("YYYY|YY|MMM|MM|M|DD|D|.", form)


def date_of(text: str, grammar: Grammar) -> date | Fault:
    """The date that a trimmed text means under the declared format; the first of the month where the format has no day."""
    found = grammar.date.fullmatch(text)
    if not found:
        return _day_otherwise(text, grammar)
    parts = found.groupdict()
    year = int(parts["Y"]) + (CENTURY if len(parts["Y"]) == 2 else 0)
    if year not in YEARS:
        return Fault("impossible_date", f"{text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}", "check the year")
    try:
        if "W" in parts:
            return date.fromisocalendar(year, int(parts["W"]), 1)
        return date(year, MONTH_NAMES.get(parts["M"].casefold().rstrip(".")) or int(parts["M"]), int(parts.get("D", 1)))
    except ValueError:
        return Fault("impossible_date", f"{text!r} is no day of the calendar", "check day and month")


def _day_otherwise(text: str, grammar: Grammar) -> date | Fault:
    """The day of a text that is not in the date format: a moment, a spreadsheet's count of days, where declared; else why not."""
    serial = serial_day(text)
    if serial and grammar.allow_serial:
        return serial
    if _MOMENT.fullmatch(text):
        return _day_of_moment(text, grammar)
    if fault := spreadsheet_fault(text):
        return fault
    expected = f"write it as {grammar.date_format}"
    if serial:
        hint = f"as a spreadsheet counts days it would be {serial}: {expected}, or declare allow_serial"
        return Fault("not_a_date", f"{text!r} is a number, not a date", hint)
    if _ANY_DATE.fullmatch(text):
        told = f"{text!r} is not written as {grammar.date_format}"
        return Fault("other_date_format", told, "correct the cell, or declare date_format")
    if _WEEK.fullmatch(text):
        hint = f"{expected}, or declare one of the date formats {', '.join(WEEK_FORMATS)}"
        return Fault("not_a_date", f"{text!r} may be a week or a month (YYWW or YYMM)", hint)
    return Fault("not_a_date", f"{text!r} is not a date", expected)


def _day_of_moment(text: str, grammar: Grammar) -> date | Fault:
    if not grammar.time_zone:
        return Fault("other_date_format", f"{text!r} is a moment, not a day", "send the day alone, or declare time_zone")
    try:
        day = datetime.fromisoformat(text).astimezone(grammar.zone).date()
    except ValueError:
        return Fault("impossible_date", f"{text!r} is no moment of the calendar", "check day and time")
    return day if day.year in YEARS else Fault("impossible_date", f"{text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}")


def serial_day(text: str) -> date | None:
    """The day that a spreadsheet means by a whole number of five digits; None for other texts."""
    if len(text) == 5 and text.isascii() and text.isdigit() and int(text) in SERIAL_DAYS:
        return SERIAL_START + timedelta(days=int(text))
    return None


def month_of(text: str, grammar: Grammar) -> str | Fault:
    """The month label that a trimmed text means: `2026-03`, or the first or last day of a month in the declared format."""
    if found := _MONTH.fullmatch(text):
        if int(found[1]) not in YEARS:
            return Fault("impossible_date", f"{text!r} lies outside the years {YEARS[0]} to {YEARS[-1]}", "check the year")
        return text
    day = date_of(text, grammar)
    if isinstance(day, date) and grammar.date_format in WEEK_FORMATS:
        return Fault("not_a_month", f"{text!r} is a week, where a month is expected", "give the month")
    if isinstance(day, Fault):
        return (
            Fault(day.rule, f"{text!r} is not a month", "write it as 2026-03, or as a day in the declared date_format")
            if day.rule != "spreadsheet_error" and "week" not in day.message
            else day
        )
    return month_of_day(day)


def month_of_day(day: date) -> str | Fault:
    """The label of a month that is given by its first or last day."""
    is_last = date.fromordinal(day.toordinal() + 1).day == 1
    if day.day != 1 and not is_last:
        return Fault("not_a_month", f"{day} is a day inside a month, where a month is expected", "give the month, or its first or last day")
    return f"{day.year:04d}-{day.month:02d}"


def flag_of(text: str) -> bool | Fault:
    """True or false, as one of a few words of the languages that months are read in, 1 or 0."""
    word = text.casefold()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    return spreadsheet_fault(text) or Fault("not_a_flag", f"{text!r} is neither true nor false", "write true or false")


def code_of(text: str) -> str | Fault:
    """A code, exactly as written: `00123`, `1E5`, `NA` and `NO` stay what they are; `7,35E+12` has lost its digits."""
    if _PRECISION_LOST.fullmatch(text):
        hint = "format the column as text and enter the code again"
        return Fault("precision_lost", f"{text!r} is a long number that a spreadsheet has shortened", hint)
    return spreadsheet_fault(text) or text


def text_of(text: str) -> str | Fault:
    """Free text, exactly as written."""
    return spreadsheet_fault(text) or text


def choice_of(text: str, choices: tuple[str, ...]) -> str | Fault:
    """One of the words allowed, whatever its case."""
    if text in choices:
        return text
    same = [word for word in choices if word.casefold() == text.casefold()]
    return (
        same[0]
        if same
        else spreadsheet_fault(text) or Fault("not_a_choice", f"{text!r} is none of {' | '.join(choices)}", "use one of these words")
    )


def is_total_label(text: str) -> bool:
    """Whether a cell names a totals row (`Summa`, `Grand total`, `Total 2026-03`, `Grills total`)."""
    return _TOTAL.fullmatch(trimmed(text)) is not None
