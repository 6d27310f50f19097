"""Frames against their contracts."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, dtype_of, empty
from sopkit.data.contracts.inputs_capacity import Workforce
from sopkit.data.contracts.inputs_follow_up import Actions
from sopkit.data.contracts.inputs_sales import Items, Prices
from sopkit.data.contracts.inputs_supply import Inventory
from sopkit.errors import DataError


def stock() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "item": ["B", "A"],
            "period": ["2026-01", "2026-01"],
            "quantity": [2, 1.12345678],
        }
    )


def test_columns_are_ordered_typed_rounded_and_sorted():
    given = stock()[["quantity", "period", "item"]]
    result = conform(given, Inventory)
    assert list(result.columns) == ["item", "period", "quantity"]
    assert result["item"].tolist() == ["A", "B"]
    assert result["quantity"].tolist() == [1.123457, 2.0]
    assert [str(dtype) for dtype in result.dtypes] == ["str", "str", "float64"]
    assert given["item"].tolist() == ["B", "A"]  # the argument is not touched


@pytest.mark.parametrize("name", sorted(CONTRACTS))
def test_an_empty_table_keeps_its_contract(name: str):
    table = empty(CONTRACTS[name])
    pd.testing.assert_frame_equal(conform(table, CONTRACTS[name]), table)
    assert {column.name: str(table[column.name].dtype) for column in CONTRACTS[name].columns} == {
        column.name: dtype_of(column) for column in CONTRACTS[name].columns
    }


def test_optional_columns_may_be_left_out_and_are_unknown():
    result = conform(
        pd.DataFrame(
            {
                "item": ["A"],
                "item_name": ["a"],
                "family": ["F"],
                "supply_strategy": ["buy"],
            }
        ),
        Items,
    )
    assert result["planning_factor"].isna().all()
    assert result["tier"].isna().all() and str(result["tier"].dtype) == "str"
    assert str(result["active"].dtype) == "boolean" and result["active"].isna().all()


def test_all_problems_come_at_once():
    bad = pd.DataFrame(
        {
            "item": ["A", None],
            "period": ["2026-13", "2026-01"],
            "quantity": [1.0, np.inf],
            "note": ["x", "y"],
        }
    )
    with pytest.raises(DataError) as error:
        conform(bad, Inventory)
    told = {problem.where for problem in error.value.problems}
    assert told == {
        "inventory.note",
        "inventory.item",
        "inventory.period",
        "inventory.quantity",
    }
    assert "'2026-13' (row 0)" in str(error.value)


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("item", [1, 2], "is no text"),
        ("quantity", ["1", "2"], "numbers come as numbers"),
        ("quantity", [True, False], "numbers come as numbers"),
        ("item", ["", "A"], "an empty cell"),
        ("period", ["2026-1", "2026-01"], "no month"),
    ],
)
def test_a_wrong_cell_is_named(column: str, values: list[object], says: str):
    with pytest.raises(DataError, match=says):
        conform(stock().assign(**{column: values}), Inventory)


def test_bounds_choices_days_and_whole_numbers():
    price = {
        "item": ["A"],
        "region": ["*"],
        "channel": ["*"],
        "valid_from": [pd.Timestamp("2026-01-01 12:00")],
        "net_price": [-1.0],
    }
    with pytest.raises(DataError) as error:
        conform(pd.DataFrame(price), Prices)
    assert "a time of day" in str(error.value) and "below 0" in str(error.value)
    people = {name: [1.0] for name in Workforce.column_names()} | {
        "skill_group": ["x"],
        "heads": [1.5],
        "absence_share": [1.5],
    }
    with pytest.raises(DataError) as error:
        conform(pd.DataFrame(people), Workforce)
    assert "a fraction" in str(error.value) and "above 1" in str(error.value)
    action = {
        "action": ["A1"],
        "statement": ["s"],
        "owner": ["o"],
        "due_date": [pd.Timestamp("2026-01-01")],
        "status": ["opened"],
    }
    with pytest.raises(DataError, match=r"open \| done \| late \| stopped"):
        conform(pd.DataFrame(action), Actions)


@pytest.mark.parametrize("came", ["05/03/2024", 20240305, 1709251200000000000])
def test_a_day_is_never_guessed_from_text_or_a_number(came: object):
    price = pd.DataFrame(
        {"item": ["A"], "region": ["*"], "channel": ["*"], "valid_from": pd.Series([came], dtype=object), "net_price": [1.0]}
    )
    with pytest.raises(DataError, match="is no date"):
        conform(price, Prices)
    day = price.assign(valid_from=pd.Series([date(2024, 3, 5)], dtype=object))
    assert conform(day, Prices)["valid_from"].tolist() == [pd.Timestamp("2024-03-05")]


def test_a_key_comes_once():
    twice = pd.concat([stock(), stock().head(1)])
    with pytest.raises(DataError, match=r"2 rows share a key, such as B \| 2026-01"):
        conform(twice, Inventory)


def test_minus_zero_is_zero():
    result = conform(stock().assign(quantity=[-0.0, -1e-9]), Inventory)
    assert np.signbit(result["quantity"]).tolist() == [False, False]
