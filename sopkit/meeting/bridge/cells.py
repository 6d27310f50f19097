"""Both plans cell by cell: what the last one held and what this one holds, with prices, rates and costs as each knew them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.valuation import costing_column, costs_of, item_costs
from sopkit.periods import period_range, shifted

KEY = ["item", "region", "channel", "period"]
SERIES = ["item", "region", "channel"]
LAYERS = ["baseline", "lifecycle", "override"]
# what the last plan was made from, of the cycle before
BRIDGED = ("demand_history", "statistical_forecast", "overrides", "opportunities", "exchange_rates", "unit_costs", "supply_plan")
YEAR = 12
Tables = Mapping[str, pd.DataFrame]


def table_of(tables: Tables, name: str) -> pd.DataFrame:
    """A table by name; empty, with its columns, where it is not among them."""
    return tables[name] if name in tables else empty(CONTRACTS[name])


def both_plans(tables: Tables, previous: Tables, proposed: Tables, *, cutoff: str, policy: MoneyPolicy) -> pd.DataFrame:
    """One row per item, region, channel and month of either plan.

    Returns:
        Keys; `closed`, `now` (the month is M0), `layered` (the last plan came with its layers); of the last plan, with the suffix `_last`,
        quantity, shipped, net_price, baseline, lifecycle, override, drivers, unit_cost; of this one (where something was decided: of the
        proposed one) the same without it and revenue, cost; `shipped_decided`, `revenue_decided`, `cost_decided` of this plan;
        `level_ratio` (restated / known history), `rate_ratio` (rate now / then), `stock_miss` (units of the item), `cost_known`.
    """
    last = table_of(tables, "last_plan").reindex(columns=[*KEY, "quantity", "shipped", "net_price", *LAYERS])
    layered = bool(last[LAYERS].notna().all(axis=None))
    decided = _planned(tables, tables)
    seen = _planned(proposed, tables) if len(table_of(proposed, "consensus_demand")) else decided
    closed = _closed(tables, cutoff)
    this = pd.concat([closed, seen], ignore_index=True)
    whole = pd.concat([closed, decided], ignore_index=True)[[*KEY, "shipped", "revenue"]]
    both = _with_drivers(last, previous, "_last").merge(this, on=KEY, how="outer", suffixes=("_last", ""))
    both = both.merge(whole, on=KEY, how="outer", suffixes=("", "_decided"))
    prices = {
        "net_price_last": both["net_price_last"].fillna(both["net_price"]),
        "net_price": both["net_price"].fillna(both["net_price_last"]),
    }
    both = both.assign(**{name: price.fillna(0.0) for name, price in prices.items()})
    amounts = both.select_dtypes("number").columns.difference(["booked_cost"])
    both = both.assign(**{name: both[name].fillna(0.0) for name in amounts})
    both = both.assign(closed=both["period"] <= cutoff, now=both["period"] == shifted(cutoff, 1), layered=layered)
    return _with_ratios(_with_costs(both, tables, previous, cutoff, policy), tables, previous, cutoff)


def _planned(plan: Tables, tables: Tables) -> pd.DataFrame:
    """Planned months of a plan: its demand and what of it is shipped."""
    consensus, fulfilment = table_of(plan, "consensus_demand"), table_of(plan, "demand_fulfilment")
    rows = consensus[[*KEY, *LAYERS, "quantity", "net_price"]].merge(fulfilment[[*KEY, "shipped"]], on=KEY, how="left")
    rows = rows.assign(shipped=rows["shipped"].fillna(0.0))
    return _with_drivers(rows.assign(revenue=rows["shipped"] * rows["net_price"]), tables, "")


def _closed(tables: Tables, cutoff: str) -> pd.DataFrame:
    history = table_of(tables, "demand_history")
    rows = history.loc[history["period"] <= cutoff, [*KEY, "sold_quantity", "revenue", "cost"]]
    return rows.rename(columns={"sold_quantity": "shipped", "cost": "booked_cost"})


def _with_drivers(rows: pd.DataFrame, tables: Tables, suffix: str) -> pd.DataFrame:
    """Rows with what campaigns and other drivers put on their baseline."""
    forecast = table_of(tables, "statistical_forecast")[[*KEY, "driver_quantity"]].rename(columns={"driver_quantity": f"drivers{suffix}"})
    return rows.merge(forecast.dropna(), on=KEY, how="left")


def _with_costs(both: pd.DataFrame, tables: Tables, previous: Tables, cutoff: str, policy: MoneyPolicy) -> pd.DataFrame:
    """Cost of goods by the costing policy: of closed months as booked, else standard; then and now."""
    months, items = sorted(both["period"].unique()), table_of(tables, "items")
    history = table_of(tables, "demand_history")
    column = costing_column(policy)
    now = costs_of(both, item_costs(items, history, table_of(tables, "unit_costs"), policy, periods=months, cutoff=cutoff))
    known = table_of(previous, "unit_costs")
    then = now if known.empty else costs_of(both, item_costs(items, history, known, policy, periods=months, cutoff=shifted(cutoff, -1)))
    part = (now[column] / now["unit_cost"]).where(now["unit_cost"] > 0, 1.0)
    cost = (both["shipped"] * now[column]).where(both["shipped"].ne(0), 0.0)
    cost = cost.where(~both["closed"] | both["booked_cost"].isna(), both["booked_cost"] * part)
    decided = (both["shipped_decided"] * now[column]).where(both["shipped_decided"].ne(0), 0.0).where(~both["closed"], cost)
    before = then[column].fillna(now[column])
    missing = cost.isna() | decided.isna() | (before.isna() & both["shipped_last"].ne(0))
    return both.assign(
        unit_cost=now[column].fillna(before).fillna(0.0),
        unit_cost_last=before.fillna(0.0),
        cost=cost.fillna(0.0),
        cost_decided=decided.fillna(0.0),
        cost_known=~missing,
    )


def _with_ratios(both: pd.DataFrame, tables: Tables, previous: Tables, cutoff: str) -> pd.DataFrame:
    return both.assign(
        level_ratio=_levels(both, tables, previous, cutoff),
        rate_ratio=_rates(both, tables, previous),
        stock_miss=both["item"].map(_missed_stock(tables, previous, cutoff)).fillna(0.0).astype("float64"),
    )


def _levels(both: pd.DataFrame, tables: Tables, previous: Tables, cutoff: str) -> np.ndarray:
    """Units of the year before the last plan's M0, as told now / as told then, by series; 1 where either is not known."""
    months = period_range(shifted(cutoff, -YEAR), YEAR)

    def level(of: Tables) -> pd.Series:
        history = table_of(of, "demand_history")
        return history[history["period"].isin(months)].groupby(SERIES)["quantity"].sum()

    ratio = (level(tables) / level(previous).where(lambda units: units > 0)).rename("ratio")
    found = both[SERIES].merge(ratio.reset_index(), on=SERIES, how="left")["ratio"]
    return found.fillna(1.0).to_numpy(dtype="float64")


