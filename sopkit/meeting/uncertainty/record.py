"""The record of the ranges: how often what came fell inside what was said, carried from cycle to cycle."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty

NOT_YET = "not yet testable"
OF = {"inventory_peak": "inventory", "cash_low": "cash_headroom"}  # measures of a span: their months are tested
TESTED = ("net_sales", "inventory", "cash_headroom")


def range_record(earlier: pd.DataFrame, ranges: pd.DataFrame, actuals: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The tests made so far, and that of the month that has closed since.

    Args:
        earlier: range_record of the cycle before; empty where there is none.
        ranges: plan_ranges of the cycle before; empty where there is none.
        actuals: `measure, period, amount` of closed months, money.
        cutoff: last closed period: the month of the cycle before.

    Returns:
        range_record contract: one row per measure and month that was ranged and has closed; a month of which the actual is not known is
        not tested.
    """
    closed = ranges[ranges["span"].eq(cutoff)].rename(columns={"span": "period"})
    tested = closed.merge(actuals, on=["measure", "period"], how="inner").dropna(subset="amount")
    tested = tested.assign(made_in=cutoff, inside=tested["amount"].between(tested["p10"], tested["p90"]))
    columns = CONTRACTS["range_record"].column_names()
    frames = [frame[columns] for frame in (earlier, tested) if len(frame)]
    if not frames:
        return empty(CONTRACTS["range_record"])
    rows = pd.concat(frames, ignore_index=True).drop_duplicates(["measure", "made_in", "period"], keep="last")
    return conform(rows, CONTRACTS["range_record"])


def closed_amounts(statement: pd.DataFrame, capital: pd.DataFrame) -> pd.DataFrame:
    """What came in closed months, in the measures of the ranges: `measure, period, amount`.

    Contribution of a closed month holds no costs of the company (they are not in the statement of closed months), so it is not tested.

    Args:
        statement: plan_statement.
        capital: working_capital_plan.
    """
    sales = statement[statement["scenario"].eq("actual") & statement["line"].eq("net_sales")].groupby("period")["amount"].sum()
    closed = capital[capital["scenario"].eq("actual")].set_index("period")
    named = {"net_sales": sales, "inventory": closed["inventory"], "cash_headroom": closed["cash_headroom"]}
    rows = [series.rename("amount").rename_axis("period").reset_index().assign(measure=name) for name, series in named.items()]
    return pd.concat(rows, ignore_index=True)[["measure", "period", "amount"]].astype({"period": "str", "measure": "str"})


def with_record(ranges: pd.DataFrame, record: pd.DataFrame) -> pd.DataFrame:
    """Ranges, each with what is said under it: how often what came fell inside ranges of its measure, or that it is not yet testable.

    Args:
        ranges: plan_ranges.
        record: range_record.
    """
    words = {name: range_words(record, OF.get(name, name)) for name in ranges["measure"].unique()}
    return ranges.assign(record=ranges["measure"].map(words).astype("str"))


def record_in_words(record: pd.DataFrame) -> pd.Series:
    """What is said under each range that can be tested, by measure."""
    return pd.Series({name: range_words(record, name) for name in TESTED}, name="actuals inside their ranges")


def range_words(record: pd.DataFrame, measure: str) -> str:
    """What is said under a range: `inside in 7 of 9 months`, or that it is not yet testable.

    Args:
        record: range_record.
        measure: net_sales, inventory or cash_headroom.
    """
    own = record[record["measure"].eq(measure)]
    if own.empty:
        return NOT_YET
    return f"inside in {int(np.asarray(own['inside'], dtype=bool).sum())} of {len(own)} months"
