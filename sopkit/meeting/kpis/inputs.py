"""What the KPIs of closed months are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Self

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.finance.inputs import MoneyInputs

TABLE_OF = {"history": "demand_history", "snapshots": "forecast_snapshots"}  # fields that are not called as their table


def _table(name: str) -> pd.DataFrame:
    return field(default_factory=partial(empty, CONTRACTS[name]))


@dataclass(frozen=True, kw_only=True)
class KpiInputs:
    """Frames by contract; an empty frame means: not provided. `history` is demand_history, `snapshots` forecast_snapshots."""

    items: pd.DataFrame
    history: pd.DataFrame
    snapshots: pd.DataFrame = _table("forecast_snapshots")
    last_plan: pd.DataFrame = _table("last_plan")
    unit_costs: pd.DataFrame = _table("unit_costs")
    inventory: pd.DataFrame = _table("inventory")
    production_history: pd.DataFrame = _table("production_history")
    resource_calendar: pd.DataFrame = _table("resource_calendar")
    balance_sheet: pd.DataFrame = _table("balance_sheet")

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Self:
        """The inputs picked out of tables by name; optional ones that are not among them are not provided."""
        named = {each.name: TABLE_OF.get(each.name, each.name) for each in fields(cls)}
        return cls(**{name: tables[table] for name, table in named.items() if table in tables})

    @property
    def money(self) -> MoneyInputs:
        """The same history and costs as finance takes them, without a plan."""
        return MoneyInputs(
            items=self.items,
            history=self.history,
            unit_costs=self.unit_costs,
            inventory=self.inventory,
            balance_sheet=self.balance_sheet,
        )
