"""Re-planning from the statistical forecast on: the same functions, in the same order, with the same rounding as the six steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from hashlib import sha256
from typing import TypeVar

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, rounded
from sopkit.demand.consensus import DemandInputs, consensus_demand
from sopkit.finance.balances import ClosedBalances, closed_side
from sopkit.finance.family import family_of
from sopkit.finance.gross_to_net import repriced
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.statement import ClosedStatement, closed_statement, plan_statement
from sopkit.finance.working_capital import working_capital_plan
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.overlay import changed_demand
from sopkit.supply.plan import Starts, SupplyInputs, SupplyResult, constrained_plan, plan_of_checked

SUPPLY_TABLES = tuple(field.name for field in fields(SupplyResult) if field.name in CONTRACTS)  # written by step 3
DEMAND_TABLES = (  # read by the consensus
    *("items", "demand_history", "statistical_forecast", "prices", "lifecycle", "launch_references", "overrides"),
    *("inventory", "open_orders"),
)
CLOSED_TABLES = ("items", "demand_history", "unit_costs", "inventory", "balance_sheet")  # read by the closed months of the money
ONE_OFF = "one_off"  # the statement's line for costs once

Made = TypeVar("Made")


@dataclass(frozen=True)
class PlanOutcome:
    """A whole plan: demand, supply, money. Each a table of its contract."""

    consensus_demand: pd.DataFrame
    supply: SupplyResult
    plan_statement: pd.DataFrame
    working_capital_plan: pd.DataFrame


@dataclass(frozen=True)
class Memory:
    """Demand and supply plans, and closed months, already made from a base and overlays on it: overlays share what they do not change."""

    base: PlanInputs
    plans: dict[tuple[object, ...], object] = field(default_factory=dict)  # by what they were made from
    starts: Starts = field(default_factory=Starts)  # where the solver ended
    checked: bool = False  # whether a plan was made of the base: its inputs have no problems

    @classmethod
    def of(cls, base: PlanInputs, outcome: PlanOutcome) -> "Memory":
        """A memory that knows the plan of the base."""
        memory = cls(base, checked=True)
        memory.plans[memory.demand_key(base)] = outcome.consensus_demand
        memory.plans[memory.supply_key(base)] = outcome.supply
        return memory

    def remembered(self, key: tuple[object, ...], make: Callable[[], Made]) -> Made:
        """The plan under a key, made where it is not known."""
        if key not in self.plans:
            self.plans[key] = make()
        return self.plans[key]  # type: ignore[return-value]

    def demand_key(self, inputs: PlanInputs) -> tuple[object, ...]:
        """What the consensus demand is made from."""
        changes = tuple(change.model_dump_json() for change in inputs.demand_changes)
        tables = DEMAND_TABLES if inputs.priced_terms is None else (*DEMAND_TABLES, "deductions")
        return ("demand", inputs.cycle, inputs.demand.model_dump_json(), changes, *(self._content(inputs, name) for name in tables))

    def supply_key(self, inputs: PlanInputs) -> tuple[object, ...]:
        """What the constrained plan is made from."""
        tables = [each.name for each in fields(SupplyInputs) if each.name != "demand"]
        contents = (self._content(inputs, name) for name in tables)
        return ("supply", self.demand_key(inputs), inputs.supply.model_dump_json(), *contents)

    def money_key(self, inputs: PlanInputs, planned: list[str]) -> tuple[object, ...]:
        """What the closed months of the money are made from."""
        contents = (self._content(inputs, name) for name in CLOSED_TABLES)
        return ("money", inputs.cycle, inputs.fiscal_year_first_month, tuple(planned), inputs.money.model_dump_json(), *contents)

    def differs_in_demand_only(self, inputs: PlanInputs) -> bool:
        """Whether a plan of these inputs needs no check: the base was planned, and all but the units asked for is the base's."""
        names = [each.name for each in fields(SupplyInputs) if each.name != "demand"]
        same = inputs.supply is self.base.supply or inputs.supply == self.base.supply
        return self.checked and same and all(inputs.tables[name] is self.base.tables[name] for name in names)

    def _content(self, inputs: PlanInputs, name: str) -> str:
        frame = inputs.tables[name]
        if frame is self.base.tables[name]:
            return "base"
        return sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()).hexdigest()


