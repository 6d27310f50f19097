"""The demand review: seasons, breaks and points to settle, by hand."""

import numpy as np
import pandas as pd
import pytest

from sopkit.demand.review import breaks_in_plan, seasonality, to_decide
from sopkit.periods import period_range

ITEMS = pd.DataFrame({"item": ["A", "B"], "family": ["Summer", "Steady"]})
MONTHS = period_range("2022-03", 48)


def history_of(**series: np.ndarray) -> pd.DataFrame:
    parts = [
        pd.DataFrame({"item": item, "region": "N", "channel": "-", "period": MONTHS, "quantity": values}) for item, values in series.items()
    ]
    return pd.concat(parts, ignore_index=True)


def test_the_season_is_that_of_the_calendar_and_what_has_none_says_so():
    """Demand doubles in July (the fifth month of a history from March on); the other family has no season."""
    july = np.array([month.endswith("-07") for month in MONTHS])
    noise = np.random.default_rng(1).normal(0, 1, 48)
    table = seasonality(history_of(A=np.where(july, 200.0, 100.0) + noise, B=100.0 + 10 * noise), ITEMS).set_index("family")
    summer = table.loc["Summer"]
    assert (summer["peak"], table.loc["Steady", "peak"]) == (7, 0)
    factors = summer[[str(month) for month in range(1, 13)]].to_numpy(dtype=float)
    assert factors[6] == pytest.approx(24 / 13, rel=0.03)  # 2 against a mean of 13 / 12
    assert factors.mean() == pytest.approx(1)
    assert "chance" in table.loc["Steady", "season"]
    short = history_of(A=np.ones(48))[lambda rows: rows["period"] >= "2025-01"]
    assert "too few" in seasonality(short, ITEMS).set_index("family").loc["Summer", "season"]


def adjustments(kind: str = "structural_break") -> pd.DataFrame:
    row = {"kind": kind, "family": "Summer", "item": "*", "region": "*", "channel": "*", "period": "2025-03", "why": "3 items began"}
    return pd.DataFrame([row])


@pytest.mark.parametrize(
    ("plan", "stands", "said"),
    [
        (300.0, 1.0, "on the new level"),
        (100.0, 0.0, "goes back"),
        (200.0, 0.5, "between"),
        (400.0, 1.5, "beyond the new"),
        (20.0, -0.4, "old"),
    ],
)
def test_a_break_says_where_the_plan_stands(plan, stands, said):
    """100 a month up to 2025-02, 300 from 2025-03 on: twelve months, of which cutoffs 6 and 12 months back know and do not know."""
    history = history_of(A=np.where(np.array(MONTHS) < "2025-03", 100.0, 300.0), B=np.ones(48))
    ahead = pd.DataFrame({"item": "A", "region": "N", "channel": "-", "period": period_range("2026-03", 12), "quantity": plan})
    row = breaks_in_plan(adjustments(), history, ahead, ITEMS, (6, 12)).iloc[0]
    assert (row["since"], row["before"], row["after"], row["plan"]) == (12, 100, 300, plan)
    assert row["stands"] == pytest.approx(stands)
    assert said in row["handled"]
    assert "1 of 2 earlier cutoffs knew" in row["handled"]
    assert breaks_in_plan(adjustments("outlier"), history, ahead, ITEMS, (6, 12)).empty


def test_points_to_settle_are_named_and_a_quiet_month_has_none():
    """Sales plans 150 where the plan is 100 of 80 to 120: outside. Finance's 110 is inside; an old break is history."""
    nothing = {
        "verdict": pd.DataFrame([("Steady", 0.1, 0.2, "")], columns=["family", "pool", "naive", "verdict"]),
        "breaks": pd.DataFrame(columns=["family", "channel", "period", "since", "plan", "after", "handled"]),
        "override_conflicts": pd.DataFrame(columns=["override", "other", "conflict", "quantity_change"]),
        "override_log": pd.DataFrame([("O1", "*", "applied", "")], columns=["override", "scope", "outcome", "note"]),
        "lifecycle_log": pd.DataFrame([("A", "planned", "")], columns=["item", "outcome", "note"]),
        "function_forecasts": pd.DataFrame(
            [("finance", "Summer", 1, 110.0, 100.0)], columns=["function", "family", "months", "quantity", "consensus"]
        ),
        "demand_range": pd.DataFrame(
            [("Summer", "2026-03", "units", 80.0, 100.0, 120.0)], columns=["family", "period", "unit", "p10", "p50", "p90"]
        ),
    }
    assert to_decide(nothing).empty
    found = nothing | {
        "verdict": nothing["verdict"].assign(pool=0.3),
        "breaks": pd.DataFrame(
            [("Summer", "*", m, s, 300.0, 280.0, "x") for m, s in (("2025-03", 12), ("2022-03", 48))], columns=nothing["breaks"].columns
        ),
        "override_conflicts": pd.DataFrame([("O1", "O2", "two_owners", 5.0)], columns=nothing["override_conflicts"].columns),
        "override_log": nothing["override_log"].assign(outcome="refused", note="a gap"),
        "lifecycle_log": nothing["lifecycle_log"].assign(outcome="not_planned", note="no reference"),
        "function_forecasts": nothing["function_forecasts"].assign(function="sales", quantity=150.0),
    }
    table = to_decide(found)
    assert table["where"].tolist() == ["O1 and O2", "Summer, * 2025-03", "Steady", "sales: Summer", "A", "O1: *"]
    assert table["quantity"].dropna().tolist() == [5.0, 20.0, 50.0]
