"""What happens in the demo company's markets: items, campaigns and the demand of each month, simulated once per seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

import numpy as np
import pandas as pd

from sopkit.periods import first_day, last_day
from sopkit.run.sample.company import (
    BASE_YEAR,
    CAMPAIGN_DAYS,
    CRUNCH_CAMPAIGN,
    CUSTOMERS,
    FAMILIES,
    LAUNCH_HOURS,
    LAUNCH_ITEM,
    LAUNCH_MARGIN_SHARE,
    LAUNCH_NAME,
    LAUNCH_PRICE,
    MARKETS,
    NAMES,
    PROMOTED,
    PROMOTED_CHANNEL,
    REGIONS,
    SIMULATED_END,
    TRUE_UPLIFT,
    Family,
    Size,
    world_periods,
)

FAMILY_NOISE, ITEM_NOISE, MARKET_NOISE = 0.020, 0.022, 0.12  # standard deviation of log demand; items': of a family's sum
WEEKDAY_WEIGHT = np.array([1.15, 1.05, 1.0, 1.0, 0.9, 0.0, 0.0])


def stream(seed: int, name: str) -> np.random.Generator:
    """The random stream called `name`: each part of the world draws from its own, so that one change leaves the others alone."""
    return np.random.default_rng([seed, crc32(name.encode())])


@dataclass(frozen=True)
class Campaign:
    """A retail campaign for a family in a region."""

    campaign: str
    family: str
    region: str
    start_date: date
    end_date: date


@dataclass(frozen=True)
class World:
    """The simulated markets; arrays over item x market x month, campaigns as a frame."""

    size: Size
    seed: int
    periods: list[str]
    items: pd.DataFrame  # item, item_name, family, share, price, unit_cost, and hours per resource
    campaigns: tuple[Campaign, ...]
    expected: np.ndarray  # demand that a planner who knows the market expects, campaigns in
    demand: np.ndarray  # units asked for
    day_weight: np.ndarray  # family x market x day: share of a month's demand on each day, not normalised
    first_date: date

    def month(self, period: str) -> int:
        """Index of a month."""
        return self.periods.index(period)

    def rows_of(self, family: str) -> np.ndarray:
        """Indexes of a family's items that have history."""
        return np.flatnonzero((self.items["family"] == family).to_numpy() & (self.items["item"] != LAUNCH_ITEM).to_numpy())

    @property
    def stocked_out(self) -> np.ndarray:
        """Indexes of the grills that the stock-out hid: a third of them, not the best seller."""
        rows = self.rows_of("Grills")
        return rows[1 : 1 + max(1, len(rows) // 3)]


def _family_items(family: Family, size: Size, random: np.random.Generator) -> pd.DataFrame:
    count = family.items[size]
    share = 1 / np.arange(1, count + 1) ** 0.6
    share /= share.sum()
    price = family.price * np.linspace(1.12, 0.85, count) * random.uniform(0.92, 1.08, count)
    price *= family.price / (share * price).sum()
    margin = family.margin_share + random.uniform(-0.012, 0.012, count)
    margin += family.margin_share - (share * price * margin).sum() / family.price
    spread = (price / family.price) * random.uniform(0.97, 1.03, count)
    spread /= (share * spread).sum()
    frame = pd.DataFrame(
        {
            "item": [f"{family.code}-{number:03d}" for number in range(110, 110 + 10 * count, 10)],
            "item_name": [f"{NAMES[family.name]} {number}" for number in range(1, count + 1)],
            "family": family.name,
            "supply_strategy": family.supply_strategy,
            "planning_factor": family.planning_factor,
            "tier": ["A" if rank < 0.4 else "B" for rank in np.arange(count) / count],
            "share": share,
            "price": price.round(0),
            "unit_cost": (price * (1 - margin)).round(0),
        }
    )
    for resource, hours in family.made_on.items():
        frame[resource] = (hours * spread).round(5)
    return frame


def _launch_item() -> pd.DataFrame:
    unit_cost = round(LAUNCH_PRICE * (1 - LAUNCH_MARGIN_SHARE))
    row = {"item": LAUNCH_ITEM, "item_name": LAUNCH_NAME, "family": "Grills", "supply_strategy": "stock", "planning_factor": 1.2}
    return pd.DataFrame([row | {"tier": "A", "share": 0.0, "price": float(LAUNCH_PRICE), "unit_cost": float(unit_cost)} | LAUNCH_HOURS])


def _items(size: Size, seed: int) -> pd.DataFrame:
    parts = [_family_items(family, size, stream(seed, f"items {family.name}")) for family in FAMILIES]
    frame = pd.concat([*parts, _launch_item()], ignore_index=True)
    return frame.sort_values("item", ignore_index=True)


def _campaigns(periods: list[str], seed: int) -> tuple[Campaign, ...]:
    """One campaign a year and promoted family, in some regions; that of the grills in 2026 lies in the middle of the crunch."""
    random = stream(seed, "campaigns")
    found = []
    for year in range(int(periods[0][:4]), BASE_YEAR + 1):
        for family, (first, last) in PROMOTED.items():
            day = date(year, 1, 1) + timedelta(days=int(random.integers(first, last - CAMPAIGN_DAYS)))
            start = day - timedelta(days=day.weekday())  # a Monday
            regions = [region for region in sorted(REGIONS) if random.random() < 0.55]
            if (year, family) == (BASE_YEAR, "Grills"):
                start, regions = CRUNCH_CAMPAIGN
            for region in regions:
                name = f"C-{year}-{family[:2].upper()}-{region}"
                found.append(Campaign(name, family, region, start, start + timedelta(days=CAMPAIGN_DAYS - 1)))
    return tuple(found)


def _day_weights(first: date, last: date, campaigns: tuple[Campaign, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Weight of each day without and with campaigns; family x market x day."""
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    weekday = (days.astype("datetime64[D]").astype(int) + 3) % 7
    plain = np.broadcast_to(WEEKDAY_WEIGHT[weekday], (len(FAMILIES), len(MARKETS), len(days)))
    weight = plain.copy()
    names = [family.name for family in FAMILIES]
    for campaign in campaigns:
        on = np.arange((campaign.start_date - first).days, (campaign.end_date - first).days + 1)
        weight[names.index(campaign.family), MARKETS.index((campaign.region, PROMOTED_CHANNEL)), on] *= 1 + TRUE_UPLIFT
    return plain, weight


def _market_shares(family: Family, count: int, random: np.random.Generator) -> np.ndarray:
    base = np.array(
        [REGIONS[region] * (family.retail_share if channel == "retail" else 1 - family.retail_share) for region, channel in MARKETS]
    )
    shares = base * random.uniform(0.8, 1.2, (count, len(MARKETS)))
    return shares * base.sum() / (shares.sum(axis=1, keepdims=True))


def _expected(items: pd.DataFrame, periods: list[str], lift: np.ndarray, seed: int) -> np.ndarray:
    """Expected demand: annual units x growth x season x item share x market share x campaigns; item x market x month."""
    years = np.array([int(period[:4]) + (int(period[5:]) - 6.5) / 12 for period in periods])
    months = np.array([int(period[5:]) - 1 for period in periods])
    expected = np.zeros((len(items), len(MARKETS), len(periods)))
    for number, family in enumerate(FAMILIES):
        rows = np.flatnonzero((items["family"] == family.name).to_numpy() & (items["share"] > 0).to_numpy())
        level = family.annual_units * (1 + family.growth_rate) ** (years - BASE_YEAR) * np.array(family.season)[months]
        shares = items["share"].to_numpy()[rows, None] * _market_shares(family, len(rows), stream(seed, f"markets {family.name}"))
        expected[rows] = shares[:, :, None] * level * lift[number]
    return expected


def _demand(items: pd.DataFrame, expected: np.ndarray, periods: list[str], seed: int) -> np.ndarray:
    """Demand drawn around what is expected, up to the last simulated month; each family in its own stream."""
    demand = np.zeros_like(expected)
    for family in FAMILIES:
        rows = np.flatnonzero((items["family"] == family.name).to_numpy() & (items["share"] > 0).to_numpy())
        random = stream(seed, f"demand {family.name}")
        shape = (len(rows), len(MARKETS), expected.shape[2])
        noise = FAMILY_NOISE * random.standard_normal(shape[2]) + ITEM_NOISE * len(rows) * random.standard_normal((shape[0], 1, shape[2]))
        noise = noise + MARKET_NOISE * random.standard_normal(shape)
        mean = expected[rows] * np.exp(noise - MARKET_NOISE**2 / 2)
        if family.intermittent:
            active = random.uniform(0.5, 0.9, (len(rows), len(MARKETS), 1))
            mean = np.where(random.random(shape) < active, mean / active, 0.0)
        demand[rows] = random.poisson(mean)
    demand[:, :, periods.index(SIMULATED_END) + 1 :] = 0
    return demand


def simulated_world(size: Size, seed: int) -> World:
    """The markets of one size and seed: the same whichever cycle is written."""
    periods = world_periods(size)
    items = _items(size, seed)
    campaigns = _campaigns(periods, seed)
    first, last = first_day(periods[0]), last_day(periods[-1])
    plain, weight = _day_weights(first, last, campaigns)
    starts = np.array([(first_day(period) - first).days for period in periods])
    lift = np.add.reduceat(weight, starts, axis=2) / np.add.reduceat(plain, starts, axis=2)
    expected = _expected(items, periods, lift, seed)
    return World(size, seed, periods, items, campaigns, expected, _demand(items, expected, periods, seed), weight, first)


def customers_frame() -> pd.DataFrame:
    """The customers, as the contract has them."""
    rows = [(one.customer, one.name, one.region, one.channel, one.tier) for one in CUSTOMERS]
    return pd.DataFrame(rows, columns=["customer", "customer_name", "region", "channel", "tier"])
