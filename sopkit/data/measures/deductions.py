"""Sales terms as they hold: what is deducted from gross sales of a family in a region and channel, month by month."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.errors import DataError, Problem
from sopkit.periods import first_day, month_label, month_number, shifted

CELL = ["family", "region", "channel"]
EXACT = ["customer", "channel", "region", "family"]  # whom a row names: the first counts most
ANY = "*"
RECENT = 12  # months whose sales tell a customer's part of months to come
SETTLED = ("in_price", "afterwards")
VALUES = ("rate", "unit_amount")
DECIMALS = 6

Numbers = NDArray[np.float64]


def deductions(
    terms: pd.DataFrame, sales_history: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, *, cutoff: str
) -> pd.DataFrame:
    """What is deducted from gross sales, by kind, family, region and channel, from when.

    Of a kind the most exact row holds for a customer: one that names the customer, then the channel, the region, the family; from its
    date until the next of its key. A cell's value is the mean over its customers, weighed by their part of its net sales: of the month
    itself where it is closed, of the last twelve months in months to come.

    Args:
        terms: sales_terms; empty = not provided.
        sales_history: invoiced lines with their customer.
        history: demand_history.
        items: for the families.
        cutoff: last closed period.

    Returns:
        Deductions contract: a row where a value changes; empty without terms.

    Raises:
        DataError: terms for what nobody sells, or that take all of a price.
    """
    if terms.empty:
        return empty(CONTRACTS["deductions"])
    cells = _cells(history, items)
    months = _months(terms, history, cutoff)
    parts = _customer_parts(terms, sales_history, items, cells, months, cutoff=cutoff)
    _raise_unused(terms, cells)
    values = {kind: _of_kind(rows, cells, months, parts) for kind, rows in terms.groupby("kind", sort=True)}
    _raise_too_much(values, cells, months)
    rows = [_changes(str(kind), at, value[at], cells, months) for kind, value in values.items() for at in range(len(SETTLED))]
    return conform(pd.concat(rows, ignore_index=True), CONTRACTS["deductions"])


def _cells(history: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Each family in each region and channel that sells anything: a launch may go wherever there is a customer."""
    markets = history[["region", "channel"]].astype("str").drop_duplicates()
    return pd.DataFrame({"family": sorted(items["family"].unique())}).merge(markets, how="cross").sort_values(CELL, ignore_index=True)


def _months(terms: pd.DataFrame, history: pd.DataFrame, cutoff: str) -> list[str]:
    """From the first month of the history to the last in which a term begins, and M0 at least."""
    last = max(month_number(shifted(cutoff, 1)), int(_begins(terms).max()))
    first = min(month_number(str(history["period"].min())), last) if len(history) else last
    return [month_label(number) for number in range(first, last + 1)]


def _begins(terms: pd.DataFrame) -> NDArray[np.int64]:
    """Number of the first month that begins on the row's day or later."""
    days = pd.DatetimeIndex(terms["valid_from"])
    return (days.year * 12 + days.month - 1 + (days.day > 1)).to_numpy(dtype=np.int64)


def _customer_parts(
    terms: pd.DataFrame, sales_history: pd.DataFrame, items: pd.DataFrame, cells: pd.DataFrame, months: list[str], *, cutoff: str
) -> dict[str, Numbers]:
    """Of the customers that terms name: their part of each cell's net sales, cells x months."""
    named = sorted(set(terms["customer"]) - {ANY})
    if not named:
        return {}
    lines = sales_history.assign(
        family=sales_history["item"].map(items.set_index("item")["family"]),
        period=sales_history["date"].to_numpy().astype("datetime64[M]").astype(str),
    )
    key, index = [*CELL, "period"], pd.MultiIndex.from_frame(cells)
    whole = _by_month(lines, key, index, months, cutoff)
    return {
        name: np.divide(own, whole, out=np.zeros_like(whole), where=whole > 0).clip(0.0, 1.0)
        for name in named
        for own in (_by_month(lines[lines["customer"].eq(name)], key, index, months, cutoff),)
    }


