"""Sentences of findings and reasons in Swedish: what the intake says of a faulty file leaves no English behind."""

from pathlib import Path

import pytest

from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import read_sources
from sopkit.report.language import NBSP, language_of
from sopkit.report.told import OF_SHORTAGES, retold
from sopkit.supply.explanation.shortages import BindingLimits, _reason, _words

SWEDISH = language_of("sv").text
LINES = (
    "date;item;region;channel;customer;quantity;revenue",
    "2026-01-05;A1;n;c;K;#SAKNAS!;10",
    "2026-02-30;A1;n;c;K;1;10",
    "05/01/2026;A1;n;c;K;12 st;10",
    "46054;1,02E+04;n;c;K;;1.000,5",
    "2026-01-07;A1 ;n;c;K;5-;10",
    "2026-01-08;A1;n;c;K;4",
    "",
    "2026-01-09;A1;n;c;K;4;10;extra",
    "2026-01-10;X9;n;c;K;4;10",
    "2026-01-10;X9;n;c;K;4;10",
    "Källa: affärssystemet;;;;;;",
    "Summa;;;;;999;1",
    '2026-01-11;"A1;n;c;K;4;10',
)


def test_what_is_said_of_a_faulty_file_is_said_in_swedish(tmp_path: Path):
    (tmp_path / "sales.csv").write_text("\n".join(LINES) + "\n")
    (tmp_path / "items.csv").write_text("item;item_name;family\nA1;One;F\n")
    declared = {"delimiter": ";", "decimal": ",", "thousands": " "}
    sources = {
        "items": Source.model_validate(declared | {"file": "items.csv", "constants": {"supply_strategy": "stok"}}),
        "sales_history": Source.model_validate(declared | {"file": "sales.csv"}),
    }
    found = read_sources(sources, tmp_path, cutoff="2026-02").findings
    assert found["rule"].nunique() >= 14
    sentences = [text for text in (*found["message"], *found["hint"].dropna()) if text]
    assert [text for text in sentences if retold(text, SWEDISH) == text] == []


@pytest.mark.parametrize(
    ("english", "swedish"),
    [
        (
            "sales_history: 3 of 62 sales rows (37.2% of net sales) are sold below their cost, by 3,315,381 in all",
            "sales_history: 3 av 62 försäljningsrader (37,2% av nettoförsäljningen) säljs under sin kostnad, "
            f"med 3{NBSP}315{NBSP}381 tillsammans",
        ),
        ("'12.500,00' is not a number", "'12.500,00' är inget tal"),  # as it was sent
        ("balance_sheet is not provided, or the credit line is not known", "balance_sheet är inte lämnad, eller så är krediten inte känd"),
        ("a sentence of the company's own check", "a sentence of the company's own check"),
    ],
)
def test_places_are_filled_and_figures_written_as_swedes_do(english: str, swedish: str):
    assert retold(english, SWEDISH) == swedish
    assert retold(english, language_of("en").text) == english


def test_why_units_are_short_is_said_in_swedish():
    """Each kind of limit as the plan says it, of a resource in its three ways, of a supplier with and without a most."""
    may = "2026-05"
    hours = {"required_hours": 461.0, "demonstrated_hours": 258.0, "overtime_limit_hours": 39.0, "planned_hours": 297.0}
    component = {"required_quantity": 12618.0, "limit_quantity": 9500.0}
    there = {"opening_stock": 1.0, "receipts": 2.0, "production": 3.0, "demand": 9.0}
    limits = BindingLimits(
        months=[may],
        value={},
        hours={},
        components={},
        groups={},
        factor={},
        names={"COAT": "Powder coating line", "IDLE": "Oven", "AHEAD": "Press"},
        load={("COAT", may): hours, ("IDLE", may): hours | {"planned_hours": 258.0}, ("AHEAD", may): hours | {"required_hours": 100.0}},
        supply={("valve", may): component, ("burner", may): component | {"limit_quantity": float("nan")}},
        plan={("MADE", may): there, ("BOUGHT", may): there},
        bought=frozenset({"BOUGHT"}),
    )
    places = [("resource", "COAT"), ("resource", "IDLE"), ("resource", "AHEAD"), ("supplier", "valve"), ("supplier", "burner")]
    places += [("workforce", "coaters"), ("storage", "storage"), ("frozen", "MADE"), ("frozen", "BOUGHT")]
    told = [_words(limits, kind, limit, limit, may) for kind, limit in places] + [_reason(limits, "MADE", may)]
    assert len(set(told)) == len(OF_SHORTAGES)
    swedish = [retold(sentence, SWEDISH) for sentence in told]
    assert swedish[0] == "Powder coating line är full i 2026-05: 461 h begärs, 297 h finns, övertid inräknad"
    assert [sentence for sentence in swedish if sentence in told or " in 2026-05" in sentence] == []
