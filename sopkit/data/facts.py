"""Facts: figures that may be printed, each with its unit, definition, source and, where unknown, the reason."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_meeting import Facts
from sopkit.errors import DataError, Problem

UNITS = ("money", "units", "share", "ratio", "turns", "days", "hours", "people", "months", "count")


def fact(
    id: str,
    value: float | None,
    *,
    unit: str,
    period: str,
    scenario: str,
    definition: str,
    source_table: str,
    source_key: str,
    level: str = "*",
    currency: str | None = None,
    lag: int | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """One row of facts, for `fact_rows`.

    Args:
        id: fact id; the eight KPIs are ids.
        value: the figure, in `unit`; None or NaN = unknown, with a reason.
        unit: one of UNITS.
        period: month, or a span as `2026-01..2026-12`.
        scenario: actual, base, last_plan or budget.
        definition: what it is, in a sentence.
        source_table: table it comes from.
        source_key: rows of that table.
        level: `*` for the company, or `family=…`, `resource=…`.
        currency: currency of money.
        lag: months between approval and the month forecast, of a forecast.
        reason: why the value is unknown.

    Returns:
        The row as a dictionary.
    """
    known = value is not None and not np.isnan(value)
    return {
        "id": id,
        "level": level,
        "period": period,
        "scenario": scenario,
        "value": float(value) if known and value is not None else np.nan,
        "unit": unit,
        "currency": currency if unit == "money" else None,
        "lag": pd.NA if lag is None else lag,
        "definition": definition,
        "source_table": source_table,
        "source_key": source_key,
        "reason": None if known else reason,
    }


def fact_rows(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows made by `fact` as the table facts.

    Raises:
        DataError: an unknown value without a reason, a unit that is none, money without a currency, a key twice.
    """
    listed = list(rows)
    if not listed:
        return empty(Facts)
    frame = pd.DataFrame(listed)
    frame["lag"] = frame["lag"].astype("Int64")
    return checked_facts(frame)


def checked_facts(frame: pd.DataFrame) -> pd.DataFrame:
    """The table facts, after its own rules: reasons, units, currencies; DataError lists all that break them."""
    unknown = frame["value"].isna() & frame["reason"].isna()
    strange = ~frame["unit"].isin(UNITS)
    bare = frame["unit"].eq("money") & frame["currency"].isna() & frame["value"].notna()
    rules = (
        (unknown, "no value and no reason", "the reason why it is not available"),
        (strange, "a unit that is none", f"one of {', '.join(UNITS)}"),
        (bare, "money without a currency", "the currency's code"),
    )
    problems = [
        Problem("fact " + " | ".join(str(part) for part in row), came, expected)
        for broken, came, expected in rules
        for row in frame.loc[broken, list(Facts.key)].itertuples(index=False, name=None)
    ]
    if problems:
        raise DataError("facts do not keep their rules", problems)
    return conform(frame, Facts)
