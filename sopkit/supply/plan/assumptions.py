"""What the plan takes for granted where the inputs are silent, or where the policy leaves a rule out."""

import pandas as pd

from sopkit.supply.plan.inputs import SupplyInputs, names_of
from sopkit.supply.policy import SupplyPolicy


def _without_a_site(inputs: SupplyInputs) -> set[str]:
    """Items with sites of which some table says something without naming one."""
    told = set(inputs.site_items["item"])
    kept = told if (inputs.targets["target"] == "safety_days").any() else set()
    return told & {*kept, *inputs.open_orders["item"], *inputs.stock_limits["item"]}


def _lots_left_out(inputs: SupplyInputs, policy: SupplyPolicy) -> pd.Series:
    """Items with setups or lots whose families the policy does not plan them for."""
    lots = inputs.lot_sizes
    whole = lots[["setup_cost", "setup_hours", "minimum_lot", "lot_multiple"]].fillna(0.0).gt(0).any(axis=1)
    family = lots["item"].map(inputs.items.set_index("item")["family"])
    return lots.loc[whole & ~family.isin(policy.lots_planned_for) & ("*" not in policy.lots_planned_for), "item"]


def _terms_left_out(inputs: SupplyInputs, policy: SupplyPolicy) -> dict[str, pd.Series]:
    """Components whose contracts say more than the plan keeps, and items that the last plan does not know."""
    contracts = inputs.supplier_contracts.sort_values(["supplier", "component", "valid_from", "from_quantity"])
    before = contracts.groupby(["supplier", "component", "valid_from"])["price"].shift()
    falling = contracts.loc[contracts["price"] < before, "component"].drop_duplicates()
    smallest = contracts.loc[contracts["minimum_order"].astype(float) > 0, "component"].drop_duplicates()
    nothing = contracts["component"].iloc[:0]
    return {
        "smallest orders of suppliers are not planned: any quantity is bought": nothing if policy.orders_planned else smallest,
        "prices of suppliers that fall by quantity are not planned: the first price counts": nothing if policy.orders_planned else falling,
    }


def assumed(inputs: SupplyInputs, *, cutoff: str, policy: SupplyPolicy | None = None) -> pd.DataFrame:
    """What the plan takes for granted where the inputs are silent.

    Args:
        inputs: by contract.
        cutoff: last closed period.
        policy: the company's; None = the default.

    Returns:
        One row per assumption that is made: assumption, items (how many), which (the first of them).
    """
    rows = [(assumption, len(items), names_of(items)) for assumption, items in silences(inputs, cutoff=cutoff, policy=policy).items()]
    frame = pd.DataFrame(rows, columns=["assumption", "items", "which"])
    return frame.astype({"assumption": "str", "items": "int64", "which": "str"})


def silences(inputs: SupplyInputs, *, cutoff: str, policy: SupplyPolicy | None = None) -> dict[str, pd.Series]:
    """What the inputs are silent about, and the items, or components, that it is about.

    Args:
        inputs, cutoff, policy: as in `assumed`.
    """
    asked = inputs.demand.loc[inputs.demand["quantity"] > 0, "item"].drop_duplicates()
    strategy = inputs.items.set_index("item")["supply_strategy"]
    planned = asked[asked.map(strategy) != "service"].sort_values()
    made = planned[planned.map(strategy).isin(["stock", "order"])]
    opening = inputs.inventory.loc[inputs.inventory["period"] == cutoff, "item"]
    silent = {
        "no stock at the cutoff is told: opens with none": planned[~planned.isin(opening)],
        "no hours in the bill of resources: capacity does not limit it": made[~made.isin(inputs.bill_of_resources["item"])],
        "no unit cost: making and keeping it costs the plan nothing": planned[~planned.isin(inputs.unit_costs["item"])],
        "price 0 in the demand: the plan ships it, but last of all": planned[
            ~planned.isin(inputs.demand.loc[inputs.demand["net_price"] > 0, "item"])
        ],
        "nothing is told of what is on order: no month is frozen": made if inputs.open_orders.empty else made[:0],
        "lots and setups are not planned, only the most in a month": made[made.isin(_lots_left_out(inputs, policy or SupplyPolicy()))],
        "safety stock, limits of stock and what is on order stand at the item's first site": planned[planned.isin(_without_a_site(inputs))],
    }
    silent |= _terms_left_out(inputs, policy or SupplyPolicy())
    return {assumption: items for assumption, items in silent.items() if len(items)}
