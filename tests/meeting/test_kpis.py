"""Each KPI with an example that can be checked by hand."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.measures.durations import censored_quantiles
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import plan_statement
from sopkit.finance.working_capital import working_capital_plan
from sopkit.meeting.kpis import BY_ID, KPI_IDS, KPIS, KpiInputs, estimate_facts, kpi_facts_actual, kpi_facts_plan, kpi_history, report_card
from sopkit.meeting.kpis.report_card import status_of
from sopkit.meeting.kpis.requirement import production_requirement
from sopkit.periods import period_range, shifted

CUTOFF, CLOSED = "2026-02", period_range("2024-02", 25)
PLANNED = period_range("2026-03", 13)
Rows = list[dict[str, object]]


def table(name: str, rows: Rows) -> pd.DataFrame:
    return conform(pd.DataFrame(rows), CONTRACTS[name])


def series(item: str, period: str) -> dict[str, object]:
    return {"item": item, "region": "SE", "channel": "retail", "period": period}


def history_of(sold: dict[str, float], price: dict[str, float]) -> pd.DataFrame:
    """The same month again and again: units sold and price by item."""
    measures = {
        item: {"quantity": units, "sold_quantity": units, "revenue": units * price[item], "cost": None, "source": "orders"}
        for item, units in sold.items()
    }
    return table("demand_history", [series(item, period) | measures[item] for item in sold for period in CLOSED])


def order(name: str, start: str, finish: str | None, quantity: float) -> dict[str, object]:
    return {
        "production_order": name,
        "item": "G1",
        "start_date": pd.Timestamp(start),
        "finish_date": pd.Timestamp(finish) if finish else None,
        "quantity": quantity,
    }


@pytest.fixture(scope="module")
def inputs() -> KpiInputs:
    """10 grills at 100 and 5 heaters at 200 a month; 30 grills in stock at the end of even months, 20 of odd ones."""
    stock = [{"item": "G1", "period": period, "quantity": 30 if int(period[5:]) % 2 == 0 else 20} for period in CLOSED]
    forecast = {"G1": 8.0, "H1": 6.0}
    frozen = [
        {"layer": "consensus", "made_in": shifted(period, -2), "quantity": forecast[item]} | series(item, period)
        for item in forecast
        for period in CLOSED[-3:]
    ]
    frozen += [{"layer": "consensus", "made_in": shifted(CUTOFF, -1), "quantity": 10.0} | series("G1", CUTOFF)]
    worked = {"coat": 240.0, "pack": 50.0}
    amounts = {
        "inventory": 9000.0,
        "receivables": 4000.0,
        "payables": 2500.0,
        "cash": 1500.0,
        "other_current_liabilities": 500.0,
        "credit_line": 700.0,
    }
    return KpiInputs(
        items=table(
            "items",
            [
                {"item": "G1", "item_name": "grill", "family": "grills", "supply_strategy": "stock"},
                {"item": "H1", "item_name": "heater", "family": "heaters", "supply_strategy": "buy"},
            ],
        ),
        history=history_of({"G1": 10, "H1": 5}, {"G1": 100, "H1": 200}),
        snapshots=table("forecast_snapshots", frozen),
        unit_costs=table(
            "unit_costs",
            [
                {"item": item, "valid_from": pd.Timestamp("2024-01-01"), "unit_cost": cost, "variable_cost": part}
                for item, cost, part in (("G1", 60, 45), ("H1", 120, None))
            ],
        ),
        inventory=table("inventory", stock),
        production_history=table(
            "production_history",
            [
                order("P1", "2026-02-01", "2026-02-05", 10),
                order("P2", "2026-01-20", "2026-02-09", 30),
                order("P3", "2026-02-18", None, 40),
                order("P4", "2025-12-01", "2026-01-08", 7),
            ],
        ),
        resource_calendar=table(
            "resource_calendar",
            [
                {
                    "resource": name,
                    "period": period,
                    "available_hours": 300 if name == "coat" else 100,
                    "demonstrated_hours": 90,
                    "worked_hours": worked[name],
                }
                for name in worked
                for period in CLOSED
            ],
        ),
        balance_sheet=table(
            "balance_sheet",
            [{"account": account, "period": period, "amount": amount} for account, amount in amounts.items() for period in CLOSED],
        ),
    )


@pytest.fixture(scope="module")
def actual(inputs) -> pd.Series:
    facts = kpi_facts_actual(inputs, MoneyPolicy(), cutoff=CUTOFF, first_month=1, currency="SEK")
    assert set(facts["scenario"]) == {"actual"}
    return facts.set_index(["id", "level", "period"])["value"]


def test_total_sales_of_month_year_to_date_and_twelve_months(actual):
    month = 10 * 100 + 5 * 200
    assert actual["total_sales", "*", CUTOFF] == month
    assert actual["total_sales", "family=grills", CUTOFF] == 1000
    assert actual["total_sales", "*", "2026-01..2026-02"] == 2 * month
    assert actual["total_sales", "*", "2025-03..2026-02"] == 12 * month
    assert actual["total_sales_units", "*", CUTOFF] == 15


def test_forecast_against_actual_tells_total_and_mix_apart(actual):
    # two months before, 8 grills at 100 and 6 heaters at 200 were expected; 10 and 5 came
    assert actual["forecast_vs_actual", "*", CUTOFF] == pytest.approx(2000 / 2000)
    assert actual["forecast_variance", "*", CUTOFF] == pytest.approx(0)
    assert actual["forecast_family_error", "*", CUTOFF] == pytest.approx((200 + 200) / 2000)
    assert actual["forecast_vs_actual", "family=grills", CUTOFF] == pytest.approx(10 / 8)


def test_gross_margin_takes_the_cost_of_the_units_sold_by_the_costing_policy(inputs, actual):
    assert actual["gross_margin", "*", CUTOFF] == pytest.approx((2000 - 10 * 45 - 5 * 120) / 2000)
    assert actual["gross_margin_amount", "family=heaters", CUTOFF] == pytest.approx(1000 - 600)
    policy = MoneyPolicy(costing="standard_absorption")
    facts = kpi_facts_actual(inputs, policy, cutoff=CUTOFF, first_month=1, currency="SEK").set_index(["id", "level", "period"])["value"]
    assert facts["gross_margin", "*", CUTOFF] == pytest.approx((2000 - 10 * 60 - 5 * 120) / 2000)


def test_cycle_time_counts_open_orders_as_censored(actual):
    # finished in the month: 10 units after 4 days, 30 after 20; 40 units are open after 10 days.
    # after 4 days 70/80 are left; after 20 days only the 30 are still at risk and all of them end: none is left.
    assert actual["cycle_time", "*", CUTOFF] == 20
    assert actual["cycle_time_p90", "*", CUTOFF] == 20
    assert actual["open_production_orders", "*", CUTOFF] == 1


def test_inventory_turnover_is_cost_of_twelve_months_by_the_mean_of_thirteen_month_ends(actual):
    # thirteen month ends from February to February: seven with 30, six with 20, at the whole standard cost of 60
    stock = (7 * 30 + 6 * 20) / 13 * 60
    assert actual["inventory_turnover", "family=grills", CUTOFF] == pytest.approx(12 * 10 * 60 / stock)
    assert actual["inventory_turnover", "*", CUTOFF] == pytest.approx(12 * (600 + 600) / stock)


def test_working_capital_is_current_assets_less_current_liabilities(actual):
    assert actual["working_capital", "*", CUTOFF] == 9000 + 4000 + 1500 - 2500 - 500
    assert actual["operating_working_capital", "*", CUTOFF] == 9000 + 4000 - 2500
    assert actual["cash_headroom", "*", CUTOFF] == 1500 + 700


def test_capacity_utilisation_is_weighted_by_hours(actual):
    assert actual["capacity_utilisation", "*", CUTOFF] == pytest.approx((240 + 50) / (300 + 100))
    assert actual["capacity_utilisation", "resource=pack", CUTOFF] == pytest.approx(0.5)


def test_production_is_what_was_finished_in_the_month(actual):
    assert actual["production_forecast", "*", CUTOFF] == 10 + 30


def test_weighted_quantiles_without_censoring_are_those_of_the_sample():
    days, weights = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 1.0, 7.0])
    assert censored_quantiles(days, weights, np.ones(4, dtype=bool), [0.1, 0.3, 0.5, 0.9]) == [1, 3, 4, 4]


def test_product_limit_estimate_agrees_with_a_plain_walk():
    rng = np.random.default_rng(7)
    days, weights, finished = rng.integers(1, 9, 40).astype(float), rng.integers(1, 5, 40).astype(float), rng.random(40) < 0.6
    surviving, reached = 1.0, {}
    for end in sorted(set(days[finished])):
        at_risk = sum(w for d, w in zip(days, weights, strict=True) if d >= end)
        ended = sum(w for d, w, f in zip(days, weights, finished, strict=True) if d == end and f)
        surviving *= 1 - ended / at_risk
        for share in (0.25, 0.5, 0.75):
            if surviving <= 1 - share:
                reached.setdefault(share, end)
    found = censored_quantiles(days, weights, finished, [0.25, 0.5, 0.75])
    assert found == [reached.get(share, pytest.approx(np.nan, nan_ok=True)) for share in (0.25, 0.5, 0.75)]


def test_a_quantile_that_is_not_reached_is_unknown():
    assert np.isnan(censored_quantiles(np.array([1.0, 5.0]), np.array([1.0, 9.0]), np.array([True, False]), [0.5])[0])


def test_history_holds_eight_kpis_a_month_and_agrees_with_the_facts(inputs, actual):
    history = kpi_history(inputs, MoneyPolicy(), cutoff=CUTOFF, months=13)
    assert conform(history, CONTRACTS["kpi_history"]).equals(history)
    assert len(history) == 13 * 8
    at_cutoff = history[history["period"] == CUTOFF].set_index("kpi")["value"]
    for kpi in KPI_IDS:
        assert at_cutoff[kpi] == pytest.approx(actual[kpi, "*", CUTOFF])
    unknown = history[history["value"].isna()]
    assert len(unknown)
    assert unknown["reason"].notna().all()
    assert "lag 2" in unknown.loc[unknown["kpi"] == "forecast_vs_actual", "reason"].iloc[0]


def test_months_before_the_records_are_unknown_and_not_zero(inputs):
    history = kpi_history(inputs, MoneyPolicy(), cutoff=CUTOFF, months=26).set_index(["kpi", "period"])
    assert np.isnan(history.loc[("total_sales", "2024-01"), "value"])
    assert np.isnan(history.loc[("production_forecast", "2025-12"), "value"])


def test_each_kpi_says_why_it_is_not_available(inputs):
    facts = kpi_facts_actual(
        KpiInputs(items=inputs.items, history=inputs.history), MoneyPolicy(), cutoff=CUTOFF, first_month=1, currency="SEK"
    )
    company = facts[(facts["level"] == "*") & (facts["period"] == CUTOFF)].set_index("id")
    assert set(KPI_IDS) <= set(company.index)
    unknown = company[company["value"].isna()]
    assert set(unknown.index) >= set(KPI_IDS) - {"total_sales"}
    assert unknown["reason"].notna().all()
    assert company.loc["total_sales", "value"] == 2000


def test_without_a_forecast_at_the_lag_the_last_plan_is_scored_at_its_own(inputs):
    rows = [
        {"made_in": "2026-01", "quantity": 8, "shipped": 8, "net_price": 100} | series("G1", CUTOFF),
        {"made_in": "2026-01", "quantity": 5, "shipped": 5, "net_price": 200} | series("H1", CUTOFF),
    ]
    planned = dataclasses.replace(inputs, snapshots=empty(CONTRACTS["forecast_snapshots"]), last_plan=table("last_plan", rows))
    facts = kpi_facts_actual(planned, MoneyPolicy(), cutoff=CUTOFF, first_month=1, currency="SEK").set_index(["id", "level", "period"])
    row = facts.loc[("forecast_vs_actual", "*", CUTOFF)]
    assert row["value"] == pytest.approx(2000 / 1800)
    assert row["lag"] == 1
    same_month = dataclasses.replace(planned, last_plan=planned.last_plan.assign(made_in=CUTOFF))
    facts = kpi_facts_actual(same_month, MoneyPolicy(), cutoff=CUTOFF, first_month=1, currency="SEK").set_index(["id", "level", "period"])
    assert np.isnan(facts.loc[("forecast_vs_actual", "*", CUTOFF), "value"])


def test_an_item_never_sold_is_valued_at_its_familys_price(inputs):
    items = pd.concat([inputs.items, inputs.items.iloc[:1].assign(item="G2")], ignore_index=True)
    frozen = pd.concat([inputs.snapshots, inputs.snapshots[inputs.snapshots["item"] == "G1"].assign(item="G2")], ignore_index=True)
    facts = kpi_facts_actual(
        dataclasses.replace(inputs, items=items, snapshots=frozen), MoneyPolicy(), cutoff=CUTOFF, first_month=1, currency="SEK"
    )
    value = facts.set_index(["id", "level", "period"]).loc[("forecast_variance", "*", CUTOFF), "value"]
    assert value == pytest.approx(2000 - (2 * 800 + 1200))


def planned_money(inputs: KpiInputs) -> MoneyInputs:
    """A plan that sells and makes ten grills a month, one of them lost; heaters are bought."""
    demand = {"baseline": 10.0, "lifecycle": 0.0, "override": 0.0, "quantity": 10.0, "net_price": 110.0, "revenue": 1100.0}
    kept = {"demand": 10.0, "shipped": 9.0, "late": 0.0, "lost": 1.0, "closing_backlog": 0.0}
    stock = {
        "demand": 10.0,
        "opening_stock": 30.0,
        "production": 9.0,
        "subcontract": 0.0,
        "receipts": 0.0,
        "shipped": 9.0,
        "lost": 1.0,
        "closing_backlog": 0.0,
        "closing_stock": 30.0,
        "target_stock": 0.0,
    }
    hours = {
        "site": "main",
        "required_hours": 110.0,
        "planned_hours": 95.0,
        "overtime_hours": 5.0,
        "available_hours": 100.0,
        "demonstrated_hours": 80.0,
        "overtime_limit_hours": 10.0,
        "hour_value": 1.0,
    }
    return MoneyInputs(
        items=inputs.items,
        history=inputs.history,
        unit_costs=inputs.unit_costs,
        inventory=inputs.inventory,
        consensus_demand=table("consensus_demand", [series("G1", period) | demand for period in PLANNED]),
        demand_fulfilment=table("demand_fulfilment", [series("G1", period) | kept for period in PLANNED]),
        supply_plan=table("supply_plan", [{"item": item, "period": period} | stock for item in ("G1", "H1") for period in PLANNED]),
        resource_load=table("resource_load", [{"resource": "coat", "period": period} | hours for period in PLANNED]),
    )


@pytest.fixture(scope="module")
def plan(inputs) -> pd.DataFrame:
    money, policy = planned_money(inputs), MoneyPolicy()
    statement = plan_statement(money, policy, cutoff=CUTOFF, first_month=1)
    capital = working_capital_plan(money, statement, policy, cutoff=CUTOFF)
    started = table(
        "open_orders",
        [
            {"kind": "production", "item": "G1", "period": "2026-03", "quantity": 4},
            {"kind": "purchase", "item": "H1", "period": "2026-03", "quantity": 8},
        ],
    )
    return kpi_facts_plan(money, statement, capital, policy, cutoff=CUTOFF, currency="SEK", open_orders=started)


def test_kpis_of_the_plan_by_hand(plan):
    value = plan.set_index(["id", "level", "period"])["value"]
    assert value["total_sales", "*", "2026-03"] == 9 * 110
    assert value["gross_margin", "*", "2026-03"] == pytest.approx((110 - 45) / 110)
    assert value["capacity_utilisation", "*", "2026-03"] == pytest.approx(0.95)
    assert value["planned_load", "resource=coat", "2026-03"] == pytest.approx(95 / 80)
    assert value["required_load", "*", "2026-03"] == pytest.approx(110 / 80)
    assert value["production_forecast", "*", "2026-03"] == 9  # the orders of M0 are in it once; what is bought is not made
    assert value["production_forecast", "*", "2026-04"] == 9
    assert value["production_requirement", "*", "2026-03"] == 4  # on order, though thirty are there and ten are asked for
    assert value["production_requirement", "*", "2026-04"] == 0
    assert value["production_requirement", "*", "2026-06"] == 10 * 4 - 30 - 4
    # twelve months from March: 12 x 9 x 60; thirteen month ends: 30 grills each, and from March on 30 heaters at 120
    mean = 30 * 60 + 30 * 120 * 12 / 13
    assert value["forward_turns", "*", "2026-03..2027-02"] == pytest.approx(12 * 9 * 60 / mean)
    assert value["inventory_turnover", "*", "2027-02"] == pytest.approx(12 * 9 * 60 / mean)


def test_latest_estimate_beside_budget_last_plan_and_last_year(inputs):
    year = period_range("2026-01", 12)
    rows = [
        {"family": "grills", "region": "*", "channel": "*", "period": period, "quantity": 11, "revenue": 1400, "contribution": 500}
        for period in year
    ]
    money = dataclasses.replace(planned_money(inputs), budget=table("budget", rows))
    kept = [{"made_in": "2026-02", "quantity": 10, "shipped": 10, "net_price": 120} | series("G1", period) for period in year[1:]]
    statement = plan_statement(money, MoneyPolicy(), cutoff=CUTOFF, first_month=1)
    facts = estimate_facts(money, statement, table("last_plan", kept), cutoff=CUTOFF, first_month=1, currency="SEK")
    value = facts.set_index(["id", "scenario"])["value"]
    assert value["net_sales_year", "base"] == 2 * 2000 + 10 * 9 * 110
    assert value["net_sales_year", "budget"] == 12 * 1400
    assert value["net_sales_year", "last_plan"] == 2000 + 11 * 10 * 120
    assert value["net_sales_year", "actual"] == 12 * 2000
    assert value["net_sales_gap", "budget"] == 13_900 - 16_800
    assert value["net_sales_gap", "last_plan"] == 13_900 - 15_200
    # two closed months of 950, ten planned ones of 9 x (110 - 45); resources are not provided, so overtime has no line
    assert value["contribution_year", "base"] == pytest.approx(2 * 950 + 10 * 585)
    assert value["contribution_gap", "budget"] == pytest.approx(2 * 950 + 10 * 585 - 6000)


def test_an_estimate_with_nothing_beside_it_says_so(inputs):
    money = planned_money(inputs)
    statement = plan_statement(money, MoneyPolicy(), cutoff=CUTOFF, first_month=1)
    facts = estimate_facts(money, statement, empty(CONTRACTS["last_plan"]), cutoff=CUTOFF, first_month=1, currency="SEK").set_index(
        ["id", "scenario"]
    )
    assert facts.loc[("net_sales_gap", "budget"), "reason"].startswith("budget is not provided")
    assert facts.loc[("net_sales_year", "last_plan"), "reason"].startswith("the last plan does not cover")
    assert facts.loc[("net_sales_year", "base"), "value"] == 13_900


def requirement_rows(demand: list[float], target: list[float], opening: float, receipts: list[float], backlog: float = 0.0) -> pd.DataFrame:
    kept = {"item": "G1", "opening_stock": opening, "production": 0, "subcontract": 0, "lost": 0, "closing_stock": 0}
    months = zip(PLANNED, demand, target, receipts, strict=False)
    return table(
        "supply_plan",
        [
            kept
            | {
                "period": period,
                "demand": units,
                "target_stock": wanted,
                "receipts": due,
                "shipped": units + (backlog if at == 0 else 0),
                "closing_backlog": 0,
            }
            for at, (period, units, wanted, due) in enumerate(months)
        ],
    )


NO_ORDERS = empty(CONTRACTS["open_orders"])


def test_production_requirement_of_the_textbook():
    # a master production schedule that starts with 60, is asked for 75 and wants 10 left has to make 25
    assert production_requirement(requirement_rows([75], [10], 60, [0]), NO_ORDERS)["quantity"].tolist() == [25]


def test_production_requirement_carries_what_is_left_over():
    # 100 are there and 30 wanted: 70 stay over, of which 20 are asked for; then 50 + 5 wanted, 50 less 10 on its way
    found = production_requirement(requirement_rows([30, 20, 60], [0, 0, 5], 100, [0, 0, 10]), NO_ORDERS)
    assert found["quantity"].tolist() == [0, 0, 60 + 5 - 50 - 10]
    late = production_requirement(requirement_rows([30, 20], [0, 0], 20, [0, 0], backlog=15), NO_ORDERS)
    assert late["quantity"].tolist() == [30 + 15 - 20, 20]


def test_firm_orders_of_m0_are_made_even_where_nobody_needs_them_and_later_ones_are_decided_anew():
    orders = [("production", "G1", "2026-02", 3), ("production", "G1", "2026-03", 2), ("production", "G1", "2026-04", 50)]
    firm = pd.DataFrame(orders, columns=["kind", "item", "period", "quantity"])
    found = production_requirement(requirement_rows([10, 10, 10], [0, 0, 0], 20, [0, 0, 0]), firm)
    assert found["quantity"].tolist() == [5, 0, 30 - 20 - 5]


def test_facts_of_the_plan_have_every_month_a_definition_and_reasons(plan):
    assert set(plan["scenario"]) == {"base"}
    company = plan[plan["level"] == "*"]
    for kpi in ("total_sales", "gross_margin", "inventory_turnover", "working_capital", "capacity_utilisation", "production_forecast"):
        assert sorted(company.loc[company["id"] == kpi, "period"]) == PLANNED
    assert plan["definition"].str.len().gt(0).all()
    assert plan["source_table"].isin(list(CONTRACTS)).all()
    assert company.loc[company["value"].isna(), "reason"].notna().all()
    assert company.loc[company["id"] == "working_capital", "value"].isna().all()


def test_every_figure_is_defined_once_with_a_sentence_and_a_table():
    assert KPI_IDS == (
        "total_sales",
        "forecast_vs_actual",
        "gross_margin",
        "cycle_time",
        "inventory_turnover",
        "working_capital",
        "capacity_utilisation",
        "production_forecast",
    )
    assert len(BY_ID) == len({kpi.title for kpi in BY_ID.values()})
    for kpi in BY_ID.values():
        assert bool(kpi.definition) == bool(kpi.source_table)
        assert bool(kpi.planned) == bool(kpi.planned_source)
        assert kpi.definition or kpi.planned
        for name in filter(None, (kpi.source_table, kpi.planned_source)):
            assert name in CONTRACTS


def test_facts_can_be_written_as_json(plan):
    rows = json.loads(plan.to_json(orient="records"))
    assert rows[0]["id"] == plan["id"].iloc[0]


@pytest.mark.parametrize(
    ("kpi", "value", "tolerance", "status"),
    [
        ("total_sales", 2100, 60, "green"),
        ("total_sales", 1950, 60, "green"),
        ("total_sales", 1900, 60, "amber"),
        ("total_sales", 1870, 60, "red"),
        ("cycle_time", 1990, 60, "green"),
        ("cycle_time", 2080, 60, "amber"),
        ("forecast_vs_actual", 2080, 60, "amber"),
        ("forecast_vs_actual", 1870, 60, "red"),
        ("total_sales", 1999, np.nan, "red"),
        ("total_sales", 2000, np.nan, "green"),
        ("total_sales", np.nan, 60, "not_available"),
    ],
)
def test_the_status_follows_the_bad_side_of_the_target(kpi, value, tolerance, status):
    assert status_of(BY_ID[kpi], value, 2000, tolerance) == status


def test_report_card_has_a_row_per_kpi_in_their_order(inputs):
    history = kpi_history(inputs, MoneyPolicy(), cutoff=CUTOFF)
    targets = table(
        "targets",
        [
            {"target": "total_sales", "scope": "*", "value": 2100, "tolerance": 60},
            {"target": "gross_margin", "scope": "grills", "value": 0.5, "tolerance": None},
        ],
    )
    card = report_card(history, targets, cutoff=CUTOFF)
    assert card["kpi"].tolist() == [kpi.id for kpi in KPIS]
    sales = card.set_index("kpi").loc["total_sales"]
    assert (sales["departure"], sales["status"], sales["side"]) == (-100, "amber", "below")
    assert (sales["previous_value"], sales["year_ago_value"]) == (2000, 2000)
    assert card.set_index("kpi").loc["gross_margin", "status"] == "no_target"
    bare = report_card(
        kpi_history(KpiInputs(items=inputs.items, history=inputs.history), MoneyPolicy(), cutoff=CUTOFF),
        empty(CONTRACTS["targets"]),
        cutoff=CUTOFF,
    )
    assert bare.loc[bare["status"] == "not_available", "reason"].notna().all()
