"""The room on the tiny company: what a driver does is what the overlay does, and the page is the difference to the plan."""

import pandas as pd
import pytest

from sopkit.meeting.policy import Change, Overlay
from sopkit.meeting.room import Table, drivers, scenario_differences
from sopkit.meeting.scenarios import apply_overlay, replan, scenario_row

FORTY = Overlay(
    title="40 hours in May",
    changes=(
        Change(
            table="resource_calendar", first_period="2026-05", last_period="2026-05", column="demonstrated_hours", action="add", value=40
        ),
    ),
    fixed_cost=300,
)


@pytest.fixture(scope="module")
def room(inputs, base):
    resource = inputs.tables["resource_calendar"]["resource"].iloc[0]
    return Table.of(inputs, base, {"forty": FORTY}, [resource, "no such line"])


def test_what_may_be_moved_is_the_demand_of_families_and_the_hours_of_limits(inputs):
    resource = inputs.tables["resource_calendar"]["resource"].iloc[0]
    assert [driver.name for driver in drivers(inputs, [resource])] == ["demand grills", "demand heaters", f"hours {resource}"]
    assert {change.first_period for driver in drivers(inputs, []) for change in driver.changes} == {"2026-04"}


def test_a_scenario_on_the_table_gives_the_page_of_the_option(room):
    """As in the options' test: 39 grills more at 50 and margin 20, less 300."""
    page = room.page(room.tried("forty", {}))
    assert page.loc["net_sales", "difference"] == pytest.approx(1950)
    assert page.loc["contribution", "difference"] == pytest.approx(480)


def test_a_driver_moved_is_planned_as_any_other_overlay(room, inputs):
    tried = room.tried("base", {"demand heaters": 1.2})
    by_hand = Overlay(
        title="x",
        changes=(
            Change(
                table="demand", where={"family": "heaters"}, first_period="2026-04", last_period="2026-08", column="quantity",
                action="multiply", value=1.2,
            ),
        ),
    )  # fmt: skip
    changed = apply_overlay(inputs, by_hand)
    expected = scenario_row(changed, replan(changed), scenario="x", title="x", kind="scenario")
    page = room.page(tried)
    assert page.loc["net_sales", "tried"] == pytest.approx(expected["net_sales"])
    assert page.attrs["breaks_first"] == expected["breaks_first"]


def test_a_driver_at_rest_changes_nothing(room):
    tried = room.tried("base", {"demand grills": 1.0})
    assert tried.changes == () and tried.title == "base"
    assert (room.page(tried)["difference"].fillna(0.0) == 0.0).all()


def test_what_was_tried_is_planned_once(room):
    before = len(room.rows)
    tried = room.tried("forty", {"demand grills": 1.1})
    room.page(tried)
    room.page(tried)
    assert len(room.rows) == before + 1


def test_without_a_widget_the_room_sees_differences():
    numbers = ("contribution", "fill_rate", "lost", "late", "stock_peak", "cash_low", "load_peak")
    rows = [
        {"scenario": name, "title": name, "kind": name, "net_sales": sales, **dict.fromkeys(numbers, 1.0), "breaks_first": None}
        for name, sales in (("up", 112.0), ("base", 100.0))
    ]
    table = scenario_differences(pd.DataFrame(rows)).set_index("scenario")
    assert table["net_sales"].to_dict() == {"base": 100.0, "up": 12.0}
    assert table.loc["up", "lost"] == 0.0
