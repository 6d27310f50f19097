"""Detectors on hand-made tables: each proven to fire, with its size, its levers and the decision that answers it."""

from datetime import date

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.issues import issues
from sopkit.meeting.policy import Change, Decision, MeetingPolicy, Overlay

CUTOFF = "2026-02"
MEETING = date(2026, 3, 20)
NIGHT = Overlay(
    title="Night shift",
    changes=(Change(table="resource_calendar", where={"resource": "line"}, column="demonstrated_hours", action="add", value=1),),
)
POLICY = MeetingPolicy(
    load_limit_ratio=1.25,
    decisions={
        "D1": Decision(
            question="?", owner="head_of_operations", last_date=date(2026, 3, 27), options={"A": Overlay(title="Nothing"), "B": NIGHT}
        )
    },
)


def rows(**columns: object) -> pd.DataFrame:
    """A frame of columns; a value alone is that of every row."""
    count = max((len(value) for value in columns.values() if isinstance(value, list)), default=1)
    return pd.DataFrame({name: value if isinstance(value, list) else [value] * count for name, value in columns.items()})


def tables(**told: pd.DataFrame) -> dict[str, pd.DataFrame]:
    names = (
        "items gaps resource_load bottlenecks demand_fulfilment consensus_demand forecast_accuracy budget_gap ratify_list options "
        "assumptions assumption_tests decisions levers lever_effects supplier_performance supplier_risk supplier_items bill_of_resources"
    )
    found = {name: empty(CONTRACTS[name]) for name in names.split()}
    found["items"] = rows(item=["G1", "S1"], family=["Grills", "Stoves"])
    return {**found, **told}


def gap(**changed: object) -> pd.DataFrame:
    row = {"family": "Grills", "period": "2026-05", "demand": 100.0, "shipped": 80.0, "late": 5.0, "lost": 15.0}
    return rows(**{**row, "lost_revenue": 1500.0, "lost_margin": 300.0, **changed})


ACCURACY = rows(layer="consensus", family="Grills", lag=1, months=12, wape_ratio=0.16, bias_ratio=0.02, tracking_signal_ratio=0.2)
BILL = rows(item="G1", resource="line")
LIMITS = rows(kind="resource", limit="line", period="2026-05", value=9.0, resolved_value=10.0)

LEVERS = rows(lever=["V1", "V2", "V3"], target=["line", "Grills", "valve"], statement=["Overtime", "Bought in", "By air"])
EFFECTS = rows(
    lever=["V1", "V2"], verdict=["too late", "pull"], last_date=[pd.Timestamp("2026-02-01"), pd.Timestamp("2026-03-27")],
    units_saved=[0.0, 12.0], contribution_change=[0.0, 900.0], lever_cost=[0.0, 60.0],
)  # fmt: skip
OPTIONS = rows(
    decision=["D1", "D1"], option=["A", "B"], title=["Nothing", "Night shift"], owner="head_of_operations",
    last_date=pd.Timestamp("2026-04-10"), recommended=[False, True], net_sales_change=[0.0, 5000.0], contribution_change=[0.0, 1400.0],
    expected_contribution_change=[0.0, 1300.0], fixed_cost=[0.0, 100.0],
)  # fmt: skip


def found(kind: str, **told: pd.DataFrame) -> list[tuple[object, ...]]:
    table = issues(tables(**told), POLICY, cutoff=CUTOFF, meeting=MEETING).issues
    mine = table[table["kind"] == kind]
    assert set(table["position"]) == set(range(1, len(table) + 1))
    return [
        (row.subject, None if pd.isna(row.amount) else row.amount, None if pd.isna(row.decisions) else row.decisions)
        for row in mine.itertuples()
    ]


def test_a_gap_beyond_the_familys_own_error_is_answered_by_the_decision_on_its_line():
    assert found("gap", gaps=gap(), forecast_accuracy=ACCURACY, bill_of_resources=BILL, bottlenecks=LIMITS, options=OPTIONS) == [
        ("Grills", 1500.0, "D1")
    ]


def test_a_gap_within_it_is_none_and_units_that_are_not_there_are_a_stock_out():
    within = gap(late=5.0, lost=10.0)
    assert found("gap", gaps=within, forecast_accuracy=ACCURACY) == []
    assert found("stock_out", gaps=within, forecast_accuracy=ACCURACY) == [("Grills", 300.0, None)]


def test_an_overload_is_priced_by_what_an_hour_saves():
    """Limit 1.25 x 100 demonstrated hours; 160 required: 35 hours over at 10."""
    load = rows(resource="line", period="2026-05", required_hours=160.0, demonstrated_hours=100.0, load_ratio=1.6)
    assert found("overload", resource_load=load, bottlenecks=LIMITS, options=OPTIONS) == [("line", 350.0, "D1")]
    assert found("overload", resource_load=load, options=OPTIONS) == [("line", None, "D1")]
    quiet = load.assign(required_hours=120.0, load_ratio=1.2)
    assert found("overload", resource_load=quiet, bottlenecks=LIMITS) == []


def test_a_bias_is_priced_on_the_demand_of_a_year():
    biased = ACCURACY.assign(family="Stoves", tracking_signal_ratio=-0.5, bias_ratio=-0.03)
    demand = rows(item=["S1", "S1"], period=["2026-03", "2027-03"], revenue=[1000.0, 500.0])
    assert found("bias", forecast_accuracy=biased, consensus_demand=demand) == [("Stoves", pytest.approx(30.0), None)]


