"""RCCP against a plain loop and by hand."""

import numpy as np
import pandas as pd
import pytest

from sopkit.supply.capacity import load_by_month, load_by_overall_factors, load_by_resource_profile, production_requirement, resource_hours


def requirement_of_one(demand, target, opening, receipts, ordered):
    """The definition, one item and one month at a time."""
    made, stock = [], opening
    for asked, wanted, arriving, firm in zip(demand, target, receipts, ordered, strict=True):
        make = max(0.0, asked + wanted - stock - arriving, firm)
        stock = stock + arriving + make - asked
        made.append(make)
    return made


def test_requirement_by_hand():
    # opening 12: March needs 10 + 4 - 12 = 2; April 20 + 5 - 4 = 21; May has 50 arriving: nothing, 41 left; June 30 + 0 - 41: nothing
    made = production_requirement(
        np.array([[10.0, 20.0, 14.0, 30.0]]),
        np.array([[4.0, 5.0, 6.0, 0.0]]),
        np.array([12.0]),
        np.array([[0, 0, 50.0, 0]]),
        np.zeros((1, 4)),
    )
    assert made.tolist() == [[2, 21, 0, 0]]


def test_production_on_order_is_loaded_and_what_it_makes_is_carried():
    demand, none = np.array([[10.0, 10.0, 10.0]]), np.zeros((1, 3))
    made = production_requirement(demand, none, np.zeros(1), none, np.array([[25.0, 0, 0]]))
    assert made.tolist() == [[25, 0, 5]]


def test_what_is_owed_is_made_first():
    none = np.zeros((1, 2))
    assert production_requirement(np.array([[5.0, 5.0]]), none, np.array([-3.0]), none, none).tolist() == [[8, 5]]


def test_requirement_against_a_plain_loop():
    rng = np.random.default_rng(3)
    demand, target, receipts, ordered = (rng.integers(0, 50, (20, 12)).astype(float) for _ in range(4))
    opening = rng.integers(-20, 100, 20).astype(float)
    fast = production_requirement(demand, target, opening, receipts, ordered)
    plain = [requirement_of_one(*rows) for rows in zip(demand, target, opening, receipts, ordered, strict=True)]
    np.testing.assert_allclose(fast, plain)


def test_hours_of_two_items_on_two_lines():
    units = np.array([[10.0, 0.0], [4.0, 8.0]])
    # item 0 takes 0.5 h on line 0; item 1 takes 2 h on line 0 and 1 h on line 1
    hours = resource_hours(units, np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([0.5, 2.0, 1.0]), 3)
    assert hours.tolist() == [[13, 16], [4, 8], [0, 0]]


def test_the_fullest_resource_comes_first_and_a_closed_month_is_empty():
    rows = [("assembly", "2026-03", 0.8), ("assembly", "2026-04", 0.9), ("coating", "2026-03", 1.8), ("coating", "2026-04", np.nan)]
    table = load_by_month(pd.DataFrame(rows, columns=["resource", "period", "load_ratio"]))
    assert table.index.tolist() == ["coating", "assembly"]
    assert table.loc["coating", "2026-03"] == pytest.approx(1.8)
    assert np.isnan(table.loc["coating", "2026-04"])


def test_three_ways_of_rough_cut_planning_on_one_plan():
    # Two items, two months. A: 2 h cutting, 1 h packing; B: 0.5 h cutting, 1.5 h packing. Cutting comes a month ahead of packing.
    units = np.array([[10.0, 20.0], [40.0, 8.0]])
    item, resource, hours = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([2.0, 1.0, 0.5, 1.5])
    # overall: 3 h and 2 h a unit: 110 and 76 h; cutting had 40 % of all hours
    assert load_by_overall_factors(units, np.array([3.0, 2.0]), np.array([0.4, 0.6])) == pytest.approx(np.array([[44, 30.4], [66, 45.6]]))
    assert resource_hours(units, item, resource, hours, 2).tolist() == [[40, 44], [70, 32]]
    ahead = np.array([1, 0, 1, 0])
    assert load_by_resource_profile(units, item, resource, hours, months_ahead=ahead, resources=2).tolist() == [[44, 0], [70, 32]]
    none = np.zeros(4, dtype=np.int64)
    assert load_by_resource_profile(units, item, resource, hours, months_ahead=none, resources=2).tolist() == [[40, 44], [70, 32]]