def replan(inputs: PlanInputs, memory: Memory | None = None) -> PlanOutcome:
    """The plan that follows from the inputs: consensus demand, constrained plan, statement, working capital.

    Tables pass from function to function as they would pass through the cycle's folder, rounded to their contracts' decimals, so that
    unchanged inputs give the plan of the run itself.

    Args:
        inputs: tables and policies, changed by an overlay or not.
        memory: of plans made before; None = all is made afresh.

    Returns:
        The whole plan.

    Raises:
        DataError, ParamsError: inputs that cannot be planned.
    """
    known = memory or Memory(inputs)
    demand = _demand(inputs, known)
    supply = known.remembered(known.supply_key(inputs), lambda: _supply(inputs, demand, known))
    return _in_money(inputs, demand, supply, known)


def statement_of_demand(inputs: PlanInputs, consensus: pd.DataFrame, memory: Memory) -> pd.DataFrame:
    """The statement of the plan for a demand that no overlay describes, such as a random path; it is not remembered.

    Args:
        inputs: tables and policies.
        consensus: table consensus_demand, sorted by key.
        memory: of the base: closed months are shared.
    """
    demand = rounded(consensus, CONTRACTS["consensus_demand"])
    return _statement(inputs, demand, _planned(inputs, demand, memory), memory)


def _in_money(inputs: PlanInputs, demand: pd.DataFrame, supply: SupplyResult, known: Memory) -> PlanOutcome:
    """Statement and working capital of a constrained plan; the closed months are those in memory."""
    statement = _statement(inputs, demand, supply, known)
    money = _money_inputs(inputs, demand, supply)
    closed = _closed(inputs, money, known)[1]
    capital = working_capital_plan(money, statement, inputs.money, cutoff=inputs.cutoff, closed=closed)
    return PlanOutcome(demand, supply, statement, rounded(capital, CONTRACTS["working_capital_plan"]))


def _statement(inputs: PlanInputs, demand: pd.DataFrame, supply: SupplyResult, known: Memory) -> pd.DataFrame:
    money = _money_inputs(inputs, demand, supply)
    statement = plan_statement(
        money,
        inputs.money,
        cutoff=inputs.cutoff,
        first_month=inputs.fiscal_year_first_month,
        extra_costs=extra_costs(inputs),
        closed=_closed(inputs, money, known)[0],
    )
    return rounded(statement, CONTRACTS["plan_statement"])


def _money_inputs(inputs: PlanInputs, demand: pd.DataFrame, supply: SupplyResult) -> MoneyInputs:
    terms = {} if inputs.closed_terms is None else {"closed_terms": inputs.closed_terms}
    return MoneyInputs.of({**inputs.tables, "consensus_demand": demand, **tables_of(supply), **terms})


def _closed(inputs: PlanInputs, money: MoneyInputs, known: Memory) -> tuple[ClosedStatement, ClosedBalances]:
    """The closed months of statement and balances, made once for all plans on the same history and costs."""
    cutoff, first_month = inputs.cutoff, inputs.fiscal_year_first_month
    return known.remembered(
        known.money_key(inputs, money.planned_periods),
        lambda: (
            closed_statement(money, inputs.money, cutoff=cutoff, first_month=first_month),
            closed_side(money, inputs.money, cutoff=cutoff),
        ),
    )


def base_outcome(tables: Mapping[str, pd.DataFrame], plan_statement: pd.DataFrame, working_capital_plan: pd.DataFrame) -> PlanOutcome:
    """The plan of the cycle as its steps wrote it.

    Args:
        tables: by name: consensus_demand and the tables of step 3 (SUPPLY_TABLES); the limits that bind are not among them.
        plan_statement, working_capital_plan: its money.
    """
    supply = SupplyResult(
        **{name: tables[name] for name in SUPPLY_TABLES}, limits=pd.DataFrame(columns=["kind", "limit", "period", "value"])
    )
    return PlanOutcome(tables["consensus_demand"], supply, plan_statement, working_capital_plan)


