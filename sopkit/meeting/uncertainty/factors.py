"""How uncertain demand is, item by item, and what moves it together: factors of the company, of each family, and an item's own.

The widths are those of the statistical forecast; how far they move together is read off the demand range, which was estimated from
backtest errors: the correlation that makes the items' widths add up to the family's, and the families' to the company's.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.periods import shifted

Numbers = NDArray[np.float64]
KEY = ["item", "region", "channel", "period"]
COMPANY = "*"
LEAST_PAIRS = 12  # pairs of months from which persistence is measured
ASSUMED_PERSISTENCE = 0.5


@dataclass(frozen=True)
class DemandFactors:
    """Demand as planned and how it may move; arrays are items x months."""

    items: list[str]
    months: list[str]
    families: list[str]  # sorted
    family: NDArray[np.int64]  # number of each item's family
    quantity: Numbers  # planned units
    below: Numbers  # median - P10, units: what moves with the family
    above: Numbers  # P90 - median, units
    own: Numbers  # the same, of the item alone, both sides alike
    family_correlation: Numbers  # of two items of a family, by family
    company_correlation: float  # of two families' sums
    company_share: Numbers  # of what a family's items have in common: the part that the company has in common, by family
    persistence: float  # correlation of the errors of two neighbouring months
    persistence_basis: str  # measured, or assumed


def demand_factors(
    consensus: pd.DataFrame, forecast: pd.DataFrame, demand_range: pd.DataFrame, items: pd.DataFrame, persistence: tuple[float, str]
) -> DemandFactors:
    """Widths and correlations of demand by item.

    With w_s the width of series s (half of P90 - P10), a family's width W obeys W^2 = (1 - r) sum w_s^2 + r (sum w_s)^2; r is solved for
    over all months together (a family of one series moves as one), likewise the company's correlation from the families' money. An item's
    part that moves with its family is the sum of its series' widths, its own part the root of (1 - r) sum w_s^2. What has no statistical
    forecast of its own (a launch) has the width, in relation to its units, that its family has.

    Args:
        consensus: consensus_demand.
        forecast: statistical_forecast, with quantiles.
        demand_range: P10, P50 and P90 by family in units, and of the company in money.
        items: items.
        persistence: `persistence_of`.

    Returns:
        DemandFactors of the items that are planned.
    """
    months = sorted(consensus["period"].unique())
    codes = sorted(consensus["item"].unique())
    family_by_item = items.set_index("item")["family"].reindex(codes)
    families = sorted(family_by_item.unique())
    quantity = _matrix(consensus, "quantity", codes, months)
    told = consensus[KEY].merge(forecast, on=KEY, how="left")
    below, above = (told["p50"] - told["p10"]).fillna(0.0), (told["p90"] - told["p50"]).fillna(0.0)
    told = told.assign(below=below, above=above, square=((below + above) / 2) ** 2)
    wide = {name: _matrix(told, name, codes, months) for name in ("below", "above", "square")}
    family = pd.Index(families).get_indexer(family_by_item)
    lent = _lent(wide, quantity, family, len(families))
    mean, square = (lent["below"] + lent["above"]) / 2, lent["square"]
    within = _family_correlation(mean, square, family, families, months, demand_range)
    company = _company_correlation(families, months, demand_range, consensus, items)
    return DemandFactors(
        codes,
        months,
        families,
        family,
        quantity,
        lent["below"],
        lent["above"],
        np.sqrt((1 - within[family])[:, None] * square),
        within,
        company,
        _company_share(company, mean, square, family, within),
        *persistence,
    )


def persistence_of(snapshots: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, *, cutoff: str) -> tuple[float, str]:
    """Correlation of the errors of two neighbouring months of one frozen forecast, by family, and whether it is measured or assumed.

    r = sum e_t e_t+1 / sqrt(sum e_t^2 sum e_t+1^2) over families, cycles and pairs of months, of the consensus layer, else of the
    statistical one; a bias that stays counts as persistence. With fewer than twelve pairs it is assumed to be one half. At least 0.

    Args:
        snapshots: forecast_snapshots; may be empty.
        history: demand_history.
        items: items.
        cutoff: last closed period.
    """
    family = items.set_index("item")["family"]
    actual = history.assign(family=history["item"].map(family)).groupby(["family", "period"])["quantity"].sum()
    for layer in ("consensus", "statistical"):
        rows = snapshots[snapshots["layer"].eq(layer) & snapshots["period"].le(cutoff)]
        frozen = rows.assign(family=rows["item"].map(family)).groupby(["made_in", "family", "period"])["quantity"].sum().reset_index()
        came = actual.reindex(pd.MultiIndex.from_frame(frozen[["family", "period"]])).to_numpy()
        frozen["error"] = frozen["quantity"] - came
        before = pd.Series([shifted(month, -1) for month in frozen["period"]], index=frozen.index, dtype="str")
        later = frozen.assign(period=before)[["made_in", "family", "period", "error"]]
        pairs = frozen.merge(later, on=["made_in", "family", "period"], suffixes=("", "_next")).dropna(subset=["error", "error_next"])
        size = float(np.sqrt((pairs["error"] ** 2).sum() * (pairs["error_next"] ** 2).sum()))
        if len(pairs) >= LEAST_PAIRS and size > 0:
            return float(np.clip((pairs["error"] * pairs["error_next"]).sum() / size, 0.0, 0.99)), "measured"
    return ASSUMED_PERSISTENCE, "assumed"


def solved_correlation(widths: Numbers, square: Numbers, whole: Numbers) -> float:
    """The correlation r at which parts add up to a whole over all months: sum W^2 = (1 - r) sum sum w^2 + r sum (sum w)^2, 0..1.

    One part alone, or parts without width, move as one: 1.

    Args:
        widths: sum of the parts' widths by month.
        square: sum of their squares by month.
        whole: width of the whole by month.
    """
    apart, together, told = float(np.sum(square)), float(np.sum(widths**2)), float(np.sum(whole**2))
    return float(np.clip((told - apart) / (together - apart), 0.0, 1.0)) if together - apart > 1e-9 * max(together, 1.0) else 1.0


def _matrix(rows: pd.DataFrame, column: str, codes: list[str], months: list[str]) -> Numbers:
    wide = rows.pivot_table(index="item", columns="period", values=column, aggfunc="sum", fill_value=0.0)
    return wide.reindex(index=codes, columns=months, fill_value=0.0).to_numpy(dtype="float64")


def _lent(wide: dict[str, Numbers], quantity: Numbers, family: NDArray[np.int64], count: int) -> dict[str, Numbers]:
    """Widths, where an item that has none takes its family's in relation to its units."""
    bare = (wide["square"].sum(axis=1) == 0) & (quantity.sum(axis=1) > 0)
    if not bare.any():
        return wide
    result = {name: values.copy() for name, values in wide.items()}
    known = np.where(bare, 0.0, quantity.sum(axis=1))
    for name in ("below", "above"):
        sums = np.bincount(family, weights=np.where(bare, 0.0, wide[name].sum(axis=1)), minlength=count)
        units = np.bincount(family, weights=known, minlength=count)
        share = np.divide(sums, units, out=np.full(count, sums.sum() / max(units.sum(), 1.0)), where=units > 0)
        result[name][bare] = share[family[bare], None] * quantity[bare]
    result["square"][bare] = ((result["below"][bare] + result["above"][bare]) / 2) ** 2
    return result


