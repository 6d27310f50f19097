"""The plan through frePPLe's tables and back, without loss: items made, bought in, made outside, used inside, served."""

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.frepple import frepple_tables
from sopkit.data.frepple_back import plan_differences, plan_from_frepple

MONTHS = ["2026-03", "2026-04", "2026-05"]
STRATEGIES = {"A": "stock", "B": "buy", "C": "service", "D": "order"}


def plan_tables(units: list[float]) -> dict[str, pd.DataFrame]:
    """A plan that keeps its own balances, its numbers taken from `units` in turn."""
    numbers = iter(units * 100)
    plan, fulfilled, stock = [], [], []
    for item, strategy in STRATEGIES.items():
        held = round(next(numbers), 6) if strategy != "service" else 0.0
        stock.append({"item": item, "period": "2026-02", "quantity": held})
        for month in MONTHS:
            cells = [(region, *(round(next(numbers), 6) for _ in range(4))) for region in ("NO", "SE")]
            for region, shipped, late, lost, waiting in cells:
                fulfilled.append(
                    {"item": item, "region": region, "channel": "web / shop", "period": month, "demand": shipped + late + lost}
                    | {"shipped": shipped, "late": late, "lost": lost, "closing_backlog": waiting}
                )
            shipped = sum(cell[1] for cell in cells)
            made, outside, came, used = (round(next(numbers), 6) for _ in range(4))
            row = {"item": item, "period": month, "demand": sum(sum(cell[1:4]) for cell in cells), "shipped": shipped}
            if strategy == "service":
                row |= dict.fromkeys(("opening_stock", "subcontract", "receipts", "closing_stock", "target_stock", "used_inside"), 0.0)
                row |= {"production": shipped}
            else:
                made += shipped + used  # so that stock never falls below nothing
                row |= {"opening_stock": held, "production": made, "subcontract": outside, "receipts": came, "used_inside": used}
                held = held + made + outside + came - shipped - used
                row |= {"closing_stock": held, "target_stock": round(next(numbers), 6)}
            plan.append(row | {"lost": sum(cell[3] for cell in cells), "closing_backlog": sum(cell[4] for cell in cells)})
    items = [
        {"item": item, "item_name": item, "family": "F", "supply_strategy": strategy, "tier": "A", "active": True}
        for item, strategy in STRATEGIES.items()
    ]
    demand = [
        {"item": row["item"], "region": row["region"], "channel": row["channel"], "period": row["period"], "quantity": row["demand"]}
        | dict.fromkeys(("baseline", "lifecycle", "override", "net_price", "revenue"), 0.0)
        for row in fulfilled
        if row["demand"] > 0 or row["period"] == MONTHS[0]  # a month without demand need not stand in the consensus
    ]
    frames = {"items": items, "supply_plan": plan, "demand_fulfilment": fulfilled, "consensus_demand": demand, "inventory": stock}
    return {name: conform(pd.DataFrame(rows), CONTRACTS[name]) for name, rows in frames.items()} | {
        "unit_costs": empty(CONTRACTS["unit_costs"])
    }


def there_and_back(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    written = frepple_tables(tables, cutoff="2026-02", location="plant")
    as_text = {name: frame.astype(object).map(lambda cell: None if cell != cell else str(cell)) for name, frame in written.items()}
    return plan_from_frepple(as_text)


@settings(deadline=None, max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(st.lists(st.floats(0, 1e6).map(lambda number: round(number, 6)), min_size=7, max_size=40))
def test_nothing_is_lost_on_the_way(units):
    tables = plan_tables(units)
    assert plan_differences(tables, there_and_back(tables)) == []


def test_every_column_of_the_plan_comes_back():
    tables = plan_tables([3.0, 1.25, 0.0, 7.5, 2.0])
    back = there_and_back(tables)
    for name in ("supply_plan", "demand_fulfilment"):
        pd.testing.assert_frame_equal(back[name], tables[name], check_exact=False, atol=1e-9)


@pytest.mark.parametrize(
    "column", ["production", "subcontract", "receipts", "shipped", "lost", "closing_stock", "target_stock", "used_inside"]
)
def test_a_figure_that_changed_on_the_way_is_told(column):
    tables = plan_tables([3.0, 1.25, 0.5, 7.5, 2.0])
    back = there_and_back(tables)
    wrong = back["supply_plan"].assign(**{column: back["supply_plan"][column] + (back["supply_plan"]["period"] == "2026-04")})
    found = plan_differences(tables, {**back, "supply_plan": wrong})
    assert found and all(problem.where.startswith(f"supply_plan.{column}, ") and "2026-04" in problem.where for problem in found)


def test_a_row_that_is_lost_or_added_is_told():
    tables = plan_tables([3.0, 1.25, 0.5])
    back = there_and_back(tables)
    found = plan_differences(tables, {**back, "demand_fulfilment": back["demand_fulfilment"].iloc[1:]})
    assert [problem.came for problem in found] == ["only in the plan"]
    found = plan_differences({**tables, "supply_plan": tables["supply_plan"].iloc[:-1]}, back)
    assert [problem.came for problem in found] == ["only read back"]
