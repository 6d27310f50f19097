"""Tables as a person reads them in a notebook: what is not known is a dash, and a table without rows says why."""

import pandas as pd

DASH = "–"


def readable(frame: pd.DataFrame, *, absent: str = "nothing to tell") -> pd.DataFrame:
    """A frame for the eye, not for sums: cells that are empty are a dash, numbers keep their own format, days lose their midnight.

    Args:
        frame: any; not changed.
        absent: what is said in place of a frame without rows: why it has none.

    Returns:
        A frame of the same shape; of one cell, `not available`, where there are no rows.
    """
    if frame.empty:
        return pd.DataFrame({"not available": [absent]})
    days = {name: frame[name].dt.strftime("%Y-%m-%d") for name in frame.select_dtypes("datetime")}
    return frame.assign(**days).astype("object").where(frame.notna(), DASH)
