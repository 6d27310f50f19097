"""Gaps by family and month: hand-checked units and money."""

import pandas as pd
import pytest
from plan_frames import consensus_rows, fulfilment_rows, items_of, table

from sopkit.meeting.gaps import gaps


def test_lost_units_are_valued_at_price_and_at_the_cost_in_force():
    items = items_of(grill="grills", heater="heaters")
    consensus = consensus_rows(("grill", "2026-03", 100, 50.0), ("grill", "2026-04", 100, 50.0), ("heater", "2026-03", 20, 80.0))
    fulfilment = fulfilment_rows(
        ("grill", "2026-03", 100, 90, 4, 6), ("grill", "2026-04", 100, 70, 0, 30), ("heater", "2026-03", 20, 20, 0, 0)
    )
    costs = table("unit_costs", [("grill", "2025-01-01", 30.0), ("grill", "2026-04-01", 35.0)], ["item", "valid_from", "unit_cost"])
    found = gaps(items, consensus, fulfilment, costs).set_index(["family", "period"])
    assert found.loc[("grills", "2026-03"), ["demand", "shipped", "late", "lost"]].tolist() == [100, 90, 4, 6]
    assert found.loc[("grills", "2026-03"), ["lost_revenue", "lost_margin"]].tolist() == [300, 120]
    assert found.loc[("grills", "2026-04"), ["lost_revenue", "lost_margin"]].tolist() == [1500, 450]
    assert found.loc[("heaters", "2026-03"), ["lost_revenue", "lost_margin"]].tolist() == [0, 0]


def test_margin_of_lost_units_without_cost_is_not_available_and_not_zero():
    items = items_of(grill="grills")
    found = gaps(
        items,
        consensus_rows(("grill", "2026-03", 10, 50.0)),
        fulfilment_rows(("grill", "2026-03", 10, 8, 0, 2)),
        table("unit_costs", [], []),
    )
    assert pd.isna(found["lost_margin"][0])
    assert found["lost_revenue"][0] == pytest.approx(100)
