"""Two sets of tables compared cell by cell, in the order of the flow: the first table that differs is nearest to the cause."""

from pathlib import Path

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.errors import Problem
from sopkit.steps import STEPS

NAMED = 3  # cells of one table that are named; the others are counted
UNREADABLE = "a file that cannot be read"


def table_differences(published: Path, recomputed: Path, last_step: int = 4) -> list[Problem]:
    """Every table that is not the same in both folders, with its first cells: published value, value now.

    Args:
        published: folder of Parquet files as they went out.
        recomputed: folder of those made again.
        last_step: tables of later steps are not compared.
    """
    problems = []
    for step in STEPS:
        if step.number <= last_step:
            for name in step.writes:
                problems += _differences(name, published / f"{name}.parquet", recomputed / f"{name}.parquet")
    return problems


def _differences(name: str, published: Path, recomputed: Path) -> list[Problem]:
    if published.is_file() != recomputed.is_file():
        came, expected = ("no table", "a table") if published.is_file() else ("a table", "no table")
        return [Problem(f"table {name}", came, expected)]
    if not published.is_file() or published.read_bytes() == recomputed.read_bytes():
        return []
    try:
        then, now = pd.read_parquet(published), pd.read_parquet(recomputed)
    except (OSError, ValueError) as error:
        return [Problem(f"table {name}", UNREADABLE, "a table", str(error).splitlines()[0])]
    return differing_cells(name, then, now)


def differing_cells(name: str, then: pd.DataFrame, now: pd.DataFrame) -> list[Problem]:
    """The cells of two frames of one contract that differ: rows by key, missing and added ones too."""
    key = [column for column in CONTRACTS[name].key if column in then and column in now]
    if not key or then.duplicated(key).any() or now.duplicated(key).any():
        return [] if then.equals(now) else [Problem(f"table {name}", "other rows", "those that were published")]
    both = then.merge(now, on=key, how="outer", suffixes=(" then", " now"), indicator=True)
    found = [
        Problem(_place(name, key, row), "a row that was not there" if row["_merge"] == "right_only" else "no row", "the published rows")
        for row in both[both["_merge"] != "both"].to_dict("records")
    ]
    common = both[both["_merge"] == "both"]
    for column in [column for column in then if column in now and column not in key]:
        one, other = common[f"{column} then"], common[f"{column} now"]
        differ = ~((one == other).fillna(False).astype(bool) | (one.isna() & other.isna()))
        for row in common[differ].to_dict("records"):
            found.append(Problem(f"{_place(name, key, row)}: {column}", str(row[f"{column} now"]), str(row[f"{column} then"])))
    more = len(found) - NAMED
    return found[:NAMED] + ([Problem(f"table {name}", f"{more} more cells or rows that differ", "none")] if more > 0 else [])


def _place(name: str, key: list[str], row: dict[object, object]) -> str:  # type: ignore[type-arg]
    return f"table {name}, {', '.join(f'{column} {row[column]}' for column in key)}"
