"""What a stock-out hid: two estimates, weighed by how each did in months that were not censored."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

NEAR = 12  # months on each side whose demand says how an item stands to the others of its family
ROUNDS = 4  # of fitting levels and months in turn
LEAST_COMPARED = 19  # other months of the family below which chance and interval are not told: 1 / (19 + 1) is the level of silence
MOST_OUT = 0.8  # of a month's demand days: where more are out of stock, the others say too little of them
LOW, HIGH = 0.1, 0.9  # of the interval


@dataclass(frozen=True)
class Family:
    """Demand of the items of one family; rows are items."""

    monthly: np.ndarray  # (items, months): units; NaN before an item's first month
    daily: np.ndarray  # (items, days)
    weights: np.ndarray  # (days,): share of a month's demand that a day usually has
    starts: np.ndarray  # (months + 1,): first day of each month
    censored: np.ndarray  # (items, months): out of stock, so no yardstick

    @cached_property
    def from_others(self) -> np.ndarray:
        """Each item's month by the rest of its family (`demand_by_family`)."""
        return demand_by_family(self.monthly, ~self.censored & ~np.isnan(self.monthly))


@dataclass(frozen=True)
class Estimate:
    """What one stock-out hid, in units."""

    recorded: float  # demand of the month as recorded
    asked: float  # of it, on the days out of stock
    usual: float  # what those days should have brought
    hidden: float  # estimate; NaN where there is none
    low: float  # 10 % and 90 % quantile of what such estimates were off by
    high: float
    chance: float  # share of comparable months with as little demand in those days; NaN where too few are known
    how: str


def demand_by_family(monthly: np.ndarray, known: np.ndarray) -> np.ndarray:
    """What each item's month should have been by the rest of its family in that month, (items, months).

    B[i, t] = L[i, t] x f[-i, t]; the level L[i, t] is the item's demand over the factors of the months within twelve of t (t left out), the
    factor f[-i, t] the demand of the others over their levels. Both are fitted in turn over the known cells: a two-way multiplicative
    model by ratios of sums (W. E. Deming and F. F. Stephan, Annals of Mathematical Statistics 11 (1940), 427-444), with local levels.

    Args:
        monthly: units, (items, months).
        known: cells that count: those with demand on record and not out of stock.

    Returns:
        Units; NaN where nothing else is known in the month or of the item.
    """
    demand = np.where(known, monthly, 0.0)
    factor = demand.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    level = np.ones_like(demand)
    for _ in range(ROUNDS):
        level = _ratio(_near(demand), _near(known * factor))
        usable = known & ~np.isnan(level)
        factor = _ratio(np.where(usable, demand, 0.0).sum(axis=0), np.where(usable, level, 0.0).sum(axis=0))
        factor = np.where(np.isnan(factor), 0.0, factor)
    told, levels = np.where(usable, demand, 0.0), np.where(usable, level, 0.0)
    return level * _ratio(told.sum(axis=0) - told, levels.sum(axis=0) - levels)


