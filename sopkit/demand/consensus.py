"""The consensus: one unconstrained, unbiased demand plan = baseline + launches and phase-outs + reasoned overrides."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.demand.conflicts import campaigns_twice, conflicts_between
from sopkit.demand.hierarchy.rounding import whole_cells
from sopkit.demand.lifecycle import LifecycleEffects, LifecycleInputs, joined_history, lifecycle_effects
from sopkit.demand.overrides import OverrideEffects, override_effects, scope_in_words
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.prices import net_prices
from sopkit.demand.series import CELLS, with_family
from sopkit.periods import shifted

__all__ = [
    "DemandInputs",
    "consensus_checks",
    "consensus_demand",
    "function_forecasts",
    "lifecycle_log",
    "net_prices",
    "override_conflicts",
    "override_load",
    "override_log",
]

ROUNDING = 1e-6  # units
PARTS = ["baseline", "lifecycle", "override", "quantity"]


@dataclass(frozen=True)
class DemandInputs:
    """What the demand plan is made from; each a frame named by its contract, empty where it is not provided."""

    items: pd.DataFrame
    history: pd.DataFrame  # demand_history
    statistical_forecast: pd.DataFrame
    prices: pd.DataFrame
    lifecycle: pd.DataFrame
    overrides: pd.DataFrame
    launch_references: pd.DataFrame = field(default_factory=lambda: empty(CONTRACTS["launch_references"]))
    inventory: pd.DataFrame = field(default_factory=lambda: empty(CONTRACTS["inventory"]))
    open_orders: pd.DataFrame = field(default_factory=lambda: empty(CONTRACTS["open_orders"]))

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> "DemandInputs":
        """The inputs out of a plan's tables by name; the history is `demand_history`."""
        names = [one.name for one in fields(cls) if one.name != "history"]
        return cls(history=tables["demand_history"], **{name: tables[name] for name in names})


@dataclass(frozen=True)
class _Parts:
    """The cells of the plan and what changed them."""

    items: pd.DataFrame
    cells: pd.DataFrame  # keys, family, baseline, lifecycle, demand, net_price
    lifecycle: LifecycleEffects
    overrides: OverrideEffects


def consensus_demand(inputs: DemandInputs, policy: DemandPolicy) -> pd.DataFrame:
    """The demand plan: quantity = baseline + lifecycle + override >= 0 in whole units, revenue = quantity x net price.

    The baseline is the statistical forecast, or the mean of all views where the company starts from it (`views.started_from`). Each of
    the three is in whole units: what it makes of the plan is rounded through total, family, item and region by largest
    remainder, so that the plan of every node is a sum of whole units. Finance's forecast has no weight in it; overrides for a reason
    that the policy refuses change nothing.

    Returns:
        consensus_demand contract: item x region x channel x planned month, units and money.

    Raises:
        DataError: items without price or family.
    """
    return _plan(_parts(inputs, policy))


def _plan(parts: _Parts) -> pd.DataFrame:
    """The demand plan of its parts, each in whole units."""
    cells = parts.cells
    asked = cells.assign(quantity=(cells["demand"] + parts.overrides.quantity.sum(axis=0)).clip(lower=0.0))
    baseline, demand, quantity = (whole_cells(asked, name, parts.items) for name in ("baseline", "demand", "quantity"))
    plan = cells[CELLS].assign(baseline=baseline, lifecycle=demand - baseline, override=quantity - demand, quantity=quantity)
    plan = plan.assign(net_price=cells["net_price"])
    return plan.assign(revenue=plan["quantity"] * plan["net_price"]).sort_values(CELLS, ignore_index=True)


def override_log(inputs: DemandInputs, policy: DemandPolicy) -> pd.DataFrame:
    """Each override and what became of it: applied, refused by the rules, or outside the horizon.

    Returns:
        override_log contract: one row per override; units and money that it adds over the horizon, cuts at zero taken off.
    """
    return _log(inputs, _parts(inputs, policy))


