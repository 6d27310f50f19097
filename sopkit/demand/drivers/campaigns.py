"""Campaigns as a driver: how much a campaign of a family lifts demand, by what is known at a cutoff."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from sopkit.data.measures.random_effects import between_variance, random_effects_mean
from sopkit.demand.drivers.effect import CONFIDENCE, UNKNOWN, Effect
from sopkit.demand.drivers.markets import MARKET, Markets
from sopkit.demand.series import COMPANY

WIDTH = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)  # standard deviations that half an interval of step 1 spans


@dataclass(frozen=True, eq=False)
class CampaignDriver:
    """Campaigns of one family: factor = 1 + uplift x share of the month's demand that falls on campaign days."""

    family: str
    rows: np.ndarray  # places of its markets
    share: np.ndarray  # (its markets, months): share of the month on campaign days, 0 where there is none
    measured: pd.DataFrame  # every measured campaign: family, ended (months closed when it was over), uplift, deviation
    kind: str = "campaign"
    name: str = COMPANY
    pooled: bool = False

    def effect(self, known: int) -> Effect:
        """The uplift of the family's campaigns, from all campaigns that were over when `known` months were closed."""
        return family_uplift(self.measured[self.measured["ended"] <= known], self.family)

    def log_factor(self, effect: float, known: int) -> np.ndarray:
        """(markets, months): log (1 + uplift x share)."""
        return np.log1p(np.maximum(effect, -0.99) * self.share)


def family_uplift(measured: pd.DataFrame, family: str) -> Effect:
    """The uplift of one family's campaigns, shrunk to that of all families by how far families differ.

    With m_f and v_f the random-effects mean of a family's campaigns and its variance, mu and V those of the families' means, and t^2 how
    far families differ in truth: u = w m_f + (1 - w) mu, w = t^2 / (t^2 + v_f), variance w v_f + (1 - w)^2 V. A family without a
    measured campaign has mu, variance t^2 + V. Where families do not differ beyond chance, all campaigns speak for each family. Source:
    C. Morris, Journal of the American Statistical Association 78 (1983), 47-55 (parametric empirical Bayes).

    Args:
        measured: family, uplift (share), deviation; one row per campaign that was measured.
        family: whose campaigns.
    """
    if measured.empty:
        return UNKNOWN
    found = {
        str(name): random_effects_mean(part["uplift"].to_numpy(dtype=float), part["deviation"].to_numpy(dtype=float))
        for name, part in measured.groupby("family", sort=True)
    }
    means, deviations = (np.array(part) for part in zip(*found.values(), strict=True))
    between = between_variance(means, deviations)
    whole, spread = random_effects_mean(means, deviations)
    if family in found:
        own, own_deviation = found[family]
        weight = between / (between + own_deviation**2)
        value, variance = weight * own + (1 - weight) * whole, weight * own_deviation**2 + (1 - weight) ** 2 * spread**2
    else:
        value, variance = whole, between + spread**2
    reach = WIDTH * float(np.sqrt(variance))
    return Effect(value, value - reach, value + reach, len(measured))


def campaign_drivers(results: pd.DataFrame, months: pd.DataFrame, markets: Markets) -> list[CampaignDriver]:
    """One driver per family that had a campaign or has one planned.

    Args:
        results: campaign_results contract (step 1 measures each campaign against markets without one).
        months: campaign_months contract.
        markets: where they act.
    """
    measured = _measured(results, markets)
    shares = campaign_shares(months, markets)
    return [
        CampaignDriver(family, rows, shares[rows], measured)
        for family in markets.families
        if (shares[rows := markets.of(family)] > 0).any()
    ]


def campaign_shares(months: pd.DataFrame, markets: Markets) -> np.ndarray:
    """Share of each market's month that falls on campaign days: (markets, months); several campaigns add up, at most the whole month."""
    shares = np.zeros((len(markets.keys), len(markets.periods)))
    place = {period: at for at, period in enumerate(markets.periods)}
    for row in months.to_dict("records"):
        covered = np.ones(len(markets.keys), dtype=bool)
        for key in MARKET:
            if row[key] != COMPANY:
                covered &= (markets.keys[key] == row[key]).to_numpy(dtype=bool)
        if row["period"] in place:
            shares[covered, place[row["period"]]] += row["day_share"]
    return np.minimum(shares, 1.0)


def _measured(results: pd.DataFrame, markets: Markets) -> pd.DataFrame:
    """Campaigns whose uplift could be told, and how many months were closed when each was over."""
    told = results[(results["campaign"] != COMPANY) & results["uplift_low"].notna() & results["uplift_high"].notna()]
    ended = told["end_date"].dt.year * 12 + told["end_date"].dt.month - 1
    first = int(markets.periods[0][:4]) * 12 + int(markets.periods[0][5:]) - 1
    deviation = (told["uplift_high"] - told["uplift_low"]) / (2 * WIDTH)
    table = pd.DataFrame({"family": told["family"], "ended": ended - first + 1, "uplift": told["uplift_ratio"], "deviation": deviation})
    return table[table["deviation"] > 0].reset_index(drop=True)
