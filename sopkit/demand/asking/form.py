"""What stands on an owner's form: each line with what is known of it, month by month, before a number is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sopkit.demand.asking.asked import Asked
from sopkit.demand.asking.lines import ANY, KEYS, covers, lined
from sopkit.demand.asking.worth import COLUMNS
from sopkit.demand.overrides import override_effects
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.series import CELLS, with_family
from sopkit.periods import period_range, shifted

HISTORY_MONTHS = 24
MEASURES = ("last_year", "baseline", "p10", "p90", "budget", "last_consensus", "plan_now")  # in the order of the form
CLOSED_STAGES = ("won", "lost", "closed_won", "closed_lost", "vunnen", "förlorad")


@dataclass(frozen=True)
class Form:
    """The content of one owner's workbook; units throughout."""

    months: tuple[str, ...]  # planned months asked about
    numbers: pd.DataFrame  # KEYS, measure, period, quantity; a measure that is unknown has no rows
    history: pd.DataFrame  # KEYS, period, quantity: recorded demand of the last HISTORY_MONTHS closed months
    opportunities: (
        pd.DataFrame
    )  # open ones in scope: opportunity, customer, item, region, channel, stage, probability_share, quantity, period
    mirror: pd.DataFrame  # see `mirror`
    worth: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))  # see `worth_of_units`


def form_numbers(tables: Mapping[str, pd.DataFrame], asked: Asked, policy: DemandPolicy, *, owner: str, cycle: str) -> pd.DataFrame:
    """What is known of each line and month that an owner is asked about.

    last_year = recorded demand twelve months before; baseline = statistical forecast + launches and phase-outs; p10 and p90 = of the
    item's forecast, or for a family the baseline x its own range (demand_range p10 / p50 and p90 / p50); budget by family;
    last_consensus = of the cycle before; plan_now = consensus without what this owner handed in on an earlier form of the cycle.

    Args:
        tables: items, demand_history, statistical_forecast, consensus_demand, demand_range, overrides; budget and
            previous_consensus may be empty.
        asked: what the owner is asked about.
        policy: as in the consensus.
        owner: role of the owner; overrides named `<owner>.<number>` came from earlier forms.
        cycle: M0.

    Returns:
        KEYS, measure, period, quantity (units); sorted; a measure without data has no rows.
    """
    months = period_range(cycle, asked.months)
    plan = with_family(tables["consensus_demand"], tables["items"])
    own = _own_effect(plan, tables["overrides"], policy, owner)
    plan = plan.assign(baseline=plan["baseline"] + plan["lifecycle"], plan_now=plan["quantity"] - own)
    plan = plan[plan["period"].isin(months)]
    budget = tables["budget"].dropna(subset=["quantity"])
    parts = [
        _lines(asked, _year_ago(tables, months), "quantity", "last_year"),
        _lines(asked, plan, "baseline", "baseline"),
        *_range(tables, asked, plan),
        *([_lines(asked, budget, "quantity", "budget", months)] if asked.by == "family" and len(budget) else []),
        *_last(tables, asked, months),
        _lines(asked, plan, "plan_now", "plan_now"),
    ]
    numbers = pd.concat([part for part in parts if len(part)], ignore_index=True)
    order = pd.Categorical(numbers["measure"], MEASURES)
    return numbers.assign(order=order.codes).sort_values([*KEYS, "order", "period"], ignore_index=True).drop(columns="order")


def recorded_history(tables: Mapping[str, pd.DataFrame], asked: Asked, *, cutoff: str) -> pd.DataFrame:
    """Recorded demand of each line in the last closed months: KEYS, period, quantity (units)."""
    months = period_range(shifted(cutoff, 1 - HISTORY_MONTHS), HISTORY_MONTHS)
    known = with_family(tables["demand_history"], tables["items"])
    return _lines(asked, known, "quantity", "history", months).drop(columns="measure")


def open_opportunities(tables: Mapping[str, pd.DataFrame], asked: Asked) -> pd.DataFrame:
    """Opportunities in scope that are neither won nor lost, the largest expected units first."""
    columns = ["opportunity", "customer", "item", "region", "channel", "stage", "probability_share", "quantity", "period"]
    rows = tables["opportunities"]
    if rows.empty:
        return rows.reindex(columns=columns)
    known = rows[rows["item"].isin(set(tables["items"]["item"]))]
    known = with_family(known, tables["items"])
    known = known[covers(asked, known) & ~known["stage"].str.lower().isin(CLOSED_STAGES)]
    expected = known["quantity"] * known["probability_share"]
    return known.assign(expected=expected).sort_values(["expected", "opportunity"], ascending=[False, True], ignore_index=True)[columns]


def _own_effect(plan: pd.DataFrame, overrides: pd.DataFrame, policy: DemandPolicy, owner: str) -> np.ndarray:
    """Units that the owner's earlier forms add to each cell of the plan."""
    cells = plan[[*CELLS, "family"]].assign(demand=(plan["baseline"] + plan["lifecycle"]).clip(lower=0.0))
    effects = override_effects(cells, overrides, policy)
    mine = effects.log["override"].str.startswith(f"{owner}.").to_numpy(dtype=bool)
    return np.asarray(effects.quantity[mine].sum(axis=0))


def _lines(asked: Asked, frame: pd.DataFrame, column: str, measure: str, months: list[str] | None = None) -> pd.DataFrame:
    """A measure summed to the lines of the form."""
    frame = frame if months is None else frame[frame["period"].isin(months)]
    frame = frame if "item" in frame else frame.assign(item=ANY)
    rows = lined(asked, frame).groupby([*KEYS, "period"], sort=True)[column].sum().rename("quantity").reset_index()
    return rows.assign(measure=measure)[[*KEYS, "measure", "period", "quantity"]]


def _year_ago(tables: Mapping[str, pd.DataFrame], months: list[str]) -> pd.DataFrame:
    history = with_family(tables["demand_history"], tables["items"])
    then = {shifted(month, -12): month for month in months}
    rows = history[history["period"].isin(then)]
    return rows.assign(period=rows["period"].map(then))


def _range(tables: Mapping[str, pd.DataFrame], asked: Asked, plan: pd.DataFrame) -> list[pd.DataFrame]:
    """P10 and P90 of each line: of the item's own forecast, or of the family's range where families are asked."""
    if asked.by == "item":
        forecast = with_family(tables["statistical_forecast"], tables["items"])
        forecast = forecast[forecast["period"].isin(set(plan["period"]))]
        return [_lines(asked, forecast, name, name) for name in ("p10", "p90")]
    ratio = tables["demand_range"]
    ratio = ratio[(ratio["unit"] == "units") & (ratio["p50"] > 0)]
    known = plan.merge(ratio, on=["family", "period"], how="inner", validate="many_to_one")
    parts = [known.assign(bound=known["baseline"] * known[name] / known["p50"]) for name in ("p10", "p90")]
    return [_lines(asked, part, "bound", name) for part, name in zip(parts, ("p10", "p90"), strict=True)]


def _last(tables: Mapping[str, pd.DataFrame], asked: Asked, months: list[str]) -> list[pd.DataFrame]:
    last = tables["previous_consensus"]
    if last.empty:
        return []
    items = set(tables["items"]["item"])
    return [_lines(asked, with_family(last[last["item"].isin(items)], tables["items"]), "quantity", "last_consensus", months)]
