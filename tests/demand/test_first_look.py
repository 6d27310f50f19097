"""What functions handed in, against last year, the run-rate and their own last number: by hand."""

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.demand.first_look import first_look, last_numbers
from sopkit.periods import period_range

CUTOFF = "2026-02"
ITEMS = pd.DataFrame({"item": ["A", "B"], "family": ["F", "G"]})


def forecast(function: str, months: list[str], units: float, item: str = "A") -> pd.DataFrame:
    rows = [{"function": function, "item": item, "region": "N", "channel": "R", "period": month, "quantity": units} for month in months]
    return conform(pd.DataFrame(rows), CONTRACTS["sales_forecast"])


def history(first: str, months: int) -> pd.DataFrame:
    """Item A asks for 100 a month, 130 in March."""
    rows = [
        {"item": "A", "region": "N", "channel": "R", "period": month, "quantity": 130.0 if month[5:] == "03" else 100.0}
        for month in period_range(first, months)
    ]
    return pd.DataFrame(rows)


def test_a_forecast_beside_last_year_run_rate_and_own_last_number():
    now = forecast("sales", ["2026-03", "2026-04"], 120.0)
    before = forecast("sales", ["2026-02", "2026-03"], 100.0)
    look = first_look(now, history("2024-03", 24), ITEMS, before, cutoff=CUTOFF).iloc[0]
    assert (look["months"], look["quantity"], look["last_year"]) == (2, 240.0, 230.0)  # March 130 + April 100
    assert look["run_rate"] == pytest.approx(2 * (130 + 11 * 100) / 12)
    assert (look["own_now"], look["own_before"], look["to_own_ratio"]) == (120.0, 100.0, 1.2)  # March is in both
    assert look["to_last_year_ratio"] == pytest.approx(240 / 230)


def test_what_there_is_nothing_to_compare_with_is_empty():
    look = first_look(
        forecast("sales", ["2026-03"], 5.0, "B"), history("2025-12", 3), ITEMS, empty(CONTRACTS["sales_forecast"]), cutoff=CUTOFF
    )
    assert look[["last_year", "run_rate", "own_before", "to_own_ratio"]].isna().all(axis=None) and look["quantity"].tolist() == [5.0]
    assert first_look(
        empty(CONTRACTS["sales_forecast"]), history("2025-12", 3), ITEMS, empty(CONTRACTS["sales_forecast"]), cutoff=CUTOFF
    ).empty


def test_own_last_numbers_come_from_the_newest_snapshot_where_no_cycle_was_run():
    row = {"item": "A", "region": "N", "channel": "R", "period": "2026-03", "quantity": 1.0}
    frozen = [("sales", "2026-01", 1.0), ("sales", "2026-02", 2.0), ("statistical", "2026-02", 9.0), ("sales", "2026-03", 7.0)]
    snapshots = pd.DataFrame([{**row, "layer": layer, "made_in": made, "quantity": units} for layer, made, units in frozen])
    found = last_numbers(empty(CONTRACTS["sales_forecast"]), snapshots, cycle="2026-03")
    assert found[["function", "quantity"]].to_numpy().tolist() == [["sales", 2.0]]
    given = forecast("finance", ["2026-03"], 3.0)
    assert last_numbers(given, snapshots, cycle="2026-03") is given
