import dataclasses

import pandas as pd
import pytest

from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.valuation import item_costs, mean_net_prices
from sopkit.finance.write_down import excess_quantities

MONTHS = ["2025-12", "2026-01", "2026-02", "2026-03"]


def dated_costs(company) -> pd.DataFrame:
    days = [("G1", "2026-01-15", 60.0), ("G1", "2026-03-01", 66.0), ("H1", "2025-01-01", 50.0)]
    return company.table(
        "unit_costs",
        [{"item": item, "valid_from": pd.Timestamp(day), "unit_cost": cost, "variable_cost": None} for item, day, cost in days],
    )


def test_the_cost_of_a_month_is_the_last_one_that_starts_in_or_before_it(company):
    inputs = company.inputs
    costs = item_costs(inputs.items, inputs.history, dated_costs(company), MoneyPolicy(), periods=MONTHS, cutoff="2026-02")
    grill = costs[costs["item"] == "G1"]
    assert grill["unit_cost"].tolist() == [60, 60, 60, 66]
    assert grill["basis"].tolist() == ["earliest", "dated", "dated", "dated"]
    assert grill["variable_cost"].tolist() == [60, 60, 60, 66]


def test_costs_agree_with_a_plain_search(company):
    dated = dated_costs(company)
    inputs = company.inputs
    costs = item_costs(inputs.items, inputs.history, dated, MoneyPolicy(), periods=MONTHS, cutoff="2026-02")
    for row in costs.itertuples(index=False):
        own = sorted(
            (day.strftime("%Y-%m"), cost)
            for item, day, cost in dated[["item", "valid_from", "unit_cost"]].itertuples(index=False)
            if item == row.item
        )
        started = [cost for month, cost in own if month <= row.period]
        assert row.unit_cost == (started[-1] if started else own[0][1])


def test_an_item_without_cost_takes_a_stated_share_of_its_price_or_none(company):
    only = dated_costs(company).query("item == 'H1'")
    inputs = company.inputs
    without = item_costs(inputs.items, inputs.history, only, MoneyPolicy(), periods=MONTHS, cutoff="2026-02").set_index(["item", "period"])
    assert without.loc["G1", "unit_cost"].isna().all()
    assert set(without.loc["G1", "basis"]) == {"none"}
    share = item_costs(inputs.items, inputs.history, only, MoneyPolicy(cost_share_of_price=0.6), periods=MONTHS, cutoff="2026-02")
    assert share[share["item"] == "G1"]["unit_cost"].tolist() == pytest.approx([60, 60, 60, 60])
    assert set(share[share["item"] == "G1"]["basis"]) == {"share_of_price"}


def test_mean_net_price_leaves_out_items_that_were_not_sold(company):
    history = company.inputs.history
    history = history.assign(sold_quantity=history["sold_quantity"].where(history["item"] == "G1", 0.0))
    assert mean_net_prices(history, cutoff="2026-02").to_dict() == {"G1": 100}


def test_excess_is_stock_beyond_so_many_months_of_plan(company):
    found = excess_quantities(company.inputs.supply_plan, 1.5).set_index(["item", "period"])["excess"]
    # grills hold 20: March covers 12 + half of 14 = 19; April 14 + half of the mean 12 = 20; May one and a half means = 18
    assert found["G1"].tolist() == pytest.approx([1, 0, 2])
    assert found["H1"].tolist() == pytest.approx([10 - 7.5, 0, 0])


def test_excess_agrees_with_a_plain_walk(company):
    plan = company.inputs.supply_plan
    for months in (0.25, 1, 2, 4.5):
        found = excess_quantities(plan, months).set_index(["item", "period"])["excess"]
        for item, rows in plan.groupby("item"):
            demand = rows.sort_values("period")["demand"].tolist()
            later = demand + [sum(demand) / len(demand)] * 10
            for at, (period, stock) in enumerate(zip(rows["period"], rows["closing_stock"], strict=True)):
                left, need = months, 0.0
                for month in range(at + 1, at + 8):
                    need += min(left, 1.0) * later[month]
                    left = max(left - 1.0, 0.0)
                assert found[item, period] == pytest.approx(max(stock - need, 0.0))


def test_nothing_planned_has_no_excess(company):
    assert excess_quantities(dataclasses.replace(company.inputs, supply_plan=company.inputs.supply_plan.iloc[:0]).supply_plan, 12).empty
