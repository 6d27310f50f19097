import dataclasses
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.errors import DataError, ParamsError
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import COST_LINES, closed_periods, plan_statement, unvalued_sales


def by_month(statement: pd.DataFrame, line: str) -> dict[str, float]:
    rows = statement[statement["line"] == line]
    return rows.groupby("period")["amount"].sum().to_dict()


def stated(company, policy: MoneyPolicy | None = None, **changes) -> pd.DataFrame:
    inputs = dataclasses.replace(company.inputs, **changes)
    return plan_statement(inputs, policy or MoneyPolicy(), cutoff=company.cutoff, first_month=1)


def test_a_company_calculated_by_hand_at_variable_cost(company):
    statement = stated(company)
    expected = {
        "net_sales": {"2026-03": 10 * 100 + 5 * 200, "2026-04": 11 * 100 + 5 * 200, "2026-05": 14 * 100 + 5 * 210},
        "cost_of_goods": {"2026-03": 10 * 40 + 5 * 50, "2026-04": 11 * 40 + 5 * 50, "2026-05": 14 * 40 + 5 * 50},
        "gross_margin": {"2026-03": 2000 - 650, "2026-04": 2100 - 690, "2026-05": 2450 - 810},
        "overtime": {"2026-03": 3 * 20, "2026-04": 0, "2026-05": 0},
        "subcontract_premium": {"2026-03": 0, "2026-04": 1 * 5, "2026-05": 2 * 5},
        "holding": dict.fromkeys(company.planned, 20 * 60 * 0.12 / 12),
        "workforce_change": {"2026-03": 500, "2026-04": 0, "2026-05": 0},
        "operating_contribution": {"2026-03": 1350 - 60 - 12 - 500, "2026-04": 1410 - 5 - 12, "2026-05": 1640 - 10 - 12},
    }
    for line, months in expected.items():
        found = {period: amount for period, amount in by_month(statement, line).items() if period in company.planned}
        assert found == pytest.approx(months), line
    assert conform(statement, CONTRACTS["plan_statement"]).equals(statement)


def test_standard_absorption_takes_the_whole_standard_cost(company):
    statement = stated(company, MoneyPolicy(costing="standard_absorption"))
    assert by_month(statement, "cost_of_goods")["2026-03"] == 10 * 60 + 5 * 50
    assert by_month(statement, "cost_of_goods")["2026-02"] == 10 * 60 + 5 * 50


def test_closed_months_are_what_was_invoiced(company):
    statement = stated(company)
    closed = statement[statement["scenario"] == "actual"]
    assert sorted(closed["period"].unique()) == list(company.closed)
    assert set(closed["line"]) == {"net_sales", "cost_of_goods", "gross_margin", "operating_contribution"}
    assert by_month(statement, "net_sales")["2026-02"] == 2000
    assert by_month(statement, "operating_contribution")["2026-02"] == 2000 - 10 * 40 - 5 * 50


def test_booked_cost_goes_before_standard_cost_and_keeps_its_variable_part(company):
    history = company.inputs.history.assign(cost=np.where(company.inputs.history["item"] == "G1", 660.0, np.nan))
    assert by_month(stated(company, history=history), "cost_of_goods")["2026-02"] == pytest.approx(660 * 40 / 60 + 5 * 50)
    absorbed = stated(company, MoneyPolicy(costing="standard_absorption"), history=history)
    assert by_month(absorbed, "cost_of_goods")["2026-02"] == 660 + 5 * 50


def test_the_statement_adds_up_over_any_hierarchy(company):
    statement = stated(company, MoneyPolicy(write_down_rate=0.5, excess_months=1))
    for size in (0, 1, 2, 3):
        for levels in combinations(["family", "region", "channel"], size):
            wide = statement.pivot_table(index=["period", *levels], columns="line", values="amount", aggfunc="sum").fillna(0.0)
            costs = wide.reindex(columns=list(COST_LINES), fill_value=0.0).sum(axis=1)
            assert np.allclose(wide["net_sales"] - wide["cost_of_goods"], wide["gross_margin"], atol=1e-9)
            assert np.allclose(wide["gross_margin"] - costs, wide["operating_contribution"], atol=1e-9)


def test_lines_agree_with_a_plain_walk_over_the_rows(company):
    inputs, cost = company.inputs, {"G1": 40.0, "H1": 50.0}
    price = {
        tuple(row[:4]): row[4]
        for row in inputs.consensus_demand[["item", "region", "channel", "period", "net_price"]].itertuples(index=False)
    }
    sales: dict[tuple[str, str], float] = {}
    goods: dict[tuple[str, str], float] = {}
    family = dict(zip(inputs.items["item"], inputs.items["family"], strict=True))
    for row in inputs.demand_fulfilment.itertuples(index=False):
        key = (family[row.item], row.period)
        sales[key] = sales.get(key, 0.0) + row.shipped * price[row.item, row.region, row.channel, row.period]
        goods[key] = goods.get(key, 0.0) + row.shipped * cost[row.item]
    statement = stated(company)
    for line, expected in (("net_sales", sales), ("cost_of_goods", goods)):
        rows = statement[(statement["line"] == line) & (statement["scenario"] == "base")]
        assert dict(zip(zip(rows["family"], rows["period"], strict=True), rows["amount"], strict=True)) == pytest.approx(expected)


