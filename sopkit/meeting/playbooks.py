"""Crisis playbooks: what may happen, told without dates and names, made a scenario of a month and of what this company depends on."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sopkit.errors import ParamsError, Problem
from sopkit.meeting.bottleneck import own_load
from sopkit.meeting.policy import Change, Overlay, Playbook, PolicyChange
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import PlanOutcome
from sopkit.meeting.scenarios.selection import nearest
from sopkit.periods import period_range, shifted

YEAR = 12
DISTANT_DAYS = 30  # agreed lead time from which a supplier's goods are taken to come through a port
MARK = "@"  # a filter's value that stands for what the company depends on


@dataclass(frozen=True)
class Dependence:
    """What a company depends on: the names that a playbook's marks stand for, and why a mark stands for nothing."""

    names: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, str]


def dependence(inputs: PlanInputs, base: PlanOutcome) -> Dependence:
    """The names that marks stand for in this company's plan.

    @bottleneck: the resource with the highest own load of the next twelve months. @critical_supplier: of the suppliers that are the only
    source of a component, the one on which most planned net sales depend. @distant_suppliers: those whose agreed lead time is 30 days or
    more. @largest_family: the family with most planned net sales.

    Args:
        inputs, base: the base plan.
    """
    year = period_range(inputs.cycle, YEAR)
    sales = base.consensus_demand[base.consensus_demand["period"].isin(year)].groupby("item")["revenue"].sum()
    found = {
        "@bottleneck": _bottleneck(inputs, base, year),
        "@critical_supplier": _critical_supplier(inputs.tables["supplier_items"], sales),
        "@distant_suppliers": _distant(inputs.tables),
        "@largest_family": _largest_family(inputs.tables["items"], sales),
    }
    reasons = {
        "@bottleneck": "resources, their calendar or the bill of resources are not provided",
        "@critical_supplier": "supplier_items name no component with one supplier only",
        "@distant_suppliers": f"no supplier with components has an agreed lead time of {DISTANT_DAYS} days or more",
        "@largest_family": "nothing is planned to be sold",
    }
    return Dependence(
        {mark: names for mark, names in found.items() if names}, {mark: reasons[mark] for mark, names in found.items() if not names}
    )


def crisis_scenarios(
    playbooks: Mapping[str, Playbook], inputs: PlanInputs, base: PlanOutcome
) -> tuple[dict[str, Overlay], dict[str, tuple[Problem, ...]]]:
    """Playbooks as scenarios that start in the month after M0, and those that mean nothing in this company, with the reason.

    Args:
        playbooks: by name.
        inputs, base: the base plan.
    """
    found: dict[str, Overlay] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    for name, playbook in playbooks.items():
        try:
            found[name] = crisis_scenario(playbook, inputs, base, start=shifted(inputs.cycle, 1))
        except ParamsError as error:
            problems[name] = error.problems
    return found, problems


def crisis_scenario(playbook: Playbook, inputs: PlanInputs, base: PlanOutcome, *, start: str) -> Overlay:
    """A playbook as a scenario of this company's plan; changes of columns that the company leaves empty are left out.

    Args:
        playbook: the playbook.
        inputs, base: the base plan.
        start: first month of the crisis.

    Raises:
        ParamsError: as `crisis_overlay`.
    """
    used = tuple(change for change in playbook.changes if not _left_empty(change, inputs.tables))
    last = max(base.consensus_demand["period"], default=inputs.cycle)
    return crisis_overlay(playbook.model_copy(update={"changes": used}), dependence(inputs, base), start=start, last=last)


def _left_empty(change: Change, tables: Mapping[str, pd.DataFrame]) -> bool:
    frame = tables.get(change.table)
    return frame is not None and len(frame) > 0 and change.column in frame and bool(frame[change.column].isna().all())


