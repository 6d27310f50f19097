"""Which rows of a table a change means: its filters, its months, and what is wrong with them."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from sopkit.data.contracts.column import Contract
from sopkit.errors import Problem
from sopkit.meeting.policy import Change
from sopkit.periods import first_day, shifted

# A filter may name a column of these tables where the changed table carries their key: `family` through `item`.
LOOKUPS = {"item": "items", "resource": "resources", "supplier": "suppliers"}
DATED = "valid_from"  # a row holds from this day until the next row of its key


def nearest(came: str, known: Iterable[str]) -> str:
    """A hint that names the known words nearest to the one that came; all of them where none is near."""
    words = sorted(set(known))
    near = get_close_matches(came, words, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"known: {', '.join(words[:12])}" if words else ""


def selected_rows(
    frame: pd.DataFrame, contract: type[Contract], change: Change, tables: Mapping[str, pd.DataFrame], place: str
) -> tuple[np.ndarray, list[Problem]]:
    """The rows that a change means.

    Args:
        frame: the table, any grain.
        contract: its contract.
        change: filters `where` and the months `first_period` to `last_period`.
        tables: all tables by name; a filter such as `family` is looked up in `items`.
        place: where the change stands, for problems.

    Returns:
        A mask over the rows, and the problems: unknown columns and values, months on a table without months, no row at all.
    """
    mask = np.ones(len(frame), dtype=bool)
    problems: list[Problem] = []
    for name, wanted in sorted(change.where.items()):
        values, found = _filter_values(frame, contract, name, tables, place)
        problems += found
        if values is not None:
            words = [wanted] if isinstance(wanted, str) else list(wanted)
            problems += _unknown_values(words, values, f"{place}, where {name}")
            mask &= values.isin(words).to_numpy()
    mask &= _month_mask(frame, contract, change)
    problems += _month_problems(frame, contract, change, place)
    if not problems and not mask.any():
        problems.append(Problem(place, f"no row of {contract.name} is meant", "at least one row", _span_hint(frame, contract)))
    return mask, problems


def _filter_values(
    frame: pd.DataFrame, contract: type[Contract], name: str, tables: Mapping[str, pd.DataFrame], place: str
) -> tuple[pd.Series | None, list[Problem]]:
    if name in frame.columns:
        return frame[name].astype("str"), []
    known = list(frame.columns)
    for key, table in LOOKUPS.items():
        source = tables.get(table)
        if key in frame.columns and source is not None and table != contract.name:
            if name in source.columns:
                return frame[key].map(source.set_index(key)[name]).astype("str"), []
            known += [column for column in source.columns if column not in known]
    problem = Problem(f"{place}, where", f"column {name!r} of {contract.name}", "a column of the table", nearest(name, known))
    return None, [problem]


def _unknown_values(words: list[str], values: pd.Series, place: str) -> list[Problem]:
    known = set(values.dropna())
    return [Problem(place, repr(word), "a value that the table has", nearest(word, known)) for word in words if word not in known]


def _month_mask(frame: pd.DataFrame, contract: type[Contract], change: Change) -> np.ndarray:
    mask = np.ones(len(frame), dtype=bool)
    if "period" in contract.key:
        months = frame["period"]
        mask &= (months >= change.first_period).to_numpy(dtype=bool) if change.first_period else mask
        mask &= (months <= change.last_period).to_numpy(dtype=bool) if change.last_period else mask
    elif DATED in contract.key:
        days = frame[DATED].to_numpy()
        mask &= days >= np.datetime64(first_day(change.first_period), "s") if change.first_period else mask
        mask &= days < np.datetime64(first_day(shifted(change.last_period, 1)), "s") if change.last_period else mask
    return mask


def _month_problems(frame: pd.DataFrame, contract: type[Contract], change: Change, place: str) -> list[Problem]:
    if not (change.first_period or change.last_period):
        return []
    if "period" not in contract.key and DATED not in contract.key:
        return [Problem(place, f"months on {contract.name}, which has none", "a change without first_period and last_period")]
    if change.first_period and change.last_period and change.first_period > change.last_period:
        return [Problem(place, f"{change.first_period} after {change.last_period}", "first_period at or before last_period")]
    if "period" in contract.key and len(frame) and change.last_period and change.last_period > (last := frame["period"].max()):
        hint = "leave last_period out where it is to hold to the end"
        return [Problem(place, f"{change.last_period}, behind the last month of {contract.name}", f"{last} at most", hint)]
    return []


def _span_hint(frame: pd.DataFrame, contract: type[Contract]) -> str:
    if "period" not in contract.key or frame.empty:
        return "its filters do not meet in any row"
    return f"its months are {frame['period'].min()} to {frame['period'].max()}; else its filters do not meet in any row"
