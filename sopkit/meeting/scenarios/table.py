"""The comparison of plans: one row per scenario, the same columns for all, so that any two can be compared."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_meeting import Scenarios
from sopkit.errors import Problem, SopError
from sopkit.finance.investment import discounted, payback_months
from sopkit.meeting.bottleneck import own_load
from sopkit.meeting.policy import Overlay
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import Memory, PlanOutcome, replan
from sopkit.meeting.scenarios.overlay import apply_overlay, content_of
from sopkit.periods import fiscal_year_periods, period_range
from sopkit.supply.availability import not_available_of

YEAR = 12  # months that effects are added over
FILL_MONTHS = 6  # months of the fill rate
SHORT_SHARE = 0.05  # a family breaks in the first month in which more of its demand than this is late or lost
Range = Callable[[PlanInputs, PlanOutcome], tuple[float, float]]  # P10 and P90 of contribution of the next twelve months, money
UNCHANGED = {"multi_year_change": 0.0, "npv_change": 0.0, "payback_months": float("nan")}  # of the base against itself
NOTHING = Overlay(title="")
UNMOVED = "what it changes moves nothing in this plan"
ROUNDED = 1e-4  # what rounding leaves of a written number
FULL_RATIO = 0.999  # a resource is full in a month whose hours, overtime in, are used up to this share


def scenario_table(
    inputs: PlanInputs,
    base: PlanOutcome,
    overlays: Mapping[str, Overlay],
    *,
    kind: str = "scenario",
    unusable: Mapping[str, Sequence[Problem]] | None = None,
    ranged: Range | None = None,
    memory: Memory | None = None,
) -> pd.DataFrame:
    """The base plan and each scenario, re-planned through the same functions; one that cannot be planned says why, the others are planned.

    Args:
        inputs: what the base plan was made from.
        base: the base plan.
        overlays: scenarios by name.
        kind: scenario, or playbook.
        unusable: scenarios whose files cannot be used, with what is wrong.
        ranged: P10 and P90 of the contribution of a plan's next twelve months; None = not asked for.
        memory: of plans made from this base; None = of none but the base.

    Returns:
        Scenarios: `base` and one row per scenario; `problem` holds what is wrong: file and line, what came, what was expected.
    """
    rows = [base_row(inputs, base, ranged)]
    memory = memory or Memory.of(inputs, base)
    for name, overlay in overlays.items():
        rows.append(solved_row(inputs, base, {name: overlay}, memory, kind=kind, ranged=ranged))
    rows += [unplanned_row(name, name, kind, problems) for name, problems in (unusable or {}).items()]
    return scenario_frame(rows)


def solved_row(
    inputs: PlanInputs, base: PlanOutcome, named: Mapping[str, Overlay], memory: Memory, *, kind: str, ranged: Range | None = None
) -> dict[str, object]:
    """One scenario re-planned, as a row of Scenarios; where it cannot be planned, with what is wrong.

    Args:
        inputs, base, kind, ranged: as in `scenario_table`.
        named: the scenario's name and overlay.
        memory: of plans made before.
    """
    [(name, overlay)] = named.items()
    try:
        changed = apply_overlay(inputs, overlay)
        outcome = replan(changed, memory)
    except SopError as error:
        return unplanned_row(name, overlay.title, kind, error.problems or (Problem(name, error.message, "a plan"),))
    row = scenario_row(changed, outcome, scenario=name, title=overlay.title, kind=kind) | risk_range(ranged, changed, outcome)
    row |= investment(inputs, base, outcome, overlay.years_after)
    return row | {"note": UNMOVED if content_of(overlay) != content_of(NOTHING) and unmoved(base, outcome) else None}


def unmoved(base: PlanOutcome, outcome: PlanOutcome) -> bool:
    """Whether two plans ship, make, keep and earn the same: what a scenario changes may not bind, or not be planned with."""
    pairs = [
        (base.supply.supply_plan, outcome.supply.supply_plan),
        (base.supply.resource_load, outcome.supply.resource_load),
        (base.plan_statement, outcome.plan_statement),
        (base.working_capital_plan, outcome.working_capital_plan),
    ]
    numbers = [(one.select_dtypes("number"), other.select_dtypes("number")) for one, other in pairs]
    return all(one.shape == other.shape and np.allclose(one, other, rtol=0.0, atol=ROUNDED, equal_nan=True) for one, other in numbers)


def base_row(inputs: PlanInputs, base: PlanOutcome, ranged: Range | None = None) -> dict[str, object]:
    """The base plan as a row of Scenarios."""
    return scenario_row(inputs, base, scenario="base", title="base", kind="base") | risk_range(ranged, inputs, base) | UNCHANGED


def unplanned(table: pd.DataFrame) -> pd.DataFrame:
    """The scenarios that could not be planned: `scenario, title, problem`."""
    return table.loc[table["problem"].notna(), ["scenario", "title", "problem"]].reset_index(drop=True)


def unplanned_row(name: str, title: str, kind: str, problems: Sequence[Problem]) -> dict[str, object]:
    """A scenario that could not be planned, with what is wrong."""
    return {"scenario": name, "title": title, "kind": kind, "problem": "; ".join(str(problem) for problem in problems)}


def risk_range(ranged: Range | None, inputs: PlanInputs, outcome: PlanOutcome) -> dict[str, object]:
    """P10 and P90 of a plan's contribution, in the columns of Scenarios; empty where they are not asked for."""
    low, high = ranged(inputs, outcome) if ranged else (float("nan"), float("nan"))
    return {"contribution_p10": low, "contribution_p90": high}


