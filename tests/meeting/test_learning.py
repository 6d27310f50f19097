"""What the process learns from itself: plans scored, reasons, benefits, health and its level; numbers by hand."""

import pandas as pd
import pytest
from plan_frames import table

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.learning import CAUSES, benefits, maturity_level, plan_record, plan_review, process_health, reviews
from sopkit.meeting.learning.health import RULES, Reading
from sopkit.meeting.lessons import lessons
from sopkit.periods import period_range

ITEMS = table(
    "items",
    [("A", "a", "F", "stock"), ("B", "b", "F", "stock"), ("C", "c", "G", "buy")],
    ["item", "item_name", "family", "supply_strategy"],
)
HISTORY = table(
    "demand_history",
    [
        ("A", "SE", "x", "2026-02", 90, 80, 800, 480, "orders"),
        ("B", "SE", "x", "2026-02", 30, 30, 300, 150, "orders"),
        ("C", "SE", "x", "2026-02", 10, 10, 100, 60, "orders"),
    ],
    ["item", "region", "channel", "period", "quantity", "sold_quantity", "revenue", "cost", "source"],
)
RECORD = table(
    "plan_record",
    [
        ("2026-01", "A", "2026-02", 100, 100, 100, 50, 1000, 600),
        ("2026-01", "B", "2026-02", 20, 40, 20, 20, 200, 100),
        ("2026-01", "C", "2026-02", 10, 10, 10, 0, 100, 60),
    ],
    ["made_in", "item", "period", "demand", "production", "shipped", "closing_stock", "net_sales", "cost_of_goods"],
)
MADE = table(
    "production_history",
    [("P1", "A", "2026-01-20", "2026-02-10", 70), ("P2", "B", "2026-02-01", "2026-02-20", 60), ("P3", "A", "2026-02-01", "2026-03-02", 30)],
    ["production_order", "item", "start_date", "finish_date", "quantity"],
    )  # fmt: skip
STOCK = table("inventory", [("A", "2026-02", 30), ("B", "2026-02", 40)], ["item", "period", "quantity"])
TABLES = {
    "items": ITEMS,
    "demand_history": HISTORY,
    "unit_costs": empty(CONTRACTS["unit_costs"]),
    "production_history": MADE,
    "inventory": STOCK,
}
NO_LAYERS = empty(CONTRACTS["forecast_snapshots"])


def _review(tables=TABLES, record=RECORD, layers=NO_LAYERS, tolerance=0.1):
    policy = MoneyPolicy(costing="standard_absorption")
    return plan_review(tables, record, layers, policy, cutoff="2026-02", tolerance=tolerance).set_index(["measure", "subject", "lag"])


def test_a_month_is_held_against_the_plan_of_a_month_before():
    found = _review()
    assert found.loc[("demand", "F", 1), ["planned", "actual", "difference"]].tolist() == [120, 120, 0]  # the mix hides in the family
    assert found.loc[("production", "*", 1), ["planned", "actual"]].tolist() == [140, 130]  # bought C is not made; P3 is not finished
    assert found.loc[("schedule_adherence", "*", 1), ["planned", "actual"]].tolist() == [140, 110]  # A 70 of 100, B 40 of 40
    assert found.loc[("stock", "F", 1), ["planned", "actual"]].tolist() == [70, 70]
    assert found.loc[("net_sales", "*", 1), ["planned", "actual"]].tolist() == [1300, 1200]
    assert found.loc[("gross_margin", "F", 1), ["planned", "actual"]].tolist() == [500, 470]


def test_a_reason_is_asked_where_the_tolerance_is_passed_and_only_at_one_lag():
    found = _review()
    asked = [key for key, row in found.iterrows() if row["asked"] is True]
    assert asked == [("schedule_adherence", "*", 1), ("schedule_adherence", "F", 1)]  # net sales are 8 % short
    assert not _review(tolerance=0.5)["asked"].eq(True).any()


def test_what_no_plan_tells_says_so_and_the_frozen_consensus_speaks_for_demand():
    layers = table(
        "forecast_snapshots",
        [("consensus", "2025-11", "A", "SE", "x", "2026-02", 45)],
        ["layer", "made_in", "item", "region", "channel", "period", "quantity"],
    )
    found = _review(layers=layers)
    assert found.loc[("demand", "F", 3), ["planned", "actual"]].tolist() == [45, 120]
    assert found.loc[("stock", "*", 3), "reason"] == "no plan of that cycle is on record" and pd.isna(found.loc[("stock", "*", 3), "asked"])
    bare = _review({**TABLES, "production_history": MADE.iloc[:0], "inventory": STOCK.iloc[:0]})
    assert bare.loc[("production", "*", 1), "reason"] == bare.loc[("stock", "*", 1), "reason"] == "what came is not on record"


