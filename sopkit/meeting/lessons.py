"""What the last plan, its decisions and its assumptions taught."""

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_meeting import Lessons

NO_UNIT = "-"
TESTED = ("held", "broke")


def lessons(
    decisions: pd.DataFrame,
    assumptions: pd.DataFrame,
    plan_score: pd.DataFrame,
    decision_scores: pd.DataFrame,
    reviews: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Expected against realised: decisions in money, assumptions that were tested, the last plan by family in units.

    Args:
        decisions: Decisions of earlier cycles; those without a promised or a realised effect teach nothing yet and are left out.
        assumptions: Assumptions; those that last month did not test are left out.
        plan_score: PlanScore of the month that has just closed, families and `*`.
        decision_scores: DecisionScores of earlier cycles; those without closed months are left out.
        reviews: Reviews: why earlier months departed from their plans, as people said; None = nobody was asked.

    Returns:
        Lessons: one row per lesson; `realised` of an assumption is 1 where it held and 0 where it broke, `expected` is 1.
    """
    parts = [_of_decisions(decisions), _of_assumptions(assumptions), _of_plan(plan_score), _of_scores(decision_scores)]
    if reviews is not None and len(reviews):
        parts.append(_of_reviews(reviews))
    return conform(pd.concat(parts, ignore_index=True), Lessons)


def open_lessons(decisions: pd.DataFrame, assumptions: pd.DataFrame) -> pd.DataFrame:
    """What could not be scored yet, and why: decisions without a realised effect, assumptions not tested.

    Returns:
        kind, subject, statement, owner, reason (`no promise`, `not realised yet`, `untested`); one row each.
    """
    promised, realised = decisions["expected_contribution"].notna(), decisions["realised_contribution"].notna()
    waiting = decisions[~(promised & realised)]
    reasons = np.where(waiting["expected_contribution"].isna(), "no promise", "not realised yet")
    first = waiting[["decision", "statement", "owner"]].set_axis(["subject", "statement", "owner"], axis=1)
    untested = assumptions[~assumptions["last_result"].isin(TESTED)]
    second = untested[["assumption", "statement", "owner"]].set_axis(["subject", "statement", "owner"], axis=1)
    rows = [first.assign(kind="decision", reason=reasons), second.assign(kind="assumption", reason="untested")]
    columns = ["kind", "subject", "statement", "owner", "reason"]
    return pd.concat(rows, ignore_index=True)[columns].astype("str").sort_values(["kind", "subject"], ignore_index=True)


def _of_decisions(decisions: pd.DataFrame) -> pd.DataFrame:
    scored = decisions[decisions["expected_contribution"].notna() & decisions["realised_contribution"].notna()]
    return pd.DataFrame(
        {
            "kind": "decision",
            "subject": scored["decision"],
            "statement": scored["statement"],
            "owner": scored["owner"],
            "expected": scored["expected_contribution"],
            "realised": scored["realised_contribution"],
            "unit": "money",
            "note": scored["note"],
        }
    )


def _of_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Net sales expected and realised of each earlier cycle's decisions together."""
    scored = scores[(scores["family"] == "*") & scores["expected"].notna()]
    return pd.DataFrame(
        {
            "kind": "decision",
            "subject": scored["made_in"],
            "statement": scored["decisions"],
            "owner": None,
            "expected": scored["expected"],
            "realised": scored["realised"],
            "unit": "money",
            "note": None,
        }
    )


def _of_reviews(reviews: pd.DataFrame) -> pd.DataFrame:
    """What people said of why a month departed: the cause code, and the sentence as the note."""
    subject = reviews["made_in"] + " " + reviews["measure"] + " " + reviews["subject"]
    told = {"kind": "review", "subject": subject, "statement": reviews["cause"], "owner": reviews["who"], "expected": np.nan}
    return pd.DataFrame({**told, "realised": np.nan, "unit": NO_UNIT, "note": reviews["why"]})


def _of_assumptions(assumptions: pd.DataFrame) -> pd.DataFrame:
    tested = assumptions[assumptions["last_result"].isin(TESTED)]
    return pd.DataFrame(
        {
            "kind": "assumption",
            "subject": tested["assumption"],
            "statement": tested["statement"],
            "owner": tested["owner"],
            "expected": 1.0,
            "realised": tested["last_result"].eq("held").astype("float64"),
            "unit": NO_UNIT,
            "note": tested["last_result_note"],
        }
    )


def _of_plan(plan_score: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "kind": "plan",
            "subject": plan_score["family"],
            "statement": plan_score["period"],
            "owner": None,
            "expected": plan_score["planned_quantity"],
            "realised": plan_score["actual_quantity"],
            "unit": "units",
            "note": None,
        }
    )
