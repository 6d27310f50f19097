"""When and where demand can be met: what is committed, what can still be promised, and which customers need the bottleneck."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import first_day, period_range, shifted
from sopkit.supply.plan.matrices import Numbers, in_force, month_matrix
from sopkit.supply.plan.result import waiting_by_age

SERIES = ["item", "region", "channel"]
WORTH_TELLING = 1e-6  # units
YEAR = 12
NOBODY = "-"
ANY_SITE = "*"


def commitments(demand_fulfilment: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """What becomes of the consensus by family, region and month: committed, late and until when, lost.

    committed = consensus - late - lost. The oldest demand ships first, as in the plan, so that each late unit has its month.

    Args:
        demand_fulfilment: by contract, of the constrained plan.
        items: by contract.

    Returns:
        The Commitments contract; its sums are those of the plan.
    """
    if demand_fulfilment.empty:
        return empty(CONTRACTS["commitments"])
    plan = demand_fulfilment.sort_values([*SERIES, "period"], ignore_index=True)
    months = sorted(plan["period"].unique())
    late, backlog = (plan.pivot(index=SERIES, columns="period", values=name).fillna(0.0) for name in ("late", "closing_backlog"))
    waiting = waiting_by_age(late.to_numpy(float), backlog.to_numpy(float))
    there = waiting > WORTH_TELLING
    last = np.where(there.any(axis=1), len(months) - 1 - there[:, ::-1].argmax(axis=1), -1)  # series, month asked: last month end it waits
    position = (late.index.get_indexer(pd.MultiIndex.from_frame(plan[SERIES])), pd.Index(months).get_indexer(plan["period"]))
    plan = plan.assign(
        family=plan["item"].map(items.set_index("item")["family"]),
        committed=plan["demand"] - plan["late"] - plan["lost"],
        waiting=waiting[:, -1, :][position],
        ships=np.where(plan["late"] > WORTH_TELLING, last[position] + 1, -1),
    )
    grouped = plan.groupby(["family", "region", "period"], sort=True)
    table = grouped[["demand", "committed", "late", "waiting", "lost"]].sum().reset_index().rename(columns={"demand": "consensus"})
    ships = grouped["ships"].max().to_numpy()
    known = (ships >= 0) & (ships < len(months)) & (table["waiting"].to_numpy() <= WORTH_TELLING)
    table["late_until"] = [months[place] if told else None for place, told in zip(ships, known, strict=True)]
    table["committed"] = table["committed"].clip(lower=0.0)  # a difference of floats that is nothing
    return conform(table, CONTRACTS["commitments"])


def check_commitments(table: pd.DataFrame, consensus: pd.DataFrame, supply_plan: pd.DataFrame) -> pd.DataFrame:
    """Whether the commitments add up to the consensus by month, part by part, and to what the plan loses.

    Returns:
        rule, ok, detail.
    """
    parts = (table["consensus"] - table["committed"] - table["late"] - table["lost"]).abs()
    asked = table.groupby("period")["consensus"].sum() - consensus.groupby("period")["quantity"].sum()
    lost = table.groupby("period")["lost"].sum() - supply_plan.groupby("period")["lost"].sum()
    rows = [
        ("consensus = committed + late + lost, by family, region and month", parts),
        ("commitments add up to the consensus of each month", asked),
        ("commitments lose what the plan loses in each month", lost),
    ]
    told = [
        (rule, bool(off.abs().max() <= 1e-3), f"{len(off)} places, largest difference {off.abs().max():.6f}")
        for rule, off in rows
        if len(off)
    ]
    return pd.DataFrame(told, columns=["rule", "ok", "detail"])


def available_to_promise(
    supply_plan: pd.DataFrame, orders: pd.DataFrame, resources: pd.DataFrame, bill_of_resources: pd.DataFrame, *, cutoff: str
) -> pd.DataFrame:
    """What can still be promised by item and month: cumulative, and so that no promise made for a later month breaks.

    left(t) = sum over s <= t of supply(s) - booked(s); cumulative(t) = max(0, min over s >= t of left(s)); available(t) is its growth.
    Look-ahead ATP: T. Vollmann, W. Berry and C. Whybark, Manufacturing Planning and Control Systems, chapter on master scheduling.

    Args:
        supply_plan: by contract. Supply of a month is what is made, subcontracted and received less what goes into other items.
        orders: customers' order lines; open is what is neither shipped nor cancelled, by the month requested. Empty: nothing is booked.
        resources, bill_of_resources: where an item is made.
        cutoff: last closed period: what was requested until then and is open is overdue.

    Returns:
        The AvailableToPromise contract.
    """
    if supply_plan.empty:
        return empty(CONTRACTS["available_to_promise"])
    months = sorted(supply_plan["period"].unique())
    items = pd.Index(sorted(supply_plan["item"].unique()))
    supply = np.zeros((len(items), len(months)))
    for name in ("production", "subcontract", "receipts"):
        supply += month_matrix(supply_plan, items, months, "item", name)
    if "used_inside" in supply_plan:
        supply -= month_matrix(supply_plan.assign(used_inside=supply_plan["used_inside"].fillna(0.0)), items, months, "item", "used_inside")
    supply[:, 0] += month_matrix(supply_plan, items, months[:1], "item", "opening_stock")[:, 0]
    booked = _booked(orders, items, months, cutoff)
    left = np.cumsum(supply - booked, axis=1)
    ahead = np.minimum.accumulate(left[:, ::-1], axis=1)[:, ::-1]
    cumulative = np.maximum(ahead, 0.0)
    table = pd.DataFrame(
        {
            "item": np.repeat(items.to_numpy(object), len(months)),
            "site": np.repeat(_sites(items, resources, bill_of_resources), len(months)),
            "period": np.tile(np.array(months, dtype=object), len(items)),
            "supply": supply.ravel(),
            "booked": booked.ravel(),
            "available": np.diff(cumulative, axis=1, prepend=0.0).ravel(),
            "cumulative": cumulative.ravel(),
            "over_promised": np.maximum(-left, 0.0).ravel(),
        }
    )
    return conform(table, CONTRACTS["available_to_promise"])


def _booked(orders: pd.DataFrame, items: pd.Index, months: list[str], cutoff: str) -> Numbers:
    """Open units of customers' orders by item and month requested; what is overdue in the first, what lies behind the horizon in none."""
    if orders.empty:
        return np.zeros((len(items), len(months)))
    left = orders["quantity"] - orders["shipped_quantity"].fillna(0.0) - orders["cancelled_quantity"].fillna(0.0)
    asked = orders.assign(open_units=left)[left > 0]
    asked = asked.assign(period=asked["requested_date"].dt.strftime("%Y-%m"))
    asked["period"] = asked["period"].where(asked["period"] > cutoff, months[0])
    return month_matrix(asked, items, months, "item", "open_units")