def test_a_plan_run_again_replaces_its_own_rows_of_the_record():
    supply = table(
        "supply_plan",
        [("A", month, 10, 5, 6, 1, 0, 9, 1, 0, 3, 2, 0) for month in period_range("2026-01", 6)],
        ["item", "period", "demand", "opening_stock", "production", "subcontract", "receipts", "shipped", "lost", "closing_backlog",
         "closing_stock", "target_stock", "used_inside"],
    )  # fmt: skip
    months = supply["period"]
    cells = pd.DataFrame({"item": "A", "region": "SE", "channel": "x", "period": months})
    tables = {
        "items": ITEMS,
        "demand_history": HISTORY,
        "unit_costs": table("unit_costs", [("A", "2025-01-01", 6.0)], ["item", "valid_from", "unit_cost"]),
        "supply_plan": supply,
        "demand_fulfilment": cells.assign(demand=10.0, shipped=9.0, late=0.0, lost=1.0, closing_backlog=0.0),
        "consensus_demand": cells.assign(quantity=10.0, net_price=10.0),
    }
    found = plan_record(tables, MoneyPolicy(), RECORD, cutoff="2025-12")
    assert list(found["made_in"].unique()) == ["2026-01"] and list(found["period"]) == period_range("2026-01", 4)
    assert found.loc[0, ["production", "net_sales", "cost_of_goods"]].tolist() == [7, 90, 54]
    assert len(plan_record(tables, MoneyPolicy(), RECORD, cutoff="2026-01")) == len(RECORD) + 4


def test_what_people_said_becomes_a_lesson_and_the_last_word_stands():
    entry = {
        "made_in": "2026-02",
        "measure": "demand",
        "subject": "F",
        "period": "2026-01",
        "cause": "market",
        "why": "snow",
        "who": "sales",
    }
    found = reviews([entry, {**entry, "why": "snow came late"}])
    assert found[["why", "function"]].to_numpy().tolist() == [["snow came late", "sales"]] and reviews([]).empty
    nothing = [empty(CONTRACTS[name]) for name in ("decisions", "assumptions", "plan_score", "decision_scores")]
    told = lessons(*nothing, found)
    assert told[["kind", "subject", "statement", "note"]].to_numpy().tolist() == [
        ["review", "2026-02 demand F", "market", "snow came late"]
    ]
    assert "market" in CAUSES


def _years(revenue_now: float) -> pd.DataFrame:
    rows = [("A", "SE", "x", month, 10, 10, 100.0, 60.0, "sales") for month in period_range("2024-01", 12)]
    rows += [("A", "SE", "x", month, 10, 10, revenue_now, 66.0, "sales") for month in period_range("2025-01", 12)]
    return table("demand_history", rows, ["item", "region", "channel", "period", "quantity", "sold_quantity", "revenue", "cost", "source"])


def test_benefits_are_the_same_months_then_and_now():
    tables = {**TABLES, "demand_history": _years(120.0), "orders": empty(CONTRACTS["orders"])}
    found = benefits(tables, MoneyPolicy(), cutoff="2025-12").set_index("measure")
    assert found.loc["net_sales", ["baseline", "now", "change", "change_low", "change_high"]].tolist() == [100, 120, 20, 20, 20]
    assert found.loc["cost_share", "change"] == pytest.approx(66 / 120 - 0.6)
    assert found.loc["service", "reason"] == "orders with a promised date are not on record"
    early = benefits(tables, MoneyPolicy(), cutoff="2025-06").set_index("measure")
    assert "a baseline needs a year before them" in early.loc["net_sales", "reason"]


def test_the_level_is_the_highest_of_which_all_below_are_met():
    names = ("participation", "supply_plan", "inventory", "plan_statement", "unit_costs", "override_log", "overrides", "actions")
    tables = {
        name: empty(CONTRACTS[name]) for name in (*names, "decisions", "assumptions", "budget_gap", "forecast_accuracy", "plan_review")
    }
    bare = process_health(tables, cycle="2026-03")
    assert len(bare) == len(RULES) and not bare["met"].any() and bare["evidence"].str.len().gt(0).all()
    assert maturity_level(bare).level == 1
    said = bare.assign(met=bare["level"] <= 3)
    assert maturity_level(said).level == 3 and "gates_on_time" in maturity_level(said).missing
    assert maturity_level(bare.assign(met=True)) == type(maturity_level(bare))(5, ())
    signed = process_health(tables, {"gates_signed": Reading(0.8, 5, "four of five")}, cycle="2026-03").set_index("measure")
    assert signed.loc["gates_signed", "met"] and not signed.loc["gates_on_time", "met"]


def test_health_is_counted_from_the_tables():
    actions = table(
        "actions",
        [("1", "x", "a", "2026-02-10", "done", 100.0, 0.5, False), ("2", "x", "a", "2026-02-20", "open", 300.0, 1.0, False)],
        ["action", "statement", "owner", "due_date", "status", "revenue_effect", "probability_share", "in_plan"],
    )
    gap = table("budget_gap", [("*", "gap", -700.0)], ["family", "cause", "amount"])
    names = ("participation", "supply_plan", "inventory", "plan_statement", "unit_costs", "override_log", "overrides")
    rest = {name: empty(CONTRACTS[name]) for name in (*names, "decisions", "assumptions", "forecast_accuracy", "plan_review")}
    found = process_health({**rest, "actions": actions, "budget_gap": gap}, cycle="2026-03").set_index("measure")
    assert found.loc["actions_on_time", ["value", "of"]].tolist() == [0.5, 2]
    assert found.loc["gap_bridged", "value"] == 350 / 700
