"""What to chase before the demand review, and what was reached of the targets."""

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.meeting.chase import MOST_OF_A_KIND, points_to_chase
from sopkit.meeting.kpis.achievement import stock_days, target_achievement
from sopkit.periods import period_range

CUTOFF = "2026-02"
YEAR = period_range("2024-03", 24)
NAMES = (
    "participation",
    *("demand_history", "items", "stock_outs", "history_adjustments", "campaign_results"),
    *("supplier_performance", "pipeline_hygiene", "indicator_correlations", "target_achievement"),
)


def table(name: str, rows: list[dict]) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), CONTRACTS[name])


def history(quantity: float = 100.0) -> pd.DataFrame:
    rows = [
        {"item": "G1", "region": "SE", "channel": "retail", "period": period, "quantity": quantity, "sold_quantity": quantity}
        | {"revenue": quantity * 30, "cost": 0.0, "source": "sales", "uncensored_quantity": quantity}
        for period in YEAR
    ]
    return table("demand_history", rows)


def nothing() -> dict[str, pd.DataFrame]:
    return {name: empty(CONTRACTS[name]) for name in NAMES} | {"demand_history": history()}


def test_nothing_to_chase_is_an_empty_list() -> None:
    assert points_to_chase(nothing(), cutoff=CUTOFF).empty


def test_a_point_has_someone_who_can_answer_it_and_the_weightiest_comes_first() -> None:
    out = {"item": "G1", "period": "2025-06", "first_day": pd.Timestamp("2025-06-11"), "last_day": pd.Timestamp("2025-06-30")}
    out |= {"out_share": 0.6, "recorded_quantity": 40.0, "hidden_quantity": 60.0, "hidden_p10": 50.0, "hidden_p90": 75.0}
    deal = {"rule": "lost_with_probability", "opportunity": "O1", "item": "G1", "customer": "K", "stage": "lost", "quantity": 1.0}
    deal |= {"deal_value": 500.0, "at_stake": 5.0, "outcome": "excluded", "message": "a lost deal counts nothing"}
    supplier = {"supplier": "L1", "deliveries": 20, "open_deliveries": 1, "on_time_share": 0.7, "on_time_low": 0.5, "on_time_high": 0.8}
    supplier |= {"target_share": 0.95, "days_late_mean": 12.0, "without_lead_time": 0, "verdict": "below"}
    tables = nothing() | {
        "stock_outs": table("stock_outs", [out | {"outcome": "uncensored", "why": "silent"}]),
        "pipeline_hygiene": table("pipeline_hygiene", [deal]),
        "supplier_performance": table("supplier_performance", [supplier]),
    }
    points = points_to_chase(tables, cutoff=CUTOFF)
    assert points["topic"].tolist() == ["stock_out", "pipeline", "supplier"]
    assert points["function"].tolist() == ["sales", "sales", "materials"]
    assert points["value"].iloc[0] == pytest.approx(60 * 30)
    assert "60 units (50 to 75)" in points["question"].iloc[0]
    assert np.isnan(points["value"].iloc[2]) and "70% of 20 deliveries on time, 95% agreed" in points["question"].iloc[2]


def test_who_has_not_delivered_is_chased_first_of_what_has_no_value() -> None:
    rows = [
        ("sales", "sales_forecast", "missing"),
        ("head_of_materials", "suppliers", "unchanged"),
        ("data_owner", "workforce", "missing"),
        ("marketing", "campaigns", "delivered"),
    ]
    came = [{"function": who, "table": what, "status": status, "rows": 0, "delivered": "-"} for who, what, status in rows]
    points = points_to_chase(nothing() | {"participation": table("participation", came)}, cutoff=CUTOFF)
    told = points.set_index("subject")
    assert told["function"].to_dict() == {
        "sales sales_forecast": "sales",
        "head_of_materials suppliers": "materials",
        "data_owner workforce": "hr",
    }
    assert "nothing came" in told.loc["sales sales_forecast", "question"]
    assert "the same came" in told.loc["head_of_materials suppliers", "question"]


def test_no_topic_drowns_the_others() -> None:
    rows = [
        {"kind": "outlier", "family": "*", "item": "G1", "region": "SE", "channel": "retail", "period": period, "outcome": "flagged"}
        | {"from_quantity": 10.0 + number, "to_quantity": 10.0 + number, "rule": "r", "why": "far off"}
        for number, period in enumerate(YEAR)
    ]
    points = points_to_chase(nothing() | {"history_adjustments": table("history_adjustments", rows)}, cutoff=CUTOFF)
    assert len(points) == MOST_OF_A_KIND
    assert points["value"].tolist() == sorted(points["value"], reverse=True)
    assert points["subject"].iloc[0].endswith(CUTOFF)  # the largest of the last twelve months


def kpi(values: list[float]) -> pd.DataFrame:
    rows = [{"kpi": "cycle_time", "period": period, "value": value, "unit": "days"} for period, value in zip(YEAR, values, strict=True)]
    return table("kpi_history", rows)


def test_a_target_is_met_in_the_months_in_which_its_kpi_is_green() -> None:
    targets = [{"target": "cycle_time", "scope": "*", "value": 8.0, "tolerance": 1.0}, {"target": "unheard_of", "scope": "*", "value": 1.0}]
    values = [10.0] * 12 + [8.0] * 6 + [9.0] * 3 + [12.0] * 3
    found = target_achievement(
        kpi(values), table("targets", targets), history(), empty(CONTRACTS["inventory"]), items_frame(), cutoff=CUTOFF
    ).set_index("target")
    row = found.loc["cycle_time"]
    assert (row["met_months"], row["months"], row["worst_value"]) == (9, 12, 12.0)
    assert row["mean_value"] == pytest.approx((6 * 8 + 3 * 9 + 3 * 12) / 12) and row["year_before_value"] == 10.0
    assert found.loc["unheard_of", "months"] == 0 and found.loc["unheard_of", "reason"].startswith("it has no history")


def items_frame() -> pd.DataFrame:
    return table("items", [{"item": "G1", "item_name": "G1", "family": "Grills", "supply_strategy": "stock"}])


def test_days_of_stock_are_days_of_the_month_after() -> None:
    inventory = table(
        "inventory", [{"item": "G1", "period": "2025-12", "quantity": 50.0}, {"item": "G1", "period": "2026-01", "quantity": 10.0}]
    )
    days = stock_days(history(), inventory, items_frame())
    assert days.loc["2025-12", "Grills"] == pytest.approx(50 / 100 * 31)  # January has 31 days
    assert days.loc["2026-01", "Grills"] == pytest.approx(10 / 100 * 28)
    targets = table("targets", [{"target": "safety_days", "scope": "Grills", "value": 10.0}])
    row = target_achievement(kpi([1.0] * 24), targets, history(), inventory, items_frame(), cutoff=CUTOFF).iloc[0]
    assert (row["met_months"], row["months"], row["unit"]) == (1, 2, "days")
