"""What past campaigns brought: planned against realised uplift with an interval, extra units, cost and return."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.history.daily import Days, day_weights, days_between, demand_lines
from sopkit.data.history.uncensoring import demand_by_family
from sopkit.data.measures.random_effects import random_effects_mean
from sopkit.periods import shifted

ALL = "*"
LEVEL = 0.90  # of the intervals: once in ten the truth lies outside
LEAST_PLACEBOS = 12  # market months without a campaign, below which the noise is not known
MARKET = ["region", "channel"]


@dataclass(frozen=True)
class CampaignInputs:
    """What campaigns are measured with; frames by contract, an empty one is not provided."""

    demand_history: pd.DataFrame  # with uncensored_quantity
    items: pd.DataFrame
    campaigns: pd.DataFrame
    sales_history: pd.DataFrame
    orders: pd.DataFrame
    unit_costs: pd.DataFrame

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> "CampaignInputs":
        """The inputs out of a run's tables by name."""
        return cls(**{field.name: tables[field.name] for field in fields(cls)})


@dataclass(frozen=True)
class _Campaign:
    """A row of the campaigns."""

    campaign: str
    family: str
    region: str
    channel: str
    start_date: pd.Timestamp
    end_date: pd.Timestamp
    claimed_uplift_share: float
    cost: float

    @classmethod
    def all_of(cls, campaigns: pd.DataFrame) -> list["_Campaign"]:
        """Every row of a frame."""
        names = [field.name for field in fields(cls)]
        return [cls(**row) for row in campaigns[names].to_dict("records")]


@dataclass(frozen=True)
class _Measured:
    """What one campaign brought."""

    uplift: float  # share of the demand of its days; NaN where it cannot be told
    deviation: float  # standard deviation of it where nothing is lifted
    part: float  # of the demand of its months, that of its days
    base: float  # units that its days should have brought without it
    freedom: float
    why: str


def campaign_results(inputs: CampaignInputs, *, cutoff: str) -> pd.DataFrame:
    """Planned against realised uplift of each campaign, and the mean over the campaigns of each family and of all.

    Expected demand y0 of an item in a market and month is told by its other markets in that month (`demand_by_family` over markets), from
    months and markets in which no campaign ran and nothing was out of stock: a difference in differences. With s the share of the month's
    usual demand that falls on the campaign's days,
    uplift u = sum(y - y0) / sum(s y0) over the items and months that it covers, its standard deviation d (1 + s u) sqrt(sum y0^2) /
    sum(s y0) over its market months, d that of (y - y0) / y0 of the family in market months without a campaign: what chance does where
    nothing was done. The 90 % interval is Student's. The means are those of a random-effects model (R. DerSimonian and N. Laird, Controlled
    Clinical Trials 7 (1986), 177-188). Extra units = u sum(s y0); return = (extra units x (net price - variable cost) - cost) / cost.

    Verdict: `worked` where the interval lies above 0, `did_not` where it lies below, `cannot_tell` where it holds 0 or nothing can be
    compared; `planned` for campaigns that are not over. Claim: `kept`, `missed` or `exceeded` as the claimed uplift lies in, above or below
    the interval.

    Args:
        inputs: the campaigns and the demand they are measured on.
        cutoff: last closed period.

    Returns:
        campaign_results contract; campaign `*` is the mean of a family's campaigns, family `*` of all.
    """
    if inputs.campaigns.empty or inputs.demand_history.empty:
        return empty(CONTRACTS["campaign_results"])
    days = days_between(str(inputs.demand_history["period"].min()), cutoff)
    weights = day_weights(demand_lines(inputs.sales_history, inputs.orders), days)
    campaigns = _Campaign.all_of(inputs.campaigns)
    parts = []
    for family in sorted({campaign.family for campaign in campaigns}):
        cube = _Cube.of(inputs, campaigns, family, days, weights)
        parts += [_row(cube, campaign, cutoff) for campaign in campaigns if campaign.family == family]
    table = pd.concat([pd.DataFrame(parts), _means(pd.DataFrame(parts))], ignore_index=True)
    return conform(table.reindex(columns=CONTRACTS["campaign_results"].column_names()), CONTRACTS["campaign_results"])


