"""The bridge as it is printed: whole steps, in a fixed order, whose sum is exact."""

import numpy as np
import pandas as pd

from sopkit.errors import DataError, Problem
from sopkit.meeting.bridge.causes import Causes

CAUSES = (
    "actuals",
    "current_month",
    "restated_history",
    "model",
    "campaigns",
    "override",
    "crm",
    "lifecycle",
    "demand",
    "price",
    "currency",
    "cost",
    "opening_stock",
    "capacity",
    "decisions",
    "interaction",
)
PRINTED = ("last_plan", *CAUSES, "this_plan", "horizon_roll")
GRAIN = 10_000  # amounts are counted in ten-thousandths, whole numbers that a float holds exactly, so that they add up exactly
FLOAT_SHARE = 1e-9  # what float sums leave, beside the size of the plans
SHOWN_SHARE = 0.02  # of all changes together: from here an interaction stands on its own
NOTHING = ("override", "interaction")  # told only where there is something
VALUES = {
    "units": lambda rows: (rows["shipped_last"], rows["shipped_decided"]),
    "revenue": lambda rows: (rows["shipped_last"] * rows["net_price_last"], rows["revenue_decided"]),
    "gross_margin": lambda rows: (
        rows["shipped_last"] * (rows["net_price_last"] - rows["unit_cost_last"]),
        rows["revenue_decided"] - rows["cost_decided"],
    ),
}


def measure_rows(measure: str, same: pd.DataFrame, beyond: pd.DataFrame, causes: Causes) -> pd.DataFrame:
    """The rows of one measure, in printed order: overrides one by one, an interaction only where it is large.

    Args:
        measure: units, revenue or gross_margin.
        same: cells of the months that both plans cover.
        beyond: cells of this plan's months beyond the last plan's horizon.
        causes: amounts by cause and subject, row by row of `same`.

    Raises:
        DataError: the causes miss the change by more than rounding.
    """
    before, after = VALUES[measure](same)
    start, end, roll = counted(before.sum()), counted(after.sum()), counted(VALUES[measure](beyond)[1].sum())
    amounts = _settled({key: counted(amount.sum()) for key, amount in causes.items()})
    left = end - start - sum(amounts.values())  # what rounding each cause left over
    if abs(left) > len(causes) + FLOAT_SHARE * (abs(start) + abs(end)):
        came = f"causes of {measure} miss the change by {left / GRAIN:.4f}"
        raise DataError("the bridge does not add up", [Problem("plan_bridge", came, "causes that add up to this plan less the last one")])
    amounts[max(amounts, key=lambda key: abs(amounts[key]))] += left
    printed = [(("last_plan", ""), start), *amounts.items(), (("this_plan", ""), end), (("horizon_roll", ""), roll)]
    return pd.DataFrame(
        {
            "measure": measure,
            "position": np.arange(1, len(printed) + 1),
            "cause": [cause for (cause, _), _ in printed],
            "subject": pd.array([subject or None for (_, subject), _ in printed], dtype="str"),
            "amount": [amount / GRAIN for _, amount in printed],
        }
    )


def counted(amount: float) -> int:
    """An amount in whole ten-thousandths."""
    return round(float(amount) * GRAIN)


def _settled(amounts: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    """All causes in printed order; a small interaction is part of the price's, and overrides that change nothing are not told."""
    whole = sum(abs(amount) for amount in amounts.values())
    mixed = amounts.get(("interaction", ""), 0)
    settled = dict(amounts)
    if mixed and abs(mixed) <= SHOWN_SHARE * whole:
        settled[("price", "")] = settled.get(("price", ""), 0) + mixed
        settled[("interaction", "")] = 0
    told: dict[tuple[str, str], int] = {}
    for cause in CAUSES:
        own = sorted((key, amount) for key, amount in settled.items() if key[0] == cause)
        kept = [(key, amount) for key, amount in own if amount or cause not in NOTHING]
        told |= dict(kept) or ({} if cause == "interaction" else {(cause, ""): 0})
    return told
