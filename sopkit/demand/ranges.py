"""How certain the demand plan is: of any node in units or money, written by family in units and for the company in money."""

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd

from sopkit.demand.hierarchy.correlation import Correlation, summed_width
from sopkit.demand.hierarchy.track import Track
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.series import CELLS, COMPANY, SERIES, with_family
from sopkit.demand.widening import widening

WIDTHS = ["below", "above"]  # median - P10 and P90 - median
SHARES = "share_variance"  # of the errors of shares, where a forecast was divided
DRIVERS = "driver_deviation"  # of what drivers put on it: one and the same error in all of a family
TAIL = NormalDist().inv_cdf(0.9)
COLUMNS = ["family", "period", "unit", "p10", "p50", "p90"]


def demand_range(
    consensus: pd.DataFrame,
    forecast: pd.DataFrame,
    items: pd.DataFrame,
    correlation: Correlation,
    policy: DemandPolicy,
    *,
    track: Track | None = None,
) -> pd.DataFrame:
    """P10, P50 and P90 of the plan by family in units, and of the company in money.

    Args:
        consensus: consensus_demand contract.
        forecast: statistical_forecast contract: the quantiles of the series.
        items: items contract.
        correlation: how far the errors of series move together.
        policy: the level that was forecast: series divided from one forecast move as one.
        track: the coherent forecasts of earlier cutoffs, which say how much wider each level is (`widening`); None = not at all.

    Returns:
        demand_range contract: family x planned month in units, `*` in money.
    """
    cells = with_width(consensus, forecast, items)
    families = node_range(cells, ["family"], correlation, policy, track=track).assign(unit="units")
    price = cells["net_price"]
    money = cells.assign(
        quantity=cells["revenue"],
        **{name: cells[name] * price for name in WIDTHS},
        **{SHARES: cells[SHARES] * price**2, DRIVERS: cells[DRIVERS] * price},
    )
    company = node_range(money.assign(company=COMPANY), ["company"], correlation, policy, track=track).rename(columns={"company": "family"})
    table = pd.concat([families, company.assign(unit="money")], ignore_index=True)[COLUMNS]
    return table.astype({"family": "str", "period": "str", "unit": "str"}).sort_values(["family", "period"], ignore_index=True)


