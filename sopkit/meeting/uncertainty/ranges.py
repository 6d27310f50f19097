"""From paths of demand to ranges of money: sales, contribution, stock and cash, what may be missed, and what drives it."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.data.facts import fact, fact_rows
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import PlanOutcome
from sopkit.meeting.scenarios.table import Range
from sopkit.meeting.uncertainty.factors import DemandFactors
from sopkit.meeting.uncertainty.hazards import MEASURES, Struck, hazard_effects, money_by_month
from sopkit.meeting.uncertainty.paths import Draws, demand_paths
from sopkit.meeting.uncertainty.walk import Fixed, fixed_plan, walked
from sopkit.meeting.uncertainty.worth import Worth, unpaid, worth_of
from sopkit.periods import fiscal_year_periods, period_range

Numbers = NDArray[np.float64]
YEAR = 12
BLOCK = 4_000_000  # path x item x month that are walked at a time: some 32 MB an array, however many items there are
QUANTILES = (0.1, 0.5, 0.9)
CHANCES = {
    "chance_below_budget": (
        "net sales of the open months of the fiscal year below budget",
        "budget is not provided for the open months of the fiscal year",
    ),
    "chance_below_budget_contribution": (
        "contribution of the open months of the fiscal year below budget",
        "the budget holds no contribution, or costs are not known",
    ),
    "chance_below_cash_floor": (
        "lowest cash headroom of the next twelve months below its floor",
        "planned cash is not available",
    ),
}


@dataclass(frozen=True)
class Floors:
    """What a plan must not miss; NaN where there is none."""

    budget_sales: float = float("nan")  # net sales of the open months of the fiscal year, money
    budget_contribution: float = float("nan")  # operating contribution of the same months, money
    cash: float = 0.0  # cash headroom, money


@dataclass(frozen=True)
class MoneyPaths:
    """Money of each path: paths x planned months; NaN where the plan's own figure is not available."""

    months: list[str]
    amounts: dict[str, Numbers]  # by measure
    plan: dict[str, Numbers]  # by measure: the plan itself, months


