"""Time stamps of a panel as whole numbers and back, and a sktime frame taken apart into series."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.errors import DataError, Problem

SHOWN = 20  # problems told at once


class Clock:
    """Time stamps as whole numbers and back: periods, month-start and other regular dates, or integers."""

    def __init__(self, time: pd.Index) -> None:
        self.dates = isinstance(time, pd.DatetimeIndex)
        self.offset = _offset_of(pd.DatetimeIndex(time)) if self.dates else None
        self.period = _period_frequency(self.offset) if self.offset is not None else getattr(time, "freqstr", None)
        self.integer = str(time.dtype)

    def ordinals(self, time: pd.Index) -> np.ndarray:
        """Whole numbers, one per period, that grow by 1."""
        if self.period is None:
            return np.asarray(time, dtype=np.int64)
        periods = pd.DatetimeIndex(time).to_period(self.period) if self.dates else pd.PeriodIndex(time)
        return np.asarray(periods.asi8)

    def labels(self, ordinals: np.ndarray) -> pd.Index:
        """The time stamps of whole numbers: the inverse of `ordinals`; built once per distinct one, as series share their months."""
        if self.period is None:
            return pd.Index(ordinals, dtype=self.integer)
        distinct, where = np.unique(ordinals, return_inverse=True)
        periods = pd.PeriodIndex([pd.Period(ordinal=int(one), freq=self.period) for one in distinct])
        if self.offset is None:
            return periods.take(where)
        stamps = periods.to_timestamp(how="start")
        rolled = [stamp if self.offset.is_on_offset(stamp) else self.offset.rollforward(stamp) for stamp in stamps]
        return pd.DatetimeIndex(rolled).take(where)


@dataclass(frozen=True, eq=False)
class Series:
    """A frame taken apart: one entry per series, in the order in which they come."""

    keys: list[tuple[Hashable, ...]]  # () for a single series
    values: list[np.ndarray]
    last: np.ndarray  # ordinal of each series' last period
    clock: Clock


def taken_apart(y: pd.DataFrame, clock: Clock | None = None) -> Series:
    """The series of a frame with a single time index, or with the time as the last level.

    Args:
        y: one column of numbers.
        clock: that of an earlier frame, where this one continues it.

    Raises:
        DataError: infinite or missing values, periods that are missing or come twice, dates that follow no frequency; all of them.
    """
    values, index = y.iloc[:, 0].to_numpy(dtype=float), y.index
    if not isinstance(index, pd.MultiIndex):
        clock = clock or Clock(index)
        time, starts = clock.ordinals(index), np.zeros(1, dtype=np.int64)
        keys: list[tuple[Hashable, ...]] = [()]
    else:
        codes = np.stack([np.asarray(level) for level in index.codes])
        starts = np.flatnonzero(np.r_[True, (codes[:-1, 1:] != codes[:-1, :-1]).any(axis=0)])
        keys = list(zip(*(level.take(code[starts]) for level, code in zip(index.levels[:-1], codes, strict=False)), strict=True))
        clock = clock or Clock(_longest(index, starts))
        time = clock.ordinals(index.levels[-1])[codes[-1]]
    _check(values, time, starts, keys, clock)
    ends = np.r_[starts[1:], len(values)] - 1
    return Series(keys, np.split(values, starts[1:]), time[ends], clock)


def _longest(index: pd.MultiIndex, starts: np.ndarray) -> pd.Index:
    """Time stamps of the longest series: what tells the frequency best."""
    bounds = np.r_[starts, len(index)]
    longest = int(np.diff(bounds).argmax())
    return index[bounds[longest] : bounds[longest + 1]].get_level_values(-1)


def _check(values: np.ndarray, time: np.ndarray, starts: np.ndarray, keys: list[tuple], clock: Clock) -> None:
    """Raise DataError where a value is no number or the periods of a series do not follow one another."""
    step = np.diff(time, prepend=time[:1] - 1)
    step[starts] = 1
    faults = {
        "no number": (~np.isfinite(values), "a finite number; zero where nothing was sold"),
        "after a gap": (step > 1, "every period from the first to the last; zero where nothing was sold"),
        "twice or out of order": (step < 1, "each period once, in order; sum what belongs together"),
    }
    if not any(wrong.any() for wrong, _ in faults.values()):
        return
    problems = []
    for came, (wrong, expected) in faults.items():
        for place in np.flatnonzero(wrong)[:SHOWN]:
            key = keys[int(np.searchsorted(starts, place, side="right")) - 1]
            when = str(clock.labels(time[[place]])[0])
            problems.append(Problem(f"series {key}, {when}" if key else when, came, expected))
    raise DataError("series that cannot be forecast", problems)


def _offset_of(time: pd.DatetimeIndex) -> pd.tseries.offsets.BaseOffset:
    """The step between dates; raises DataError where they are not regular."""
    offset = time.freq or (pd.infer_freq(time) if time.is_unique and len(time) >= 3 else None)
    if offset is None:
        problem = Problem(f"{time[0]} to {time[-1]}", "irregular steps, or fewer than three dates", "month starts, or periods")
        raise DataError("dates without a frequency", [problem])
    return pd.tseries.frequencies.to_offset(offset)


def _period_frequency(offset: pd.tseries.offsets.BaseOffset) -> str:
    """The period frequency of a date offset; month start and month end are both the month (sktime fails on month start)."""
    name = offset.name
    for stem, frequency in (("MS", "M"), ("ME", "M"), ("QS", "Q"), ("QE", "Q"), ("YS", "Y"), ("YE", "Y")):
        if name.startswith(stem):
            return frequency
    return name
