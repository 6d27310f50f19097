"""Prices, costs, budget, currency and month-end balances of the demo company."""

import numpy as np
import pandas as pd

from sopkit.periods import period_range, shifted
from sopkit.run.sample.company import BASE_YEAR, FAMILIES, LAUNCH_ITEM, MARKETS
from sopkit.run.sample.stock import Stock
from sopkit.run.sample.world import World, stream

PRICE_GROWTH, COST_GROWTH = 0.025, 0.02  # a year
VARIABLE_SHARE = 0.86  # of standard cost: material and variable work
HOLDING_RATE = 0.03
CHANNEL_PRICE = {"retail": 0.985, "dealers": 1.025}
DISCOUNT, DISCOUNTED = 0.016, ("Stoves", "Lanterns", "Heaters")  # given at retail since January, not in the budget
NOK_BUDGET, NOK_NOW = 0.985, 0.971
NOK_HISTORY = {2024: 0.983, 2025: 0.968}
BUDGET_REVENUE = 432_000_000.0
BUDGET_UNITS = {"Grills": 59_200, "Heaters": 25_600, "Stoves": 149_500, "Lanterns": 98_500, "Accessories": 213_000, "Spares": 88_000}
LAUNCH_BUDGET_UNITS = 2_900
SUBCONTRACT_PREMIUM = {"Grills": 85.0, "Heaters": 85.0}
TERMS = {("customer", "retail"): 60, ("customer", "dealers"): 30, ("supplier", "*"): 45}
BALANCE_MONTHS = 26
ANCHOR, CASH_AT_ANCHOR = "2025-12", -7_500_000.0  # bank balance; below zero the credit line is drawn
FIXED_COSTS = 14_300_000.0  # a month: salaries, rent, marketing, tax and interest
OTHER_ASSETS, OTHER_LIABILITIES = 14_200_000.0, 19_600_000.0
SEASONAL_LOAN, LOAN_MONTHS, LAST_LOAN_YEAR = 30_000_000.0, range(3, 8), 2025  # financed the pre-build of other years


def price_matrix(world: World, year: int, *, budget: bool = False) -> np.ndarray:
    """Net price per item and market in a year, in the company's currency; the budget's knows no discount and its own rate."""
    base = world.items["price"].to_numpy()[:, None] * (1 + PRICE_GROWTH) ** (year - BASE_YEAR)
    channel = np.array([CHANNEL_PRICE[channel] for _, channel in MARKETS])
    prices = np.broadcast_to(base * channel, (len(world.items), len(MARKETS))).copy()
    norwegian = np.array([region == "NO" for region, _ in MARKETS])
    rate = NOK_BUDGET if budget else NOK_NOW if year >= BASE_YEAR else NOK_HISTORY.get(year, NOK_BUDGET)
    prices[:, norwegian] *= rate / NOK_BUDGET
    if year >= BASE_YEAR and not budget:
        cut = np.outer(world.items["family"].isin(DISCOUNTED).to_numpy(), [channel == "retail" for _, channel in MARKETS])
        prices = np.where(cut, prices * (1 - DISCOUNT), prices)
    return np.round(prices, 2)


def prices_frame(world: World, as_of: str) -> pd.DataFrame:
    """Dated net prices by item, region and channel: one a year, those known at the date."""
    parts = []
    for year in range(int(world.periods[0][:4]), int(as_of[:4]) + 1):
        matrix, budget = price_matrix(world, year), price_matrix(world, year, budget=True)
        rows = [
            (item, region, channel, pd.Timestamp(year, 1, 1), matrix[at, market], budget[at, market])
            for at, item in enumerate(world.items["item"])
            for market, (region, channel) in enumerate(MARKETS)
            if item != LAUNCH_ITEM or year >= BASE_YEAR
        ]
        parts.append(pd.DataFrame(rows, columns=["item", "region", "channel", "valid_from", "net_price", "budget_price"]))
    return pd.concat(parts, ignore_index=True)