def _log(inputs: DemandInputs, parts: _Parts) -> pd.DataFrame:
    """The override log of the plan's parts."""
    rows = inputs.overrides.sort_values("override", ignore_index=True)
    changed = parts.overrides.quantity
    log = rows[["override", "function", "owner"]].assign(
        scope=pd.Series([scope_in_words(row) for row in rows.to_dict("records")], dtype="str"),
        first_period=rows["first_period"],
        last_period=rows["last_period"],
        quantity_change=changed.sum(axis=1),
        revenue_change=changed @ parts.cells["net_price"].to_numpy(dtype=float),
        reason=rows["reason"],
    )
    return log.assign(outcome=parts.overrides.log["outcome"], note=parts.overrides.log["note"])


def lifecycle_log(inputs: DemandInputs, policy: DemandPolicy) -> pd.DataFrame:
    """Each launch and phase-out and what became of it: planned, forecast from its own history, or not planned and why.

    Returns:
        lifecycle_log contract: one row per item of the lifecycle table; units over the horizon.
    """
    effects = _parts(inputs, policy).lifecycle
    rows = inputs.lifecycle.sort_values("item", ignore_index=True)
    changed = effects.cells.groupby("item")["lifecycle"].sum()
    taken = effects.cannibalised.groupby("item")["taken_quantity"].sum()
    note = rows["item"].map({**effects.remarks, **effects.unplanned})
    own = rows["item"].isin(effects.grown) & (rows["event"] == "launch")
    outcome = np.select([rows["item"].isin(effects.unplanned), own], ["not_planned", "own_history"], default="planned")
    log = rows[["item", "event", "period"]].assign(
        quantity_change=rows["item"].map(changed).astype(float).fillna(0.0).where(outcome == "planned", 0.0),
        cannibalised_quantity=rows["item"].map(taken).astype(float).fillna(0.0),
        outcome=outcome,
        note=note,
    )
    return log.astype({"outcome": "str", "note": "str"})


def override_conflicts(inputs: DemandInputs, policy: DemandPolicy, factors: pd.DataFrame | None = None) -> pd.DataFrame:
    """Pairs of applied overrides that contradict each other, or may say the same thing twice: the override_conflicts contract.

    With the factors of drivers (`DriverEffects.factors`) also overrides for a campaign that the plan holds already.
    """
    parts = _parts(inputs, policy)
    found = [conflicts_between(inputs.overrides, parts.overrides)]
    if factors is not None:
        found.append(campaigns_twice(inputs.overrides, parts.overrides, parts.cells, factors))
    return pd.concat(found, ignore_index=True)


def override_load(inputs: DemandInputs, policy: DemandPolicy, bill_of_resources: pd.DataFrame) -> pd.DataFrame:
    """What each applied override adds to the load of resources: hours = units that it adds to an item x standard hours per unit.

    Args:
        bill_of_resources: bill_of_resources contract (hours per unit); empty where it is not provided.

    Returns:
        override_load contract: override x resource, hours over the horizon and in the month where they are most; resources that the
        override does not touch are left out.
    """
    parts = _parts(inputs, policy)
    names = inputs.overrides.sort_values("override")["override"].to_numpy()
    place, cell = np.nonzero(parts.overrides.quantity)
    moved = parts.cells[["item", "period"]].iloc[cell].assign(override=names[place], quantity=parts.overrides.quantity[place, cell])
    needed = moved.merge(bill_of_resources[["item", "resource", "hours"]], on="item")
    monthly = (
        needed.assign(hours=needed["quantity"] * needed["hours"]).groupby(["override", "resource", "period"], sort=True)["hours"].sum()
    )
    by_resource = monthly.groupby(level=["override", "resource"])
    most = monthly.abs().groupby(level=["override", "resource"]).idxmax()
    table = by_resource.sum().rename("hours_change").reset_index()
    peak = pd.Series([key[2] for key in most], dtype="str")
    return table.assign(peak_period=peak, peak_hours_change=monthly.loc[list(most)].to_numpy() if len(most) else [])


