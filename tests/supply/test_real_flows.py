"""Real data: RCCP against hours that work orders booked, stock and fill against deliveries and orders. Skipped where it is not there."""

import csv
import gzip
import os
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sopkit.data.sources.reading import read_sources
from sopkit.run.params import load_params
from sopkit.supply.capacity import load_by_overall_factors, load_by_resource_profile, resource_hours
from sopkit.supply.plan import checks, constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting

SUITE = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SOPKIT_DATA") or SUITE.parent / "shared" / "data")
WORKS, FLOWS = DATA / "adventure_works", DATA / "supplygraph_fmcg"
YEAR = [f"{month}" for month in pd.period_range("2012-12", "2013-11", freq="M").astype(str)]


def rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def booked() -> dict[str, dict]:
    """A year of work orders that went through routing: units and orders by product and month, hours by product, centre and month."""
    if not WORKS.is_dir():
        pytest.skip(f"the data set adventure_works is not in {DATA}, which SOPKIT_DATA names")
    routing = rows(WORKS / "work_order_routing.csv.gz")
    routed = {row["work_order_id"] for row in routing}
    ended = {row["work_order_id"]: row for row in rows(WORKS / "work_orders.csv.gz") if row["work_order_id"] in routed}
    units: dict[tuple, float] = defaultdict(float)
    orders: Counter = Counter()
    hours: dict[tuple, float] = defaultdict(float)
    for row in ended.values():
        key = (row["product_id"], row["end_date"][:7])
        units[key] += float(row["stocked_qty"])
        orders[key] += 1
    for row in routing:
        hours[row["product_id"], row["location_id"], ended[row["work_order_id"]]["end_date"][:7]] += float(row["actual_resource_hrs"])
    return {"units": units, "orders": orders, "hours": hours}


