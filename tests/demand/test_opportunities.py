"""The pipeline as demand, by hand: what counts, when, at which probability, and how much of the plan it covers."""

import numpy as np
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.customers import plan_customers
from sopkit.demand.opportunities import crm_calibration, crm_cover, crm_demand, deals_on_record, decided_deals, slip_months


def deal(name: str, stage: str, probability: float, **changes: object) -> dict:
    row = {"opportunity": name, "customer": "K", "item": "A", "region": "SE", "channel": "retail", "stage": stage}
    return row | {"probability_share": probability, "quantity": 100.0, "period": "2026-05", "in_baseline": False} | changes


def demand_of(table, rows: list[dict], earlier: list[dict] | None = None, slip: int = 0):
    deals = table("opportunities", rows)
    calibration = crm_calibration(deals, decided_deals(deals, table("opportunities", earlier)))
    found = conform(crm_demand(deals, calibration, cycle="2026-03", horizon=12, slip=slip), CONTRACTS["crm_demand"])
    return found.set_index("opportunity")


def test_lost_deals_and_those_in_the_baseline_never_count(table):
    rows = [deal("O1", "lost", 0.01), deal("O2", "won", 1.0, in_baseline=True), deal("O3", "proposal", 0.5, in_baseline=True)]
    assert demand_of(table, rows).empty


def test_open_deals_count_at_their_probability_and_won_ones_whole(table):
    found = demand_of(table, [deal("O1", "proposal", 0.5), deal("O2", "won", 0.9, period="2026-04")])
    assert found["expected_quantity"].to_dict() == {"O1": 50, "O2": 100}  # nothing was decided yet: what is stated counts
    assert found["period"].to_dict() == {"O1": "2026-05", "O2": "2026-04"}


def test_late_dates_slip_and_the_horizon_ends(table):
    rows = [
        deal("O1", "proposal", 0.5, period="2026-01"),
        deal("O2", "proposal", 0.5, period="2027-02"),
        deal("O3", "won", 1, period="2026-01"),
    ]
    rows.append(deal("O4", "proposal", 0.5, period=None))
    assert demand_of(table, rows)["period"].to_dict() == {"O1": "2026-03", "O2": "2027-02"}  # O3 was delivered in a closed month
    assert demand_of(table, rows, slip=1)["period"].to_dict() == {"O1": "2026-03"}


def test_a_delivery_schedule_is_rows_of_one_deal(table):
    """Call-offs of 100 in January, May and June at one half: the late one falls into M0; decided, it is one deal that slipped a month."""
    months = ("2026-01", "2026-05", "2026-06")
    rows = [deal("O1", "proposal", 0.5, period=month) for month in months]
    found = demand_of(table, rows)
    assert found["period"].tolist() == ["2026-03", "2026-05", "2026-06"]
    assert found["expected_quantity"].sum() == 150
    won = [deal("O1", "won", 1.0, period=month) for month in ("2026-02", "2026-05", "2026-06")]
    decided = decided_deals(table("opportunities", won), table("opportunities", rows))
    assert decided[["won", "slipped_months"]].values.tolist() == [[1, 1]]
    standing = crm_calibration(table("opportunities", rows), decided.head(0)).set_index("stage")
    assert standing.loc["proposal", "open_deals"] == 1


def test_probabilities_are_calibrated_by_what_became_of_such_deals(table):
    """Twenty offers at .6: eight won. Brier (8 x .16 + 12 x .36) / 20 = .28; calibrated (8 + 20 x .6) / 40 = .5, so .6 becomes .5."""
    earlier = [deal(f"D{number:02d}", "proposal", 0.6) for number in range(20)]
    now = [deal(f"D{number:02d}", "won" if number < 8 else "lost", 1.0, period="2026-02") for number in range(20)]
    now.append(deal("O1", "proposal", 0.6))
    deals = table("opportunities", now)
    decided = decided_deals(deals, table("opportunities", earlier))
    found = conform(crm_calibration(deals, decided), CONTRACTS["crm_calibration"]).set_index("stage")
    assert found.loc["proposal", ["decided", "won_share", "stated_share", "brier_score", "calibrated_share"]].tolist() == pytest.approx(
        [20, 0.4, 0.6, 0.28, 0.5]
    )
    assert found.loc["qualified", "decided"] == 0
    assert demand_of(table, now, earlier).loc["O1", "expected_quantity"] == pytest.approx(50)


def test_slip_is_the_median_of_won_deals(table):
    earlier = [deal(f"D{number}", "proposal", 0.6, period="2026-01") for number in range(6)]
    late = ["2026-01", "2026-02", "2026-02", "2026-03", "2026-04"]
    now = [deal(f"D{number}", "won", 1.0, period=period) for number, period in enumerate(late)] + [
        deal("D5", "lost", 0.0, period="2027-01")
    ]
    decided = decided_deals(table("opportunities", now), table("opportunities", earlier))
    assert slip_months(decided) == 1
    assert slip_months(decided.head(4)) == 0  # too few tell


