"""What the demo company's planners forecast and planned, cycle by cycle, with their biases."""

import numpy as np
import pandas as pd

from sopkit.periods import first_day, last_day, month_number, period_range, shifted
from sopkit.run.sample.company import (
    CLAIMED_UPLIFT,
    LAUNCH_ITEM,
    LAUNCH_PERIOD,
    LAUNCH_UNITS,
    MARKETS,
    PROMOTED,
    PROMOTED_CHANNEL,
    SALES_BIAS,
    TRUE_UPLIFT,
    family_of,
)
from sopkit.run.sample.money import price_matrix
from sopkit.run.sample.world import World, stream

SNAPSHOT_CYCLES, SNAPSHOT_MONTHS = 13, 4  # cycles written, months that each looks ahead
HANDED_IN_MONTHS = 12  # months that functions forecast
PLANNED_MONTHS = 24
LAYERS = ("naive", "statistical", "sales", "marketing", "finance", "consensus")
NOISE = {"statistical": 0.07, "sales": 0.10, "marketing": 0.11, "finance": 0.10, "consensus": 0.05}
FINANCE_OPTIMISM = 1.03
KNOWN_SHARE = 0.15  # part of a month's surprise that the consensus meeting has heard of
EXPECTED_SHORT = {"2026-05": 0.97, "2026-06": 0.95, "2026-07": 0.93}  # shipped share of coated families in the plan before


def recorded_demand(world: World, lines: pd.DataFrame) -> np.ndarray:
    """Units ordered by month wanted; item x market x month. What the stock-out hid is not in it."""
    kept = lines[~lines["cancelled"]]
    recorded = np.zeros_like(world.demand)
    np.add.at(recorded, (kept["item_at"].to_numpy(), kept["market"].to_numpy(), kept["month"].to_numpy()), kept["quantity"].to_numpy())
    return recorded


def layer_forecast(world: World, recorded: np.ndarray, layer: str, made_in: str, months: int) -> np.ndarray:
    """The forecast of one layer made in one cycle, units; item x market x months from `made_in` on.

    The same draw whoever asks: a cycle's snapshot is what the function handed in at the time.
    """
    first = world.month(made_in)
    at = np.arange(first, first + months)
    expected = world.expected[:, :, at]
    if layer == "naive":
        back = np.where(at - 12 < first, at - 12, at - 24)
        return recorded[:, :, back]
    random = stream(world.seed, f"forecast {layer} {made_in}")
    noise = NOISE[layer] * random.standard_normal((len(world.items), len(MARKETS), HANDED_IN_MONTHS))[:, :, :months]
    forecast = expected * np.exp(noise - NOISE[layer] ** 2 / 2)
    if layer == "sales":
        forecast *= _sales_bias(world)[:, :, None]
    if layer == "marketing":
        forecast *= _claimed_over_true(world, at)
    if layer == "finance":
        forecast *= FINANCE_OPTIMISM
    if layer == "consensus":
        ratio = np.where(expected > 0, world.demand[:, :, at] / np.where(expected > 0, expected, 1.0), 1.0)
        forecast *= np.clip(ratio, 0.5, 2.0) ** KNOWN_SHARE if world.demand[:, :, at].sum() else 1.0
    return forecast


def _sales_bias(world: World) -> np.ndarray:
    grills = (world.items["family"] == "Grills").to_numpy()
    retail = np.array([channel == "retail" for _, channel in MARKETS])
    return 1 + SALES_BIAS * np.outer(grills, retail)


def _claimed_over_true(world: World, at: np.ndarray) -> np.ndarray:
    """What marketing claims of the campaigns in force over what they bring, item x market x month."""
    factor = np.ones((len(world.items), len(MARKETS), len(at)))
    periods = [world.periods[month] for month in at]
    for campaign in world.campaigns:
        market = MARKETS.index((campaign.region, PROMOTED_CHANNEL))
        for place, period in enumerate(periods):
            days = (min(campaign.end_date, last_day(period)) - max(campaign.start_date, first_day(period))).days + 1
            if days > 0:
                part = days / 30
                factor[world.rows_of(campaign.family), market, place] = (1 + CLAIMED_UPLIFT * part) / (1 + TRUE_UPLIFT * part)
    return factor


