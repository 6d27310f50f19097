"""Drivers that have earned their place: what they do to history and plan, and the table that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import NormalDist

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.measures.indicators import holm
from sopkit.data.working_days import calendar_of
from sopkit.demand.drivers.campaigns import campaign_drivers, campaign_shares
from sopkit.demand.drivers.effect import CONFIDENCE, Driver, Effect
from sopkit.demand.drivers.markets import MARKET, Markets, markets_of
from sopkit.demand.drivers.regressors import indicator_drivers, price_drivers, working_day_drivers
from sopkit.demand.drivers.trial import Trial, tried
from sopkit.demand.series import CELLS, COMPANY, training_quantity, with_family
from sopkit.errors import ParamsError, Problem
from sopkit.periods import months_between, period_range

KINDS = ("campaign", "price", "working_days", "indicator")
SIGNIFICANT = 0.05  # adjusted chance of so large a saving where a driver saves nothing
SIDED = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)  # deviations from the effect to either end of its interval
LEAST_MONTHS = 6  # scored months below which the backtest tells nothing


@dataclass(frozen=True)
class DriverInputs:
    """What drivers are made from; frames by contract, an empty one is not provided."""

    items: pd.DataFrame
    history: pd.DataFrame  # demand_history
    prices: pd.DataFrame
    campaigns: pd.DataFrame
    campaign_results: pd.DataFrame
    campaign_months: pd.DataFrame
    market_indicators: pd.DataFrame
    indicator_correlations: pd.DataFrame
    working_days: pd.DataFrame  # period, working_days: closed and planned months

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], *, country: str, horizon: int) -> "DriverInputs":
        """The inputs out of a run's tables by name; months that the company's calendar lacks are those of its country."""
        history = tables["demand_history"]
        first = str(history["period"].min()) if len(history) else "2000-01"
        count = months_between(first, str(history["period"].max())) + 1 + horizon if len(history) else 0
        days = calendar_of(tables["calendar"], country, period_range(first, count))
        names = [field.name for field in fields(cls) if field.name not in ("history", "working_days")]
        return cls(history=history, working_days=days, **{name: tables[name] for name in names})


@dataclass(frozen=True, eq=False)
class DriverEffects:
    """What drivers do: the table to show, and the factors that plan with them."""

    table: pd.DataFrame  # driver_effects contract; plan_quantity is empty until `planned_units`
    factors: pd.DataFrame  # driver, name, MARKET, period, log_factor, log_deviation; cells that a driver moves, closed and planned months


@dataclass(frozen=True, eq=False)
class _Tried:
    """A driver, what it does, and what the backtest said."""

    driver: Driver
    effect: Effect
    trial: Trial


def driver_effects(inputs: DriverInputs, *, cutoff: str, horizon: int, steps: int, kinds: Sequence[str] = KINDS) -> DriverEffects:
    """Which drivers have earned a place in the baseline, by how much each moves demand, and what that makes of every month.

    Each is tried at rolling origins (`tried`). Price, working days and indicators have earned their place in a family where the chance
    of the saving, adjusted for all that was tried (Holm 1979), is at most 5 % and the interval of the effect leaves out zero. Campaigns
    are measured first, each against markets without one in the same months; a family's uplift (`family_uplift`) moves the plan where
    its interval lies above zero and forecasts with it were the better ones over all families together. A campaign of a family whose
    history cannot tell moves nothing, unless the planner states an uplift.

    What has earned its place is taken out of the history that models learn from, and put on the months planned.

    Args:
        inputs: the demand and what may move it.
        cutoff: last closed month.
        horizon: planned months.
        steps: months ahead of each origin that are scored.
        kinds: drivers that may take part, some of KINDS.

    Raises:
        ParamsError: a kind that is not known.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ParamsError("no such driver", [Problem("drivers", ", ".join(map(repr, unknown)), "some of " + ", ".join(KINDS))])
    if inputs.history.empty:
        return DriverEffects(empty(CONTRACTS["driver_effects"]), _no_factors())
    markets = markets_of(inputs.history, inputs.items, cutoff=cutoff, horizon=horizon)
    found = [_Tried(one, one.effect(markets.closed), tried(one, markets, steps=steps)) for one in _drivers(inputs, markets, kinds)]
    verdicts = _verdicts(found)
    kept = [one for one, verdict in zip(found, verdicts, strict=True) if verdict == "earned"]
    factors = [_factor(one, markets) for one in kept]
    earned = {one.driver.family for one in kept if one.driver.kind == "campaign"}
    stated = _stated(inputs, markets, earned) if "campaign" in kinds else _no_factors()
    rows = [_row(one, verdict, stated) for one, verdict in zip(found, verdicts, strict=True)]
    table = conform(pd.DataFrame(rows), CONTRACTS["driver_effects"]) if rows else empty(CONTRACTS["driver_effects"])
    return DriverEffects(table, pd.concat([_no_factors(), *factors, stated], ignore_index=True))