def money_paths(
    inputs: PlanInputs, outcome: PlanOutcome, factors: DemandFactors, draws: Draws, hazards: tuple[Struck, ...] = ()
) -> MoneyPaths:
    """Sales, contribution, stock and cash of each path; production, overtime and purchases stay as planned.

    A path is the plan plus what it differs by from the plan's own demand walked through in the same way: sales by units shipped x mean net
    price of item and month, contribution by that less cost of the units and holding of the stock, stock at standard cost, cash by when
    customers pay. Named risks come on top: where one of the register happens, its effect on contribution is spread over the next twelve
    months; where a hazard strikes, sales, contribution, stock and cash change as the plan made with it does.

    Args:
        inputs, outcome: a plan.
        factors: how its demand may move.
        draws: random factors of the paths; of their risks the first are the register's, then the hazards'.
        hazards: `struck`.
    """
    names = (factors.items, factors.months)
    fixed = fixed_plan(outcome.supply.supply_plan, outcome.supply.demand_fulfilment, inputs.tables["items"], inputs.supply, names)
    worth = worth_of(inputs, outcome, factors)
    step = max(1, BLOCK // max(factors.quantity.size, 1))
    blocks = [_moved(fixed, factors, draws.part(start, start + step), worth) for start in range(0, len(draws.company), step)]
    moved = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    risk = _risk_effects(inputs, factors.months, draws)
    moved["contribution"] += risk
    moved["cash_headroom"] = np.cumsum(moved["net_sales"] - moved.pop("holding") + risk, axis=1)
    moved["cash_headroom"] -= moved.pop("owed") * (1 + inputs.money.vat_rate)
    plan, strikes = money_by_month(outcome, factors.months), _strikes(hazards, len(inputs.risks), draws)
    whole = {name: plan[name] + moved[name] + hazard_effects(hazards, strikes, name) for name in MEASURES}
    return MoneyPaths(factors.months, whole, plan)


def _moved(fixed: Fixed, factors: DemandFactors, draws: Draws, worth: Worth) -> dict[str, Numbers]:
    """What some paths differ by from the plan, paths x months: of the measures but cash, and what holding costs and customers owe more."""
    came, meant = walked(fixed, demand_paths(factors, draws)), walked(fixed, factors.quantity[None])
    shipped, stock = came.shipped - meant.shipped, came.stock - meant.stock
    holding = np.einsum("pit,it->pt", stock, worth.keep)
    return {
        "net_sales": np.einsum("pit,it->pt", shipped, worth.price),
        "contribution": np.einsum("pit,it->pt", shipped, worth.margin) - holding,
        "inventory": np.einsum("pit,it->pt", stock, worth.cost),
        "holding": holding,
        "owed": unpaid(worth.terms, shipped * worth.price),
    }


def ranged_contribution(factors: DemandFactors, draws: Draws, hazards: tuple[Struck, ...] = ()) -> Range:
    """P10 and P90 of the contribution of the next twelve months of any plan, by the same random numbers.

    Args:
        factors: of the base plan; another plan's demand has the same widths in relation to its units.
        draws: of the base plan.
        hazards: as they strike the base plan.
    """
    return partial(_contribution_range, factors, draws, hazards)


def _contribution_range(
    factors: DemandFactors, draws: Draws, hazards: tuple[Struck, ...], inputs: PlanInputs, outcome: PlanOutcome
) -> tuple[float, float]:
    paths = money_paths(inputs, outcome, _scaled(factors, outcome.consensus_demand), draws, hazards)
    year = paths.amounts["contribution"][:, :YEAR].sum(axis=1)
    low, high = np.quantile(year, [QUANTILES[0], QUANTILES[-1]])
    return float(low), float(high)


def plan_ranges(paths: MoneyPaths) -> pd.DataFrame:
    """P10, P50 and P90 by month, of the next twelve months together, and of the lowest cash and the highest stock in them.

    Args:
        paths: `money_paths`.

    Returns:
        plan_ranges contract; measures whose plan is not available are left out.
    """
    rows, span = [], f"{paths.months[0]}..{paths.months[:YEAR][-1]}"
    for measure in MEASURES:
        if np.isnan(paths.plan[measure]).any():
            continue
        amounts, plan = paths.amounts[measure], paths.plan[measure]
        rows += [(measure, month, plan[at], amounts[:, at]) for at, month in enumerate(paths.months)]
        year, own = amounts[:, :YEAR], plan[:YEAR]
        if measure in ("net_sales", "contribution"):
            rows.append((measure, span, own.sum(), year.sum(axis=1)))
        elif measure == "inventory":
            rows.append(("inventory_peak", span, own.max(), year.max(axis=1)))
        else:
            rows.append(("cash_low", span, own.min(), year.min(axis=1)))
    told = [(name, period, plan, *np.quantile(amounts, QUANTILES)) for name, period, plan, amounts in rows]
    return conform(pd.DataFrame(told, columns=["measure", "span", "plan", "p10", "p50", "p90"]), CONTRACTS["plan_ranges"])


def range_facts(paths: MoneyPaths, inputs: PlanInputs, floors: Floors, persistence_basis: str) -> pd.DataFrame:
    """How likely budget and cash floor are missed, as facts: share of paths.

    Args:
        paths: `money_paths`.
        inputs: the plan's.
        floors: what must not be missed.
        persistence_basis: measured, or assumed: whether errors of neighbouring months were seen to go together.
    """
    fiscal = [month for month in fiscal_year_periods(inputs.cycle, inputs.fiscal_year_first_month) if month in paths.months]
    open_months, year = [paths.months.index(month) for month in fiscal], period_range(inputs.cycle, YEAR)
    words = f"share of {len(paths.amounts['net_sales'])} paths; persistence of errors {persistence_basis}"
    sales = paths.amounts["net_sales"][:, open_months].sum(axis=1)
    earned = paths.amounts["contribution"][:, open_months].sum(axis=1)
    lowest = paths.amounts["cash_headroom"][:, :YEAR].min(axis=1)
    told = {
        "chance_below_budget": (sales, floors.budget_sales, fiscal),
        "chance_below_budget_contribution": (earned, floors.budget_contribution, fiscal),
        "chance_below_cash_floor": (lowest, floors.cash, year),
    }
    rows: list[dict[str, Any]] = []
    for name, (amounts, floor, months) in told.items():
        definition, reason = CHANCES[name]
        known = not (np.isnan(amounts).any() or np.isnan(floor) or not months)
        rows.append(
            fact(
                name,
                float((amounts < floor).mean()) if known else None,
                unit="share",
                period=f"{months[0]}..{months[-1]}" if months else inputs.cycle,
                scenario="base",
                definition=f"{definition}, {words}",
                source_table="plan_ranges",
                source_key="paths",
                reason=reason,
            )
        )
    return fact_rows(rows)


def range_drivers(
    paths: MoneyPaths, factors: DemandFactors, draws: Draws, risks: pd.DataFrame, hazards: tuple[Struck, ...] = ()
) -> pd.DataFrame:
    """What drives the range of the contribution of the next twelve months.

    A driver's share is the squared correlation of its factor (over the months, weighed by planned units) with the result; the rest is
    items on their own and what drivers do to each other.

    Args:
        paths, factors, draws: of one plan.
        risks: the register, in the order of `draws.risks`.
        hazards: `struck`.

    Returns:
        range_drivers contract; empty where contribution is not available.
    """
    result = paths.amounts["contribution"][:, :YEAR].sum(axis=1)
    columns = ["driver", "kind", "share", "effect"]
    if np.isnan(result).any() or result.std() == 0:
        return conform(pd.DataFrame(columns=columns), CONTRACTS["range_drivers"])
    weight = factors.quantity[:, :YEAR]
    rows = [("*", "demand", draws.company[:, :YEAR] @ weight.sum(axis=0))]
    for at, family in enumerate(factors.families):
        rows.append((family, "demand", draws.families[:, at, :YEAR] @ weight[factors.family == at].sum(axis=0)))
    rows += [(str(name), "risk", _happens(risks, draws)[:, at]) for at, name in enumerate(risks["risk"])]
    rows += [(each.name, "hazard", _strikes(hazards, len(risks), draws)[:, at]) for at, each in enumerate(hazards)]
    told = []
    for name, kind, factor in rows:
        spread = factor.std()
        linked = float(np.corrcoef(factor, result)[0, 1]) if spread > 0 else 0.0
        told.append((name, kind, linked**2, linked * result.std()))
    left = max(1.0 - sum(row[2] for row in told), 0.0)
    told.append(("items", "rest", left, float(np.sqrt(left) * result.std())))
    return conform(pd.DataFrame(told, columns=columns), CONTRACTS["range_drivers"])


def floors_of(budget: pd.DataFrame, inputs: PlanInputs, cash_floor: float | None) -> Floors:
    """The budget of the open months of the fiscal year, where it holds all of them, and the cash floor (none stated = 0).

    Args:
        budget: budget contract; empty = not provided.
        inputs: the plan's, for its fiscal year.
        cash_floor: least cash headroom, money.
    """
    months = [month for month in fiscal_year_periods(inputs.cycle, inputs.fiscal_year_first_month) if month >= inputs.cycle]
    sums = budget.groupby("period")[["revenue", "contribution"]].agg("sum", min_count=1).reindex(months).sum(skipna=False)
    floor = 0.0 if cash_floor is None else float(cash_floor)
    return Floors(float(sums["revenue"]), float(sums["contribution"]), floor)


def _scaled(factors: DemandFactors, consensus: pd.DataFrame) -> DemandFactors:
    wide = consensus.pivot_table(index="item", columns="period", values="quantity", aggfunc="sum", fill_value=0.0)
    asked = wide.reindex(index=factors.items, columns=factors.months, fill_value=0.0).to_numpy(dtype="float64")
    ratio = np.divide(asked, factors.quantity, out=np.ones_like(asked), where=factors.quantity > 0)
    moved = {name: getattr(factors, name) * ratio for name in ("below", "above", "own")}
    return replace(factors, quantity=asked, **moved)


def _happens(risks: pd.DataFrame, draws: Draws) -> Numbers:
    return (draws.risks[:, : len(risks)] < risks["probability_share"].to_numpy(dtype="float64")).astype("float64")


def _strikes(hazards: tuple[Struck, ...], register: int, draws: Draws) -> Numbers:
    """Which hazards strike on which path; their draws follow those of the register."""
    chances = np.array([each.probability_share for each in hazards])
    return (draws.risks[:, register : register + len(hazards)] < chances).astype("float64")


def _risk_effects(inputs: PlanInputs, months: list[str], draws: Draws) -> Numbers:
    """Effect of named risks by path and month, their expected effect not taken out: the plan does not hold them."""
    risks = inputs.risks
    effects = np.zeros((len(draws.company), len(months)))
    if len(risks):
        year = min(YEAR, len(months))
        effects[:, :year] = (_happens(risks, draws) @ risks["contribution_effect"].to_numpy(dtype="float64"))[:, None] / year
    return effects
