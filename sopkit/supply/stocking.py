"""How much stock to keep, in formulas: safety stock three ways, order quantities, reorder points. Symbols and sources stand with each."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sopkit.errors import DataError, Problem

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class OrderPolicy:
    """Order `quantity` units whenever stock and what is on order fall to `reorder_point`; `cost` is money per year."""

    reorder_point: float  # units
    quantity: float  # units
    cost: float  # money per unit of time of the rates


def density(z: float) -> float:
    """Density of the standard normal at z: phi(z) = exp(-z^2 / 2) / sqrt(2 pi)."""
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def standard_loss(z: float) -> float:
    """Mean of what a standard normal exceeds z by: L(z) = phi(z) - z (1 - Phi(z)) (Snyder and Shen, C.31)."""
    return density(z) - z * float(ndtr(-z))


def standard_loss_complement(z: float) -> float:
    """Mean of what a standard normal stays below z by: z + L(z) (Snyder and Shen, C.32)."""
    return z + standard_loss(z)


def economic_order_quantity(order_cost: float, holding_cost: float, demand: float) -> tuple[float, float]:
    """Quantity and cost of the least sum of ordering and holding: Q = sqrt(2 K d / h), cost = sqrt(2 K d h).

    Snyder and Shen, 3.2 (Harris, 1913). Example 3.1: K 8, h 0.225, d 1300 give Q 304.05 and 68.41 a year.

    Args:
        order_cost: K, money per order.
        holding_cost: h, money per unit and unit of time.
        demand: d, units per unit of time.

    Returns:
        Units per order, money per unit of time.
    """
    _above_zero(order_cost=order_cost, holding_cost=holding_cost, demand=demand)
    return math.sqrt(2 * order_cost * demand / holding_cost), math.sqrt(2 * order_cost * demand * holding_cost)


def newsvendor(holding_cost: float, stockout_cost: float, mean: float, deviation: float) -> tuple[float, float]:
    """Stock and cost of one selling period with normal demand: S = mu + z sigma, z = Phi^-1(p / (p + h)), cost = (h + p) phi(z) sigma.

    Snyder and Shen, 4.3. Example 4.3: h 0.18, p 0.70, N(50, 8) give S 56.60 and 1.998.

    Args:
        holding_cost: h, money per unit left over.
        stockout_cost: p, money per unit short.
        mean, deviation: mu and sigma of demand, units.

    Returns:
        Units, money.
    """
    _above_zero(holding_cost=holding_cost, stockout_cost=stockout_cost, deviation=deviation)
    z = float(ndtri(stockout_cost / (stockout_cost + holding_cost)))
    return mean + z * deviation, float((holding_cost + stockout_cost) * density(z) * deviation)


def reorder_policy(
    order_cost: float, holding_cost: float, stockout_cost: float, *, demand: tuple[float, float], lead_time: float
) -> OrderPolicy:
    """Reorder point and quantity by the expected-inventory-level approximation, solved by turns.

    Q = sqrt(2 d (K + p n(r)) / h), 1 - F(r) = Q h / (p d), cost = h (r - d L + Q / 2) + K d / Q + p d n(r) / Q, where n(r) is the mean
    shortage of a cycle (Snyder and Shen, 5.3.2; Hadley and Whitin, 1963). Example 5.2: h 0.225, p 7.5, K 8, demand 1300 and 150 a year,
    lead time 1/12 year give r 213.97, Q 318.59, 95.45 a year.

    Args:
        order_cost: K, money per order.
        holding_cost: h, money per unit and unit of time.
        stockout_cost: p, money per unit short.
        demand: mean and deviation per unit of time, units.
        lead_time: L, in the unit of time.

    Raises:
        DataError: a cost or demand that is not above zero.
    """
    mean, deviation = demand
    _above_zero(
        order_cost=order_cost, holding_cost=holding_cost, stockout_cost=stockout_cost, demand=mean, deviation=deviation, lead_time=lead_time
    )
    over_lead, spread = mean * lead_time, deviation * math.sqrt(lead_time)
    quantity = economic_order_quantity(order_cost, holding_cost, mean)[0]
    point = short = 0.0
    for _ in range(1000):
        z = float(-ndtri(min(1.0, quantity * holding_cost / (stockout_cost * mean))))
        point, short = over_lead + z * spread, standard_loss(z) * spread
        better = math.sqrt(2 * mean * (order_cost + stockout_cost * short) / holding_cost)
        if abs(better - quantity) <= 1e-12 * quantity:
            break
        quantity = better
    cost = holding_cost * (point - over_lead + quantity / 2) + (order_cost + stockout_cost * short) * mean / quantity
    return OrderPolicy(point, quantity, cost)


def safety_stock_by_cycle_service(
    service_share: float, deviation: float, *, lead_time: float, demand: float = 0.0, lead_deviation: float = 0.0
) -> float:
    """Safety stock that lasts in `service_share` of the cycles: z(alpha) sqrt(L sigma^2 + d^2 sigma_L^2).

    `deviation` is that of the forecast error of one period, bias taken out, not that of demand (Snyder and Shen, 5.3 and 5.6). It takes
    errors of different periods as independent: where the lead-time error itself is known, `safety_stock_by_quantile` is better.

    Args:
        service_share: alpha, share of cycles without a stock-out, between 0 and 1.
        deviation: sigma, of the error of one period, units.
        lead_time: L with the review period, in periods.
        demand: d, mean of one period, units; needed where the lead time varies.
        lead_deviation: sigma_L, in periods.
    """
    _between(service_share)
    return float(ndtri(service_share) * math.sqrt(lead_time * deviation**2 + demand**2 * lead_deviation**2))


def safety_stock_by_fill_rate(fill_share: float, deviation: float, quantity: float) -> float:
    """Safety stock with which `fill_share` of demand ships from stock: z sigma_L, where sigma_L L(z) = (1 - beta) Q.

    Snyder and Shen, 5.3 (type-2 service); L is the standard loss.

    Args:
        fill_share: beta, between 0 and 1.
        deviation: sigma_L, of the error over the whole lead time, units.
        quantity: Q, units per order (one month's demand where ordered monthly).
    """
    _between(fill_share)
    _above_zero(deviation=deviation, quantity=quantity)
    missing = (1 - fill_share) * quantity / deviation
    from scipy.optimize import brentq  # dear to import

    return float(brentq(lambda z: standard_loss(z) - missing, -missing - 40.0, 40.0, xtol=1e-13) * deviation)


def lead_time_errors(actual: Numbers, forecast: Numbers) -> Numbers:
    """What demand over the lead time was above its forecast: one number per origin, summed over the months of the lead time.

    Args:
        actual, forecast: units, one row per origin, one column per month of the lead time.

    Returns:
        Units; nan where a month is not known.
    """
    return np.asarray(actual - forecast, dtype=float).sum(axis=1)


def safety_stock_by_quantile(errors: Numbers, service_share: float, *, least: int = 12) -> float:
    """Safety stock from the lead-time error itself: the `service_share` quantile of `lead_time_errors`, never below zero.

    No shape is assumed, and errors that go on from month to month are in it, which sqrt(L) leaves out. Bias is in it too: a forecast
    that is always low asks for more stock.

    Args:
        errors: units, one per origin; nan is left out.
        service_share: between 0 and 1.
        least: how many errors are needed.

    Raises:
        DataError: fewer errors than `least`: take the normal formula.
    """
    _between(service_share)
    known = errors[~np.isnan(errors)]
    if len(known) < least:
        raise DataError("too few lead-time errors", [Problem("errors", f"{len(known)}", f"at least {least}", "Take the normal formula.")])
    return max(0.0, float(np.quantile(known, service_share, method="inverted_cdf")))


def service_cost_curve(shares: Numbers, deviation: float, unit_cost: float, holding_rate: float) -> Numbers:
    """What each cycle service costs a year: safety stock z sigma_L, its value, its keeping.

    Args:
        shares: cycle service, between 0 and 1.
        deviation: sigma_L, of the error over the lead time, units.
        unit_cost: money per unit.
        holding_rate: share of value per year.

    Returns:
        One row per share: share, units, money in stock, money per year.
    """
    units = ndtri(shares) * deviation
    return np.column_stack([shares, units, units * unit_cost, units * unit_cost * holding_rate])


def _above_zero(**numbers: float) -> None:
    wrong = [Problem(name, f"{value:g}", "a number above zero") for name, value in numbers.items() if not value > 0]
    if wrong:
        raise DataError("the formula needs numbers above zero", wrong)


def _between(share: float) -> None:
    if not 0 < share < 1:
        raise DataError("no share of service", [Problem("service", f"{share:g}", "a share between 0 and 1, such as 0.95")])