def crisis_overlay(playbook: Playbook, depends: Dependence, *, start: str, last: str) -> Overlay:
    """A playbook as a scenario that starts in a month.

    Args:
        playbook: the playbook.
        depends: what its marks stand for.
        start: first month of the crisis.
        last: last planned month; what would come after it is left out.

    Returns:
        An overlay.

    Raises:
        ParamsError: a mark that stands for nothing here, with the reason, an unknown mark, or a start after the plan's last month.
    """
    if start > last:
        raise ParamsError("the crisis starts after the plan", [Problem("start", start, f"a planned month, up to {last}")])
    problems: list[Problem] = []
    months = [month for month in period_range(start, playbook.months) if month <= last]
    changes = tuple(_dated(_named(change, depends, problems), start, months[-1], last) for change in playbook.changes)
    suppliers = _meant(playbook.supplier, depends, f"{playbook.title}, supplier", problems) if playbook.supplier else ()
    if problems:
        raise ParamsError(f"the playbook {playbook.title!r} cannot be planned", problems)
    shares = {supplier: dict.fromkeys(months, playbook.delivered_share) for supplier in suppliers}
    named = ", ".join(dict.fromkeys([*suppliers, *_names_in(changes, playbook)]))
    title = f"{playbook.title} ({named}), {months[0]} to {months[-1]}" if named else f"{playbook.title}, {months[0]} to {months[-1]}"
    return Overlay(title=title, changes=changes, policy=PolicyChange(supplier_share=shares), note=playbook.trigger)


def _dated(change: Change, start: str, end: str, last: str) -> Change:
    """A change with the months of the calendar; one without months lasts as long as the crisis where its table has months."""
    first = _month(change.first_period, start) or start
    until = min(_month(change.last_period, start) or end, last)
    return change.model_copy(update={"first_period": first, "last_period": until})


def _month(told: str | None, start: str) -> str | None:
    return shifted(start, int(told)) if told and told.startswith("+") else told


def _named(change: Change, depends: Dependence, problems: list[Problem]) -> Change:
    place = change.place or f"change of {change.table}"
    where: dict[str, str | list[str]] = {
        column: list(_meant(wanted, depends, f"{place}, where {column}", problems))
        if isinstance(wanted, str) and wanted.startswith(MARK)
        else wanted
        for column, wanted in change.where.items()
    }
    return change.model_copy(update={"where": where})


def _meant(word: str, depends: Dependence, place: str, problems: list[Problem]) -> tuple[str, ...]:
    if not word.startswith(MARK):
        return (word,)
    if word in depends.names:
        return depends.names[word]
    known = {*depends.names, *depends.reasons}
    reason = depends.reasons.get(word)
    problems.append(Problem(place, repr(word), reason or "a mark", "" if reason else nearest(word, known)))
    return ()


def _names_in(changes: tuple[Change, ...], playbook: Playbook) -> list[str]:
    """Names that marks were replaced by, in the order of the changes."""
    found: list[str] = []
    for told, change in zip(playbook.changes, changes, strict=True):
        for column, wanted in told.where.items():
            if isinstance(wanted, str) and wanted.startswith(MARK):
                found += list(change.where[column])
    return found


def _bottleneck(inputs: PlanInputs, base: PlanOutcome, year: list[str]) -> tuple[str, ...]:
    load = own_load(base.supply.resource_load, base.supply.supply_plan, inputs.tables["bill_of_resources"])
    load = load[load["period"].isin(year)].dropna(subset="own_load_ratio")
    if load.empty:
        return ()
    return (str(load.sort_values(["own_load_ratio", "resource"], ascending=[False, True])["resource"].iloc[0]),)


def _critical_supplier(supplier_items: pd.DataFrame, sales: pd.Series) -> tuple[str, ...]:
    sources = supplier_items.groupby("component")["supplier"].transform("nunique")
    alone = supplier_items[sources.eq(1)].drop_duplicates(["supplier", "item"])
    if alone.empty:
        return ()
    worth = alone["item"].map(sales).fillna(0.0).groupby(alone["supplier"]).sum()
    return (str(worth.sort_index().idxmax()),)


def _distant(tables: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    suppliers = tables["suppliers"]
    far = suppliers.loc[suppliers["lead_time_days"].astype("float64") >= DISTANT_DAYS, "supplier"]
    return tuple(sorted(set(far) & set(tables["supplier_items"]["supplier"])))


def _largest_family(items: pd.DataFrame, sales: pd.Series) -> tuple[str, ...]:
    worth = sales.groupby(sales.index.map(items.set_index("item")["family"])).sum()
    return (str(worth.idxmax()),) if worth.gt(0).any() else ()
