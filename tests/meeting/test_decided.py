"""A decided plan beside the proposed one: hand-made plans of one item."""

import math

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.decided import broken_promises, decided_table, promise_check, promised, revision_change

ANSWERS = [
    {
        "decision": "D1", "answer": "B", "question": "add capacity?", "title": "Night shift", "owner": "ops", "last_date": "2026-03-27",
        "by": "md", "reason": "", "trigger": "", "expected": {"net_sales_change": "12.0", "cash_low_change": ""},
    },
    {
        "decision": "A1", "answer": "amend", "question": "", "title": "Valve stops", "owner": "ops", "last_date": "",
        "by": "md", "reason": "fire", "trigger": "the valve maker stops", "expected": {},
    },
]  # fmt: skip


def options() -> pd.DataFrame:
    frame = pd.DataFrame({"decision": ["D1", "D1", "D1", "D2", "D2"], "option": list("ABCAB")})
    return frame.assign(title=["nothing", "Night shift", "Subcontract", "stay", "second source"])


def scenarios(**sales: float) -> pd.DataFrame:
    kinds = {"base": "base", "demand_up": "scenario"}
    rows = [
        {"scenario": name, "kind": kinds.get(name, "pair" if "+" in name else "option"), "net_sales": value, "contribution": value / 2,
         "fiscal_contribution": value / 2, "fill_rate": 0.9, "stock_peak": 5.0, "cash_low": math.nan}
        for name, value in sales.items()
    ]  # fmt: skip
    return pd.DataFrame(rows)


PAGE = scenarios(**{"base": 100.0, "demand_up": 140.0, "D1=A": 100.0, "D1=B": 112.0, "D2=B": 103.0, "D1=B+D2=B": 114.0})


def test_what_was_decided_names_what_was_not_chosen() -> None:
    table = decided_table(ANSWERS, options()).set_index("decision")
    assert table.loc["D1", "rejected"] == "A nothing; C Subcontract"
    assert table.loc["D1", "net_sales_change"] == 12.0
    assert math.isnan(table.loc["D1", "cash_low_change"])
    assert table.loc["A1", "question"] == "the valve maker stops"
    assert pd.isna(table.loc["A1", "last_date"])


def test_nothing_decided_is_an_empty_table() -> None:
    assert decided_table([], empty(CONTRACTS["options"])).empty
    assert revision_change([], {}, {}).empty
    assert promise_check(PAGE, PAGE, {}, tolerance_share=0.05).empty


@pytest.mark.parametrize(
    ("answers", "basis", "net_sales"),
    [
        ({"D1": "B"}, "D1=B", 112.0),
        ({"D1": "B", "D2": "A"}, "D1=B", 112.0),  # the first option does nothing
        ({"D1": "B", "D2": "defer"}, "D1=B", 112.0),
        ({"D1": "B", "D2": "B"}, "D1=B+D2=B", 114.0),  # solved together: not 115
        ({"D1": "A", "D2": "none"}, "D1=A", 100.0),
    ],
)
def test_the_promise_is_the_row_that_the_page_solved(answers: dict[str, str], basis: str, net_sales: float) -> None:
    promise = promised(PAGE, options(), answers)
    assert (promise.basis, promise.levels["net_sales"]) == (basis, net_sales)
    assert math.isnan(promise.levels["cash_low"])


def test_where_the_page_solved_no_such_plan_the_promise_is_the_sum_of_the_parts() -> None:
    page = PAGE[PAGE["scenario"] != "D1=B+D2=B"]
    promise = promised(page, options(), {"D1": "B", "D2": "B"})
    assert promise.basis == "sum of parts"
    assert promise.levels["net_sales"] == 100 + 12 + 3


def promise_text(**levels: float) -> dict[str, str]:
    whole = {"net_sales": 112.0, "contribution": 56.0, "fiscal_contribution": 56.0, "fill_rate": 0.9, "stock_peak": 5.0} | levels
    return {"basis": "D1=B", "cash_low": "", **{name: str(value) for name, value in whole.items()}}


@pytest.mark.parametrize(("came", "kept"), [(112.0, True), (111.41, True), (112.59, True), (111.3, False), (112.7, False)])
def test_a_promise_is_kept_within_the_tolerance_of_the_promised_change(came: float, kept: bool) -> None:
    """Promised change 12, tolerance 5 %: 0.6 either way."""
    check = promise_check(
        PAGE, scenarios(base=came), promise_text(contribution=came / 2, fiscal_contribution=came / 2), tolerance_share=0.05
    )
    rows = check.set_index("measure")
    assert rows.loc["net_sales", "tolerance"] == pytest.approx(0.6)
    assert rows.loc["net_sales", "kept"] == kept
    assert rows.loc["cash_low", "kept"]  # not available, and not promised
    assert len(broken_promises(check)) == (0 if kept else 1)


def test_a_tampered_promise_shows_both_figures() -> None:
    check = promise_check(PAGE, scenarios(base=112.0), promise_text(net_sales=130.0), tolerance_share=0.05)
    assert broken_promises(check) == ["net_sales: the page promised 130, the plan gives 112 (tolerance 1.5)"]


def test_a_measure_on_one_side_only_is_not_kept() -> None:
    check = promise_check(PAGE, scenarios(base=112.0), promise_text(cash_low=3.0), tolerance_share=0.05).set_index("measure")
    assert not check.loc["cash_low", "kept"]


def plan(shipped: list[float], lost: list[float], made: list[float]) -> dict[str, pd.DataFrame]:
    months = ["2026-03", "2026-04"]
    cell = pd.DataFrame({"item": "G1", "region": "SE", "channel": "retail", "period": months})
    return {
        "items": pd.DataFrame({"item": ["G1"], "family": ["Grills"]}),
        "consensus_demand": cell.assign(net_price=[10.0, 20.0]),
        "demand_fulfilment": cell.assign(demand=[5.0, 8.0], shipped=shipped, late=0.0, lost=lost),
        "supply_plan": cell.assign(production=made, subcontract=[0.0, 1.0]),
    }


def test_the_difference_by_family_and_month_traced_by_hand() -> None:
    change = revision_change(ANSWERS, plan([5, 4], [0, 4], [5, 3]), plan([5, 8], [0, 0], [5, 7])).set_index("period")
    assert list(change["net_sales_proposed"]) == [50.0, 80.0]
    assert list(change["net_sales"]) == [50.0, 160.0]
    assert list(change["production"] - change["production_proposed"]) == [0.0, 4.0]
    assert list(change["lost"]) == [0.0, 0.0]
    assert list(change["demand"]) == list(change["demand_proposed"]) == [5.0, 8.0]
