"""Agenda times, attendance, quorum: by hand."""

import pandas as pd
import pytest

from sopkit.meeting.points import FUNCTIONS, worked_through
from sopkit.meeting.sitting import OUTCOME, PRE_SOP, agenda_times, attendance, quorum_words

ASKED = pd.DataFrame({"decision": ["D1", "D1", "D2"], "question": ["Hours?", "Hours?", "Valve?"], "position": [2, 2, 1]})


def test_the_decisions_share_their_forty_minutes_in_the_agendas_order():
    times = agenda_times(ASKED, start="13:00")
    assert times["begins"].tolist() == ["13:00", "13:05", "13:10", "13:30", "13:50", "14:00", "14:10", "14:15"]
    assert times["part"].tolist()[2:4] == ["decisions: D2 Valve?", "decisions: D1 Hours?"]
    assert times["minutes"].sum() == 75


def test_without_a_question_the_decisions_keep_their_time():
    assert agenda_times(ASKED.iloc[:0], start="09:30")["minutes"].tolist() == [5, 5, 40, 10, 10, 5, 0]


def test_a_start_that_is_no_time_is_refused():
    with pytest.raises(ValueError, match="25:00"):
        agenda_times(ASKED, start="25:00")


def test_a_deputy_makes_the_quorum():
    needed, deputies = ["managing_director", "head_of_sales"], {"head_of_sales": ["key_account_manager"]}
    there = attendance(["managing_director", "key_account_manager"], needed, deputies)
    assert there["by"].tolist() == ["managing_director", "key_account_manager"]
    assert quorum_words(there).startswith("There is a quorum")
    assert quorum_words(attendance(["managing_director"], needed, deputies)) == "No quorum, so no approval: missing are head of sales."


def test_the_pre_sop_gives_each_function_its_turn_and_ends_after_two_hours():
    assert [name for _, name in PRE_SOP][:-1] == list(FUNCTIONS)
    assert sum(minutes for minutes, _ in PRE_SOP) == 120


def test_a_point_stands_at_the_time_of_its_turn_and_what_comes_of_it_at_the_end():
    points = pd.DataFrame(
        {
            "position": [1, 2, 3, 4],
            "function": ["sales", "sales", "operations", "sales"],
            "part": ["delivered", "brought", "brought", "disagreed"],
            "subject": ["its inputs", "Grills", "coating", "Grills"],
            "note": "",
        }
    )
    told = worked_through(points, start="09:00").reset_index()
    assert told["begins"].tolist() == ["09:00", "09:00", "09:40", "10:40"]
    assert told["turn"].tolist() == ["sales", "sales", "operations", OUTCOME]