class Shop:
    """Products and centres of the year as arrays, with the hours that were booked."""

    def __init__(self, booked: dict[str, dict]) -> None:
        self.products = sorted({product for product, month in booked["units"] if month in YEAR})
        self.centres = sorted({centre for _, centre, month in booked["hours"] if month in YEAR})
        self.worked = np.zeros((len(self.centres), len(YEAR)))
        self.of_product: dict[tuple[str, str], float] = defaultdict(float)
        for (product, centre, month), spent in booked["hours"].items():
            if month in YEAR:
                self.worked[self.centres.index(centre), YEAR.index(month)] += spent
                self.of_product[product, centre] += spent

    def grid(self, counted: dict) -> np.ndarray:
        return np.array([[float(counted.get((product, month), 0)) for month in YEAR] for product in self.products])

    def bill(self, made: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Product, centre and hours per whatever is counted, over the year."""
        total = made.sum(axis=1)
        pairs = [(self.products.index(product), self.centres.index(centre), spent) for (product, centre), spent in self.of_product.items()]
        item, centre, spent = (np.array(part) for part in zip(*pairs, strict=True))
        return item.astype(np.int64), centre.astype(np.int64), spent / total[item]


def wape(load: np.ndarray, worked: np.ndarray) -> float:
    return float(np.abs(load - worked).sum() / worked.sum())


def test_rccp_by_order_is_what_was_booked(booked):
    """The source books the same hours for every order of a product: hours per order x orders finished are the hours of each month."""
    shop = Shop(booked)
    orders = shop.grid(booked["orders"])
    load = resource_hours(orders, *shop.bill(orders), len(shop.centres))
    assert load == pytest.approx(shop.worked, rel=1e-9)


def test_rccp_by_unit_is_the_year_and_near_each_month(booked):
    """A bill of resources per unit gives each centre's year; orders of other sizes part it from single months by a sixth in all."""
    shop = Shop(booked)
    units = shop.grid(booked["units"])
    bill = shop.bill(units)
    load = resource_hours(units, *bill, len(shop.centres))
    assert load.sum(axis=1) == pytest.approx(shop.worked.sum(axis=1), rel=1e-9)
    assert 0.10 < wape(load, shop.worked) < 0.20
    at_once = np.zeros(len(bill[0]), dtype=np.int64)
    profile = load_by_resource_profile(units, *bill, months_ahead=at_once, resources=len(shop.centres))
    assert profile == pytest.approx(load)


def test_overall_factors_are_rougher_than_the_bill(booked):
    """The same hours split by the centres' part of the past: right in all, and further off than the bill where the mix moves."""
    shop = Shop(booked)
    units = shop.grid(booked["units"])
    item, _, hours = shop.bill(units)
    per_unit = np.bincount(item, weights=hours, minlength=len(shop.products))
    load = load_by_overall_factors(units, per_unit, shop.worked.sum(axis=1) / shop.worked.sum())
    assert load.sum() == pytest.approx(shop.worked.sum())
    assert wape(load, shop.worked) > wape(resource_hours(units, *shop.bill(units), len(shop.centres)), shop.worked)


@pytest.fixture(scope="module")
def flows() -> pd.DataFrame:
    """Units made, delivered and ordered by product and month, from the monthly file; the stock of the intake reads the daily one."""
    if not FLOWS.is_dir():
        pytest.skip(f"the data set supplygraph_fmcg is not in {DATA}, which SOPKIT_DATA names")
    frame = pd.read_csv(FLOWS / "monthly_flows.csv").assign(period=lambda months: months["month"].str[:7])
    frame = frame[frame["period"] <= "2023-07"]
    return frame.groupby(["product", "period"])[["production_units", "delivery_units", "sales_order_units"]].sum()


@pytest.fixture(scope="module")
def stock(flows) -> pd.DataFrame:
    params = load_params(SUITE / "params" / "supplygraph_fmcg.yaml")
    told = read_sources(params.sources, FLOWS, cutoff=params.cutoff).tables["inventory"]
    return told.pivot(index="item", columns="period", values="quantity")


def test_stock_rolls_by_what_was_made_and_delivered(flows, stock):
    change = stock.diff(axis=1).iloc[:, 1:].stack()
    moved = flows["production_units"] - flows["delivery_units"]
    assert len(change) > 200
    assert change.to_numpy() == pytest.approx(moved.reindex(change.index).to_numpy(), abs=1e-3)
    assert (stock >= -1e-6).all().all()


def test_the_plan_fills_what_stock_and_production_allow(flows, stock, inputs_of):
    """With production as it was, the plan ships of each product all that stock and production allow, no less than was delivered of it."""
    first = stock["2023-01"] - (flows["production_units"] - flows["delivery_units"]).xs("2023-01", level="period")
    made, asked = flows["production_units"], flows["sales_order_units"]
    names = sorted(flows.index.get_level_values("product").unique())
    inputs = inputs_of(
        items=[{"item": name} for name in names],
        demand=[{"item": name, "period": month, "quantity": float(units)} for (name, month), units in asked.items()],
        unit_costs=[{"item": name, "unit_cost": 1.0, "variable_cost": 1.0} for name in names],
        inventory=[{"item": name, "period": "2022-12", "quantity": max(0.0, float(first[name]))} for name in names],
        open_orders=[{"item": name, "period": month, "quantity": float(units)} for (name, month), units in made.items() if units > 0],
    )
    policy = SupplyPolicy(frozen_months=7, capital_rate=0.0, waiting={"*": Waiting(share=1, months=7)})
    plan = constrained_plan(inputs, policy, cutoff="2022-12")
    assert checks(inputs, plan)["ok"].all()
    shipped = plan.supply_plan.groupby("item")["shipped"].sum()
    ordered, there = asked.groupby("product").sum(), made.groupby("product").sum() + first.reindex(names).clip(lower=0)
    allowed = np.minimum(ordered, there)
    assert shipped.reindex(names).to_numpy() == pytest.approx(allowed.reindex(names).to_numpy(), abs=1e-2)
    delivered = np.minimum(flows["delivery_units"].groupby("product").sum(), ordered)
    assert (shipped.reindex(names) >= delivered.reindex(names) - 1e-2).all()
    filled, happened = shipped.sum() / ordered.sum(), flows["delivery_units"].sum() / ordered.sum()
    assert happened == pytest.approx(0.98845, abs=1e-4)  # 1.2 % less delivered than ordered
    assert filled > happened
