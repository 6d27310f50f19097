"""Levers, each priced by a solve: what it brings if it is pulled now, what it would have brought in time, and when that was."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.errors import ParamsError, Problem
from sopkit.periods import first_day, last_day, shifted
from sopkit.supply.explanation.hot import HotPlan, hot_plan
from sopkit.supply.lp import Numbers, Solution
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.faults import raise_problems
from sopkit.supply.plan.model import plan_model
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy
from sopkit.supply.review.lever_blocks import LeverBlock, add_levers

NEVER = 5_200.0  # weeks
MEETING = 15  # weekday of M0 on which the executives meet
WORTH_MONEY = 1.0  # money: contribution below this is nothing
WORTH_USE = 1e-6  # units, hours, people
MOST_OF_IT = 0.95  # share of what it would have brought in time from which on it is in time


@dataclass(frozen=True)
class Effect:
    """One lever in one solve."""

    use: Numbers  # by month
    units: float  # that ship and else would not
    late: float  # units late that are not
    contribution: float  # money, after the lever's cost
    cost: float  # money


def meeting_day(cycle: str) -> date:
    """The fifteenth weekday of M0: the day levers are decided on where nothing else is said."""
    return np.busday_offset(np.datetime64(first_day(cycle)), MEETING - 1, roll="forward").astype(date)  # type: ignore[no-any-return]


def decision_day(said: str, cycle: str) -> date:
    """The day that levers are pulled: as said, `2026-03-27`, or the day of the meeting where nothing is.

    Raises:
        ParamsError: what is said is no day.
    """
    try:
        return date.fromisoformat(said) if said else meeting_day(cycle)
    except ValueError:
        raise ParamsError("not a day", [Problem("decided_on", repr(said), "a day as 2026-03-27, or nothing")]) from None


def hot_plan_with_levers(
    inputs: SupplyInputs, policy: SupplyPolicy, levers: pd.DataFrame, *, cutoff: str
) -> tuple[HotPlan, dict[str, LeverBlock]]:
    """The plan's model, solved and kept, with every lever as a closed block of it.

    Raises:
        DataError: with all problems of the inputs.
    """
    raise_problems(inputs, cutoff=cutoff, policy=policy)
    situation = situation_of(inputs, policy, cutoff=cutoff)
    model = plan_model(situation)
    blocks = add_levers(inputs, situation, model, levers)
    return hot_plan(situation, model), blocks


def lever_effects(hot: HotPlan, blocks: dict[str, LeverBlock], levers: pd.DataFrame, *, decided_on: date) -> pd.DataFrame:
    """Each lever alone, pulled on the day of the decision and, where that is not soon enough, as if it had been pulled in time.

    A lever works from its lead time after the day on, in the first month for the part of it that is left, and never in a frozen month.
    Where it has a least commitment, that is taken in every month from its first to its last use. It brings

        contribution change = contribution with it - contribution without it - cost once

    where contribution is net sales of what ships less what is spent on it, the lever's price among it. Verdict: `pull` where it brings
    money and at least 95 % of what it would bring in time, `in part` where less, `too late` where it would have brought money in time
    and now does not, `no use` where it would not have either.

    Args:
        hot, blocks: of `hot_plan_with_levers`.
        levers: by contract.
        decided_on: the day.

    Returns:
        The LeverEffects contract, ranked by contribution change.
    """
    if levers.empty:
        return empty(CONTRACTS["lever_effects"])
    rows = [_row(hot, blocks[str(lever.lever)], lever, decided_on) for lever in levers.itertuples(index=False)]
    rows.sort(key=lambda row: (-(row["contribution_change"] or 0.0), row["lever"]))
    return conform(pd.DataFrame([{**row, "rank": place} for place, row in enumerate(rows, start=1)]), CONTRACTS["lever_effects"])


def _row(hot: HotPlan, block: LeverBlock, lever: object, decided_on: date) -> dict:
    effect_date = decided_on + _lead_time(lever)  # type: ignore[attr-defined]
    told = {"lever": block.lever, "kind": block.kind, "target": str(lever.target), "effect_date": pd.Timestamp(effect_date)}  # type: ignore[attr-defined]
    statement = str(lever.statement)  # type: ignore[attr-defined]
    if block.refused:
        return {**told, "verdict": "not available", "contribution_change": None, "sentence": f"{statement}: {block.refused}."}
    now = _effect(hot, block, lever, effect_date)
    in_time = now if effect_date <= _first_open(hot) else _effect(hot, block, lever, _first_open(hot))
    verdict = _verdict(now, in_time)
    last = None if verdict == "no use" else _last_date(hot, in_time, lever)
    return {
        **told,
        "last_date": pd.Timestamp(last) if last else None,
        "verdict": verdict,
        "used": float(now.use.sum()),
        "units_saved": now.units,
        "late_saved": now.late,
        "contribution_change": now.contribution,
        "lever_cost": now.cost,
        "units_in_time": in_time.units,
        "contribution_in_time": in_time.contribution,
        "sentence": f"{statement}: {_words(verdict, now, in_time, effect_date=effect_date, last=last, decided_on=decided_on)}.",
    }


def _lead_time(lever: object) -> timedelta:
    """From decision to effect; what takes longer than any horizon is as good as never."""
    return timedelta(weeks=min(float(lever.lead_time_weeks), NEVER))  # type: ignore[attr-defined]


def _first_open(hot: HotPlan) -> date:
    """The first day of the first month whose production can still be planned."""
    months = [month for month, free in zip(hot.situation.months, hot.situation.people_open, strict=True) if free]
    return first_day(months[0] if months else shifted(hot.situation.months[-1], 1))


def _effect(hot: HotPlan, block: LeverBlock, lever: object, start: date) -> Effect:
    """The plan with the lever from a day on."""
    share = np.array([_part_left(month, start) for month in hot.situation.months]) * hot.situation.people_open
    most = share * float(lever.maximum)  # type: ignore[attr-defined]
    cost = hot.solver.arrays.cost
    found = hot.with_swaps(block.opened(np.zeros_like(most), most, cost))
    least = float(lever.minimum_commitment) if not pd.isna(lever.minimum_commitment) else 0.0  # type: ignore[attr-defined]
    used = np.flatnonzero(block.use(found) > WORTH_USE)
    if least > 0 and len(used):
        committed = np.where((np.arange(len(most)) >= used[0]) & (np.arange(len(most)) <= used[-1]), np.minimum(least * share, most), 0.0)
        found = hot.with_swaps(block.opened(committed, most, cost))
    return _measured(hot, block, found, float(lever.fixed_cost))  # type: ignore[attr-defined]


def _part_left(month: str, start: date) -> float:
    """Part of a month's days that lie on or behind a day."""
    days = (last_day(month) - first_day(month)).days + 1
    return float(np.clip((last_day(month) - start).days + 1, 0, days)) / days


