"""Textbook problems written once more from the book's own tables for scipy, or enumerated: what `expected.json` says is their optimum."""

from itertools import pairwise, product

import numpy as np
import pytest
from command_line import ROOT
from scipy.optimize import linprog

from sopkit.run.cases import read_case

# Supply, demand, cost per unit from each source to each destination.
TRANSPORT = {
    "winston_powerco": ([35, 50, 40], [45, 20, 30, 30], [[8, 6, 10, 9], [9, 12, 13, 7], [14, 9, 16, 5]]),
    "dantzig_transport": ([350, 600], [325, 300, 275], [[0.225, 0.153, 0.162], [0.225, 0.162, 0.126]]),
    "render_executive_furniture": ([100, 300, 300], [300, 200, 200], [[5, 4, 3], [8, 4, 3], [9, 7, 5]]),
    "hillier_pt_company": (
        [75, 125, 100],
        [80, 65, 70, 85],
        [[464, 513, 654, 867], [352, 416, 690, 791], [995, 682, 388, 685]],
    ),
}


def published(name: str) -> float:
    [answer] = read_case(ROOT / "tests" / "cases" / name).expected
    return answer.objective


def shipped(supply, demand, cost) -> float:
    """Least cost of a transport problem: rows of sources, then of destinations."""
    cost = np.array(cost, dtype=float)
    sources, destinations = cost.shape
    out = np.kron(np.eye(sources), np.ones(destinations))
    into = np.kron(np.ones(sources), np.eye(destinations))
    return float(linprog(cost.ravel(), A_ub=out, b_ub=supply, A_eq=into, b_eq=demand).fun)


@pytest.mark.parametrize("name", TRANSPORT)
def test_transport(name):
    assert published(name) == pytest.approx(shipped(*TRANSPORT[name]), rel=1e-9)


def test_northern_airplane_as_a_transport_problem():
    # a month's engine goes to a later month at its cost and the months that it waits
    made, wait = [1.08, 1.11, 1.10, 1.13], 0.015
    cost = [[made[month] + wait * (to - month) if to >= month else 1e3 for to in range(4)] for month in range(4)]
    assert published("hillier_northern_airplane") == pytest.approx(shipped([25, 35, 30, 10], [10, 15, 25, 20], cost), rel=1e-9)


def test_farnsworth_tire_as_a_transport_problem():
    ways = [(0, 100, 0.0)]  # month, most, cost: what lies there
    for month in range(3):
        ways += [(month, 700, 40.0), (month, 50, 50.0), (month, (150, 150, 130)[month], 70.0)]
    cost = [[price + 2 * (to - month) if to >= month else 1e6 for to in range(3)] for month, _, price in ways]
    assert published("heizer_farnsworth_tire") == pytest.approx(shipped([most for _, most, _ in ways], [800, 1000, 750], cost), rel=1e-9)


def test_widgetco_over_its_hubs():
    cities = ["memphis", "denver", "new_york", "chicago", "los_angeles", "boston"]
    costs = {"memphis": [8, 13, 25, 28], "denver": [15, 12, 26, 25], "new_york": [0, 6, 16, 17], "chicago": [6, 0, 14, 16]}
    ways = [(origin, city, cost) for origin, row in costs.items() for city, cost in zip(cities[2:], row, strict=True) if origin != city]
    net = np.array([[(origin == city) - (destination == city) for origin, destination, _ in ways] for city in cities], dtype=float)
    found = linprog([cost for *_, cost in ways], A_ub=net, b_ub=[150, 200, 0, 0, -130, -130])
    assert published("winston_widgetco") == pytest.approx(found.fun, rel=1e-9)


def test_densepack_from_its_own_table():
    units, demand = [2.931, 3.517, 2.638, 3.810, 3.224, 2.198], [1280 - 500, 640, 900, 1200, 2000, 1400]
    months = len(units)
    eye, before = np.eye(months), np.eye(months, k=-1)
    nothing = np.zeros((months, months))
    # hired, fired, workers, stock
    people = np.hstack([-eye, eye, eye - before, nothing])
    goods = np.hstack([nothing, nothing, np.diag(units), before - eye])
    opening = np.zeros(months)
    opening[0] = 300
    bounds = [(0, None)] * (4 * months - 1) + [(600, None)]  # 600 drives are left in June
    found = linprog(
        np.repeat([500.0, 1000.0, 0.0, 80.0], months),
        A_eq=np.vstack([people, goods]),
        b_eq=np.concatenate([opening, demand]),
        bounds=bounds,
    )
    assert published("nahmias_densepack") == pytest.approx(found.fun, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "demand", "setup", "keep"),
    [
        ("nahmias_lot_sizes", [52, 87, 23, 56], [75] * 4, 1),
        ("snyder_shen_wagner_whitin", [90, 120, 80, 70], [500] * 4, 2),
        (
            "wagner_whitin_1958",
            [69, 29, 36, 61, 61, 26, 34, 67, 45, 67, 79, 56],
            [85, 102, 102, 101, 98, 114, 105, 86, 119, 110, 98, 114],
            1,
        ),
    ],
)
def test_lots_by_enumeration(name, demand, setup, keep):
    def cost(months: tuple[bool, ...]) -> float:
        starts = [0, *[month + 1 for month, chosen in enumerate(months) if chosen], len(demand)]
        lots = list(pairwise(starts))
        return sum(setup[a] + keep * sum((month - a) * demand[month] for month in range(a, b)) for a, b in lots)

    assert published(name) == min(cost(months) for months in product((False, True), repeat=len(demand) - 1))