def _by_month(lines: pd.DataFrame, key: list[str], cells: pd.MultiIndex, months: list[str], cutoff: str) -> Numbers:
    """Net sales, cells x months; months to come hold those of the last twelve."""
    wide = lines.astype(dict.fromkeys(key, "str")).groupby(key)["revenue"].sum().unstack().reindex(index=cells)
    recent = wide.loc[:, [month for month in wide.columns if shifted(cutoff, -RECENT) < month <= cutoff]].sum(axis=1)
    found = wide.reindex(columns=months)
    ahead = [month for month in months if month > cutoff]
    return found.assign(**dict.fromkeys(ahead, recent)).fillna(0.0).to_numpy(dtype="float64")


def _of_kind(rows: pd.DataFrame, cells: pd.DataFrame, months: list[str], parts: dict[str, Numbers]) -> Numbers:
    """Values of a kind: settlement x value x cells x months."""
    found = np.zeros((len(SETTLED), len(VALUES), len(cells), len(months)))
    others = 1.0 - sum(parts.values(), np.zeros((len(cells), len(months))))
    for customer, part in {ANY: others, **parts}.items():
        met = rows[rows["customer"].isin([ANY, customer])]
        holds = _row_that_holds(met, cells, months)
        for at, settled in enumerate(SETTLED):
            for place, name in enumerate(VALUES):
                value = np.append(met[name].fillna(0.0).where(met["settled"].eq(settled), 0.0).to_numpy(dtype="float64"), 0.0)
                found[at, place] += part * value[holds]
    return found


def _row_that_holds(rows: pd.DataFrame, cells: pd.DataFrame, months: list[str]) -> NDArray[np.int64]:
    """Which row holds in each cell and month, cells x months; -1 = none."""
    holds = np.full((len(cells), len(months)), -1)
    ranked = rows.assign(begins=_begins(rows) - month_number(months[0]), row=np.arange(len(rows)))
    ranked = ranked.assign(**{f"names_{name}": rows[name].ne(ANY) for name in EXACT})
    for row in ranked.sort_values([*(f"names_{name}" for name in EXACT), "begins"], kind="stable").to_dict("records"):
        holds[np.ix_(_meant(row, cells), np.arange(len(months)) >= row["begins"])] = row["row"]
    return holds


def _meant(row: dict, cells: pd.DataFrame) -> NDArray[np.bool_]:
    """The cells that a term is for."""
    mask = np.ones(len(cells), dtype=bool)
    for name in CELL:
        mask &= cells[name].eq(row[name]).to_numpy() | (row[name] == ANY)
    return mask


def _raise_unused(terms: pd.DataFrame, cells: pd.DataFrame) -> None:
    problems = [
        Problem(
            f"sales_terms, {row['kind']} | {' | '.join(str(row[name]) for name in [*CELL, 'customer'])}",
            "nothing is sold there",
            "a family, region and channel of the sales, or `*`",
        )
        for row in terms.to_dict("records")
        if not _meant(row, cells).any()
    ]
    if problems:
        raise DataError("sales terms that meet no sales", problems)


def _raise_too_much(values: dict, cells: pd.DataFrame, months: list[str]) -> None:
    taken = sum(value[:, 0].sum(axis=0) for value in values.values())
    problems = [
        Problem(
            f"sales_terms, {' | '.join(cells.iloc[at])}, {months[month]}", f"shares add up to {taken[at, month]:.1%}", "less than 100 %"
        )
        for at, month in ((at, int(np.argmax(taken[at] >= 1))) for at in np.flatnonzero((taken >= 1).any(axis=1)))
    ]
    if problems:
        raise DataError("sales terms leave nothing of gross sales", problems)


def _changes(kind: str, settled: int, values: Numbers, cells: pd.DataFrame, months: list[str]) -> pd.DataFrame:
    """The months in which a cell's value becomes another one."""
    told = values.round(DECIMALS)
    before = np.concatenate([np.zeros((*told.shape[:2], 1)), told[:, :, :-1]], axis=2)
    at, month = np.nonzero((told != before).any(axis=0))
    days = np.array([first_day(label) for label in months], dtype="datetime64[s]")
    rows = cells.iloc[at].reset_index(drop=True)
    return rows.assign(
        kind=kind, settled=SETTLED[settled], valid_from=days[month], **{name: told[place, at, month] for place, name in enumerate(VALUES)}
    )
