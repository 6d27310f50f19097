"""Rows that last from a day or month to another: none ends before it begins."""

import pandas as pd

from sopkit.data.plausibility.oddity import Oddity, positions_of

SPANS = {
    "campaigns": ("start_date", "end_date"),
    "overrides": ("first_period", "last_period"),
    "production_history": ("start_date", "finish_date"),
    "supplier_contracts": ("valid_from", "valid_to"),
}


def ends_before_begins(frame: pd.DataFrame, name: str) -> list[Oddity]:
    """Rows whose last day or month lies before the first: REJECT, each on its row; they would count in no month at all.

    Args:
        frame: an input table, typed.
        name: which one.
    """
    if name not in SPANS:
        return []
    first, last = SPANS[name]
    known = frame[first].notna() & frame[last].notna()
    wrong = known & (frame[last].where(known, frame[first]) < frame[first])
    if not wrong.any():
        return []
    told = f"{name}: {int(wrong.sum())} of {len(frame)} rows end before they begin"
    return [Oddity(name, "ends_before", told, "REJECT", f"correct {first} or {last}", last, positions=positions_of(wrong), each=True)]
