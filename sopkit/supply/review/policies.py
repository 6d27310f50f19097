"""Stock by class: how much service each class gets, what that takes in stock, what is too much, and what service costs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import month_number, shifted
from sopkit.supply.inventory import forward_cover_days, projected_stock_outs
from sopkit.supply.plan.matrices import Numbers, in_force, month_matrix
from sopkit.supply.policy import SupplyPolicy
from sopkit.supply.stock_policy import StockPolicy
from sopkit.supply.stocking import economic_order_quantity, safety_stock_by_cycle_service, safety_stock_by_quantile, service_cost_curve

YEAR, MONTH_DAYS = 12, 365 / 12
LEAST_ERRORS, LEAST_FOR_NORMAL = 12, 3
LAYERS = ("consensus", "statistical")  # whose errors count: the first that is there
WORTH_TELLING = 1e-3  # units
OFF_TARGET = 0.25  # share of the target beyond which the policy's stock is another
ALL = "*"


@dataclass(frozen=True)
class StockInputs:
    """What stock policies are made from, tables by contract."""

    items: pd.DataFrame
    supply_plan: pd.DataFrame
    inventory: pd.DataFrame
    unit_costs: pd.DataFrame
    item_classes: pd.DataFrame
    forecast_layers: pd.DataFrame  # forecast_snapshots or forecast_layers
    demand_history: pd.DataFrame
    supplier_items: pd.DataFrame
    suppliers: pd.DataFrame
    cycle_times: pd.DataFrame

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], supply_plan: pd.DataFrame, forecast_layers: pd.DataFrame) -> Self:
        """From tables by name, the plan just made, and forecasts as they were frozen."""
        made = {"supply_plan": supply_plan, "forecast_layers": forecast_layers}
        return cls(**{each.name: made[each.name] if each.name in made else tables[each.name] for each in fields(cls)})


def lead_months(inputs: StockInputs, policy: StockPolicy) -> pd.Series:
    """Months from order to stock by item, the review in: of bought items the longest lead time, of made ones the median cycle time."""
    items = inputs.items.set_index("item")
    agreed = inputs.supplier_items.merge(inputs.suppliers[["supplier", "lead_time_days"]], on="supplier")
    bought = agreed.groupby("item")["lead_time_days"].max()
    times = inputs.cycle_times.set_index(["family", "item"])["median"]
    own = times[times.index.get_level_values("item") != ALL].droplevel("family")
    family = times[times.index.get_level_values("item") == ALL].droplevel("item")
    made = pd.Series(own.reindex(items.index)).fillna(pd.Series(family.reindex(items["family"]).to_numpy(), index=items.index))
    days = made.where(items["supply_strategy"] != "buy", bought.reindex(items.index)).fillna(policy.made_lead_days)
    return policy.review_months + days.astype(float) / MONTH_DAYS


def cumulative_errors(layers: pd.DataFrame, demand_history: pd.DataFrame, lead: pd.Series, *, cutoff: str) -> dict[str, Numbers]:
    """What demand over the lead time was above its forecast, by item: one number per origin whose months are all closed.

    The forecast made in cycle c speaks for the months from c on; a lead time of 1.4 months takes in the first two, the second for 0.4.

    Args:
        layers: forecasts as they were frozen; the consensus, else the statistical one.
        demand_history: recorded demand.
        lead: months, by item.
        cutoff: last closed period.
    """
    layer = next((name for name in LAYERS if (layers["layer"] == name).any()), "")
    frozen = layers[(layers["layer"] == layer) & (layers["period"] <= cutoff)]
    forecast = frozen.groupby(["item", "made_in", "period"])["quantity"].sum()
    actual = demand_history.groupby(["item", "period"])["quantity"].sum()
    table = forecast.rename("forecast").reset_index().merge(actual.rename("actual").reset_index(), on=["item", "period"], how="left")
    number = {label: month_number(label) for label in {*table["made_in"], *table["period"]}}
    ahead = table["period"].map(number) - table["made_in"].map(number)
    part = (table["item"].map(lead).astype(float) - ahead).clip(lower=0.0, upper=1.0)
    error = (table["actual"].fillna(0.0) - table["forecast"]) * part
    counted = table.assign(error=error, months=part)[(ahead >= 0) & (part > 0)]
    sums = counted.groupby(["item", "made_in"], sort=True)[["error", "months"]].sum().reset_index()
    whole = sums[sums["months"] >= sums["item"].map(lead).astype(float) - 1e-9]
    return {str(item): own["error"].to_numpy(float) for item, own in whole.groupby("item", sort=True)}


def stock_policies(inputs: StockInputs, supply: SupplyPolicy, *, cutoff: str, excess_months: int) -> pd.DataFrame:
    """The stock each item should have by its class, beside what it has and what the plan wants.

    Safety stock is the quantile of the forecast's own lead-time error (12 origins at least), the normal formula on its deviation (3 at
    least), or not available. Excess is what is on hand beyond the policy's months of planned demand, obsolete what nobody asks for.

    Args:
        inputs: tables.
        supply: the company's policy; its capital rate adds to the holding rate.
        cutoff: last closed period.
        excess_months: months of planned demand beyond which stock is too much.

    Returns:
        The StockPolicies contract: items that are made to stock or bought.
    """
    policy, capital_rate = supply.stock, supply.capital_rate
    kept = inputs.items[inputs.items["supply_strategy"].isin(["stock", "buy"])].sort_values("item")
    if kept.empty or inputs.supply_plan.empty:
        return empty(CONTRACTS["stock_policies"])
    names = pd.Index(kept["item"])
    months = sorted(inputs.supply_plan["period"].unique())
    demand, target = (month_matrix(inputs.supply_plan, names, months, "item", name) for name in ("demand", "target_stock"))
    stock = month_matrix(inputs.inventory, names, [cutoff], "item", "quantity")[:, 0].clip(min=0.0)
    lead = lead_months(inputs, policy)
    errors = cumulative_errors(inputs.forecast_layers, inputs.demand_history, lead, cutoff=cutoff)
    cost, holding = in_force(inputs.unit_costs, names, months[:1], ["unit_cost", "holding_rate"])[:, :, 0]
    keeping = cost * (np.nan_to_num(holding) + capital_rate)
    classes = inputs.item_classes.set_index("item")
    ahead, sold = _demand_in(demand, excess_months), demand.sum(axis=1)
    beyond = np.maximum(stock - ahead, 0.0)
    cover = forward_cover_days(
        np.column_stack([stock, np.zeros_like(demand)]), np.column_stack([np.zeros(len(names)), demand]), [cutoff, *months]
    )
    rows = []
    for place, item in enumerate(names):
        abc, xyz = (classes.loc[item, "abc"], classes.loc[item, "xyz"]) if item in classes.index else ("-", "")
        service = policy.service_of(abc, xyz)
        method, deviation, safety = _safety_stock(errors.get(item, np.zeros(0)), service)
        yearly, over_lead = float(demand[place, :YEAR].sum()), _demand_in(demand[place : place + 1], float(lead[item]))[0]
        orders = policy.order_cost is not None and keeping[place] > 0 and yearly > 0
        rows.append(
            {
                "item": item,
                "family": kept["family"].iloc[place],
                "stock_class": f"{abc}{xyz}" if abc != "-" else "-",
                "service_share": service,
                "lead_months": float(lead[item]),
                "method": method,
                "deviation": deviation,
                "safety_stock": safety,
                "target_stock": float(target[place, :YEAR].mean()),
                "reorder_point": None if safety is None else over_lead + safety,
                "order_quantity": economic_order_quantity(float(policy.order_cost or 0.0), float(keeping[place]), yearly)[0]
                if orders
                else None,
                "stock": stock[place],
                "cover_days": cover[place, 0],
                "excess": beyond[place] if sold[place] > 0 else 0.0,
                "obsolete": 0.0 if sold[place] > 0 else stock[place],
                "excess_value": None if np.isnan(cost[place]) else beyond[place] * cost[place],
                "advice": _advice(safety, float(target[place, :YEAR].mean()), beyond[place], sells=bool(sold[place] > 0)),
            }
        )
    return conform(pd.DataFrame(rows), CONTRACTS["stock_policies"])


def _safety_stock(errors: Numbers, service: float) -> tuple[str, float | None, float | None]:
    """Method, deviation and safety stock."""
    if len(errors) < LEAST_FOR_NORMAL:
        return "not available", None, None
    deviation = float(errors.std(ddof=1))
    if len(errors) >= LEAST_ERRORS:
        return "quantile", deviation, safety_stock_by_quantile(errors, service, least=LEAST_ERRORS)
    return "normal", deviation, max(0.0, safety_stock_by_cycle_service(service, deviation, lead_time=1.0))


def _demand_in(demand: Numbers, months: float) -> Numbers:
    """Units asked for in the first `months` months, the last one in part."""
    part = np.clip(months - np.arange(demand.shape[1]), 0.0, 1.0)
    return np.asarray(demand @ part)


def _advice(safety: float | None, target: float, beyond: float, *, sells: bool) -> str:
    """What to do, in words."""
    if not sells:
        return f"nobody asks for it: sell or write down {beyond:,.0f}" if beyond > 0 else "nobody asks for it and there is none"
    told = [f"buy or make none until {beyond:,.0f} are gone"] if beyond > 0 else []
    if safety is None:
        return "; ".join([*told, "too few frozen forecasts to tell a safety stock"])
    if abs(safety - target) > OFF_TARGET * max(target, 1.0):
        told.append(f"{'raise' if safety > target else 'lower'} the target from {target:,.0f} to {safety:,.0f}")
    return "; ".join(told) or "as it is"


def service_curve(policies: pd.DataFrame, unit_costs: pd.DataFrame, supply: SupplyPolicy, *, cutoff: str) -> pd.DataFrame:
    """What each service level takes in stock and money, by family and for the company: normal errors, items as they are known.

    Args:
        policies: the StockPolicies contract; items without a known deviation or cost are left out.
        unit_costs: by contract.
        supply: whose `stock.curve` of service levels is told, and whose capital rate adds to the holding rate.
        cutoff: last closed period.

    Returns:
        The ServiceCurve contract; family `*` is the company.
    """
    names = pd.Index(policies["item"])
    cost, holding = in_force(unit_costs, names, [shifted(cutoff, 1)], ["unit_cost", "holding_rate"])[:, :, 0]
    known = policies["deviation"].notna().to_numpy() & ~np.isnan(cost)
    rows = []
    for place in np.flatnonzero(known):
        rate = float(np.nan_to_num(holding[place])) + supply.capital_rate
        curve = service_cost_curve(np.array(supply.stock.curve), float(policies["deviation"].iloc[place]), float(cost[place]), rate)
        rows += [(policies["family"].iloc[place], *line) for line in curve.tolist()]
    if not rows:
        return empty(CONTRACTS["service_curve"])
    table = pd.DataFrame(rows, columns=["family", "service_share", "safety_stock", "value", "yearly_cost"])
    both = pd.concat([table, table.assign(family=ALL)], ignore_index=True)
    return conform(both.groupby(["family", "service_share"], sort=True, as_index=False).sum(), CONTRACTS["service_curve"])


def stock_outs_ahead(supply_plan: pd.DataFrame, open_orders: pd.DataFrame) -> pd.DataFrame:
    """When each item runs out: if only what is on order arrives, and by the plan.

    Args:
        supply_plan: by contract.
        open_orders: by contract; what is overdue arrives in the first month.

    Returns:
        The StockOutsAhead contract.
    """
    if supply_plan.empty:
        return empty(CONTRACTS["stock_outs_ahead"])
    months, names = sorted(supply_plan["period"].unique()), pd.Index(sorted(supply_plan["item"].unique()))
    grid = {
        name: month_matrix(supply_plan, names, months, "item", name)
        for name in ("opening_stock", "demand", "production", "subcontract", "receipts")
    }
    due = open_orders.assign(period=open_orders["period"].where(open_orders["period"] > months[0], months[0]))
    arriving = {
        "on order": month_matrix(due, names, months, "item", "quantity"),
        "plan": grid["production"] + grid["subcontract"] + grid["receipts"],
    }
    frames = []
    for basis, receipts in arriving.items():
        found = projected_stock_outs(grid["opening_stock"][:, 0], receipts, grid["demand"], months)
        found = found[found["missing"] > WORTH_TELLING]
        frames.append(found.assign(item=names.to_numpy()[found["place"].to_numpy()], basis=basis).drop(columns="place"))
    return conform(pd.concat(frames, ignore_index=True), CONTRACTS["stock_outs_ahead"])