def _family_correlation(
    mean: Numbers, square: Numbers, family: NDArray[np.int64], families: list[str], months: list[str], ranges: pd.DataFrame
) -> Numbers:
    told = ranges.assign(width=(ranges["p90"] - ranges["p10"]) / 2)
    whole = (
        told.pivot_table(index="family", columns="period", values="width").reindex(index=families, columns=months).fillna(0.0).to_numpy()
    )
    return np.array(
        [solved_correlation(mean[family == at].sum(axis=0), square[family == at].sum(axis=0), whole[at]) for at in range(len(families))]
    )


def _company_share(company: float, mean: Numbers, square: Numbers, family: NDArray[np.int64], within: Numbers) -> Numbers:
    """The company's part of a family's common factor, so that sums of families correlate as they should: r_c / k, k = r (sum w)^2 / W^2."""
    count = len(within)
    sums = np.stack([mean[family == at].sum(axis=0) for at in range(count)])
    together = within * (sums**2).sum(axis=1)
    whole = (1 - within) * np.bincount(family, weights=square.sum(axis=1), minlength=count) + together
    told = np.divide(together, whole, out=np.zeros(count), where=whole > 0)
    return np.clip(np.divide(company, told, out=np.ones(count), where=told > 0), 0.0, 1.0)


def _company_correlation(
    families: list[str], months: list[str], ranges: pd.DataFrame, consensus: pd.DataFrame, items: pd.DataFrame
) -> float:
    family = consensus["item"].map(items.set_index("item")["family"])
    sums = consensus.groupby([family.rename("family"), "period"])[["quantity", "revenue"]].sum()
    price = (sums["revenue"] / sums["quantity"].where(sums["quantity"] > 0)).fillna(0.0).unstack(fill_value=0.0)
    told = ranges.assign(width=(ranges["p90"] - ranges["p10"]) / 2).pivot_table(index="family", columns="period", values="width")
    money = (
        told.reindex(index=families, columns=months).fillna(0.0).to_numpy()
        * price.reindex(index=families, columns=months).fillna(0.0).to_numpy()
    )
    whole = told.reindex(index=[COMPANY], columns=months).fillna(0.0).to_numpy()[0]
    return solved_correlation(money.sum(axis=0), (money**2).sum(axis=0), whole)
