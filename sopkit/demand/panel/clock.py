"""Time stamps of a panel as whole numbers and back, and a sktime frame taken apart into series."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.errors import DataError, Problem

SHOWN = 20  # problems told at once
LEAST_DATES = 3  # dates below which a step of days says nothing
MOST = 0.5  # of the steps between dates, for one to be theirs
LARGEST = 1e100  # beyond it squares are no numbers any more
EXPECTED = "month starts or ends, other regular dates, or periods"


class Clock:
    """Time stamps as whole numbers and back: periods, month-start and other regular dates, or integers.

    Steps of several base periods (two months, four weeks) count as one: base period = phase + step x ordinal.
    """

    def __init__(self, time: pd.Index) -> None:
        self.dates = isinstance(time, pd.DatetimeIndex)
        self.offset = _offset_of(pd.DatetimeIndex(time)) if self.dates else None
        self.integer, self.period, self.step, self.phase = str(time.dtype), None, 1, 0
        every = self.offset if self.offset is not None else time.freq if isinstance(time, pd.PeriodIndex) else None
        if every is not None:
            self.period, self.step = _period_frequency(every), every.n
            self.phase = int(self._base(time[:1])[0]) % self.step

    def ordinals(self, time: pd.Index) -> np.ndarray:
        """Whole numbers, one per period, that grow by 1; raises DataError for dates between two steps."""
        if self.period is None:
            return np.asarray(time, dtype=np.int64)
        whole, left = np.divmod(self._base(time) - self.phase, self.step)
        if left.any():
            problem = Problem(str(time[int(left.argmax())]), f"not a multiple of {self.step} {self.period} from the others", "one calendar")
            raise DataError("dates that do not step together", [problem])
        return whole

    def _base(self, time: pd.Index) -> np.ndarray:
        """Ordinals of the base periods that time stamps lie in."""
        periods = pd.DatetimeIndex(time).to_period(self.period) if self.dates else pd.PeriodIndex(time)
        return np.asarray(periods.asi8)

    def labels(self, ordinals: np.ndarray) -> pd.Index:
        """The time stamps of whole numbers: the inverse of `ordinals`; built once per distinct one, as series share their months."""
        if self.period is None:
            return pd.Index(ordinals, dtype=self.integer)
        distinct, where = np.unique(ordinals, return_inverse=True)
        frequency = self.period if self.dates or self.step == 1 else f"{self.step}{self.period}"
        periods = pd.PeriodIndex([pd.Period(ordinal=int(one) * self.step + self.phase, freq=frequency) for one in distinct])
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
    if not len(values):
        raise DataError("nothing to forecast", [Problem("y", "no period", "at least one period of one series")])
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
        "too large to reckon with": (np.isfinite(values) & (np.abs(values) > LARGEST), f"at most {LARGEST:g} either way; a larger unit"),
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
    """The step between dates, that which all their differences are multiples of; raises DataError where there is none."""
    offset = time.freq or (pd.infer_freq(time) if time.is_unique and len(time) >= 3 else None) or _common_step(time)
    if offset is None:
        raise DataError("dates without a frequency", [Problem(f"{time[0]} to {time[-1]}", "no regular step", EXPECTED)])
    return pd.tseries.frequencies.to_offset(offset)


def _common_step(time: pd.DatetimeIndex) -> pd.tseries.offsets.BaseOffset | None:
    """The step of dates of which some are missing, that which most are apart: months where all are month starts, or ends, or days."""
    for maker, fits in {pd.offsets.MonthBegin: (time.day == 1).all(), pd.offsets.MonthEnd: time.is_month_end.all()}.items():
        step = _usual(np.diff(time.year * 12 + time.month)) if fits else 0
        if step:
            return maker(step)
    step = _usual(np.diff(time.normalize()).astype("timedelta64[D]").astype(np.int64)) if (time == time.normalize()).all() else 0
    return pd.offsets.Day(step) if step and len(time) >= LEAST_DATES else None


def _usual(steps: np.ndarray) -> int:
    """What all steps are multiples of, where at least half of them are it; else 0."""
    least = int(np.gcd.reduce(steps)) if len(steps) else 0
    return least if (steps == least).mean() >= MOST else 0


def _period_frequency(offset: pd.tseries.offsets.BaseOffset) -> str:
    """The period frequency of one step: month start and month end are both the month (sktime fails on month start).

    Raises:
        DataError: a frequency that is no period, as twice a month.
    """
    name = offset.name
    for stem, frequency in (("M", "M"), ("Q", "Q"), ("Y", "Y")):
        if name.removeprefix("B").startswith((f"{stem}S", f"{stem}E")):
            return frequency
    try:
        pd.Period(ordinal=0, freq=name)
    except ValueError as error:
        raise DataError("dates of no period", [Problem("y", f"dates of the frequency {name}", EXPECTED)]) from error
    return str(name)
