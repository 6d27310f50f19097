"""The recommendation rule, case by case."""

import pytest

from sopkit.meeting.policy import MeetingPolicy
from sopkit.meeting.recommendation import Candidate, broken_floors, recommended_option

NAN = float("nan")
FLOORS = MeetingPolicy(fill_rate_floor=0.95, cash_floor=2.0, load_limit_ratio=1.1)


def candidate(name, contribution, *, fill=0.97, cash=5.0, load=1.0, tier_a=NAN):
    return Candidate(name, contribution, {"fill_rate": fill, "tier_a_fill_rate": tier_a, "cash_low": cash, "load_peak": load})


CASES = {
    "the best of those that keep the floors": ([candidate("A", 0), candidate("B", 4), candidate("C", 2)], "B"),
    "a better one that breaks the fill rate is out": ([candidate("A", 0), candidate("B", 4, fill=0.94), candidate("C", 2)], "C"),
    "a better one that breaks the cash floor is out": ([candidate("A", 0), candidate("B", 4, cash=1.9), candidate("C", 2)], "C"),
    "a better one that breaks the load limit is out": ([candidate("A", 0), candidate("B", 4, load=1.11), candidate("C", 2)], "C"),
    "doing nothing breaks a floor, so a dear option stands": ([candidate("A", 0, fill=0.9), candidate("B", -3)], "B"),
    "tier A decides where there is one": ([candidate("A", 0, fill=0.90, tier_a=0.96), candidate("B", -1)], "A"),
    "of equals the one that is easier to reverse": ([candidate("A", 1.0), candidate("B", 1.4), candidate("C", 1.5)], "A"),
    "none keeps the floors: the best of all": ([candidate("A", 0, fill=0.5), candidate("B", 4, cash=0)], "B"),
    "unknown cash breaks no floor": ([candidate("A", 0), candidate("B", 4, cash=NAN)], "B"),
    "unknown contributions beat nothing": ([candidate("A", NAN), candidate("B", NAN)], "A"),
}


@pytest.mark.parametrize(("candidates", "expected"), CASES.values(), ids=CASES.keys())
def test_rule(candidates, expected):
    assert recommended_option(candidates, FLOORS) == expected


def test_without_floors_only_contribution_counts():
    assert recommended_option([candidate("A", 0), candidate("B", 1, fill=0, cash=-9, load=9)], MeetingPolicy()) == "B"


def test_broken_floors_are_named_in_order():
    assert broken_floors(candidate("A", 0, fill=0.9, cash=0, load=2), FLOORS) == ["fill_rate", "cash", "load"]
    assert broken_floors(candidate("A", 0, fill=0.95, cash=2, load=1.1), FLOORS) == []
