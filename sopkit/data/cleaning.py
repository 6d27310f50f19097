"""Stated rules that turn what came into what can be planned on. Nothing is dropped without a count."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.data.contracts.column import Column
from sopkit.data.contracts.derived_demand import SERIES, DemandHistory
from sopkit.data.monthly import UNDATED, SeriesGrid, month_labels, month_numbers, series_grid
from sopkit.data.words import words_at
from sopkit.periods import month_label, month_number, months_between, shifted

# What a table tells about the past: the column that dates a row. Rows dated after the cutoff were not known yet.
KNOWN_FROM = {
    "sales_history": "date",
    "orders": "order_date",
    "shipments": "ship_date",
    "stock_adjustments": "date",
    "ledger_actuals": "period",
    "inventory": "period",
    "production_history": "start_date",
    "purchase_receipts": "order_date",
    "balance_sheet": "period",
    "forecast_snapshots": "made_in",
    "published_plan": "made_in",
}
# Events of a row that are unknown when they lie after the cutoff, and the measures that then are zero.
KNOWN_LATER = {
    "orders": ("ship_date", ("shipped_quantity",)),
    "production_history": ("finish_date", ()),
    "purchase_receipts": ("receipt_date", ()),
}
# Tables whose months must follow each other up to the cutoff.
UNBROKEN = {"sales_history": "date", "inventory": "period", "balance_sheet": "period"}


def months_of(cells: pd.Series) -> pd.Series:
    """Month labels of a column of dates or of labels; empty where it is empty."""
    if not pd.api.types.is_datetime64_dtype(cells.dtype):
        return cells
    return month_labels(month_numbers(cells)).set_axis(cells.index)


@dataclass(frozen=True)
class Closed:
    """A table as it was known at the cutoff, and what was left out to get there."""

    keep: np.ndarray  # rows known at the cutoff
    frame: pd.DataFrame  # these rows, without what happened later
    partial_rows: int  # rows of the current month, which is not over
    future_rows: int  # rows of later months
    later_events: int  # shipments, finishes, receipts after the cutoff: the row counts as open


def known_at_cutoff(frame: pd.DataFrame, table: str, *, cutoff: str) -> Closed:
    """The rows of an input table that were known when the cutoff month closed.

    Args:
        frame: an input table; not mutated.
        table: its name; a table that tells nothing about the past is returned as it is.
        cutoff: last closed period.

    Returns:
        Closed: rows dated in the current month or later are left out and counted; a shipment, finish or receipt that
        lies after the cutoff is emptied, so that the row is open, and counted.
    """
    keep = np.ones(len(frame), bool)
    partial = future = later_events = 0
    if table in KNOWN_FROM and len(frame):
        months = month_numbers(frame[KNOWN_FROM[table]])
        keep = months <= month_number(cutoff)  # an undated row was known: UNDATED lies before every month
        partial = int((months == month_number(cutoff) + 1).sum())
        future = int((~keep).sum()) - partial
    known = frame.copy(deep=False) if keep.all() else frame[keep].reset_index(drop=True)
    if table in KNOWN_LATER and len(known):
        column, measures = KNOWN_LATER[table]
        later = month_numbers(known[column]) > month_number(cutoff)
        later_events = int(later.sum())
        known = known.assign(**{column: known[column].mask(later)}, **{measure: known[measure].mask(later, 0.0) for measure in measures})
    return Closed(keep, known, partial, future, later_events)


def missing_months(frame: pd.DataFrame, table: str, *, cutoff: str) -> list[str]:
    """Months without any row between a table's first month and the cutoff; empty for tables that need not be unbroken."""
    if table not in UNBROKEN or frame.empty:
        return []
    months = month_numbers(frame[UNBROKEN[table]])
    there = months[months != UNDATED]
    first = int(there.min()) if len(there) else 0
    counted = np.bincount(there - first, minlength=max(month_number(cutoff) - first + 1, 0))
    return [month_label(first + step) for step in np.flatnonzero(counted[: month_number(cutoff) - first + 1] == 0).tolist()]


