"""What a family's price is worth: contribution per constraint hour, scarcity, its own elasticity, and where up or down would pay."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.finance.valuation import item_costs
from sopkit.meeting.bottleneck import family_bottlenecks
from sopkit.meeting.kpis.formulas import throughput_per_hour
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import PlanOutcome
from sopkit.periods import period_range

YEAR = 12
LEAST_MONTHS = 24  # months of a family from which an elasticity is measured
LEAST_SPREAD = 0.02  # standard deviation of log price below which prices say nothing
CHANGED = 0.005  # change of log price from month to month that is a change of price
LEAST_CHANGES = 6
ASSUMED_ELASTICITY = -1.0
PRICE_STEP = 0.02  # rise whose break-even is told
Z90 = 1.6448536269514722


def pricing(inputs: PlanInputs, outcome: PlanOutcome) -> pd.DataFrame:
    """The price of each family in the next twelve planned months.

    Contribution per constraint hour = (net price - variable cost) / hours per unit on the family's bottleneck. Scarcity value = hours per
    unit x the value of an hour there, in the months where the hour is scarce: what a unit less would give to others. Break-even volume of a
    price rise d: units may fall by d / (margin + d) of themselves until contribution is as before (Nagle, Strategy and Tactics of Pricing).
    With elasticity e, contribution rises with the price while e > -1 / (margin share): `raise` where even the low end of its interval says
    so or where the unit is scarce and margin per hour is below the best, `lower` where even the high end says the opposite, else `keep`.

    Args:
        inputs: unit costs, bill of resources, history of prices.
        outcome: the plan.

    Returns:
        pricing contract: one row per family that is sold.
    """
    cells = _cells(inputs, outcome)
    if cells.empty or inputs.tables["unit_costs"].empty:
        return empty(CONTRACTS["pricing"])
    load = outcome.supply.resource_load
    narrow = family_bottlenecks(inputs.tables["items"], inputs.tables["bill_of_resources"], load).set_index("family")["resource"]
    hours = inputs.tables["bill_of_resources"].set_index(["item", "resource"])["hours"]
    rows = [_row(family, own, narrow.get(family), hours, load, inputs) for family, own in cells.groupby("family", sort=True)]
    table = pd.DataFrame([row for row in rows if row is not None])
    return conform(_judged(table), CONTRACTS["pricing"]) if len(table) else empty(CONTRACTS["pricing"])


def elasticity(history: pd.DataFrame, items: pd.DataFrame, family: str) -> tuple[float, float, float, str]:
    """Elasticity of a family from its own months: log units on log price, season out, with its 90 % interval.

    ln q = month + trend + e ln p by least squares, p the mean net price of the month at a fixed mix, so that a change of mix is no price.
    Where prices hardly moved or changed a few times only, or months are few, it is -1 and assumed. A measured one above zero says that
    prices followed demand: it is not used either.

    Args:
        history: demand_history.
        items: items.
        family: the family.

    Returns:
        Elasticity, low and high end (empty where assumed), and its basis: measured, or why assumed.
    """
    own = history[history["item"].isin(items.loc[items["family"].eq(family), "item"]) & history["sold_quantity"].gt(0)]
    monthly = own.groupby("period").agg(units=("quantity", "sum")).assign(price=_fixed_mix_price(own)).dropna()
    monthly = monthly[(monthly["units"] > 0) & (monthly["price"] > 0)]
    nothing = (ASSUMED_ELASTICITY, np.nan, np.nan)
    if len(monthly) < LEAST_MONTHS:
        return *nothing, f"assumed: {len(monthly)} months of prices"
    price, units = np.log(monthly["price"].to_numpy()), np.log(monthly["units"].to_numpy())
    season = pd.get_dummies([label[5:] for label in monthly.index]).to_numpy(dtype="float64")
    if price.std() < LEAST_SPREAD:
        return *nothing, "assumed: prices hardly moved"
    changes = int((np.abs(np.diff(price)) > CHANGED).sum())
    if changes < LEAST_CHANGES:
        return *nothing, f"assumed: prices changed {changes} times only"
    design = np.column_stack([season, np.arange(len(price)), price])
    found, _, rank, _ = np.linalg.lstsq(design, units, rcond=None)
    freedom = len(units) - rank
    if rank < design.shape[1] or freedom < 1:
        return *nothing, "assumed: prices moved with season and trend only"
    error = units - design @ found
    spread = float(np.sqrt((error @ error) / freedom * np.linalg.inv(design.T @ design)[-1, -1]))
    slope = float(found[-1])
    if slope > 0:
        return *nothing, "assumed: prices followed demand"
    return slope, slope - Z90 * spread, slope + Z90 * spread, "measured"


def break_even_share(margin: float, rise: float) -> float:
    """Share of units that may be lost after a price rise until contribution is as before: d / (m + d), both shares of the old price."""
    return rise / (margin + rise) if margin + rise > 0 else float("nan")


def _fixed_mix_price(own: pd.DataFrame) -> pd.Series:
    """Price index of a family by month: units of all months x the month's item prices, carried on where an item is not sold."""
    sums = own.groupby(["item", "period"])[["revenue", "sold_quantity"]].sum()
    wide = (sums["revenue"] / sums["sold_quantity"]).unstack("period").sort_index(axis=1).ffill(axis=1).bfill(axis=1)
    weight = sums["sold_quantity"].groupby("item").sum()
    return wide.mul(weight, axis=0).sum() / weight.sum()


