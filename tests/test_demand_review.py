"""The review of the second demo cycle: scores traced from frozen layers and recorded orders in plain Python; a plan that adds up."""

import pandas as pd
import pytest

from sopkit.periods import months_between

CUTOFF = "2026-02"
CELL = ["item", "region", "channel", "period"]


@pytest.fixture(scope="module")
def tables(finished):
    return {path.stem: pd.read_parquet(path) for path in (finished / "tables").glob("*.parquet")}


def frozen(tables) -> pd.DataFrame:
    """Every frozen forecast that step 1 could see: handed in, or frozen by the cycle before (which wins)."""
    handed = tables["forecast_snapshots"]
    earlier = tables["forecast_layers"].query("made_in != '2026-03'")
    return pd.concat([earlier, handed]).drop_duplicates(["layer", "made_in", *CELL])


@pytest.mark.parametrize(("layer", "lag"), [("consensus", 1), ("consensus", 2), ("consensus", 3), ("sales", 2)])
def test_accuracy_is_that_of_the_frozen_layers_on_recorded_orders(tables, layer, lag):
    family = tables["items"].set_index("item")["family"]
    history = tables["demand_history"]
    hidden = (history["uncensored_quantity"].fillna(history["quantity"]) - history["quantity"]).abs() > 1e-6
    came = {tuple(row[CELL]): (row["quantity"], hid) for (_, row), hid in zip(history.iterrows(), hidden, strict=True)}
    layers = frozen(tables).query("layer == @layer and period <= @CUTOFF")
    layers = layers[[months_between(made, month) == lag for made, month in zip(layers["made_in"], layers["period"], strict=True)]]
    said = {tuple(row[CELL]): row["quantity"] for _, row in layers.iterrows()}
    covered = {(family[cell[0]], cell[3]) for cell in said}
    error = total = 0.0
    for cell in set(said) | {cell for cell in came if (family[cell[0]], cell[3]) in covered}:
        actual, hid = came.get(cell, (0.0, False))
        if not hid:
            error += abs(said.get(cell, 0.0) - actual)
            total += actual
    told = tables["forecast_accuracy"].set_index(["layer", "family", "lag"]).loc[(layer, "*", lag)]
    assert told["months"] == layers["period"].nunique()
    assert told["wape_ratio"] == pytest.approx(error / total, abs=1e-6)


def test_the_consensus_is_coherent_to_the_unit(tables):
    plan = tables["consensus_demand"]
    for part in ("baseline", "lifecycle", "override", "quantity"):
        assert (plan[part] % 1 == 0).all(), part
    assert (plan["baseline"] + plan["lifecycle"] + plan["override"] == plan["quantity"]).all()
    levels = tables["reconciliation"]
    assert (levels["coherent_quantity"] - levels["coherent_quantity"].iloc[0]).abs().max() < 1e-3
    driven = tables["statistical_forecast"]["driver_quantity"].sum()  # campaigns ahead come on top of what the levels agree on
    assert abs(plan["baseline"].sum() - driven - levels["coherent_quantity"].iloc[0]) < 1


def test_every_override_and_every_deal_has_its_outcome(tables):
    assert set(tables["override_log"]["override"]) == set(tables["overrides"]["override"])
    refused = tables["override_log"].query("outcome == 'refused'")
    reasons = tables["overrides"].set_index("override")["reason_code"]
    assert {"budget_gap", "capacity"} <= set(reasons[refused["override"]])
    counted = tables["opportunities"].set_index("opportunity").loc[tables["crm_demand"]["opportunity"]]
    assert not counted["in_baseline"].any()
    assert "lost" not in set(counted["stage"])


def test_the_pipeline_is_frozen_as_a_layer(tables):
    mine = tables["forecast_layers"].query("layer == 'crm' and made_in == '2026-03'")
    family = tables["items"].set_index("item")["family"]
    base = tables["statistical_forecast"]
    base = base[base["item"].map(family).isin(set(tables["crm_demand"]["item"].map(family)))]
    assert mine["quantity"].sum() == pytest.approx(base["quantity"].sum() + tables["crm_demand"]["expected_quantity"].sum(), rel=1e-9)
