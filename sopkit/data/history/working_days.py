"""Whether demand follows the number of working days, and what a month is worth like for like."""

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.periods import shifted

YEAR = 12
LEAST_PAIRS = 18  # months with the same month a year before, below which nothing is told
LEVEL = 0.95  # of the interval
COMPANY = "*"


def working_day_effects(history: pd.DataFrame, items: pd.DataFrame, working_days: pd.DataFrame) -> pd.DataFrame:
    """Whether demand of the company and of each family follows the number of working days of the month.

    log(y_t / y_{t-12}) = a + b log(w_t / w_{t-12}) by least squares; b = 1 where demand per working day is what is constant, 0 where
    working days do not matter. `follows` where the 95 % interval of b lies above 0, `does_not` where it lies below 1 and holds 0,
    `cannot_tell` where it holds both or too few months are known. Source: the length-of-month regressor of W. Bell and S. Hillmer,
    Journal of the American Statistical Association 78 (1983), 526-534, here on year-over-year changes.

    Args:
        history: demand_history contract; the un-censored demand counts.
        items: items contract.
        working_days: period, working_days (days); empty where no calendar is known.

    Returns:
        working_day_effects contract: one row per family and `*`.
    """
    if working_days.empty:
        return empty(CONTRACTS["working_day_effects"])
    days = working_days.set_index("period")["working_days"].astype(float)
    asked = history["uncensored_quantity"].fillna(history["quantity"])
    family = history["item"].map(items.set_index("item")["family"]).to_numpy()
    by_family = asked.groupby([family, history["period"].to_numpy()]).sum().unstack(level=0).sort_index()
    groups = {COMPANY: by_family.sum(axis=1)} | {str(name): by_family[name].dropna() for name in by_family}
    rows = [(name, *_effect(series, days)) for name, series in groups.items()]
    columns = CONTRACTS["working_day_effects"].column_names()
    return conform(pd.DataFrame(rows, columns=columns), CONTRACTS["working_day_effects"])


def _effect(series: pd.Series, days: pd.Series) -> tuple[int, float, float, float, str]:
    """Pairs of months, elasticity with its interval, verdict."""
    before = [shifted(str(period), -YEAR) for period in series.index]
    change = pd.DataFrame(
        {
            "demand": series.to_numpy() / series.where(series > 0).reindex(before).to_numpy(),
            "days": days.reindex(series.index).to_numpy() / days.reindex(before).to_numpy(),
        }
    )
    change = np.log(change[(change > 0).all(axis=1) & np.isfinite(change).all(axis=1)])
    if len(change) < LEAST_PAIRS or change["days"].std() < 1e-9:
        return len(change), np.nan, np.nan, np.nan, "cannot_tell"
    from scipy.special import stdtrit  # dear to import
    from scipy.stats import linregress

    fit = linregress(change["days"], change["demand"])
    apart = stdtrit(len(change) - 2, (1 + LEVEL) / 2) * fit.stderr
    low, high = fit.slope - apart, fit.slope + apart
    verdict = "follows" if low > 0 else "does_not" if high < 1 else "cannot_tell"
    return len(change), float(fit.slope), float(low), float(high), verdict


def working_day_factors(calendar: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """What the working days of each month make of the demand of the families that follow them.

    factor_t = (w_t / mean of w over the same month of the year)^b with the family's elasticity b: what a month usually has is season,
    what it has more or less than usual is the factor. Source: as `working_day_effects`.

    Args:
        calendar: planning_calendar contract.
        effects: working_day_effects contract.

    Returns:
        working_day_factors contract: family x month, for families whose verdict is `follows`; the company's own row makes none.
    """
    days = calendar.set_index("period")["working_days"].astype(float)
    usual = days.groupby(days.index.str[5:]).transform("mean")
    follows = effects[(effects["verdict"] == "follows") & (effects["family"] != COMPANY)]
    parts = [
        pd.DataFrame({"family": row.family, "period": days.index, "working_days": days.to_numpy(), "usual_days": usual.to_numpy()}).assign(
            factor=(days / usual.where(usual > 0)).fillna(1.0).to_numpy() ** row.elasticity
        )
        for row in follows.itertuples()
    ]
    return (
        conform(pd.concat(parts, ignore_index=True), CONTRACTS["working_day_factors"]) if parts else empty(CONTRACTS["working_day_factors"])
    )


def monthly_history(history: pd.DataFrame, items: pd.DataFrame, working_days: pd.DataFrame, effects: pd.DataFrame) -> pd.DataFrame:
    """Demand by family and month, recorded and un-censored, beside the year before, like for like.

    like_for_like_change = y_t / y_{t-12} / (w_t / w_{t-12})^b - 1 with the family's own elasticity b where its demand follows working
    days; elsewhere it is the plain change, since there is nothing to take off.

    Args:
        history: demand_history contract.
        items: items contract.
        working_days: period, working_days; empty where no calendar is known.
        effects: working_day_effects contract.

    Returns:
        monthly_history contract: family (and `*`) x month.
    """
    family = history["item"].map(items.set_index("item")["family"])
    asked = history.assign(family=family, uncensored_quantity=history["uncensored_quantity"].fillna(history["quantity"]))
    measures = ["quantity", "uncensored_quantity", "sold_quantity", "revenue"]
    by_family = asked.groupby(["family", "period"], sort=True)[measures].sum().reset_index()
    company = asked.groupby("period", sort=True)[measures].sum().reset_index().assign(family=COMPANY)
    table = pd.concat([company, by_family], ignore_index=True)
    days = working_days.set_index("period")["working_days"].astype(float) if len(working_days) else pd.Series(dtype=float)
    before = table["period"].map({period: shifted(str(period), -YEAR) for period in table["period"].unique()})
    then = table.set_index(["family", "period"])["uncensored_quantity"].reindex(pd.MultiIndex.from_arrays([table["family"], before]))
    change = table["uncensored_quantity"].to_numpy() / np.where(then > 0, then, np.nan)
    follows = effects[effects["verdict"] == "follows"].set_index("family")["elasticity"]
    elasticity = table["family"].map(follows).fillna(0.0).to_numpy(dtype=float)
    ratio = days.reindex(table["period"]).to_numpy() / days.reindex(before).to_numpy()
    alike = change / np.where(elasticity == 0, 1.0, ratio**elasticity)
    table = table.assign(
        working_days=days.reindex(table["period"]).to_numpy(),
        year_before_quantity=then.to_numpy(),
        change_ratio=change - 1,
        like_for_like_ratio=alike - 1,
    )
    return conform(table, CONTRACTS["monthly_history"])
