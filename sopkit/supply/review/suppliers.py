"""Suppliers: what to buy from whom and when to order it, how full agreements are, and what a lost supplier costs."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import first_day, period_range, shifted
from sopkit.supply.explanation.hot import HotPlan, Swap, hot_plan
from sopkit.supply.plan import SupplyInputs
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy
from sopkit.supply.solver import Contradiction

YEAR = 12
SOURCE = ["supplier", "component"]
PLENTY = 1e12  # components a month: stands for no limit while the model is built
WORTH_TELLING = 0.5  # units


def supplier_schedule(
    supplier_load: pd.DataFrame, supply_plan: pd.DataFrame, supplier_items: pd.DataFrame, suppliers: pd.DataFrame
) -> pd.DataFrame:
    """What each supplier delivers by month and when that must be ordered.

    Components with an agreed limit follow the plan's own purchases; of the others what production and subcontractors use in the month
    is bought in it, from the cheapest supplier without a limit (in doubt the first by name).

    Args:
        supplier_load, supply_plan: by contract, of the constrained plan.
        supplier_items, suppliers: by contract.

    Returns:
        The SupplierSchedule contract; empty where no supplier is known.
    """
    if supplier_items.empty:
        return empty(CONTRACTS["supplier_schedule"])
    sources = supplier_items.sort_values([*SOURCE, "item"]).drop_duplicates(SOURCE).set_index(SOURCE)
    limited = supplier_load.rename(columns={"purchased_quantity": "quantity"})[
        [*SOURCE, "period", "quantity", "required_quantity", "limit_quantity"]
    ]
    rest = _beyond_the_limited(supplier_load, supply_plan, supplier_items)
    table = pd.concat([limited, rest], ignore_index=True)
    keys = pd.MultiIndex.from_frame(table[SOURCE])
    price = sources["component_price"].reindex(keys).to_numpy(float)
    lead = table["supplier"].map(suppliers.set_index("supplier")["lead_time_days"])
    limit = table["limit_quantity"].astype(float)
    table = table.assign(
        load_ratio=(table["required_quantity"] / limit).where(limit > 0),
        order_by=[_order_by(period, days) for period, days in zip(table["period"], lead, strict=True)],
        value=table["quantity"] * price,
    )
    return conform(table[(table["quantity"] > 0) | limit.notna()], CONTRACTS["supplier_schedule"])


def _beyond_the_limited(supplier_load: pd.DataFrame, supply_plan: pd.DataFrame, supplier_items: pd.DataFrame) -> pd.DataFrame:
    """Components that the plan uses beyond what limited suppliers give, bought from the cheapest supplier without a limit."""
    planned = pd.MultiIndex.from_frame(supplier_items[SOURCE]).isin(pd.MultiIndex.from_frame(supplier_load[SOURCE]))  # by a contract
    free = supplier_items[supplier_items["monthly_limit"].isna() & ~planned].assign(
        price=lambda rows: rows["component_price"].astype(float).fillna(np.inf)
    )
    chosen = free.sort_values(["component", "price", "supplier"]).drop_duplicates("component")[["component", "supplier"]]
    uses = supplier_items.drop_duplicates(["component", "item"])[["component", "item", "quantity_per_unit"]].merge(chosen, on="component")
    made = supply_plan.assign(made=supply_plan["production"] + supply_plan["subcontract"])[["item", "period", "made"]].merge(
        uses, on="item"
    )
    needed = (
        (made["made"] * made["quantity_per_unit"]).groupby([made["supplier"], made["component"], made["period"]]).sum().rename("quantity")
    )
    frame = needed.reset_index()
    given = supplier_load.groupby(["component", "period"])["planned_quantity"].sum()
    there = given.reindex(pd.MultiIndex.from_frame(frame[["component", "period"]])).fillna(0.0).to_numpy(float)
    return frame.assign(quantity=(frame["quantity"] - there).clip(lower=0.0).round(6), required_quantity=np.nan, limit_quantity=np.nan)


def _order_by(period: str, days: object) -> pd.Timestamp | None:
    return None if pd.isna(days) else pd.Timestamp(first_day(period) - timedelta(days=float(days)))  # type: ignore[arg-type, call-overload]


def supplier_risk(inputs: SupplyInputs, policy: SupplyPolicy, hot: HotPlan, *, cutoff: str, months: int = 3, most: int = 8) -> pd.DataFrame:
    """What hangs on each supplier, and what the plan loses where it delivers nothing for some months.

    The loss begins with the first month that is open; what is on hand is used up. Another supplier of the same component takes over as
    far as its own agreement goes; a substitute that nobody has named does not exist.

    Args:
        inputs, policy, cutoff: what the plan was made from.
        hot: the plan's model, solved; another is made where components without any limit have to be told too.
        months: how long the supplier is lost.
        most: suppliers' components that are solved for, those with most planned net sales first; of the others the loss is empty.

    Returns:
        The SupplierRisk contract, the dearest loss first.
    """
    if inputs.supplier_items.empty:
        return empty(CONTRACTS["supplier_risk"])
    table = _dependence(inputs, cutoff)
    solved = table.head(most)
    warm = _with_all_sources(inputs, policy, cutoff, set(solved["component"]), hot)
    losses = {(row.supplier, row.component): _loss(warm, str(row.supplier), str(row.component), months) for row in solved.itertuples()}
    found = [losses.get((row.supplier, row.component), (np.nan, np.nan)) for row in table.itertuples()]
    asked = [(row.supplier, row.component) in losses for row in table.itertuples()]
    table = table.assign(
        solved=asked, months_lost=float(months), units_lost=[loss[0] for loss in found], contribution_change=[loss[1] for loss in found]
    )
    table = table.sort_values(["contribution_change", "revenue", *SOURCE], ascending=[True, False, True, True], na_position="last")
    table = table.assign(rank=np.arange(1, len(table) + 1), sentence=[_words(row) for row in table.to_dict("records")])
    return conform(table.drop(columns="solved"), CONTRACTS["supplier_risk"])


def _dependence(inputs: SupplyInputs, cutoff: str) -> pd.DataFrame:
    """Items, families and planned net sales that need each source, most first."""
    year = inputs.demand[inputs.demand["period"].isin(period_range(shifted(cutoff, 1), YEAR))]
    revenue, family = year.groupby("item")["revenue"].sum(), inputs.items.set_index("item")["family"]
    others = inputs.supplier_items.groupby("component")["supplier"].nunique()
    rows = []
    for (supplier, component), own in inputs.supplier_items.groupby(SOURCE, sort=True):
        names = sorted(set(own["item"]))
        rows.append(
            {
                "supplier": supplier,
                "component": component,
                "single_source": bool(others[component] == 1),
                "items": len(names),
                "families": ", ".join(sorted({str(family[name]) for name in names if name in family.index})),
                "revenue": float(revenue.reindex(names).fillna(0.0).sum()),
            }
        )
    return pd.DataFrame(rows).sort_values(["revenue", *SOURCE], ascending=[False, True, True], ignore_index=True)


def _with_all_sources(inputs: SupplyInputs, policy: SupplyPolicy, cutoff: str, wanted: set[str], hot: HotPlan) -> HotPlan:
    """The model with every wanted component in it; the one that is there where it has them already."""
    if wanted <= set(hot.situation.sources.components):
        return hot
    said = inputs.supplier_items
    open_end = said["monthly_limit"].isna() & said["component"].isin(wanted)
    told = replace(inputs, supplier_items=said.assign(monthly_limit=said["monthly_limit"].astype(float).mask(open_end, PLENTY)))
    situation = situation_of(told, policy, cutoff=cutoff)
    limit = np.where(situation.sources.limit >= PLENTY, np.inf, situation.sources.limit)
    return hot_plan(replace(situation, sources=replace(situation.sources, limit=limit)))


def _loss(hot: HotPlan, supplier: str, component: str, months: int) -> tuple[float, float]:
    """Units and contribution lost where a source delivers nothing from the first open month on; before it, nobody buys ahead.

    Not a number where no plan keeps all limits without it.
    """
    bought = hot.model.choices.bought
    row, free = hot.situation.sources.labels.index((supplier, component)), hot.situation.people_open
    ahead = np.flatnonzero(~free)
    as_planned = hot.base.values(bought)[:, ahead]
    swaps = [Swap("bounds", bought.at[:, ahead], as_planned, as_planned)] if len(ahead) else []
    known = hot.with_swaps(swaps)
    try:
        found = hot.with_swaps([*swaps, Swap("bounds", bought.at[row, np.flatnonzero(free)[:months]], 0.0, 0.0)])
    except Contradiction:  # unmet demand is refused, or an agreement must be bought
        return np.nan, np.nan
    units = float((hot.never_shipped(found) - hot.never_shipped(known)).sum())
    return units, hot.contribution(found) - hot.contribution(known)


def _words(row: dict) -> str:
    """What is said of a source, in a line."""
    alone = "the only source" if row["single_source"] else "one of several sources"
    if pd.isna(row["contribution_change"]):
        told = "; no plan keeps all limits without it" if row["solved"] else ""
        return f"{row['supplier']} is {alone} of {row['component']}, for {row['items']} items{told}"
    lost = row["units_lost"] if row["units_lost"] > WORTH_TELLING else 0.0
    if not lost and row["contribution_change"] > -1:
        return f"{row['supplier']} is {alone} of {row['component']}: {row['months_lost']:.0f} months without it cost nothing"
    cost = f"{lost:,.0f} units and {-row['contribution_change']:,.0f} of contribution"
    return f"{row['supplier']} is {alone} of {row['component']}: {row['months_lost']:.0f} months without it cost {cost}"
