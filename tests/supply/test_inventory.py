"""Stock wanted and how long it lasts, walked forward through the calendar."""

import calendar

import numpy as np
import pandas as pd
import pytest

from sopkit.periods import period_range, shifted
from sopkit.supply.inventory import (
    days_in,
    demand_beyond,
    forward_cover_days,
    projected_inventory,
    projected_stock_outs,
    safety_stock_target,
)

MONTHS = period_range("2026-03", 14)


def month_days(period):
    return calendar.monthrange(int(period[:4]), int(period[5:]))[1]


def later_demand(demand, months, step):
    """Demand `step` months after the first planned one: that of a year before where it is beyond the horizon."""
    while step >= len(demand):
        step -= 12
    return demand[step], month_days(shifted(months[0], step))


def target_of_one(demand, days, months):
    target = []
    for month in range(len(demand)):
        left, stock, step = days, 0.0, month + 1
        while left > 1e-9:
            asked, _ = later_demand(demand, months, step)
            length = month_days(shifted(months[0], step))
            stock += asked * min(1.0, left / length)
            left -= min(left, length)
            step += 1
        target.append(stock)
    return target


def cover_of_one(stock, demand, months):
    cover = []
    for month, there in enumerate(stock):
        left, days = there, 0.0
        for step in range(month + 1, len(demand) + 12):
            asked, _ = later_demand(demand, months, step)
            length = month_days(shifted(months[0], step))
            if asked > left:
                days += length * left / asked
                break
            left -= asked
            days += length
        cover.append(days)
    return cover


def test_days_of_the_calendar():
    assert days_in(["2026-02", "2028-02", "2026-03"]).tolist() == [28, 29, 31]


def test_target_is_the_demand_of_the_days_that_follow():
    # 45 days after March: 30 days of April (60 units) and 15 of 31 days of May (31 units)
    demand = np.array([[10.0, 60.0, 31.0, 30.0]])
    target = safety_stock_target(demand, np.array([45.0]), period_range("2026-03", 4))
    assert target[0, 0] == pytest.approx(60 + 15)


def test_beyond_the_horizon_the_last_year_comes_again():
    season = np.arange(14.0)[None, :]
    assert demand_beyond(season, 3)[0, 14:].tolist() == [2, 3, 4]
    assert demand_beyond(np.array([[2.0, 4.0]]), 2)[0].tolist() == [2, 4, 3, 3]


def test_target_against_a_plain_walk():
    rng = np.random.default_rng(5)
    demand = rng.integers(0, 90, (6, len(MONTHS))).astype(float)
    days = np.array([0.0, 7.0, 21.0, 30.0, 45.0, 100.0])
    plain = [target_of_one(row, wanted, MONTHS) for row, wanted in zip(demand, days, strict=True)]
    np.testing.assert_allclose(safety_stock_target(demand, days, MONTHS), plain)


def test_cover_by_hand():
    # 75 units after March: all 60 of April (30 days) and 15 of May's 31 (15 days)
    demand, stock = np.array([[10.0, 60.0, 31.0, 30.0]]), np.array([[75.0, 0.0, 15.0, 0.0]])
    cover = forward_cover_days(stock, demand, period_range("2026-03", 4))
    assert cover[0, :3].tolist() == pytest.approx([45, 0, 15])


def test_cover_against_a_plain_walk():
    rng = np.random.default_rng(6)
    demand = rng.integers(0, 60, (5, len(MONTHS))).astype(float)
    stock = rng.integers(0, 400, (5, len(MONTHS))).astype(float)
    plain = [cover_of_one(*rows, MONTHS) for rows in zip(stock, demand, strict=True)]
    np.testing.assert_allclose(forward_cover_days(stock, demand, MONTHS), plain)


def test_too_much_of_one_item_does_not_hide_too_little_of_another():
    rows = [("A", "2026-03", 10.0, 50.0, 20.0), ("B", "2026-03", 5.0, 0.0, 10.0)]
    plan = pd.DataFrame(rows, columns=["item", "period", "demand", "closing_stock", "target_stock"])
    items = pd.DataFrame({"item": ["A", "B"], "family": ["grills", "grills"], "planning_factor": [1.0, np.nan]})
    told = projected_inventory(plan, items)
    assert told[["closing_stock", "target_stock", "short_of_target"]].to_numpy().tolist() == [[50, 30, 10]]


def test_stock_outs_have_a_date():
    # A: 40 on hand, 31 asked for in March, 30 in April (one a day): 9 are left, they last until 9 April. B gets 5 more in April and lasts.
    # C is out of stock already.
    opening, receipts = np.array([40.0, 60.0, -2.0]), np.array([[0.0, 0.0], [0.0, 5.0], [0.0, 0.0]])
    told = projected_stock_outs(opening, receipts, np.array([[31.0, 30.0], [31.0, 30.0], [10.0, 0.0]]), ["2026-03", "2026-04"])
    assert told["place"].tolist() == [0, 2]
    assert told["date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-04-10", "2026-03-01"]
    assert told["missing"].tolist() == [21, 10]
    assert projected_stock_outs(opening[1:2], receipts[1:2], np.array([[1.0, 1.0]]), ["2026-03", "2026-04"]).empty
