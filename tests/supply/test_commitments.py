"""Commitments tie to the consensus and to the plan; promises are cumulative; customers share the bottleneck."""

from dataclasses import replace

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.supply.plan import constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting
from sopkit.supply.review.commitments import (
    available_to_promise,
    bottleneck_of,
    check_commitments,
    commitments,
    customer_load,
)

CUTOFF = "2026-02"
WAITS = SupplyPolicy(frozen_months=0, capital_rate=0.0, waiting={"*": Waiting(share=0.5, months=2)})


@pytest.fixture
def crunch(one_line, demand_rows, inputs_of):
    """12 hours a month with overtime; 12, 20, 8 and 9 units asked for, in April 5 of them from NO."""
    south = demand_rows("A", "2026-03", [12, 15, 8, 9])
    north = demand_rows("A", "2026-04", [5.0], region="NO")
    return replace(one_line, demand=inputs_of(items=[{"item": "A"}], demand=south + north).demand)


def test_each_unit_is_committed_late_or_lost(crunch):
    plan = constrained_plan(crunch, WAITS, cutoff=CUTOFF)
    table = commitments(plan.demand_fulfilment, crunch.items)
    april = table[table["period"] == "2026-04"].set_index("region")
    # 12 of 20 are made: 4 wait and 4 are lost, three quarters of each in SE; 2 of the 4 ship in May, and waiting to June, at 5 a unit and
    # month, is cheaper than an hour of overtime at 30
    assert april["consensus"].to_dict() == {"NO": 5, "SE": 15}
    assert april["committed"].to_dict() == pytest.approx({"NO": 3, "SE": 9})
    assert april["late"].to_dict() == pytest.approx({"NO": 1, "SE": 3})
    assert april["lost"].to_dict() == pytest.approx({"NO": 1, "SE": 3})
    assert set(april["late_until"]) == {"2026-06"}
    assert table.loc[table["period"] != "2026-04", "late_until"].isna().all()
    assert check_commitments(table, crunch.demand, plan.supply_plan)["ok"].all()


def test_what_still_waits_at_the_horizon_has_no_month(crunch):
    late_crunch = replace(crunch, demand=crunch.demand.assign(quantity=[12.0, 8.0, 8.0, 30.0, 5.0]))
    cheap = WAITS.model_copy(update={"lost_goodwill_share": 0.0})
    plan = constrained_plan(late_crunch, cheap, cutoff=CUTOFF)
    table = commitments(plan.demand_fulfilment, late_crunch.items)
    assert table["waiting"].sum() == pytest.approx(plan.demand_fulfilment.query("period == '2026-06'")["closing_backlog"].sum())
    assert table.loc[table["waiting"] > 1e-6, "late_until"].isna().all()


def test_a_commitment_that_does_not_tie_is_told(crunch):
    plan = constrained_plan(crunch, WAITS, cutoff=CUTOFF)
    table = commitments(plan.demand_fulfilment, crunch.items)
    wrong = table.assign(committed=table["committed"] + 1)
    assert check_commitments(wrong, crunch.demand, plan.supply_plan)["ok"].tolist() == [False, True, True]
    more = crunch.demand.assign(quantity=crunch.demand["quantity"] * 2)
    assert check_commitments(table, more, plan.supply_plan)["ok"].tolist() == [True, False, True]


