"""Who the demo company is: families, items, markets, customers and the months of its story.

Invented. The figures are those of the story's calibration year, 2026; a change here moves the tension, which
`sopkit.run.sample.tension` measures and the tests assert.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sopkit.errors import ParamsError, Problem
from sopkit.periods import month_number, months_between, period_range

Size = Literal["small", "full"]

WORLD_END = "2028-06"  # expectations reach to here, past the last planned month
SIMULATED_END = "2026-06"  # what happens is simulated to here whatever is written, so that all cycles tell one history
FIRST_CYCLE, LAST_CYCLE = "2026-01", "2026-05"
HISTORY_START: dict[str, str] = {"full": "2019-03", "small": "2022-03"}
DEFAULT_SEED = 59
BASE_YEAR = 2026

GRILL_SEASON = (0.019, 0.031, 0.081, 0.152, 0.211, 0.177, 0.066, 0.070, 0.052, 0.037, 0.042, 0.062)
HEATER_SEASON = (0.030, 0.030, 0.035, 0.042, 0.062, 0.090, 0.066, 0.160, 0.210, 0.147, 0.082, 0.046)
STOVE_SEASON = (0.04, 0.04, 0.06, 0.09, 0.15, 0.17, 0.14, 0.09, 0.07, 0.05, 0.05, 0.05)
LANTERN_SEASON = (0.05, 0.04, 0.04, 0.04, 0.04, 0.04, 0.05, 0.07, 0.11, 0.17, 0.19, 0.16)
ACCESSORY_SEASON = (0.050, 0.030, 0.045, 0.080, 0.130, 0.175, 0.150, 0.100, 0.070, 0.055, 0.050, 0.065)
FLAT_SEASON = (1 / 12,) * 12


@dataclass(frozen=True)
class Family:
    """A sales family in the base year: units, mean net price, gross margin and how it lives."""

    name: str
    code: str
    annual_units: float
    price: float
    margin_share: float
    growth_rate: float
    season: tuple[float, ...]
    retail_share: float
    cover_months: float  # closing stock aimed at, in months of the next month's demand
    supply_strategy: str
    planning_factor: float  # storage units per unit
    items: dict[str, int]  # number of items by size
    made_on: dict[str, float]  # resource: mean standard hours per unit
    intermittent: bool = False


FAMILIES = (
    Family(
        "Grills",
        "GR",
        62_000,
        2_940,
        0.33,
        0.035,
        GRILL_SEASON,
        0.66,
        0.30,
        "stock",
        1.0,
        {"small": 3, "full": 10},
        {"diecast": 0.020, "coating": 0.0292, "assembly": 0.050},
    ),
    Family(
        "Heaters",
        "HE",
        26_300,
        3_120,
        0.31,
        0.03,
        HEATER_SEASON,
        0.60,
        0.45,
        "stock",
        0.9,
        {"small": 3, "full": 6},
        {"coating": 0.0318, "assembly": 0.045},
    ),
    Family(
        "Stoves", "ST", 156_000, 526, 0.41, 0.01, STOVE_SEASON, 0.70, 0.9, "stock", 0.08, {"small": 3, "full": 10}, {"stove_line": 0.020}
    ),
    Family(
        "Lanterns",
        "LA",
        96_000,
        390,
        0.44,
        0.02,
        LANTERN_SEASON,
        0.72,
        1.0,
        "stock",
        0.06,
        {"small": 3, "full": 9},
        {"lantern_line": 0.025},
    ),
    Family("Accessories", "AC", 222_000, 169, 0.52, 0.025, ACCESSORY_SEASON, 0.55, 1.4, "buy", 0.02, {"small": 3, "full": 12}, {}),
    Family(
        "Spares", "SP", 89_000, 140, 0.58, 0.0, FLAT_SEASON, 0.20, 3.0, "stock", 0.004, {"small": 2, "full": 14}, {"diecast": 0.0015}, True
    ),
)

# The launch: a grill of its own kind inside the crunch. It has no history.
LAUNCH_ITEM, LAUNCH_NAME, LAUNCH_PERIOD = "GR-570", "Pellet 57", "2026-05"
LAUNCH_UNITS, LAUNCH_PRICE, LAUNCH_MARGIN_SHARE, CANNIBALISED_SHARE = 3_800, 4_900, 0.36, 0.18
LAUNCH_HOURS = {"diecast": 0.030, "coating": 0.062, "assembly": 0.090}
PHASE_OUT = {"Lanterns": "2026-12"}  # the family's last item leaves

REGIONS = {"SE": 0.42, "NO": 0.16, "FI": 0.14, "DACH": 0.28}
CHANNELS = ("dealers", "retail")
MARKETS = tuple((region, channel) for region in sorted(REGIONS) for channel in CHANNELS)
NAMES = {
    "Grills": "Gas grill",
    "Heaters": "Patio heater",
    "Stoves": "Camp stove",
    "Lanterns": "Lantern",
    "Accessories": "Accessory",
    "Spares": "Spare part",
}


@dataclass(frozen=True)
class Customer:
    """A customer and its share of what its market buys."""

    customer: str
    name: str
    region: str
    channel: str
    share: float
    tier: str


CUSTOMERS = tuple(
    Customer(f"K-{region}-{number}", name, region, channel, share, tier)
    for region in sorted(REGIONS)
    for number, name, channel, share, tier in (
        (1, f"Garden chain {region}", "retail", 0.62, "A"),
        (2, f"Builders' chain {region}", "retail", 0.38, "B"),
        (3, f"Dealer group East {region}", "dealers", 0.55, "A"),
        (4, f"Dealer group West {region}", "dealers", 0.45, "B"),
    )
)

PROMOTED = {"Grills": (115, 162), "Heaters": (237, 268), "Lanterns": (300, 335)}  # day of the year in which a campaign may start
CAMPAIGN_DAYS, PROMOTED_CHANNEL = 14, "retail"
CRUNCH_CAMPAIGN = (date(2026, 5, 25), ["DACH", "NO", "SE"])  # week 22
TRUE_UPLIFT, CLAIMED_UPLIFT = 0.19, 0.35
SALES_BIAS = 0.09  # of sales on grills at retail

STOCK_OUT_PERIOD, STOCK_OUT_FROM_DAY, STOCK_OUT_HIDDEN = "2025-06", 9, 1_900  # grills that nobody could order

# The line stood for six weeks of the winter, so the pre-build of other years is missing: closing stock of the coated families.
WINTER_STOCK = {
    "2025-12": {"Grills": 1_200, "Heaters": 1_100},
    "2026-01": {"Grills": 2_800, "Heaters": 1_300},
    "2026-02": {"Grills": 4_200, "Heaters": 1_500},
    "2026-03": {"Grills": 4_000, "Heaters": 1_800},
}


def family_of(name: str) -> Family:
    """The family called `name`."""
    return next(family for family in FAMILIES if family.name == name)


def checked_cycle(as_of: str) -> str:
    """The cycle asked for; raises ParamsError where the story does not reach it."""
    month_number(as_of)
    if not FIRST_CYCLE <= as_of <= LAST_CYCLE:
        raise ParamsError(
            "the demo company's story does not reach this cycle",
            [Problem("--as-of", as_of, f"{FIRST_CYCLE} to {LAST_CYCLE}", "the story's centre is 2026-03")],
        )
    return as_of


def world_periods(size: Size) -> list[str]:
    """All months of a size, from the first order to the last month that anyone plans."""
    start = HISTORY_START[size]
    return period_range(start, months_between(start, WORLD_END) + 1)
