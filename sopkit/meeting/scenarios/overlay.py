"""Overlays: small changes on the inputs of a plan. The empty overlay gives the inputs themselves; overlays on different keys commute."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.errors import ParamsError, Problem
from sopkit.finance.gross_to_net import terms_problems
from sopkit.meeting.policy import Change, Overlay
from sopkit.meeting.scenarios.cells import new_cells, result_problems, split_at_months, value_problems
from sopkit.meeting.scenarios.derived import DEMAND, DEMAND_NAMES, RATES, currency_problems, demand_changes, units_at_price
from sopkit.meeting.scenarios.inputs import PLAN_TABLES, PlanInputs
from sopkit.meeting.scenarios.lead_times import COLUMN, SUPPLIERS, Arrivals, later_arrivals, unknown_lead_times, with_arrivals
from sopkit.meeting.scenarios.policies import composed_policy, overlaid_money, overlaid_policy, placed, policy_problems
from sopkit.meeting.scenarios.selection import DATED, nearest, selected_rows
from sopkit.periods import MONTH

MADE = ("demand_history", "statistical_forecast")  # actuals stay as they are; the run of a scenario would forecast from them anew
SCHEDULE = "supplier_schedule"  # what the plan that stands has ordered: nobody enters it
TERMS, DEDUCTED = "payment_terms", "deductions"
DEMAND_COLUMNS = ("quantity", "net_price")


def apply_overlay(inputs: PlanInputs, overlay: Overlay) -> PlanInputs:
    """The inputs with an overlay's changes, in their order.

    Args:
        inputs: what the plan is made from; not changed.
        overlay: changes on any of PLAN_TABLES but those in MADE, or on `demand` (the consensus demand: `quantity` or `net_price`);
            values of the policies; a cost once. A factor on an exchange rate moves the prices of its regions.

    Raises:
        ParamsError: with every change that cannot be made: unknown table, column, filter or value with the nearest names, a table that
            was not provided, months without rows, a result outside the column's bounds.
    """
    problems: list[Problem] = []
    tables = dict(inputs.tables)
    for number, change in enumerate(overlay.changes, start=1):
        place = place_of(overlay, number, change)
        if change.table in DEMAND_NAMES:
            problems += _demand_problems(change, tables, place)
        elif found := _table_problems(change, place):
            problems += found
        else:
            tables[change.table], found = _changed(tables[change.table], change, tables, place)
            problems += found or _terms_problems(tables, change, place)
    problems += policy_problems(inputs.tables, inputs.supply, inputs.money, overlay)
    problems += _cost_problems(inputs, overlay)
    problems += unknown_lead_times(inputs.tables[SUPPLIERS], tables[SUPPLIERS], overlay.title)
    if problems:
        raise ParamsError(f"the overlay {overlay.title!r} cannot be applied", problems)
    return replace(
        inputs,
        tables=tables,
        supply=with_arrivals(overlaid_policy(inputs.supply, overlay), _later(inputs, tables)),
        money=overlaid_money(inputs.money, overlay),
        demand_changes=(*inputs.demand_changes, *demand_changes_of(overlay, inputs.tables)),
        fixed_costs=_added(inputs.fixed_costs, costs_of(overlay, inputs.cycle)),
        closed_terms=_so_far(inputs, tables, TERMS, inputs.closed_terms),
        priced_terms=_so_far(inputs, tables, DEDUCTED, inputs.priced_terms),
    )


def _terms_problems(tables: Mapping[str, pd.DataFrame], change: Change, place: str) -> list[Problem]:
    """Whether sales terms leave something of each price after a change on them."""
    found = terms_problems(tables[DEDUCTED]) if change.table == DEDUCTED else []
    return [Problem(f"{place}, {each.where}", each.came, each.expected, each.hint) for each in found]


def _later(inputs: PlanInputs, tables: Mapping[str, pd.DataFrame]) -> Arrivals:
    """What arrives while lead times that the overlay makes longer are caught up with."""
    if tables[SUPPLIERS] is inputs.tables[SUPPLIERS]:
        return {}
    months = sorted(inputs.tables["statistical_forecast"]["period"].unique())
    known = inputs.tables
    return later_arrivals(known[SUPPLIERS], tables[SUPPLIERS], known[SCHEDULE], known["supplier_items"], months=months)


def _so_far(inputs: PlanInputs, tables: Mapping[str, pd.DataFrame], name: str, known: pd.DataFrame | None) -> pd.DataFrame | None:
    """The terms that closed months were invoiced at, or that prices are after, where changes on them are for months to come."""
    changed = tables[name] is not inputs.tables[name]
    return inputs.tables[name] if changed and known is None else known


def compose(overlays: Sequence[Overlay]) -> Overlay:
    """Several overlays as one: their changes one after the other, their costs together; no overlay gives the empty one.

    Raises:
        ParamsError: two overlays set one value of a policy differently.
    """
    policy, problems = composed_policy(overlays)
    if problems:
        raise ParamsError("overlays that contradict each other cannot be taken together", problems)
    dated: dict[str, float] = {}
    for overlay in overlays:
        dated = _added(dated, overlay.further_costs)
        if overlay.fixed_cost_period:
            dated = _added(dated, {overlay.fixed_cost_period: overlay.fixed_cost})
    return Overlay(
        title=" + ".join(overlay.title for overlay in overlays),
        changes=tuple(change for overlay in overlays for change in overlay.changes),
        policy=policy,
        fixed_cost=sum(overlay.fixed_cost for overlay in overlays if not overlay.fixed_cost_period),
        further_costs=dated,
        years_after=max((overlay.years_after for overlay in overlays), default=0),
        places={name: place for overlay in reversed(overlays) for name, place in overlay.places.items()},
    )


def changed_table(table: str, frame: pd.DataFrame, overlay: Overlay, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One table after an overlay's changes on it: what a run of a scenario writes in its place.

    Args:
        table: its contract's name.
        frame: its rows; not changed.
        overlay: changes on this and other tables; `demand` is the consensus demand.
        tables: items, resources and suppliers, for filters such as `family`.

    Raises:
        ParamsError: with every change on this table that cannot be made.
    """
    if table == DEMAND:
        return changed_demand(frame, demand_changes_of(overlay, tables), tables)
    problems: list[Problem] = []
    for number, change in enumerate(overlay.changes, start=1):
        if change.table == table:
            frame, found = _changed(frame, change, tables, place_of(overlay, number, change))
            problems += found
    if problems:
        raise ParamsError(f"the overlay {overlay.title!r} cannot be applied", problems)
    return frame


