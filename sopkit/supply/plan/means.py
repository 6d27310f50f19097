"""What the plan is made with: resources, people, suppliers, as labelled arrays."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.supply.plan.inputs import SupplyInputs
from sopkit.supply.plan.matrices import Numbers, Places, month_matrix, places
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
    overtime_cost: Numbers  # money per hour
    crew: Numbers  # people while it runs, 0 where people do not limit it
    group: Places  # number of its skill group, -1 where none
    bill_item: Places
    bill_resource: Places
    bill_hours: Numbers


@dataclass(frozen=True)
class People:
    """Skill groups."""

    names: pd.Index
    heads: Numbers
    hours: Numbers  # a person gives in a month, absence out
    wage: Numbers
    hire_cost: Numbers
    layoff_cost: Numbers
    max_hire: Numbers


@dataclass(frozen=True)
class Sources:
    """Supplier x component that somebody limits, and what goes into a unit."""

    labels: list[tuple[str, str]]
    component: Places  # number of the component of each source
    components: list[str]
    limit: Numbers  # components a month, inf where none is agreed
    opening_stock: Numbers
    price_above: Numbers  # price beyond the cheapest source of the component
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
    demonstrated = month_matrix(inputs.resource_calendar, names, months, "resource", "demonstrated_hours")
    group = places(groups, told["skill_group"])
    bill = inputs.bill_of_resources[inputs.bill_of_resources["item"].isin(items) & inputs.bill_of_resources["resource"].isin(names)]
    return Lines(
        names,
        told["site"].to_numpy(object),
        month_matrix(inputs.resource_calendar, names, months, "resource", "available_hours"),
        demonstrated,
        demonstrated * told["overtime_limit_share"].to_numpy(float)[:, None],
        told["overtime_cost"].to_numpy(float),
        np.where(group >= 0, told["crew"].astype(float).fillna(0.0), 0.0),
        group,
        places(items, bill["item"]),
        places(names, bill["resource"]),
        bill["hours"].to_numpy(float),
    )


def people_of(workforce: pd.DataFrame) -> People:
    """Skill groups."""
    told = workforce.sort_values("skill_group")
    hours = told["hours_per_head"].to_numpy(float) * (1 - told["absence_share"].to_numpy(float))
    numbers = [told[column].to_numpy(float) for column in ("wage", "hire_cost", "layoff_cost", "max_hire")]
    return People(pd.Index(told["skill_group"]), told["heads"].to_numpy(float), hours, *numbers)


def sources_of(inputs: SupplyInputs, policy: SupplyPolicy, items: pd.Index) -> Sources:
    """Sources of the components that at least one supplier limits, and what uses them among the planned items."""
    said = inputs.supplier_items
    limited = sorted(said.loc[said["monthly_limit"].notna(), "component"].unique())
    said = said[said["component"].isin(limited)].sort_values(["supplier", "component", "item"])
    sources = said.groupby(["supplier", "component"], sort=True).first().reset_index()
    components = pd.Index(limited)
    limit = np.asarray(sources["monthly_limit"].astype(float).fillna(np.inf), dtype=np.float64)
    opening = np.asarray(sources["opening_stock"].astype(float).fillna(0.0), dtype=np.float64)
    price = sources["component_price"].astype(float)
    cheapest = price.groupby(sources["component"]).transform("min")
    uses = said[said["item"].isin(items)].drop_duplicates(["component", "item"])
    return Sources(
        list(zip(sources["supplier"], sources["component"], strict=True)),
        places(components, sources["component"]),
        limited,
        limit,
        opening,
        (price - cheapest).fillna(0.0).to_numpy(),
        price.fillna(0.0).to_numpy() * policy.capital_rate / MONTHS_A_YEAR,
        places(components, uses["component"]),
        places(items, uses["item"]),
        uses["quantity_per_unit"].to_numpy(float),
    )