def _rates(both: pd.DataFrame, tables: Tables, previous: Tables) -> np.ndarray:
    """Rate of the region's currency in the month, now / then; 1 where it invoices in the company's own or a rate is not known."""

    def rates(of: Tables) -> pd.DataFrame:
        rows = table_of(of, "exchange_rates").drop_duplicates(["region", "period"])
        wide = rows.pivot(index="period", columns="region", values="rate")
        return wide.reindex(sorted({*wide.index, *both["period"]})).ffill().bfill()

    now, then = rates(tables), rates(previous)
    ratio = (now / then.where(then > 0)).stack()
    if ratio.empty:
        return np.ones(len(both))
    return ratio.reindex(pd.MultiIndex.from_frame(both[["period", "region"]])).fillna(1.0).to_numpy(dtype="float64")


def _missed_stock(tables: Tables, previous: Tables, cutoff: str) -> pd.Series:
    """Units by item that this plan starts with, less what the last plan expected to be left at the cutoff."""
    plan, before = table_of(tables, "supply_plan"), table_of(previous, "supply_plan")
    starts = plan[plan["period"].eq(shifted(cutoff, 1))].set_index("item")["opening_stock"]
    expected = before[before["period"].eq(cutoff)].set_index("item")["closing_stock"]
    return (starts - expected).dropna()
