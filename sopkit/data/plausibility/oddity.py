"""What a rule over typed tables found, before it has a file and a row."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sopkit.data.finding_rules import Outcome

SHOWN = 8  # codes, months or values in one message


@dataclass(frozen=True)
class Oddity:
    """One oddity of an input table."""

    table: str
    rule: str
    message: str
    outcome: Outcome
    hint: str = ""
    column: str = ""  # of the contract
    value: str = ""
    period: str = ""  # month, or `first..last`
    positions: tuple[int, ...] = ()  # rows of the frame, counted from 0
    each: bool = False  # a finding for each of these rows with its value, not one for all


def positions_of(rows: pd.Series | npt.NDArray[np.bool_]) -> tuple[int, ...]:
    """Where a mask holds, counted from 0."""
    return tuple(np.flatnonzero(np.asarray(rows, dtype=bool)).tolist())


def shown(names: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + rest


def span(months: list[str]) -> str:
    """A month, or the first and the last of several."""
    return months[0] if months[0] == months[-1] else f"{months[0]}..{months[-1]}"
