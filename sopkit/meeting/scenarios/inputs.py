"""Everything that a plan is made from, as one value: tables of inputs, the statistical forecast, and the policies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.demand.policy import DemandPolicy
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.policy import Change
from sopkit.periods import cutoff_of
from sopkit.supply.policy import SupplyPolicy

# The tables that re-planning reads: from the statistical forecast to cash.
PLAN_TABLES = (
    "items",
    "demand_history",
    "statistical_forecast",
    "prices",
    "lifecycle",
    "launch_references",
    "overrides",
    "unit_costs",
    "inventory",
    "open_orders",
    "resources",
    "resource_calendar",
    "workforce",
    "bill_of_resources",
    "suppliers",
    "supplier_items",
    "planning_costs",
    "alternative_resources",
    "stock_limits",
    "lot_sizes",
    "workforce_calendar",
    "site_items",
    "transfers",
    "sourcing",
    "bill_of_materials",
    "stock_rules",
    "supplier_contracts",
    "last_production",
    "targets",
    "budget",
    "balance_sheet",
    "payment_terms",
    "exchange_rates",
    "deductions",
    "supplier_schedule",
)


@dataclass(frozen=True)
class PlanInputs:
    """What a plan is made from; an overlay gives another value of this class, never a changed one."""

    cycle: str  # M0
    tables: Mapping[str, pd.DataFrame]  # by contract name, each of PLAN_TABLES; empty = not provided
    demand: DemandPolicy = DemandPolicy()
    supply: SupplyPolicy = SupplyPolicy()
    money: MoneyPolicy = MoneyPolicy()
    fiscal_year_first_month: int = 1  # 1..12
    demand_changes: tuple[Change, ...] = ()  # on the consensus demand, once it is made
    fixed_costs: Mapping[str, float] = field(default_factory=dict)  # cost once by month, the company's currency
    closed_terms: pd.DataFrame | None = None  # payment terms so far, where an overlay changes those to come
    priced_terms: pd.DataFrame | None = None  # the deductions that prices are after, where an overlay changes them
    risks: pd.DataFrame = field(default_factory=lambda: empty(CONTRACTS["risks"]))  # named risks outside the numbers, for ranges

    @property
    def cutoff(self) -> str:
        """The last closed period."""
        return cutoff_of(self.cycle)

    def with_tables(self, tables: Mapping[str, pd.DataFrame]) -> "PlanInputs":
        """The same inputs with these tables in place of theirs."""
        return replace(self, tables={**self.tables, **tables})


def plan_inputs(
    read: Callable[[str], pd.DataFrame],
    *,
    cycle: str,
    demand: DemandPolicy,
    supply: SupplyPolicy,
    money: MoneyPolicy,
    fiscal_year_first_month: int,
    risks: pd.DataFrame | None = None,
) -> PlanInputs:
    """The inputs of a plan, read table by table.

    Args:
        read: gives a table by its contract's name; an empty frame where it was not provided.
        cycle: M0.
        demand, supply, money: the company's policies.
        fiscal_year_first_month: 1..12.
        risks: the register of what is outside the numbers; None = none is drawn in ranges.
    """
    tables = {name: read(name) for name in PLAN_TABLES}
    made = PlanInputs(cycle, tables, demand=demand, supply=supply, money=money, fiscal_year_first_month=fiscal_year_first_month)
    return made if risks is None else replace(made, risks=risks)