def _near(values: np.ndarray) -> np.ndarray:
    """Sums over the months within NEAR of each, itself left out; the last axis is months."""
    months = values.shape[-1]
    sums = np.concatenate([np.zeros((*values.shape[:-1], 1)), np.cumsum(values, axis=-1)], axis=-1)
    at = np.arange(months)
    return sums[..., np.minimum(at + NEAR + 1, months)] - sums[..., np.maximum(at - NEAR, 0)] - values


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Quotients; NaN where the divisor is not above zero."""
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below > 1e-9)


def estimated_hidden(family: Family, item: int, month: int, window: np.ndarray) -> Estimate:
    """What would have been asked for on the days of `window` in one month, less what was.

    With w the weight of the days out of stock in the month and y their recorded demand:
    from the month itself      A = demand of the open days x w / (1 - w)
    from the family            B = the month by the rest of the family (`demand_by_family`) x w
    estimate                   E = t A + (1 - t) B, hidden = max(E - y, 0)
    t minimises the squared relative error sum (d - t A - (1 - t) B)^2 / B^2 over the family's other months, d what was asked for on the
    same days of the month there (Bates and Granger 1969, with t in 0..1); the interval is E x the quantiles of d / E over them.
    Without B, E = A. The chance of silence is the share of all runs of as many days within those months in which demand over what the
    run should have brought (B, or A of the whole month) is as low as y is here.

    Args:
        family: its demand.
        item: row.
        month: column.
        window: (days of the month,) True where out of stock.
    """
    recorded = float(family.monthly[item, month])
    cells = _same_days(family, window)
    by_family = np.isfinite(cells.others[item, month]) and cells.others[item, month] > 0
    compared = ~family.censored & (family.monthly > 0) & (np.isfinite(cells.others) if by_family else np.isfinite(cells.rest))
    t = _weight(cells, compared) if by_family else 1.0
    usual = cells.others if by_family else cells.rest
    expected = np.where(np.isfinite(cells.rest), t * np.nan_to_num(cells.rest) + (1 - t) * np.nan_to_num(cells.others), cells.others)
    asked, own, here = (float(values[item, month]) for values in (cells.asked, expected, usual))
    ratio = _ratio(cells.asked, expected)[compared]
    ratio = ratio[np.isfinite(ratio)]
    if not (np.isfinite(own) and np.isfinite(here) and here > 0) or len(ratio) < LEAST_COMPARED:
        return Estimate(recorded, asked, here, np.nan, np.nan, np.nan, np.nan, "not estimable")
    chance = _chance(family, int(window.sum()), compared, asked / here)
    low, high = (max(own * float(np.quantile(ratio, level)) - asked, 0.0) for level in (LOW, HIGH))
    how = f"{t:.0%} from the month's open days, {1 - t:.0%} from the rest of the family" if by_family else "from the month's open days"
    return Estimate(recorded, asked, here, max(own - asked, 0.0), low, high, chance, how)


def _chance(family: Family, length: int, compared: np.ndarray, part: float) -> float:
    """Share of runs of `length` days, within the months compared, that brought no more than `part` of what they should have."""
    month_by_family = np.where(np.isfinite(family.from_others), family.from_others, family.monthly)
    reached = np.concatenate([np.zeros((len(family.daily), 1)), np.cumsum(family.daily, axis=1)], axis=1)
    weighed = np.concatenate([[0.0], np.cumsum(family.weights)])
    few = seen = 0
    for month in np.flatnonzero(compared.any(axis=0)):
        here = min(length, int(family.starts[month + 1] - family.starts[month]))  # a whole month is compared with whole months
        first = np.arange(family.starts[month], family.starts[month + 1] - here + 1)
        weight = weighed[first + here] - weighed[first]
        first, weight = first[weight >= weight.mean() / 2], weight[weight >= weight.mean() / 2]
        rows = compared[:, month]
        usual = month_by_family[rows, month][:, None] * weight
        brought = reached[rows][:, first + here] - reached[rows][:, first]
        few += int((brought <= part * usual).sum())
        seen += brought.size
    return (1 + few) / (1 + seen)


@dataclass(frozen=True)
class _Cells:
    """The same days of every item-month, (items, months): what was asked for, and what two estimates say."""

    asked: np.ndarray
    rest: np.ndarray  # A: from the other days of the month; NaN where too few are left
    others: np.ndarray  # B: from the rest of the family; NaN where there is none


def _same_days(family: Family, window: np.ndarray) -> _Cells:
    """Asked, A and B on the days of the window in every month; one that reaches the month's end does so in longer months too."""
    lengths = np.diff(family.starts)
    day = np.arange(31)
    inside = np.zeros(31, bool)
    inside[: len(window)] = window
    inside[len(window) :] = window[-1]
    held = inside[None, :] & (day[None, :] < lengths[:, None])
    place = np.minimum(family.starts[:-1, None] + day[None, :], family.starts[-1] - 1)
    out = np.where(held, family.weights[place], 0.0).sum(axis=1)
    asked = np.where(held, family.daily[:, place], 0.0).sum(axis=2)
    rest = np.where(out <= MOST_OUT, (family.monthly - asked) * out / np.maximum(1 - out, 1 - MOST_OUT), np.nan)
    return _Cells(asked, rest, family.from_others * out)


def _weight(cells: _Cells, compared: np.ndarray) -> float:
    """The weight of A beside B that would have been best in other months, 0..1; 0 where A is never known."""
    known = compared & np.isfinite(cells.rest) & np.isfinite(cells.others) & (cells.others > 0)
    b = cells.others[known]
    error, apart = (cells.asked[known] - b) / b, (cells.rest[known] - b) / b
    below = float((apart**2).sum())
    return float(np.clip((error * apart).sum() / below, 0.0, 1.0)) if below > 0 else 0.0