def supply_rows(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Month, opening stock, production; everything else is nothing."""
    zero = {name: 0.0 for name in CONTRACTS["supply_plan"].column_names() if name not in ("item", "period")}
    return conform(
        pd.DataFrame([zero | {"item": "A", "period": month, "opening_stock": stock, "production": made} for month, stock, made in rows]),
        CONTRACTS["supply_plan"],
    )


def order_rows(*rows: tuple[str, float, float]) -> pd.DataFrame:
    """Day requested, units ordered, units shipped."""
    frame = pd.DataFrame(
        [
            {
                "order": f"O{place}",
                "line": "1",
                "item": "A",
                "region": "SE",
                "channel": "retail",
                "customer": "K",
                "order_date": pd.Timestamp("2026-01-01"),
                "requested_date": pd.Timestamp(day),
                "quantity": quantity,
                "shipped_quantity": shipped,
            }
            for place, (day, quantity, shipped) in enumerate(rows)
        ]
    )
    return conform(frame, CONTRACTS["orders"])


def test_no_promise_breaks_a_later_one():
    """Stock 10; 5 made a month; booked 4 (2 of them overdue), 0, 14: until May 20 - 18 = 2 are left, and so in March already."""
    plan = supply_rows(("2026-03", 10, 5), ("2026-04", 0, 5), ("2026-05", 0, 0), ("2026-06", 0, 5))
    orders = order_rows(("2026-01-20", 5, 3), ("2026-03-05", 2, 0), ("2026-05-10", 14, 0), ("2026-04-02", 3, 3))
    table = available_to_promise(plan, orders, empty(CONTRACTS["resources"]), empty(CONTRACTS["bill_of_resources"]), cutoff=CUTOFF)
    assert table["booked"].tolist() == [4, 0, 14, 0]
    assert table["cumulative"].tolist() == [2, 2, 2, 7]
    assert table["available"].tolist() == [2, 0, 0, 5]
    assert table["over_promised"].tolist() == [0, 0, 0, 0]
    assert set(table["site"]) == {"*"}


def test_what_is_promised_beyond_supply_is_told():
    plan = supply_rows(("2026-03", 0, 5), ("2026-04", 0, 5))
    table = available_to_promise(
        plan, order_rows(("2026-03-05", 8, 0)), empty(CONTRACTS["resources"]), empty(CONTRACTS["bill_of_resources"]), cutoff=CUTOFF
    )
    assert table["over_promised"].tolist() == [3, 0]
    assert table["cumulative"].tolist() == [0, 2]


def test_the_site_is_the_one_that_makes_it(inputs_of):
    frames = inputs_of(
        resources=[{"resource": "line", "site": "NORTH"}, {"resource": "press", "site": "SOUTH"}],
        bill_of_resources=[{"item": "A", "resource": "line", "hours": 1.0}],
    )
    plan = supply_rows(("2026-03", 0, 5))
    table = available_to_promise(plan, empty(CONTRACTS["orders"]), frames.resources, frames.bill_of_resources, cutoff=CUTOFF)
    assert table["site"].tolist() == ["NORTH"]


def sales(*rows: tuple[str, str, float]) -> pd.DataFrame:
    frame = pd.DataFrame(
        [
            {
                "date": pd.Timestamp(day),
                "item": "A",
                "region": "SE",
                "channel": "retail",
                "customer": who,
                "quantity": units,
                "revenue": 0.0,
            }
            for day, who, units in rows
        ]
    )
    return conform(frame, CONTRACTS["sales_history"])


def test_customers_share_the_hours_as_they_bought(crunch):
    """SE buys 44 units in the year planned, 3 of 4 by K1; the 5 of NO have no history. An hour a unit, 100 - 40 a unit."""
    inputs = replace(crunch, demand=crunch.demand.assign(revenue=crunch.demand["quantity"] * 100.0))
    history = sales(("2026-01-05", "K1", 30), ("2026-02-05", "K2", 10), ("2024-01-05", "K3", 99))
    table = customer_load("line", inputs.demand, history, inputs.bill_of_resources, inputs.unit_costs, cutoff=CUTOFF).set_index("customer")
    assert table["hours"].to_dict() == pytest.approx({"-": 5, "K1": 33, "K2": 11})
    assert table["rank"].to_dict() == {"K1": 1, "K2": 2, "-": 3}
    assert table["hours"].sum() == pytest.approx(inputs.demand["quantity"].sum())
    assert table["hours_share"].sum() == pytest.approx(1)
    assert table["contribution_per_hour"].tolist() == pytest.approx([60, 60, 60])
    assert customer_load(None, inputs.demand, history, inputs.bill_of_resources, inputs.unit_costs, cutoff=CUTOFF).empty


def test_the_bottleneck_is_what_saves_most_or_is_fullest(crunch):
    plan = constrained_plan(crunch, WAITS, cutoff=CUTOFF)
    none = empty(CONTRACTS["bottlenecks"])
    assert bottleneck_of(none, plan.resource_load) == "line"
    assert bottleneck_of(none, plan.resource_load.iloc[:0]) is None
    rows = [("resource", "a", 1.0, 10.0), ("resource", "b", 2.0, 20.0), ("supplier", "c", 9.0, 900.0)]
    told = pd.DataFrame(rows, columns=["kind", "limit", "extra", "resolved_value"])
    assert bottleneck_of(told, plan.resource_load) == "b"
