"""The lines of an owner's form: which rows of a table belong to them."""

import pandas as pd

from sopkit.demand.asking.asked import Asked

ANY = "*"
KEYS = ["family", "item", "region", "channel"]  # of a line; item is `*` where families are asked


def covers(asked: Asked, frame: pd.DataFrame) -> pd.Series:
    """Whether each row of a frame with family, region and channel belongs to what the owner is asked about."""
    within = pd.Series(True, index=frame.index)
    for key, chosen in (("family", asked.family), ("region", asked.region), ("channel", asked.channel)):
        if chosen:
            within &= frame[key].isin(chosen)
    return within


def lined(asked: Asked, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that are covered, their item `*` where families are asked; `frame` has family, item, region, channel."""
    rows = frame[covers(asked, frame)]
    return rows.assign(item=ANY) if asked.by == "family" else rows
