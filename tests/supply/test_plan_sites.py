"""Sites, transfers, sourcing and the bill of materials, on plans worked out by hand."""

from dataclasses import replace

import pytest

from sopkit.supply.plan import checks, constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting

CUTOFF = "2026-02"
POLICY = SupplyPolicy(
    frozen_months=0, capital_rate=0.0, horizon_stock_worth_share=0.0, unmet_demand="refused", waiting={"*": Waiting(share=0, months=0)}
)


def costs(result) -> dict[str, float]:
    return {name: round(cost, 6) for name, cost in result.plan_costs.itertuples(index=False, name=None) if cost}


@pytest.fixture
def two_sites(inputs_of, demand_rows, hours_rows):
    """North makes 10 a month at 40, south 6 at 45; the region SE asks for 8 and 9, NO for 4 and 5; freight 1 at home, 3 abroad."""
    return inputs_of(
        items=[{"item": "A"}],
        demand=[*demand_rows("A", "2026-03", [8, 9], region="SE"), *demand_rows("A", "2026-03", [4, 5], region="NO")],
        unit_costs=[{"item": "A", "unit_cost": 40.0}],
        resources=[{"resource": "n", "site": "north"}, {"resource": "s", "site": "south"}],
        resource_calendar=[*hours_rows("n", "2026-03", [10, 10]), *hours_rows("s", "2026-03", [6, 6])],
        bill_of_resources=[{"item": "A", "resource": "n", "hours": 1.0}, {"item": "A", "resource": "s", "hours": 1.0}],
        site_items=[{"item": "A", "site": "north"}, {"item": "A", "site": "south", "extra_cost": 5.0}],
        sourcing=[
            {"family": "*", "region": region, "site": site, "sourcing_share": 0.5, "freight_cost": freight}
            for region, site, freight in (("SE", "south", 1.0), ("SE", "north", 3.0), ("NO", "north", 1.0), ("NO", "south", 3.0))
        ],
    )


def test_the_plan_chooses_the_cheaper_way(two_sites):
    # 26 units. A unit of the north costs 40 + 3 in SE, one of the south 45 + 1: the north runs full, 20 units; the south makes 6.
    result = constrained_plan(two_sites, POLICY.model_copy(update={"sourcing_shares": "chosen"}), cutoff=CUTOFF)
    # all 9 of NO from the north, 11 of SE from the north, 6 of SE from the south
    assert costs(result) == {"production and purchase": 20 * 40 + 6 * 45, "transfers and freight": 9 * 1 + 11 * 3 + 6 * 1}
    assert result.supply_plan["item"].tolist() == ["A", "A"]
    assert result.supply_plan["shipped"].tolist() == pytest.approx([12, 14])
    assert result.demand_fulfilment.groupby("region")["shipped"].sum().to_dict() == pytest.approx({"NO": 9, "SE": 17})
    assert result.resource_load.groupby("resource")["planned_hours"].sum().to_dict() == pytest.approx({"n": 20, "s": 6})
    assert result.deliveries.groupby(["origin", "destination"])["quantity"].sum().to_dict() == pytest.approx(
        {("north", "NO"): 9, ("north", "SE"): 11, ("south", "SE"): 6}
    )
    assert result.plan_outlays.groupby("kind")["amount"].sum().to_dict() == pytest.approx({"freight": 9 + 33 + 6, "site": 6 * 5})
    assert checks(two_sites, result)["ok"].all()


def test_sites_keep_their_shares_unless_the_plan_may_choose(two_sites):
    shares = two_sites.sourcing.assign(sourcing_share=two_sites.sourcing["site"].map({"north": 0.75, "south": 0.25}))
    result = constrained_plan(replace(two_sites, sourcing=shares), POLICY, cutoff=CUTOFF)
    sent = result.deliveries.groupby(["destination", "origin"])["quantity"].sum()
    assert sent[("SE", "south")] == pytest.approx(17 / 4)
    assert sent[("NO", "south")] == pytest.approx(9 / 4)
    assert checks(two_sites, result)["ok"].all()


def test_a_transfer_takes_its_time_and_its_stock_is_on_the_way(two_sites, inputs_of):
    # Only the north makes; the region is served by the south, to which a transfer takes a month: 8 on hand there in March.
    frames = inputs_of(
        site_items=[{"item": "A", "site": "north"}, {"item": "A", "site": "south", "opening_stock": 8.0}],
        inventory=[{"item": "A", "quantity": 8.0}],
        transfers=[{"item": "*", "from_site": "north", "to_site": "south", "transfer_cost": 2.0, "lead_time_days": 30.0}],
        sourcing=[{"family": "grills", "region": "SE", "site": "south"}],
    )
    names = ("site_items", "inventory", "transfers", "sourcing")
    inputs = replace(two_sites, **{name: getattr(frames, name) for name in names})
    inputs = replace(
        inputs,
        demand=inputs.demand[inputs.demand["region"] == "SE"],
        bill_of_resources=inputs.bill_of_resources[inputs.bill_of_resources["resource"] == "n"],
    )
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    plan = result.supply_plan
    assert plan["production"].tolist() == pytest.approx([9, 0])
    assert plan["closing_stock"].tolist() == pytest.approx([9, 0])  # at March's end 9 are on the way
    assert costs(result) == {"production and purchase": 9 * 40, "transfers and freight": 9 * 2}
    assert checks(inputs, result)["ok"].all()


def test_components_are_made_level_by_level_ahead_of_what_they_go_into(inputs_of, demand_rows, hours_rows):
    # A takes 2 B, a month ahead; B takes 3 C in the same month, a quarter of which is scrap: 4. The press makes 30 C a month.
    inputs = inputs_of(
        items=[{"item": "A", "supply_strategy": "order"}, {"item": "B"}, {"item": "C"}],
        demand=demand_rows("A", "2026-03", [0, 5, 6]),
        unit_costs=[{"item": item, "unit_cost": cost} for item, cost in (("A", 10.0), ("B", 4.0), ("C", 1.0))],
        resources=[{"resource": "press"}],
        resource_calendar=hours_rows("press", "2026-03", [60, 60, 60]),
        bill_of_resources=[{"item": "C", "resource": "press", "hours": 1.0}],
        bill_of_materials=[
            {"parent": "A", "component": "B", "quantity_per_unit": 2.0, "offset_days": 30.0},
            {"parent": "B", "component": "C", "quantity_per_unit": 3.0, "scrap_share": 0.25},
        ],
    )
    result = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    made = result.supply_plan.pivot(index="item", columns="period", values="production").round(6)
    assert made.loc["A"].tolist() == [0, 5, 6]
    assert made.loc["B"].tolist() == [10, 12, 0]
    assert made.loc["C"].tolist() == [40, 48, 0]
    used = result.supply_plan.pivot(index="item", columns="period", values="used_inside")
    assert used.loc["B"].tolist() == pytest.approx([10, 12, 0])
    assert result.resource_load["required_hours"].tolist() == pytest.approx([40, 48, 0])
    assert costs(result)["production and purchase"] == 11 * 10 + 22 * 4 + 88 * 1
    assert checks(inputs, result)["ok"].all()
    # with 44 hours in April, 4 of the 48 C are made in March
    tight = replace(inputs, resource_calendar=hours_frame(inputs, [60, 44, 60]))
    made = constrained_plan(tight, POLICY, cutoff=CUTOFF).supply_plan.pivot(index="item", columns="period", values="production")
    assert made.loc["C"].tolist() == pytest.approx([44, 44, 0])


def hours_frame(inputs, hours):
    return inputs.resource_calendar.assign(demonstrated_hours=[float(hour) for hour in hours])