def with_overlay(inputs: PlanInputs, overlay: Overlay | None) -> PlanInputs:
    """Inputs whose tables carry an overlay already (the run of a scenario), with the rest of it: demand, limits, costs.

    Args:
        inputs: tables as the scenario's steps wrote them.
        overlay: the scenario; None = the base.

    Raises:
        ParamsError: with every change on a table that no step writes or that is not provided: the run would pass it over.
    """
    if overlay is None:
        return inputs
    problems = []
    for number, change in enumerate(overlay.changes, start=1):
        place = place_of(overlay, number, change)
        if change.table not in DEMAND_NAMES:
            problems += _table_problems(change, place) or _absent(inputs.tables[change.table], change, place)
        if change.table in (TERMS, DEDUCTED) or (change.table, change.column) == (SUPPLIERS, COLUMN):
            problems.append(
                Problem(
                    place,
                    f"{change.table} in a run of their own",
                    "a scenario beside the base",
                    "name it under meeting.scenarios, or use sop scenarios --solve",
                )
            )
    if problems:
        raise ParamsError(f"the overlay {overlay.title!r} cannot be applied", problems)
    return replace(
        inputs,
        supply=overlaid_policy(inputs.supply, overlay),
        money=overlaid_money(inputs.money, overlay),
        demand_changes=demand_changes_of(overlay, inputs.tables),
        fixed_costs=costs_of(overlay, inputs.cycle),
    )


def place_of(overlay: Overlay, number: int, change: Change) -> str:
    """Where a change stands: its file and line where it was read from one, its place in the overlay, and what it changes."""
    where = f"{change.place}: " if change.place else ""
    return f"{where}{overlay.title}, change {number} ({change.table}.{change.column})"


def content_of(overlay: Overlay) -> str:
    """What an overlay does, as text: equal for overlays that differ in words only."""
    return overlay.model_dump_json(exclude={"title", "note", "of"})


def costs_of(overlay: Overlay, cycle: str) -> dict[str, float]:
    """The overlay's costs by month; a cost without a month falls in M0."""
    own = {overlay.fixed_cost_period or cycle: overlay.fixed_cost} if overlay.fixed_cost else {}
    return _added(overlay.further_costs, own)


def demand_changes_of(overlay: Overlay, tables: Mapping[str, pd.DataFrame]) -> tuple[Change, ...]:
    """The overlay's changes on the consensus demand: its own, and those of prices that follow from exchange rates.

    Args:
        overlay: the overlay.
        tables: by name; `exchange_rates` tells which regions invoice in which currency.
    """
    return demand_changes(overlay.changes, tables.get(RATES, empty(CONTRACTS[RATES])), DEMAND_NAMES)


