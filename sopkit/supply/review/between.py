"""Between the meetings: today's stock, orders and releases against the plan that stands."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from sopkit.periods import first_day, last_day, period_range
from sopkit.supply.plan.matrices import Numbers, month_matrix

WEEKS = 13
DAYS = 7 * WEEKS
TOLERANCE_SHARE, TOLERANCE_UNITS = 0.02, 1.0  # a release this much above what was approved is the same
WORTH_TELLING = 0.5  # units
MADE, BOUGHT = "production", "purchase"


@dataclass(frozen=True)
class Today:
    """What the extracts say today, tables by contract; those that are not provided are empty."""

    day: date
    inventory: pd.DataFrame
    open_orders: pd.DataFrame
    sales_history: pd.DataFrame
    orders: pd.DataFrame
    production_history: pd.DataFrame
    items: pd.DataFrame


@dataclass(frozen=True)
class Watched:
    """What is told between the meetings. Frames hold units; dates are days."""

    stock_as_of: date | None  # month end that today's stock is rolled from; None = no stock is told
    newest: date | None  # youngest date in the extracts
    stock_outs: pd.DataFrame  # item, family, date, missing, on_order_date, stock, sentence: first to run out first
    timeline: pd.DataFrame  # item, week (its first day), stock (at its end), target
    releases: pd.DataFrame  # kind, item, period, released, approved, excess, verdict, sentence
    pace: pd.DataFrame  # family, planned, sold, booked, expected (part of the month gone x planned)

    def age_days(self, day: date) -> int | None:
        """Days since the youngest date in the extracts; None where there is none."""
        return None if self.newest is None else (day - self.newest).days


def watched(today: Today, supply_plan: pd.DataFrame, *, month: str) -> Watched:
    """Stock projected by day from today on, what was released that nobody approved, and how demand comes in.

    Stock today is that of the last month end, less what was sold since, plus what was finished since. It is projected for thirteen weeks
    with the plan's demand, spread evenly over each month (of the running month what has not been sold yet), and with what arrives: in
    the running month what is on order, later what the plan makes and buys; beside it with what is on order alone.

    Args:
        today: the extracts.
        supply_plan: by contract, of the plan that stands.
        month: the running month: that of the day, or the plan's first where the day lies before it.

    Returns:
        Watched; without a stock no stock-out is told.
    """
    names = pd.Index(sorted(supply_plan["item"].unique()))
    since = _stock_as_of(today, month)
    sold, finished = _sold_since(today, names, since, month), _finished_since(today, names, since, month)
    family = today.items.set_index("item")["family"].reindex(names)
    stock = None if since is None else _stock(today, names, since) - sold[0] + finished[0]
    outs, line = (_no_outs(), _no_line()) if stock is None else _projected(today, supply_plan, names, stock, sold[1], month=month)
    return Watched(
        stock_as_of=since,
        newest=_newest(today),
        stock_outs=outs.assign(family=outs["item"].map(family)) if len(outs) else outs,
        timeline=line,
        releases=_releases(today, supply_plan, names, finished[1], month=month),
        pace=_pace(today, supply_plan, sold[1], names, family, month=month),
    )


def _no_outs() -> pd.DataFrame:
    return pd.DataFrame(columns=["item", "family", "date", "missing", "on_order_date", "stock", "sentence"])


def _no_line() -> pd.DataFrame:
    return pd.DataFrame(columns=["item", "week", "stock", "target"])


def _stock_as_of(today: Today, month: str) -> date | None:
    """The last month end, not after today, that stock is told of."""
    told = [last_day(period) for period in today.inventory["period"].unique() if period <= month]
    return min(max(told), today.day) if told else None


def _stock(today: Today, names: pd.Index, since: date) -> Numbers:
    period = max(period for period in today.inventory["period"].unique() if min(last_day(period), today.day) <= since)
    return month_matrix(today.inventory, names, [period], "item", "quantity")[:, 0]


def _newest(today: Today) -> date | None:
    """The youngest date that any extract holds, not after today."""
    dates = [
        today.sales_history["date"],
        today.orders["order_date"],
        today.production_history["start_date"],
        today.production_history["finish_date"],
    ]
    day = pd.Timestamp(today.day)
    known = [column[column <= day].max() for column in dates if len(column)]
    known = [value for value in known if not pd.isna(value)]
    return max(known).date() if known else None


def _sums(frame: pd.DataFrame, dates: str, names: pd.Index, after: pd.Timestamp, day: date) -> Numbers:
    """Units by item with a date behind one day and not behind another."""
    own = frame[(frame[dates] > after) & (frame[dates] <= pd.Timestamp(day))]
    return np.asarray(own.groupby("item")["quantity"].sum().reindex(names).fillna(0.0), dtype=np.float64)


def _sold_since(today: Today, names: pd.Index, since: date | None, month: str) -> tuple[Numbers, Numbers]:
    """Units sold since the stock was told, and since the month began."""
    before = pd.Timestamp(first_day(month)) - pd.Timedelta(days=1)
    started = _sums(today.sales_history, "date", names, before, today.day)
    return (started if since is None else _sums(today.sales_history, "date", names, pd.Timestamp(since), today.day)), started


def _finished_since(today: Today, names: pd.Index, since: date | None, month: str) -> tuple[Numbers, Numbers]:
    """Units finished since the stock was told, and since the month began."""
    before = pd.Timestamp(first_day(month)) - pd.Timedelta(days=1)
    started = _sums(today.production_history, "finish_date", names, before, today.day)
    return (started if since is None else _sums(today.production_history, "finish_date", names, pd.Timestamp(since), today.day)), started


def _projected(
    today: Today, plan: pd.DataFrame, names: pd.Index, stock: Numbers, sold: Numbers, *, month: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Stock-outs and the stock at week ends, by the plan; the date by what is on order alone beside it."""
    months = period_range(month, int(np.ceil(DAYS / 28)) + 1)
    demand = month_matrix(plan, names, months, "item", "demand")
    demand[:, 0] = np.maximum(demand[:, 0] - sold, 0.0)
    made = sum(month_matrix(plan, names, months, "item", name) for name in ("production", "subcontract", "receipts"))
    due = today.open_orders.assign(period=today.open_orders["period"].where(today.open_orders["period"] > month, month))
    on_order = month_matrix(due, names, months, "item", "quantity")
    arriving = np.column_stack([on_order[:, :1], np.asarray(made)[:, 1:]])
    days, parts = _days(today.day, months)
    by_plan, by_order = (stock[:, None] + np.cumsum((arrives - demand) @ parts, axis=1) for arrives in (arriving, on_order))
    short = _first_below(by_plan), _first_below(by_order)
    rows = []
    for place in np.flatnonzero(short[0] >= 0):
        when, alone = days[short[0][place]], days[short[1][place]] if short[1][place] >= 0 else None
        missing = float(-by_plan[place].min())
        told = (
            f"{names[place]} runs out on {when}: {max(stock[place], 0.0):,.0f} in stock today, {missing:,.0f} missing at most by {days[-1]}"
        )
        rows.append(
            {"item": names[place], "date": when, "missing": missing, "on_order_date": alone, "stock": float(stock[place]), "sentence": told}
        )
    rows.sort(key=lambda row: (row["date"], row["item"]))
    weeks = np.arange(7, DAYS + 1, 7) - 1
    target = month_matrix(plan, names, months, "item", "target_stock")
    month_of = np.array([months.index(f"{days[week]:%Y-%m}") for week in weeks])
    line = pd.DataFrame(
        {
            "item": np.repeat(names.to_numpy(object), len(weeks)),
            "week": np.tile(np.array([days[week - 6] for week in weeks], dtype=object), len(names)),
            "stock": by_plan[:, weeks].ravel(),
            "target": target[:, month_of].ravel(),
        }
    )
    return (pd.DataFrame(rows) if rows else _no_outs()), line


