"""The KPI dictionary: every figure defined in two languages, every example computed by the code, the pages current."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plan_frames import items_of, table

from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.kpis import KpiInputs, formulas, kpi_facts_actual, kpi_facts_other
from sopkit.meeting.kpis.definitions import BY_ID
from sopkit.meeting.kpis.dictionary import kpi_dictionary
from sopkit.meeting.kpis.examples import EXAMPLES
from sopkit.meeting.kpis.requirement import production_requirement
from sopkit.meeting.kpis.stock import turns
from sopkit.meeting.kpis.swedish import SWEDISH
from sopkit.meeting.sheets import forward_cover
from sopkit.periods import period_range

DOCS = Path(__file__).resolve().parents[2] / "docs"
MONTHS = period_range("2025-01", 14)


def company_facts():
    """KPIs of 2026-02 for a company of ten grills at 100 and five heaters at 200 a month, whose costs are 60 and 160."""
    price, cost, sold = {"grill": 100.0, "heater": 200.0}, {"grill": 60.0, "heater": 160.0}, {"grill": 10, "heater": 5}
    history = [
        (item, "SE", "retail", m, sold[item], sold[item], sold[item] * price[item], None, "orders", None) for item in sold for m in MONTHS
    ]
    started = ["2026-01-30", "2026-02-01", "2026-02-10"]
    orders = [
        ("P1", "grill", started[0], "2026-02-02", 6),
        ("P2", "grill", started[1], "2026-02-05", 4),
        ("P3", "grill", started[2], None, 3),
    ]
    sheet = {"inventory": 300, "receivables": 200, "cash": 100, "payables": 150, "credit_line": 400}
    inputs = KpiInputs(
        items=items_of(grill="grills", heater="heaters"),
        history=table(
            "demand_history",
            history,
            ["item", "region", "channel", "period", "quantity", "sold_quantity", "revenue", "cost", "source", "uncensored_quantity"],
        ),
        unit_costs=table(
            "unit_costs", [(item, "2025-01-01", amount) for item, amount in cost.items()], ["item", "valid_from", "unit_cost"]
        ),
        production_history=table("production_history", orders, ["production_order", "item", "start_date", "finish_date", "quantity"]),
        resource_calendar=table(
            "resource_calendar",
            [("line", "2026-02", 100, 90, 85)],
            ["resource", "period", "available_hours", "demonstrated_hours", "worked_hours"],
        ),
        balance_sheet=table(
            "balance_sheet", [(account, "2026-02", amount) for account, amount in sheet.items()], ["account", "period", "amount"]
        ),
    )
    facts = kpi_facts_actual(inputs, MoneyPolicy(), cutoff="2026-02", first_month=1, currency="SEK")
    return facts[(facts["level"] == "*") & (facts["period"] == "2026-02")].set_index("id")["value"]


@pytest.fixture(scope="module")
def facts():
    return company_facts()


def monthly(value, months=13):
    return pd.Series(value, index=period_range("2025-02", months))


def required():
    plan = [("grill", "2026-03", 100.0, 30.0, 0, 0, 0, 30.0, 70.0, 0, 0, 20.0)]
    columns = [
        "item",
        "period",
        "demand",
        "opening_stock",
        "production",
        "subcontract",
        "receipts",
        "shipped",
        "lost",
        "closing_backlog",
        "closing_stock",
        "target_stock",
    ]
    return production_requirement(table("supply_plan", plan, columns), table("open_orders", [], []))["quantity"].iloc[0]


def cycle(quantities, days, share):
    from sopkit.data.measures.durations import censored_quantiles

    return censored_quantiles(np.array(days, float), np.array(quantities, float), np.ones(len(days), bool), [share])[0]


F = formulas
COMPUTED = {
    "total_sales": lambda facts: facts["total_sales"],
    "total_sales_units": lambda facts: facts["total_sales_units"],
    "gross_margin": lambda facts: facts["gross_margin"],
    "gross_margin_amount": lambda facts: facts["gross_margin_amount"],
    "working_capital": lambda facts: facts["working_capital"],
    "operating_working_capital": lambda facts: facts["operating_working_capital"],
    "cash_headroom": lambda facts: facts["cash_headroom"],
    "capacity_utilisation": lambda facts: facts["capacity_utilisation"],
    "production_forecast": lambda facts: facts["production_forecast"],
    "forecast_vs_actual": lambda _: F.attainment(90, 100),
    "forecast_variance": lambda _: F.net_sales([90], [10]) - F.net_sales([100], [10]),
    "forecast_family_error": lambda _: F.family_error([100, 100], [120, 80]),
    "cycle_time": lambda _: cycle([4, 1], [2, 10], 0.5),
    "cycle_time_p90": lambda _: cycle([9, 1], [2, 10], 0.9),
    "open_production_orders": lambda facts: facts["open_production_orders"] + 1,  # the company has one; two more orders are finished
    "inventory_turnover": lambda _: turns(monthly(100.0), monthly(300.0), ["2026-02"]).iloc[0],
    "forward_turns": lambda _: F.inventory_turnover(1200, [300] * 13),
    "operating_contribution": lambda _: F.contribution(600, [50, 10]),
    "production_requirement": lambda _: required(),
    "planned_load": lambda _: F.load(95, 100),
    "required_load": lambda _: F.load(178, 100),
    "wape": lambda _: F.wape([90, 110], [100, 100]),
    "mape": lambda _: F.mape([90, 110], [100, 100]),
    "mase": lambda _: F.mase([105], [100], [10, 20, 20, 30], season=2),
    "bias": lambda _: F.bias([220], [200]),
    "tracking_signal": lambda _: F.tracking_signal([110, 110, 95], [100, 100, 100]),
    "value_added": lambda _: F.value_added([85, 115], [90, 110], [100, 100]),
    "plan_change": lambda _: F.plan_change([100, 100], [110, 80]),
    "unit_fill": lambda _: F.unit_fill([10, 5], [10, 10]),
    "line_fill": lambda _: F.line_fill([10, 5], [10, 10]),
    "order_fill": lambda _: F.order_fill(["A", "A", "B"], [True, False, True]),
    "otif": lambda _: F.line_fill([1, 1, 1, 0], [1, 1, 1, 1]),
    "perfect_order": lambda _: F.perfect_order([True, True, False, True], [True, False, True, True]),
    "days_inventory": lambda _: F.days_on_hand(300, 1200, 360),
    "days_sales": lambda _: F.days_sales_outstanding(150, [100, 100], [30, 30]),
    "days_payable": lambda _: F.days_payable_outstanding(60, [120], [30]),
    "cash_conversion": lambda _: F.cash_conversion_cycle(90, 45, 15),
    "forward_cover": lambda _: forward_cover(150, [100, 100], [30, 31]),
    "plan_attainment": lambda _: F.plan_attainment([15, 4], [10, 10]),
    "schedule_adherence": lambda _: F.schedule_adherence([15, 4], [10, 10]),
    "gap_closing": lambda _: F.gap_closing([100, 60, 40], [0.5, 1, 1], [False, False, True])[0],
    "gap_closing_weighted": lambda _: F.gap_closing([100, 60, 40, 30], [0.5, 1, 1, 0], [False, False, True, False])[1],
    "revenue_lost": lambda _: F.revenue_at_risk([3], [50]),
    "revenue_waiting": lambda _: F.revenue_at_risk([2], [50]),
    "excess_stock": lambda _: F.excess_value([15, 5], [10, 10], [20, 20]),
    "obsolete_stock": lambda _: F.net_sales([4], [20]),
    "stock_provision": lambda _: 0.25 * (F.excess_value([15, 5], [10, 10], [20, 20]) + F.net_sales([4], [20])),
    "throughput_per_hour": lambda _: F.throughput_per_hour(100, 60, 0.5),
    "supplier_otif": lambda _: F.on_time_share(8, 10),
    "brier_score": lambda _: F.brier_score([0.8, 0.6], [1, 0]),
    "crm_cover": lambda _: F.crm_cover(20, 50, 10, 100),
    "efficiency": lambda _: F.efficiency(80, 100),
    "actions_on_time": lambda _: F.on_time_share(3, 4),
    "assumptions_held": lambda _: F.on_time_share(3, 4),
}


def test_every_figure_is_defined_in_two_languages_with_an_example_that_is_computed():
    assert set(BY_ID) == set(EXAMPLES) == set(SWEDISH) == set(COMPUTED)
    assert all(kpi.definition or kpi.planned for kpi in BY_ID.values())


@pytest.mark.parametrize("name", sorted(set(BY_ID) - {"gross_margin", "gross_margin_amount"}))
def test_an_example_is_what_the_code_gives(name, facts):
    assert COMPUTED[name](facts) == pytest.approx(EXAMPLES[name].value)


def test_margin_of_the_small_company(facts):
    """Sales 2,000; cost of the units sold 10 x 60 + 5 x 160 = 1,400."""
    assert facts["gross_margin"] == pytest.approx(EXAMPLES["gross_margin"].value)
    assert facts["gross_margin_amount"] == EXAMPLES["gross_margin_amount"].value


@pytest.mark.parametrize(("language", "file"), [("en", "kpi_dictionary.md"), ("sv", "kpi_dictionary.sv.md")])
def test_the_pages_are_current(language, file):
    assert (DOCS / file).read_text() == kpi_dictionary(language), "run: make kpis"


def test_formulas_that_have_nothing_to_divide_by_are_unknown():
    assert np.isnan([F.wape([1], [0]), F.mape([1], [0]), F.unit_fill([], []), F.order_fill([], []), F.mase([1], [1], [1, 1])]).all()
    assert np.isnan(F.days_sales_outstanding(500, [100, 100], [30, 30]))  # it reaches back beyond what is known


# -- the facts of the cutoff month ------------------------------------------------------------------------------------


def other_tables(inputs, base, **changes):
    names = ("orders", "actions", "assumptions", "opportunities", "lifecycle")
    tables = {name: table(name, [], []) for name in names} | dict(inputs.tables)
    tables |= {
        "supply_plan": base.supply.supply_plan,
        "demand_fulfilment": base.supply.demand_fulfilment,
        "consensus_demand": base.consensus_demand,
    }
    return tables | changes


def told(tables):
    return kpi_facts_other(tables, MoneyPolicy(write_down_rate=0.5, excess_months=2), cutoff="2026-02", currency="SEK").set_index("id")


def test_what_is_missing_says_why(inputs, base):
    facts = told(other_tables(inputs, base))
    assert facts.loc["otif", "reason"] == "orders are not provided"
    assert "balance_sheet" in facts.loc["days_sales", "reason"]
    assert facts.loc["gap_closing", "reason"] == "actions are not provided"
    assert facts["value"].isna().eq(facts["reason"].notna()).all()


def test_revenue_at_risk_of_the_tiny_company(inputs, base):
    """39 grills are lost in May at 50."""
    facts = told(other_tables(inputs, base))
    assert (facts.loc["revenue_lost", "value"], facts.loc["revenue_waiting", "value"]) == (pytest.approx(1950), 0)


def test_service_by_the_promised_date(inputs, base):
    """Line 1 whole and in time; line 2 half in time; line 3 late; one order has lines 1 and 2."""
    rows = [
        ("O1", "1", "grill", "SE", "retail", "C1", "2026-01-20", "2026-02-05", "2026-02-10", "2026-02-09", 10, 10, 50.0),
        ("O1", "2", "grill", "SE", "retail", "C1", "2026-01-20", "2026-02-05", "2026-02-10", "2026-02-10", 10, 5, 50.0),
        ("O2", "1", "heater", "SE", "retail", "C2", "2026-01-20", "2026-02-12", None, "2026-02-20", 20, 20, 80.0),
    ]
    columns = [
        "order",
        "line",
        "item",
        "region",
        "channel",
        "customer",
        "order_date",
        "requested_date",
        "promised_date",
        "ship_date",
        "quantity",
        "shipped_quantity",
        "net_price",
    ]
    facts = told(other_tables(inputs, base, orders=table("orders", rows, columns)))
    assert facts.loc["unit_fill", "value"] == pytest.approx(15 / 40)
    assert facts.loc["line_fill", "value"] == facts.loc["otif", "value"] == pytest.approx(1 / 3)
    assert facts.loc["order_fill", "value"] == 0


def test_stock_that_is_too_much(inputs, base):
    """200 grills at 30: two months take 120, so 80 are excess; 10 of an item that nobody asks for are obsolete; provision one half."""
    items = items_of(grill="grills", heater="heaters", lamp="heaters")
    costs = [("grill", "2025-01-01", 30.0), ("heater", "2025-01-01", 40.0), ("lamp", "2025-01-01", 20.0)]
    stock = table(
        "inventory", [("grill", "2026-02", 200), ("heater", "2026-02", 0), ("lamp", "2026-02", 10)], ["item", "period", "quantity"]
    )
    facts = told(
        other_tables(inputs, base, items=items, inventory=stock, unit_costs=table("unit_costs", costs, ["item", "valid_from", "unit_cost"]))
    )
    values = facts["value"]
    assert (values["excess_stock"], values["obsolete_stock"], values["stock_provision"]) == (2400, 200, 1300)


def test_actions_close_the_gap_gross_and_weighted(inputs, base):
    rows = [
        ("T1", "x", "head_of_sales", "2026-02-10", "open", 100.0, 0.5, False),
        ("T2", "x", "head_of_sales", "2026-02-20", "done", 50.0, 1.0, False),
        ("T3", "x", "head_of_sales", "2026-05-10", "open", 40.0, 1.0, True),
        ("T4", "x", "head_of_sales", "2026-05-10", "open", 70.0, None, False),
    ]
    columns = ["action", "statement", "owner", "due_date", "status", "revenue_effect", "probability_share", "in_plan"]
    values = told(other_tables(inputs, base, actions=table("actions", rows, columns)))["value"]
    assert (values["gap_closing"], values["gap_closing_weighted"], values["actions_on_time"]) == (170, 50, 0.5)
    facts = told(other_tables(inputs, base, actions=table("actions", rows[1:], columns)))
    assert facts.loc["gap_closing_weighted", "reason"] == "no open action outside the plan has a probability"