def node_range(
    cells: pd.DataFrame, keys: Sequence[str], correlation: Correlation, policy: DemandPolicy, *, track: Track | None = None
) -> pd.DataFrame:
    """P10, P50 and P90 of sums of the plan, neither as if series were independent nor as if they all moved as one.

    P50 is the consensus: bias is told by the backtest, not hidden in the range. The widths below and above are `summed_width` of those of
    the series that were forecast, times the level's `widening` where its sums were off by more than that at earlier cutoffs, at most what
    they come to if all series move as one: the range of a sum is no wider than the sum of the ranges. P10 is at least zero.

    Where a forecast was divided over series, the node also carries what their shares may be off by: of a forecast of which it holds the
    series G, u^2 = S_G - S_G^2 / S, S the sum of the squared errors of shares (`share_error`), since shares add up to one and a node
    that holds all of them has no such error. Shares of different forecasts err apart from one another where single orders decide them;
    where markets drift they err together, and the level is widened by what that came to. What drivers put on the plan is as unsure as
    their effects: a family's driver errs in all its series at once, those of two families apart.

    Args:
        cells: `with_width`.
        keys: columns of `cells` that tell the nodes apart.
        correlation: how far the errors of series move together.
        policy: the level that was forecast.
        track: the coherent forecasts of earlier cutoffs; None = no level is widened.

    Returns:
        keys, period, p10, p50, p90; one row per node and planned month, sorted.
    """
    keys = list(keys)
    series = list(dict.fromkeys([*keys, "family", "item", *policy.forecast_level]))
    moving = cells.groupby([*series, "period"], sort=True)[[*WIDTHS, SHARES, DRIVERS]].sum().reset_index()
    divided = [*policy.forecast_level, "period"]
    whole = moving.merge(cells.groupby(divided, sort=True)[SHARES].sum().rename("whole").reset_index(), on=divided, how="left")["whole"]
    moving[SHARES] = TAIL * np.sqrt((moving[SHARES] * (1 - moving[SHARES] / whole.where(whole > 0))).clip(lower=0).fillna(0.0))
    middle = cells.groupby([*keys, "period"], sort=True)["quantity"].sum()
    rows = []
    for node, own in moving.groupby(keys, sort=True):
        wide = own.pivot_table(index=series, columns="period", values=[*WIDTHS, SHARES, DRIVERS], fill_value=0.0)
        about = wide.index.to_frame(index=False)
        point = middle.loc[node]
        below, above = (summed_width(wide[name].reindex(columns=point.index).to_numpy(), about, correlation) for name in WIDTHS)
        shares = (wide[SHARES].reindex(columns=point.index).to_numpy() ** 2).sum(axis=0)
        drivers = (wide[DRIVERS].reindex(columns=point.index).groupby(level="family").sum().to_numpy() ** 2).sum(axis=0) * TAIL**2
        below, above = (np.sqrt(width**2 + shares + drivers) for width in (below, above))
        beside = sum(np.sqrt(part) for part in (shares, drivers))
        most = {f"most_{name}": wide[name].reindex(columns=point.index).to_numpy().sum(axis=0) + beside for name in WIDTHS}
        named = dict(zip(keys, node, strict=True))
        rows.append(pd.DataFrame({**named, "period": point.index, "below": below, "p50": point.to_numpy(), "above": above, **most}))
    columns = [*keys, "period", "p10", "p50", "p90"]
    if not rows:
        return pd.DataFrame(columns=columns)
    table = pd.concat(rows, ignore_index=True)
    factor = 1.0 if track is None else table[["period"]].merge(widening(track, table, keys), on="period", how="left")["factor"].to_numpy()
    below, above = (np.minimum(factor * table[name], table[[name, f"most_{name}"]].max(axis=1)) for name in WIDTHS)
    return table.assign(p10=(table["p50"] - below).clip(lower=0.0), p90=table["p50"] + above)[columns]


def with_width(consensus: pd.DataFrame, forecast: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The plan's cells with family, `below` and `above`: widths of their forecast, units.

    A cell without a statistical forecast of its own (a launch) has the width, in relation to its units, that its family's cells have
    together, the company's where the family has none.
    """
    widths = {"below": forecast["p50"] - forecast["p10"], "above": forecast["p90"] - forecast["p50"]}
    if "share_error" in forecast:  # of divided series the range holds the error of shares apart
        widths = {name: forecast[f"divided_{name}"].fillna(width) for name, width in widths.items()}
    shares = forecast["share_error"].fillna(0.0) ** 2 if "share_error" in forecast else 0.0
    nothing = pd.Series(0.0, index=forecast.index)
    drivers = forecast["driver_error"].fillna(0.0) if "driver_error" in forecast else nothing
    if "driver_error" in forecast:  # so that of drivers, which quantiles of series that were not divided hold
        held = (TAIL * drivers).where(forecast["divided_below"].isna(), 0.0) if "divided_below" in forecast else TAIL * drivers
        widths = {name: np.sqrt((width**2 - held**2).clip(lower=0.0)) for name, width in widths.items()}
    told = forecast.assign(**widths, **{SHARES: shares, DRIVERS: drivers})[[*CELLS, "quantity", *WIDTHS, SHARES, DRIVERS]]
    told = told.rename(columns={"quantity": "expected"})
    cells = with_family(consensus, items).merge(told, on=CELLS, how="left", validate="one_to_one")
    launched = cells["expected"].isna() | cells.groupby(SERIES)["expected"].transform("sum").eq(0) & cells["quantity"].gt(0)
    sums = cells[~launched].groupby("family")[["expected", *WIDTHS]].sum()
    everyone = sums.sum()
    for name in WIDTHS:
        whole = everyone[name] / everyone["expected"] if everyone["expected"] > 0 else 0.0
        share = (sums[name] / sums["expected"].where(sums["expected"] > 0)).reindex(cells["family"]).fillna(whole).to_numpy()
        cells[name] = np.where(launched, share * cells["quantity"], cells[name].fillna(0.0))
    return cells.fillna({SHARES: 0.0, DRIVERS: 0.0}).drop(columns="expected")
