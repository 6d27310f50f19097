"""What the money side of the plan is computed from: input tables and the constrained plan, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Self

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty

TABLE_OF = {"history": "demand_history"}  # fields that are not called as their table


def _table(name: str) -> pd.DataFrame:
    return field(default_factory=partial(empty, CONTRACTS[name]))


@dataclass(frozen=True, kw_only=True)
class MoneyInputs:
    """Frames by contract; an empty frame means: not provided. `history` is the table `demand_history`."""

    items: pd.DataFrame
    history: pd.DataFrame
    consensus_demand: pd.DataFrame = _table("consensus_demand")
    demand_fulfilment: pd.DataFrame = _table("demand_fulfilment")
    supply_plan: pd.DataFrame = _table("supply_plan")
    resource_load: pd.DataFrame = _table("resource_load")
    workforce_plan: pd.DataFrame = _table("workforce_plan")
    unit_costs: pd.DataFrame = _table("unit_costs")
    resources: pd.DataFrame = _table("resources")
    resource_calendar: pd.DataFrame = _table("resource_calendar")
    workforce: pd.DataFrame = _table("workforce")
    workforce_calendar: pd.DataFrame = _table("workforce_calendar")
    inventory: pd.DataFrame = _table("inventory")
    payment_terms: pd.DataFrame = _table("payment_terms")
    balance_sheet: pd.DataFrame = _table("balance_sheet")
    exchange_rates: pd.DataFrame = _table("exchange_rates")
    budget: pd.DataFrame = _table("budget")
    plan_outlays: pd.DataFrame = _table("plan_outlays")
    deductions: pd.DataFrame = _table("deductions")
    closed_terms: pd.DataFrame = _table("payment_terms")  # terms of what is invoiced already, where a scenario changes those to come

    @property
    def terms_so_far(self) -> pd.DataFrame:
        """The payment terms of what was invoiced and bought in closed months."""
        return self.closed_terms if len(self.closed_terms) else self.payment_terms

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Self:
        """The inputs picked out of tables by name; optional ones that are not among them are not provided.

        Args:
            tables: frames by table name, as `step.read_all()` gives them; other tables are left alone.

        Returns:
            The inputs; frames are passed on as they are.
        """
        named = {each.name: TABLE_OF.get(each.name, each.name) for each in fields(cls)}
        return cls(**{name: tables[table] for name, table in named.items() if table in tables})

    @property
    def planned_periods(self) -> list[str]:
        """The planned months, in order; none before the constrained plan is made."""
        return sorted(self.demand_fulfilment["period"].unique())
