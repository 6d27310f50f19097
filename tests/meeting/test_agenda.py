"""The lead's agenda: selected, merged, re-worded, re-ordered, recommended otherwise; and figures that nobody computed."""

from datetime import date

import pandas as pd
import pytest

from sopkit.meeting.agenda import Agenda, AgendaFile, agenda_problems, with_agenda
from sopkit.meeting.agenda_texts import agenda_checks, foreign_figures
from sopkit.meeting.options import option_table
from sopkit.meeting.policy import Change, Decision, MeetingPolicy, Overlay


def hours(title: str, amount: float) -> Overlay:
    change = Change(
        table="resource_calendar", first_period="2026-05", last_period="2026-05", column="demonstrated_hours", action="add", value=amount
    )
    return Overlay(title=title, changes=(change,), note=f"{title}?")


def decision(question: str, day: int, **options: Overlay) -> Decision:
    return Decision(
        question=question, owner="head_of_operations", last_date=date(2026, 3, day), options={"A": Overlay(title="Nothing"), **options}
    )


POLICY = MeetingPolicy(
    decisions={
        "D1": decision("More hours?", 27, B=hours("40 hours", 40), C=hours("20 hours", 20)),
        "D2": decision("A cost?", 20, B=Overlay(title="Pay", fixed_cost=5)),
        "D3": decision("Even more?", 30, B=hours("1 hour", 1)),
    }
)


def agenda(*items: dict[str, object]) -> Agenda:
    return Agenda.model_validate({"cycle": "2026-03", "decisions": list(items)})


def test_what_is_not_on_the_agenda_is_not_asked_and_the_order_is_the_leads():
    asked = with_agenda(POLICY, agenda({"decision": "D2"}, {"decision": "D1", "question": "Night shift?", "titles": {"B": "Full"}}))
    assert list(asked.decisions) == ["D2", "D1"]
    assert asked.decisions["D2"] == POLICY.decisions["D2"]  # untouched, the proposed text stands
    assert (asked.decisions["D1"].question, asked.decisions["D1"].options["B"].title) == ("Night shift?", "Full")
    assert asked.decisions["D1"].options["B"].changes == POLICY.decisions["D1"].options["B"].changes


def test_merged_decisions_are_one_question_with_composed_options():
    item = {"decision": "D1", "merge": {"A": {"D1": "A", "D2": "A"}, "B": {"D1": "B", "D2": "B"}}, "question": "Both?"}
    merged = with_agenda(POLICY, agenda(item)).decisions["D1"]
    assert merged.last_date == date(2026, 3, 20)  # the earliest
    assert merged.options["B"].fixed_cost == 5
    assert merged.options["B"].changes == POLICY.decisions["D1"].options["B"].changes
    assert merged.options["A"].changes == ()


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"decision": "D9"}, "decision 'D9'"),
        ({"decision": "D1", "titles": {"X": "?"}}, "option 'X' of D1"),
        ({"decision": "D1", "recommend": "C"}, "without a reason"),
        ({"decision": "M", "merge": {"A": {"D1": "A", "D2": "A"}, "B": {"D1": "X", "D2": "B"}}}, "D1=X"),
    ],
)
def test_what_cannot_be_followed_is_told_with_its_place(item: dict[str, object], said: str):
    place, problem = agenda_problems(agenda(item), POLICY)[0]
    assert place == ("decisions", "0")
    assert said in problem.came


def test_a_decision_stands_once_and_three_are_the_most():
    assert "a second time" in agenda_problems(agenda({"decision": "D1"}, {"decision": "D1"}), POLICY)[0][1].came
    with pytest.raises(ValueError, match="at most 3"):
        agenda(*({"decision": f"D{number}"} for number in range(4)))


def test_the_lead_may_recommend_otherwise_and_the_rule_stays_beside_it(inputs, base):
    followed = with_agenda(POLICY, agenda({"decision": "D1", "recommend": "C", "reason": "fewer to hire"}))
    options = option_table(inputs, followed, base, currency="SEK").options.set_index("option")
    assert options.index[options["recommended"]].tolist() == ["C"]
    assert options.index[options["by_rule"]].tolist() == ["B"]
    assert options.loc["C", "reason"] == "fewer to hire"


def test_the_order_of_the_agenda_is_the_order_of_deciding(inputs, base):
    followed = with_agenda(POLICY, agenda({"decision": "D3"}, {"decision": "D1"}))
    table = option_table(inputs, followed, base, currency="SEK")
    assert table.options.set_index(["decision", "option"]).loc[("D3", "B"), "position"] == 1
    assert "D3=B+D1=B" in set(table.scenarios["scenario"])


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("no figure at all", []),
        ("it brings 17.0 MSEK", []),
        ("it brings 16,99 MSEK", []),
        ("it brings 16 992 660", []),
        ("it brings 16,992,660 kronor", []),
        ("fill rises by 1.9 %", []),
        ("ten coaters from 13 April, 2 600 a day", ["2 600"]),
        ("it brings 17.1 MSEK", ["17.1"]),
        ("12.0 or 17.0", ["12.0"]),
    ],
)
def test_a_figure_must_be_one_that_was_computed_or_proposed(text: str, strange: list[str]):
    assert foreign_figures(text, [16992659.56, 0.0193, float("nan")], ["Night shift 13 April to 26 June"]) == strange


def test_a_foreign_figure_is_refused_with_file_and_line():
    told = agenda({"decision": "D1", "question": "Worth 99 MSEK?"}, {"decision": "D2", "question": "By 20 March 2026?"})
    places = ("params/x/agenda.yaml, line 4, decisions.0.question", "params/x/agenda.yaml, line 6, decisions.1.question")
    table = agenda_checks(AgendaFile(agenda=told, places=places, proposed=POLICY), [pd.DataFrame({"net_sales": [17e6]})])
    assert table["ok"].tolist() == [False, True]
    assert "line 4" in table["rule"].iloc[0] and "99" in table["detail"].iloc[0]
    assert agenda_checks(None, [])["ok"].all()
