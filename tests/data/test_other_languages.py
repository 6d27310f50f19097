"""Files as companies elsewhere write them: month names, truth words and words of their own."""

import numpy as np
import pytest
from babel import Locale
from openpyxl import Workbook

from sopkit.data.cell_words import MONTH_NAMES
from sopkit.data.findings import FindingLog
from sopkit.data.parsing import Grammar, date_of, flag_of
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.raw import Cells, RawTable
from sopkit.data.sources.reading import read_sources
from sopkit.data.sources.translations import translated
from sopkit.data.sources.unpivot import month_of_header

LANGUAGES = ("en", "sv", "fr", "de", "es", "it", "pt", "nl", "da", "nb", "fi", "pl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_are_known_by_every_name_that_the_locale_data_gives_them(language: str) -> None:
    months = Locale(language).months
    for number in range(1, 13):
        for use in ("format", "stand-alone"):
            for width in ("abbreviated", "wide"):
                name = months[use][width][number].casefold().rstrip(".")
                assert MONTH_NAMES.get(name) == number, (language, name)


def test_a_header_and_a_date_in_french_and_german() -> None:
    assert [month_of_header(header, "MMM YYYY") for header in ("janv. 2026", "Février 2026", "AOÛT 2026", "März 2026", "juil. 2026")] == [
        "2026-01", "2026-02", "2026-08", "2026-03", "2026-07",
    ]  # fmt: skip
    assert str(date_of("3-déc.-25", Grammar(date_format="D-MMM-YY"))) == "2025-12-03"
    assert (flag_of("Oui"), flag_of("nein")) == (True, False)


def test_a_sender_s_own_words_are_read_as_declared_and_told_once() -> None:
    cells = Cells([" Négoce", "Stock", 1.0, None], np.array([0, 0, 1, 2, 3]))
    log = FindingLog()
    read = translated(cells, {"négoce": "buy", "1": "order"}, RawTable("items.csv", ("Type",), 1, (cells,), np.arange(2, 7)), "Type", log)
    assert [read.values[code] for code in read.codes] == ["buy", "buy", "Stock", "order", None]
    found = log.frame()
    assert found["message"].tolist() == ["3 cells were read as declared: 'négoce' as buy, '1' as order"]
    assert found["outcome"].tolist() == ["ACCEPT"]


def test_words_that_are_not_declared_stay_as_they_came() -> None:
    cells = Cells(["Stock"], np.zeros(1, int))
    assert (
        translated(cells, {"négoce": "buy"}, RawTable("items.csv", ("Type",), 1, (cells,), np.arange(2, 3)), "Type", FindingLog()) is cells
    )


@pytest.mark.parametrize(
    ("declared", "last", "outcomes"),
    [
        ({"decimal": ","}, "12,5", ["ACCEPT"]),  # every number is a text, as declared: told once
        ({"decimal": ","}, 12.5, ["REPAIR", "REPAIR"]),  # one is a number: the others are odd
        ({}, "12", ["REPAIR", "REPAIR", "REPAIR"]),  # nothing is said of texts
    ],
)
def test_numbers_of_a_sheet_that_are_all_texts_are_told_once_where_declared(tmp_path, declared, last, outcomes) -> None:
    book = Workbook()
    for row in (["item", "period", "quantity"], ["A", "2026-01", "1"], ["B", "2026-01", "2"], ["C", "2026-01", last]):
        book.active.append(row)
    book.save(tmp_path / "stock.xlsx")
    intake = read_sources({"inventory": Source(file="stock.xlsx", **declared)}, tmp_path, cutoff="2026-01", currency="EUR")
    found = intake.findings[intake.findings["rule"] == "number_as_text"]
    assert found["outcome"].tolist() == outcomes
    assert len(intake.tables["inventory"]) == 3
