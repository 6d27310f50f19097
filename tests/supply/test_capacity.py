"""RCCP against a plain loop and by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sopkit.supply.capacity import (
    Requirement,
    load_by_month,
    load_by_overall_factors,
    load_by_resource_profile,
    production_requirement,
    resource_hours,
)
from sopkit.supply.review.load_ways import load_ways, ways_sentence, where_ways_part


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
    ahead = np.array([1.0, 0, 1, 0])
    assert load_by_resource_profile(units, item, resource, hours, months_ahead=ahead, resources=2).tolist() == [[44, 0], [70, 32]]
    none = np.zeros(4)
    assert load_by_resource_profile(units, item, resource, hours, months_ahead=none, resources=2).tolist() == [[40, 44], [70, 32]]


def test_work_a_third_of_a_month_ahead_falls_for_a_third_into_the_month_before():
    units, one = np.array([[30.0, 60.0, 90.0]]), np.zeros(1, dtype=np.int64)
    found = load_by_resource_profile(units, one, one, np.array([2.0]), months_ahead=np.array([1 / 3]), resources=1)
    # of 60, 120 and 180 hours two thirds stay, a third comes from the month after; that of the last month is not known
    assert found[0].tolist() == pytest.approx([80, 140, 120])


@pytest.fixture
def two_lines():
    """A: 2 h cutting; B: 1 h packing; cutting worked 300 of 400 hours in the past year."""
    months = ["2026-03", "2026-04"]
    requirement = Requirement(
        months,
        pd.Index(["cutting", "packing"]),
        np.array([[50.0, 10.0], [100.0, 100.0]]),
        ["A", "B"],
        np.array([0, 1]),
        np.array([0, 1]),
        np.array([2.0, 1.0]),
    )
    rows = [(line, month, 100.0, 0.9) for line in ("cutting", "packing") for month in months]
    load = pd.DataFrame(rows, columns=["resource", "period", "demonstrated_hours", "planned_load_ratio"])
    worked = pd.DataFrame([("cutting", "2026-01", 300.0), ("packing", "2026-01", 100.0)], columns=["resource", "period", "worked_hours"])
    times = pd.DataFrame([("F", "A", 365 / 12), ("F", "*", 400.0)], columns=["family", "item", "median"])
    return requirement, load, worked, times


def test_the_three_ways_part_where_the_mix_changes(two_lines):
    ways = load_ways(*two_lines, cutoff="2026-02")
    april = ways.by_month.set_index(["period", "resource"]).loc["2026-04"]
    # 20 + 100 hours, three quarters of them on cutting by the past; by the bill 20 and 100; half of cutting lies half a month ahead
    assert april["overall_factors"].to_dict() == pytest.approx({"cutting": 0.9, "packing": 0.3})
    assert april["bill_of_resources"].to_dict() == pytest.approx({"cutting": 0.2, "packing": 1.0})
    march = ways.by_month.set_index(["period", "resource"]).loc["2026-03"]
    assert march["resource_profile"].to_dict() == pytest.approx({"cutting": 0.6, "packing": 1.0})
    assert april["resource_profile"].isna().all()  # what is finished in May is not known
    assert where_ways_part(ways)["resource"].tolist() == ["cutting", "packing"]
    assert ways_sentence(ways).startswith(
        "They part most at cutting in 2026-03: 150% by overall factors, 100% by the bill of resources, 60%"
    )


def test_a_way_without_its_inputs_says_why(two_lines):
    requirement, load, worked, times = two_lines
    ways = load_ways(requirement, load, worked[:1], times[:0], cutoff="2026-02")
    told = ways.because.set_index("way")["not_available"]
    assert "packing" in told["overall_factors"]
    assert told.to_dict()["resource_profile"] == "no item has a cycle time"
    assert ways.by_month[["overall_factors", "resource_profile"]].isna().all(axis=None)
    assert ways_sentence(ways) == "The ways that can tell say the same of every resource."
    nothing = replace(requirement, articles=[], row=requirement.row[:0], resource=requirement.resource[:0], hours=requirement.hours[:0])
    told = load_ways(nothing, load, worked, times, cutoff="2026-02")
    assert ways_sentence(told) == "The load is not available, because no planned item has hours in the bill of resources."
