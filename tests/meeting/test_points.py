"""The pre-S&OP function by function: who delivered, what is settled within a limit, escalated, and disagreed with both numbers."""

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.points import FUNCTIONS, meeting_points
from sopkit.meeting.policy import MeetingPolicy

NAMES = (
    "participation override_log campaign_results lifecycle_log resource_load supplier_performance supplier_load workforce_plan budget_gap "
    "working_capital_plan function_forecasts forecast_accuracy ratify_list options reviews"
)
POLICY = MeetingPolicy(authority_limits={"operations": 1000.0})


def rows(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def points(**told: pd.DataFrame) -> pd.DataFrame:
    tables = {name: empty(CONTRACTS[name]) for name in NAMES.split()} | told
    return meeting_points(tables, POLICY, cutoff="2026-02")


def test_every_function_is_listed_with_what_it_delivered():
    came = rows(
        function=["sales", "head_of_sales", "head_of_finance"],
        table=["sales_forecast", "orders", "budget"],
        status=["delivered", "delivered", "missing"],
    )
    table = points(participation=came)
    listed = table[table["part"] == "delivered"].set_index("function")
    assert tuple(listed.index) == FUNCTIONS
    assert listed.loc["sales", "note"] == "delivered: orders, sales_forecast"
    assert listed.loc["finance", "note"] == "delivered: nothing; not delivered: budget"
    assert listed.loc["hr", "value"] == 0
    brought = table[table["part"] == "brought"].set_index("function")["note"]
    assert set(brought.index) == set(FUNCTIONS)  # a page from each, even where there is nothing on it
    assert brought["hr"] == "the people there are have the hours that are needed"


def test_what_the_cycle_before_learned_is_brought_by_who_answers_for_it():
    """The cycle before is 2026-02: what was said in it comes back, what was said earlier does not."""
    said = rows(
        made_in=["2026-02", "2026-01"], measure=["demand"] * 2, subject=["Spares", "*"], period=["2026-01", "2025-12"],
        cause=["market", "data"], why=["The winter was long.", "Old."], who=["head_of_sales"] * 2, function=["sales"] * 2,
    )  # fmt: skip
    table = points(reviews=said)
    lesson = table[(table["part"] == "brought") & table["subject"].str.startswith("lesson")]
    assert lesson[["function", "subject", "note"]].to_numpy().tolist() == [
        ["sales", "lesson: demand Spares", "market: The winter was long."]
    ]


def test_a_proposal_within_the_limit_is_settled_and_another_is_not():
    proposals = rows(
        kind=["excess", "excess", "slow_stock", "excess"],
        subject=["G1", "G2", "G3", "G4"],
        quantity=[10.0] * 4,
        amount=[1000.0, 1000.5, 5.0, float("nan")],
        period=["2026-06"] * 4,
    )
    table = points(ratify_list=proposals)
    settled = table[table["part"] == "settled"]
    assert settled[["function", "subject", "value", "other"]].to_numpy().tolist() == [["operations", "G1", 1000.0, 1000.0]]


def test_three_decisions_at_most_are_escalated_in_the_agendas_order():
    count = 4
    options = rows(
        decision=[f"D{at}" for at in range(count)], option=["B"] * count, recommended=[True] * count, position=[4, 3, 2, 1],
        owner=["head_of_operations"] * count, contribution_change=[1.0, 2.0, 3.0, 4.0], question=["Why?"] * count, title=["So"] * count,
    )  # fmt: skip
    table = points(options=options)
    assert table[table["part"] == "escalated"]["subject"].tolist() == ["D3", "D2", "D1"]


def test_who_sees_it_otherwise_stands_with_both_numbers():
    """WAPE 10 %: 111 against 100 is disagreed, 109 is not."""
    own = rows(layer=["consensus"], family=["Grills"], lag=[1], wape_ratio=[0.1])
    said = rows(function=["sales", "finance"], family=["Grills"] * 2, months=[12, 12], quantity=[111.0, 109.0], consensus=[100.0, 100.0])
    table = points(forecast_accuracy=own, function_forecasts=said)
    assert table[table["part"] == "disagreed"][["function", "value", "other"]].to_numpy().tolist() == [["sales", 111.0, 100.0]]


def test_functions_bring_what_their_tables_hold():
    load = rows(resource=["line", "line", "oven"], period=["2026-04", "2026-05", "2026-05"], load_ratio=[1.1, 1.8, 0.4])
    short = rows(component=["valve"], period=["2026-05"], required_quantity=[12.0], limit_quantity=[9.0])
    gap = rows(family=["*", "*"], cause=["gap", "volume"], amount=[-18.0, -4.0])
    table = points(resource_load=load, supplier_load=short, budget_gap=gap)
    told = table[(table["part"] == "brought") & (table["subject"] != "nothing")]
    brought = told[["function", "subject", "value"]].to_numpy().tolist()
    assert brought == [["operations", "line", 1.8], ["operations", "oven", 0.4], ["materials", "valve", 3.0], ["finance", "gap", -18.0]]
