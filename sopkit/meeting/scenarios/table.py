"""The comparison of plans: one row per scenario, the same columns for all, so that any two can be compared."""

from collections.abc import Mapping

import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_meeting import Scenarios
from sopkit.errors import ParamsError, Problem
from sopkit.meeting.bottleneck import own_load
from sopkit.meeting.policy import Overlay
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import Memory, PlanOutcome, replan
from sopkit.meeting.scenarios.overlay import apply_overlay
from sopkit.periods import fiscal_year_periods, period_range
from sopkit.supply.availability import not_available_of

YEAR = 12  # months that effects are added over
FILL_MONTHS = 6  # months of the fill rate
SHORT_SHARE = 0.05  # a family breaks in the first month in which more of its demand than this is late or lost
FULL_RATIO = 0.999  # a resource is full in a month whose hours, overtime in, are used up to this share


def scenario_table(inputs: PlanInputs, base: PlanOutcome, overlays: Mapping[str, Overlay]) -> pd.DataFrame:
    """The base plan and each scenario, re-planned through the same functions.

    Args:
        inputs: what the base plan was made from.
        base: the base plan.
        overlays: scenarios by name.

    Returns:
        Scenarios: `base` and one row per overlay.

    Raises:
        ParamsError: with the problems of all overlays, before any is solved.
    """
    rows = [scenario_row(inputs, base, scenario="base", title="base", kind="base")]
    memory = Memory.of(inputs, base)
    for name, changed in _all_applied(inputs, overlays).items():
        rows.append(scenario_row(changed, replan(changed, memory), scenario=name, title=overlays[name].title, kind="scenario"))
    return scenario_frame(rows)


def _all_applied(inputs: PlanInputs, overlays: Mapping[str, Overlay]) -> dict[str, PlanInputs]:
    """The inputs of each scenario; ParamsError with the problems of all."""
    applied, problems = {}, []
    for name, overlay in overlays.items():
        try:
            applied[name] = apply_overlay(inputs, overlay)
        except ParamsError as error:
            problems += [Problem(f"scenario {name}: {found.where}", found.came, found.expected, found.hint) for found in error.problems]
    if problems:
        raise ParamsError("scenarios cannot be planned", problems)
    return applied


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
        "contribution": _contribution(monthly, year),
        "fiscal_contribution": _contribution(monthly, fiscal),
        "fill_rate": fill_rate(demand, inputs.cycle) if served else float("nan"),
        "tier_a_fill_rate": fill_rate(demand[demand["item"].isin(tier_a)], inputs.cycle) if served else float("nan"),
        "lost": float(demand["lost"].sum()) if served else float("nan"),
        "late": float(demand["late"].sum()) if served else float("nan"),
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
    """Net sales and operating contribution by month; NaN in a month without the line."""
    lines = ["net_sales", "operating_contribution"]
    rows = outcome.plan_statement[outcome.plan_statement["line"].isin(lines)]
    return rows.groupby(["period", "line"])["amount"].sum().unstack().reindex(columns=lines)


def _contribution(monthly: pd.DataFrame, months: list[str]) -> float:
    """Operating contribution of the months that have sales; NaN where one of them has no cost of goods."""
    rows = monthly[monthly.index.isin(months)]
    costed = rows["operating_contribution"].notna()
    return float(rows["operating_contribution"].sum()) if costed[rows["net_sales"].notna()].all() else float("nan")
