"""Where a family's safety stock should stand: its components, its making, its regions, as one tree of guaranteed service times."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import period_range, shifted
from sopkit.supply.echelons import Promise, Stage, demand_deviation, guaranteed_service
from sopkit.supply.policy import SupplyPolicy

YEAR, MONTH_DAYS = 12, 365 / 12
ANY = "*"


@dataclass(frozen=True)
class NetworkInputs:
    """What the networks are made from, tables by contract."""

    items: pd.DataFrame
    demand: pd.DataFrame  # consensus_demand
    demand_range: pd.DataFrame
    supplier_items: pd.DataFrame
    suppliers: pd.DataFrame
    unit_costs: pd.DataFrame
    sourcing: pd.DataFrame
    cycle_times: pd.DataFrame

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Self:
        """From tables by name."""
        return cls(**{each.name: tables["consensus_demand" if each.name == "demand" else each.name] for each in fields(cls)})


def echelon_stocks(inputs: NetworkInputs, policy: SupplyPolicy, *, cutoff: str) -> pd.DataFrame:
    """The cheapest place for each family's safety stock, so that each region is served at once with the policy's certainty.

    A family is a tree: suppliers' components -> making the family -> its regions. Components take their agreed lead time, making the
    family's median cycle time, a region the days of its sourcing. Demand of a day has the deviation of the family's range, (P90 - P10) /
    (2 z(0.9)) of a month over the root of its days, split over regions by the root of their part of the demand. A unit is worth its share
    of the material at the component, its mean standard cost once it is made. See `sopkit.supply.echelons`.

    Args:
        inputs: tables.
        policy: the company's: the service of class `*` is the certainty of each promise, its capital rate adds to the holding rate.
        cutoff: last closed period.

    Returns:
        The EchelonStocks contract: families with a range, a cost and a cycle time; empty where none has all three.
    """
    year = inputs.demand[inputs.demand["period"].isin(period_range(shifted(cutoff, 1), YEAR))]
    year = year.merge(inputs.items[["item", "family"]], on="item")
    z = float(ndtri(policy.stock.service_of("", "")))
    frames = []
    for family, own in year[year["quantity"] > 0].groupby("family", sort=True):
        network = _network(inputs, str(family), own, z, policy.capital_rate)
        if network is None:
            continue
        stages, arcs = network
        _, promises = guaranteed_service(stages, list(arcs))
        frames.append(_rows(str(family), stages, promises))
    return conform(pd.concat(frames, ignore_index=True), CONTRACTS["echelon_stocks"]) if frames else empty(CONTRACTS["echelon_stocks"])


def _network(
    inputs: NetworkInputs, family: str, own: pd.DataFrame, z: float, capital_rate: float
) -> tuple[dict[str, Stage], dict[tuple[str, str], float]] | None:
    """Stages and arcs of a family; None where its uncertainty, cost or cycle time is not known."""
    times = inputs.cycle_times[(inputs.cycle_times["family"] == family) & (inputs.cycle_times["item"] == ANY)]["median"].dropna()
    spread = inputs.demand_range[(inputs.demand_range["family"] == family) & inputs.demand_range["period"].isin(own["period"])]
    units = own.groupby("item")["quantity"].sum()
    known = inputs.unit_costs.sort_values("valid_from").groupby("item")[["unit_cost", "holding_rate"]].last().reindex(units.index)
    cost, holding = known["unit_cost"], known["holding_rate"].astype(float).fillna(0.0)
    if times.empty or spread.empty or cost.isna().any():
        return None
    monthly = float(((spread["p90"] - spread["p10"]) / (2 * ndtri(0.9))).mean())
    regions = own.groupby("region")["quantity"].sum() / units.sum()
    daily = {f"{family} > {region}": monthly / np.sqrt(MONTH_DAYS) * np.sqrt(part) for region, part in regions.items()}
    parts = _components(inputs, units)
    made = f"{family} made"
    arcs = {(f"{family} < {component}", made): use for component, _, _, use in parts} | {(made, place): 1.0 for place in daily}
    deviation = demand_deviation(daily, arcs)
    worth = float((cost * units).sum() / units.sum())
    rate = capital_rate + float((holding * units).sum() / units.sum())
    stages = {
        f"{family} < {component}": Stage(int(np.ceil(days)), price * rate, z * deviation[f"{family} < {component}"])
        for component, days, price, _ in parts
    }
    stages[made] = Stage(int(np.ceil(float(times.iloc[0]))), worth * rate, z * deviation[made])
    ways = _ways(inputs.sourcing, family)
    stages |= {
        place: Stage(int(np.ceil(ways.get(place.rpartition(" > ")[2], 0.0))), worth * rate, z * spread_of, promise=0)
        for place, spread_of in daily.items()
    }
    return stages, arcs


def _components(inputs: NetworkInputs, units: pd.Series) -> list[tuple[str, float, float, float]]:
    """Component, agreed lead time, price, mean units in a unit of the family; those without lead time or price are left out."""
    said = inputs.supplier_items[inputs.supplier_items["item"].isin(units.index)]
    said = said.merge(inputs.suppliers[["supplier", "lead_time_days"]], on="supplier").dropna(subset=["lead_time_days", "component_price"])
    rows = []
    for component, own in said.groupby("component", sort=True):
        each = own.drop_duplicates("item")
        use = float((each["quantity_per_unit"] * each["item"].map(units)).sum() / units.sum())
        if use > 0:
            rows.append((str(component), float(own["lead_time_days"].max()), float(own["component_price"].min()), use))
    return rows


def _ways(sourcing: pd.DataFrame, family: str) -> dict[str, float]:
    """Days to each region, the longest way; the family's own rows before those of every family."""
    told = sourcing[sourcing["family"].isin([family, ANY])].dropna(subset=["lead_time_days"])
    own = told[told["family"] == family]
    told = pd.concat([told[(told["family"] == ANY) & ~told["region"].isin(own["region"])], own])
    return {str(region): float(days) for region, days in told.groupby("region")["lead_time_days"].max().items()}


def _rows(family: str, stages: dict[str, Stage], promises: dict[str, Promise]) -> pd.DataFrame:
    rows = [
        {
            "stage": name,
            "family": family,
            "processing_days": stages[name].time,
            "inbound_days": promise.inbound,
            "service_days": promise.service,
            "net_days": promise.net,
            "safety_stock": promise.stock,
            "yearly_cost": stages[name].holding_cost * promise.stock,
        }
        for name, promise in promises.items()
    ]
    return pd.DataFrame(rows)
