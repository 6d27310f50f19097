import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.facts import checked_facts, fact, fact_rows
from sopkit.errors import DataError


def sales(value: float | None, **changes) -> dict[str, object]:
    told = {
        "unit": "money",
        "currency": "SEK",
        "period": "2026-02",
        "scenario": "actual",
        "definition": "net sales invoiced in the month",
        "source_table": "demand_history",
        "source_key": "period=2026-02",
    }
    return fact("total_sales", value, **(told | changes))


def test_a_fact_carries_value_unit_definition_and_source():
    row = fact_rows([sales(12.5)]).iloc[0]
    assert (row["id"], row["level"], row["value"], row["unit"], row["currency"]) == ("total_sales", "*", 12.5, "money", "SEK")
    assert pd.isna(row["lag"])
    assert pd.isna(row["reason"])


def test_rows_come_out_as_the_contract_has_them_sorted_by_key():
    frame = fact_rows([sales(2, period="2026-02", lag=2), sales(1, period="2026-01", level="family=grills")])
    assert list(frame.columns) == CONTRACTS["facts"].column_names()
    assert frame["period"].tolist() == ["2026-02", "2026-01"]  # the company before its families
    assert frame["lag"].tolist()[0] == 2


def test_an_unknown_value_needs_a_reason_and_a_known_one_has_none():
    kept = fact_rows([sales(None, reason="not invoiced yet"), sales(3.0, period="2026-01", reason="ignored")])
    assert kept.set_index("period")["reason"].isna().to_dict() == {"2026-01": True, "2026-02": False}
    with pytest.raises(DataError, match="no value and no reason"):
        fact_rows([sales(None)])


def test_all_broken_rules_are_told_at_once():
    with pytest.raises(DataError) as caught:
        fact_rows([sales(None), sales(1.0, period="2026-01", unit="parsec"), sales(1.0, period="2025-12", currency=None)])
    assert len(caught.value.problems) == 3


def test_money_alone_has_a_currency():
    assert pd.isna(fact_rows([sales(1.0, unit="units")])["currency"].iloc[0])


def test_no_rows_are_a_table_too():
    assert list(fact_rows([]).columns) == CONTRACTS["facts"].column_names()


def test_rows_are_not_mutated():
    frame = fact_rows([sales(1.0)])
    before = frame.copy()
    checked_facts(frame)
    pd.testing.assert_frame_equal(frame, before)
