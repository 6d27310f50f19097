"""Family sheets: figures by hand, identities, forward cover."""

import math

import pandas as pd
import pytest
from plan_frames import consensus_rows, items_of, names_of, table

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.sheets import family_sheets, forward_cover, sheet_checks, unexplained_stock


def sheet_tables():
    """One family, cutoff 2026-02, plan of March to May: 100 wanted a month, 80 made, stock 30 at the start."""
    months = ["2026-03", "2026-04", "2026-05"]
    plan = [
        ("grill", "2026-03", 100, 30, 80, 0, 0, 100, 0, 0, 10, 20),
        ("grill", "2026-04", 100, 10, 80, 0, 0, 90, 4, 6, 0, 20),
        ("grill", "2026-05", 100, 0, 80, 15, 5, 100, 0, 6, 0, 20),
    ]
    filled = [
        ("grill", "SE", "retail", *row)
        for row in (("2026-03", 100, 100, 0, 0, 0), ("2026-04", 100, 90, 6, 4, 6), ("2026-05", 100, 100, 6, 0, 6))
    ]
    load = [("coat", "P1", t, 50, 40, 0, 60, 50, 0, 1.0, 0.8, 0.0) for t in months] + [
        ("pack", "P1", t, 9, 9, 0, 60, 90, 0, 0.1, 0.1, 0.0) for t in months
    ]
    history = [
        ("grill", "SE", "retail", t, q + 1, q, 10.0 * q, None, "orders", None)
        for t, q in zip(["2025-12", "2026-01", "2026-02"], [50, 60, 70], strict=True)
    ]
    return {name: empty(contract) for name, contract in CONTRACTS.items()} | {
        "items": items_of(grill="grills"),
        "demand_history": table("demand_history", history, CONTRACTS["demand_history"].column_names()),
        "consensus_demand": consensus_rows(*[("grill", t, 100, 10.0) for t in months]),
        "supply_plan": table("supply_plan", plan, names_of("supply_plan", without=["used_inside"])),
        "demand_fulfilment": table("demand_fulfilment", filled, CONTRACTS["demand_fulfilment"].column_names()),
        "resource_load": table("resource_load", load, CONTRACTS["resource_load"].column_names()),
        "bill_of_resources": table("bill_of_resources", [("grill", "coat", 0.5), ("grill", "pack", 0.1)], ["item", "resource", "hours"]),
        "inventory": table("inventory", [("grill", "2026-01", 25), ("grill", "2026-02", 30)], ["item", "period", "quantity"]),
        "resources": table(
            "resources",
            [("coat", "coating", "P1", 0.0, 0.0)],
            ["resource", "resource_name", "site", "overtime_limit_share", "overtime_cost"],
        ),
        "resource_calendar": table(
            "resource_calendar", [("coat", "2026-03", 60, 50)], ["resource", "period", "available_hours", "demonstrated_hours"]
        ),
        "production_history": table(
            "production_history",
            [("P1", "grill", "2026-02-01", "2026-02-20", 76), ("P2", "grill", "2026-02-20", None, 80)],
            ["production_order", "item", "start_date", "finish_date", "quantity"],
        ),
        "budget": table(
            "budget", [("grills", "*", "*", "2026-03", 90, 950.0)], ["family", "region", "channel", "period", "quantity", "revenue"]
        ),
    }


STATEMENT = table(
    "plan_statement",
    [("net_sales", "grills", "SE", "retail", "2026-02", "actual", 1.0), ("net_sales", "grills", "SE", "retail", "2026-04", "base", 900.0)],
    ["line", "family", "region", "channel", "period", "scenario", "amount"],
)


@pytest.fixture(scope="module")
def sheets():
    return family_sheets(sheet_tables(), STATEMENT, cutoff="2026-02")


def test_a_sheet_has_three_closed_months_m0_and_twelve_planned(sheets):
    months = sheets.drop_duplicates("period")
    assert months["scenario"].value_counts().to_dict() == {"base": 12, "actual": 3, "current": 1}
    assert months.loc[months["scenario"] == "current", "period"].tolist() == ["2026-03"]
    assert len(sheets) == 13 * 16


def test_figures_by_hand(sheets):
    value = sheets.set_index(["measure", "period"])["value"]
    assert value["bookings"]["2026-02"] == 71 and value["shipments"]["2026-02"] == 70
    assert value["bookings"]["2026-04"] == 100 and value["shipments"]["2026-04"] == 90
    assert (value["late"]["2026-04"], value["lost"]["2026-04"], value["backlog"]["2026-04"]) == (6, 4, 6)
    assert value["production"]["2026-02"] == 76 and value["production"]["2026-01"] == 0
    assert value["production"]["2026-05"] == 80 + 15 + 5
    assert value["inventory"]["2026-02"] == 30 and value["inventory"]["2026-03"] == 10
    assert value["revenue"]["2026-02"] == 700 and value["revenue"]["2026-04"] == 900
    assert value["budget_revenue"]["2026-03"] == 950 and math.isnan(value["budget_revenue"]["2026-04"])
    assert math.isnan(value["backlog"]["2026-02"])


def test_bottleneck_hours_are_those_of_the_resource_with_the_highest_load(sheets):
    hours = sheets[sheets["measure"] == "bottleneck_hours"].set_index("period")["value"]
    assert hours["2026-04"] == 40  # 80 made x half an hour on coat, not pack
    assert hours["2026-02"] == 38


def test_cover_walks_forward(sheets):
    cover = sheets[sheets["measure"] == "cover_days"].set_index("period")["value"]
    assert cover["2026-02"] == pytest.approx(31 * 30 / 100)  # 30 in stock, 100 wanted in March
    assert math.isnan(cover["2026-05"])  # no demand is known after May


@pytest.mark.parametrize(
    ("stock", "demand", "days", "expected"),
    [
        (50, [100, 100], [30, 31], 15),
        (150, [100, 100], [30, 31], 45.5),
        (100, [100, 100], [30, 31], 30),
        (0, [100], [30], 0),
        (0, [0, 10], [30, 31], 30),
    ],
)
def test_forward_cover_by_hand(stock, demand, days, expected):
    assert forward_cover(stock, demand, days) == pytest.approx(expected)


def test_stock_that_outlasts_what_is_known_has_no_cover_figure():
    assert math.isnan(forward_cover(300, [100, 100], [30, 31]))


def test_identities_hold_and_a_broken_sheet_is_found(sheets):
    assert sheet_checks(sheets)["ok"].all()
    april = (sheets["measure"] == "production") & (sheets["period"] == "2026-04")
    broken = sheet_checks(sheets.assign(value=sheets["value"].mask(april, 81.0)))
    assert broken["ok"].tolist() == [True, False]
    assert broken["detail"].tolist()[1].startswith("largest difference 1.000")


def test_what_closed_months_leave_unexplained_is_told(sheets):
    """February: 25 + 76 - 70 = 31, counted 30."""
    left = unexplained_stock(sheets).set_index("period")["unexplained"]
    assert left["2026-02"] == -1
    assert pd.isna(left["2026-01"])