def test_a_gap_to_budget_is_answered_by_what_brings_sales():
    budget = rows(family=["*", "*"], cause=["gap", "budget"], amount=[-18.0, 432.0])
    options = rows(decision=["D1", "D1"], option=["A", "B"], net_sales_change=[0.0, 12.0], contribution_change=[0.0, 4.0])
    assert found("budget_gap", budget_gap=budget, options=options) == [("*", 18.0, "D1")]
    assert found("budget_gap", budget_gap=budget.assign(amount=[4.0, 432.0])) == []


def test_excess_assumptions_suppliers_and_decisions():
    ratify = rows(position=1, kind="excess", subject="S1", quantity=40.0, amount=800.0, period="2026-06")
    assert found("excess", ratify_list=ratify) == [("S1", 800.0, None)]
    held = rows(assumption=["A1", "A2", "A3"], last_result=["broke", "held", "held"], expires=["2026-12", "2026-04", "2026-09"])
    assert found("assumption", assumptions=held) == [("A1", None, None), ("A2", None, None)]
    late = rows(supplier=["L1", "L2"], verdict=["below", "kept"], on_time_share=[0.7, 0.96])
    assert found("late_supplier", supplier_performance=late) == [("L1", None, None)]
    decided = rows(decision=["B1", "B2"], status=["late", "done"], expected_contribution=[100.0, 50.0], realised_contribution=[40.0, 0.0])
    assert found("late_decision", decisions=decided) == [("B1", 60.0, None)]


CRUNCH = {"gaps": gap(), "forecast_accuracy": ACCURACY, "bill_of_resources": BILL, "bottlenecks": LIMITS}


def test_what_answers_an_issue_is_priced_by_the_solves_that_were_made():
    """The gap of grills: the option on its line brings 1300 until 10 April, buying in 900; overtime comes too late."""
    made = issues(tables(**CRUNCH, levers=LEVERS, lever_effects=EFFECTS, options=OPTIONS), POLICY, cutoff=CUTOFF, meeting=MEETING)
    first = made.issues.set_index("kind").loc["gap"]
    assert (first["levers"], first["decisions"], first["owner"]) == ("V1 V2", "D1", "head_of_operations")
    assert first["last_date"] == pd.Timestamp("2026-04-10")
    answers = made.answers[made.answers["position"] == first["position"]]
    assert answers["answer"].tolist() == ["D1=B", "V2", "V1"]
    assert answers["contribution_change"].tolist() == [1300.0, 900.0, 0.0]
    assert answers["verdict"].tolist() == ["recommended", "pull", "too late"]
    assert made.issues["amount"].is_monotonic_decreasing


def test_a_lever_that_nobody_solved_says_so_and_an_issue_without_answers_has_an_owner_all_the_same():
    made = issues(tables(**CRUNCH, levers=LEVERS), POLICY, cutoff=CUTOFF, meeting=MEETING)
    assert set(made.answers["basis"]) == {"no solve was made with it"}
    assert made.answers["contribution_change"].isna().all()
    alone = issues(tables(gaps=gap(), forecast_accuracy=ACCURACY), POLICY, cutoff=CUTOFF, meeting=MEETING)
    assert alone.answers.empty
    assert alone.issues.set_index("kind")["owner"].to_dict() == {"gap": "operations", "stock_out": "logistics"}
    assert alone.issues["last_date"].isna().all()


def test_a_late_supplier_and_an_assumption_on_it_cost_what_its_loss_would():
    """Two components: the dearer loss counts. The assumption broke by what was observed, whatever people said of it."""
    risk = rows(supplier="L1", component=["valve", "hose"], months_lost=3.0, contribution_change=[-700.0, -40.0])
    late = rows(supplier="L1", verdict="below", on_time_share=0.7)
    assert found("late_supplier", supplier_performance=late, supplier_risk=risk) == [("L1", 700.0, None)]
    held = rows(assumption="A6", owner="head_of_purchasing", last_result="held", expires="2026-12", observable="supplier_on_time:L1")
    tested = rows(assumption="A6", result="broke")
    told = {"assumptions": held, "assumption_tests": tested, "supplier_risk": risk}
    assert found("assumption", **told) == [("A6", 700.0, None)]
    levers = rows(lever="V3", target="valve", statement="By air")
    bought = rows(supplier="L1", component="valve", item="G1")
    made = issues(tables(**told, levers=levers, supplier_items=bought), POLICY, cutoff=CUTOFF, meeting=MEETING)
    assert made.issues.loc[0, ["levers", "owner"]].tolist() == ["V3", "head_of_purchasing"]
    assert found("assumption", **(told | {"assumption_tests": tested.assign(result="held")})) == []


def test_a_decision_whose_last_date_lies_before_the_meeting_is_late():
    late = POLICY.model_copy(update={"decisions": {"D1": POLICY.decisions["D1"].model_copy(update={"last_date": date(2026, 3, 13)})}})
    made = issues(tables(options=OPTIONS), late, cutoff=CUTOFF, meeting=MEETING).issues
    assert made[["kind", "subject", "amount", "owner"]].to_numpy().tolist() == [["late_decision", "D1", 1300.0, "head_of_operations"]]
    assert made["decisions"].tolist() == ["D1"]
    assert issues(tables(options=OPTIONS), POLICY, cutoff=CUTOFF, meeting=MEETING).issues.empty


def test_a_quiet_plan_has_no_issues():
    assert issues(tables(), POLICY, cutoff=CUTOFF, meeting=MEETING).issues.empty