def _sites(items: pd.Index, resources: pd.DataFrame, bill: pd.DataFrame) -> np.ndarray:
    """The one site whose resources make an item, else `*`."""
    made_at = bill.merge(resources[["resource", "site"]], on="resource").groupby("item")["site"].agg(lambda sites: sorted(set(sites)))
    return np.array([made_at[item][0] if item in made_at.index and len(made_at[item]) == 1 else ANY_SITE for item in items], dtype=object)


def bottleneck_of(bottlenecks: pd.DataFrame, resource_load: pd.DataFrame) -> str | None:
    """The resource whose extra hours save most over its months; where none binds the one with the highest load; None without any."""
    hours = bottlenecks[bottlenecks["kind"] == "resource"]
    if len(hours):
        saved = (hours["resolved_value"] * hours["extra"]).groupby(hours["limit"]).sum()
        return str(saved.sort_index().idxmax())
    loads = resource_load.dropna(subset=["load_ratio"])
    return str(loads.sort_values(["load_ratio", "resource"], ascending=[False, True])["resource"].iloc[0]) if len(loads) else None


def customer_load(
    resource: str | None,
    demand: pd.DataFrame,
    sales_history: pd.DataFrame,
    bill_of_resources: pd.DataFrame,
    unit_costs: pd.DataFrame,
    *,
    cutoff: str,
) -> pd.DataFrame:
    """Customers ranked by the hours of one resource that their planned demand takes, next twelve months.

    Planned demand of an item, region and channel is split by what each customer bought of it in the last twelve months; what has no such
    history stands with customer `-`. So the hours add up to those that demand takes of the resource.

    Args:
        resource: the bottleneck; None = there is none.
        demand: consensus_demand.
        sales_history: by day and customer.
        bill_of_resources, unit_costs: hours and variable cost per unit; a cost that is not known counts as nothing.
        cutoff: last closed period.

    Returns:
        The CustomerLoad contract; empty without a resource.
    """
    if resource is None or demand.empty:
        return empty(CONTRACTS["customer_load"])
    bill = bill_of_resources[bill_of_resources["resource"] == resource]
    planned = demand[demand["period"].isin(period_range(shifted(cutoff, 1), YEAR)) & demand["item"].isin(bill["item"])]
    if planned.empty:
        return empty(CONTRACTS["customer_load"])
    planned = planned.assign(
        hours=planned["quantity"] * planned["item"].map(bill.set_index("item")["hours"]),
        contribution=planned["revenue"] - planned["quantity"] * _variable_cost(planned, unit_costs),
    )
    measures = ["hours", "quantity", "revenue", "contribution"]
    by_series = planned.groupby(SERIES, sort=True)[measures].sum().reset_index()
    shares = _customer_shares(sales_history, cutoff)
    split = by_series.merge(shares, on=SERIES, how="left")
    split = split.assign(customer=split["customer"].fillna(NOBODY), part=split["part"].fillna(1.0))
    split[measures] = split[measures].mul(split["part"], axis=0)
    table = split.groupby("customer", sort=True)[measures].sum().reset_index().sort_values(["hours", "customer"], ascending=[False, True])
    whole = table["hours"].sum()
    return conform(
        table.assign(
            resource=resource,
            rank=np.arange(1, len(table) + 1),
            hours_share=table["hours"] / whole if whole > 0 else 0.0,
            contribution_per_hour=(table["contribution"] / table["hours"]).where(table["hours"] > 0),
        ),
        CONTRACTS["customer_load"],
    )


def _variable_cost(planned: pd.DataFrame, unit_costs: pd.DataFrame) -> Numbers:
    """Variable cost per unit of each row, in force in its month; the standard cost where there is none, 0 without either."""
    names, months = pd.Index(sorted(planned["item"].unique())), sorted(planned["period"].unique())
    standard, variable = in_force(unit_costs, names, months, ["unit_cost", "variable_cost"])
    cost = np.where(np.isnan(variable), np.nan_to_num(standard), variable)
    return cost[names.get_indexer(planned["item"]), pd.Index(months).get_indexer(planned["period"])]


def _customer_shares(sales_history: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Part of the last twelve months' units of each series that each customer bought; series without units have no row."""
    first, last = pd.Timestamp(first_day(shifted(cutoff, 1 - YEAR))), pd.Timestamp(first_day(shifted(cutoff, 1)))
    recent = sales_history[(sales_history["date"] >= first) & (sales_history["date"] < last)]
    bought = recent.groupby([*SERIES, "customer"], sort=True)["quantity"].sum().clip(lower=0.0).reset_index()
    whole = bought.groupby(SERIES)["quantity"].transform("sum")
    return bought[whole > 0].assign(part=bought["quantity"] / whole).drop(columns="quantity")
