"""Safety stock by each rule beside the policy's, class by class, and how much to have of what is sold for one season more."""

import numpy as np
import pandas as pd

from sopkit.periods import month_number, shifted
from sopkit.supply.plan.matrices import Numbers, in_force
from sopkit.supply.policy import SupplyPolicy
from sopkit.supply.review.policies import LEAST_ERRORS, LEAST_FOR_NORMAL, StockInputs, cumulative_errors, lead_months
from sopkit.supply.stocking import (
    newsvendor,
    reorder_policy,
    safety_stock_by_cycle_service,
    safety_stock_by_fill_rate,
    safety_stock_by_quantile,
)

YEAR = 12
RULES = ("quantile", "normal", "fill_rate", "reorder")
ORDER_COST, LEFT_OVER = "supply.stock.order_cost is not told", "supply.stock.left_over_worth_share is not told"


def stock_by_rule(inputs: StockInputs, kept: pd.DataFrame, demand: pd.DataFrame, supply: SupplyPolicy, *, cutoff: str) -> pd.DataFrame:
    """Safety stock of each item by each rule, at the service of its class.

    quantile: of the forecast's own lead-time error. normal: z sigma of that error. fill_rate: the class's share read as the share of units
    that ships from stock, with orders of the economic quantity, else of one review period's demand. reorder: of the cheapest (r, Q) policy
    where a unit short costs its margin and goodwill; it asks for no service.

    Args:
        inputs: as for `stock_policies`.
        kept: the StockPolicies contract.
        demand: consensus_demand, for net prices and the units of a year.
        supply: the company's policy.
        cutoff: last closed period.

    Returns:
        One row per item of `kept`: item, stock_class, service_share, errors (origins known), quantile, normal, fill_rate, reorder,
        target_stock (units; empty where the rule cannot tell), unit_cost (money; empty where it is not known).
    """
    lead = lead_months(inputs, supply.stock)
    errors = cumulative_errors(inputs.forecast_layers, inputs.demand_history, lead, cutoff=cutoff)
    prices, yearly = _price_and_year(demand)
    names = pd.Index(kept["item"])
    cost, holding = in_force(inputs.unit_costs, names, [shifted(cutoff, 1)], ["unit_cost", "holding_rate"])[:, :, 0]
    keeping = cost * (np.nan_to_num(holding) + supply.capital_rate)
    rows = []
    for place, row in enumerate(kept.itertuples(index=False)):
        own = errors.get(row.item, np.zeros(0))
        months, year = float(lead[row.item]), float(yearly.get(row.item, 0.0))
        quantity = row.order_quantity if pd.notna(row.order_quantity) else year / YEAR * max(supply.stock.review_months, 1.0)
        short = float(prices.get(row.item, np.nan)) * (1 + supply.lost_goodwill_share) - cost[place]
        told = _by_service(own, row.service_share, float(quantity))
        told["reorder"] = _by_cost(own, supply.stock.order_cost, float(keeping[place]), short, year=year, months=months)
        rows.append({"item": row.item, "stock_class": row.stock_class, "service_share": row.service_share, "errors": len(own), **told})
    columns = ["item", "stock_class", "service_share", "errors", *RULES]
    frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(RULES, "float64"))
    return frame.assign(target_stock=kept["target_stock"].to_numpy(float), unit_cost=cost)


