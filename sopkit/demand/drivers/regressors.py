"""Price, working days and market indicators as drivers: what each says of a month, and the elasticity that demand has shown to it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.demand.drivers.effect import UNKNOWN, YEAR, Effect, yearly_slope
from sopkit.demand.drivers.markets import Markets
from sopkit.demand.prices import price_list
from sopkit.demand.series import COMPANY, SERIES, with_family
from sopkit.periods import month_number

LEAST_LEVELS = 24  # known months of an indicator below which its season and trend are not known


@dataclass(frozen=True, eq=False)
class CommonDriver:
    """A regressor that is known for every month ahead, the same kind of number for each market: working days, or the price list."""

    kind: str
    family: str
    rows: np.ndarray
    demand: np.ndarray  # (its markets, closed)
    signal: np.ndarray  # (its markets, months): logarithms; NaN where not known
    name: str = COMPANY
    pooled: bool = True

    def effect(self, known: int) -> Effect:
        """The elasticity by the months closed."""
        volume = np.nansum(self.demand[:, :known], axis=1)
        weight = np.where(np.isnan(self.signal), 0.0, volume[:, None] / max(volume.sum(), 1e-12))
        total = weight.sum(axis=0)
        mean = np.divide((weight * np.nan_to_num(self.signal)).sum(axis=0), total, out=np.full(len(total), np.nan), where=total > 0)
        return yearly_slope(np.nansum(self.demand[:, :known], axis=0), mean[:known])

    def log_factor(self, effect: float, known: int) -> np.ndarray:
        """(markets, months): effect x the regressor against that of the last closed month."""
        last = self.signal[:, known - 1 : known]
        return np.nan_to_num(effect * (self.signal - last))


@dataclass(frozen=True, eq=False)
class IndicatorDriver:
    """A market indicator that leads demand by `lag` months, and is published `delay` months after the month it is about."""

    name: str
    family: str
    rows: np.ndarray
    demand: np.ndarray  # (its markets, closed)
    level: np.ndarray  # (months,): logarithm of the indicator in the month it is about; NaN where not known
    lag: int
    delay: int
    kind: str = "indicator"
    pooled: bool = True

    def signal(self, known: int) -> np.ndarray:
        """(months,): how far the indicator stood off its season and trend, in the month of demand that it speaks of; NaN elsewhere."""
        level = self.level.copy()
        level[max(known - self.delay, 0) :] = np.nan
        off = _off_season(level)
        moved = np.full(len(off), np.nan)
        moved[self.lag :] = off[: len(off) - self.lag]
        return moved

    def effect(self, known: int) -> Effect:
        """The elasticity of demand to it, by the months closed."""
        signal = self.signal(known)
        return yearly_slope(np.nansum(self.demand[:, :known], axis=0), signal[:known]) if np.isfinite(signal).any() else UNKNOWN

    def log_factor(self, effect: float, known: int) -> np.ndarray:
        """(markets, months): effect x how far the indicator stood off what is usual, where it speaks of the month."""
        return np.tile(np.nan_to_num(effect * self.signal(known)), (len(self.rows), 1))


def _off_season(level: np.ndarray) -> np.ndarray:
    """A series less its season and linear trend, by least squares; NaN where it is not known or too short."""
    known = np.isfinite(level)
    off = np.full(len(level), np.nan)
    if known.sum() < LEAST_LEVELS:
        return off
    month = np.arange(len(level))
    design = np.column_stack([month[:, None] % YEAR == np.arange(YEAR), month]).astype(float)
    coefficients, *_ = np.linalg.lstsq(design[known], level[known], rcond=None)
    off[known] = level[known] - design[known] @ coefficients
    return off


def working_day_drivers(working_days: pd.DataFrame, markets: Markets) -> list[CommonDriver]:
    """One driver per family: log of the month's working days against the mean of that calendar month.

    The season of a series has the usual length of its months in it already; what is left is that of this year's.

    Args:
        working_days: period, working_days (days); empty where no calendar is known.
        markets: where they act.
    """
    if working_days.empty:
        return []
    days = working_days.set_index("period")["working_days"].astype(float).reindex(list(markets.periods)).to_numpy()
    level = np.log(np.where(days > 0, days, np.nan))
    calendar = np.array([month_number(period) % YEAR for period in markets.periods])
    usual = np.array([level[calendar == month][np.isfinite(level[calendar == month])].mean() for month in calendar])
    return [_common("working_days", family, markets, np.tile(level - usual, (len(markets.keys), 1))) for family in markets.families]


def price_drivers(prices: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, markets: Markets) -> list[CommonDriver]:
    """One driver per family whose prices were listed: mean log price of its items, weighted by what each sold; NaN where none is listed.

    Args:
        prices: prices contract (money per unit); only what is listed counts, as what was earned moves with the mix.
        history, items: by contract.
        markets: where they act.
    """
    if prices.empty:
        return []
    sold = with_family(history, items).groupby(["family", *SERIES], sort=True)["quantity"].sum().clip(lower=0).reset_index()
    grid = sold.merge(pd.DataFrame({"period": list(markets.periods)}), how="cross")
    listed = grid.assign(level=np.log(price_list(prices, grid))).dropna(subset=["level"])
    listed = listed[np.isfinite(listed["level"]) & (listed["quantity"] > 0)]
    if listed.empty:
        return []
    keys = ["family", "region", "channel", "period"]
    sums = listed.assign(weighted=listed["level"] * listed["quantity"]).groupby(keys)[["weighted", "quantity"]].sum()
    wide = (sums["weighted"] / sums["quantity"]).unstack("period").reindex(columns=list(markets.periods))
    signal = wide.reindex(pd.MultiIndex.from_frame(markets.keys)).to_numpy(dtype=float)
    return [_common("price", family, markets, signal) for family in markets.families if np.isfinite(signal[markets.of(family)]).any()]


def indicator_drivers(indicators: pd.DataFrame, correlations: pd.DataFrame, markets: Markets) -> list[IndicatorDriver]:
    """One driver per indicator and family for which step 1 found that it leads: in that family, or in the company.

    Args:
        indicators: market_indicators contract.
        correlations: indicator_correlations contract.
        markets: where they act.
    """
    earned = correlations[correlations["verdict"] == "earned"]
    found: list[IndicatorDriver] = []
    for row in earned.sort_values(["indicator", "region", "family"], ascending=[True, True, False]).to_dict("records"):
        values = indicators[(indicators["indicator"] == row["indicator"]) & (indicators["region"] == row["region"])]
        values = values[values["family"].isin([COMPANY, row["family"]])]
        level = values.drop_duplicates("period").set_index("period")["value"].reindex(list(markets.periods)).to_numpy(dtype=float)
        if not (level[np.isfinite(level)] > 0).all():
            continue
        for family in markets.families if row["family"] == COMPANY else [row["family"]]:
            rows = markets.of(family, row["region"])
            told = (row["indicator"], family) in {(one.name, one.family) for one in found}
            if len(rows) and not told:
                timing = int(row["lag"]), int(row["publication_lag"])
                found.append(IndicatorDriver(row["indicator"], family, rows, markets.demand[rows], np.log(level), *timing))
    return found


def _common(kind: str, family: str, markets: Markets, signal: np.ndarray) -> CommonDriver:
    rows = markets.of(family)
    return CommonDriver(kind, family, rows, markets.demand[rows], signal[rows])
