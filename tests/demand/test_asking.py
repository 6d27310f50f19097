"""What stands on an owner's form, and what the answers become."""

import pandas as pd
import pytest

from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.demand.asking.answers import STANDS, overrides_of, standing_overrides
from sopkit.demand.asking.asked import Asked
from sopkit.demand.asking.form import form_numbers, open_opportunities, recorded_history
from sopkit.demand.asking.mirror import mirror
from sopkit.demand.asking.worth import worth_of_units
from sopkit.demand.policy import DemandPolicy

ITEMS = pd.DataFrame({"item": ["A", "B", "C"], "family": ["F", "F", "G"]})
SERIES = [("A", "N", "retail"), ("B", "N", "retail"), ("B", "S", "retail"), ("C", "N", "retail")]
MONTHS = ["2026-03", "2026-04"]


def _cells(months: list[str], **columns: list[float]) -> pd.DataFrame:
    rows = [(*series, month) for series in SERIES for month in months]
    return pd.DataFrame(rows, columns=["item", "region", "channel", "period"]).assign(**columns)


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    plan = _cells(MONTHS, baseline=10.0, lifecycle=2.0, override=0.0, quantity=12.0, net_price=5.0, revenue=60.0)
    mine = {"override": "kam.001", "function": "sales", "owner": "kam", "family": "F", "item": "*", "region": "N", "channel": "*"}
    mine |= {
        "first_period": "2026-04",
        "last_period": "2026-04",
        "kind": "add_units",
        "value": 6.0,
        "reason_code": "customer",
        "reason": "x",
    }
    changed = (plan["period"] == "2026-04") & plan["item"].isin(["A", "B"]) & (plan["region"] == "N")
    plan.loc[changed, ["override", "quantity"]] = [3.0, 15.0]
    return {
        "items": ITEMS,
        "demand_history": _cells(["2025-03", "2025-04", "2026-02"], quantity=7.0, sold_quantity=7.0, revenue=35.0),
        "statistical_forecast": _cells(MONTHS, quantity=10.0, p10=8.0, p90=13.0),
        "consensus_demand": plan,
        "demand_range": pd.DataFrame(
            {"family": ["F", "F"], "period": MONTHS, "unit": "units", "p10": [8.0, 9.0], "p50": [10.0, 10.0], "p90": [15.0, 12.0]}
        ),
        "overrides": pd.DataFrame([mine]),
        "budget": pd.DataFrame({"family": ["F"], "region": ["N"], "channel": ["retail"], "period": ["2026-03"], "quantity": [30.0]}),
        "previous_consensus": _cells(["2026-02", "2026-03"], quantity=11.0),
        "opportunities": pd.DataFrame(
            {
                "opportunity": ["O1", "O2", "O3"],
                "customer": "k",
                "item": ["A", "C", "A"],
                "region": "N",
                "channel": "retail",
                "stage": ["proposal", "proposal", "Closed_lost"],
                "probability_share": [0.5, 0.9, 1.0],
                "quantity": [10.0, 9.0, 99.0],
                "period": "2026-04",
                "in_baseline": False,
            }  # fmt: skip
        ),
    }


def _of(numbers: pd.DataFrame, measure: str, **keys: str) -> list[float]:
    rows = numbers[numbers["measure"] == measure]
    for key, value in keys.items():
        rows = rows[rows[key] == value]
    return list(rows.sort_values("period")["quantity"])


def test_each_line_shows_what_is_known_before_a_number_is_asked(tables: dict[str, pd.DataFrame]) -> None:
    asked = Asked(function="sales", family=("F",), months=2)
    numbers = form_numbers(tables, asked, DemandPolicy(), owner="kam", cycle="2026-03")
    assert set(numbers["family"]) == {"F"} and set(numbers["item"]) == {"*"}
    north = {"region": "N", "channel": "retail"}
    assert _of(numbers, "last_year", **north) == [14.0, 14.0]
    assert _of(numbers, "baseline", **north) == [24.0, 24.0]
    assert _of(numbers, "p10", **north) == pytest.approx([24 * 0.8, 24 * 0.9])
    assert _of(numbers, "p90", **north) == pytest.approx([24 * 1.5, 24 * 1.2])
    assert _of(numbers, "budget", **north) == [30.0]
    assert _of(numbers, "last_consensus", **north) == [22.0]
    assert _of(numbers, "plan_now", **north) == [24.0, 24.0]  # what the owner's own earlier form added is taken off: it is asked again


def test_another_owner_sees_that_override_in_the_plan(tables: dict[str, pd.DataFrame]) -> None:
    numbers = form_numbers(tables, Asked(function="marketing", months=2), DemandPolicy(), owner="head_of_marketing", cycle="2026-03")
    assert _of(numbers, "plan_now", family="F", region="N") == [24.0, 30.0]


def test_items_have_the_range_of_their_own_forecast(tables: dict[str, pd.DataFrame]) -> None:
    numbers = form_numbers(tables, Asked(function="product", by="item", months=1), DemandPolicy(), owner="pm", cycle="2026-03")
    assert _of(numbers, "p10", item="A") == [8.0] and _of(numbers, "p90", item="A") == [13.0]
    assert "budget" not in set(numbers["measure"])  # it is a budget of families