def test_an_item_without_cost_leaves_its_months_without_margin(company):
    costs = company.inputs.unit_costs[company.inputs.unit_costs["item"] == "G1"]
    statement = stated(company, unit_costs=costs)
    assert by_month(statement, "net_sales")["2026-03"] == 2000
    assert not set(statement["line"]) & {"cost_of_goods", "gross_margin", "operating_contribution"}
    inputs = dataclasses.replace(company.inputs, unit_costs=costs)
    missing = unvalued_sales(inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=1)
    assert set(missing["item"]) == {"H1"}
    assert missing.loc[missing["period"] == "2026-05", "net_sales"].item() == 1050


def test_a_stated_share_of_price_stands_in_for_a_missing_cost(company):
    costs = company.inputs.unit_costs[company.inputs.unit_costs["item"] == "G1"]
    statement = stated(company, MoneyPolicy(cost_share_of_price=0.3), unit_costs=costs)
    assert by_month(statement, "cost_of_goods")["2026-05"] == pytest.approx(14 * 40 + 5 * 0.3 * 200)


def test_extra_costs_are_booked_on_their_line(company):
    extra = pd.DataFrame({"period": ["2026-04", "2026-03"], "line": ["one_off", "overtime"], "amount": [77.0, 5.0]})
    statement = plan_statement(company.inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=1, extra_costs=extra)
    assert by_month(statement, "one_off") == {"2026-04": 77}
    assert by_month(statement, "overtime")["2026-03"] == 65
    assert by_month(statement, "operating_contribution")["2026-04"] == 1393 - 77


def test_extra_costs_that_cannot_be_booked_are_all_told(company):
    extra = pd.DataFrame({"period": ["2026-04", "2027-01"], "line": ["net_sales", "overtime"], "amount": [1.0, 1.0]})
    with pytest.raises(ParamsError) as caught:
        plan_statement(company.inputs, MoneyPolicy(), cutoff=company.cutoff, first_month=1, extra_costs=extra)
    assert len(caught.value.problems) == 2


def test_a_shipment_without_a_price_is_an_error(company):
    consensus = company.inputs.consensus_demand.iloc[1:]
    with pytest.raises(DataError, match="without a price"):
        stated(company, consensus_demand=consensus)


def test_overtime_of_a_resource_without_a_price_is_an_error_and_of_none_at_all_no_line(company):
    other = company.inputs.resources.assign(resource="pack")
    with pytest.raises(DataError, match="no overtime_cost"):
        stated(company, resources=other)
    assert "overtime" not in set(stated(company, resources=company.inputs.resources.iloc[:0])["line"])


def test_an_overtime_hour_costs_what_the_calendar_says_of_the_month(company):
    row = {"resource": "coat", "period": "2026-03", "available_hours": 120.0, "demonstrated_hours": 100.0, "overtime_cost": 30.0}
    calendar = conform(pd.DataFrame([row, row | {"period": "2026-04", "overtime_cost": None}]), CONTRACTS["resource_calendar"])
    assert by_month(stated(company, resource_calendar=calendar), "overtime")["2026-03"] == 3 * 30


def test_an_item_without_a_family_is_an_error(company):
    with pytest.raises(DataError, match="no row for H1"):
        stated(company, items=company.inputs.items.iloc[:1])


def test_write_down_of_what_a_month_of_plan_does_not_cover(company):
    policy = MoneyPolicy(write_down_rate=0.5, excess_months=1)
    statement = plan_statement(company.inputs, policy, cutoff=company.cutoff, first_month=5)  # the year ends in April
    # April: grills 20 in stock, 14 asked for in May: 6 x 60; heaters 5 in stock, 5 asked for: none
    assert by_month(statement, "write_down") == {"2026-04": 0.5 * 6 * 60}


def test_without_a_plan_there_are_only_closed_months(company):
    bare = MoneyInputs(items=company.inputs.items, history=company.inputs.history)
    statement = plan_statement(bare, MoneyPolicy(), cutoff=company.cutoff, first_month=1)
    assert set(statement["line"]) == {"net_sales"}
    assert set(statement["scenario"]) == {"actual"}


@pytest.mark.parametrize(
    ("cutoff", "first_month", "first"),
    [("2026-02", 1, "2025-01"), ("2025-12", 1, "2024-12"), ("2026-08", 9, "2025-08"), ("2026-08", 5, "2025-05")],
)
def test_closed_months_reach_the_fiscal_year_before_and_thirteen_at_least(cutoff, first_month, first):
    months = closed_periods(cutoff, first_month)
    assert (months[0], months[-1]) == (first, cutoff)
    assert len(months) >= 13


def test_inputs_are_not_mutated(company):
    before = {field.name: getattr(company.inputs, field.name).copy() for field in dataclasses.fields(company.inputs)}
    stated(company, MoneyPolicy(write_down_rate=0.5, excess_months=1, cost_share_of_price=0.2))
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(company.inputs, name), frame)