def without_drivers(history: pd.DataFrame, items: pd.DataFrame, factors: pd.DataFrame) -> pd.DataFrame:
    """The history that models learn from, without what drivers did to it: the recorded quantity stays as it is.

    Args:
        history: demand_history contract.
        items: items contract.
        factors: of `DriverEffects`.
    """
    if factors.empty:
        return history
    return history.assign(uncensored_quantity=training_quantity(history) / driver_factor(history, items, factors))


def driver_factor(cells: pd.DataFrame, items: pd.DataFrame, factors: pd.DataFrame) -> np.ndarray:
    """What all drivers together do to each cell: factor by row of a frame with item, region, channel and period; 1 where nothing."""
    sums = factors.groupby([*MARKET, "period"], sort=True)["log_factor"].sum()
    keys = pd.MultiIndex.from_frame(with_family(cells, items)[[*MARKET, "period"]])
    return np.exp(sums.reindex(keys).fillna(0.0).to_numpy(dtype=float))


def driver_deviation(cells: pd.DataFrame, items: pd.DataFrame, factors: pd.DataFrame) -> np.ndarray:
    """How unsure the logarithm of `driver_factor` is, by row of the same frame: root of the sum of squares of its drivers' deviations."""
    squares = (factors["log_deviation"] ** 2).groupby([factors[key] for key in (*MARKET, "period")], sort=True).sum()
    keys = pd.MultiIndex.from_frame(with_family(cells, items)[[*MARKET, "period"]])
    return np.sqrt(squares.reindex(keys).fillna(0.0).to_numpy(dtype=float))