def cost_of_year(world: World, year: int) -> np.ndarray:
    """Standard cost per item in a year."""
    return np.round(world.items["unit_cost"].to_numpy() * (1 + COST_GROWTH) ** (year - BASE_YEAR), 2)


def unit_costs(world: World, as_of: str) -> pd.DataFrame:
    """Dated standard costs: one a year."""
    premium = world.items["family"].map(SUBCONTRACT_PREMIUM).to_numpy()
    parts = [
        pd.DataFrame(
            {
                "item": world.items["item"],
                "valid_from": pd.Timestamp(year, 1, 1),
                "unit_cost": cost_of_year(world, year),
                "variable_cost": np.round(cost_of_year(world, year) * VARIABLE_SHARE, 2),
                "holding_rate": HOLDING_RATE,
                "subcontract_premium": premium,
            }
        )
        for year in range(int(world.periods[0][:4]), int(as_of[:4]) + 1)
    ]
    frame = pd.concat(parts, ignore_index=True)
    return frame[(frame["item"] != LAUNCH_ITEM) | (frame["valid_from"].dt.year >= BASE_YEAR)].reset_index(drop=True)


def line_revenue(world: World, lines: pd.DataFrame) -> np.ndarray:
    """Net price of each line, by the year in which it leaves."""
    years = lines["ship_date"].dt.year.to_numpy()
    price = np.zeros(len(lines))
    for year in np.unique(years):
        at = years == year
        price[at] = price_matrix(world, int(year))[lines["item_at"].to_numpy()[at], lines["market"].to_numpy()[at]]
    return price


def budget_frame(world: World) -> pd.DataFrame:
    """The budget of 2026 by family, market and month; made in autumn 2025: a round total, no delisting, no discount, an early launch."""
    prices = price_matrix(world, BASE_YEAR, budget=True)
    cost = cost_of_year(world, BASE_YEAR) * VARIABLE_SHARE
    months = [f"{BASE_YEAR}-{month:02d}" for month in range(1, 13)]
    parts = []
    for family in FAMILIES:
        rows = world.rows_of(family.name)
        last_year = world.expected[rows][:, :, world.month("2025-01") : world.month("2025-12") + 1].sum(axis=2)
        share = last_year / last_year.sum()
        units = BUDGET_UNITS[family.name] * share[:, :, None] * np.array(family.season)
        parts.append(_budget_rows(family.name, months, units, prices[rows], cost[rows]))
        if family.name == "Grills":
            launch = np.where(np.arange(12) >= 4, np.array(family.season), 0.0)
            units = LAUNCH_BUDGET_UNITS * share.sum(axis=0)[None, :, None] * launch / launch.sum()
            at = np.flatnonzero((world.items["item"] == LAUNCH_ITEM).to_numpy())
            parts.append(_budget_rows(family.name, months, units, prices[at], cost[at]))
    frame = pd.concat(parts).groupby(["family", "region", "channel", "period"], as_index=False).sum()
    scale = BUDGET_REVENUE / frame["revenue"].sum()
    frame["revenue"] = (frame["revenue"] * scale).round(0)
    frame["contribution"] = (frame["revenue"] - frame.pop("cost")).round(0)
    frame.loc[frame.index[-1], "revenue"] += BUDGET_REVENUE - frame["revenue"].sum()
    return frame.assign(quantity=frame["quantity"].round(0))


def _budget_rows(family: str, months: list[str], units: np.ndarray, prices: np.ndarray, cost: np.ndarray) -> pd.DataFrame:
    revenue = (units * prices[:, :, None]).sum(axis=0)
    costs = (units * cost[:, None, None]).sum(axis=0)
    quantity = units.sum(axis=0)
    rows = [
        (family, region, channel, period, quantity[market, at], revenue[market, at], costs[market, at])
        for market, (region, channel) in enumerate(MARKETS)
        for at, period in enumerate(months)
    ]
    return pd.DataFrame(rows, columns=["family", "region", "channel", "period", "quantity", "revenue", "cost"])


