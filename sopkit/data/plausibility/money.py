"""Prices, costs, rates and the ledger against what is sold."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.booked import booked_by_month
from sopkit.data.finding_rules import Outcome
from sopkit.data.monthly import month_numbers
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.plausibility.oddity import Oddity, positions_of, shown
from sopkit.data.plausibility.scale import factor_of, worded
from sopkit.data.plausibility.settled import SETTLED, monthly
from sopkit.data.words import sums_by
from sopkit.periods import last_day, month_number, months_between, period_range, shifted

Tables = Mapping[str, pd.DataFrame]
# US dollars a unit has been worth since 2000, with room on both sides (central banks' published rates): wide enough for every
# year, narrow enough to tell an inverted rate.
DOLLARS = {
    "USD": (1.0, 1.0),
    "EUR": (0.8, 1.7),
    "GBP": (1.0, 2.2),
    "CHF": (0.5, 1.5),
    "SEK": (0.07, 0.19),
    "NOK": (0.07, 0.22),
    "DKK": (0.11, 0.23),
    "PLN": (0.18, 0.52),
    "CZK": (0.025, 0.07),
    "CAD": (0.6, 1.15),
    "AUD": (0.45, 1.15),
    "CNY": (0.11, 0.18),
    "INR": (0.009, 0.027),
    "JPY": (0.005, 0.014),
}


def rate_oddities(rates: pd.DataFrame, *, currency: str, cutoff: str) -> list[Oddity]:
    """Rates outside what the currency has ever been worth, and months between two rates that have none.

    Args:
        rates: ExchangeRates: company currency per unit of the other; what lies far from the months around is told before.
        currency: the company's.
        cutoff: last closed period; each currency is to reach it.

    Returns:
        Oddities of the rules implausible_rate and missing_rate, REJECT, on the rows.
    """
    found = []
    for column in ("rate", "budget_rate"):
        bands = [_band(str(other), currency) for other in rates["currency"]]
        odd = np.array(
            [rate == rate and not low <= rate <= high for rate, (low, high) in zip(rates[column], bands, strict=True)], dtype=bool
        )
        if odd.any():
            first = int(np.flatnonzero(odd)[0])
            code, rate = str(rates["currency"].iloc[first]), float(rates[column].iloc[first])
            told = f"exchange_rates: {column} of {code} is {rate:g}, outside the band of {currency} per {code}"
            told += _inverted(rate, bands[first])
            hint = "send company currency per unit of the other currency"
            found.append(Oddity("exchange_rates", "implausible_rate", told, "REJECT", hint, column, positions=positions_of(odd), each=True))
    for code, months in rates.groupby("currency", sort=True)["period"]:
        there = set(months)
        label, last = min(there), max(*there, cutoff)
        missing = [month for month in period_range(label, months_between(label, last) + 1) if month not in there]
        if missing:
            told = f"exchange_rates: {code} has no rate in {shown(missing)}"
            found.append(Oddity("exchange_rates", "missing_rate", told, "REJECT", "send the rates", "period", str(code), missing[0]))
    return found


def _band(other: str, currency: str) -> tuple[float, float]:
    if other == currency:
        return 1.0, 1.0
    if other not in DOLLARS or currency not in DOLLARS:
        return 0.0, np.inf
    (low, high), (own_low, own_high) = DOLLARS[other], DOLLARS[currency]
    return low / own_high, high / own_low


def _inverted(rate: float, band: tuple[float, float]) -> str:
    low, high = band
    return f"; it looks inverted (1/{rate:g} = {1 / rate:.4g})" if rate > 0 and low <= 1 / rate <= high < np.inf else ""


def uncovered_sales(tables: Tables, limits: PlausibilityLimits, *, cutoff: str) -> list[Oddity]:
    """Items sold in the last twelve months that have no dated price, or no dated cost, in force in the current month.

    Args:
        tables: input tables by name, known at the cutoff; a table that is not provided is not asked for.
        limits: the share of net sales that may be uncovered and is only noted.
        cutoff: last closed period.

    Returns:
        Oddities of the rules price_missing and cost_missing.
    """
    sales = tables.get("sales_history")
    if sales is None or sales.empty:
        return []
    recent = month_numbers(sales["date"]) > month_number(shifted(cutoff, -12))
    revenue = sums_by(sales["item"], np.where(recent, sales["revenue"].abs(), 0.0))
    day = pd.Timestamp(last_day(shifted(cutoff, 1)))
    found = []
    for table, rule in (("prices", "price_missing"), ("unit_costs", "cost_missing")):
        frame = tables.get(table)
        if frame is None or frame.empty:
            continue
        in_force = frame.loc[frame["valid_from"] <= day, "item"]
        bare = revenue[~revenue.index.isin(in_force) & (revenue > 0) & ("*" not in set(in_force))]
        if bare.empty:
            continue
        share = float(bare.sum() / revenue.sum())
        told = f"{table}: {len(bare)} items with {share:.1%} of twelve months' net sales have none in force: {shown(list(bare.index))}"
        outcome: Outcome = "ASK" if share > limits.uncovered_share else "ACCEPT"
        hint = "send them, or answer what they are valued at" if outcome == "ASK" else ""
        found.append(Oddity(table, rule, told, outcome, hint, "item", str(bare.index[0])))
    return found


def below_cost(sales: pd.DataFrame) -> list[Oddity]:
    """Lines sold below their cost, with what they sell and lose: rule below_cost, ACCEPT."""
    below = (sales["revenue"] < sales["cost"]) & (sales["quantity"] > 0)
    if not below.any():
        return []
    lost = float((sales["cost"] - sales["revenue"])[below].sum())
    share = float(sales.loc[below, "revenue"].sum() / sales.loc[sales["quantity"] > 0, "revenue"].sum() or 0.0)
    rows = f"{int(below.sum())} of {len(sales)} sales rows ({share:.1%} of net sales)"
    told = f"sales_history: {rows} are sold below their cost, by {lost:,.0f} in all"
    return [
        Oddity("sales_history", "below_cost", told, "ACCEPT", column="revenue", value=str(int(below.sum())), positions=positions_of(below))
    ]


def scale_of_prices(tables: Tables, limits: PlausibilityLimits) -> list[Oddity]:
    """Prices, or costs, that are off by a factor from what was paid, or stood in the books, per unit sold: rule scale, ASK."""
    sales = tables.get("sales_history")
    if sales is None or sales.empty:
        return []
    quantity, revenue = (sums_by(sales["item"], sales[measure].to_numpy()) for measure in ("quantity", "revenue"))
    paid = (revenue / quantity)[(quantity > 0) & (revenue > 0)]
    found = []
    for table, column in (("prices", "net_price"), ("unit_costs", "unit_cost")):
        frame = tables.get(table)
        if frame is None or frame.empty or paid.empty:
            continue
        latest = frame.sort_values("valid_from", kind="stable").groupby("item")[column].last()
        ratio = (latest / paid).replace(0, np.nan).dropna()
        if ratio.empty:
            continue
        middle = float(ratio.median()) * (1.0 if table == "prices" else 1.5)  # a cost lies below its price
        factor = factor_of(middle, limits.model_copy(update={"factor_ratio": 2.5}))
        if factor is not None:
            told = f"{table}: {column} is {worded(factor)} the revenue per unit sold, in the median of {len(ratio)} items"
            found.append(Oddity(table, "scale", told, "ASK", f"is it in another unit (factor {factor:,.6g}) than the sales?", column))
    return found


def ledger_gap(tables: Tables, limits: PlausibilityLimits, *, cutoff: str) -> list[Oddity]:
    """Net sales of the sales lines against those of the ledger, by calendar year of whole months both have: rule ledger_gap.

    Args:
        tables: input tables; ledger_actuals with account `net_sales`.
        limits: the share that is only noted.
        cutoff: last closed period.

    Returns:
        An oddity per year that differs by more than a hundredth of a percent: ASK beyond the limit, else ACCEPT.
    """
    ledger, sales = tables.get("ledger_actuals"), tables.get("sales_history")
    if ledger is None or sales is None or ledger.empty or sales.empty:
        return []
    booked, _ = booked_by_month(ledger, "net_sales")
    sold = monthly(sales, SETTLED["sales_history"])["revenue"]
    both = pd.DataFrame({"booked": booked, "sold": sold}).dropna()
    both = both[both.index <= cutoff]
    found = []
    for year, months in both.groupby(both.index.str[:4]):
        total, lines = float(months["booked"].sum()), float(months["sold"].sum())
        gap = lines - total
        if total == 0 or abs(gap) <= 1e-4 * abs(total):
            continue
        told = (
            f"sales_history: net sales of {year} ({len(months)} months) are {lines:,.0f} in the sales lines and {total:,.0f} in the ledger"
        )
        told += f": {gap:+,.0f} ({gap / total:+.1%})"
        outcome: Outcome = "ASK" if abs(gap) > limits.ledger_share * abs(total) else "ACCEPT"
        span = f"{months.index.min()}..{months.index.max()}"
        found.append(Oddity("sales_history", "ledger_gap", told, outcome, "name the difference", "revenue", f"{gap:.15g}", span))
    return found