def _long(world: World, forecast: np.ndarray, periods: list[str], rows: np.ndarray) -> pd.DataFrame:
    """Item, region, channel, period and quantity of an item x market x month array, whole units."""
    count = (len(rows), len(MARKETS), len(periods))
    item, market, month = (axis.ravel() for axis in np.indices(count))
    codes = world.items["item"].to_numpy(dtype=object)[rows]
    return pd.DataFrame(
        {
            "item": codes[item],
            "region": np.array([region for region, _ in MARKETS], dtype=object)[market],
            "channel": np.array([channel for _, channel in MARKETS], dtype=object)[market],
            "period": np.array(periods, dtype=object)[month],
            "quantity": np.round(forecast[rows].ravel()),
        }
    )


def _rows_of_layer(world: World, layer: str) -> np.ndarray:
    if layer == "marketing":
        return np.concatenate([world.rows_of(family) for family in PROMOTED])
    return np.flatnonzero((world.items["item"] != LAUNCH_ITEM).to_numpy())


def forecast_snapshots(world: World, recorded: np.ndarray, as_of: str) -> pd.DataFrame:
    """The frozen forecasts of the last thirteen cycles, by layer."""
    parts = []
    for made_in in period_range(shifted(as_of, -SNAPSHOT_CYCLES), SNAPSHOT_CYCLES):
        periods = period_range(made_in, SNAPSHOT_MONTHS)
        for layer in LAYERS:
            forecast = layer_forecast(world, recorded, layer, made_in, SNAPSHOT_MONTHS)
            rows = _rows_of_layer(world, layer)
            parts.append(_long(world, forecast, periods, rows).assign(layer=layer, made_in=made_in))
    frame = pd.concat(parts, ignore_index=True)
    return frame[["layer", "made_in", "item", "region", "channel", "period", "quantity"]]


def sales_forecast(world: World, recorded: np.ndarray, as_of: str) -> pd.DataFrame:
    """What sales, marketing and finance hand in for this cycle."""
    periods = period_range(as_of, HANDED_IN_MONTHS)
    parts = []
    for function in ("finance", "marketing", "sales"):
        forecast = layer_forecast(world, recorded, function, as_of, HANDED_IN_MONTHS)
        parts.append(_long(world, forecast, periods, _rows_of_layer(world, function)).assign(function=function))
    return pd.concat(parts, ignore_index=True)[["function", "item", "region", "channel", "period", "quantity"]]


def _launch_plan(world: World, periods: list[str]) -> pd.DataFrame:
    """The launch in the plan: its year's units by the grills' season and markets."""
    grills = world.expected[world.rows_of("Grills")].sum(axis=(0, 2))
    season = np.array(family_of("Grills").season)[[month_number(period) % 12 for period in periods]]
    season = np.where(np.array(periods) >= LAUNCH_PERIOD, season, 0.0)
    row = np.flatnonzero((world.items["item"] == LAUNCH_ITEM).to_numpy())
    forecast = np.zeros((len(world.items), len(MARKETS), len(periods)))
    forecast[row] = LAUNCH_UNITS * (grills / grills.sum())[:, None] * season
    return _long(world, forecast, periods, row)


def published_plan(world: World, as_of: str) -> pd.DataFrame:
    """The plan of the cycle before as it was published: consensus, what was to be shipped, and prices."""
    made_in = shifted(as_of, -1)
    periods = period_range(made_in, PLANNED_MONTHS)
    first = world.month(made_in)
    rows = np.flatnonzero((world.items["item"] != LAUNCH_ITEM).to_numpy())
    noise = np.exp(0.03 * stream(world.seed, f"plan {made_in}").standard_normal((len(world.items), len(MARKETS), 1)))
    plan = _long(world, world.expected[:, :, first : first + PLANNED_MONTHS] * noise, periods, rows)
    plan = pd.concat([plan, _launch_plan(world, periods)], ignore_index=True)
    coated = set(world.items.loc[world.items["coating"].notna(), "item"])
    short = plan["period"].map(EXPECTED_SHORT).fillna(1.0).where(plan["item"].isin(coated), 1.0)
    rank = {item: at for at, item in enumerate(world.items["item"])}
    market = [MARKETS.index(pair) for pair in zip(plan["region"], plan["channel"], strict=True)]
    price = price_matrix(world, int(made_in[:4]))[plan["item"].map(rank).to_numpy(), market]
    plan = plan.assign(made_in=made_in, shipped=(plan["quantity"] * short).round(0), net_price=price)
    return plan[["made_in", "item", "region", "channel", "period", "quantity", "shipped", "net_price"]]