def exchange_rates(as_of: str) -> pd.DataFrame:
    """Kroner against kronor: months of the year before, and the current rate held through the plan."""
    periods = period_range(f"{int(as_of[:4]) - 1}-01", 48)
    rates = [NOK_NOW if period >= "2026-01" else NOK_HISTORY[2025] for period in periods]
    return pd.DataFrame({"currency": "NOK", "region": "NO", "period": periods, "rate": rates, "budget_rate": NOK_BUDGET})


def payment_terms() -> pd.DataFrame:
    """When customers pay and suppliers are paid."""
    return pd.DataFrame([(*key, float(days)) for key, days in TERMS.items()], columns=["party", "scope", "days"])


def _outstanding(flow: np.ndarray, days: float) -> np.ndarray:
    """What is unpaid at each month end of a monthly flow that is paid after `days`."""
    months = days / 30
    whole, part = int(months), months - int(months)
    padded = np.concatenate([np.repeat(flow[:1], whole + 1), flow])
    recent = sum(padded[whole + 1 - back : len(padded) - back] for back in range(whole))
    return recent + part * padded[1 : len(flow) + 1]


def balance_sheet(world: World, stock: Stock, sales: pd.DataFrame, as_of: str) -> pd.DataFrame:
    """Month-end balances that tie to stock x standard cost and to invoiced sales.

    `sales` holds period, channel and revenue of closed months. Cash moves by what customers pay, less suppliers and fixed costs.
    """
    periods = world.periods[: world.month(as_of)]
    years = sorted({int(period[:4]) for period in periods})
    costs = {year: cost_of_year(world, year) for year in years}
    inventory = np.array([float(stock.closing[:, at] @ costs[int(period[:4])]) for at, period in enumerate(periods)])
    bought = np.array([float(stock.made[:, at] @ costs[int(period[:4])]) * VARIABLE_SHARE for at, period in enumerate(periods)])
    revenue = {
        channel: sales[sales["channel"] == channel].groupby("period")["revenue"].sum().reindex(periods).to_numpy()
        for channel in ("retail", "dealers")
    }
    receivables = _outstanding(revenue["retail"], TERMS["customer", "retail"]) + _outstanding(
        revenue["dealers"], TERMS["customer", "dealers"]
    )
    payables = _outstanding(bought, TERMS["supplier", "*"])
    total = revenue["retail"] + revenue["dealers"]
    paid_in = total - np.diff(receivables, prepend=receivables[:1])
    paid_out = bought - np.diff(payables, prepend=payables[:1])
    noise = stream(world.seed, "cash").normal(0, 250_000, len(world.periods))[: len(periods)]
    net = np.cumsum(paid_in - paid_out - FIXED_COSTS + noise)
    loan = np.array([SEASONAL_LOAN if int(period[5:]) in LOAN_MONTHS and int(period[:4]) <= LAST_LOAN_YEAR else 0.0 for period in periods])
    cash = net - net[periods.index(ANCHOR)] + CASH_AT_ANCHOR + loan
    accounts = {
        "inventory": inventory,
        "receivables": receivables,
        "payables": payables,
        "cash": cash,
        "other_current_assets": np.full(len(periods), OTHER_ASSETS),
        "other_current_liabilities": OTHER_LIABILITIES + loan,
    }
    first = max(world.periods[0], shifted(as_of, -BALANCE_MONTHS))
    long = pd.DataFrame(accounts, index=pd.Index(periods, name="period")).melt(ignore_index=False, var_name="account", value_name="amount")
    long = long.reset_index().round({"amount": 0})
    return long[long["period"] >= first].sort_values(["account", "period"], ignore_index=True)[["account", "period", "amount"]]