def _price_and_year(demand: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Mean net price, and units of the first twelve months, by item."""
    near = demand[demand["period"].isin(sorted(demand["period"].unique())[:YEAR])]
    sums = near.assign(money=near["quantity"] * near["net_price"]).groupby("item")[["money", "quantity"]].sum()
    return sums["money"] / sums["quantity"].where(sums["quantity"] > 0), sums["quantity"]


def _by_service(errors: Numbers, service: float, quantity: float) -> dict[str, float]:
    """Safety stock by the rules that keep a service; nan where the errors are too few, or nothing is ordered."""
    if len(errors) < LEAST_FOR_NORMAL:
        return dict.fromkeys(RULES[:3], np.nan)
    deviation = float(errors.std(ddof=1))
    fill = deviation > 0 and quantity > 0
    return {
        "quantile": safety_stock_by_quantile(errors, service, least=LEAST_ERRORS) if len(errors) >= LEAST_ERRORS else np.nan,
        "normal": max(0.0, safety_stock_by_cycle_service(service, deviation, lead_time=1.0)),
        "fill_rate": max(0.0, safety_stock_by_fill_rate(service, deviation, quantity)) if fill else np.nan,
    }


def _by_cost(errors: Numbers, order_cost: float | None, keeping: float, short: float, *, year: float, months: float) -> float:
    """Safety stock of the cheapest (r, Q) policy, units; nan where a number it needs is not known."""
    deviation = float(errors.std(ddof=1)) if len(errors) >= LEAST_FOR_NORMAL else 0.0
    if order_cost is None or not min(keeping, short, year, months, deviation) > 0:
        return np.nan
    lead = months / YEAR
    found = reorder_policy(order_cost, keeping, short, demand=(year, deviation / np.sqrt(lead)), lead_time=lead)
    return max(0.0, found.reorder_point - year * lead)


def rules_by_class(by_rule: pd.DataFrame, supply: SupplyPolicy) -> pd.DataFrame:
    """`stock_by_rule` by class, in money at standard cost, of the items that every rule of service can tell.

    Returns:
        stock_class, service_share, items, quantile, normal, fill_rate, reorder, target (money), not_available (why a rule cannot tell,
        how many items are left out).
    """
    rows = []
    for (stock_class, service), own in by_rule.groupby(["stock_class", "service_share"], sort=True):
        known = own[own[[*RULES[:3], "unit_cost"]].notna().all(axis=1)]
        money = known[[*RULES, "target_stock"]].mul(known["unit_cost"], axis=0).sum(min_count=1)
        complete = len(known) > 0 and bool(known["reorder"].notna().all())
        out = len(own) - len(known)
        why = [f"{out} item{'s' if out > 1 else ''}: fewer than {LEAST_ERRORS} frozen forecasts, no demand or no cost"] if out else []
        if len(known) and not complete:
            why.append(f"reorder: {ORDER_COST if supply.stock.order_cost is None else 'a unit short costs nothing'}")
        line = [money[rule] for rule in RULES[:3]] + [money["reorder"] if complete else np.nan, money["target_stock"]]
        rows.append((stock_class, service, len(known), *line, "; ".join(why)))
    return pd.DataFrame(rows, columns=["stock_class", "service_share", "items", *RULES, "target", "not_available"])


def one_season_stock(inputs: StockInputs, kept: pd.DataFrame, demand: pd.DataFrame, supply: SupplyPolicy, *, cutoff: str) -> pd.DataFrame:
    """How much to have, all in all, of each item whose last month on sale is planned: the newsvendor's stock for what is left of its life.

    A unit too few costs its margin and goodwill, a unit too many its cost less what it still brings.

    Args:
        inputs, kept, demand, supply, cutoff: as in `stock_by_rule`.

    Returns:
        item, last_period, demand, deviation, wanted, stock, more (units to make or buy still), not_available (why; then the numbers that
        need it are empty). One row without an item where none ends.
    """
    classes = inputs.item_classes.set_index("item")
    ending = kept[kept["item"].map(classes["last_period"]) > cutoff]
    ending = ending[ending["item"].map(classes["last_period"]) <= demand["period"].max()]
    columns = ["item", "last_period", "demand", "deviation", "wanted", "stock", "more", "not_available"]
    if ending.empty:
        return pd.DataFrame([("-", "", *[np.nan] * 5, "no item has its last month on sale among the planned ones")], columns=columns)
    prices, _ = _price_and_year(demand)
    names = pd.Index(ending["item"])
    cost = in_force(inputs.unit_costs, names, [shifted(cutoff, 1)], ["unit_cost"])[0, :, 0]
    rows = []
    for place, row in enumerate(ending.itertuples(index=False)):
        last = str(classes.loc[row.item, "last_period"])
        asked = demand.loc[(demand["item"] == row.item) & (demand["period"] <= last), "quantity"].sum()
        spread = float(row.deviation) * np.sqrt((month_number(last) - month_number(cutoff)) / row.lead_months)
        short = float(prices.get(row.item, np.nan)) * (1 + supply.lost_goodwill_share) - cost[place]
        worth = supply.stock.left_over_worth_share
        why = LEFT_OVER if worth is None else "fewer than three frozen forecasts" if not spread > 0 else ""
        why = why or ("" if short > 0 else "no price above its cost")
        wanted = np.nan if why else newsvendor(float(cost[place]) * (1 - float(worth or 0.0)), short, float(asked), spread)[0]
        rows.append((row.item, last, asked, spread, wanted, row.stock, max(0.0, wanted - row.stock) if not why else np.nan, why))
    return pd.DataFrame(rows, columns=columns)