def consensus_checks(inputs: DemandInputs, policy: DemandPolicy) -> pd.DataFrame:
    """What must hold of the demand plan, derived again from its inputs.

    Returns:
        rule, ok, detail; one row per rule.
    """
    parts = _parts(inputs, policy)
    plan, log = _plan(parts), _log(inputs, parts)
    gap = (plan["baseline"] + plan["lifecycle"] + plan["override"] - plan["quantity"]).abs().max()
    lost = abs(plan["baseline"].sum() - _start(inputs).sum())
    logged = abs(plan["override"].sum() - log["quantity_change"].sum())
    taken = parts.lifecycle.cannibalised
    short = float((taken["asked_quantity"] - taken["taken_quantity"]).sum())
    tolerance = ROUNDING * max(1.0, plan["quantity"].sum())
    split = float((plan[PARTS] - plan[PARTS].round()).abs().max().max())
    rules = [
        ("baseline + lifecycle + override = consensus", gap <= ROUNDING, f"largest difference {gap:.6f} units"),
        ("the plan is in whole units", split <= ROUNDING, f"largest part of a unit {split:.6f}"),
        ("all that the consensus starts from is in the plan, to a unit", lost <= 1 + tolerance, f"difference {lost:.3f} units"),
        ("the override log adds up to the plan's overrides, to a unit", logged <= 1 + tolerance, f"difference {logged:.3f} units"),
        ("no demand below zero", bool((plan["quantity"] >= 0).all()), f"smallest {plan['quantity'].min():.3f} units"),
        ("cannibalisation finds demand to take", short <= tolerance, f"{short:.1f} units asked beyond the family's demand"),
    ]
    return pd.DataFrame(rules, columns=["rule", "ok", "detail"]).astype({"rule": "str", "ok": bool, "detail": "str"})


def function_forecasts(sales_forecast: pd.DataFrame, consensus: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """What each function expects beside the consensus, over the same family, region, channel and months.

    Args:
        sales_forecast: sales_forecast contract; empty where functions hand in none.
        consensus: consensus_demand contract.
        items: items contract.

    Returns:
        function_forecasts contract: one row per function and family; months outside the plan are left out.
    """
    grain = ["family", "region", "channel", "period"]
    planned = with_family(consensus, items).groupby(grain, sort=True)["quantity"].sum().rename("consensus")
    asked = with_family(sales_forecast[sales_forecast["period"].isin(set(consensus["period"]))], items)
    asked = asked.groupby(["function", *grain], sort=True)["quantity"].sum().reset_index()
    beside = asked.merge(planned.reset_index(), on=grain, how="left", validate="many_to_one").fillna({"consensus": 0.0})
    table = beside.groupby(["function", "family"], sort=True).agg(
        months=("period", "nunique"), quantity=("quantity", "sum"), consensus=("consensus", "sum")
    )
    return table.reset_index().astype({"months": "int64"})


def _parts(inputs: DemandInputs, policy: DemandPolicy) -> _Parts:
    """Cells with baseline, lifecycle, demand before overrides and price, and the overrides' effects on them."""
    baseline = inputs.statistical_forecast[CELLS].assign(baseline=_start(inputs))
    cutoff = shifted(str(baseline["period"].min()), -1) if len(baseline) else ""
    history = joined_history(inputs.history, inputs.lifecycle, cutoff=cutoff)
    made_from = LifecycleInputs(
        inputs.lifecycle, history, inputs.items, inputs.launch_references, _up_to(inputs.inventory, cutoff), inputs.open_orders
    )
    effects = lifecycle_effects(baseline, made_from, minimum_history=policy.minimum_history)
    cells = with_family(effects.cells, inputs.items)
    demand = (cells["baseline"] + cells["lifecycle"]).clip(lower=0.0)
    price = net_prices(inputs.prices, history, cells)["net_price"]
    cells = cells.assign(demand=demand, net_price=np.asarray(price, dtype=float))
    return _Parts(inputs.items, cells, effects, override_effects(cells, inputs.overrides, policy))


def _start(inputs: DemandInputs) -> pd.Series:
    """What the consensus starts from: the statistical forecast and what the other views add to it, where they count; units."""
    forecast = inputs.statistical_forecast
    return forecast["quantity"] + forecast["view_quantity"].fillna(0.0) if "view_quantity" in forecast else forecast["quantity"]


def _up_to(inventory: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Closing stock that is known."""
    return inventory[inventory["period"] <= cutoff]
