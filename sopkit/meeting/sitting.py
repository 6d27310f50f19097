"""How a meeting sits: its agenda with times, who is there, and whether that is a quorum."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pandas as pd

EXECUTIVE = (  # minutes: what the meeting gives each part
    (5, "earlier decisions and what they brought"),
    (5, "report card, by exception"),
    (40, "decisions"),
    (10, "what stands unless someone objects"),
    (10, "what is outside the numbers"),
    (5, "read-back of what was decided"),
)
OUTCOME = "what is settled, escalated and disagreed"
PRE_SOP = (  # minutes: the functions in the order they speak, and what comes of it
    (20, "sales"),
    (10, "marketing"),
    (10, "product"),
    (20, "operations"),
    (10, "materials"),
    (5, "logistics"),
    (20, "finance"),
    (5, "hr"),
    (20, OUTCOME),
)


def agenda_times(decisions: pd.DataFrame, *, start: str, parts: Sequence[tuple[int, str]] = EXECUTIVE) -> pd.DataFrame:
    """The meeting's parts with the time each begins; the decisions share their part evenly.

    Args:
        decisions: Options: what is asked, in the agenda's order.
        start: time of day it begins, as `09:00`.
        parts: minutes and name of each part.

    Returns:
        begins, minutes, part; one row per part, and per decision within its part.

    Raises:
        ValueError: `start` is no time of day.
    """
    clock, rows = datetime.strptime(start, "%H:%M"), []
    asked = decisions.drop_duplicates("decision").sort_values(["position", "decision"])
    for minutes, part in parts:
        named = [f"{row.decision} {row.question}" for row in asked.itertuples()] if part == "decisions" else []
        shares = [(minutes / len(named), f"{part}: {name}") for name in named] or [(minutes, part)]
        for share, name in shares:
            rows.append((f"{clock:%H:%M}", round(share), name))
            clock += timedelta(minutes=share)
    return pd.DataFrame([*rows, (f"{clock:%H:%M}", 0, "end")], columns=["begins", "minutes", "part"])


def attendance(present: Sequence[str], needed: Sequence[str], deputies: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Who of those that make a quorum is there, themselves or by a deputy.

    Returns:
        role, present, by; one row per role that is needed.
    """
    rows = []
    for role in needed:
        by = next((name for name in (role, *deputies.get(role, ())) if name in present), "")
        rows.append((role, bool(by), by))
    return pd.DataFrame(rows, columns=["role", "present", "by"])


def quorum_words(sitting: pd.DataFrame) -> str:
    """Whether the meeting may approve a plan, in a sentence."""
    missing = sitting.loc[~sitting["present"], "role"]
    if missing.empty:
        return "There is a quorum: what is decided may be approved."
    return f"No quorum, so no approval: missing are {', '.join(role.replace('_', ' ') for role in missing)}."
