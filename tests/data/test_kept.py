"""Columns that keep their contract as they stand, beside what the full check of a column makes of them."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import column as kinds
from sopkit.data.contracts import conform as full
from sopkit.data.contracts.column import Column
from sopkit.data.contracts.inputs_supply import Inventory
from sopkit.data.contracts.kept import in_order, kept_cells

COLUMNS = {
    "code": kinds.code("item", "a code"),
    "text": kinds.text("note", "free text").optional(),
    "choice": kinds.choice("kind", "a word", "make | buy"),
    "period": kinds.period(),
    "month": kinds.period().optional(),
    "day": kinds.day("date", "a date"),
    "number": kinds.number("price", "a price", "money", least=0, most=10),
    "loose": kinds.number("gap", "a gap", "money").optional(),
    "whole": kinds.whole("lag", "months", "months"),
    "count": kinds.whole("lag", "months", "months").optional(),
    "flag": kinds.flag("ok", "whether"),
    "maybe": kinds.flag("ok", "whether").optional(),
}
CELLS = (
    pd.Series(["a", "b"], dtype="str"),
    pd.Series(["a", ""], dtype="str"),
    pd.Series(["a", None], dtype="str"),
    pd.Series(["make", "buy"], dtype="str"),
    pd.Series(["make", "Buy"], dtype="object"),
    pd.Series(["2026-03", "2026-12"], dtype="str"),
    pd.Series(["2026-03", "2026-13"], dtype="str"),
    pd.Series(["2026-03", "2026-03\n"], dtype="str"),
    pd.Series(["2026-03", None], dtype="str"),
    pd.Series(["x", "x"], dtype="category"),
    pd.Series([1.25, 2.123456789]),
    pd.Series([1.0, np.nan]),
    pd.Series([1.0, np.inf]),
    pd.Series([-0.0, -1e-9]),
    pd.Series([-1.0, 11.0]),
    pd.Series([1, 2]),
    pd.Series([1, -2]),
    pd.Series([1, None], dtype="Int64"),
    pd.Series([True, False]),
    pd.Series([True, None], dtype="boolean"),
    pd.Series(pd.to_datetime(["2026-03-01", "2026-03-02"])),
    pd.Series(pd.to_datetime(["2026-03-01 00:00", "2026-03-02 08:00"])),
    pd.Series(pd.to_datetime(["2026-03-01", None])),
    pd.Series(pd.to_datetime(["2026-03-01", "2026-03-02"], utc=True)),
)


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_what_is_kept_is_what_the_full_check_makes_of_it(column: Column):
    kept = 0
    for cells in CELLS:
        found = kept_cells(cells, column)
        if found is None:
            continue
        expected, problems = full._typed(cells, column, "table")
        assert problems == [], (column.name, list(cells))
        pd.testing.assert_series_equal(pd.Series(found), expected, check_names=False)
        kept += 1
    assert kept > 0  # each kind of column has cells that are kept


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_rows_are_in_order_only_where_each_key_comes_behind_the_one_before(order: tuple[int, ...]):
    rows = [("A", "2026-01", 1), ("A", "2026-02", 0), ("B", "2026-01", 0)]
    frame = pd.DataFrame([rows[place] for place in order], columns=["item", "period", "lag"]).astype({"item": "str", "period": "str"})
    keys = [tuple(row) for row in frame[["item", "period"]].itertuples(index=False)]
    assert in_order(frame, ["item", "period"]) == (keys == sorted(set(keys)))


def test_keys_that_come_twice_or_are_unknown_are_in_no_order():
    frame = pd.DataFrame({"item": ["A", "A"], "day": pd.to_datetime(["2026-01-01", "2026-01-01"]), "rate": [1.0, 2.0]})
    assert not in_order(frame.astype({"item": "str"}), ["item", "day"])
    assert not in_order(pd.DataFrame({"item": pd.Series(["A", None], dtype="str")}), ["item"])
    assert not in_order(frame, ["rate"])  # a number is never compared here
    assert in_order(frame.head(1), ["rate"])


def test_a_kept_table_is_a_table_of_its_own():
    given = pd.DataFrame({"item": ["A", "B"], "period": ["2026-01", "2026-01"], "quantity": [1.0, 2.0]})
    result = full.conform(given, Inventory)
    result.loc[0, ["item", "quantity"]] = ["Z", 9.0]
    assert given.loc[0, "item"] == "A" and given.loc[0, "quantity"] == 1.0
