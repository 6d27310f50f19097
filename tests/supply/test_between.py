"""Between the meetings: stock rolled to today, projected by the plan, and releases that nobody approved. Figures by hand."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.supply.review.between import Today, watched

DAY = date(2026, 3, 11)


def frame(table: str, *rows: dict) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows)), CONTRACTS[table]) if rows else empty(CONTRACTS[table])


def plan(*rows: tuple[str, str, float, float, float, float]) -> pd.DataFrame:
    """Item, month, demand, production, receipts, target."""
    zero = {name: 0.0 for name in CONTRACTS["supply_plan"].column_names() if name not in ("item", "period")}
    columns = ("item", "period", "demand", "production", "receipts", "target_stock")
    return frame("supply_plan", *(zero | dict(zip(columns, row, strict=True)) for row in rows))


def sale(day: str, item: str, units: float) -> dict:
    return {"date": pd.Timestamp(day), "item": item, "region": "SE", "channel": "c", "customer": "K", "quantity": units, "revenue": 0.0}


def order(day: str, item: str, units: float, kind: str = "production") -> dict:
    return {"kind": kind, "item": item, "period": day, "quantity": units}


def made(number: str, start: str, finish: str | None, units: float, item: str = "A") -> dict:
    dates = {"start_date": pd.Timestamp(start), "finish_date": pd.Timestamp(finish) if finish else pd.NaT}
    return {"production_order": number, "item": item, "quantity": units} | dates


ITEMS = [
    {"item": name, "item_name": name, "family": "F", "supply_strategy": kind, "planning_factor": 1.0, "tier": "A", "active": True}
    for name, kind in (("A", "stock"), ("B", "buy"))
]
PLAN = plan(
    ("A", "2026-03", 62, 31, 0, 10),
    ("A", "2026-04", 30, 60, 0, 10),
    ("A", "2026-05", 31, 31, 0, 10),
    ("A", "2026-06", 30, 30, 0, 10),
    ("B", "2026-03", 31, 5, 10, 0),
    ("B", "2026-04", 0, 0, 0, 0),
)


@pytest.fixture
def today() -> Today:
    """A: 20 at the end of February, 22 sold and 8 finished since: 6 left. B: 100."""
    return Today(
        DAY,
        frame(
            "inventory",
            {"item": "A", "period": "2026-02", "quantity": 20.0},
            {"item": "A", "period": "2026-01", "quantity": 99.0},
            {"item": "B", "period": "2026-02", "quantity": 100.0},
        ),
        frame("open_orders", order("2026-03", "A", 21.0), order("2026-02", "A", 2.0), order("2026-03", "B", 15.0, "purchase")),
        frame(
            "sales_history",
            sale("2026-02-20", "A", 50),
            sale("2026-03-02", "A", 12),
            sale("2026-03-10", "A", 10),
            sale("2026-03-12", "A", 9),
        ),
        empty(CONTRACTS["orders"]),
        frame("production_history", made("1", "2026-02-20", "2026-03-05", 8.0), made("2", "2026-02-20", None, 4.0)),
        frame("items", *ITEMS),
    )


def test_stock_is_rolled_to_today_and_runs_out_on_its_day(today):
    """6 left, 40 asked for and 23 on order over the 21 days to 31 March: 17/21 a day more goes than comes, more than half a unit short on
    the ninth day."""
    found = watched(today, PLAN, month="2026-03")
    assert found.stock_as_of == date(2026, 2, 28)
    assert found.newest == date(2026, 3, 10) and found.age_days(DAY) == 1
    [row] = found.stock_outs.to_dict("records")
    assert (row["item"], row["stock"]) == ("A", 6)
    assert 6 - 8 * 17 / 21 > -0.5 > 6 - 9 * 17 / 21
    assert row["date"] == date(2026, 3, 19)
    assert row["family"] == "F"


def test_the_timeline_ends_each_week(today):
    line = watched(today, PLAN, month="2026-03").timeline
    own = line[line["item"] == "A"].reset_index(drop=True)
    assert len(own) == 13
    assert own["week"].iloc[0] == DAY
    assert own["stock"].iloc[0] == pytest.approx(6 - 7 * 17 / 21)
    assert own["stock"].iloc[2] == pytest.approx(6 - 17)  # 31 March
    assert own["stock"].iloc[3] == pytest.approx(6 - 17 + 7 * 1.0)  # April makes 60 for 30
    assert set(own["target"]) == {10}


def test_what_nobody_approved_and_what_is_missing(today):
    """A: 31 in the plan, 23 on order and 8 finished of orders from February: nothing wrong. B: 15 on order as the plan says."""
    assert watched(today, PLAN, month="2026-03").releases.empty
    orders = pd.concat([today.open_orders, frame("open_orders", order("2026-05", "A", 40.0), order("2026-04", "B", 7.0, "purchase"))])
    found = watched(replace(today, open_orders=orders), PLAN, month="2026-03").releases
    told = found[["kind", "item", "period", "released", "approved", "verdict"]].to_numpy().tolist()
    assert told == [
        ["purchase", "B", "2026-04", 7, 0, "not approved"],
        ["production", "A", "2026-05", 40, 31, "not approved"],
    ]
    fewer = today.open_orders[today.open_orders["period"] != "2026-03"]
    found = watched(replace(today, open_orders=fewer), PLAN, month="2026-03").releases
    assert found[["item", "released", "approved", "verdict"]].to_numpy().tolist() == [["A", 10, 31, "not released"]]


def test_an_order_started_and_finished_in_the_month_was_released_in_it(today):
    more = pd.concat([today.production_history, frame("production_history", made("3", "2026-03-02", "2026-03-09", 12.0))])
    found = watched(replace(today, production_history=more), PLAN, month="2026-03").releases
    assert found[["item", "released", "approved", "verdict"]].to_numpy().tolist() == [["A", 35, 31, "not approved"]]


def test_the_pace_of_the_month(today):
    """Eleven of 31 days are gone."""
    orders = frame(
        "orders",
        {
            "order": "O",
            "line": "1",
            "item": "A",
            "region": "SE",
            "channel": "c",
            "customer": "K",
            "order_date": pd.Timestamp("2026-03-01"),
            "requested_date": pd.Timestamp("2026-03-20"),
            "quantity": 9.0,
            "shipped_quantity": 2.0,
        },
    )
    [row] = watched(replace(today, orders=orders), PLAN, month="2026-03").pace.to_dict("records")
    assert row == {"family": "F", "planned": 93, "sold": 22, "booked": 7, "expected": pytest.approx(93 * 11 / 31)}


def test_without_stock_nothing_is_invented(today):
    found = watched(replace(today, inventory=empty(CONTRACTS["inventory"])), PLAN, month="2026-03")
    assert found.stock_as_of is None
    assert found.stock_outs.empty and found.timeline.empty
