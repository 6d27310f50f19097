"""The family of each row: the level that statement, budget and KPIs are told at."""

import pandas as pd

from sopkit.errors import DataError, Problem

SHOWN = 5  # items named in one message


def family_of(items: pd.DataFrame, codes: pd.Series) -> pd.Series:
    """The family of each item code, in the order and index of `codes`.

    Args:
        items: table items.
        codes: item codes.

    Returns:
        Families.

    Raises:
        DataError: codes that items does not hold: their money would be lost in sums by family.
    """
    found = codes.map(items.set_index("item")["family"])
    unknown = sorted(set(codes[found.isna()]))
    if unknown:
        named = ", ".join(unknown[:SHOWN]) + (" …" if len(unknown) > SHOWN else "")
        raise DataError("items without a family", [Problem("items", f"no row for {named}", f"a row for each of {len(unknown)} items")])
    return found.rename("family")
