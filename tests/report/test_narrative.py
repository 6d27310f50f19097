"""How cells become text."""

from datetime import date

import pandas as pd
import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from sopkit.report.book import Book
from sopkit.report.cells import Code, Day, Month, Number, Words, difference, ratio, source_of, total
from sopkit.report.language import language_of
from sopkit.report.narrative import Scale, Writer, scale_of
from sopkit.report.tables import Column, Row, Table, table
from sopkit.report.templates import rendered

NBSP, MINUS = "\u00a0", "\u2212"
ENGLISH, SWEDISH = Writer(language_of("en"), "SEK"), Writer(language_of("sv"), "SEK")


def money(value: float | None, source: str = "t#.c") -> Number:
    return Number(value, "money", source)


def test_a_number_carries_its_raw_value_and_its_source() -> None:
    written = ENGLISH.markup(money(-18_000_000.0, "budget_gap#cause=gap.amount").change().judged(False).long())
    assert written == (f'<data class="bad" value="-18000000.0" data-src="budget_gap#cause=gap.amount">{MINUS}18.0{NBSP}MSEK</data>')


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (414_000_000.0, "414.0\u00a0MSEK"),
        (9_431_000.0, "9.43\u00a0MSEK"),
        (700_000.0, "700\u00a0kSEK"),
        (12_340.0, "12.3\u00a0kSEK"),
        (4_120.0, "4\u00a0120\u00a0SEK"),
        (4_120_000_000.0, "4\u00a0120\u00a0MSEK"),
        (0.0, "0\u00a0SEK"),
    ],
)
def test_money_in_a_sentence_has_three_or_four_digits(value: float, written: str) -> None:
    assert ENGLISH.written(money(value).long()) == written


def test_other_units() -> None:
    assert SWEDISH.written(Number(0.985, "share", "s")) == f"98,5{NBSP}%"
    assert ENGLISH.written(Number(1.78, "ratio", "s")) == "178%"
    assert ENGLISH.written(Number(4_120.0, "money per hour", "s").long()) == f"4{NBSP}120{NBSP}SEK/hour"
    assert ENGLISH.written(Number(216_300.0, "units", "s").long()) == f"216{NBSP}thousand units"
    assert ENGLISH.written(Number(5.12, "turns", "s").long()) == f"5.1{NBSP}turns"


def test_an_unknown_number_is_a_dash_with_its_reason() -> None:
    written = ENGLISH.markup(Number(None, "days", "facts#id=cycle_time.value", reason="production_history not provided"))
    assert written == '<span class="na" title="production_history not provided" data-src="facts#id=cycle_time.value">–</span>'


def test_words_are_escaped() -> None:
    assert ENGLISH.markup(Words("<b>Pellet 57</b>", "items#item=1.item_name")) == (
        '<span class="t" data-src="items#item=1.item_name">&lt;b&gt;Pellet 57&lt;/b&gt;</span>'
    )


def test_months_days_and_codes() -> None:
    assert ENGLISH.markup(Month("2026-03")) == f'<time datetime="2026-03">Mar{NBSP}2026</time>'
    assert SWEDISH.markup(Day(date(2026, 3, 27))) == f'<time datetime="2026-03-27">27{NBSP}mars{NBSP}2026</time>'
    assert ENGLISH.markup(Code("a41f")) == '<code class="id">a41f</code>'


def test_a_sentence_is_filled_by_cells() -> None:
    told = SWEDISH.say("Stock is highest at the end of {month}: {stock}.", month=Month("2026-04", "long"), stock=money(61e6, "t#.c"))
    assert told.striptags() == "Lagret är högst i slutet av april 2026: 61,0 MSEK."


@pytest.mark.parametrize("bare", [3, 2.5, True, None, object()])
def test_what_has_no_source_is_refused(bare: object) -> None:
    with pytest.raises(TypeError, match="only cells with a source"):
        ENGLISH.markup(bare)  # type: ignore[arg-type]


def test_a_template_cannot_print_what_is_not_there() -> None:
    with pytest.raises(UndefinedError):
        rendered("findings.html.j2", ENGLISH, title="x", pages=[])


def test_scale_of_what_stands_together() -> None:
    assert scale_of([money(61e6), money(350_000.0)]) == Scale(1e6, "M", 1)
    assert scale_of([money(1.4e6), money(None)]) == Scale(1e6, "M", 2)
    assert scale_of([Number(12_345.0, "units", "s")]) == Scale()
    assert scale_of([]) == Scale()


def test_arithmetic_keeps_the_sources() -> None:
    assert difference(money(5.0, "a#.x"), money(2.0, "b#.x")) == Number(3.0, "money", "difference(a#.x|b#.x)")
    assert ratio(money(1.0, "a#.x"), money(4.0, "b#.x"), "share").value == 0.25
    assert ratio(money(1.0), money(0.0)).value is None
    assert total([money(1.0, "a#.x"), money(None), money(2.0, "b#.x")], "money") == Number(3.0, "money", "total(a#.x|b#.x)")
    assert total([], "money").value is None


def test_sources_quote_what_would_break_them() -> None:
    assert source_of("items", {"item": "A|(1)&x=#"}, "name") == "items#item=A%7C%281%29%26x%3D%23.name"


def test_sums_of_nothing_known_are_not_known() -> None:
    frame = pd.DataFrame({"family": ["A", "A", "B"], "period": ["2026-03"] * 3, "lost": [1.0, 2.0, float("nan")]})
    found = Book({"gaps": frame}).grouped("gaps", ["family"], ["lost"], periods=("2026-03", "2026-04"))
    assert [record.number("lost", "units").value for record in found] == [3.0, None]
    assert found[0].number("lost", "units").source == "sum(gaps#period=2026-03..2026-04&family=A.lost)"


def test_family_is_joined_from_items() -> None:
    book = Book(
        {
            "items": pd.DataFrame({"item": ["1", "2"], "family": ["A", "B"]}),
            "supply_plan": pd.DataFrame({"item": ["1", "2"], "period": ["2026-03"] * 2, "lost": [1.0, 4.0]}),
        }
    )
    assert [record.number("lost", "units").value for record in book.grouped("supply_plan", ["family"], ["lost"])] == [1.0, 4.0]


def test_a_table_says_its_unit_once_where_columns_share_it() -> None:
    columns = (Column("a"), Column("b"), Column("c"))
    rows = (Row("x", (money(61e6), money(360_000.0), money(None))),)
    printed = table(ENGLISH, Table("caption", "", columns, rows))
    assert printed.unit == "MSEK"
    assert [ENGLISH.written(cell) for cell in printed.rows[0].cells if isinstance(cell, Number)] == ["61.0", "0.4", "–"]
    mixed = table(ENGLISH, Table("caption", "", columns[:2], (Row("x", (money(61e6), Number(5.0, "units", "s"))),)))
    assert [column.unit for column in mixed.columns] == ["MSEK", "units"]


def test_strings_are_markup_only_when_made_so() -> None:
    assert ENGLISH.markup("a < b") == "a &lt; b"
    assert ENGLISH.markup(Markup("<i>a</i>")) == "<i>a</i>"