@dataclass(frozen=True)
class _Cube:
    """Demand of a family's items by market and month, and what it should have been."""

    markets: pd.MultiIndex
    days: Days
    weights: np.ndarray  # (days,)
    demand: np.ndarray  # (items, markets, months)
    expected: np.ndarray  # the same by the item's other markets; NaN where nothing can be compared
    clean: np.ndarray  # (markets, months): no campaign
    noise: float  # standard deviation of (demand - expected) / expected of a market month without a campaign
    freedom: float
    price: float  # net price of a unit, last twelve months
    cost: float  # variable cost of a unit; NaN where not known

    @classmethod
    def of(cls, inputs: CampaignInputs, campaigns: list[_Campaign], family: str, days: Days, weights: np.ndarray) -> "_Cube":
        """The demand of one family; family `*` is all of them."""
        items = inputs.items if family == ALL else inputs.items[inputs.items["family"] == family]
        history = inputs.demand_history[inputs.demand_history["item"].isin(items["item"])]
        markets = pd.MultiIndex.from_frame(history[MARKET].drop_duplicates().sort_values(MARKET))
        demand, usable = _cells(history, markets, days)
        clean = np.ones((len(markets), len(days.periods)), bool)
        for campaign in campaigns:
            if ALL in (family, campaign.family) or campaign.family == family:
                touched = _shares(campaign, days, weights) > 0
                clean[np.ix_(_covered(markets, campaign), touched)] = False
        expected = np.stack([demand_by_family(one, can & clean) for one, can in zip(demand, usable, strict=True)])
        expected = np.where(usable, expected, np.nan)
        noise, freedom = _noise(demand, expected, clean)
        return cls(markets, days, weights, demand, expected, clean, noise, freedom, *_margin(history, inputs.unit_costs, days))


def _cells(history: pd.DataFrame, markets: pd.MultiIndex, days: Days) -> tuple[np.ndarray, np.ndarray]:
    """Un-censored demand, (items, markets, months), and the cells that can be compared: on record and not out of stock."""
    items = sorted(history["item"].unique())
    row = pd.Index(items).get_indexer(history["item"])
    market = markets.get_indexer(pd.MultiIndex.from_frame(history[MARKET]))
    month = pd.Index(days.periods).get_indexer(history["period"])
    demand = np.full((len(items), len(markets), len(days.periods)), np.nan)
    asked = history["uncensored_quantity"].fillna(history["quantity"])
    demand[row, market, month] = asked
    usable = ~np.isnan(demand)
    usable[row, market, month] &= ((asked - history["quantity"]).abs() < 1e-6).to_numpy()
    return demand, usable


def _covered(markets: pd.MultiIndex, campaign: _Campaign) -> np.ndarray:
    """Markets that a campaign covers."""
    region, channel = markets.get_level_values("region"), markets.get_level_values("channel")
    there = region.isin([campaign.region]) | (campaign.region == ALL)
    return np.asarray(there & (channel.isin([campaign.channel]) | (campaign.channel == ALL)))


def _shares(campaign: _Campaign, days: Days, weights: np.ndarray) -> np.ndarray:
    """Share of each month's usual demand that falls on the campaign's days, (months,)."""
    place = np.arange(days.count)
    first, last = ((day.to_numpy() - days.first) / np.timedelta64(1, "D") for day in (campaign.start_date, campaign.end_date))
    return days.sums(np.where((place >= first) & (place <= last), weights, 0.0))


def _noise(demand: np.ndarray, expected: np.ndarray, clean: np.ndarray) -> tuple[float, float]:
    """Standard deviation and degrees of freedom of what market months without a campaign were off by, over all items together."""
    there = np.isfinite(demand) & np.isfinite(expected)
    asked, usual = (np.where(there, values, 0.0).sum(axis=0) for values in (demand, expected))
    known = clean & (usual > 0)
    off = asked[known] / usual[known] - 1
    if len(off) < LEAST_PLACEBOS:
        return np.nan, np.nan
    return float(off.std(ddof=1)), float(len(off) - 1)


def _margin(history: pd.DataFrame, unit_costs: pd.DataFrame, days: Days) -> tuple[float, float]:
    """Net price and variable (else standard) cost of a unit over the last twelve months' mix."""
    recent = history[history["period"] > shifted(days.periods[-1], -12)]
    sold = float(recent["sold_quantity"].sum())
    price = float(recent["revenue"].sum()) / sold if sold > 0 else np.nan
    known = unit_costs[unit_costs["valid_from"].dt.strftime("%Y-%m") <= days.periods[-1]]
    latest = known.sort_values("valid_from").drop_duplicates("item", keep="last").set_index("item")
    if latest.empty or sold <= 0:
        return price, np.nan
    cost = latest["variable_cost"].fillna(latest["unit_cost"]).reindex(recent["item"]).to_numpy(dtype=float)
    return price, float((recent["sold_quantity"].to_numpy() * cost).sum()) / sold


