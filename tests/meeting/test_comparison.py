"""The business difference of two plans, by hand."""

import pandas as pd
import pytest

from sopkit.meeting.comparison import common_months, plan_differences

MONTHS = ["2026-03", "2026-04"]


def plan(
    quantity: float = 10.0, late: float = 0.0, heads: float = 4.0, months: list[str] = MONTHS, amount: float = 100.0
) -> dict[str, pd.DataFrame]:
    """Two items of two families over some months, the same each month."""
    rows = [(item, month) for item in ("A", "B") for month in months]
    keys = pd.DataFrame(rows, columns=["item", "period"])
    fulfilment = keys.assign(region="SE", channel="web", demand=quantity, shipped=quantity - late, late=late, lost=0.0)
    supply = keys.assign(demand=quantity, production=quantity, shipped=quantity - late, lost=0.0, closing_stock=5.0)
    lines = [(line, family, month, amount) for line in ("net_sales", "gross_margin") for family in ("X", "Y") for month in months]
    lines += [("operating_contribution", "*", month, amount / 2) for month in months]
    return {
        "items": pd.DataFrame({"item": ["A", "B"], "family": ["X", "Y"]}),
        "consensus_demand": keys.assign(region="SE", channel="web", quantity=quantity),
        "supply_plan": supply,
        "demand_fulfilment": fulfilment,
        "plan_statement": pd.DataFrame(lines, columns=["line", "family", "period", "amount"]),
        "workforce_plan": pd.DataFrame({"skill_group": "welders", "period": months, "heads": heads}),
        "resource_load": pd.DataFrame({"resource": "press", "period": months, "planned_hours": 7.0}),
        "supplier_load": pd.DataFrame({"supplier": "S", "component": "valve", "period": months, "purchased_quantity": 3.0}),
        "working_capital_plan": pd.DataFrame({"period": months, "cash_headroom": [50.0 + place for place in range(len(months))]}),
    }


def cell(found: pd.DataFrame, measure: str, subject: str) -> tuple[float, float, float]:
    row = found[(found["measure"] == measure) & (found["subject"] == subject)]
    return tuple(row[["before", "now", "change"]].iloc[0])


def test_units_money_service_and_people_by_hand() -> None:
    found = plan_differences(plan(12.0, late=3.0, heads=6.0, amount=110.0), plan())
    assert cell(found, "demand", "X") == (20, 24, 4) and cell(found, "demand", "*") == (40, 48, 8)
    assert cell(found, "shipped", "*") == (40, 36, -4)
    assert cell(found, "fill_rate", "*") == (1.0, 0.75, -0.25)
    assert cell(found, "net_sales", "Y") == (200, 220, 20) and cell(found, "net_sales", "*") == (400, 440, 40)
    assert cell(found, "operating_contribution", "*") == (100, 110, 10)
    assert cell(found, "stock", "*") == (10, 10, 0)  # of the last month, not summed over months
    assert cell(found, "heads", "welders") == (4, 6, 2) and cell(found, "load", "press") == (14, 14, 0)
    assert cell(found, "purchases", "S valve") == (6, 6, 0) and cell(found, "cash_low", "*") == (50, 50, 0)


def test_only_months_that_both_plan_are_compared() -> None:
    later = plan(months=["2026-04", "2026-05"])
    assert common_months(later, plan()) == ["2026-04"]
    assert cell(plan_differences(later, plan()), "demand", "*") == (20, 20, 0)
    assert plan_differences(plan(months=["2027-01"]), plan()).empty


def test_what_one_plan_does_not_say_is_empty_and_no_change() -> None:
    silent = {**plan(), "workforce_plan": plan()["workforce_plan"].iloc[:0], "resource_load": pd.DataFrame()}
    found = plan_differences(plan(), silent)
    row = found[found["measure"] == "heads"].iloc[0]
    assert row["now"] == 4 and pd.isna(row["before"]) and pd.isna(row["change"])
    assert "lost" in set(found["measure"])


@pytest.mark.parametrize("quantity", [0.0, 12.5])
def test_the_sums_are_those_of_a_plain_loop(quantity: float) -> None:
    now = plan(quantity)
    found = plan_differences(now, plan())
    for family, item in (("X", "A"), ("Y", "B")):
        total = sum(row["quantity"] for row in now["consensus_demand"].to_dict("records") if row["item"] == item)
        assert cell(found, "demand", family)[1] == total
