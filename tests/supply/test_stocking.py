"""Stock formulas against Snyder and Shen, Fundamentals of Supply Chain Theory (2nd edition, 2019), and by hand."""

import numpy as np
import pytest
from scipy.stats import norm

from sopkit.errors import DataError
from sopkit.supply.stocking import (
    economic_order_quantity,
    lead_time_errors,
    newsvendor,
    reorder_policy,
    safety_stock_by_cycle_service,
    safety_stock_by_fill_rate,
    safety_stock_by_quantile,
    service_cost_curve,
    standard_loss,
    standard_loss_complement,
)


def test_the_standard_loss():
    assert standard_loss(1.3) == pytest.approx(0.04552796208651397, rel=1e-12)
    assert standard_loss_complement(1.3) == pytest.approx(1.345527962086514, rel=1e-12)


def test_the_economic_order_quantity_of_example_3_1():
    assert economic_order_quantity(8, 0.225, 1300) == pytest.approx((304.0467800264368, 68.41052550594829), rel=1e-12)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [((0.18, 0.70, 50, 8), (56.60395592743389, 1.9976051931766445)), ((2, 18, 120, 10), (132.815515655446, 35.09966638649737))],
    ids=["example 4.3", "N(120, 10)"],
)
def test_the_newsvendor(numbers, expected):
    assert newsvendor(*numbers) == pytest.approx(expected, rel=1e-10)


def test_the_newsvendors_stock_is_the_cheapest_by_simulation():
    # cost by integration over a fine grid: h (S - D)+ + p (D - S)+
    demand = np.linspace(50 - 80, 50 + 80, 200_001)
    weight = norm.pdf(demand, 50, 8) * (demand[1] - demand[0])
    at = {
        step: ((0.18 * np.maximum(step - demand, 0) + 0.7 * np.maximum(demand - step, 0)) * weight).sum() for step in (55.6, 56.604, 57.6)
    }
    assert at[56.604] == pytest.approx(1.9976, abs=1e-4)
    assert min(at, key=lambda step: at[step]) == 56.604


def test_reorder_point_and_quantity_of_example_5_2():
    policy = reorder_policy(8, 0.225, 7.5, demand=(1300, 150), lead_time=1 / 12)
    assert policy.reorder_point == pytest.approx(213.97044213580244, rel=1e-5)
    assert policy.quantity == pytest.approx(318.5901810768729, rel=1e-5)
    assert policy.cost == pytest.approx(95.45114022285196, rel=1e-8)


def test_safety_stock_by_cycle_service():
    # z(0.95) = 1.6449; 4 periods with an error of 10 each: 20; a lead time that varies by half a period of 30 units adds 15 to it
    assert safety_stock_by_cycle_service(0.95, 10, lead_time=4) == pytest.approx(1.6448536 * 20)
    assert safety_stock_by_cycle_service(0.95, 10, lead_time=4, demand=30, lead_deviation=0.5) == pytest.approx(1.6448536 * 25)


def test_safety_stock_by_fill_rate_ships_what_it_promises():
    stock = safety_stock_by_fill_rate(0.98, 40, 200)
    assert 40 * standard_loss(stock / 40) == pytest.approx(0.02 * 200)
    assert safety_stock_by_fill_rate(0.99, 40, 200) > stock
    assert safety_stock_by_fill_rate(0.5, 4, 200) < 0  # large orders serve half of demand with less than none


def test_safety_stock_from_the_lead_time_error_itself():
    # errors -9 .. 10 in steps of one: nineteen of twenty are at most 9
    errors = np.arange(-9.0, 11.0)
    assert safety_stock_by_quantile(errors, 0.95) == 9
    assert safety_stock_by_quantile(np.append(errors, np.nan), 0.5) == 0
    assert safety_stock_by_quantile(errors - 20, 0.95) == 0
    with pytest.raises(DataError, match="too few lead-time errors"):
        safety_stock_by_quantile(errors[:11], 0.95)


def test_lead_time_errors_add_up_over_the_lead_time():
    actual, forecast = np.array([[3.0, 4.0], [5.0, np.nan]]), np.array([[2.0, 6.0], [5.0, 5.0]])
    assert lead_time_errors(actual, forecast)[0] == -1
    assert np.isnan(lead_time_errors(actual, forecast)[1])


def test_errors_that_go_on_need_more_stock_than_the_root_of_time_says():
    # every error lasts the whole lead time of four months: the sum is four times one month's error, not twice
    months = np.repeat(norm.ppf((np.arange(400) + 0.5) / 400)[:, None] * 10, 4, axis=1)
    empirical = safety_stock_by_quantile(lead_time_errors(months, np.zeros_like(months)), 0.95)
    assert empirical == pytest.approx(2 * safety_stock_by_cycle_service(0.95, 10, lead_time=4), rel=0.02)


def test_the_curve_of_service_and_cost():
    curve = service_cost_curve(np.array([0.5, 0.95]), 20, 50, 0.2)
    assert curve[0].tolist() == [0.5, 0, 0, 0]
    assert curve[1].tolist() == pytest.approx([0.95, 32.897073, 1644.85363, 328.970725])


@pytest.mark.parametrize(
    "broken",
    [
        lambda: economic_order_quantity(0, 1, 1),
        lambda: newsvendor(1, -1, 5, 1),
        lambda: safety_stock_by_cycle_service(1.0, 1, lead_time=1),
        lambda: safety_stock_by_fill_rate(0.9, 0, 1),
    ],
)
def test_numbers_that_make_no_sense_are_refused(broken):
    with pytest.raises(DataError):
        broken()
