"""What a plan cannot tell, by what was provided."""

import pandas as pd
import pytest

from sopkit.supply.availability import (
    RESTS_ON,
    Unavailable,
    availability,
    not_available,
    not_available_by,
    not_available_of,
    plan_headline,
    told_columns,
)

CAPACITY = ["resources", "resource_calendar", "bill_of_resources"]
SUPPLIERS = ["suppliers", "supplier_items"]


@pytest.mark.parametrize(
    ("provided", "strategies", "stock", "service", "production"),
    [
        ([], ["stock"], ["inventory"], ["inventory", *CAPACITY, *SUPPLIERS], ["inventory"]),
        (["inventory"], ["stock"], [], [*CAPACITY, *SUPPLIERS], []),
        (["inventory", *CAPACITY], ["stock"], [], [], []),
        (["inventory", *SUPPLIERS], ["buy"], [], [], []),
        (["inventory", "suppliers", "resources"], ["stock"], [], ["resource_calendar", "bill_of_resources", "supplier_items"], []),
        (CAPACITY, ["stock", "order"], ["inventory"], ["inventory"], ["inventory"]),
        (CAPACITY, ["order"], ["inventory"], [], []),
        (CAPACITY, ["service"], ["inventory"], [], []),
    ],
)
def test_a_figure_needs_its_tables(provided, strategies, stock, service, production):
    assert not_available(provided, strategies) == Unavailable(tuple(stock), tuple(service), tuple(production))


def test_an_empty_frame_is_not_provided():
    items = pd.DataFrame({"supply_strategy": ["stock"]})
    full, none = pd.DataFrame({"item": ["a"]}), pd.DataFrame({"item": []})
    tables = {"items": items, **dict.fromkeys(["inventory", *CAPACITY], full)}
    assert not_available_of(tables) == Unavailable()
    assert not_available_of({**tables, "inventory": none}).stock == ("inventory",)
    coverage = pd.DataFrame({"table": ["inventory", *CAPACITY], "status": ["not provided", "provided", "provided", "provided"]})
    assert not_available_by(coverage, items) == not_available_of({**tables, "inventory": none})


def test_what_is_not_told_has_no_column_and_a_reason():
    plan = pd.DataFrame({column: [0.0] for columns in RESTS_ON.values() for column in columns} | {"demand": [5.0], "shipped": [5.0]})
    unlimited = not_available(["inventory"], ["stock"])
    assert set(plan) - set(told_columns(plan, unlimited)) == set(RESTS_ON["service"])
    assert list(told_columns(plan, not_available([], ["stock"]))) == ["demand", "shipped"]
    assert told_columns(plan, Unavailable()).equals(plan)
    told = availability(not_available([], ["stock"]))
    assert told["because"].tolist()[0] == "not provided: inventory" and len(told) == 3
    assert availability(Unavailable()).empty


def test_the_headline_says_figures_or_the_reason():
    became = pd.DataFrame({"lost": [1200.0, 34.0], "late": [0.0, 5.0]})
    assert plan_headline(became, 2, Unavailable()) == "1,234 units lost and 5 late over the horizon; 2 limits bind."
    told = plan_headline(became, 2, not_available(["inventory"], ["stock"]))
    assert "not available, because not provided: resources" in told and "1,234" not in told
