"""Options as plans of their own, together as one plan, and the hazard they protect against: worked out by hand on the tiny company."""

from datetime import date

import pytest

from sopkit.errors import ParamsError
from sopkit.meeting.options import option_table
from sopkit.meeting.policy import Change, Decision, Hazard, MeetingPolicy, Overlay

NOTHING = Overlay(title="Nothing")


def hours(title, amount, month="2026-05", cost=0.0):
    change = Change(
        table="resource_calendar", first_period=month, last_period=month, column="demonstrated_hours", action="add", value=amount
    )
    return Overlay(title=title, changes=(change,), fixed_cost=cost)


def decision(question, **options):
    return Decision(question=question, owner="head_of_operations", last_date=date(2026, 3, 27), options=options)


TWICE_HEATERS = Overlay(
    title="Twice the heaters in May",
    changes=(
        Change(
            table="demand",
            where={"family": "heaters"},
            first_period="2026-05",
            last_period="2026-05",
            column="quantity",
            action="multiply",
            value=2,
        ),
    ),
)
TWO = MeetingPolicy(
    decisions={
        "D1": decision("More hours?", A=NOTHING, B=hours("40 hours", 40, cost=300), C=hours("20 hours", 20)),
        "D2": decision("A promotion?", A=NOTHING, B=TWICE_HEATERS),
    }
)


@pytest.fixture(scope="module")
def two(inputs, base):
    return option_table(inputs, TWO, base, currency="SEK")


def test_each_option_is_priced_against_doing_nothing(two):
    """B ships 39 grills more (margin 20) for 300; C 20; heaters (margin 40) push out as many grills (margin 20)."""
    options = two.options.set_index(["decision", "option"])
    assert options["contribution_change"].tolist() == pytest.approx([0, 480, 400, 0, 400])
    assert options["net_sales_change"].tolist() == pytest.approx([0, 1950, 1000, 0, 600])
    assert options["fixed_cost"].tolist() == [0, 300, 0, 0, 0]
    assert options["recommended"].tolist() == [False, True, False, False, True]
    assert options.loc[("D1", "B"), ["owner", "scenario"]].tolist() == ["head_of_operations", "D1=B"]


def test_an_option_that_invests_has_a_present_value_and_a_payback(two, inputs):
    """B pays 300 in March and earns 780 in May, the third month; C earns 400 in May and never costs anything."""
    options, month = two.options.set_index(["decision", "option"]), (1 + inputs.supply.capital_rate) ** (2 / 12)
    assert options["multi_year_change"].tolist() == pytest.approx([0, 480, 400, 0, 400])
    assert options["npv_change"].tolist() == pytest.approx([0, -300 + 780 / month, 400 / month, 0, 400 / month])
    assert options.loc[("D1", "B"), "payback_months"] == 3 and options["payback_months"].notna().sum() == 1


def test_together_is_one_plan_and_the_interaction_is_told(two):
    """Both: 20 more grills (400), 20 more heaters (800), less 300 = 900; the parts add up to 480 + 400 = 880."""
    facts = two.facts.set_index("id")["value"]
    assert facts["together_contribution_change"] == pytest.approx(900)
    assert facts["sum_of_parts_contribution_change"] == pytest.approx(880)
    assert facts["interaction_contribution_change"] == pytest.approx(20)
    assert facts["interaction_net_sales_change"] == pytest.approx(20 * 50 + 20 * 80 - 1950 - 600)
    together = two.scenarios[two.scenarios["kind"] == "together"]
    assert together["scenario"].tolist() == ["D1=B+D2=B"]
    assert two.options.set_index(["decision", "option"])["contribution_change_on_top"].tolist()[3:] == pytest.approx([0, 420])


def test_scenarios_hold_each_option_and_the_plan_together_once(two):
    kinds = two.scenarios.groupby("kind")["scenario"].apply(list).to_dict()
    assert kinds == {"option": ["D1=A", "D1=B", "D1=C", "D2=A", "D2=B"], "together": ["D1=B+D2=B"]}


def test_a_hazard_is_weighed_by_its_probability(inputs, base):
    """60 hours less in June lose 40 grills (800); at 25 % that is 200, more than the 100 that 60 hours more cost."""
    protect = decision("Protect June?", A=NOTHING, B=hours("60 hours in June", 60, "2026-06", cost=100))
    hazard = Hazard(probability_share=0.25, overlay=hours("stop", -60, "2026-06"))
    policy = MeetingPolicy(decisions={"D1": protect.model_copy(update={"hazard": hazard})})
    options = option_table(inputs, policy, base, currency="SEK").options.set_index("option")
    assert options["contribution_change"].tolist() == pytest.approx([0, -100])
    assert options["expected_contribution_change"].tolist() == pytest.approx([-200, -100])
    assert options["recommended"].tolist() == [False, True]


def test_floors_that_break_are_named(inputs, base):
    policy = TWO.model_copy(update={"load_limit_ratio": 1.05})
    options = option_table(inputs, policy, base, currency="SEK").options.set_index(["decision", "option"])
    assert options["floors_broken"].fillna("").tolist() == ["load", "", "load", "", "load"]
    assert options["recommended"].tolist() == [False, True, False, True, False]


def test_without_decisions_there_is_nothing_to_choose(inputs, base):
    result = option_table(inputs, MeetingPolicy(), base, currency="SEK")
    assert result.scenarios.empty
    assert result.options.empty
    assert result.facts.empty


def test_problems_of_all_options_are_told_at_once(inputs, base):
    wrong = hours("wrong month", 1, month="2031-01")
    policy = MeetingPolicy(decisions={"D1": decision("?", A=hours("something", 1), B=wrong), "D2": decision("?", A=NOTHING, B=wrong)})
    with pytest.raises(ParamsError) as raised:
        option_table(inputs, policy, base, currency="SEK")
    told = [problem.where.split(":")[0].split(",")[0] for problem in raised.value.problems]
    assert told == ["D1", "D1", "D2"]