def planned_units(effects: DriverEffects, forecast: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The table of drivers with the units that each puts into the plan.

    Units of a cell = quantity - quantity / factor, shared among its drivers by their log factors; against a month in which the driver
    says nothing, so that a campaign that is repeated each year adds what it brings, not what it adds to last year.

    Args:
        effects: of `driver_effects`.
        forecast: statistical_forecast contract, made with the factors.
        items: items contract.

    Returns:
        driver_effects contract.
    """
    cells = with_family(forecast[[*CELLS, "quantity"]], items)
    moved = cells.merge(effects.factors, on=[*MARKET, "period"])
    together = moved.groupby(CELLS)["log_factor"].transform("sum")
    part = moved["log_factor"] / together.where(together.abs() > 1e-12)
    units = (moved["quantity"] * (1 - np.exp(-together)) * part).fillna(0.0)
    sums = units.groupby([moved["driver"], moved["name"], moved["family"]]).sum()
    keys = pd.MultiIndex.from_frame(effects.table[["driver", "name", "family"]])
    return conform(effects.table.assign(plan_quantity=sums.reindex(keys).fillna(0.0).to_numpy()), CONTRACTS["driver_effects"])


def _drivers(inputs: DriverInputs, markets: Markets, kinds: Sequence[str]) -> list[Driver]:
    """Everything that may be tried, in the order of KINDS."""
    found: list[Driver] = []
    if "campaign" in kinds:
        found += campaign_drivers(inputs.campaign_results, inputs.campaign_months, markets)
    if "price" in kinds:
        found += price_drivers(inputs.prices, inputs.history, inputs.items, markets)
    if "working_days" in kinds:
        found += working_day_drivers(inputs.working_days, markets)
    if "indicator" in kinds:
        found += indicator_drivers(inputs.market_indicators, inputs.indicator_correlations, markets)
    return found


def _verdicts(found: list[_Tried]) -> list[str]:
    """earned, not_earned or cannot_tell, one per driver."""
    told = [one.effect.told and one.trial.months >= LEAST_MONTHS and np.isfinite(one.trial.saving.chance) for one in found]
    slopes = [place for place, one in enumerate(found) if one.driver.kind != "campaign" and told[place]]
    adjusted = dict(zip(slopes, holm(np.array([found[place].trial.saving.chance for place in slopes])), strict=True))
    campaigns = [one for place, one in enumerate(found) if one.driver.kind == "campaign" and told[place]]
    saved = sum(one.trial.saved for one in campaigns)
    result = []
    for place, one in enumerate(found):
        if not told[place]:
            result.append("cannot_tell")
        elif one.driver.kind == "campaign":
            result.append("cannot_tell" if not one.effect.sure else "earned" if one.effect.low > 0 and saved > 0 else "not_earned")
        else:
            result.append("earned" if adjusted[place] <= SIGNIFICANT and one.effect.sure else "not_earned")
    return result


def _factor(one: _Tried, markets: Markets) -> pd.DataFrame:
    """What an earned driver does, cell by cell, and how unsure that is: half the width of its 90 % interval / 1.645."""
    value, low, high = (one.driver.log_factor(effect, markets.closed) for effect in (one.effect.value, one.effect.low, one.effect.high))
    return _long(one.driver.kind, one.driver.name, markets, one.driver.rows, value, np.abs(high - low) / (2 * SIDED))


def _stated(inputs: DriverInputs, markets: Markets, earned: set[str]) -> pd.DataFrame:
    """What planned campaigns do at an uplift that the planner states, in families whose history cannot tell."""
    campaigns = inputs.campaigns
    if "stated_uplift_share" not in campaigns or campaigns["stated_uplift_share"].isna().all():
        return _no_factors()
    total = np.zeros((len(markets.keys), len(markets.periods)))
    for uplift, rows in campaigns.dropna(subset=["stated_uplift_share"]).groupby("stated_uplift_share", sort=True):
        mine = inputs.campaign_months.merge(rows[["campaign", *MARKET]], on=["campaign", *MARKET])
        total += np.log1p(float(uplift) * campaign_shares(mine, markets))  # type: ignore[arg-type]
    total[:, : markets.closed] = 0.0
    total[markets.keys["family"].isin(earned).to_numpy(dtype=bool)] = 0.0
    return _long("campaign", COMPANY, markets, np.arange(len(markets.keys)), total, np.zeros_like(total))  # how unsure, nobody said


def _long(kind: str, name: str, markets: Markets, rows: np.ndarray, factor: np.ndarray, deviation: np.ndarray) -> pd.DataFrame:  # noqa: PLR0913
    """Matrices of log factors and their deviations as rows, those that move nothing left out."""
    row, month = np.nonzero(np.abs(factor) > 1e-12)
    keys = markets.keys.iloc[rows[row]].reset_index(drop=True)
    periods = pd.Series(np.array(markets.periods, dtype=object)[month], dtype="str")
    return keys.assign(driver=kind, name=name, period=periods, log_factor=factor[row, month], log_deviation=deviation[row, month])[_FACTORS]


_FACTORS = ["driver", "name", *MARKET, "period", "log_factor", "log_deviation"]


def _no_factors() -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=float if name.startswith("log_") else "str") for name in _FACTORS})


def _row(one: _Tried, verdict: str, stated: pd.DataFrame) -> dict[str, object]:
    """A driver as a row of the table."""
    driver, effect, trial = one.driver, one.effect, one.trial
    by_planner = verdict != "earned" and driver.kind == "campaign" and driver.family in set(stated["family"])
    return {
        "driver": driver.kind,
        "name": driver.name,
        "family": driver.family,
        "effect": effect.value,
        "effect_low": effect.low,
        "effect_high": effect.high,
        "evidence": effect.count,
        "origins": trial.origins,
        "months": trial.months,
        "with_wape_ratio": trial.with_ratio,
        "without_wape_ratio": trial.without_ratio,
        "saving_ratio": trial.saving.share,
        "saving_low_ratio": trial.saving.low,
        "saving_high_ratio": trial.saving.high,
        "verdict": "stated" if by_planner else verdict,
        "plan_quantity": np.nan,
        "why": _why(one, verdict, by_planner),
    }


def _why(one: _Tried, verdict: str, by_planner: bool) -> str:
    """The verdict in words."""
    kind = one.driver.kind
    if not one.effect.told:
        missing = {
            "campaign": "no campaign was over and could be measured",
            "price": "the listed price did not move enough, or not for long enough, to tell what it does",
            "working_days": "too few months with the same month a year before",
            "indicator": "too few months of the indicator",
        }
        told = missing[kind]
    elif one.trial.months < LEAST_MONTHS:
        told = f"only {one.trial.months} months could be forecast with it and without it"
    elif verdict == "earned":
        told = "the effect is sure, and forecasts with it were better"
    elif not one.effect.sure:
        told = "the interval of the effect holds zero"
    else:
        told = "forecasts with it were not surely better"
    return f"{told}; planned at the uplift that the planner states" if by_planner else told
