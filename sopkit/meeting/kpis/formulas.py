"""The formulas behind the KPIs, on plain arrays: each with its source (definitions of the process guide, sop_practice 1.5 by number)."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
UNKNOWN = float("nan")


def _array(values: ArrayLike) -> Numbers:
    return np.asarray(values, dtype="float64")


def _over(part: float, whole: float) -> float:
    return part / whole if whole > 0 else UNKNOWN


def wape(forecast: ArrayLike, actual: ArrayLike) -> float:
    """KPI 9: sum |F - A| / sum A; unknown where nothing was asked for."""
    return _over(float(np.abs(_array(forecast) - _array(actual)).sum()), float(_array(actual).sum()))


def mape(forecast: ArrayLike, actual: ArrayLike) -> float:
    """KPI 9, for analysts: mean |F - A| / A over the cells with A > 0."""
    wanted, told = _array(actual), _array(forecast)
    asked = wanted > 0
    return float((np.abs(told - wanted)[asked] / wanted[asked]).mean()) if asked.any() else UNKNOWN


def mase(forecast: ArrayLike, actual: ArrayLike, training: ArrayLike, *, season: int = 12) -> float:
    """KPI 10: mean |F - A| / mean |Y_t - Y_t-m| of the training months; unknown where the history is constant or shorter than a season."""
    history = _array(training)
    if len(history) <= season:
        return UNKNOWN
    scale = float(np.abs(history[season:] - history[:-season]).mean())
    return _over(float(np.abs(_array(forecast) - _array(actual)).mean()), scale)


def bias(forecast: ArrayLike, actual: ArrayLike) -> float:
    """KPI 11: sum (F - A) / sum A; above zero is over-forecast."""
    return _over(float((_array(forecast) - _array(actual)).sum()), float(_array(actual).sum()))


def tracking_signal(forecast: ArrayLike, actual: ArrayLike) -> float:
    """KPI 12, bounded: sum e / sum |e| of the monthly errors, -1..1; above zero is over-forecast."""
    error = _array(forecast) - _array(actual)
    return _over(float(error.sum()), float(np.abs(error).sum()))


def value_added(before: ArrayLike, after: ArrayLike, actual: ArrayLike) -> float:
    """KPI 13: WAPE of the layer before - WAPE of the layer after, on the same cells at the same lag; above zero it got better."""
    return wape(before, actual) - wape(after, actual)


def plan_change(last: ArrayLike, this: ArrayLike) -> float:
    """KPI 14: sum |F_now - F_before| / sum F_before over the cells that both cycles have."""
    return _over(float(np.abs(_array(this) - _array(last)).sum()), float(_array(last).sum()))


def unit_fill(on_time: ArrayLike, ordered: ArrayLike) -> float:
    """KPI 15: units shipped on time / units ordered, over order lines."""
    return _over(float(np.minimum(_array(on_time), _array(ordered)).sum()), float(_array(ordered).sum()))


def line_fill(on_time: ArrayLike, ordered: ArrayLike) -> float:
    """KPI 15: lines of which all was shipped on time / lines."""
    wanted = _array(ordered)
    return _over(float((_array(on_time) >= wanted).sum()), float(len(wanted)))


def order_fill(orders: Sequence[object], complete: ArrayLike) -> float:
    """KPI 15: orders of which every line is complete and on time / orders."""
    met: dict[object, bool] = {}
    for order, whole in zip(orders, np.asarray(complete, dtype=bool), strict=True):
        met[order] = met.get(order, True) and bool(whole)
    return _over(float(sum(met.values())), float(len(met)))


def perfect_order(*conditions: ArrayLike) -> float:
    """KPI 15: orders that meet every condition (on time, in full, undamaged, documented) / orders: an AND, no product."""
    met = np.logical_and.reduce([np.asarray(each, dtype=bool) for each in conditions])
    return _over(float(met.sum()), float(len(met)))


def days_on_hand(average_stock: float, cost_of_goods: float, days: float) -> float:
    """KPI 16: average stock / cost of the units sold x days."""
    return _over(average_stock, cost_of_goods) * days


def days_sales_outstanding(receivables: float, sales: Sequence[float], days: Sequence[float], *, vat_rate: float = 0.0) -> float:
    """KPI 17, count-back: receivables without VAT, counted back against the latest month's sales, then the month before.

    Args:
        receivables: at the end of the last month, VAT in.
        sales: net sales by month, the last month last.
        days: days of each month.
        vat_rate: VAT inside receivables, share of net sales.

    Returns:
        Days; unknown where receivables reach back beyond the months given.
    """
    left, counted = receivables / (1 + vat_rate), 0.0
    for sold, length in zip(reversed(sales), reversed(days), strict=True):
        if left < sold:
            return counted + length * left / sold
        left, counted = left - sold, counted + length
    return counted if left <= 0 else UNKNOWN


def days_payable_outstanding(payables: float, purchases: Sequence[float], days: Sequence[float]) -> float:
    """KPI 17: the same count-back of payables against purchases."""
    return days_sales_outstanding(payables, purchases, days)


def cash_conversion_cycle(inventory_days: float, receivable_days: float, payable_days: float) -> float:
    """KPI 17: days of inventory + days of receivables - days of payables, one window for all three."""
    return inventory_days + receivable_days - payable_days


def plan_attainment(made: ArrayLike, planned: ArrayLike) -> float:
    """KPI 18: sum made / sum planned; says nothing of mix."""
    return _over(float(_array(made).sum()), float(_array(planned).sum()))


def schedule_adherence(made: ArrayLike, planned: ArrayLike) -> float:
    """KPI 18: sum min(made, planned) / sum planned, by item and week: no credit for more than was planned, nor for another item."""
    return _over(float(np.minimum(_array(made), _array(planned)).sum()), float(_array(planned).sum()))


def gap_closing(effects: ArrayLike, probabilities: ArrayLike, in_plan: ArrayLike) -> tuple[float, float]:
    """KPI 19: effect of the actions that are not in the plan yet: gross, and weighed by probability, 0 where nobody gives one."""
    open_actions = ~np.asarray(in_plan, dtype=bool)
    amounts, chances = _array(effects)[open_actions], _array(probabilities)[open_actions]
    return float(amounts.sum()), float((amounts * chances).sum())


def revenue_at_risk(units: ArrayLike, price: ArrayLike) -> float:
    """KPI 20: sum of units x net price, of what is lost and of what waits apart; each late unit once."""
    return float((_array(units) * _array(price)).sum())


def excess_value(stock: ArrayLike, cover: ArrayLike, unit_cost: ArrayLike) -> float:
    """KPI 21: sum over items of stock above what the stated months of plan take x unit cost."""
    return float((np.maximum(_array(stock) - _array(cover), 0.0) * _array(unit_cost)).sum())


def throughput_per_hour(price: float, variable_cost: float, hours: float) -> float:
    """KPI 22: (net price - truly variable cost) / bottleneck hours per unit, money per hour."""
    return _over(price - variable_cost, hours)


def brier_score(stated: ArrayLike, won: ArrayLike) -> float:
    """KPI 24: mean squared difference of stated probability and outcome (G. W. Brier, 1950)."""
    told = _array(stated)
    return float(((told - _array(won)) ** 2).mean()) if len(told) else UNKNOWN


def crm_cover(shipped: float, open_orders: float, pipeline: float, plan: float) -> float:
    """KPI 24: (shipped + open orders for the period + weighted pipeline that is not in the baseline) / plan."""
    return _over(shipped + open_orders + pipeline, plan)


def utilisation(worked: float, available: float) -> float:
    """KPI 7: hours worked / available hours."""
    return _over(worked, available)


def efficiency(earned: float, worked: float) -> float:
    """KPI 7: standard hours earned / hours worked."""
    return _over(earned, worked)


def load(required: float, demonstrated: float) -> float:
    """KPI 7: required standard hours / demonstrated capacity, both of regular time."""
    return _over(required, demonstrated)


def on_time_share(done: int, due: int) -> float:
    """KPI 25: things done in time / things due, of steps, inputs, decisions and actions."""
    return _over(float(done), float(due))


def net_sales(units: ArrayLike, price: ArrayLike) -> float:
    """KPI 1: sum of units x net price."""
    return float((_array(units) * _array(price)).sum())


def attainment(actual: float, forecast: float) -> float:
    """KPI 2: actual / forecast frozen at the lag."""
    return _over(actual, forecast)


def gross_margin(sales: float, cost_of_goods: float) -> float:
    """KPI 3: (net sales - cost of the units sold) / net sales."""
    return _over(sales - cost_of_goods, sales)


def inventory_turnover(cost_of_goods: float, month_ends: ArrayLike) -> float:
    """KPI 5: cost of the units sold in twelve months / mean of thirteen month-end stocks at the same cost."""
    return _over(cost_of_goods, float(_array(month_ends).mean()))


def working_capital(current_assets: ArrayLike, current_liabilities: ArrayLike) -> float:
    """KPI 6: current assets - current liabilities."""
    return float(_array(current_assets).sum() - _array(current_liabilities).sum())


def contribution(margin: float, costs: ArrayLike) -> float:
    """Gross margin - the cost lines of the period."""
    return margin - float(_array(costs).sum())


def family_error(forecast: ArrayLike, actual: ArrayLike) -> float:
    """KPI 2, beside the total: sum over families of |F - A| / sum of A: a total at 100 % hides mix."""
    return wape(forecast, actual)
