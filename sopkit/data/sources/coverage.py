"""What was provided, how far it reaches, and what is not available without the rest."""

from collections.abc import Mapping

import pandas as pd

from sopkit.data.cleaning import months_of
from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.column import Contract
from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_demand import Coverage
from sopkit.data.sources.declaration import Source, database_origin
from sopkit.data.sources.table import dated_column


def coverage(tables: Mapping[str, pd.DataFrame], sources: Mapping[str, Source]) -> pd.DataFrame:
    """One row per input table: provided or not, rows, first and last month, origin, consequence, assumption.

    Args:
        tables: every input table, empty where not provided.
        sources: how those that are provided are declared.

    Returns:
        Coverage frame.
    """
    rows = [_row(name, contract, tables[name], sources.get(name)) for name, contract in INPUTS.items()]
    return conform(pd.DataFrame(rows), Coverage)


def _row(name: str, contract: type[Contract], table: pd.DataFrame, source: Source | None) -> dict[str, object]:
    dated = dated_column(contract)
    first, last = _reach(table[dated]) if dated and len(table) else (None, None)
    return {
        "table": name,
        "status": "provided" if source else "not_provided",
        "rows": len(table),
        "first_period": first,
        "last_period": last,
        "origin": _origin(source, name) if source else None,
        "consequence": None if source else contract.without or "the plan cannot be made",
        "assumption": (source.assumption or None) if source else None,
    }


def _reach(dates: pd.Series) -> tuple[str | None, str | None]:
    """The first and the last month of a column of days or months; None where no cell is filled."""
    months = months_of(pd.Series([dates.min(), dates.max()], dtype=dates.dtype)).dropna()
    return (months.iloc[0], months.iloc[-1]) if len(months) else (None, None)


def _origin(source: Source, name: str) -> str:
    if source.connection is not None:
        return database_origin(source, name)
    files = [
        f"{dialect.file}{f' ({dialect.sheet})' if dialect.sheet else ''}" for dialect in (source, *source.files.values()) if dialect.file
    ]
    written = ["rows in the params"] if source.rows or any(file.rows for file in source.files.values()) else []
    return " + ".join(dict.fromkeys([*files, *written]))