def _measured(cube: _Cube, campaign: _Campaign) -> _Measured:
    """Uplift of one campaign, by what its market months should have been."""
    share, markets = _shares(campaign, cube.days, cube.weights), _covered(cube.markets, campaign)
    months = np.flatnonzero(share > 0)
    if not len(months) or not markets.any():
        return _Measured(np.nan, np.nan, np.nan, np.nan, np.nan, "no demand is on record for what it covers")
    demand, usual = (values[:, markets][:, :, months] for values in (cube.demand, cube.expected))
    there = np.isfinite(demand) & np.isfinite(usual)
    asked, should = (np.where(there, values, 0.0).sum(axis=0) for values in (demand, usual))
    base = float((should * share[months]).sum())
    if base <= 0:
        return _Measured(np.nan, np.nan, np.nan, np.nan, np.nan, "no other market without a campaign, or with stock, to compare with")
    if np.isnan(cube.noise):
        return _Measured(np.nan, np.nan, np.nan, base, np.nan, "too few months without a campaign to know what chance does")
    uplift = float((asked - should).sum()) / base
    deviation = cube.noise * float(np.sqrt((should**2).sum())) / base
    return _Measured(
        uplift,
        deviation,
        base / float(should.sum()),
        base,
        cube.freedom,
        f"against the same items in {int((~markets).sum())} other markets",
    )


def _row(cube: _Cube, campaign: _Campaign, cutoff: str) -> dict[str, object]:
    """One campaign as a row."""
    from scipy.special import stdtrit  # dear to import

    over = f"{campaign.end_date:%Y-%m}" <= cutoff
    found = _measured(cube, campaign) if over else _Measured(np.nan, np.nan, np.nan, np.nan, np.nan, "it is not over")
    deviation = found.deviation * _lifted(found.uplift, found.part)
    apart = stdtrit(found.freedom, (1 + LEVEL) / 2) * deviation if np.isfinite(deviation) else np.nan
    low, high = found.uplift - apart, found.uplift + apart
    claimed = campaign.claimed_uplift_share
    margin = cube.price - cube.cost
    spent = campaign.cost
    money = {
        f"return_ratio{end}": (uplift * found.base * margin - spent) / spent if spent > 0 else np.nan
        for end, uplift in (("", found.uplift), ("_low", low), ("_high", high))
    }
    return {
        **{key: getattr(campaign, key) for key in ("campaign", "family", "region", "channel", "start_date", "end_date")},
        "campaigns": 1,
        "claimed_uplift_share": claimed,
        "uplift_ratio": found.uplift,
        "uplift_low": low,
        "uplift_high": high,
        "deviation": found.deviation,
        "part": found.part,
        "extra_quantity": found.uplift * found.base,
        "extra_contribution": found.uplift * found.base * margin,
        "cost": spent,
        **money,
        "verdict": _verdict(low, high) if over else "planned",
        "claim": _claim(claimed, low, high),
        "why": found.why,
    }


def _lifted(uplift: float, part: float) -> float:
    """How much larger chance is in months that were lifted: it is a share of what was asked for."""
    return 1 + max(uplift, 0.0) * part


def _verdict(low: float, high: float) -> str:
    if np.isnan(low):
        return "cannot_tell"
    return "worked" if low > 0 else "did_not" if high < 0 else "cannot_tell"


def _claim(claimed: float, low: float, high: float) -> str:
    if np.isnan(low) or np.isnan(claimed):
        return "cannot_tell"
    return "missed" if claimed > high else "exceeded" if claimed < low else "kept"


def _means(rows: pd.DataFrame) -> pd.DataFrame:
    """The mean uplift of each family's campaigns, and of all."""
    known = rows[rows["deviation"].notna()]
    groups = [*known.groupby("family", sort=True), *([(ALL, known)] if known["family"].nunique() > 1 else [])]
    return pd.DataFrame([_mean_row(str(family), group) for family, group in groups])


def _mean_row(family: str, group: pd.DataFrame) -> dict[str, object]:
    """The mean over some campaigns, by a random-effects model."""
    from scipy.special import ndtri  # dear to import

    mean, deviation = random_effects_mean(group["uplift_ratio"].to_numpy(dtype=float), group["deviation"].to_numpy(dtype=float))
    apart = float(ndtri((1 + LEVEL) / 2)) * deviation * _lifted(mean, float(group["part"].mean()))
    spent, brought = float(group["cost"].sum(skipna=False)), float(group["extra_contribution"].sum())
    claimed = float(group["claimed_uplift_share"].mean())
    return {
        **dict.fromkeys(("campaign", "region", "channel"), ALL),
        "family": family,
        "start_date": group["start_date"].min(),
        "end_date": group["end_date"].max(),
        "campaigns": len(group),
        "claimed_uplift_share": claimed,
        "uplift_ratio": mean,
        "uplift_low": mean - apart,
        "uplift_high": mean + apart,
        "extra_quantity": float(group["extra_quantity"].sum()),
        "extra_contribution": brought,
        "cost": spent,
        "return_ratio": (brought - spent) / spent if spent > 0 else np.nan,
        "verdict": _verdict(mean - apart, mean + apart),
        "claim": _claim(claimed, mean - apart, mean + apart),
        "why": f"mean over {len(group)} campaigns, weighted by how surely each was measured",
    }
