"""Decisions of earlier cycles: the recorded promise stands, and what came is held beside it, worked out by hand."""

import math

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.carried import decision_scores, with_recorded

D1 = {
    "decision": "D1", "answer": "B", "made_in": "2026-03", "title": "Night shift", "question": "?", "owner": "head_of_operations",
    "expected": {"contribution_change": "6300000.5"},
}  # fmt: skip
PUT_OFF = {**D1, "decision": "D2", "answer": "defer", "title": ""}


def register(**told: object) -> pd.DataFrame:
    row = {"decision": "B1", "made_in": "2026-01", "statement": "Overtime", "owner": "head_of_operations", "status": "done"}
    return pd.DataFrame([{**row, "expected_contribution": 1.0, "realised_contribution": 0.5, "note": "absence", **told}])


def change(*rows: tuple[str, str, float, float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["family", "period", "shipped_proposed", "shipped", "net_sales_proposed", "net_sales"])


def history(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["family", "period", "sold_quantity", "revenue"])


def test_a_recorded_decision_joins_the_register_with_its_promise():
    table = with_recorded(register(), [D1, PUT_OFF]).set_index("decision")
    assert list(table.index) == ["2026-03-D1", "B1"]
    assert table.loc["2026-03-D1", ["statement", "status", "expected_contribution"]].tolist() == ["Night shift", "open", 6300000.5]
    assert math.isnan(table.loc["2026-03-D1", "realised_contribution"])


def test_the_register_says_what_it_brought_and_does_not_change_the_promise():
    kept = register(decision="2026-03-D1", made_in="2026-03", expected_contribution=4e6, realised_contribution=3.3e6, status="open")
    table = with_recorded(kept, [D1]).set_index("decision")
    assert table.loc["2026-03-D1", ["expected_contribution", "realised_contribution", "note"]].tolist() == [6300000.5, 3.3e6, "absence"]


def test_without_a_record_the_register_is_as_it_was_sent():
    assert with_recorded(register(), []).equals(register())
    alone = with_recorded(empty(CONTRACTS["decisions"]), [D1])
    assert alone["decision"].tolist() == ["2026-03-D1"]


def test_net_sales_that_came_beside_those_that_the_decision_was_to_bring():
    """April and May closed, June not: grills expected 10 + 20, came 8 + 5; stoves were not changed."""
    plan = change(
        ("Grills", "2026-03", 10, 10, 100.0, 100.0),
        ("Grills", "2026-04", 10, 11, 100.0, 110.0),
        ("Grills", "2026-05", 10, 12, 100.0, 120.0),
        ("Grills", "2026-06", 10, 15, 100.0, 150.0),
        ("Stoves", "2026-04", 5, 5, 50.0, 50.0),
    )
    sold = history(
        ("Grills", "2026-03", 7, 70.0), ("Grills", "2026-04", 11, 108.0), ("Grills", "2026-05", 10, 105.0), ("Stoves", "2026-04", 9, 90.0)
    )
    table = decision_scores([D1, PUT_OFF], {"2026-03": plan}, sold, cutoff="2026-05").set_index("family")
    assert list(table.index) == ["*", "Grills"]
    assert table.loc["*", ["decisions", "first_period", "months", "expected", "realised"]].tolist() == ["D1=B", "2026-04", 2, 30.0, 13.0]
    assert table.loc["Grills", ["expected_units", "realised_units"]].tolist() == [3.0, 1.0]


def test_a_month_without_a_sale_is_a_month_of_zero():
    table = decision_scores([D1], {"2026-03": change(("Grills", "2026-04", 10, 11, 100.0, 110.0))}, history(), cutoff="2026-04")
    assert table.set_index("family").loc["*", "realised"] == -100.0


def test_what_cannot_be_scored_yet_says_why():
    later = change(("Grills", "2026-06", 10, 11, 100.0, 110.0))
    same = change(("Grills", "2026-04", 10, 10, 100.0, 100.0))
    reasons = [decision_scores([D1], {"2026-03": plan}, history(), cutoff="2026-05")["reason"].iloc[0] for plan in (later, same)]
    assert reasons == ["nothing was expected in the months that are closed", "the decided plan sells what the proposed one does"]
    assert decision_scores([PUT_OFF], {}, history(), cutoff="2026-05").empty
