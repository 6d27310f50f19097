"""Words as numbers, sums by month, the order of keys: each fast path against a plain one."""

from collections import defaultdict
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.data.monthly import by_month
from sopkit.data.plausibility import outliers
from sopkit.data.plausibility.limits import PlausibilityLimits
from sopkit.data.words import categories_at, coded, joined, only_used, plain, sorted_places, sums_by, words_at

FEW = settings(max_examples=60, deadline=None, derandomize=True)
WORDS = st.lists(st.none() | st.sampled_from(["", "00123", "NA", "Å", "å", "B-7"]), max_size=12)


@FEW
@given(words=WORDS)
def test_words_come_back_from_their_codes(words: list[str | None]):
    text = pd.Series(words, dtype="str")
    known, codes = coded(text)
    assert known == sorted({word for word in words if word is not None})
    assert [known[code] if code >= 0 else None for code in codes.tolist()] == words
    for again in (words_at(known, codes), plain(categories_at(known, codes).to_frame("word"))["word"]):
        pd.testing.assert_series_equal(again, text, check_names=False)


@FEW
@given(first=WORDS, second=WORDS, keep=st.data())
def test_categories_are_joined_and_left_out(first: list[str | None], second: list[str | None], keep: st.DataObject):
    parts = [categories_at(*coded(pd.Series(words, dtype="str"))) for words in (first, second)]
    both = joined(parts)
    assert both.astype(object).where(both.notna(), None).tolist() == first + second
    mask = np.array(keep.draw(st.lists(st.booleans(), min_size=len(both), max_size=len(both))), bool)
    left = only_used(both[mask].to_frame("word"))["word"]
    assert left.cat.categories.tolist() == sorted(
        {word for word, kept in zip(first + second, mask, strict=True) if kept and word is not None}
    )


@FEW
@given(keys=st.lists(st.integers(0, 1 << 45), max_size=40))
def test_numbers_are_sorted_and_equal_ones_keep_their_order(keys: list[int]):
    places = sorted_places(np.array(keys, np.int64)).tolist()
    assert places == sorted(range(len(keys)), key=keys.__getitem__)


@FEW
@given(
    lines=st.lists(
        st.tuples(st.dates(date(2024, 1, 1), date(2025, 12, 31)), st.sampled_from("AB"), st.integers(-9, 9)),
        min_size=1,
        max_size=20,
    )
)
def test_lines_are_summed_by_series_and_month(lines: list[tuple[object, str, int]]):
    frame = pd.DataFrame(lines, columns=["date", "item", "quantity"]).assign(
        date=lambda rows: pd.to_datetime(rows["date"]).astype("datetime64[s]")
    )
    frame = frame.astype({"item": "str", "quantity": "float64"}).assign(cost=np.nan)
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for day, item, quantity in lines:
        sums[item, f"{day:%Y-%m}"] += quantity
    result = by_month(frame, "date", ["item"], ["quantity", "cost"])
    came = {(item, f"{day:%Y-%m}"): amount for day, item, amount in result[["date", "item", "quantity"]].itertuples(index=False, name=None)}
    assert came == dict(sums) and result["cost"].isna().all() and (result["date"].dt.day == 1).all()
    by_item = {item: sum(quantity for _, other, quantity in lines if other == item) for item in {line[1] for line in lines}}
    assert sums_by(frame["item"], frame["quantity"].to_numpy()).to_dict() == by_item


@pytest.mark.parametrize("many", [7, 1_000_000])
def test_prices_are_judged_the_same_in_parts_and_as_a_whole(monkeypatch: pytest.MonkeyPatch, many: int):
    monkeypatch.setattr(outliers, "MANY", many)
    rng = np.random.default_rng(5)
    item = rng.integers(0, 6, 120)
    price = 10.0 * (1 + item)
    price[[17, 80]] *= [50, 0.01]
    sales = pd.DataFrame({"item": [f"I{code}" for code in item], "quantity": 2.0, "revenue": 2 * price})
    (found,) = outliers.mixed_units(sales, PlausibilityLimits())
    assert found.positions == (17, 80) and "2 of 120 rows" in found.message
