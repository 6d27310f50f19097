"""What the supply plan is made from, and what must be right before it is solved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Self

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.errors import Problem
from sopkit.periods import months_between, period_range

SHOWN = 5  # names listed in one message

WORKFORCE_OPTIONAL = ("max_layoff", "overtime_hours_per_head", "idle_cost", "ramp_up_months", "most_temporary", "temporary_cost")
# What may not be negative, by table.
NOT_NEGATIVE = {
    "demand": ("quantity", "net_price"),
    "unit_costs": ("unit_cost", "variable_cost", "holding_rate", "subcontract_premium"),
    "open_orders": ("quantity",),
    "resources": ("overtime_limit_share", "overtime_cost", "crew"),
    "resource_calendar": ("available_hours", "demonstrated_hours", "overtime_limit_hours", "overtime_cost", "maintenance_hours"),
    "workforce": ("heads", "hours_per_head", "absence_share", "wage", "hire_cost", "layoff_cost", "max_hire", *WORKFORCE_OPTIONAL),
    "bill_of_resources": ("hours",),
    "supplier_items": ("quantity_per_unit", "monthly_limit", "opening_stock", "component_price"),
    "planning_costs": ("holding_cost", "late_cost", "lost_cost"),
    "alternative_resources": ("hours",),
    "stock_limits": ("least_stock", "most_stock"),
    "lot_sizes": ("setup_cost", "setup_hours", "minimum_lot", "maximum_lot", "lot_multiple"),
    "workforce_calendar": ("hours_per_head", "wage", "least_heads", "most_heads", "hire_cost", "layoff_cost", "max_hire", "max_layoff"),
    "site_items": ("opening_stock",),
    "transfers": ("transfer_cost", "lead_time_days", "monthly_limit"),
    "sourcing": ("sourcing_share", "freight_cost", "lead_time_days"),
    "bill_of_materials": ("quantity_per_unit", "scrap_share", "offset_days"),
    "stock_rules": ("shelf_life_months", "most_cover_months"),
    "supplier_contracts": ("from_quantity", "price", "monthly_limit", "least_quantity", "minimum_order"),
    "last_production": ("quantity",),
}
# What must be known elsewhere: table, column, the table that knows it.
KNOWN_IN = (
    ("demand", "item", "items"),
    ("unit_costs", "item", "items"),
    ("inventory", "item", "items"),
    ("open_orders", "item", "items"),
    ("bill_of_resources", "item", "items"),
    ("bill_of_resources", "resource", "resources"),
    ("resource_calendar", "resource", "resources"),
    ("supplier_items", "item", "items"),
    ("supplier_items", "supplier", "suppliers"),
    ("planning_costs", "item", "items"),
    ("alternative_resources", "item", "items"),
    ("alternative_resources", "resource", "resources"),
    ("stock_limits", "item", "items"),
    ("lot_sizes", "item", "items"),
    ("workforce_calendar", "skill_group", "workforce"),
    ("site_items", "item", "items"),
    ("stock_rules", "item", "items"),
    ("supplier_contracts", "supplier", "suppliers"),
    ("supplier_contracts", "component", "supplier_items"),
)


TABLE_OF = {"demand": "consensus_demand"}  # what the input is called where it comes from


def _absent(name: str) -> pd.DataFrame:
    """An input that a company need not provide."""
    return field(default_factory=partial(empty, CONTRACTS[name]))  # type: ignore[return-value]


@dataclass(frozen=True)
class SupplyInputs:
    """Tables by contract; those a company does not provide come empty, with the contract's columns.

    `demand` is consensus_demand. `inventory` holds month ends: the plan opens with that of the cutoff. Stock below zero is
    owed to customers and waits until it ships. Open orders due before M0 are expected in M0.
    """

    items: pd.DataFrame
    demand: pd.DataFrame
    unit_costs: pd.DataFrame
    inventory: pd.DataFrame
    open_orders: pd.DataFrame
    resources: pd.DataFrame
    resource_calendar: pd.DataFrame
    workforce: pd.DataFrame
    bill_of_resources: pd.DataFrame
    suppliers: pd.DataFrame
    supplier_items: pd.DataFrame
    targets: pd.DataFrame
    planning_costs: pd.DataFrame = _absent("planning_costs")
    alternative_resources: pd.DataFrame = _absent("alternative_resources")
    stock_limits: pd.DataFrame = _absent("stock_limits")
    lot_sizes: pd.DataFrame = _absent("lot_sizes")
    workforce_calendar: pd.DataFrame = _absent("workforce_calendar")
    site_items: pd.DataFrame = _absent("site_items")
    transfers: pd.DataFrame = _absent("transfers")
    sourcing: pd.DataFrame = _absent("sourcing")
    bill_of_materials: pd.DataFrame = _absent("bill_of_materials")
    stock_rules: pd.DataFrame = _absent("stock_rules")
    supplier_contracts: pd.DataFrame = _absent("supplier_contracts")
    last_production: pd.DataFrame = _absent("last_production")

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Self:
        """The inputs from tables by name, others among them left alone."""
        return cls(**{each.name: tables["consensus_demand" if each.name == "demand" else each.name] for each in fields(cls)})


def basic_problems(inputs: SupplyInputs, *, cutoff: str) -> list[Problem]:
    """What is wrong in single tables: missing, unknown, negative, without months, at odds with itself; empty when there is nothing."""
    checks = (_missing, _unknown, _negative, _demand_months, _calendars, _people, _agreements, _opening)
    return [problem for check in checks for problem in check(inputs, cutoff)]


def planned_periods(inputs: SupplyInputs) -> list[str]:
    """The months of the plan: those of the demand."""
    return sorted(inputs.demand["period"].unique())


def names_of(values: pd.Series) -> str:
    """The first of some names, and how many more there are."""
    distinct = [str(value) for value in values.drop_duplicates()]
    told = ", ".join(distinct[:SHOWN])
    return told if len(distinct) <= SHOWN else f"{told} and {len(distinct) - SHOWN} more"


def rows_of(frame: pd.DataFrame) -> str:
    """Which rows of its table these are, counted from 1 under the header."""
    told = ", ".join(str(int(row) + 1) for row in frame.index[:SHOWN])
    more = f" and {len(frame) - SHOWN} more" if len(frame) > SHOWN else ""
    return f"row{'s' if len(frame) > 1 else ''} {told}{more}"


def each_row(table: str, frame: pd.DataFrame, *key: str) -> Iterator[tuple[str, pd.Series]]:
    """Each row of a frame with its place: table, row, key."""
    for position in range(len(frame)):
        row = frame.iloc[position]
        yield f"{table}, {rows_of(frame.iloc[[position]])} ({' '.join(str(row[name]) for name in key)})", row


def _missing(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    if inputs.demand.empty:
        yield Problem("consensus_demand", "no rows", "demand by item, region, channel and month")
    for table in fields(inputs):
        for column in NOT_NEGATIVE.get(table.name, ()):
            frame = getattr(inputs, table.name)
            if column in frame and column in ALWAYS_THERE.get(table.name, ()) and frame[column].isna().any():
                empty_cells = frame[frame[column].isna()]
                place = f"{TABLE_OF.get(table.name, table.name)}.{column}, {rows_of(empty_cells)}"
                yield Problem(place, f"{len(empty_cells)} cells are empty", "a number in each row")


ALWAYS_THERE = {
    "demand": ("quantity", "net_price"),
    "unit_costs": ("unit_cost",),
    "open_orders": ("quantity",),
    "resources": ("overtime_limit_share", "overtime_cost"),
    "resource_calendar": ("available_hours", "demonstrated_hours"),
    "workforce": ("heads", "hours_per_head", "absence_share", "wage", "hire_cost", "layoff_cost", "max_hire"),
    "bill_of_resources": ("hours",),
    "supplier_items": ("quantity_per_unit",),
}


def _unknown(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    for table, column, knows in KNOWN_IN:
        frame, known = getattr(inputs, table), getattr(inputs, knows)
        if knows != "items" and known.empty:
            continue  # not provided: it does not limit the plan
        strange = frame[~frame[column].isin(known[column])]
        if len(strange):
            yield Problem(
                f"{TABLE_OF.get(table, table)}.{column}, {rows_of(strange)}",
                f"not in {knows}: {names_of(strange[column])}",
                f"one of the column {column} of {knows}",
                f"Add it to {knows} or correct the code.",
            )


def _negative(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    for table, columns in NOT_NEGATIVE.items():
        frame = getattr(inputs, table)
        for column in columns:
            negative = frame[column].to_numpy(float) < 0
            if negative.any():
                below = frame[negative]
                key = next(name for name in ("item", "resource", "skill_group", "component", "region") if name in frame)
                told = f"below zero for {names_of(below[key])}, {rows_of(below)}"
                yield Problem(f"{TABLE_OF.get(table, table)}.{column}", told, "zero or more")


def _demand_months(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    months = planned_periods(inputs)
    if not months:
        return
    if months_between(cutoff, months[0]) != 1:
        yield Problem("consensus_demand.period", f"starts in {months[0]}", f"the month after the cutoff {cutoff}")
    whole = period_range(months[0], months_between(months[0], months[-1]) + 1)
    absent = [month for month in whole if month not in set(months)]
    if absent:
        yield Problem("consensus_demand.period", f"no demand at all in {', '.join(absent[:SHOWN])}", "each month from first to last")


def _calendars(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    months = planned_periods(inputs)
    known = set(zip(inputs.resource_calendar["resource"], inputs.resource_calendar["period"], strict=True))
    for resource in inputs.resources["resource"]:
        absent = [month for month in months if (resource, month) not in known]
        if absent:
            told = f"no hours in {len(absent)} of {len(months)} planned months, first {absent[0]}"
            yield Problem(f"resource_calendar, {resource}", told, "hours in each planned month", "Enter 0 where it is closed.")


def _people(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    groups = inputs.resources["skill_group"].dropna()
    strange = groups[~groups.isin(inputs.workforce["skill_group"])]
    if len(inputs.workforce) and len(strange):
        yield Problem("resources.skill_group", f"not in workforce: {names_of(strange)}", "a skill group of workforce")
    always_away = inputs.workforce[inputs.workforce["absence_share"] >= 1]
    if len(always_away):
        yield Problem("workforce.absence_share", f"1 or more for {names_of(always_away['skill_group'])}", "a share below 1, such as 0.08")
    services = inputs.items.loc[inputs.items["supply_strategy"] == "service", "item"]
    loaded = inputs.bill_of_resources[inputs.bill_of_resources["item"].isin(services)]
    if len(loaded):
        yield Problem("bill_of_resources.item", f"services with hours: {names_of(loaded['item'])}", "items that are made")


def _agreements(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    """One limit, stock and price per supplier and component; one quantity per component and item."""
    said = inputs.supplier_items
    rules = {"quantity_per_unit": ["component", "item"]}
    rules |= dict.fromkeys(("monthly_limit", "opening_stock", "component_price"), ["supplier", "component"])
    for column, key in rules.items():
        differing = said.groupby(key)[column].nunique()
        for place in differing[differing > 1].index:
            yield Problem(
                f"supplier_items.{column}, {' '.join(place)}", "different values in its rows", f"one value per {' and '.join(key)}"
            )


def _opening(inputs: SupplyInputs, cutoff: str) -> Iterator[Problem]:
    if inputs.inventory.empty:
        return
    if not (inputs.inventory["period"] == cutoff).any():
        came = f"last month end is {inputs.inventory['period'].max()}"
        yield Problem("inventory.period", came, f"closing stock of the cutoff {cutoff}", "Load the month end of the last closed month.")
    opening = inputs.inventory[inputs.inventory["period"] == cutoff]
    owed = opening.loc[opening["quantity"] < 0, "item"]
    without_demand = owed[~owed.isin(inputs.demand.loc[inputs.demand["quantity"] > 0, "item"].unique())]
    if len(without_demand):
        yield Problem("inventory.quantity", f"below zero without demand: {names_of(without_demand)}", "zero or more, or demand to ship to")
    endless = opening[~np.isfinite(opening["quantity"])]
    if len(endless):
        yield Problem("inventory.quantity", f"no number for {names_of(endless['item'])}", "units on hand")
