"""Decisions and their options: each option a plan, a recommendation by the stated rule, the recommended ones together as one plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_meeting import Options
from sopkit.errors import ParamsError, Problem
from sopkit.meeting.interaction import depend, interaction_facts
from sopkit.meeting.policy import Decision, MeetingPolicy, Overlay
from sopkit.meeting.recommendation import Candidate, broken_floors, recommended_option
from sopkit.meeting.scenarios import (
    UNCHANGED,
    Memory,
    PlanInputs,
    PlanOutcome,
    Range,
    apply_overlay,
    compose,
    content_of,
    investment,
    order_problems,
    replan,
    risk_range,
    scenario_frame,
    scenario_row,
)

Row = dict[str, object]
CHANGES = {
    "net_sales_change": "net_sales",
    "contribution_change": "contribution",
    "fill_rate_change": "fill_rate",
    "stock_peak_change": "stock_peak",
    "cash_low_change": "cash_low",
}
SHOWN = ("option", "together")
OVER_YEARS = ("multi_year_change", "npv_change", "payback_months")  # of a scenario's row, taken over as they are


@dataclass(frozen=True)
class OptionTable:
    """What a meeting chooses from."""

    scenarios: pd.DataFrame  # Scenarios: each option, pairs, the recommended ones together; `base` stands in `scenario_table`
    options: pd.DataFrame  # Options
    facts: pd.DataFrame  # Facts: sum of the parts, together, interaction
    together: Overlay  # the recommended options as one overlay
    memory: Memory  # of the plans that were made


@dataclass(frozen=True)
class _Priced:
    """One option: its plan alone, and what it is worth on top of the decisions before it."""

    name: str
    row: Row
    expected: float  # expected contribution alone, money
    candidate: Candidate
    on_top: float | None  # contribution change, money
    rows: tuple[Row, ...]  # for the table of scenarios
    recommended: bool = False
    by_rule: bool = False


@dataclass(frozen=True)
class _Solver:
    """Plans of composed overlays; each is made once."""

    inputs: PlanInputs
    memory: Memory  # of demand and supply plans
    rows: dict[str, Row]  # rows made, by the content of the composed overlay
    base: PlanOutcome
    ranged: Range | None  # of options alone and the recommended ones together; pairs are not shown

    def row(self, overlays: Sequence[Overlay], *, scenario: str, kind: str) -> Row:
        """The row of Scenarios for overlays taken together."""
        overlay = compose(overlays)
        known = self.rows.get(content_of(overlay))
        if known is None:
            changed = apply_overlay(self.inputs, overlay)
            outcome = replan(changed, self.memory)
            known = scenario_row(changed, outcome, scenario=scenario, title=overlay.title, kind=kind)
            known |= investment(self.inputs, self.base, outcome, overlay.years_after)
            known |= risk_range(self.ranged if kind in SHOWN else None, changed, outcome)
            self.rows[content_of(overlay)] = known
        return {**known, "scenario": scenario, "title": overlay.title, "kind": kind}


def option_table(
    inputs: PlanInputs,
    policy: MeetingPolicy,
    base: PlanOutcome,
    *,
    currency: str,
    ranged: Range | None = None,
    memory: Memory | None = None,
) -> OptionTable:
    """Every option as a plan of its own, the recommendation of each decision, and the recommended options as one plan.

    Changes are against doing nothing: the base plan. Decisions are taken in their order: an option keeps the floors and wins or not on
    top of what is recommended for the decisions before it. With a hazard of probability p, expected contribution =
    (1 - p) contribution + p contribution if it happens.

    Args:
        inputs: what the base plan was made from.
        policy: decisions and floors.
        base: the base plan.
        currency: of the facts.
        ranged: P10 and P90 of the contribution of a plan's next twelve months; None = not asked for.
        memory: of plans made from this base; None = of none but the base.

    Returns:
        OptionTable; without decisions it is empty.

    Raises:
        ParamsError: with the problems of all options.
    """
    _check_options(inputs, policy)
    base_row = scenario_row(inputs, base, scenario="base", title="base", kind="base") | risk_range(ranged, inputs, base) | UNCHANGED
    solver = _Solver(inputs, memory or Memory.of(inputs, base), {content_of(compose([])): base_row}, base, ranged)
    taken: dict[str, str] = {}
    scenarios, rows = {"base": base_row}, []
    for name in policy.decisions:
        priced = _priced(solver, policy, name, taken)
        rows += _option_rows(policy, name, priced, base_row)
        for option in priced:
            scenarios |= {str(row["scenario"]): row for row in option.rows}
        taken[name] = next(option.name for option in priced if option.recommended)
    together = [policy.decisions[name].options[option] for name, option in taken.items()]
    if len(taken) > 1:
        scenarios[_called(taken)] = solver.row(together, scenario=_called(taken), kind="together")
        scenarios = {**_pairs(solver, policy, taken), **scenarios}
    table = scenario_frame(list(scenarios.values()))
    options = conform(pd.DataFrame(rows, columns=Options.column_names()), Options)
    facts = interaction_facts(table, options, inputs.cycle, inputs.fiscal_year_first_month, currency)
    return OptionTable(table[table["kind"] != "base"].reset_index(drop=True), options, facts, compose(together), solver.memory)


def _priced(solver: _Solver, policy: MeetingPolicy, name: str, taken: dict[str, str]) -> list[_Priced]:
    """The options of a decision, each alone and on top of what is taken, one of them recommended."""
    decision = policy.decisions[name]
    before = [policy.decisions[other].options[option] for other, option in taken.items()]
    start = solver.row(before, scenario=_called(taken), kind="pair")
    options = []
    for option, overlay in decision.options.items():
        row = solver.row([overlay], scenario=f"{name}={option}", kind="option")
        whole = solver.row([*before, overlay], scenario=_called({**taken, name: option}), kind="pair")
        expected = _expected(solver, decision, [overlay], row)
        candidate = Candidate(option, _expected(solver, decision, [*before, overlay], whole), whole)
        own = content_of(overlay) != content_of(compose([])) and content_of(compose(before)) != content_of(compose([]))
        on_top = _change(whole, start, "contribution") if taken else None
        options.append(_Priced(option, row, expected, candidate, on_top, (row, whole) if own else (row,)))
    rule = recommended_option([option.candidate for option in options], policy)
    chosen = decision.recommend or rule
    return [replace(option, recommended=option.name == chosen, by_rule=option.name == rule) for option in options]


def _pairs(solver: _Solver, policy: MeetingPolicy, taken: dict[str, str]) -> dict[str, Row]:
    """Each two of the recommended options as one plan, where all of them together are not the sum of their parts; else none."""
    overlays = {name: policy.decisions[name].options[option] for name, option in taken.items()}
    acting = [name for name, overlay in overlays.items() if content_of(overlay) != content_of(compose([]))]
    whole = solver.row([*overlays.values()], scenario="together", kind="together")
    start, parts = (
        solver.row([], scenario="base", kind="base"),
        [solver.row([overlays[name]], scenario=name, kind="option") for name in acting],
    )
    if not depend(_change(whole, start, "contribution"), sum(_change(part, start, "contribution") for part in parts)):
        return {}
    called = {_called({name: taken[name] for name in two}): [overlays[name] for name in two] for two in combinations(acting, 2)}
    return {name: solver.row(two, scenario=name, kind="pair") for name, two in called.items()}


def _expected(solver: _Solver, decision: Decision, overlays: list[Overlay], row: Row) -> float:
    """Contribution with the decision's hazard weighed by its probability; the plain one without a hazard."""
    if decision.hazard is None:
        return _number(row, "contribution")
    struck = solver.row([*overlays, decision.hazard.overlay], scenario="hazard", kind="scenario")
    chance = decision.hazard.probability_share
    return (1 - chance) * _number(row, "contribution") + chance * _number(struck, "contribution")


