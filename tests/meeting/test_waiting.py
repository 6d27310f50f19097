"""The cost of waiting on the tiny company, by hand; and how an overlay starts later."""

from datetime import date

import pytest

from sopkit.meeting.options import option_table
from sopkit.meeting.policy import Change, Decision, MeetingPolicy, Overlay
from sopkit.meeting.waiting import delayed, waiting_costs

NOTHING = Overlay(title="Nothing")
LAST, MEETING = date(2026, 3, 27), date(2026, 3, 20)


def added(first: str, last: str | None, value: float = 31.0, action: str = "add") -> Change:
    column = "demonstrated_hours"
    return Change(table="resource_calendar", first_period=first, last_period=last, column=column, action=action, value=value)


def decision(**options: Overlay) -> Decision:
    return Decision(question="?", owner="head_of_operations", last_date=LAST, options=options)


@pytest.fixture(scope="module")
def costs(inputs, base):
    forty = Overlay(title="40 hours in May", changes=(added("2026-05", "2026-05", 40.0),), fixed_cost=300)
    cheaper = Overlay(title="No month", changes=(Change(table="unit_costs", column="unit_cost", action="multiply", value=0.9),))
    policy = MeetingPolicy(
        decisions={
            "D1": decision(A=NOTHING, B=forty),
            "D2": decision(A=NOTHING, B=cheaper),
            "D3": decision(A=NOTHING, B=Overlay(title="A cost", fixed_cost=5)),
        }
    )
    priced = option_table(inputs, policy, base, currency="SEK")
    table = waiting_costs(inputs, policy, priced, base, meeting=MEETING, weeks=["4", "1", "2"])
    return table.set_index(["decision", "weeks"]), priced.options.set_index(["decision", "option"])


def test_up_to_its_last_date_waiting_is_free(costs):
    waits, _ = costs
    assert waits.loc[("D1", 1), ["cost", "basis"]].tolist() == [0.0, "in_time"]


def test_behind_it_the_option_starts_later(costs):
    """39 of 40 hours are needed, a grill each, margin 20; 7 days late leave 24/31 of 40 hours, 21 days 10/31."""
    waits, _ = costs
    assert waits.loc[("D1", 2), "cost"] == pytest.approx((39 - 40 * 24 / 31) * 20, abs=0.01)
    assert waits.loc[("D1", 4), "cost"] == pytest.approx((39 - 40 * 10 / 31) * 20, abs=0.01)
    assert waits.loc["D1", "basis"].tolist() == ["in_time", "later", "later"]


def test_what_has_no_month_to_start_in_is_lost_whole(costs):
    waits, options = costs
    assert waits.loc[("D2", 2), "basis"] == "too_late"
    assert waits.loc[("D2", 2), "cost"] == pytest.approx(options.loc[("D2", "B"), "expected_contribution_change"])


def test_where_nothing_is_recommended_waiting_costs_nothing(costs):
    waits, _ = costs
    assert waits.loc["D3", "basis"].tolist() == ["nothing"] * 3
    assert waits.loc["D3", "cost"].tolist() == [0.0] * 3


def test_a_company_that_asks_nothing_waits_for_nothing(inputs, base):
    policy = MeetingPolicy()
    priced = option_table(inputs, policy, base, currency="SEK")
    assert waiting_costs(inputs, policy, priced, base, meeting=MEETING, weeks=["1"]).empty


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (0, [("2026-05", None, 31.0)]),
        (1, [("2026-05", "2026-05", 30.0), ("2026-06", None, 31.0)]),
        (31, [("2026-06", None, 31.0)]),
        (46, [("2026-06", "2026-06", 15.5), ("2026-07", None, 31.0)]),
    ],
)
def test_the_first_days_fall_away(days, left):
    late = delayed(Overlay(title="x", changes=(added("2026-05", None),)), days)
    assert [(change.first_period, change.last_period, change.value) for change in late.changes] == left


def test_a_factor_keeps_the_share_of_what_it_adds_and_a_span_ends_where_it_ended():
    late = delayed(Overlay(title="x", changes=(added("2026-06", "2026-06", 3.0, "multiply"),)), 15)
    assert [(change.last_period, change.value) for change in late.changes] == [("2026-06", 2.0)]
    assert delayed(Overlay(title="x", changes=(added("2026-06", "2026-06"),)), 30).changes == ()
    assert delayed(Overlay(title="x", fixed_cost=5), 30) is None
