"""Overlays that cannot be taken together: those whose order would matter."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from sopkit.errors import ParamsError, Problem
from sopkit.meeting.policy import Change, Overlay
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.overlay import DEMAND_NAMES, apply_overlay, compose

CLOSE = 1e-9  # relative difference that rounding leaves when factors change places


def order_problems(inputs: PlanInputs, overlays: Mapping[str, Overlay], pairs: Iterable[tuple[str, str]]) -> list[Problem]:
    """Pairs of overlays that change one cell so that their order matters, such as two that set it, or one that sets and one that adds.

    Args:
        inputs: what they are applied to.
        overlays: by name; each can be applied alone.
        pairs: names of overlays that may be taken together.

    Returns:
        One problem per pair and table; none where all commute.
    """
    problems = []
    for first, second in pairs:
        one, other = overlays[first], overlays[second]
        shared = _touched(one) & _touched(other)
        if not shared:
            continue
        try:
            there, back = apply_overlay(inputs, compose([one, other])), apply_overlay(inputs, compose([other, one]))
        except ParamsError as error:
            problems += [
                Problem(f"{first} with {second}, {found.where}", found.came, found.expected, found.hint) for found in error.problems
            ]
            continue
        problems += [
            Problem(f"{first} with {second}", f"both change the same cells of {table}", "changes that do not depend on their order")
            for table in sorted(shared - {"demand"})
            if not _same(there.tables[table], back.tables[table])
        ]
        if "demand" in shared and not _commute(one, other):
            problems.append(
                Problem(f"{first} with {second}", "both change demand, in ways that depend on their order", "all factors, or all amounts")
            )
    return problems


def _touched(overlay: Overlay) -> set[str]:
    return {"demand" if change.table in DEMAND_NAMES else change.table for change in overlay.changes}


def twice_changed(overlays: Sequence[Overlay]) -> list[Problem]:
    """Pairs of changes of overlays taken together that meet in one key so that their order matters; told without any table.

    Two changes meet where table and column are the same, no filter that both name parts them, and their months overlap. Factors commute
    with factors and amounts with amounts; a value that is set commutes with nothing but itself.

    Args:
        overlays: those that are taken together.

    Returns:
        One problem per pair: both places.
    """
    problems = []
    for (first, one), (second, other) in combinations([(o.title, c) for o in overlays for c in o.changes], 2):
        same = _table(one) == _table(other) and one.column == other.column and first != second
        harmless = one.action == other.action and (one.action != "set" or one.value == other.value)
        if same and not harmless and not _apart(one.where, other.where) and _overlap(one, other):
            places = f"{one.place or first} and {other.place or second}"
            came = f"both change {one.table}.{one.column}: {one.action} {one.value} and {other.action} {other.value}"
            problems.append(Problem(places, came, "one change of a key, or changes that do not depend on their order"))
    return problems


def _table(change: Change) -> str:
    return "demand" if change.table in DEMAND_NAMES else change.table


def _overlap(one: Change, other: Change) -> bool:
    starts = max(one.first_period or "", other.first_period or "")
    return starts <= min(one.last_period or "9999-12", other.last_period or "9999-12")


def _commute(one: Overlay, other: Overlay) -> bool:
    """Whether changes on the consensus demand may change places: all factors, all amounts, or filters that exclude each other."""
    pairs = [
        (mine, theirs)
        for mine in one.changes
        for theirs in other.changes
        if mine.table in DEMAND_NAMES and theirs.table in DEMAND_NAMES and mine.column == theirs.column
    ]
    return all(mine.action == theirs.action != "set" or _apart(mine.where, theirs.where) for mine, theirs in pairs)


def _apart(mine: Mapping[str, str | list[str]], theirs: Mapping[str, str | list[str]]) -> bool:
    return any(not set(np.atleast_1d(mine[key])) & set(np.atleast_1d(theirs[key])) for key in mine.keys() & theirs.keys())


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    if one.shape != other.shape:
        return False
    numbers = one.select_dtypes("number").columns
    words = [name for name in one.columns if name not in numbers]
    close = np.allclose(one[numbers].to_numpy(float), other[numbers].to_numpy(float), rtol=CLOSE, atol=0.0, equal_nan=True)
    return bool(close) and one[words].equals(other[words])
