"""What cannot be right in agreements with suppliers: gaps and overlaps of contracts, orders and obligations above their limits."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sopkit.errors import Problem
from sopkit.supply.plan.agreements import months_in_force
from sopkit.supply.plan.inputs import SupplyInputs, planned_periods, rows_of

KEY = ["supplier", "component"]


def contract_problems(inputs: SupplyInputs) -> Iterator[Problem]:
    """Everything that is wrong among the supplier contracts, each with its rows."""
    told = inputs.supplier_contracts
    if told.empty:
        return
    yield from _dates(told)
    yield from _first_steps(told)
    yield from _amounts(told)
    contracts = told[told["from_quantity"] == 0].sort_values([*KEY, "valid_from"])
    for (supplier, component), rows in contracts.groupby(KEY, sort=True):
        yield from _gaps(rows, f"{supplier} {component}", planned_periods(inputs))


def _place(rows: pd.DataFrame, name: str) -> str:
    return f"supplier_contracts, {rows_of(rows)} ({name})"


def _name(row: pd.Series) -> str:
    return f"{row['supplier']} {row['component']}"


def _dates(told: pd.DataFrame) -> Iterator[Problem]:
    for index in told.index[(told["valid_to"] < told["valid_from"]).fillna(False).astype(bool)]:
        row = told.loc[index]
        came = f"ends on {row['valid_to']:%Y-%m-%d}, before it begins on {row['valid_from']:%Y-%m-%d}"
        yield Problem(_place(told.loc[[index]], _name(row)), came, "a last day not before the first")


def _first_steps(told: pd.DataFrame) -> Iterator[Problem]:
    """Price steps without the contract's first one."""
    lowest = told.groupby([*KEY, "valid_from"])["from_quantity"].transform("min")
    for index in told.index[(lowest > 0) & (told["from_quantity"] == lowest)]:
        came = f"begins at {told.loc[index, 'from_quantity']:g} components"
        yield Problem(_place(told.loc[[index]], _name(told.loc[index])), came, "a first step with from_quantity 0")
    priceless = told[(told["from_quantity"] > 0) & told["price"].isna()]
    for index in priceless.index:
        yield Problem(_place(told.loc[[index]], _name(told.loc[index])), "a price step without a price", "a price in each step")
    inside = told.sort_values([*KEY, "valid_from", "from_quantity"])
    before = inside.groupby([*KEY, "valid_from"])["price"].shift()
    rising = inside[inside["price_holds_for"].eq("all").fillna(False).astype(bool) & (inside["price"] > before)]
    for index in rising.index:
        came = f"a price of {told.loc[index, 'price']:g} for all components that is above the step before"
        yield Problem(_place(told.loc[[index]], _name(told.loc[index])), came, "a price that falls, or price_holds_for beyond")


def _amounts(told: pd.DataFrame) -> Iterator[Problem]:
    """Orders and obligations that the limit does not allow."""
    for column, word in (("least_quantity", "least quantity"), ("minimum_order", "smallest order")):
        for index in told.index[told[column].astype(float) > told["monthly_limit"].astype(float)]:
            row = told.loc[index]
            came = f"{word} {row[column]:g} above the limit of {row['monthly_limit']:g} a month"
            yield Problem(_place(told.loc[[index]], _name(row)), came, "no more than the monthly limit")


def _gaps(rows: pd.DataFrame, name: str, months: list[str]) -> Iterator[Problem]:
    """Planned months between two contracts that no contract covers, and months that two cover."""
    there = months_in_force(rows, months)
    covered = there.sum(axis=0)
    twice = np.flatnonzero(covered > 1)
    if len(twice):
        both = rows[there[:, twice[0]]]
        yield Problem(_place(both, name), f"{len(both)} contracts in {months[twice[0]]}", "one contract at a time", "End the earlier one.")
    before, after = np.cumsum(covered) > 0, np.cumsum(covered[::-1])[::-1] > 0
    later = (rows["valid_from"].to_numpy("datetime64[M]")[:, None] > np.array(months, dtype="datetime64[M]")[None, :]).any(axis=0)
    gap = np.flatnonzero((covered == 0) & before & (after | later))
    if len(gap):
        span = months[gap[0]] if len(gap) == 1 else f"{months[gap[0]]} to {months[gap[-1]]}"
        hint = "Let one contract end where the next begins, or enter the gap as a contract with monthly_limit 0."
        yield Problem(_place(rows, name), f"no contract covers {span}: nothing can be bought", "contracts without a gap", hint)