def same_plan(one: PlanOutcome, other: PlanOutcome) -> pd.DataFrame:
    """Whether two plans are the same, table by table: what an empty overlay must give.

    Returns:
        rule, ok, detail; one row per table.
    """
    tables = [(table, frame, tables_of(other.supply)[table]) for table, frame in tables_of(one.supply).items()]
    tables += [(name, getattr(one, name), getattr(other, name)) for name in ("consensus_demand", "plan_statement", "working_capital_plan")]
    rows = []
    for name, first, second in sorted(tables, key=lambda entry: entry[0]):
        first, second = conform(first, CONTRACTS[name]), conform(second, CONTRACTS[name])
        rows.append((f"an empty overlay gives the plan: {name}", first.equals(second), f"{len(first)} and {len(second)} rows"))
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])


def same_again(inputs: PlanInputs, base: PlanOutcome) -> pd.DataFrame:
    """Whether the inputs as they are, planned again, give the plan of the cycle: `same_plan` on a plan made afresh."""
    return same_plan(replan(inputs), base)


def supply_inputs(inputs: PlanInputs, demand: pd.DataFrame) -> SupplyInputs:
    """What the constrained plan is made from."""
    return SupplyInputs(**{field.name: demand if field.name == "demand" else inputs.tables[field.name] for field in fields(SupplyInputs)})


def tables_of(supply: SupplyResult) -> dict[str, pd.DataFrame]:
    """The tables of step 3 by name."""
    return {name: getattr(supply, name) for name in SUPPLY_TABLES}


def with_written_numbers(supply: SupplyResult) -> SupplyResult:
    """The constrained plan with the numbers that step 3 writes: rounded as its contracts promise."""
    return replace(supply, **{name: rounded(frame, CONTRACTS[name]) for name, frame in tables_of(supply).items()})


def _demand(inputs: PlanInputs, known: Memory) -> pd.DataFrame:
    """The consensus demand with the overlay's changes on it; overlays that change demand alone share the consensus."""
    plain = replace(inputs, demand_changes=(), priced_terms=None)
    demand = known.remembered(
        known.demand_key(plain), lambda: conform(consensus_demand(_demand_inputs(plain), plain.demand), CONTRACTS["consensus_demand"])
    )
    if inputs.priced_terms is not None:
        demand = _at_other_terms(inputs, demand, inputs.priced_terms)
    if not inputs.demand_changes:
        return demand
    return conform(changed_demand(demand, inputs.demand_changes, inputs.tables), CONTRACTS["consensus_demand"])


def _at_other_terms(inputs: PlanInputs, demand: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The demand at the prices that other sales terms leave of the same gross prices; its units are as they were."""
    keys = demand.assign(family=family_of(inputs.tables["items"], demand["item"]))
    price = repriced(demand["net_price"], keys, before=before, after=inputs.tables["deductions"])
    return conform(demand.assign(net_price=price, revenue=demand["quantity"] * price), CONTRACTS["consensus_demand"])


def _supply(inputs: PlanInputs, demand: pd.DataFrame, known: Memory) -> SupplyResult:
    return with_written_numbers(_planned(inputs, demand, known))


def _planned(inputs: PlanInputs, demand: pd.DataFrame, known: Memory) -> SupplyResult:
    make = plan_of_checked if known.differs_in_demand_only(inputs) else constrained_plan
    return make(supply_inputs(inputs, demand), inputs.supply, cutoff=inputs.cutoff, starts=known.starts)


def _demand_inputs(inputs: PlanInputs) -> DemandInputs:
    return DemandInputs.of(inputs.tables)


def extra_costs(inputs: PlanInputs) -> pd.DataFrame:
    """Costs once of the overlays that the inputs carry, as `plan_statement` books them.

    Returns:
        period, line (`one_off`), amount (money); no rows without such costs.
    """
    months = sorted(inputs.fixed_costs)
    return pd.DataFrame({"period": months, "line": ONE_OFF, "amount": [float(inputs.fixed_costs[month]) for month in months]})
