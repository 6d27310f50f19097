"""Control limits by hand, thresholds from a family's own error."""

import numpy as np
import pandas as pd
import pytest
from plan_frames import table

from sopkit.meeting.kpis.control import budget_signals, control_limits, family_thresholds
from sopkit.periods import period_range


def told(values):
    months = period_range("2025-02", len(values))
    rows = [
        ("total_sales", month, "money", value, None if value is not None else "unknown")
        for month, value in zip(months, values, strict=True)
    ]
    history = table("kpi_history", rows, ["kpi", "period", "unit", "value", "reason"])
    return control_limits(history, cutoff="2026-02").iloc[0]


def test_limits_are_those_of_the_months_before():
    """Twelve months 10, 12, 10, 12 …: mean 11, moving range 2, limits 11 -+ 5.32."""
    row = told([10, 12] * 6 + [17])
    assert (row["mean"], row["low"], row["high"]) == (11, pytest.approx(5.68), pytest.approx(16.32))
    assert row["signal"] == "outside"
    assert told([10, 12] * 6 + [16])["signal"] == "noise"


def test_eight_months_on_one_side_are_a_shift():
    assert told([9, 11, 9, 11, 9, 12, 12.5, 12, 12.5, 12, 12.5, 12, 12.2])["signal"] == "shift"


def test_too_few_months_say_so():
    row = told([None] * 6 + [10, 11, 10, 11, 10, 11, 10])
    assert row["signal"] == "too_few" and np.isnan(row["mean"])
    assert np.isnan(told([10, 12] * 6 + [None])["value"])


ACCURACY = pd.DataFrame(
    [
        ("consensus", "grills", 2, 0.12),
        ("statistical", "grills", 2, 0.20),
        ("statistical", "heaters", 2, 0.02),
        ("consensus", "heaters", 1, 0.3),
    ],
    columns=["layer", "family", "lag", "wape_ratio"],
)


def test_a_threshold_is_the_familys_own_error():
    rows = family_thresholds(ACCURACY, ["lamps", "heaters", "grills"], lag=2).set_index("family")
    assert rows["threshold_share"].to_dict() == {"grills": 0.12, "heaters": 0.05, "lamps": 0.25}
    assert rows["basis"].to_dict() == {"grills": "consensus", "heaters": "statistical", "lamps": "assumed"}


def test_a_gap_is_a_gap_beyond_the_threshold():
    gaps = [("grills", 1000.0, -130.0), ("heaters", 1000.0, -40.0), ("*", 2000.0, -170.0), ("lamps", 0.0, 5.0)]
    rows = [(family, cause, amount) for family, budget, gap in gaps for cause, amount in (("budget", budget), ("gap", gap))]
    signals = budget_signals(table("budget_gap", rows, ["family", "cause", "amount"]), ACCURACY, lag=2).set_index("family")
    assert signals["signal"].to_dict() == {"grills": "gap", "heaters": "noise", "lamps": "gap"}
    assert np.isnan(signals.loc["lamps", "gap_share"])
    assert budget_signals(table("budget_gap", [], []), ACCURACY, lag=2).empty