def test_cover_by_hand(table):
    """Plan 100 a month: 60 ordered for March (10 cancelled), a deal of 100 at one half in May; June is not looked at."""
    items = table("items", [{"item": item, "item_name": item, "family": item, "supply_strategy": "stock"} for item in "AB"])
    cell = {
        "region": "SE",
        "channel": "retail",
        "baseline": 100,
        "lifecycle": 0,
        "override": 0,
        "quantity": 100,
        "net_price": 1,
        "revenue": 100,
    }
    plan = table("consensus_demand", [cell | {"item": "A", "period": f"2026-0{month}"} for month in (3, 4, 5, 6)])
    order = {
        "order": "1",
        "item": "A",
        "region": "SE",
        "channel": "retail",
        "customer": "K",
        "order_date": np.datetime64("2026-02-01", "s"),
        "shipped_quantity": 0,
    }
    orders = [order | {"line": "1", "requested_date": np.datetime64("2026-03-10", "s"), "quantity": 70, "cancelled_quantity": 10}]
    orders.append(order | {"line": "2", "requested_date": np.datetime64("2026-06-10", "s"), "quantity": 500})
    pipeline = demand_of(table, [deal("O1", "proposal", 0.5)]).reset_index()
    found = crm_cover(plan, pipeline, table("orders", orders), items).set_index("family")
    assert found.loc["A"].tolist() == pytest.approx([60, 50, 300, 110 / 300])
    assert found.loc["*", "cover_ratio"] == pytest.approx(110 / 300)
    assert crm_cover(plan, pipeline, table("orders"), items).set_index("family").loc["*", "cover_ratio"] == pytest.approx(50 / 300)


def test_calibration_learns_from_all_cycles_on_record(table):
    """Five deals stated .6 were decided in two cycles, two of them won: Brier (2 x .16 + 3 x .36) / 5 = .28."""
    first = [deal(f"O{number}", "won" if number < 2 else "lost", 1.0) for number in range(3)]
    second = [deal(f"O{number}", "lost", 0.0) for number in range(3, 5)]
    stated = table("opportunities", [deal(f"O{number}", "proposal", 0.6, period="2026-04") for number in range(5)])
    february = deals_on_record(decided_deals(table("opportunities", first), stated), table("crm_record"), cycle="2026-02")
    february = conform(february, CONTRACTS["crm_record"])
    assert february["decided_in"].tolist() == ["2026-02"] * 3 and february["slipped_months"].tolist() == [1.0] * 3
    now = table("opportunities", [*first, *second])
    march = conform(deals_on_record(decided_deals(now, stated), february, cycle="2026-03"), CONTRACTS["crm_record"])
    assert march["decided_in"].tolist() == ["2026-02"] * 3 + ["2026-03"] * 2  # each once, as it was decided first
    row = crm_calibration(now, march).set_index("stage").loc["proposal"]
    assert (row["decided"], row["won_share"]) == (5, 0.4) and row["brier_score"] == pytest.approx(0.28)
    again = deals_on_record(decided_deals(now, stated), march, cycle="2026-04")
    assert conform(again, CONTRACTS["crm_record"]).equals(march)


def test_the_plan_by_customer(table):
    """K bought three quarters of A, M the rest; nobody is known to have bought B. A deal of M adds 40 units of A to come."""
    keys = {"region": "SE", "channel": "retail"}
    parts = {"baseline": 0, "lifecycle": 0, "override": 0}
    plan = table(
        "consensus_demand",
        [
            keys | parts | {"item": item, "period": period, "quantity": units, "net_price": 10, "revenue": 10 * units}
            for item, units in (("A", 100.0), ("B", 50.0))
            for period in ("2026-03", "2027-03")
        ],
    )
    plan = plan[(plan["period"] == "2026-03")].reset_index(drop=True)
    bought = [("K", 80.0, 5.0, "2026-01-10"), ("M", 25.0, 0.0, "2025-06-01"), ("K", 999.0, 0.0, "2025-01-01")]
    orders = orders_of(table, keys, bought)
    pipeline = demand_of(table, [deal("O1", "proposal", 0.4, customer="M", period="2026-03")]).reset_index()
    found = conform(plan_customers(plan, orders, pipeline, cutoff="2026-02"), CONTRACTS["plan_customers"]).set_index("customer")
    assert found["revenue"].to_dict() == {"-": 500, "K": 750, "M": 250}
    assert found["rank"].to_dict() == {"-": 2, "K": 1, "M": 3} and found["share"].sum() == pytest.approx(1)
    assert found["pipeline_revenue"].to_dict() == {"-": 0, "K": 0, "M": 400}
    assert plan_customers(plan, table("orders"), pipeline, cutoff="2026-02").empty


def orders_of(table, keys: dict, bought: list[tuple]):
    rows = [
        keys
        | {
            "order": f"X{number}",
            "line": "1",
            "item": "A",
            "customer": customer,
            "quantity": units,
            "shipped_quantity": units,
            "cancelled_quantity": off,
        }
        | dict.fromkeys(("order_date", "requested_date", "promised_date"), np.datetime64(day, "s"))
        for number, (customer, units, off, day) in enumerate(bought)
    ]
    return table("orders", rows)