def _cells(inputs: PlanInputs, outcome: PlanOutcome) -> pd.DataFrame:
    """Planned units, revenue and variable cost by item and month of the next twelve months, with family."""
    key, tables = ["item", "region", "channel", "period"], inputs.tables
    rows = outcome.supply.demand_fulfilment[[*key, "shipped"]].merge(outcome.consensus_demand[[*key, "net_price"]], on=key)
    rows = rows[rows["period"].isin(period_range(inputs.cycle, YEAR)) & rows["shipped"].gt(0)]
    costs = item_costs(
        tables["items"], tables["demand_history"], tables["unit_costs"], inputs.money, periods=rows["period"].unique(), cutoff=inputs.cutoff
    )
    rows = rows.merge(costs[["item", "period", "variable_cost"]], on=["item", "period"], how="left")
    return rows.assign(family=rows["item"].map(tables["items"].set_index("item")["family"]))


def _row(
    family: str, own: pd.DataFrame, resource: str | None, hours: pd.Series, load: pd.DataFrame, inputs: PlanInputs
) -> dict[str, object] | None:
    units, revenue = own["shipped"].sum(), (own["shipped"] * own["net_price"]).sum()
    cost = (own["shipped"] * own["variable_cost"]).sum(skipna=False)
    if np.isnan(cost) or units <= 0:
        return None
    price, variable = revenue / units, cost / units
    slope, low, high, basis = elasticity(inputs.tables["demand_history"], inputs.tables["items"], family)
    row: dict[str, object] = {
        "family": family,
        "net_price": price,
        "variable_cost": variable,
        "contribution_share": (price - variable) / price,
    }
    row |= {"elasticity": slope, "elasticity_low": low, "elasticity_high": high, "elasticity_basis": basis}
    row |= {"break_even_loss_share": break_even_share((price - variable) / price, PRICE_STEP), "resource": resource}
    if resource is not None:
        needed = own["item"].map(hours.xs(resource, level="resource")).fillna(0.0)
        per_unit = float((own["shipped"] * needed).sum() / units)
        worth = load[load["resource"].eq(resource)].set_index("period")["hour_value"]
        scarce = float((own["shipped"] * needed * own["period"].map(worth).fillna(0.0)).sum() / units)
        row |= {
            "hours_per_unit": per_unit,
            "contribution_per_hour": throughput_per_hour(price, variable, per_unit),
            "scarcity_value": scarce,
        }
    return row


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """The candidates: which way each family's price would have to go."""
    table = table.reindex(columns=[name for name in CONTRACTS["pricing"].column_names() if name != "candidate"])
    turn = -1.0 / table["contribution_share"].where(table["contribution_share"] > 0)
    measured = table["elasticity_basis"].eq("measured")
    best = table.groupby("resource")["contribution_per_hour"].transform("max")
    scarce = table["scarcity_value"].gt(0) & table["contribution_per_hour"].lt(best)
    up = (measured & table["elasticity_low"].gt(turn)) | scarce
    down = measured & table["elasticity_high"].lt(turn) & ~scarce
    return table.assign(candidate=np.select([up, down], ["raise", "lower"], "keep"))