def investment(inputs: PlanInputs, base: PlanOutcome, outcome: PlanOutcome, years_after: int) -> dict[str, object]:
    """What a plan changes of contribution over its months and the years after: sum, present value, payback; unknown where costs are.

    Args:
        inputs: for the capital rate.
        base, outcome: the plan that it is held against, and the plan.
        years_after: years in which the change of the last twelve planned months comes again.
    """
    months = sorted(base.supply.demand_fulfilment["period"].unique())
    change = _monthly(outcome)["operating_contribution"].reindex(months) - _monthly(base)["operating_contribution"].reindex(months)
    flow = change.to_numpy(dtype="float64")
    flow = np.concatenate([flow, np.tile(flow[-YEAR:], years_after)])
    worth = discounted(flow, inputs.supply.capital_rate)
    return {"multi_year_change": float(flow.sum()), "npv_change": worth, "payback_months": payback_months(flow)}


def scenario_row(inputs: PlanInputs, outcome: PlanOutcome, *, scenario: str, title: str, kind: str) -> dict[str, object]:
    """A plan in the columns of Scenarios.

    fill_rate = (demand - late - lost) / demand over six months from M0; load_peak as in `own_load`; the fiscal year is that of M0.
    What rests on tables that are not provided is empty: `supply.availability`.

    Args:
        inputs: what the plan was made from, the overlay applied.
        outcome: the plan.
        scenario, title, kind: its name.

    Returns:
        One row, money in the company's currency.
    """
    year = period_range(inputs.cycle, YEAR)
    fiscal = fiscal_year_periods(inputs.cycle, inputs.fiscal_year_first_month)
    demand, monthly = outcome.supply.demand_fulfilment, _monthly(outcome)
    demand = demand[demand["period"].isin(year)]
    held = outcome.working_capital_plan[outcome.working_capital_plan["period"].isin(year)]
    load, load_at = _load_peak(inputs, outcome, year)
    tier_a = inputs.tables["items"].loc[inputs.tables["items"]["tier"] == "A", "item"]
    served = not not_available_of(inputs.tables).service
    return {
        "scenario": scenario,
        "title": title,
        "kind": kind,
        "net_sales": float(monthly.loc[monthly.index.isin(fiscal), "net_sales"].sum()),
        "contribution": _sum_of(monthly, "operating_contribution", year),
        "fiscal_contribution": _sum_of(monthly, "operating_contribution", fiscal),
        "fill_rate": fill_rate(demand, inputs.cycle) if served else float("nan"),
        "tier_a_fill_rate": fill_rate(demand[demand["item"].isin(tier_a)], inputs.cycle) if served else float("nan"),
        "lost": float(demand["lost"].sum()) if served else float("nan"),
        "late": float(demand["late"].sum()) if served else float("nan"),
        "gross_margin": _sum_of(monthly, "gross_margin", year),
        "working_capital_peak": float(held["operating_working_capital"].max(skipna=False)),
        "heads_peak": _heads_peak(outcome, year),
        "stock_peak": float(held["inventory"].max(skipna=False)),
        "cash_low": float(held["cash_headroom"].min(skipna=False)),
        "load_peak": load,
        "load_peak_at": load_at,
        "breaks_first": breaks_first(inputs, outcome),
    }


