"""Whole policies walked through past months, one month after the other; nobody looks ahead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from sopkit.demand.series import CELLS
from sopkit.errors import ParamsError, Problem
from sopkit.meeting.replay.forecast import Known, consensus_of, known_of, statistical_forecast
from sopkit.meeting.replay.month import month_of, planned, truth_of
from sopkit.meeting.replay.scores import forecast_scores
from sopkit.meeting.replay.setting import Company, Setting
from sopkit.meeting.replay.state import State, opening_state, with_known_items
from sopkit.meeting.replay.view import HistoryView
from sopkit.periods import month_number, months_between, period_range, shifted

LEAST_HISTORY = 12  # closed months before the first replayed one
OWN = "consensus"  # the layer that a policy's own forecasts are kept as
Told = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Record:
    """A company's tables, read only through views; what is made ready for a month is made once for all policies."""

    tables: Mapping[str, pd.DataFrame]
    company: Company
    _known: dict[str, Known] = field(default_factory=dict, repr=False)
    _forecasts: dict[tuple[object, ...], pd.DataFrame] = field(default_factory=dict, repr=False)

    def view(self, cutoff: str) -> HistoryView:
        """What was known when a month had closed."""
        return HistoryView(self.tables, cutoff)

    def known(self, cutoff: str) -> Known:
        """The same, made ready to plan on."""
        if cutoff not in self._known:
            self._known[cutoff] = known_of(self.view(cutoff), self.company)
        return self._known[cutoff]

    def forecast(self, cutoff: str, setting: Setting) -> pd.DataFrame:
        """What history alone said then, under a policy."""
        key = (cutoff, *setting.forecast_key)
        if key not in self._forecasts:
            self._forecasts[key] = statistical_forecast(self.known(cutoff), setting, self.company)
        return self._forecasts[key]

    def forget(self, cutoff: str) -> None:
        """Let go of a month that all policies have gone through."""
        self._known.pop(cutoff, None)
        for key in [key for key in self._forecasts if key[0] == cutoff]:
            del self._forecasts[key]


@dataclass(frozen=True, eq=False)
class Replay:
    """What policies would have brought, month by month."""

    months: pd.DataFrame  # policy, period, units and money of MEASURES
    errors: pd.DataFrame  # policy, lag, period, forecast, actual, absolute_error (units)
    executed: bool  # whether there was stock on record to plan supply from


@dataclass
class _Walker:
    """A policy on its way."""

    setting: Setting
    state: State | None
    layers: list[pd.DataFrame] = field(default_factory=list)
    rows: list[dict[str, object]] = field(default_factory=list)


def replay(record: Record, settings: Sequence[Setting], *, first: str, last: str, tell: Told | None = None) -> Replay:
    """Each month from `first` to `last` planned by each policy on what was known when the month before had closed, then lived through.

    The plan is made by the functions of the cycle's steps: forecast, consensus, constrained plan. Its first month is executed against the
    demand on record; stock, what waits, what is on order, components and people are carried on.

    Args:
        record: the company.
        settings: policies; each starts from the same recorded stock.
        first, last: months of the meetings, M0; the last must have closed.
        tell: called with each month as it begins.

    Raises:
        ParamsError: months in the wrong order or outside the record, or too little history before the first.
    """
    check_months(record, first, last)
    before = shifted(first, -1)
    executes = len(record.tables["inventory"]) > 0
    walkers = [_Walker(setting, opening_state(record.view(before)) if executes else None) for setting in settings]
    for month in period_range(first, months_between(first, last) + 1):
        if tell:
            tell(month)
        for walker in walkers:
            _step(record, walker, month)
        record.forget(shifted(month, -1))
    history = record.known(last).tables["demand_history"]
    parts = [forecast_scores(pd.concat(one.layers), history, first=first, last=last).assign(policy=one.setting.name) for one in walkers]
    months = pd.DataFrame([row for walker in walkers for row in walker.rows])
    return Replay(months, pd.concat(parts, ignore_index=True), executes)


def _step(record: Record, walker: _Walker, month: str) -> None:
    """One month of one policy."""
    cutoff, setting = shifted(month, -1), walker.setting
    known = record.known(cutoff)
    consensus = consensus_of(known, setting, record.forecast(cutoff, setting))
    own = consensus[[*CELLS, "quantity"]].assign(layer=OWN, made_in=month)
    if walker.state is not None:
        state = with_known_items(walker.state, record.view(cutoff), set(known.tables["demand_history"]["item"]))
        frozen = pd.concat(walker.layers) if walker.layers else own.iloc[:0]
        plan, kept = planned(known, state, setting, consensus, frozen, record.company)
        truth = truth_of(record.known(month), planned=set(consensus["item"]))  # the month is over: what came is looked at only now
        over = month_of(plan, truth, state, setting, record.company, consensus)
        walker.rows.append({"policy": setting.name, "period": month, **over.row, "new_demand": truth.new_demand, "safety_kept": kept})
        walker.state = over.state
    walker.layers.append(own)


def check_months(record: Record, first: str, last: str) -> None:
    """What must hold of the months that are asked for; raises ParamsError with all that does not."""
    sales = record.tables["sales_history"]
    dates = [*sales["date"].dropna()]
    if not dates:
        raise ParamsError("nothing can be replayed", [Problem("sales_history", "no rows", "sales by day or month")])
    begins, ends = (f"{value:%Y-%m}" for value in (min(dates), max(dates)))
    earliest = shifted(begins, LEAST_HISTORY)
    problems = []
    if month_number(first) > month_number(last):
        problems.append(Problem("--from", f"{first}, after --to {last}", "a month that is not after --to"))
    if month_number(last) > month_number(ends):
        problems.append(Problem("--to", last, f"a month that is over: sales are on record to {ends}"))
    if month_number(first) < month_number(earliest):
        expected = f"{earliest} or later: sales are on record from {begins}, and a forecast needs {LEAST_HISTORY} months"
        problems.append(Problem("--from", first, expected))
    stock = record.tables["inventory"]
    if len(stock) and not problems and not (stock["period"] == shifted(first, -1)).any():
        span = f"month ends on record are {stock['period'].min()} to {stock['period'].max()}"
        problems.append(
            Problem("--from", f"{first}, and no stock of {shifted(first, -1)} is on record", f"a month after one of them: {span}")
        )
    if problems:
        raise ParamsError("these months cannot be replayed", problems)
