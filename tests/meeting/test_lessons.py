"""Lessons: expected against realised."""

from plan_frames import table

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.lessons import lessons, open_lessons

NO_SCORES = empty(CONTRACTS["decision_scores"])

DECISIONS = table(
    "decisions",
    [
        ("D1", "2026-02", "Saturday overtime", "head_of_operations", "done", 1_100_000, 700_000, "absence 9 %"),
        ("D2", "2026-02", "Second source", "head_of_purchasing", "open", 500_000, None, None),
        ("D3", "2026-02", "New label", "head_of_marketing", "done", None, None, None),
    ],
    ["decision", "made_in", "statement", "owner", "status", "expected_contribution", "realised_contribution", "note"],
)
ASSUMPTIONS = table(
    "assumptions",
    [
        ("A1", "Steel -3 %", "head_of_purchasing", "2026-06", "broke", "+2 %"),
        ("A2", "Normal spring", "head_of_sales", "2026-05", "held", None),
        ("A3", "No strike", "head_of_operations", "2026-09", "untested", None),
    ],
    ["assumption", "statement", "owner", "expires", "last_result", "last_result_note"],
)
SCORE = table(
    "plan_score",
    [("*", "2026-02", 3000, 2800, 9e6, 8.5e6, 0), ("grills", "2026-02", 1200, 1250, 3e6, 3.1e6, 0)],
    ["family", "period", "planned_quantity", "actual_quantity", "planned_revenue", "actual_revenue", "lag"],
)


def test_what_was_expected_stands_beside_what_came():
    found = lessons(DECISIONS, ASSUMPTIONS, SCORE, NO_SCORES).set_index(["kind", "subject"])
    assert list(found.index) == [("assumption", "A1"), ("assumption", "A2"), ("decision", "D1"), ("plan", "*"), ("plan", "grills")]
    assert found.loc[("decision", "D1"), ["expected", "realised", "unit", "note"]].tolist() == [1_100_000, 700_000, "money", "absence 9 %"]
    assert found.loc[("plan", "grills"), ["expected", "realised", "unit"]].tolist() == [1200, 1250, "units"]
    assert found.loc["assumption", "realised"].to_dict() == {"A1": 0, "A2": 1}


def test_what_cannot_be_scored_yet_is_not_dropped_in_silence():
    waiting = open_lessons(DECISIONS, ASSUMPTIONS).set_index("subject")["reason"].to_dict()
    assert waiting == {"D2": "not realised yet", "D3": "no promise", "A3": "untested"}
    scored = lessons(DECISIONS, ASSUMPTIONS, SCORE, NO_SCORES)
    assert len(scored[scored["kind"] != "plan"]) + len(waiting) == len(DECISIONS) + len(ASSUMPTIONS)


def test_decisions_of_a_cycle_are_scored_together_in_net_sales():
    scores = table(
        "decision_scores",
        [("2026-01", "*", "D1=B", "2026-02", 1, 30.0, 20.0), ("2026-01", "grills", "D1=B", "2026-02", 1, 30.0, 20.0)],
        ["made_in", "family", "decisions", "first_period", "months", "expected", "realised"],
    )
    found = lessons(DECISIONS, ASSUMPTIONS, SCORE, scores).set_index(["kind", "subject"])
    assert found.loc[("decision", "2026-01"), ["statement", "expected", "realised", "unit"]].tolist() == ["D1=B", 30.0, 20.0, "money"]