def scenario_frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows made by `scenario_row` as Scenarios, `base` first by its name's order."""
    return conform(pd.DataFrame(rows, columns=Scenarios.column_names()), Scenarios)


def fill_rate(demand_fulfilment: pd.DataFrame, first: str) -> float:
    """Units shipped on time / units ordered, six months from `first`; NaN where nothing is ordered."""
    rows = demand_fulfilment[demand_fulfilment["period"].isin(period_range(first, FILL_MONTHS))]
    ordered = float(rows["demand"].sum())
    return float("nan") if ordered <= 0 else min(max(1.0 - float((rows["late"] + rows["lost"]).sum()) / ordered, 0.0), 1.0)


def breaks_first(inputs: PlanInputs, outcome: PlanOutcome) -> str | None:
    """What runs out first in the next twelve months: `cash 2026-05`, `<family> 2026-05` or `<resource> 2026-05`; None where nothing does.

    Cash breaks where headroom is below zero, a family where more than 5 % of a month's demand is late or lost; in one month cash comes
    first, then the family with the largest shortage. Where neither breaks, it is the first resource whose hours, overtime in, are used up
    after the frozen months.
    """
    year = period_range(inputs.cycle, YEAR)
    capital = outcome.working_capital_plan
    cash = capital[(capital["cash_headroom"] < 0) & capital["period"].isin(year)]
    found = [(month, 0, 0.0, "cash") for month in cash["period"]]
    short_known = not not_available_of(inputs.tables).service
    for (family, month), short, demand in _shortages(inputs, outcome, year) if short_known else ():
        found += [(month, 1, -short, family)] if short > SHORT_SHARE * demand and short >= 1 else []
    if not found:
        load = outcome.supply.resource_load
        most = load["demonstrated_hours"] + load["overtime_limit_hours"]
        full = load[(most > 0) & (load["planned_hours"] >= FULL_RATIO * most) & load["period"].isin(year[inputs.supply.frozen_months :])]
        found = [(month, 2, 0.0, resource) for month, resource in zip(full["period"], full["resource"], strict=True)]
    if not found:
        return None
    month, _, _, subject = min(found)
    return f"{subject} {month}"


def _shortages(inputs: PlanInputs, outcome: PlanOutcome, year: list[str]) -> list[tuple[tuple[str, str], float, float]]:
    rows = outcome.supply.demand_fulfilment
    rows = rows[rows["period"].isin(year)]
    family = rows["item"].map(inputs.tables["items"].set_index("item")["family"])
    sums = rows.assign(family=family, short=rows["late"] + rows["lost"]).groupby(["family", "period"], sort=True)[["short", "demand"]].sum()
    return [(key, float(short), float(demand)) for key, short, demand in zip(sums.index, sums["short"], sums["demand"], strict=True)]


def _load_peak(inputs: PlanInputs, outcome: PlanOutcome, year: list[str]) -> tuple[float, str | None]:
    load = own_load(outcome.supply.resource_load, outcome.supply.supply_plan, inputs.tables["bill_of_resources"])
    load = load[load["period"].isin(year)].dropna(subset=["own_load_ratio"])
    if load.empty:
        return float("nan"), None
    peak = load.sort_values(["own_load_ratio", "resource", "period"], ascending=[False, True, True]).iloc[0]
    return float(peak["own_load_ratio"]), f"{peak['resource']} {peak['period']}"


def _monthly(outcome: PlanOutcome) -> pd.DataFrame:
    """Net sales, gross margin and operating contribution by month; NaN in a month without the line."""
    lines = ["net_sales", "gross_margin", "operating_contribution"]
    rows = outcome.plan_statement[outcome.plan_statement["line"].isin(lines)]
    return rows.groupby(["period", "line"])["amount"].sum().unstack().reindex(columns=lines)


def _sum_of(monthly: pd.DataFrame, line: str, months: list[str]) -> float:
    """A line of the months that have sales; NaN where one of them has no cost of goods."""
    rows = monthly[monthly.index.isin(months)]
    costed = rows[line].notna()
    return float(rows[line].sum()) if costed[rows["net_sales"].notna()].all() else float("nan")


def _heads_peak(outcome: PlanOutcome, year: list[str]) -> float:
    """Most people of all skill groups in a month; NaN where no people are planned."""
    heads = outcome.supply.workforce_plan
    heads = heads[heads["period"].isin(year)].groupby("period")["heads"].sum()
    return float(heads.max()) if len(heads) else float("nan")
