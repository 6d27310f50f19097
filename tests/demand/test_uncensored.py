"""Models learn from un-censored demand and are judged on the recorded one; months out of stock are shown apart."""

import numpy as np
import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.backtest import recorded_panel
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.pool import demand_panel, statistical_forecast
from sopkit.demand.series import stocked_out, trailing_shares, training_quantity
from sopkit.periods import period_range

MONTHS = period_range("2023-03", 36)
CUTOFF = MONTHS[-1]
LEVEL = ["item", "region", "channel"]


@pytest.fixture
def history() -> pd.DataFrame:
    """36 months of 100 units of A and 50 of B; in the last June half of A was hidden by an empty shelf."""
    rows = [
        {"item": item, "region": "SE", "channel": "retail", "period": period, "quantity": units, "sold_quantity": units}
        | {"revenue": units * 10, "cost": 0.0, "source": "orders", "uncensored_quantity": units}
        for item, units in (("A", 100.0), ("B", 50.0))
        for period in MONTHS
    ]
    frame = conform(pd.DataFrame(rows), CONTRACTS["demand_history"])
    out = (frame["item"] == "A") & (frame["period"] == "2025-06")
    return frame.assign(quantity=frame["quantity"].mask(out, 50.0))


def test_what_is_learnt_from_and_what_is_no_yardstick(history: pd.DataFrame) -> None:
    assert training_quantity(history).tolist() == [100.0] * 36 + [50.0] * 36
    assert history.loc[stocked_out(history), ["item", "period"]].to_numpy().tolist() == [["A", "2025-06"]]
    older = history.drop(columns="uncensored_quantity")
    assert training_quantity(older).tolist() == history["quantity"].tolist() and not stocked_out(older).any()


def test_the_panel_is_un_censored_and_the_yardstick_leaves_the_month_out(history: pd.DataFrame) -> None:
    panel = demand_panel(history, LEVEL, CUTOFF)
    assert panel["quantity"].tolist() == [100.0] * 36 + [50.0] * 36
    recorded = recorded_panel(history, panel)
    assert np.flatnonzero(np.isnan(recorded)).tolist() == [MONTHS.index("2025-06")]
    assert np.nansum(recorded) == 35 * 100 + 36 * 50


def test_shares_and_the_forecast_do_not_carry_the_empty_shelf_forward(history: pd.DataFrame) -> None:
    assert trailing_shares(history, [])["share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    knobs = {"cutoff": CUTOFF, "horizon": 12, "models": ("theta",), "origins": 2}
    forecast = statistical_forecast(history, DemandPolicy(), **knobs)
    june = forecast[(forecast["item"] == "A") & (forecast["period"] == "2026-06")].iloc[0]
    assert june["quantity"] == pytest.approx(100, abs=1) and june["naive"] == pytest.approx(100, abs=1)
    raw = statistical_forecast(history.assign(uncensored_quantity=history["quantity"]), DemandPolicy(), **knobs)
    assert raw[(raw["item"] == "A") & (raw["period"] == "2026-06")].iloc[0]["naive"] == pytest.approx(50, abs=1)
