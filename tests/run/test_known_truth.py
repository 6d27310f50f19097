"""Step 1 against what was planted in the demo company: bands that the raw values and the claims fail."""

import pytest

from benchmarks.known_truth import Recovered, figures, recovered
from sopkit.run.sample.company import CLAIMED_UPLIFT, DEFAULT_SEED, TRUE_UPLIFT


@pytest.fixture(scope="module")
def worlds() -> list[Recovered]:
    return [recovered(DEFAULT_SEED + number, "small") for number in range(4)]


def test_the_hidden_demand_is_found_and_estimated(worlds: list[Recovered]) -> None:
    """The recorded demand has the error 1; the estimate has at most a third of that, in each world and over all."""
    for world in worlds:
        hidden = world.hidden
        assert (hidden["hidden_quantity"] > 0).all()
        assert abs(hidden["hidden_quantity"].sum() / hidden["planted"].sum() - 1) < 0.35
    assert figures(worlds)["hidden demand, error of the estimate"] < 0.25
    assert figures(worlds)["hidden demand, 80 % interval covers"] >= 0.75


def test_what_was_not_planted_is_left_alone(worlds: list[Recovered]) -> None:
    assert sum(len(world.false_alarms) for world in worlds) <= 1
    looked_at = sum(len(world.stock_outs) for world in worlds)
    assert looked_at > 20  # empty shelves there are; orders kept coming


def test_the_uplift_is_measured_and_the_claim_is_refuted(worlds: list[Recovered]) -> None:
    results = figures(worlds)
    assert results["uplift, mean absolute error of the estimate"] < 0.5 * (CLAIMED_UPLIFT - TRUE_UPLIFT)
    assert results["uplift, 90 % interval of one campaign covers"] >= 0.85
    for world in worlds:
        assert world.uplift["uplift_low"] < TRUE_UPLIFT + 0.05 and world.uplift["uplift_high"] > TRUE_UPLIFT - 0.05
        assert world.uplift["uplift_high"] < CLAIMED_UPLIFT + 0.02
    assert sum(world.uplift["claim"] == "missed" for world in worlds) >= 3


def test_indicators_and_suppliers_are_told_as_they_are(worlds: list[Recovered]) -> None:
    results = figures(worlds)
    assert results["leading indicator found at its lead"] == 1
    assert results["unrelated indicator taken for a leading one"] <= 0.25
    assert results["late supplier named"] == 1
    assert results["its on-time share, mean absolute error"] < 0.03
