"""How certain the demand plan is: by family in units, for the company in money."""

import numpy as np
import pandas as pd

from sopkit.demand.intervals import Spread
from sopkit.demand.series import COMPANY, with_family

LEVELS = {"p10": 0.1, "p90": 0.9}
OWN_ERRORS = 24  # scored months at which a family's own spread and the mean of all families count alike


def demand_range(consensus: pd.DataFrame, items: pd.DataFrame, errors: pd.DataFrame) -> pd.DataFrame:
    """P10, P50 and P90 of the plan around the consensus, from what sums of series were off by at earlier cutoffs.

    Errors are those of family totals (and of the company's value), so that series are taken as correlated as they were. An error is
    measured in u = (forecast + its mean over the origin) / 2: half of the uncertainty follows the month, half the family's size.
    width(q, fh) = pooled quantile q of e / (s u) at fh, less its median, x s x u of the consensus; s is the family's mean |e| / u,
    shrunk to the mean of all. P50 is the consensus: bias is told by the backtest, not hidden in the range. P10 is at least zero.

    Args:
        consensus: consensus_demand contract.
        items: items contract.
        errors: backtest.family_errors; a family without any has the mean spread of the others.

    Returns:
        demand_range contract: family x planned month in units, `*` in money; empty where no family could be scored.
    """
    plan = with_family(consensus, items)
    quantity = plan.pivot_table(index="family", columns="period", values="quantity", aggfunc="sum", sort=True)
    revenue = plan.groupby("period", sort=True)["revenue"].sum()
    families = _relative(errors)
    if families.empty:
        return pd.DataFrame(columns=["family", "period", "unit", "p10", "p50", "p90"])
    value = plan.groupby("family")["revenue"].sum() / plan.groupby("family")["quantity"].sum().replace(0.0, np.nan)
    company = _relative(_company(errors, value))
    table = [_family_rows(str(family), row, families, "units") for family, row in quantity.iterrows()]
    table.append(_family_rows(COMPANY, revenue, company, "money"))
    result = pd.concat(table, ignore_index=True).astype({"family": "str", "period": "str", "unit": "str"})
    return result.sort_values(["family", "period"], ignore_index=True)


def _relative(errors: pd.DataFrame) -> pd.DataFrame:
    """Errors (actual - forecast) in units of u = (forecast + mean forecast of the origin) / 2; cells without forecast are left out."""
    mean = errors.groupby(["family", "origin"])["forecast"].transform("mean")
    unit = (errors["forecast"] + mean) / 2
    told = errors.assign(relative=(errors["actual"] - errors["forecast"]) / unit.where(unit > 0))
    return told[told["relative"].notna()]


def _company(errors: pd.DataFrame, value: pd.Series) -> pd.DataFrame:
    """Errors of the company in money: each family at its mean price in the plan."""
    price = errors["family"].map(value).fillna(0.0)
    money = errors.assign(forecast=errors["forecast"] * price, actual=errors["actual"] * price)
    sums = money.groupby(["origin", "period", "fh"], sort=True)[["forecast", "actual"]].sum().reset_index()
    return sums.assign(family=COMPANY)


def _family_rows(family: str, plan: pd.Series, relative: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Quantiles of one family (or the company) over the planned months."""
    sizes = relative["relative"].abs().groupby(relative["family"]).agg(["mean", "count"])
    everyone = float(sizes["mean"].mean())
    own, count = (float(sizes["mean"][family]), int(sizes["count"][family])) if family in sizes.index else (everyone, 0)
    size = (count * own + OWN_ERRORS * everyone) / (count + OWN_ERRORS)
    scaled = relative["relative"] / relative["family"].map(sizes["mean"]).where(lambda mean: mean > 0)
    horizon = len(plan)
    by_step = [np.sort(scaled[(relative["fh"] == step) & scaled.notna()].to_numpy()) for step in range(1, int(relative["fh"].max()) + 1)]
    spread = Spread(tuple(by_step))
    middle = plan.to_numpy(dtype=float)
    scale = size * (middle + middle.mean()) / 2
    median = spread.quantile(0.5, horizon)
    low, high = (np.maximum(middle + (spread.quantile(level, horizon) - median) * scale, 0.0) for level in LEVELS.values())
    return pd.DataFrame({"family": family, "period": plan.index, "unit": unit, "p10": low, "p50": middle, "p90": high})
