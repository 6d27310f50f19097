"""Stock: balances below zero, and what of their change nothing explains."""

from collections.abc import Mapping

import pandas as pd

from sopkit.data.cleaning import months_of
from sopkit.data.monthly import month_numbers
from sopkit.data.plausibility.oddity import Oddity, positions_of
from sopkit.periods import shifted

TOLERANCE = 0.5  # units


def negative_stock(inventory: pd.DataFrame) -> list[Oddity]:
    """Month ends that close below zero: rule negative_stock, ASK, on the rows."""
    below = inventory["quantity"] < 0
    if not below.any():
        return []
    told = f"inventory: {int(below.sum())} of {len(inventory)} month ends close with less than nothing in stock"
    hint = "correct the balance, or answer why it is below zero"
    return [Oddity("inventory", "negative_stock", told, "ASK", hint, "quantity", positions=positions_of(below), each=True)]


def stock_balance(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Opening stock + made - sold + adjusted - closing stock by item and month, where the tables allow.

    closing = opening + in - out + adjusted + unexplained; in = finished production orders by month of finish, out = units
    invoiced, adjusted = counts, scrap and transfers. Items that are bought have receipts without an item, so only items with
    production are balanced, from the month after the first finished order. Source: docs/glossary.md, stock.

    Args:
        tables: input tables by name: inventory, production_history, sales_history.

    Returns:
        Frame item, period, opening, made, sold, adjusted, closing, unexplained (what is left of closing), sorted; empty where a
        table is missing.
    """
    names = ["item", "period", "opening", "made", "sold", "adjusted", "closing", "unexplained"]
    needed = [tables.get(name) for name in ("inventory", "production_history", "sales_history")]
    if any(frame is None or frame.empty for frame in needed):
        return pd.DataFrame(columns=names)
    inventory, production, sales = (frame for frame in needed if frame is not None)
    finished = production.dropna(subset=["finish_date"])
    if finished.empty:
        return pd.DataFrame(columns=names)
    begun = int(month_numbers(finished["finish_date"]).min())  # a month that the orders may cover in part
    made = finished.groupby(["item", months_of(finished["finish_date"]).rename("period")])["quantity"].sum()
    sold = sales.groupby(["item", months_of(sales["date"]).rename("period")])["quantity"].sum()
    closing = inventory[inventory["item"].isin(production["item"])].set_index(["item", "period"])["quantity"]
    rows = closing.rename("closing").reset_index()
    adjusted = _adjusted(tables)
    rows["opening"] = rows.merge(
        rows.assign(period=[shifted(label, 1) for label in rows["period"]])[["item", "period", "closing"]].rename(
            columns={"closing": "opening"}
        ),
        on=["item", "period"],
        how="left",
    )["opening"]
    rows = rows[rows["opening"].notna() & (month_numbers(rows["period"]) > begun)]
    index = pd.MultiIndex.from_frame(rows[["item", "period"]])
    rows = rows.assign(made=made.reindex(index).fillna(0.0).to_numpy(), sold=sold.reindex(index).fillna(0.0).to_numpy())
    rows["adjusted"] = adjusted.reindex(index).fillna(0.0).to_numpy()
    rows["unexplained"] = rows["closing"] - rows["opening"] - rows["made"] + rows["sold"] - rows["adjusted"]
    return rows[names].sort_values(["item", "period"], ignore_index=True)


def _adjusted(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """Units that counts, scrap and transfers added, by item and month."""
    changes = tables.get("stock_adjustments")
    if changes is None or changes.empty:
        empty = pd.MultiIndex.from_tuples([], names=["item", "period"])
        return pd.Series([], index=empty, dtype="float64")
    return changes.groupby(["item", months_of(changes["date"]).rename("period")])["quantity"].sum()


def unexplained_stock(tables: Mapping[str, pd.DataFrame]) -> list[Oddity]:
    """What of the change in stock production and sales do not explain: rule stock_unexplained, ACCEPT."""
    balance = stock_balance(tables)
    off = balance[balance["unexplained"].abs() > TOLERANCE] if len(balance) else balance
    if off.empty:
        return []
    moved = float((balance["made"].abs() + balance["sold"].abs()).sum())
    gap = float(off["unexplained"].abs().sum())
    worst = off.loc[off["unexplained"].abs().sort_values(ascending=False, kind="stable").index].head(3)
    named = ", ".join(f"{row.item} {row.period} ({row.unexplained:+,.0f})" for row in worst.itertuples())
    share = f" ({gap / moved:.1%} of units made and sold)" if moved else ""
    told = (
        f"inventory: in {len(off)} of {len(balance)} item months opening + made - sold is not the closing stock: "
        f"{gap:,.0f} units are unexplained{share}; most in {named}"
    )
    inventory = tables["inventory"]
    marks = pd.MultiIndex.from_frame(inventory[["item", "period"]]).isin(pd.MultiIndex.from_frame(off[["item", "period"]]))
    return [Oddity("inventory", "stock_unexplained", told, "ACCEPT", column="quantity", value=f"{gap:.15g}", positions=positions_of(marks))]