def changed_demand(consensus: pd.DataFrame, changes: Sequence[Change], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The consensus demand after changes on it: `override` takes up what changes, revenue = quantity x net price.

    Args:
        consensus: ConsensusDemand.
        changes: on `quantity` (units) or `net_price`.
        tables: the plan's tables, for filters such as `family`.

    Raises:
        ParamsError: a change that meets no row, or makes demand or a price negative.
    """
    result, problems = consensus, []
    for change in changes:
        place = f"{change.place}: demand.{change.column}, {change.action} {change.value}".removeprefix(": ")
        before = result
        result, found = _changed(result, change.model_copy(update={"table": DEMAND}), tables, place)
        problems += found
        if change.elasticity is not None:
            units = units_at_price(before["net_price"], result["net_price"], result["quantity"], change.elasticity)
            result = result.assign(quantity=units)
    if problems:
        raise ParamsError("demand cannot be changed", problems)
    if result is consensus:
        return consensus
    return result.assign(
        override=result["quantity"] - result["baseline"] - result["lifecycle"], revenue=result["quantity"] * result["net_price"]
    )


def _added(costs: Mapping[str, float], more: Mapping[str, float]) -> dict[str, float]:
    return {month: costs.get(month, 0.0) + more.get(month, 0.0) for month in sorted({*costs, *more})}


def _demand_problems(change: Change, tables: Mapping[str, pd.DataFrame], place: str) -> list[Problem]:
    """Problems of a demand change that are known before the consensus is made."""
    if change.column not in DEMAND_COLUMNS:
        return [Problem(place, f"column {change.column!r}", "quantity or net_price", nearest(change.column, DEMAND_COLUMNS))]
    forecast = tables["statistical_forecast"]
    where = {name: wanted for name, wanted in change.where.items() if name in ("region", "channel")}
    months = change.model_copy(update={"table": DEMAND, "where": where})
    _, problems = selected_rows(forecast, CONTRACTS["statistical_forecast"], months, tables, place)
    items = change.model_copy(
        update={"where": {k: v for k, v in change.where.items() if k not in where}, "first_period": None, "last_period": None}
    )
    _, found = selected_rows(tables["items"], CONTRACTS["items"], items, tables, place)
    return [*problems, *found, *value_problems(CONTRACTS[DEMAND].column(change.column), change, place)]


def _cost_problems(inputs: PlanInputs, overlay: Overlay) -> list[Problem]:
    planned = inputs.tables["statistical_forecast"]["period"]
    last = planned.max() if len(planned) else inputs.cycle
    return [
        Problem(
            placed(overlay, "fixed_cost_period"), repr(month), f"a planned month, {inputs.cycle} to {last}", "the month of a fixed cost"
        )
        for month in costs_of(overlay, inputs.cycle)
        if not (MONTH.fullmatch(month) and inputs.cycle <= month <= last)
    ]


def _table_problems(change: Change, place: str) -> list[Problem]:
    """Whether a change is on a table that overlays may change: what is entered, not what a step makes of it."""
    if change.table in MADE:
        return [Problem(place, f"table {change.table!r}", "an input of the plan", "change `demand`: it stands for all that is forecast")]
    if change.table not in PLAN_TABLES or change.table == SCHEDULE:
        return [Problem(place, f"table {change.table!r}", "a table of the plan", nearest(change.table, [*PLAN_TABLES, "demand"]))]
    return currency_problems(change, place) if change.table == RATES else []


def _absent(frame: pd.DataFrame, change: Change, place: str) -> list[Problem]:
    return [Problem(place, f"{change.table} is not provided", "a table with rows")] if frame.empty else []


def _changed(frame: pd.DataFrame, change: Change, tables: Mapping[str, pd.DataFrame], place: str) -> tuple[pd.DataFrame, list[Problem]]:
    """The table after one change, and what is wrong with the change; the table itself where something is."""
    contract = CONTRACTS[change.table]
    if absent := _absent(frame, change, place):
        return frame, absent
    free = [name for name in contract.column_names() if name not in contract.key]
    if change.column not in free:
        return frame, [
            Problem(place, f"column {change.column!r}", f"a column of {change.table} that may change", nearest(change.column, free))
        ]
    column = contract.column(change.column)
    problems = value_problems(column, change, place)
    dated = split_at_months(frame, contract, change, tables) if DATED in contract.key else frame
    mask, found = selected_rows(dated, contract, change, tables, place)
    problems += found
    if problems:
        return frame, problems
    result = dated.assign(**{column.name: new_cells(dated[column.name], mask, column, change)})
    problems = result_problems(result[column.name][mask], column, place)
    return (frame, problems) if problems else (result, [])
