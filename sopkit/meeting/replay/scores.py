"""Policies side by side: service, stock, money and forecast error, the difference and how sure it is."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from sopkit.demand.series import CELLS
from sopkit.periods import month_number

CONFIDENCE = 0.9  # of the interval
LEAST_MONTHS = 3  # of an interval
LAGS = (1, 3)


@dataclass(frozen=True)
class Measure:
    """A figure of a replayed span: sum of one column over the sum of another, or the mean by month."""

    name: str
    title: str
    unit: str
    of: str
    over: str  # column; empty = months
    better: str  # higher, lower or near


MEASURES = (
    Measure("service", "Shipped on time, of what was asked for", "share", "on_time", "demand", "higher"),
    Measure("lost", "Lost demand a month", "units", "lost", "", "lower"),
    Measure("stock", "Stock at month end", "units", "stock", "", "lower"),
    Measure("stock_value", "Stock at month end, at standard cost", "money", "stock_value", "", "lower"),
    Measure("net_sales", "Net sales a month", "money", "net_sales", "", "higher"),
    Measure("gross_margin", "Gross margin a month", "money", "gross_margin", "", "higher"),
    Measure("other_cost", "Overtime, subcontracting, holding and other cost a month", "money", "other_cost", "", "lower"),
    Measure("operating_contribution", "Operating contribution a month", "money", "operating_contribution", "", "higher"),
)


@dataclass(frozen=True)
class Interval:
    """A difference of two policies and where it lies nine times in ten."""

    difference: float
    low: float  # NaN below three months
    high: float


def paired_interval(change: np.ndarray, base: np.ndarray) -> Interval:
    """Sum change / sum base over paired months, and its 90 % interval.

    Months follow each other: stock is carried on. The variance of the ratio r is that of e_t = change_t - r base_t with the covariances of
    neighbours, S = g_0 + 2 sum_l (1 - l / (L + 1)) g_l, L = floor(4 (n / 100)^(2/9)) (Newey and West, Econometrica 55 (1987), 703-708),
    x n / (n - 1) / (sum base)^2; Student's t with n - 1 degrees of freedom.

    Args:
        change: of the one policy less the other, by month in order.
        base: what it is taken of; ones for a mean by month.
    """
    months, total = len(change), float(base.sum())
    if not months or not total > 0 or not np.isfinite(change).all():
        return Interval(np.nan, np.nan, np.nan)
    share = float(change.sum() / total)
    if months < LEAST_MONTHS:
        return Interval(share, np.nan, np.nan)
    left = change - share * base
    lags = int(4 * (months / 100) ** (2 / 9))
    variance = float(left @ left)
    for lag in range(1, min(lags, months - 1) + 1):
        variance += 2 * (1 - lag / (lags + 1)) * float(left[lag:] @ left[:-lag])
    error = float(np.sqrt(max(variance, 0.0) * months / (months - 1)) / total)
    reach = float(stdtrit(months - 1, (1 + CONFIDENCE) / 2)) * error
    return Interval(share, share - reach, share + reach)


def forecast_scores(layers: pd.DataFrame, history: pd.DataFrame, *, first: str, last: str) -> pd.DataFrame:
    """Forecast and recorded demand of each month at lags 1 and 3, over item, region and channel.

    Args:
        layers: a policy's own forecasts: made_in, CELLS, quantity.
        history: demand_history: recorded demand.
        first, last: months made in, and the last month scored.

    Returns:
        lag, period, forecast, actual, absolute_error (units), a row per lag and month. Demand of cells without a forecast counts with a
        forecast of zero.
    """
    made = layers["made_in"].map({name: month_number(str(name)) for name in layers["made_in"].unique()})
    due = layers["period"].map({name: month_number(str(name)) for name in layers["period"].unique()})
    rows = []
    for lag in LAGS:
        own = layers[(due - made == lag) & (layers["period"] <= last)]
        came = history[history["period"].isin(set(own["period"]))]
        wide = own.set_index(CELLS)["quantity"].rename("forecast").to_frame()
        wide = wide.join(came.set_index(CELLS)["quantity"].rename("actual"), how="outer").fillna(0.0)
        wide["absolute_error"] = (wide["forecast"] - wide["actual"]).abs()
        rows.append(wide.groupby(level="period").sum().reset_index().assign(lag=lag))
    return pd.concat(rows, ignore_index=True)[["lag", "period", "forecast", "actual", "absolute_error"]]


def side_by_side(months: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    """Each measure of each policy, and what each brings against the first.

    Returns:
        measure, title, unit, policy, value, difference, low, high, months, verdict; the difference is empty for the first policy. verdict:
        `better`, `worse`, `cannot_tell` (the interval holds zero), `same`, or empty.
    """
    rows: list[dict[str, object]] = []
    for measure in MEASURES if len(months) else ():
        wide = _wide(months, measure.of)
        base = _wide(months, measure.over) if measure.over else wide * 0 + 1.0
        rows += _rows(wide, base, measure)
    for lag in LAGS:
        own = errors[errors["lag"] == lag]
        if own.empty:  # too few months: none was forecast that far ahead
            continue
        for name, title, of, better in (
            ("wape", "Forecast error (WAPE)", "absolute_error", "lower"),
            ("bias", "Forecast above demand (bias)", "error", "near"),
        ):
            measure = Measure(f"{name}_lag_{lag}", f"{title}, lag {lag}", "share", of, "actual", better)
            wide = _wide(own.assign(error=own["forecast"] - own["actual"]), of)
            rows += _rows(wide, _wide(own, "actual"), measure)
    columns = ["measure", "title", "unit", "policy", "value", "difference", "low", "high", "months", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _wide(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """A column by month, a column per policy in the order that they came in."""
    return rows.pivot(index="period", columns="policy", values=column)[list(dict.fromkeys(rows["policy"]))].sort_index()


def _rows(wide: pd.DataFrame, base: pd.DataFrame, measure: Measure) -> list[dict[str, object]]:
    names = list(wide.columns)
    found = []
    for name in names:
        total = float(base[name].sum())
        value = float(wide[name].sum(skipna=False)) / total if total > 0 else np.nan
        told = {"measure": measure.name, "title": measure.title, "unit": measure.unit, "policy": name, "value": value, "months": len(wide)}
        if name != names[0]:
            change = paired_interval((wide[name] - wide[names[0]]).to_numpy(float), base[names[0]].to_numpy(float))
            told |= {"difference": change.difference, "low": change.low, "high": change.high, "verdict": _verdict(change, measure)}
        found.append(told)
    return found


def _verdict(change: Interval, measure: Measure) -> str:
    if change.difference == 0 and change.low == change.high:
        return "same"
    if measure.better == "near" or not np.isfinite(change.low):
        return ""
    if change.low <= 0 <= change.high:
        return "cannot_tell"
    return "better" if (change.difference > 0) == (measure.better == "higher") else "worse"