def demand_history(sales_history: pd.DataFrame, orders: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """Monthly demand and sales by series, without gaps from a series' first row to the cutoff.

    Demand of a month is what was asked for in it: ordered units by requested month, less cancelled, where the orders
    cover the month (`covered_from`); else invoiced units. A month in which a series has nothing is a month of zero: that
    is a rule, and `history_checks` counts them. Source: docs/glossary.md, Actuals.

    Args:
        sales_history: SalesHistory, day or month grain; units and money.
        orders: Orders, or empty.
        cutoff: last closed period; later rows are left out here too.

    Returns:
        DemandHistory: item, region, channel, period, quantity, sold_quantity, revenue, cost, source.
    """
    first_covered = covered_from(orders) or shifted(cutoff, 1)
    asked_months = month_numbers(orders["requested_date"])
    asked_months = np.where(asked_months >= month_number(first_covered), asked_months, UNDATED)
    months = (month_numbers(sales_history["date"]), asked_months)
    grid = series_grid((sales_history, orders), months, SERIES, last=month_number(cutoff))
    sold, asked = (grid.sums(place) > 0 for place in range(2))
    cells = grid.unbroken(sold | asked)
    sales = {measure: grid.sums(0, sales_history[measure].to_numpy(np.float64))[cells] for measure in ("quantity", "revenue")}
    ordered = orders["quantity"] - orders["cancelled_quantity"].fillna(0.0)
    by_orders = cells % max(grid.months, 1) + grid.first >= month_number(first_covered)
    item, region, channel, period = grid.keys(cells).values()
    quantity = np.where(by_orders, grid.sums(1, ordered.to_numpy(np.float64))[cells], sales["quantity"])
    numbers = {
        "quantity": quantity,
        "sold_quantity": sales["quantity"],
        "revenue": sales["revenue"],
        "cost": _cost(sales_history, grid)[cells],
    }
    columns = {
        "item": item,
        "region": region,
        "channel": channel,
        "period": period,
        **{name: _as_kept(amounts, DemandHistory.column(name)) for name, amounts in numbers.items()},
        "source": words_at(["orders", "sales"], np.where(by_orders, 0, 1)),
        "uncensored_quantity": np.full(len(quantity), np.nan),  # told by data.history where a stock-out hid demand
    }
    return pd.DataFrame(columns, columns=DemandHistory.column_names(), copy=False)


def _as_kept(amounts: np.ndarray, column: Column) -> np.ndarray:
    """Amounts rounded as their table keeps them; no minus zero."""
    return np.round(amounts, column.decimals) + 0.0


def _cost(sales_history: pd.DataFrame, grid: SeriesGrid) -> np.ndarray:
    """The cost of each cell's lines: empty where a line has none, zero where there is no line, empty all over without any."""
    cost = sales_history["cost"].to_numpy(np.float64)
    unknown = np.isnan(cost)
    if unknown.all():
        return np.full(grid.size, np.nan)
    total = grid.sums(0, np.where(unknown, 0.0, cost) if unknown.any() else cost)
    if not unknown.any():
        return total
    return np.where(grid.sums(0, unknown.astype(np.float64)) > 0, np.nan, total)


def covered_from(orders: pd.DataFrame) -> str | None:
    """The first month whose demand is all in the orders, by requested month; None without orders.

    Orders of a month are placed up to a lead time before it: the month after first order date + 95 % quantile of
    (requested date - order date) is the first in which no more than that tail can be missing.
    """
    if orders.empty:
        return None
    lead = (orders["requested_date"] - orders["order_date"]).dt.days.quantile(0.95, interpolation="higher")
    reached = orders["order_date"].min() + pd.Timedelta(days=max(float(lead), 0.0))
    return shifted(f"{reached:%Y-%m}", 1)


def _sold(sales_history: pd.DataFrame, cutoff: str) -> pd.DataFrame:
    """Invoiced units, net sales and cost by series and month; the cost is empty where a line of the month has none."""
    lines = sales_history.assign(period=months_of(sales_history["date"]))
    lines = lines[lines["period"] <= cutoff]
    grouped = lines.groupby([*SERIES, "period"], sort=True, observed=True)
    sums = grouped[["quantity", "revenue"]].sum().rename(columns={"quantity": "sold_quantity"})
    return sums.assign(cost=grouped["cost"].sum().mask(grouped["cost"].count() < grouped["cost"].size()))


def _asked(orders: pd.DataFrame, first_covered: str, cutoff: str) -> pd.DataFrame:
    """Ordered units less cancelled by series and requested month."""
    lines = orders.assign(period=months_of(orders["requested_date"]), asked=orders["quantity"] - orders["cancelled_quantity"].fillna(0.0))
    lines = lines[(lines["period"] >= first_covered) & (lines["period"] <= cutoff)]
    return lines.groupby([*SERIES, "period"], sort=True, observed=True)[["asked"]].sum()


def history_checks(history: pd.DataFrame, sales_history: pd.DataFrame, orders: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """Whether the demand history ties to its sources, to the cent, and what its rules added.

    Args:
        history: DemandHistory made from the other two.
        sales_history: SalesHistory up to the cutoff.
        orders: Orders, or empty.
        cutoff: last closed period.

    Returns:
        Frame rule, ok, detail, one row per rule.
    """
    lines = sales_history[(months_of(sales_history["date"]) <= cutoff).to_numpy(dtype=bool)]
    rows = [
        _tie("units invoiced tie to the sales lines", history["sold_quantity"].sum(), lines["quantity"].sum(), 1e-6),
        _tie("net sales tie to the sales lines", history["revenue"].sum(), lines["revenue"].sum(), 0.005),
    ]
    last = history["period"] == cutoff
    closed = months_of(lines["date"]) == cutoff
    rows.append(
        _tie(f"net sales of {cutoff} tie to the sales lines", history.loc[last, "revenue"].sum(), lines.loc[closed, "revenue"].sum(), 0.005)
    )
    ordered = history[history["source"] == "orders"]
    if len(ordered):
        asked = _asked(orders, str(ordered["period"].min()), cutoff)["asked"].sum()
        rows.append(_tie("demand ties to the order lines by requested month", ordered["quantity"].sum(), asked, 1e-6))
    invoiced = history[history["source"] == "sales"]
    if len(invoiced):
        apart = float((invoiced["quantity"] - invoiced["sold_quantity"]).abs().sum())
        rows.append(("demand of months without orders is what was invoiced", apart <= 1e-6, f"{apart:,.2f} units apart"))
    duplicated = int(history.duplicated([*SERIES, "period"]).sum())
    rows.append(("each series has each month once", duplicated == 0, f"{duplicated} repeated months"))
    gaps = _gaps(history, cutoff)
    rows.append(("no series has a gap before the cutoff", gaps == 0, f"{gaps} months missing"))
    rows.append(_silent_months(history, lines, orders, cutoff))
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])


def _tie(rule: str, here: float, there: float, tolerance: float) -> tuple[str, bool, str]:
    return rule, bool(abs(here - there) <= tolerance), f"{here:,.2f} here, {there:,.2f} in the source"


def _silent_months(history: pd.DataFrame, lines: pd.DataFrame, orders: pd.DataFrame, cutoff: str) -> tuple[str, bool, str]:
    """Series months that no source line has: each must be zero, and they are counted."""
    told = _asked(orders, "0000-01", cutoff).index.union(_sold(lines, cutoff).index)
    silent = history[~pd.MultiIndex.from_frame(history[[*SERIES, "period"]]).isin(told)]
    zero = bool((silent[["quantity", "sold_quantity", "revenue"]] == 0).all(axis=None))
    return "months without a source line are zero", zero, f"{len(silent)} of {len(history)} months have none"


def _gaps(history: pd.DataFrame, cutoff: str) -> int:
    spans = history.groupby(list(SERIES), sort=True, observed=True)["period"].agg(["min", "count"])
    return int(sum(abs(months_between(first, cutoff) + 1 - count) for first, count in spans.itertuples(index=False, name=None)))
