"""The cells that a change means: what may stand in them, and what becomes of them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts.column import Column, Contract
from sopkit.errors import Problem
from sopkit.meeting.policy import Change
from sopkit.meeting.scenarios.selection import DATED, nearest, selected_rows
from sopkit.periods import MONTH, first_day, shifted


def value_problems(column: Column, change: Change, place: str) -> list[Problem]:
    """Why a change's value cannot stand in a column: no number, no month, no day, none of its choices."""
    value = change.value
    if column.kind in ("number", "whole"):
        return [] if isinstance(value, int | float) else [Problem(place, repr(value), f"a number, {column.unit}")]
    if change.action != "set":
        return [Problem(place, f"{change.action} on {column.kind} column {column.name}", "set")]
    if column.kind == "period" and not MONTH.fullmatch(str(value)):
        return [Problem(place, repr(value), "a month, such as 2026-03")]
    if column.kind == "choice" and value not in column.choices:
        return [Problem(place, repr(value), " | ".join(column.choices), nearest(str(value), column.choices))]
    if column.kind == "day" and pd.isna(pd.to_datetime(str(value), errors="coerce", format="%Y-%m-%d")):
        return [Problem(place, repr(value), "a date, such as 2026-03-27")]
    return []


def new_cells(cells: pd.Series, mask: np.ndarray, column: Column, change: Change) -> pd.Series:
    """The column's cells after a change of those that it means."""
    if column.kind in ("number", "whole"):
        old = cells.astype("float64").to_numpy()
        amount = float(change.value)
        new = {"set": np.full(len(old), amount), "multiply": old * amount, "add": old + amount}[change.action]
        merged = np.where(mask, new, old)
        return pd.Series(np.rint(merged).astype("int64") if column.kind == "whole" else merged, index=cells.index)
    value = np.datetime64(str(change.value), "s") if column.kind == "day" else str(change.value)
    return cells.mask(pd.Series(mask, index=cells.index), value).astype(cells.dtype)


def result_problems(cells: pd.Series, column: Column, place: str) -> list[Problem]:
    """Why changed cells cannot stand: all of them empty, or outside the column's bounds."""
    if cells.isna().all():
        return [Problem(place, "all rows meant are empty", "a value to change", "use set")]
    if column.kind not in ("number", "whole"):
        return []
    low, high = float(cells.min()), float(cells.max())
    problems = []
    if column.least is not None and low < column.least:
        problems.append(Problem(place, f"gives {low:g}", f"at least {column.least:g} {column.unit}"))
    if column.most is not None and high > column.most:
        problems.append(Problem(place, f"gives {high:g}", f"at most {column.most:g} {column.unit}"))
    return problems


def split_at_months(frame: pd.DataFrame, contract: type[Contract], change: Change, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A dated table with rows that start where the change's months start and end, each a copy of the row in force on that day."""
    if not (change.first_period or change.last_period):
        return frame
    edges = [first_day(change.first_period)] if change.first_period else []
    edges += [first_day(shifted(change.last_period, 1))] if change.last_period else []
    anytime = change.model_copy(update={"first_period": None, "last_period": None})
    meant, problems = selected_rows(frame, contract, anytime, tables, "")
    if problems:
        return frame
    key = [name for name in contract.key if name != DATED]
    for edge in edges:
        day = np.datetime64(edge, "s")
        in_force = frame[meant & (frame[DATED] <= day)].sort_values([*key, DATED], kind="stable").drop_duplicates(key, keep="last")
        starts = in_force[in_force[DATED] < day].assign(**{DATED: day})
        frame = pd.concat([frame, starts.astype(frame.dtypes)], ignore_index=True)
        meant = np.concatenate([meant, np.ones(len(starts), dtype=bool)])
    return frame.sort_values(list(contract.key), kind="stable", ignore_index=True)
