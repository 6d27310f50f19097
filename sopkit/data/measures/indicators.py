"""Market indicators: the correlation with demand that each has earned, out of sample and for all that was tried."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import month_number, shifted

YEAR = 12
MOST_LAG = 12  # months tried, beside the one believed in
LEAST_HALF = 10  # pairs of months in each half, below which nothing is told
SIGNIFICANT = 0.05
ALL = "*"


def indicator_correlations(market_indicators: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """Whether each indicator leads the demand of the company and of each family, and by how many months.

    Compared are changes against the same month a year before, log(y_t / y_{t-12}) with log(x_{t-l} / x_{t-l-12}) (differences where the
    indicator is not always above zero). The lag is chosen on the first half of the months, as that of the largest correlation; the
    correlation told is that of the second half, which took no part in the choice. Its chance is that of Student's t with the number of
    independent months n (1 - a b) / (1 + a b), a and b the first autocorrelations (M. Bartlett, Journal of the Royal Statistical Society 98
    (1935), 536-543), adjusted by Holm for the number of pairs tried (S. Holm, Scandinavian Journal of Statistics 6 (1979), 65-70).

    Verdict: `earned` where the adjusted chance is at most 5 % and both halves agree in sign; `not_earned` otherwise; `cannot_tell` where a
    half has fewer than ten months. Only lags at which the value is known in time are tried: at least the months between what a value is
    about and its publication.

    Args:
        market_indicators: market_indicators contract; empty where it is not provided.
        history: demand_history contract; the un-censored demand counts.
        items: items contract.
        cutoff: last closed period.

    Returns:
        indicator_correlations contract: indicator x family (and `*`); indicators of one family are compared with that family only.
    """
    if market_indicators.empty or history.empty:
        return empty(CONTRACTS["indicator_correlations"])
    known = market_indicators[market_indicators["period"] <= cutoff]
    rows = []
    for (indicator, family, region), series in known.groupby(["indicator", "family", "region"], sort=True):
        for name, demand in _demands(history, items, str(family), str(region)).items():
            rows.append(_row(str(indicator), str(region), series, name, demand))
    table = pd.DataFrame(rows)
    if table.empty:
        return empty(CONTRACTS["indicator_correlations"])
    told = table["chance"].notna()
    adjusted = holm(table.loc[told, "chance"].to_numpy(dtype=float))
    table["adjusted_chance"] = np.nan
    table.loc[told, "adjusted_chance"] = adjusted
    earned = (table["adjusted_chance"] <= SIGNIFICANT) & (np.sign(table["correlation"]) == np.sign(table["first_correlation"]))
    table["verdict"] = np.where(~told, "cannot_tell", np.where(earned, "earned", "not_earned"))
    columns = CONTRACTS["indicator_correlations"].column_names()
    return conform(table.reindex(columns=columns), CONTRACTS["indicator_correlations"])


def _demands(history: pd.DataFrame, items: pd.DataFrame, family: str, region: str) -> dict[str, pd.Series]:
    """Demand by month that an indicator may lead: its own family, or each family and the company."""
    asked = history.assign(
        asked=history["uncensored_quantity"].fillna(history["quantity"]), family=history["item"].map(items.set_index("item")["family"])
    )
    asked = asked if region == ALL else asked[asked["region"] == region]
    if family != ALL:
        return {family: asked[asked["family"] == family].groupby("period")["asked"].sum()}
    by_family = {str(name): group.groupby("period")["asked"].sum() for name, group in asked.groupby("family", sort=True)}
    return {ALL: asked.groupby("period")["asked"].sum()} | by_family


def _row(indicator: str, region: str, series: pd.DataFrame, family: str, demand: pd.Series) -> dict[str, object]:
    """One indicator against one demand."""
    values = series.set_index("period")["value"].astype(float)
    change = yearly_change(values)
    wanted = yearly_change(demand.astype(float))
    delay = _delay(series)
    believed = series["lag_months"].dropna()
    lags = [lag for lag in range(MOST_LAG + 1) if lag >= delay]
    found = _chosen(change, wanted, lags)
    return {
        "indicator": indicator,
        "region": region,
        "family": family,
        "source": str(series["source"].iloc[-1]),
        "last_period": str(series["period"].max()),
        "believed_lag": int(believed.iloc[-1]) if len(believed) else None,
        "publication_lag": delay,
        "lag": found[0],
        "months": found[1],
        "first_correlation": found[2],
        "correlation": found[3],
        "chance": found[4],
    }


def _delay(series: pd.DataFrame) -> int:
    """Months between what a value is about and its publication, at most; 0 where that is not told."""
    told = series.dropna(subset=["published"])
    if told.empty:
        return 0
    published = told["published"].dt.year * 12 + told["published"].dt.month - 1
    about = told["period"].map(month_number)
    return max(int((published - about).max()), 0)


def yearly_change(values: pd.Series) -> pd.Series:
    """Change against the same month a year before, by month; logarithmic where all values are above zero."""
    before = values.reindex([shifted(str(period), -YEAR) for period in values.index]).to_numpy()
    change = np.log(values.to_numpy() / before) if (values > 0).all() else values.to_numpy() - before
    return pd.Series(change, index=values.index).dropna()


def _pairs(change: pd.Series, wanted: pd.Series, lag: int) -> tuple[np.ndarray, np.ndarray]:
    """Changes of the indicator `lag` months before, and of demand, in the months that both have."""
    earlier = change.reindex([shifted(str(period), -lag) for period in wanted.index]).to_numpy()
    there = np.isfinite(earlier)
    return earlier[there], wanted.to_numpy()[there]


def _chosen(change: pd.Series, wanted: pd.Series, lags: list[int]) -> tuple[int | None, int, float, float, float]:
    """Lag chosen on the first half, months of the second half, correlation of both halves, chance of the second."""
    best: tuple[float, int] | None = None
    for lag in lags:
        x, y = _pairs(change, wanted, lag)
        half = len(x) // 2
        if half < LEAST_HALF or np.std(x[:half]) < 1e-12 or np.std(y[:half]) < 1e-12:
            continue
        size = float(np.corrcoef(x[:half], y[:half])[0, 1])
        if best is None or abs(size) > abs(best[0]):
            best = (size, lag)
    if best is None:
        return None, 0, np.nan, np.nan, np.nan
    x, y = _pairs(change, wanted, best[1])
    half = len(x) // 2
    x, y = x[half:], y[half:]
    if np.std(x) < 1e-12 or np.std(y) < 1e-12:
        return best[1], len(x), best[0], np.nan, np.nan
    size = float(np.corrcoef(x, y)[0, 1])
    return best[1], len(x), best[0], size, correlation_chance(size, x, y)


def correlation_chance(size: float, x: np.ndarray, y: np.ndarray) -> float:
    """Two-sided chance of a correlation as large between series that are not related, each correlated with its own past."""
    from scipy.special import stdtr  # dear to import

    own = [float(np.corrcoef(values[1:], values[:-1])[0, 1]) if np.std(values[1:]) > 0 else 0.0 for values in (x, y)]
    product = np.clip(own[0] * own[1], 0.0, 0.99)
    independent = max(len(x) * (1 - product) / (1 + product), 3.0)
    statistic = abs(size) * np.sqrt((independent - 2) / max(1 - size**2, 1e-12))
    return float(2 * stdtr(independent - 2, -statistic))


def holm(chances: np.ndarray) -> np.ndarray:
    """Chances adjusted for their number: running maximum of (m - rank) p over the sorted ones, at most 1 (Holm 1979)."""
    order = np.argsort(chances, kind="stable")
    count = len(chances)
    adjusted = np.empty(count)
    adjusted[order] = np.minimum(np.maximum.accumulate((count - np.arange(count)) * chances[order]), 1.0)
    return adjusted
