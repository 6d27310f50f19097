"""The known truth of the demo company: what tests and benchmarks compare the suite's answers with. Nothing else reads it."""

import pandas as pd

from sopkit.run.sample.company import (
    CANNIBALISED_SHARE,
    CLAIMED_UPLIFT,
    FAMILIES,
    LAUNCH_UNITS,
    SALES_BIAS,
    STOCK_OUT_PERIOD,
    TRUE_UPLIFT,
)
from sopkit.run.sample.market import LEADING, TRUE_LEAD, UNRELATED
from sopkit.run.sample.plant import SUPPLIERS, VALVE_LIMIT
from sopkit.run.sample.world import World

BOTTLENECK, CRUNCH_PERIOD = "coating", "2026-05"


def known_truth(world: World, hidden: pd.DataFrame) -> dict[str, object]:
    """What was planted, by name; units, shares and months."""
    at = [world.month(f"2026-{month:02d}") for month in range(1, 13)]
    expected = {family.name: round(float(world.expected[world.rows_of(family.name)][:, :, at].sum()), 1) for family in FAMILIES}
    lost = hidden.groupby(world.items["item"].to_numpy()[hidden["item_at"]])["quantity"].sum()
    return {
        "schema": 1,
        "seed": world.seed,
        "size": world.size,
        "promotion_lift_share": TRUE_UPLIFT,
        "claimed_uplift_share": CLAIMED_UPLIFT,
        "sales_bias_share_on_retail_grills": SALES_BIAS,
        "leading_indicator": LEADING,
        "leading_indicator_months": TRUE_LEAD,
        "unrelated_indicator": UNRELATED,
        "stock_out_period": STOCK_OUT_PERIOD,
        "stock_out_hidden_units": float(hidden["quantity"].sum()),
        "stock_out_hidden_by_item": {item: float(units) for item, units in sorted(lost.items())},
        "bottleneck_resource": BOTTLENECK,
        "bottleneck_period": CRUNCH_PERIOD,
        "hour_worth": _hour_worth(world),
        "late_supplier": "L-100",
        "late_supplier_on_time_share": SUPPLIERS["L-100"][3],
        "valve_limit": VALVE_LIMIT,
        "launch_units": LAUNCH_UNITS,
        "cannibalised_share": CANNIBALISED_SHARE,
        "expected_units_2026": expected,
    }


def _hour_worth(world: World) -> dict[str, float]:
    """Contribution that one more coating hour brings, from the item it is least to the one it is most worth; money per hour."""
    from sopkit.run.sample.money import VARIABLE_SHARE

    coated = world.items[world.items["coating"].notna()]
    worth = (coated["price"] - coated["unit_cost"] * VARIABLE_SHARE) / coated["coating"]
    return {"least": round(float(worth.min()), 1), "most": round(float(worth.max()), 1)}
