"""Actions against the gap to budget: which of them close part of it, gross and weighed by probability."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.data.facts import fact, fact_rows
from sopkit.periods import fiscal_year_periods, last_day, shifted

DONE = ("done", "stopped")


def gap_actions(actions: pd.DataFrame, *, cutoff: str, first_month: int) -> pd.DataFrame:
    """Each action with an effect on net sales, and whether it closes part of the gap that the latest estimate leaves.

    Not counted is what the plan holds already, what is done or stopped, and what comes after the fiscal year of M0.

    Args:
        actions: table actions; an action without an effect on net sales is left out.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        gap_actions contract.
    """
    rows = actions[actions["revenue_effect"].notna()]
    end = pd.Timestamp(last_day(fiscal_year_periods(shifted(cutoff, 1), first_month)[-1]))
    held = rows["in_plan"].fillna(False).astype(bool)
    counts = np.select([rows["status"].isin(DONE), held, rows["due_date"].gt(end)], ["over", "in_plan", "too_late"], "closes")
    table = rows.assign(in_plan=held, weighted_effect=rows["revenue_effect"] * rows["probability_share"], counts=counts)
    return conform(table[CONTRACTS["gap_actions"].column_names()], CONTRACTS["gap_actions"])


def gap_facts(gap: pd.DataFrame, closing: pd.DataFrame, *, cutoff: str, first_month: int, currency: str) -> pd.DataFrame:
    """What is left of the gap to budget once the actions that count have worked: all of them, and weighed by probability.

    Args:
        gap: table budget_gap; empty = no budget.
        closing: `gap_actions`; an action that nobody gives a probability is not in the weighted figure.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.
        currency: the company's.
    """
    year = fiscal_year_periods(shifted(cutoff, 1), first_month)
    whole = gap[gap["family"].eq("*") & gap["cause"].eq("gap")]["amount"]
    counted = closing[closing["counts"].eq("closes")]
    judged = counted.empty or bool(counted["weighted_effect"].notna().any())
    told = {
        "gap_after_actions": ("revenue_effect", "gap to budget + effects of the actions that are neither in the plan nor over"),
        "gap_after_actions_weighted": (
            "weighted_effect",
            "gap to budget + the same effects x their probability; an effect without one counts nothing",
        ),
    }
    return fact_rows(
        fact(
            name,
            float(whole.iloc[0] + counted[column].sum()) if len(whole) and (judged or column == "revenue_effect") else None,
            unit="money",
            currency=currency,
            period=f"{year[0]}..{year[-1]}",
            scenario="base",
            definition=definition,
            source_table="gap_actions",
            source_key="counts=closes",
            reason="no action that counts has a probability" if len(whole) else "budget is not provided for the fiscal year",
        )
        for name, (column, definition) in told.items()
    )
