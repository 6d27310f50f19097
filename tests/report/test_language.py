"""Languages: formats, and catalogues that miss nothing."""

import re
from datetime import date
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from sopkit.data.contracts import CONTRACTS
from sopkit.data.finding_rules import RULES
from sopkit.errors import ParamsError
from sopkit.report.language import catalogue_file, known_languages, language_of
from sopkit.report.suite import ROOT

NBSP, MINUS = "\u00a0", "\u2212"


def messages() -> set[str]:
    """Every string that packs print in a language."""
    found = {contract.without for contract in CONTRACTS.values() if contract.without}
    found |= {words for rule in RULES.values() for words in (rule.title, rule.holds, rule.do)}
    sources = [
        *(("python", path, ("N_", "say", "text")) for path in sorted((ROOT / "sopkit" / "report").rglob("*.py"))),
        *(("jinja2.ext:babel_extract", path, ("_", "say")) for path in sorted((ROOT / "templates").rglob("*.j2"))),
    ]
    for method, path, keywords in sources:
        for _, message, _, _ in extract_from_file(method, str(path), keywords=dict.fromkeys(keywords)):
            found |= {message} if isinstance(message, str) else set()
    return found


def test_numbers() -> None:
    english, swedish = language_of("en"), language_of("sv")
    assert english.decimal(-1234567.891, 1) == f"{MINUS}1{NBSP}234{NBSP}567.9"
    assert swedish.decimal(-1234567.891, 1) == f"{MINUS}1{NBSP}234{NBSP}567,9"
    assert english.decimal(12, 1, signed=True) == "+12.0"
    assert english.decimal(-0.04, 1) == "0.0"  # no minus before a zero
    assert english.percent(0.985, 1) == "98.5%"
    assert swedish.percent(-0.985, 1) == f"{MINUS}98,5{NBSP}%"
    assert swedish.percent(0.07, 0, signed=True) == f"+7{NBSP}%"


def test_dates() -> None:
    assert language_of("sv").day(date(2026, 3, 27)) == f"27{NBSP}mars{NBSP}2026"
    assert language_of("en").day(date(2026, 3, 27), "short") == f"27{NBSP}Mar"
    assert language_of("en").month("2026-03", "column") == "Mar\n2026"
    assert language_of("sv").month("2026-05", "long") == f"maj{NBSP}2026"


def test_an_unknown_language_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ParamsError, match="one of en, sv"):
        language_of("xx")


def test_swedish_misses_nothing_and_keeps_nothing_old() -> None:
    with catalogue_file("sv").open("rb") as source:
        catalogue = read_po(source, locale="sv")
    translated = {str(entry.id) for entry in catalogue if entry.id and entry.string and not entry.fuzzy}
    assert messages() - translated == set()
    assert translated - messages() == set()


def test_translations_fill_the_same_places() -> None:
    swedish = language_of("sv")
    places = {message: re.findall(r"{\w+}", message) for message in messages()}
    assert [message for message, names in places.items() if sorted(names) != sorted(re.findall(r"{\w+}", swedish.text(message)))] == []


def test_no_message_holds_a_figure() -> None:
    swedish = language_of("sv")
    assert [message for message in messages() if re.search(r"\d", message + swedish.text(message))] == []


def test_languages_are_those_with_a_catalogue() -> None:
    assert known_languages() == ["en", "sv"]
    assert Path(catalogue_file("sv")).is_file()
