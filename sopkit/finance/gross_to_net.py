"""From gross to net sales: what sales terms deduct from the sales of a family in a region and channel."""

import numpy as np
import pandas as pd

from sopkit.errors import DataError, Problem
from sopkit.finance.family import family_of

DEDUCTED = ("discount", "rebate", "bonus", "freight_allowance")  # lines between gross and net sales, as they are read
GROSS = "gross_sales"
CELL = ["family", "region", "channel"]
SETTLED = {"in_price": ("in_rate", "in_unit"), "afterwards": ("later_rate", "later_unit")}


def with_deductions(trade: pd.DataFrame, deductions: pd.DataFrame) -> pd.DataFrame:
    """Invoiced sales as gross sales, what is deducted by kind, and net sales.

    With I what is invoiced, q units, a_k and u_k the share and the amount per unit of a kind that prices are after, b_k and v_k of one
    that is credited afterwards:

        gross = (I + q sum of u_k) / (1 - sum of a_k)     deducted_k = (a_k + b_k) gross + (u_k + v_k) q
        net = gross - sum of deducted_k = I - sum of (b_k gross + v_k q)

    Args:
        trade: `family, region, channel, period, quantity` and `net_sales` as it is invoiced; any grain.
        deductions: Deductions contract; empty = not provided.

    Returns:
        The rows with net sales after all terms, and `invoiced`, `gross_sales` and each of DEDUCTED beside them; the frame itself without
        terms.
    """
    if deductions.empty:
        return trade
    terms = terms_of(trade, deductions)
    quantity, invoiced = trade["quantity"].to_numpy(dtype="float64"), trade["net_sales"].to_numpy(dtype="float64")
    gross = (invoiced + quantity * _sum_of(terms, "in_unit")) / (1 - _sum_of(terms, "in_rate"))
    taken = {
        kind: (found["in_rate"] + found["later_rate"]) * gross + (found["in_unit"] + found["later_unit"]) * quantity
        for kind, found in terms.items()
    }
    net = invoiced - _sum_of(terms, "later_rate") * gross - _sum_of(terms, "later_unit") * quantity
    return trade.assign(**{"net_sales": net, "invoiced": invoiced, GROSS: gross, **taken})


def net_of(sales: pd.DataFrame, items: pd.DataFrame, deductions: pd.DataFrame) -> pd.Series:
    """Net sales, row by row: what is invoiced less what sales terms credit afterwards.

    Args:
        sales: `item, region, channel, period, quantity, net_sales` as it is invoiced.
        items: for the families.
        deductions: Deductions contract; empty = all that is invoiced.
    """
    if deductions.empty:
        return sales["net_sales"]
    return with_deductions(sales.assign(family=family_of(items, sales["item"])), deductions)["net_sales"]


def at_net_sales(demand: pd.DataFrame, items: pd.DataFrame, deductions: pd.DataFrame) -> pd.DataFrame:
    """The consensus demand with its revenue less what sales terms credit afterwards; the frame itself without terms.

    Args:
        demand: consensus_demand.
        items: for the families.
        deductions: Deductions contract.
    """
    return demand if deductions.empty else demand.assign(revenue=net_of(demand.assign(net_sales=demand["revenue"]), items, deductions))


def net_by_month(history: pd.DataFrame, items: pd.DataFrame, deductions: pd.DataFrame) -> pd.Series:
    """Net sales of closed months: what was invoiced less what sales terms credit afterwards, money by month.

    Args:
        history: demand_history.
        items: for the families.
        deductions: Deductions contract; empty = all that was invoiced.
    """
    if deductions.empty:
        return history.groupby("period")["revenue"].sum()
    sales = history[["item", "region", "channel", "period"]].assign(quantity=history["sold_quantity"], net_sales=history["revenue"])
    return net_of(sales, items, deductions).groupby(history["period"]).sum()


def repriced(prices: pd.Series, keys: pd.DataFrame, *, before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    """Invoiced prices where the terms that they are after change, the gross price as it is: P' = G (1 - a') - u', G = (P + u) / (1 - a).

    Args:
        prices: money per unit.
        keys: `family, region, channel, period` of each.
        before, after: Deductions contract, what prices are after and what they are to be after.
    """
    was, now = terms_of(keys, before), terms_of(keys, after)
    gross = (prices + _sum_of(was, "in_unit")) / (1 - _sum_of(was, "in_rate"))
    return gross * (1 - _sum_of(now, "in_rate")) - _sum_of(now, "in_unit")


def terms_of(rows: pd.DataFrame, deductions: pd.DataFrame) -> dict[str, dict[str, np.ndarray]]:
    """The terms in force in each row's month, by kind: share and amount per unit, in the price and afterwards; 0 where there are none.

    Raises:
        DataError: terms that take all of a price.
    """
    cells = rows[[*CELL, "period"]].astype("str")
    once = cells.drop_duplicates(ignore_index=True)
    once = once.assign(day=pd.to_datetime(once["period"] + "-01").astype("datetime64[s]")).sort_values("day", kind="stable")
    place = pd.MultiIndex.from_frame(once[[*CELL, "period"]]).get_indexer(pd.MultiIndex.from_frame(cells))
    found: dict[str, dict[str, np.ndarray]] = {}
    for kind in DEDUCTED:
        found[kind] = {}
        for settled, (rate, unit) in SETTLED.items():
            own = deductions[deductions["kind"].eq(kind) & deductions["settled"].eq(settled)].sort_values("valid_from", kind="stable")
            met = (
                pd.merge_asof(once, own, left_on="day", right_on="valid_from", by=CELL) if len(own) else once.assign(rate=0, unit_amount=0)
            )
            for name, column in ((rate, "rate"), (unit, "unit_amount")):
                found[kind][name] = met[column].fillna(0.0).to_numpy(dtype="float64")[place]
    taken = _sum_of(found, "in_rate") + _sum_of(found, "later_rate")
    if len(taken) and taken.max() >= 1:
        where = " | ".join(cells.iloc[int(taken.argmax())])
        came = Problem(f"deductions, {where}", f"shares add up to {taken.max():.1%}", "less than 100 %")
        raise DataError("sales terms leave nothing of gross sales", [came])
    return found


def terms_problems(deductions: pd.DataFrame) -> list[Problem]:
    """Families and markets whose terms take all of a price from some month on, the worst of them; none where all leave something."""
    try:
        terms_of(deductions[CELL].assign(period=deductions["valid_from"].dt.strftime("%Y-%m")), deductions)
    except DataError as error:
        return list(error.problems)
    return []


def _sum_of(terms: dict[str, dict[str, np.ndarray]], name: str) -> np.ndarray:
    return np.sum([found[name] for found in terms.values()], axis=0)
