"""Rules of the history, with numbers that fit on a sheet of paper."""

import numpy as np
import pandas as pd

from sopkit.data import cleaning
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.inputs_sales import Orders, SalesHistory
from sopkit.data.contracts.inputs_supply import Inventory, ProductionHistory
from sopkit.data.plausibility.across import unknown_codes
from sopkit.periods import period_range

CUTOFF = "2026-04"
NO_ORDERS = empty(Orders)


def sales(*rows: tuple[str, str, float, float, float | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["date", "item", "quantity", "revenue", "cost"])
    frame["date"] = pd.to_datetime(frame["date"])
    return conform(frame.assign(region="north", channel="retail", customer="-", cost=frame["cost"].astype(float)), SalesHistory)


def orders(*rows: tuple[str, str, str, float, float | None, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["item", "order_date", "requested_date", "quantity", "cancelled_quantity", "ship_date"])
    for column in ("order_date", "requested_date", "ship_date"):
        frame[column] = pd.to_datetime(frame[column])
    numbers = [f"{index:03d}" for index in range(len(frame))]
    frame = frame.assign(order=numbers, line="1", region="north", channel="retail", customer="-", shipped_quantity=frame["quantity"])
    return conform(frame.assign(cancelled_quantity=frame["cancelled_quantity"].astype(float)), Orders)


SALES = sales(
    ("2026-01-05", "A", 10, 100.10, 60),
    ("2026-01-25", "A", 2, 20.05, 12),
    ("2026-03-02", "A", 4, 40, 24),
    ("2026-03-09", "B", 5, 5, None),
    ("2026-04-09", "A", -1, -10, -6),
)


def test_history_is_unbroken_from_the_first_sale():
    history = cleaning.demand_history(SALES, NO_ORDERS, cutoff=CUTOFF)
    assert history[["item", "period", "quantity", "sold_quantity", "revenue", "cost"]].fillna(-1).to_numpy().tolist() == [
        ["A", "2026-01", 12, 12, 120.15, 72],
        ["A", "2026-02", 0, 0, 0, 0],
        ["A", "2026-03", 4, 4, 40, 24],
        ["A", "2026-04", -1, -1, -10, -6],
        ["B", "2026-03", 5, 5, 5, -1],
        ["B", "2026-04", 0, 0, 0, 0],
    ]
    assert set(history["source"]) == {"sales"}


def test_demand_is_what_was_asked_for_where_orders_cover_the_month():
    book = orders(
        ("A", "2026-01-20", "2026-01-25", 3, None, None),  # the first month of the orders is not whole
        ("A", "2026-02-10", "2026-03-05", 9, 2, None),
        ("B", "2026-02-20", "2026-02-28", 6, None, None),
        ("A", "2026-03-10", "2026-05-05", 8, None, None),  # asked for after the cutoff
    )
    assert cleaning.covered_from(book) == "2026-04"  # 95 % of the orders are placed within 56 days
    soon = orders(
        *[
            ("A", "2026-01-20", "2026-01-25", 3, None, None),
            ("A", "2026-02-20", "2026-02-28", 9, 2, None),
            ("B", "2026-02-20", "2026-02-28", 6, None, None),
        ]
    )
    assert cleaning.covered_from(soon) == "2026-02"
    history = cleaning.demand_history(SALES, soon, cutoff=CUTOFF)
    assert history[["item", "period", "quantity", "sold_quantity", "source"]].to_numpy().tolist() == [
        ["A", "2026-01", 12, 12, "sales"],
        ["A", "2026-02", 7, 0, "orders"],
        ["A", "2026-03", 0, 4, "orders"],
        ["A", "2026-04", 0, -1, "orders"],
        ["B", "2026-02", 6, 0, "orders"],
        ["B", "2026-03", 0, 5, "orders"],
        ["B", "2026-04", 0, 0, "orders"],
    ]
    checks = cleaning.history_checks(history, SALES, soon, cutoff=CUTOFF)
    assert checks["ok"].all() and "demand ties to the order lines by requested month" in checks["rule"].tolist()


def test_history_equals_a_plain_loop():
    rng = np.random.default_rng(7)
    days = pd.date_range("2025-10-03", "2026-05-20")
    rows = [
        (f"{days[rng.integers(len(days))]:%Y-%m-%d}", f"I{rng.integers(4)}", float(rng.integers(-2, 9)), float(rng.integers(1, 99)), 1.0)
        for _ in range(150)
    ]
    unique = {(day, item): row for row in rows for day, item in [row[:2]]}
    frame = sales(*unique.values())
    history = cleaning.demand_history(frame, NO_ORDERS, cutoff=CUTOFF)
    wanted: dict[tuple[str, str], list[float]] = {}
    for day, item, quantity, revenue, _ in unique.values():
        if day[:7] <= CUTOFF:
            cell = wanted.setdefault((item, day[:7]), [0.0, 0.0])
            cell[0] += quantity
            cell[1] += revenue
    for item in {item for item, _ in wanted}:
        first = min(period for other, period in wanted if other == item)
        for period in period_range("2025-10", 7):
            if period >= first:
                wanted.setdefault((item, period), [0.0, 0.0])
    got = {(row.item, row.period): [row.quantity, row.revenue] for row in history.itertuples()}
    assert got == wanted


def test_checks_fire():
    history = cleaning.demand_history(SALES, NO_ORDERS, cutoff=CUTOFF)
    good = cleaning.history_checks(history, SALES, NO_ORDERS, cutoff=CUTOFF)
    assert good["ok"].all()
    assert good["detail"].iloc[-1] == "2 of 6 months have none"
    for broken in (
        history.assign(revenue=history["revenue"] + 0.01),
        history.assign(quantity=history["quantity"].where(history["quantity"] != 12, 11)),
        history.assign(
            quantity=history["quantity"].where(history["period"] != "2026-02", 5),
            sold_quantity=history["sold_quantity"].where(history["period"] != "2026-02", 5),
        ),
        history.assign(sold_quantity=history["sold_quantity"] * 2),
        history.drop(index=1),
        pd.concat([history, history.tail(1)]),
    ):
        assert not cleaning.history_checks(broken, SALES, NO_ORDERS, cutoff=CUTOFF)["ok"].all()


def test_what_was_not_known_at_the_cutoff():
    book = orders(
        ("A", "2026-04-30", "2026-05-10", 3, None, "2026-05-02"),
        ("A", "2026-04-01", "2026-04-10", 4, None, "2026-04-09"),
        ("A", "2026-05-01", "2026-05-10", 5, None, None),
        ("A", "2026-07-01", "2026-07-10", 6, None, None),
    )
    closed = cleaning.known_at_cutoff(book, "orders", cutoff=CUTOFF)
    assert (closed.partial_rows, closed.future_rows, closed.later_events) == (1, 1, 1)
    assert closed.keep.tolist() == [True, True, False, False]
    assert closed.frame["shipped_quantity"].tolist() == [0, 4]
    assert closed.frame["ship_date"].isna().tolist() == [True, False]
    assert book["shipped_quantity"].tolist() == [3, 4, 5, 6]
    made = pd.DataFrame(
        {
            "production_order": ["1"],
            "item": ["A"],
            "start_date": pd.to_datetime(["2026-04-20"]),
            "finish_date": pd.to_datetime(["2026-05-02"]),
            "quantity": [5.0],
        }
    )
    assert cleaning.known_at_cutoff(conform(made, ProductionHistory), "production_history", cutoff=CUTOFF).frame["finish_date"].isna().all()


def test_missing_months_and_unknown_codes():
    stock = conform(
        pd.DataFrame({"item": ["A", "X", "X"], "period": ["2026-01", "2026-01", "2026-03"], "quantity": [1.0, 2.0, 3.0]}), Inventory
    )
    assert cleaning.missing_months(stock, "inventory", cutoff=CUTOFF) == ["2026-02", "2026-04"]
    assert cleaning.missing_months(stock, "budget", cutoff=CUTOFF) == []
    items = pd.DataFrame({"item": ["A", "B"], "family": ["F", "F"]})
    unknown = unknown_codes(stock, {"items": items, "inventory": stock}, "inventory")
    assert unknown.to_numpy().tolist() == [["item", "items", "X", 2, 2 / 3, 5 / 6]]


def test_months_of_dates_and_labels():
    days = pd.Series(pd.to_datetime(["2026-03-31", None, "2025-12-01"]))
    assert cleaning.months_of(days).fillna("").tolist() == ["2026-03", "", "2025-12"]
    labels = pd.Series(["2026-03"], dtype="str")
    assert cleaning.months_of(labels).tolist() == ["2026-03"]


def test_nothing_sold_is_an_empty_history():
    assert cleaning.demand_history(empty(SalesHistory), NO_ORDERS, cutoff=CUTOFF).empty