def _option_rows(policy: MeetingPolicy, name: str, priced: list[_Priced], base_row: Row) -> list[Row]:
    decision = policy.decisions[name]
    return [
        {
            "decision": name,
            "option": option.name,
            "question": decision.question,
            "title": decision.options[option.name].title,
            "owner": decision.owner,
            "last_date": pd.Timestamp(decision.last_date),
            "scenario": option.row["scenario"],
            **{column: _change(option.row, base_row, measure) for column, measure in CHANGES.items()},
            **{column: _number(option.row, column) for column in OVER_YEARS},
            "expected_contribution_change": option.expected - _number(base_row, "contribution"),
            "fixed_cost": decision.options[option.name].fixed_cost + sum(decision.options[option.name].further_costs.values()),
            "contribution_change_on_top": option.on_top,
            "floors_broken": " ".join(broken_floors(option.candidate, policy)) or None,
            "recommended": option.recommended,
            "by_rule": option.by_rule,
            "position": list(policy.decisions).index(name) + 1,
            "reason": decision.recommend_reason or None if option.recommended and not option.by_rule else None,
            "note": decision.options[option.name].note or None,
        }
        for option in priced
    ]


def _check_options(inputs: PlanInputs, policy: MeetingPolicy) -> None:
    """Raise ParamsError where an option cannot be applied, doing nothing does something, or options of two decisions contradict."""
    problems: list[Problem] = []
    for name, decision in sorted(policy.decisions.items()):
        first = next(iter(decision.options))
        if content_of(decision.options[first]) != content_of(compose([])):
            problems.append(Problem(f"{name}, option {first}", "the first option changes something", "to do nothing: no change, no cost"))
        hazards = [decision.hazard.overlay] if decision.hazard else []
        for overlay in [*decision.options.values(), *hazards]:
            try:
                apply_overlay(inputs, overlay)
            except ParamsError as error:
                problems += [Problem(f"{name}: {found.where}", found.came, found.expected, found.hint) for found in error.problems]
    if not problems:
        named = [
            (name, f"{name}={option}", each.options[option]) for name, each in sorted(policy.decisions.items()) for option in each.options
        ]
        pairs = [(one[1], other[1]) for one, other in combinations(named, 2) if one[0] != other[0]]
        problems = order_problems(inputs, {called: overlay for _, called, overlay in named}, pairs)
    if problems:
        raise ParamsError("options cannot be priced", problems)


def _called(taken: dict[str, str]) -> str:
    return "+".join(f"{name}={option}" for name, option in taken.items())


def _number(row: Row, measure: str) -> float:
    return float(row[measure])  # type: ignore[arg-type]


def _change(row: Row, start: Row, measure: str) -> float:
    return _number(row, measure) - _number(start, measure)