def _days(day: date, months: list[str]) -> tuple[list[date], Numbers]:
    """The coming days, and which part of each month's units falls on each: in the first month, what is left of it."""
    days = [day + timedelta(days=step) for step in range(DAYS)]
    parts = np.zeros((len(months), DAYS))
    for place, month in enumerate(months):
        length = (last_day(month) - max(first_day(month), day)).days + 1
        inside = [step for step, each in enumerate(days) if f"{each:%Y-%m}" == month]
        if length > 0:
            parts[place, inside] = 1.0 / length
    return days, parts


def _first_below(stock: Numbers) -> np.ndarray:
    """The first day on which less than nothing is there; -1 where none."""
    below = stock < -WORTH_TELLING
    return np.where(below.any(axis=1), below.argmax(axis=1), -1)


def _releases(today: Today, plan: pd.DataFrame, names: pd.Index, finished: Numbers, *, month: str) -> pd.DataFrame:
    """What is on order beyond the plan, and what the plan makes this month that is neither on order nor finished.

    Of what was finished this month, only orders that were started in it count as released in it.
    """
    before = pd.Timestamp(first_day(month)) - pd.Timedelta(days=1)
    started = today.production_history[today.production_history["start_date"] > before]
    both = _sums(started, "finish_date", names, before, today.day)
    months = sorted(period for period in plan["period"].unique() if period >= month)
    grid = {name: month_matrix(plan, names, months, "item", name) for name in ("production", "receipts")}
    strategy = today.items.set_index("item")["supply_strategy"].reindex(names)
    bought_in = (strategy == "buy").to_numpy()[:, None]
    approved = {MADE: np.where(bought_in, 0.0, grid["production"]), BOUGHT: grid["receipts"] + np.where(bought_in, grid["production"], 0.0)}
    due = today.open_orders.assign(period=today.open_orders["period"].where(today.open_orders["period"] > month, month))
    rows = []
    for kind, wanted in approved.items():
        released = month_matrix(due[due["kind"] == kind], names, months, "item", "quantity")
        there = released.copy()
        if kind == MADE:
            released[:, 0] += np.where(bought_in[:, 0], 0.0, both)
            there[:, 0] += finished
        slack = np.maximum(TOLERANCE_UNITS, TOLERANCE_SHARE * wanted)
        for item, when in np.argwhere(released > wanted + slack):
            rows.append(_release(kind, names[item], months[when], released[item, when], wanted[item, when], "not approved"))
        if kind == MADE and len(today.open_orders):
            for item in np.flatnonzero(wanted[:, 0] > there[:, 0] + slack[:, 0]):
                rows.append(_release(kind, names[item], months[0], there[item, 0], wanted[item, 0], "not released"))
    columns = ["kind", "item", "period", "released", "approved", "excess", "verdict", "sentence"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(["verdict", "period", "excess", "item"], ascending=[True, True, False, True], ignore_index=True)


def _release(kind: str, item: str, period: str, released: float, approved: float, verdict: str) -> tuple:
    told = f"{kind} of {item} for {period}: {released:,.0f} released, {approved:,.0f} in the plan"
    return kind, item, period, float(released), float(approved), float(released - approved), verdict, told


def _pace(today: Today, plan: pd.DataFrame, sold: Numbers, names: pd.Index, family: pd.Series, *, month: str) -> pd.DataFrame:
    """How the month's demand comes in by family: sold so far and open orders for it, against the plan and the part that is gone."""
    length = (last_day(month) - first_day(month)).days + 1
    gone = min(max((today.day - first_day(month)).days + 1, 0), length) / length
    left = today.orders["quantity"] - today.orders["shipped_quantity"].fillna(0.0) - today.orders["cancelled_quantity"].fillna(0.0)
    waiting = today.orders.assign(quantity=left)[(left > 0) & (today.orders["requested_date"] <= pd.Timestamp(last_day(month)))]
    table = pd.DataFrame(
        {
            "family": family.to_numpy(object),
            "planned": month_matrix(plan, names, [month], "item", "demand")[:, 0],
            "sold": sold,
            "booked": waiting.groupby("item")["quantity"].sum().reindex(names).fillna(0.0).to_numpy(float),
        }
    )
    sums = table.groupby("family", sort=True).sum().reset_index()
    return sums.assign(expected=sums["planned"] * gone)