def _measured(hot: HotPlan, block: LeverBlock, found: Solution, once: float) -> Effect:
    use = block.use(found)
    taken = bool(len(block.favoured)) or use.sum() > WORTH_USE
    units = float((hot.never_shipped(hot.base) - hot.never_shipped(found)).sum())
    own = 0.0
    if block.used is not None and taken:
        at = block.used.at[block.used.at >= 0]
        own = float((hot.solver.arrays.cost[at] * found.column_value[at]).sum())
    change = hot.contribution(found) - hot.contribution(hot.base) - own - (once if taken else 0.0)
    cost = block.unit_cost * float(use.sum()) + (once if taken else 0.0)
    return Effect(use, units, hot.late(hot.base) - hot.late(found), change if taken else 0.0, cost)


def _verdict(now: Effect, in_time: Effect) -> str:
    if in_time.contribution <= WORTH_MONEY and now.contribution <= WORTH_MONEY:
        return "no use"
    if now.contribution <= WORTH_MONEY:
        return "too late"
    return "pull" if now.contribution >= MOST_OF_IT * in_time.contribution else "in part"


def _last_date(hot: HotPlan, in_time: Effect, lever: object) -> date:
    """The day from which the lead time just reaches the first month it is used in."""
    used = np.flatnonzero(in_time.use > WORTH_USE)
    needed = first_day(hot.situation.months[used[0]]) if len(used) else _first_open(hot)
    return needed - _lead_time(lever)


def _words(verdict: str, now: Effect, in_time: Effect, *, effect_date: date, last: date | None, decided_on: date) -> str:
    """What is said of a lever, in a line."""
    if verdict == "no use":
        if in_time.use.sum() <= WORTH_USE and abs(in_time.contribution) <= WORTH_MONEY:
            return "the plan has no use for it"
        return f"it brings less than it takes: {in_time.units:+,.0f} units shipped, contribution {in_time.contribution:+,.0f}"
    if verdict == "too late":
        brought = f"{in_time.units:,.0f} units and {in_time.contribution:,.0f}"
        return f"too late: it works from {effect_date}; pulled by {last} it would have brought {brought}"
    brought = f"{now.units:,.0f} units ship that else would not, contribution {now.contribution:+,.0f} after its cost of {now.cost:,.0f}"
    if verdict == "in part":
        return f"{brought}; pulled by {last} it would have been {in_time.contribution:+,.0f}"
    return f"{brought}; pull it by {last}" if last and last >= decided_on else f"{brought}; pull it at once: the first days are lost"
