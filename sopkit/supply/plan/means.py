"""What the plan is made with: resources, people, suppliers, as labelled arrays."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.plan.agreements import PriceSteps, agreements_of
from sopkit.supply.plan.inputs import SupplyInputs
from sopkit.supply.plan.matrices import Numbers, Places, month_matrix, places, where_told
from sopkit.supply.policy import SupplyPolicy

MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Lines:
    """Resources and the bill of resources."""

    names: pd.Index
    site: NDArray[np.object_]
    available: Numbers
    demonstrated: Numbers
    overtime_limit: Numbers  # hours
    overtime_cost: Numbers  # money per hour, by resource and month
    crew: Numbers  # people while it runs, 0 where people do not limit it
    group: Places  # number of its skill group, -1 where none
    bill_item: Places
    bill_resource: Places
    bill_hours: Numbers
    detours: "Detours"

    @property
    def used(self) -> NDArray[np.bool_]:
        """Resources that some planned item needs, or may use instead."""
        return np.isin(np.arange(len(self.names)), np.concatenate([self.bill_resource, self.detours.alternative]))


@dataclass(frozen=True)
class Detours:
    """Where the work of a resource can be done instead: one row per item, resource and alternative."""

    labels: list[tuple[str, str, str]]
    item: Places
    resource: Places
    alternative: Places
    hours_saved: Numbers  # per unit, on the resource
    hours: Numbers  # per unit, on the alternative
    extra_cost: Numbers  # money per unit


@dataclass(frozen=True)
class People:
    """Skill groups."""

    names: pd.Index
    heads: Numbers
    hours: Numbers  # a person gives, absence out, by group and month
    wage: Numbers  # by group and month
    least: Numbers  # people, by group and month
    most: Numbers  # people, by group and month; inf where nobody limits it
    overtime_hours: Numbers  # a person works in a month at most, inf where nobody limits it
    hire_cost: Numbers  # by group and month, as the three below
    layoff_cost: Numbers
    max_hire: Numbers
    max_layoff: Numbers  # inf where nobody limits it
    ramp_up: Places  # months until somebody hired works at full pace
    most_temporary: Numbers
    temporary_cost: Numbers  # by group and month
    idle_cost: Numbers  # money per hour without work


@dataclass(frozen=True)
class Sources:
    """Supplier x component that somebody limits or has a contract for, and what goes into a unit."""

    labels: list[tuple[str, str]]
    component: Places  # number of the component of each source
    components: list[str]
    limit: Numbers  # components by source and month, inf where none is agreed
    least: Numbers  # components taken at least, by source and month
    minimum: Numbers  # components of a month in which anything is ordered, 0 where none is agreed
    steps: PriceSteps
    told: NDArray[np.bool_]  # sources that have a limit or a contract
    opening_stock: Numbers
    price_above: Numbers  # by source and month: first price beyond the lowest of the component over the horizon, or beyond nothing
    keep_cost: Numbers  # money per component and month
    use_component: Places
    use_item: Places
    use_quantity: Numbers

    @property
    def names(self) -> list[str]:
        """Supplier and component in one word each."""
        return [" ".join(label) for label in self.labels]


def lines_of(inputs: SupplyInputs, months: list[str], items: pd.Index, groups: pd.Index) -> Lines:
    """Resources and the bill of resources of the planned items."""
    told = inputs.resources.sort_values("resource")
    names = pd.Index(told["resource"])
    calendar = inputs.resource_calendar
    available = month_matrix(calendar, names, months, "resource", "available_hours")
    stopped = where_told(calendar, names, months, "maintenance_hours", np.zeros((1, 1)))
    running = np.divide(available - stopped, available, out=np.ones_like(available), where=available > 0)
    demonstrated = month_matrix(calendar, names, months, "resource", "demonstrated_hours") * running
    group = places(groups, told["skill_group"])
    bill = inputs.bill_of_resources[inputs.bill_of_resources["item"].isin(items) & inputs.bill_of_resources["resource"].isin(names)]
    return Lines(
        names,
        told["site"].to_numpy(object),
        available - stopped,
        demonstrated,
        where_told(calendar, names, months, "overtime_limit_hours", demonstrated * told["overtime_limit_share"].to_numpy(float)[:, None]),
        where_told(calendar, names, months, "overtime_cost", told["overtime_cost"].to_numpy(float)[:, None]),
        np.where(group >= 0, told["crew"].astype(float).fillna(0.0), 0.0),
        group,
        places(items, bill["item"]),
        places(names, bill["resource"]),
        bill["hours"].to_numpy(float),
        _detours(inputs, bill, items, names),
    )


def _detours(inputs: SupplyInputs, bill: pd.DataFrame, items: pd.Index, names: pd.Index) -> Detours:
    """Alternatives of the operations in the bill."""
    main = bill.rename(columns={"hours": "hours_saved"})[["item", "resource", "hours_saved"]]
    told = inputs.alternative_resources
    told = told[told["alternative"].isin(names)].merge(main, on=["item", "resource"]).sort_values(["item", "resource", "alternative"])
    return Detours(
        list(told[["item", "resource", "alternative"]].itertuples(index=False, name=None)),
        places(items, told["item"]),
        places(names, told["resource"]),
        places(names, told["alternative"]),
        told["hours_saved"].to_numpy(float),
        told["hours"].to_numpy(float),
        told["extra_cost"].astype(float).fillna(0.0).to_numpy(),
    )


def people_of(workforce: pd.DataFrame, calendar: pd.DataFrame, months: list[str]) -> People:
    """Skill groups, month by month where their calendar says so."""
    told = workforce.sort_values("skill_group")
    groups = pd.Index(told["skill_group"])
    none = {name: told[name].astype(float).fillna(0.0).to_numpy() for name in ("ramp_up_months", "most_temporary")}
    unlimited = {name: np.asarray(told[name].astype(float).fillna(np.inf)) for name in ("max_layoff", "overtime_hours_per_head")}
    numbers = {
        name: told[name].to_numpy(float) for name in ("hours_per_head", "absence_share", "wage", "hire_cost", "layoff_cost", "max_hire")
    }

    def by_month(column: str, otherwise: NDArray[np.float64] | float) -> Numbers:
        return where_told(calendar, groups, months, column, np.asarray(otherwise, float).reshape(-1, 1), key="skill_group")

    return People(
        groups,
        told["heads"].to_numpy(float),
        by_month("hours_per_head", numbers["hours_per_head"]) * (1 - numbers["absence_share"][:, None]),
        by_month("wage", numbers["wage"]),
        by_month("least_heads", 0.0),
        by_month("most_heads", np.inf),
        unlimited["overtime_hours_per_head"],
        by_month("hire_cost", numbers["hire_cost"]),
        by_month("layoff_cost", numbers["layoff_cost"]),
        by_month("max_hire", numbers["max_hire"]),
        by_month("max_layoff", unlimited["max_layoff"]),
        np.ceil(none["ramp_up_months"]).astype(np.int64),
        none["most_temporary"],
        np.where(
            told["temporary_cost"].notna().to_numpy()[:, None],
            told["temporary_cost"].astype(float).fillna(0.0).to_numpy()[:, None],
            by_month("wage", numbers["wage"]),
        ),
        told["idle_cost"].astype(float).fillna(0.0).to_numpy(),
    )


def _step_prices(inputs: SupplyInputs) -> pd.Series:
    """Lowest price of each component in a contract."""
    return inputs.supplier_contracts.groupby("component")["price"].min().astype(float)


def _delivered(limit: Numbers, suppliers: pd.Series, policy: SupplyPolicy, months: list[str]) -> Numbers:
    """The limit less what suppliers are said not to deliver; nothing where one stops, whether a limit is agreed or not."""
    shares = [[policy.supplier_share.get(name, {}).get(month, 1.0) for month in months] for name in suppliers]
    share = np.array(shares, dtype=np.float64).reshape(limit.shape)
    return np.where(share > 0, limit * np.where(share > 0, share, 1.0), 0.0)


def _arriving(sources: pd.DataFrame, policy: SupplyPolicy, months: list[str]) -> Numbers:
    """The most that still arrives from each source; inf where nothing is said."""
    known = policy.supplier_arrivals
    told = [
        [known.get(supplier, {}).get(component, {}).get(month, np.inf) for month in months]
        for supplier, component in zip(sources["supplier"], sources["component"], strict=True)
    ]
    return np.array(told, dtype=np.float64).reshape(len(sources), len(months))


def sources_of(inputs: SupplyInputs, policy: SupplyPolicy, items: pd.Index, months: list[str]) -> Sources:
    """Sources of the components that a supplier limits or has a contract for, and what uses them among the planned items."""
    said = inputs.supplier_items
    stopped = said["supplier"].isin([*policy.supplier_share, *policy.supplier_arrivals])
    paid = said["component_price"].notna() & (policy.component_prices == "paid")
    limited = sorted({*said.loc[said["monthly_limit"].notna() | stopped | paid, "component"], *inputs.supplier_contracts["component"]})
    said = said[said["component"].isin(limited)].sort_values(["supplier", "component", "item"])
    sources = said.groupby(["supplier", "component"], sort=True).first().reset_index()
    components = pd.Index(limited)
    agreed = agreements_of(inputs.supplier_contracts, sources, months)
    limit = np.minimum(_delivered(agreed.limit, sources["supplier"], policy, months), _arriving(sources, policy, months))
    opening = np.asarray(sources["opening_stock"].astype(float).fillna(0.0), dtype=np.float64)
    usual = pd.DataFrame(agreed.price).mean(axis=1)
    known = pd.concat([pd.DataFrame(agreed.price).min(axis=1).groupby(sources["component"]).min(), _step_prices(inputs)])
    cheapest = sources["component"].map(known.groupby(level=0).min()).to_numpy(float)
    if policy.component_prices == "paid":
        cheapest = np.zeros(len(sources))
    uses = said[said["item"].isin(items)].drop_duplicates(["component", "item"])
    return Sources(
        list(zip(sources["supplier"], sources["component"], strict=True)),
        places(components, sources["component"]),
        limited,
        limit,
        np.minimum(agreed.least, limit),
        agreed.minimum,
        agreed.steps,
        agreed.told,
        opening,
        np.nan_to_num(agreed.price - cheapest[:, None]),
        usual.fillna(0.0).to_numpy() * policy.capital_rate / MONTHS_A_YEAR,
        places(components, uses["component"]),
        places(items, uses["item"]),
        uses["quantity_per_unit"].to_numpy(float),
    )
