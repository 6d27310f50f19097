"""A second company by hand: two currencies with dated rates, a fiscal year from July, full standard cost; and sums over any hierarchy."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from sopkit.finance.budget import budget_checks, budget_gap
from sopkit.finance.customers import customer_statement
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import plan_statement
from sopkit.periods import period_range

CUTOFF, FIRST_MONTH = "2026-02", 7
CLOSED, PLANNED = period_range("2025-01", 14), period_range("2026-03", 4)
YEAR = period_range("2025-07", 12)
POLICY = MoneyPolicy(costing="standard_absorption", fixed_production_costs=700, write_down_rate=0.5, excess_months=1)
PUMP, CABLE = ("pump", "DE", "dealers"), ("cable", "US", "web")
NAMES = ["item", "region", "channel"]


def keyed(series: tuple[str, str, str], period: str, **measures: object) -> dict[str, object]:
    return dict(zip(NAMES, series, strict=True)) | {"period": period} | measures


def sold(series: tuple[str, str, str], quantity: float, price: float) -> list[dict[str, object]]:
    told = {"quantity": quantity, "sold_quantity": quantity, "revenue": quantity * price, "cost": None, "source": "sales"}
    return [keyed(series, period, **told) for period in CLOSED]


def planned(series: tuple[str, str, str], demand: list[float], shipped: list[float], price: list[float]) -> tuple[list, list]:
    consensus = [
        keyed(series, period, baseline=d, lifecycle=0.0, override=0.0, quantity=d, net_price=p, revenue=d * p)
        for period, d, p in zip(PLANNED, demand, price, strict=True)
    ]
    fulfilment = [
        keyed(series, period, demand=d, shipped=s, late=0.0, lost=d - s, closing_backlog=0.0)
        for period, d, s in zip(PLANNED, demand, shipped, strict=True)
    ]
    return consensus, fulfilment


def supply(item: str, opening: float, months: list[tuple[float, float, float]]) -> list[dict[str, object]]:
    rows = []
    for period, (demand, production, shipped) in zip(PLANNED, months, strict=True):
        closing = opening + production - shipped
        row = {"item": item, "period": period, "demand": demand, "opening_stock": opening, "production": production, "subcontract": 0.0}
        row |= {"receipts": 0.0, "shipped": shipped, "lost": demand - shipped, "closing_backlog": 0.0, "closing_stock": closing}
        rows.append(row | {"target_stock": 0.0})
        opening = closing
    return rows


@pytest.fixture(scope="module")
def abroad(company):
    """Pumps at 50 EUR in Germany (12.0 in the budget; 11.2, 11.5 in March and April, 11.0 from May), cables at 20 USD (10.0; 10.4)."""
    pumps = planned(PUMP, [5, 5, 6, 7], [4, 5, 6, 7], [575, 575, 550, 550])
    cables = planned(CABLE, [30, 30, 20, 20], [30, 30, 20, 20], [208] * 4)
    rate = dict.fromkeys(CLOSED, 11.2) | dict(zip(PLANNED, (11.5, 11.5, 11.0, 11.0), strict=True))
    written = company.table
    costs = [("pump", 400.0, 250.0), ("cable", 120.0, None)]
    tables = {
        "items": written(
            "items",
            [{"item": name, "item_name": name, "family": f"{name}s", "supply_strategy": "stock"} for name in ("pump", "cable")],
        ),
        "demand_history": written("demand_history", [*sold(PUMP, 4, 560), *sold(CABLE, 25, 205)]),
        "consensus_demand": written("consensus_demand", [*pumps[0], *cables[0]]),
        "demand_fulfilment": written("demand_fulfilment", [*pumps[1], *cables[1]]),
        "supply_plan": written(
            "supply_plan",
            [
                *supply("pump", 10, [(5, 6, 4), (5, 6, 5), (6, 5, 6), (7, 4, 7)]),
                *supply("cable", 0, [(30, 30, 30), (30, 30, 30), (20, 20, 20), (20, 20, 20)]),
            ],
        ),
        "inventory": written("inventory", [{"item": "pump", "period": CUTOFF, "quantity": 10}]),
        "unit_costs": written(
            "unit_costs",
            [{"item": i, "valid_from": pd.Timestamp("2025-01-01"), "unit_cost": u, "variable_cost": v} for i, u, v in costs],
        ),
        "exchange_rates": written(
            "exchange_rates",
            [{"currency": "EUR", "region": "DE", "period": month, "rate": r, "budget_rate": 12.0} for month, r in rate.items()]
            + [{"currency": "USD", "region": "US", "period": month, "rate": 10.4, "budget_rate": 10.0} for month in [*CLOSED, *PLANNED]],
        ),
        "budget": written(
            "budget",
            [
                {"family": family, "region": "*", "channel": "*", "period": month, "quantity": units, "revenue": units * price}
                for family, units, price in (("pumps", 4, 600), ("cables", 25, 200))
                for month in YEAR
            ],
        ),
    }
    return MoneyInputs.of(tables)


@pytest.fixture(scope="module")
def statement(abroad):
    return plan_statement(abroad, POLICY, cutoff=CUTOFF, first_month=FIRST_MONTH)


def test_the_statement_by_hand(statement):
    lines = statement.groupby(["line", "period"])["amount"].sum()
    expected = {
        "net_sales": (4 * 575 + 6240, 5 * 575 + 6240, 6 * 550 + 4160, 7 * 550 + 4160),
        "cost_of_goods": (4 * 400 + 3600, 5 * 400 + 3600, 6 * 400 + 2400, 7 * 400 + 2400),
        "gross_margin": (3340, 3515, 2660, 2810),
        # 700 a month is spent, each pump made absorbs 150: 6, 6, 5 and 4 of them
        "absorption": (-200, -200, -50, 100),
        # nine pumps lie at the end of the fiscal year in June, a month of the mean demand takes 5.75: half of 3.25 x 400
        "write_down": (0, 0, 0, 650),
        "operating_contribution": (3540, 3715, 2710, 2060),
    }
    for line, months in expected.items():
        assert [lines.get((line, period), 0.0) for period in PLANNED] == pytest.approx(list(months)), line
    assert lines["gross_margin", "2026-02"] == 4 * (560 - 400) + 25 * (205 - 120)
    # the statement reaches back to the fiscal year before, which began in July 2024: to where the history begins
    assert statement["period"].min() == "2025-01"


def test_the_gap_of_a_year_from_july_by_hand(abroad, statement):
    """Pumps: 55 asked for against 48 at 600, one lost; at 50 EUR nothing is left for price. Cables: 300 against 300, sold at 205 before."""
    gap = budget_gap(abroad, statement, cutoff=CUTOFF, first_month=FIRST_MONTH).set_index(["family", "cause"])["amount"]
    pumps = {"budget": 28_800, "volume": 4_200, "capacity": -600, "price": 0, "currency": -2_155, "gap": 1_445, "latest_estimate": 30_245}
    assert {cause: gap["pumps", cause] for cause in pumps} == pytest.approx(pumps, abs=1e-5)
    currency = 61_800 * (1 - 10 / 10.4)
    cables = {"budget": 60_000, "volume": 0, "capacity": 0, "price": 1_800 - currency, "currency": currency, "latest_estimate": 61_800}
    assert {cause: gap["cables", cause] for cause in cables} == pytest.approx(cables, abs=1e-5)
    assert gap["*", "gap"] == pytest.approx(3_245)
    assert budget_checks(gap.rename("amount").reset_index())["ok"].all()


@pytest.mark.parametrize("seed", range(6))
def test_lines_are_the_same_over_every_hierarchy_and_over_customers(company, seed):
    """A company drawn at random: any grouping of the statement adds up to the company, and so does the statement by customer."""
    draw = np.random.default_rng(seed)
    series = [(f"I{n}", region, channel) for n in range(4) for region in ("N", "S") for channel in ("a", "b") if draw.random() < 0.7]
    months, ahead = period_range("2025-03", 12), PLANNED
    lines = pd.DataFrame(
        [
            (f"{month}-15", *key, f"K{draw.integers(1, 5)}", float(draw.integers(-2, 20)), float(draw.integers(-200, 3000)))
            for month in months
            for key in series
            for _ in range(draw.integers(0, 4))
        ],
        columns=["date", *NAMES, "customer", "quantity", "revenue"],
    )
    lines = lines.assign(date=pd.to_datetime(lines["date"]).astype("datetime64[s]"), period=lines["date"].str[:7])
    sums = lines.groupby([*NAMES, "period"], as_index=False)[["quantity", "revenue"]].sum()
    consensus = [planned(key, [float(draw.integers(0, 30))] * 4, [float(draw.integers(0, 30))] * 4, [90.0] * 4) for key in series]
    written = company.table
    inputs = MoneyInputs.of(
        {
            "items": written(
                "items", [{"item": f"I{n}", "item_name": "x", "family": f"F{n % 3}", "supply_strategy": "stock"} for n in range(4)]
            ),
            "demand_history": written(
                "demand_history", sums.assign(sold_quantity=sums["quantity"], cost=None, source="sales").to_dict("records")
            ),
            "consensus_demand": written("consensus_demand", [row for each in consensus for row in each[0]]),
            "demand_fulfilment": written("demand_fulfilment", [row | {"lost": 0.0} for each in consensus for row in each[1]]),
            "unit_costs": written(
                "unit_costs",
                [
                    {"item": f"I{n}", "valid_from": pd.Timestamp("2025-01-01"), "unit_cost": 50.0 + n, "variable_cost": 30.0}
                    for n in range(4)
                ],
            ),
        }
    )
    statement = plan_statement(inputs, POLICY, cutoff=CUTOFF, first_month=FIRST_MONTH)
    for line in ("net_sales", "cost_of_goods", "gross_margin"):
        own = statement[statement["line"].eq(line)]
        whole = own.groupby("period")["amount"].sum()
        for size in (1, 2, 3):
            for levels in combinations(["family", "region", "channel"], size):
                by_level = own.groupby([*levels, "period"])["amount"].sum().groupby("period").sum()
                assert np.allclose(by_level, whole)
        by_customer = customer_statement(inputs, lines, POLICY, cutoff=CUTOFF, first_month=FIRST_MONTH)
        told = by_customer.groupby("period")[line].sum()
        assert np.allclose(told.reindex(whole.index, fill_value=0.0), whole, atol=1e-3), line
    assert set(by_customer["period"]) >= set(ahead)
