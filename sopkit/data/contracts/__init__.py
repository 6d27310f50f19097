"""All contracts, by table name."""

from sopkit.data.contracts import (
    derived_decided,
    derived_demand,
    derived_forecast,
    derived_history,
    derived_issues,
    derived_learning,
    derived_measures,
    derived_meeting,
    derived_money,
    derived_review,
    derived_supply,
    derived_trust,
    inputs_capacity,
    inputs_demand,
    inputs_follow_up,
    inputs_money,
    inputs_planning,
    inputs_purchasing,
    inputs_register,
    inputs_sales,
    inputs_supply,
)
from sopkit.data.contracts.column import Column, Contract


def _contracts_of(*modules: object) -> dict[str, type[Contract]]:
    found = [
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Contract) and value is not Contract
    ]
    return {contract.name: contract for contract in found}


INPUTS = _contracts_of(
    inputs_sales,
    inputs_demand,
    inputs_supply,
    inputs_capacity,
    inputs_planning,
    inputs_purchasing,
    inputs_money,
    inputs_register,
    inputs_follow_up,
)
DERIVED = _contracts_of(
    derived_demand,
    derived_forecast,
    derived_history,
    derived_measures,
    derived_supply,
    derived_review,
    derived_meeting,
    derived_money,
    derived_decided,
    derived_issues,
    derived_learning,
    derived_trust,
)
CONTRACTS = INPUTS | DERIVED
NEEDED = ("items", "sales_history")  # without these there is nothing to plan

__all__ = ["CONTRACTS", "DERIVED", "INPUTS", "NEEDED", "Column", "Contract"]