def test_history_and_open_opportunities_of_the_scope(tables: dict[str, pd.DataFrame]) -> None:
    asked = Asked(function="sales", family=("F",))
    history = recorded_history(tables, asked, cutoff="2026-02")
    assert history["quantity"].sum() == 3 * 3 * 7 and set(history["period"]) == {"2025-03", "2025-04", "2026-02"}
    assert list(open_opportunities(tables, asked)["opportunity"]) == ["O1"]  # O2 is another family, O3 is lost whatever its chance


def test_the_mirror_says_what_a_change_saved_or_cost() -> None:
    months = ["2026-01", "2026-02"]
    snapshots = pd.concat(
        [
            _cells(months, quantity=said, layer=layer, made_in=made)
            for layer, said in (("sales", 9.0), ("statistical", 12.0))
            for made in ("2025-12", "2026-01")
        ]
    )
    history = _cells(months, quantity=8.0, sold_quantity=8.0, revenue=40.0)
    told = mirror(snapshots, history, ITEMS, Asked(function="sales", family=("G",)), cutoff="2026-02")
    assert list(told["period"]) == months  # each month from the cycle before it alone: lag 1
    row = told.iloc[0]
    assert (row["said"], row["statistical"], row["became"], row["error_said"], row["error_statistical"]) == (9.0, 12.0, 8.0, 1.0, 4.0)
    assert (row["saved_units"], row["saved_money"]) == (3.0, 15.0)
    assert mirror(snapshots, history, ITEMS, Asked(function="hr"), cutoff="2026-02").empty


def _answers(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["item", "period", "shown", "answer"])
    return table.assign(family="F", region="N", channel="retail", reason_code="customer", reason="why")


def test_answers_become_overrides_of_their_month_and_agreement_changes_nothing() -> None:
    rows = overrides_of(
        _answers(("*", "2026-04", 24, 30), ("*", "2026-03", 24, 24.4), ("A", "2026-05", 9, 0)), owner="kam", function="sales"
    )
    assert [*zip(rows["override"], rows["first_period"], rows["value"], strict=True)] == [
        ("kam.001", "2026-04", 6.0),
        ("kam.002", "2026-05", -9.0),
    ]
    assert list(rows["family"]) == ["F", "*"] and list(rows["item"]) == ["*", "A"]
    assert conform(rows, INPUTS["overrides"])["evidence"].isna().all()
    shown = _answers(("*", "2026-04", 24, 30)).assign(evidence="a letter")
    assert overrides_of(shown, owner="kam", function="sales")["evidence"].tolist() == ["a letter"]


def test_what_a_unit_of_a_line_is_worth_follows_the_mix_of_the_plan() -> None:
    cells = [("A", "2026-03", 30.0, 10.0), ("A", "2026-04", 10.0, 10.0), ("B", "2026-03", 10.0, 20.0), ("C", "2026-03", 0.0, 4.0)]
    plan = pd.DataFrame(cells, columns=["item", "period", "quantity", "net_price"]).assign(region="N", channel="retail")
    hours = pd.DataFrame([("A", "press", 0.5), ("B", "press", 0.1), ("B", "paint", 1.0)], columns=["item", "resource", "hours"])
    given = {"items": ITEMS, "consensus_demand": plan, "bill_of_resources": hours}
    by_family = worth_of_units(given, Asked(function="sales", family=("F",)), cycle="2026-03").iloc[0]
    # 40 units at 10 and 10 at 20: 12 a unit; the press needs 20 + 1 hours, the paint shop 10: 21 / 50
    assert by_family["price"] == 12 and by_family["resource"] == "press" and by_family["hours"] == pytest.approx(0.42)
    by_item = worth_of_units(given, Asked(function="sales", by="item"), cycle="2026-03").set_index("item")
    assert by_item["price"].to_dict() == {"A": 10.0, "B": 20.0, "C": 4.0}
    assert by_item.loc["B", "resource"] == "paint" and pd.isna(by_item.loc["C", "hours"])
    none = worth_of_units({**given, "bill_of_resources": hours.iloc[:0]}, Asked(function="sales"), cycle="2026-03")
    assert none["hours"].isna().all() and none["price"].notna().all()


def test_who_does_not_answer_leaves_the_last_consensus_standing() -> None:
    previous = overrides_of(_answers(("*", "2026-02", 1, 9), ("*", "2026-04", 1, 9), ("*", "2026-06", 1, 9)), owner="kam", function="sales")
    declared = previous[previous["override"] == "kam.003"]
    stands = standing_overrides(previous, declared, ["kam"], cycle="2026-03")
    assert list(stands["override"]) == ["kam.002"]  # 001 is over, 003 is declared already
    assert stands["reason"].iloc[0] == "why" + STANDS
    again = standing_overrides(stands, empty(INPUTS["overrides"]), ["kam"], cycle="2026-04")
    assert again["reason"].iloc[0] == "why" + STANDS
    assert standing_overrides(previous, declared, ["other"], cycle="2026-03").empty
    known = previous.assign(evidence="mail of 3 March")
    assert list(standing_overrides(known, declared, ["kam"], cycle="2026-03")["evidence"]) == ["mail of 3 March"]
