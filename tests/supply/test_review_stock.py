"""Stock by class, service and its cost, flow and work in process, cases of demand, networks of families. Figures by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.stats import norm

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.supply.explanation import hot_plan_of
from sopkit.supply.plan import constrained_plan
from sopkit.supply.policy import SupplyPolicy, Waiting
from sopkit.supply.review.cases import demand_cases
from sopkit.supply.review.flow import flow_times, work_in_process
from sopkit.supply.review.networks import NetworkInputs, echelon_stocks
from sopkit.supply.review.policies import (
    StockInputs,
    cumulative_errors,
    lead_months,
    service_curve,
    stock_outs_ahead,
    stock_policies,
)
from sopkit.supply.review.stock_by_rule import one_season_stock, rules_by_class, stock_by_rule
from sopkit.supply.stock_policy import StockPolicy
from sopkit.supply.stocking import reorder_policy

CUTOFF = "2026-02"
POLICY = SupplyPolicy(frozen_months=0, capital_rate=0.0, waiting={"*": Waiting(share=0, months=0)})


def frame(table: str, *rows: dict) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows)), CONTRACTS[table]) if rows else empty(CONTRACTS[table])


def item(name: str, family: str = "grills", kind: str = "stock") -> dict:
    return {"item": name, "item_name": "-", "family": family, "supply_strategy": kind, "tier": "A", "active": True}


def plan_rows(name: str, demand: list[float], target: float = 0.0, opening: float = 0.0) -> list[dict]:
    zero = {column: 0.0 for column in CONTRACTS["supply_plan"].column_names() if column not in ("item", "period")}
    months = pd.period_range("2026-03", periods=len(demand), freq="M").astype(str)
    return [
        zero | {"item": name, "period": month, "demand": units, "target_stock": target, "opening_stock": opening if place == 0 else 0.0}
        for place, (month, units) in enumerate(zip(months, demand, strict=True))
    ]


def stock_inputs(**tables: pd.DataFrame) -> StockInputs:
    return StockInputs(**{name: tables.get(name, empty(CONTRACTS[name])) for name in StockInputs.__dataclass_fields__})


def layer(made_in: str, period: str, units: float, name: str = "consensus") -> dict:
    return {"layer": name, "made_in": made_in, "item": "A", "region": "SE", "channel": "c", "period": period, "quantity": units}


def sold(period: str, units: float) -> dict:
    numbers = {"quantity": units, "sold_quantity": units, "revenue": 0.0}
    return {"item": "A", "region": "SE", "channel": "c", "period": period, "source": "sales"} | numbers


def test_errors_are_summed_over_the_lead_time():
    """1.5 months: the whole first month and half of the second. 12 for 10 and 8 for 10 make 2 - 1; the last origin is not closed."""
    frozen = frame(
        "forecast_layers",
        layer("2025-12", "2025-12", 10),
        layer("2025-12", "2026-01", 10),
        layer("2026-01", "2026-01", 5),
        layer("2026-01", "2026-02", 10),
        layer("2026-02", "2026-02", 10),
        layer("2026-02", "2026-03", 10),
        layer("2025-12", "2025-12", 99, "statistical"),
    )
    history = frame("demand_history", sold("2025-12", 12), sold("2026-01", 8), sold("2026-02", 20))
    found = cumulative_errors(frozen, history, pd.Series({"A": 1.5}), cutoff=CUTOFF)
    assert found["A"].tolist() == [2 - 1, 3 + 5]


def test_lead_time_is_what_was_agreed_or_what_it_took(inputs_of):
    frames = inputs_of(
        suppliers=[{"supplier": "S", "lead_time_days": 73.0}], supplier_items=[{"supplier": "S", "component": "B", "item": "B"}]
    )
    times = {"finished_orders": 1, "open_orders": 0, "quantity": 1.0, "mean": 9.0, "p90": 9.0}
    inputs = stock_inputs(
        items=frame("items", item("A"), item("B", kind="buy"), item("C", "stoves")),
        supplier_items=frames.supplier_items,
        suppliers=frames.suppliers,
        cycle_times=frame("cycle_times", {"family": "grills", "item": "*", "median": 36.5} | times),
    )
    found = lead_months(inputs, StockPolicy(review_months=1, made_lead_days=0))
    assert found.to_dict() == pytest.approx({"A": 1 + 1.2, "B": 1 + 2.4, "C": 1.0})


@pytest.fixture
def twelve_origins() -> StockInputs:
    """A was 1, 2, ... 12 units above its forecast in twelve months; nobody asks for Z."""
    months = [str(month) for month in pd.period_range("2025-02", "2026-02", freq="M")]
    frozen = frame("forecast_layers", *(layer(month, month, 100) for month in months[:12]))
    history = frame("demand_history", *(sold(month, 101 + place) for place, month in enumerate(months[:12])))
    classes = {
        "item": "A",
        "family": "grills",
        "revenue": 1.0,
        "abc": "A",
        "xyz": "X",
        "pattern": "smooth",
        "life": "leaving",
        "last_period": "2026-04",
    }
    return stock_inputs(
        items=frame("items", item("A"), item("Z")),
        supply_plan=frame("supply_plan", *plan_rows("A", [60.0] * 12, target=5), *plan_rows("Z", [0.0] * 12)),
        inventory=frame("inventory", {"item": "A", "period": CUTOFF, "quantity": 900.0}, {"item": "Z", "period": CUTOFF, "quantity": 7.0}),
        unit_costs=frame(
            "unit_costs",
            *({"item": name, "valid_from": pd.Timestamp("2025-01-01"), "unit_cost": 10.0, "holding_rate": 0.2} for name in "AZ"),
        ),
        item_classes=frame("item_classes", classes),
        forecast_layers=frozen,
        demand_history=history,
    )


def test_service_by_class_gives_the_stock(twelve_origins):
    """Twelve origins: the 0.9 quantile of 1..12 is the eleventh, the 0.5 quantile the sixth."""
    inputs = twelve_origins
    stock = StockPolicy(service_by_class={"AX": 0.9, "A": 0.5, "*": 0.6}, review_months=1, made_lead_days=0, order_cost=100.0)
    supply = SupplyPolicy(stock=stock, capital_rate=0.05)
    table = stock_policies(inputs, supply, cutoff=CUTOFF, excess_months=12).set_index("item")
    row = table.loc["A"]
    assert (row["stock_class"], row["service_share"], row["method"], row["safety_stock"]) == ("AX", 0.9, "quantile", 11)
    assert row["reorder_point"] == 60 + 11  # a month of demand over the lead time
    assert row["order_quantity"] == pytest.approx(np.sqrt(2 * 100 * 720 / 2.5))
    assert (row["excess"], row["excess_value"]) == (900 - 720, 1800)
    assert row["advice"] == "buy or make none until 180 are gone; raise the target from 5 to 11"
    dead = table.loc["Z"]
    assert (dead["stock_class"], dead["method"], dead["obsolete"], dead["excess_value"]) == ("-", "not available", 7, 70)
    assert dead["advice"] == "nobody asks for it: sell or write down 7"
    curve = service_curve(table.reset_index(), inputs.unit_costs, supply, cutoff=CUTOFF)
    top = curve[(curve["family"] == "*") & (curve["service_share"] == 0.98)].iloc[0]
    deviation = np.arange(1, 13).std(ddof=1)
    assert top["safety_stock"] == pytest.approx(norm.ppf(0.98) * deviation)
    assert top["yearly_cost"] == pytest.approx(top["value"] * 0.25)


@pytest.fixture
def asked(demand_rows) -> pd.DataFrame:
    return pd.DataFrame(demand_rows("A", "2026-03", [60.0] * 12, net_price=14.0))


STOCK = StockPolicy(service_by_class={"*": 0.9}, review_months=1, made_lead_days=0, order_cost=100.0, left_over_worth_share=0.4)


def rules_of(inputs: StockInputs, asked: pd.DataFrame, stock: StockPolicy) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    supply = SupplyPolicy(stock=stock, capital_rate=0.05, lost_goodwill_share=0.25)
    kept = stock_policies(inputs, supply, cutoff=CUTOFF, excess_months=12)
    by_rule = stock_by_rule(inputs, kept, asked, supply, cutoff=CUTOFF)
    return by_rule.set_index("item"), rules_by_class(by_rule, supply), one_season_stock(inputs, kept, asked, supply, cutoff=CUTOFF)


def test_each_rule_tells_its_stock(twelve_origins, asked):
    by_rule, by_class, season = rules_of(twelve_origins, asked, STOCK)
    deviation = np.arange(1, 13).std(ddof=1)
    row = by_rule.loc["A"]
    assert (row["quantile"], row["normal"]) == (11, pytest.approx(norm.ppf(0.9) * deviation))
    assert row["fill_rate"] == 0  # orders of 240 units ship nine tenths without any
    cheapest = reorder_policy(100, 2.5, 14 * 1.25 - 10, demand=(720, deviation * np.sqrt(12)), lead_time=1 / 12)
    assert row["reorder"] == pytest.approx(cheapest.reorder_point - 60)
    assert by_rule.loc["Z"].drop(["stock_class", "target_stock"])[["quantile", "normal", "fill_rate", "reorder"]].isna().all()
    told = by_class.set_index("stock_class")
    assert told.loc["AX", ["items", "quantile", "target"]].tolist() == [1, 110, 50]
    assert told.loc["AX", "not_available"] == ""
    assert told.loc["-", "not_available"].startswith("1 item: fewer than 12")
    # two months of 60 units are left: z of 7.5 / (7.5 + 6) on a deviation of two months
    assert season.loc[0, "wanted"] == pytest.approx(120 + norm.ppf(7.5 / 13.5) * deviation * np.sqrt(2))
    assert (season.loc[0, "last_period"], season.loc[0, "more"]) == ("2026-04", 0)


def test_rules_without_their_inputs_say_why(twelve_origins, asked):
    silent = STOCK.model_copy(update={"order_cost": None, "left_over_worth_share": None})
    _, by_class, season = rules_of(twelve_origins, asked, silent)
    assert by_class.set_index("stock_class").loc["AX", "not_available"] == "reorder: supply.stock.order_cost is not told"
    assert season.loc[0, "not_available"] == "supply.stock.left_over_worth_share is not told"
    assert np.isnan(season.loc[0, "wanted"])
    running = replace(twelve_origins, item_classes=twelve_origins.item_classes.assign(last_period=None))
    assert rules_of(running, asked, STOCK)[2].loc[0, "not_available"] == "no item has its last month on sale among the planned ones"


def test_the_nearest_rule_of_a_class_holds():
    policy = StockPolicy(service_by_class={"AX": 0.99, "A": 0.98})
    assert [policy.service_of(*pair) for pair in (("A", "X"), ("A", "Z"), ("C", "Z"))] == [0.99, 0.98, 0.95]


@pytest.mark.parametrize("service", [0.0, 1.0, 98.0])
def test_a_service_that_is_no_share_is_refused(service):
    with pytest.raises(ValidationError):
        StockPolicy(service_by_class={"A": service})
    with pytest.raises(ValidationError):
        StockPolicy(curve=(service,))


def test_when_it_runs_out_by_orders_and_by_the_plan():
    """31 in stock and 62 asked for in March: half way; by the plan 40 more are made, and nothing is missing but in April."""
    rows = plan_rows("A", [62.0, 30.0], opening=31.0)
    plan = frame("supply_plan", rows[0] | {"production": 40.0}, rows[1])
    orders = frame("open_orders", {"kind": "production", "item": "A", "period": "2026-04", "quantity": 5.0})
    table = stock_outs_ahead(plan, orders).set_index("basis")
    assert table.loc["on order", ["period", "missing"]].tolist() == ["2026-03", 31]
    assert str(table.loc["on order", "date"].date()) == "2026-03-16"
    assert table.loc["plan", ["period", "missing"]].tolist() == ["2026-04", 21]


def test_littles_law_and_the_time_on_a_resource(inputs_of):
    """Orders of 10 and 30 units in 5 and 9 days: mean (10 x 5 + 30 x 9) / 40 = 8 days. 365 planned a year: one a day, 8 on the way."""
    assert work_in_process(2, 5) == 10
    bill = inputs_of(bill_of_resources=[{"item": "A", "resource": "line", "hours": 0.5}]).bill_of_resources
    history = frame(
        "production_history",
        *(
            {
                "production_order": number,
                "item": "A",
                "start_date": pd.Timestamp(start),
                "finish_date": pd.Timestamp(end),
                "quantity": float(units),
            }
            for number, start, end, units in (("1", "2026-01-01", "2026-01-06", 10), ("2", "2026-01-01", "2026-01-10", 30))
        ),
    )
    plan = frame("supply_plan", *({**row, "production": 365 / 12} for row in plan_rows("A", [1.0] * 12)))
    calendar = frame(
        "resource_calendar",
        *({"resource": "line", "period": month, "available_hours": 31.0, "demonstrated_hours": 31.0} for month in ("2025-12", "2026-01")),
    )
    [row] = flow_times(history, plan, calendar, bill, cutoff=CUTOFF).to_dict("records")
    assert (row["orders"], row["median_days"], row["p90_days"]) == (2, 9, 9)
    assert row["work_days"] == pytest.approx(20 * 0.5 / 1.0)  # twenty units of half an hour, an hour a day
    assert row["work_in_process"] == pytest.approx(8.0)
    assert row["history_in_process"] == pytest.approx(40 / 365 * 8)
    assert flow_times(history, plan, calendar, bill.iloc[:0], cutoff=CUTOFF).empty
    bare = flow_times(history.iloc[:0], plan, calendar, bill, cutoff=CUTOFF)
    assert bare["median_days"].isna().all() and bare["units_a_day"].tolist() == pytest.approx([1.0])


@pytest.fixture
def uncertain(one_line):
    """Ten a month, on a line of ten: half or one and a half of it may come."""
    inputs = replace(one_line, demand=one_line.demand.assign(quantity=10.0))
    spread = [
        {"family": "grills", "period": period, "unit": "units", "p10": 5.0, "p50": 10.0, "p90": 15.0} for period in inputs.demand["period"]
    ]
    return inputs, frame("demand_range", *spread)


def test_regret_is_nothing_for_the_plan_made_for_the_case(uncertain):
    inputs, spread = uncertain
    table = demand_cases(inputs, POLICY, spread, cutoff=CUTOFF, months_held=2).set_index(["plan", "case"])
    assert len(table) == 9
    for case in ("P10", "P50", "P90"):
        assert table.loc[(case, case), "regret"] == 0
    # held to 5 in March and April, 10 of P50's 20 cannot be shipped; each lost at its price of 100 and goodwill of 25 instead of made at 40
    assert table.loc[("P10", "P50"), "lost"] == pytest.approx(10)
    assert table.loc[("P10", "P50"), "regret"] == pytest.approx(10 * (125 - 40))
    warm = demand_cases(inputs, POLICY, spread, cutoff=CUTOFF, months_held=2, hot=hot_plan_of(inputs, POLICY, cutoff=CUTOFF))
    pd.testing.assert_frame_equal(warm, table.reset_index()[list(warm.columns)])


def test_no_range_or_no_question_gives_no_cases(uncertain):
    inputs, spread = uncertain
    assert demand_cases(inputs, POLICY, spread, cutoff=CUTOFF, months_held=0).empty
    assert demand_cases(inputs, POLICY, spread.iloc[:0], cutoff=CUTOFF).empty


def test_the_middle_case_is_the_plan(uncertain):
    inputs, spread = uncertain
    table = demand_cases(inputs, POLICY, spread, cutoff=CUTOFF).set_index(["plan", "case"])
    plan = constrained_plan(inputs, POLICY, cutoff=CUTOFF)
    assert table.loc[("P50", "P50"), "planning_cost"] == pytest.approx(plan.plan_costs["planning_cost"].sum())


def test_a_family_is_a_tree_whose_cheap_end_keeps_the_stock(one_line, inputs_of):
    """A cheap valve of 60 days before an expensive grill of 4: it pays to promise valves at once, and grills at once to the region."""
    frames = inputs_of(
        suppliers=[{"supplier": "S", "lead_time_days": 60.0}],
        supplier_items=[{"supplier": "S", "component": "valve", "item": "A", "component_price": 1.0}],
    )
    times = {
        "family": "grills",
        "item": "*",
        "finished_orders": 1,
        "open_orders": 0,
        "quantity": 1.0,
        "mean": 4.0,
        "median": 4.0,
        "p90": 4.0,
    }
    spread = [
        {"family": "grills", "period": month, "unit": "units", "p10": 0.0, "p50": 10.0, "p90": 20.0} for month in one_line.demand["period"]
    ]
    inputs = NetworkInputs(
        one_line.items,
        one_line.demand,
        frame("demand_range", *spread),
        frames.supplier_items,
        frames.suppliers,
        one_line.unit_costs,
        empty(CONTRACTS["sourcing"]),
        frame("cycle_times", times),
    )
    policy = SupplyPolicy(capital_rate=0.0, stock=StockPolicy(service_by_class={"*": 0.9}))
    table = echelon_stocks(inputs, policy, cutoff=CUTOFF).set_index("stage")
    daily = 20 / 2 / norm.ppf(0.9) / np.sqrt(365 / 12)  # deviation of a day
    assert table.loc["grills < valve", ["net_days", "service_days"]].tolist() == [60, 0]
    assert table.loc["grills made", ["net_days", "inbound_days"]].tolist() == [4, 0]
    assert table.loc["grills made", "safety_stock"] == pytest.approx(norm.ppf(0.9) * daily * 2)
    assert table.loc["grills made", "yearly_cost"] == pytest.approx(60 * 0.2 * norm.ppf(0.9) * daily * 2)
    assert table.loc["grills > SE", "safety_stock"] == 0
    unknown = replace(inputs, cycle_times=empty(CONTRACTS["cycle_times"]))
    assert echelon_stocks(unknown, policy, cutoff=CUTOFF).empty
