"""Languages of the packs: gettext catalogues compiled in memory, and Babel's formats.

English is the language of the source; every other language has `templates/locale/<code>/LC_MESSAGES/sopkit.po`.
Groups are no-break spaces and the minus is U+2212 in every language; decimals follow the language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from sopkit.errors import ParamsError, Problem
from sopkit.periods import first_day
from sopkit.report.suite import TEMPLATES

NBSP, MINUS, EN_DASH = "\u00a0", "\u2212", "\u2013"
CATALOGUES = TEMPLATES / "locale"
MONTH_FORMS = {"long": "MMMM y", "short": "MMM y", "name": "MMM", "year": "y", "column": "MMM\ny"}
DAY_FORMS = {"long": "d MMMM y", "short": "d MMM"}


@dataclass(frozen=True)
class Language:
    """A language: its messages, and how it writes numbers, months and days."""

    code: str
    messages: Mapping[str, str]

    def text(self, message: str) -> str:
        """The message in this language; the English one where it is not translated."""
        return self.messages.get(message) or message

    def decimal(self, value: float, decimals: int, *, signed: bool = False) -> str:
        """A number with a fixed number of decimals, NBSP groups and a true minus."""
        return self._formatted(value, decimals, signed, percent=False)

    def percent(self, share: float, decimals: int, *, signed: bool = False) -> str:
        """A share (1 = 100 %) in per cent, as the language spaces it."""
        return self._formatted(share, decimals, signed, percent=True)

    def _formatted(self, value: float, decimals: int, signed: bool, *, percent: bool) -> str:
        rounded = round(float(value) * (100 if percent else 1), decimals)
        written = f"{abs(rounded):,.{decimals}f}".replace(",", NBSP).replace(".", _decimal_sign(self.code))
        if percent:
            written += "%" if self.code == "en" else NBSP + "%"
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return sign + written

    def month(self, period: str, form: str = "short") -> str:
        """A month label (`2026-03`) in words: `long`, `short`, `name`, `year`, or `column` in two lines."""
        return self._dated(first_day(period), MONTH_FORMS[form])

    def day(self, day: date, form: str = "long") -> str:
        """A date in words: `long` or `short`."""
        return self._dated(day, DAY_FORMS[form])

    def _dated(self, day: date, pattern: str) -> str:
        from babel.dates import format_date

        return format_date(day, pattern, locale=self.code).replace(" ", NBSP)


@lru_cache(maxsize=8)
def _decimal_sign(code: str) -> str:
    from babel.numbers import get_decimal_symbol

    return str(get_decimal_symbol(code))


def known_languages() -> list[str]:
    """Codes of the languages that packs can be written in."""
    return ["en", *sorted(path.name for path in CATALOGUES.iterdir() if catalogue_file(path.name).is_file())]


def catalogue_file(code: str) -> Path:
    """The catalogue of a language."""
    return CATALOGUES / code / "LC_MESSAGES" / "sopkit.po"


@lru_cache(maxsize=8)
def language_of(code: str) -> Language:
    """The language called `code`; raises ParamsError where there is no catalogue."""
    if code == "en":
        return Language("en", {})
    if code not in known_languages():
        raise ParamsError("unknown language", [Problem("language", repr(code), "one of " + ", ".join(known_languages()))])
    return Language(code, _messages(catalogue_file(code)))


def _messages(path: Path) -> dict[str, str]:
    from babel.messages.pofile import read_po

    with path.open("rb") as source:
        catalogue = read_po(source, locale=path.parts[-3])
    return {str(entry.id): str(entry.string) for entry in catalogue if entry.id and entry.string and not entry.fuzzy}
