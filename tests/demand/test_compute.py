"""The pool in the same chunks here and on a dask cluster: the same numbers to the last bit; and which of the two is used."""

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.demand.combination import combination
from sopkit.demand.compute import BREAK_EVEN, Compute
from sopkit.demand.hierarchy import coherent_forecast
from sopkit.demand.kernels import right_aligned
from sopkit.demand.models import TIERS
from sopkit.demand.policy import DemandPolicy
from sopkit.errors import InfrastructureError
from sopkit.periods import period_range

KNOBS = {"horizon": 6, "origins": 3, "minimum_history": 6}


def panel(series: int = 37):
    """Ragged series, seasonal, seldom sold and silent ones among them."""
    random = np.random.default_rng(1)
    found = []
    for number in range(series):
        length = int(random.integers(3, 60))
        season = 1 + 0.4 * np.sin(np.arange(length) * 2 * np.pi / 12)
        values = random.gamma(3, 20, length) * season
        found.append(np.where(random.random(length) < (number % 5) / 6, 0.0, values))
    return right_aligned(found, 12)


def results(compute: Compute) -> list[np.ndarray]:
    pool = combination(panel(), TIERS["standard"], **KNOBS, compute=compute)
    return [pool.forecast(6), pool.quantiles([0.1, 0.9], 6), pool.weight, pool.past.actual, pool.past.stand_in]


def test_chunks_change_no_number_but_for_the_order_of_sums() -> None:
    whole, cut = results(Compute()), results(Compute(chunk=10))
    for one, other in zip(whole, cut, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-9)


@pytest.fixture(scope="module")
def address():
    """The scheduler of a cluster in this process."""
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster:
        yield cluster.scheduler_address


def test_the_cluster_gives_the_numbers_of_here(address: str) -> None:
    there = Compute(address, least_series=0, chunk=10)
    assert there.told(37, TIERS["standard"]) == f"37 series on the dask cluster at {address}, 4 chunks"
    for one, other in zip(results(Compute(chunk=10)), results(there), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_tables_of_step_2_are_the_same(address: str) -> None:
    random = np.random.default_rng(6)
    rows = [
        {"item": item, "region": region, "channel": "retail", "period": period, "quantity": units, "sold_quantity": units}
        | {"revenue": units, "source": "sales"}
        for item in ("A", "B", "C")
        for region in ("NO", "SE")
        for period, units in zip(period_range("2023-01", 36), random.gamma(4, 25, 36), strict=True)
    ]
    history = conform(pd.DataFrame(rows), CONTRACTS["demand_history"])
    named = [{"item": item, "item_name": item, "family": "F", "supply_strategy": "stock"} for item in "ABC"]
    items = conform(pd.DataFrame(named), CONTRACTS["items"])
    knobs = {"cutoff": "2025-12", "horizon": 6, "models": TIERS["fast"], "origins": 3}
    here, there = (
        coherent_forecast(history, items, policy, **knobs)
        for policy in (DemandPolicy(), DemandPolicy(compute="dask", address=address, cluster_series=0))
    )
    pd.testing.assert_frame_equal(here.table, there.table, check_exact=True)
    pd.testing.assert_frame_equal(here.levels, there.levels, check_exact=True)
    assert here.correlation == there.correlation
    assert "dask cluster" in there.computed and here.computed == "6 series here"


def test_below_the_break_even_it_is_run_here_and_said_so() -> None:
    few = Compute("tcp://nowhere:1")  # never asked
    assert not few.remote(BREAK_EVEN - 1, TIERS["fast"]) and few.remote(BREAK_EVEN, TIERS["fast"])
    assert few.told(37, TIERS["fast"]) == "37 series here: below 20,000 a cluster costs more than it brings"
    assert "global_trees cannot be divided" in few.told(BREAK_EVEN, TIERS["best"])
    for one, other in zip(results(Compute()), results(few), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr("sopkit.demand.compute.SECONDS", 0.2)
    with pytest.raises(InfrastructureError, match="cannot be reached"):
        results(Compute("tcp://127.0.0.1:1", least_series=0, chunk=10))


def test_dask_needs_an_address() -> None:
    with pytest.raises(ValidationError, match="no address of a scheduler"):
        DemandPolicy(compute="dask")
