"""From how many series on a dask cluster pays, by number of workers: a *standard* pool here, beside what a cluster leaves here.

python -m benchmarks.cluster_break_even [series series]    (default 5000 15000; needs the extra `cluster`)

Made series, six years of months; backtest and forecast, no quantiles. Measured are the CPU seconds of the whole here, those of the parts
that chunks take over, and those that this process spends on a LocalCluster's behalf (packing, sending, joining): CPU time, so that other
work on the machine does not count. For workers as fast as this core on idle machines it is then told from how many series on

    left here + sent + chunks' seconds x ceil(chunks / workers) / chunks + 1 s to connect and schedule  <  all here,

each straight in the number of series through the two sizes measured. With one chunk a cluster cannot win at all.
"""

import os
import sys
import time

import numpy as np

from sopkit.demand import compute
from sopkit.demand.combination import combination
from sopkit.demand.compute import CHUNK, HERE, Compute
from sopkit.demand.kernels import Panel
from sopkit.demand.models import TIERS

SERIES, MONTHS, HORIZON, ORIGINS = (5_000, 15_000), 72, 12, 5
WORKERS = (2, 4, 8, 16)
CONNECT = 1.0  # seconds to find the scheduler and hand out tasks, on an idle machine
LARGEST = 10_000_000  # series


def made(series: int) -> Panel:
    """Seasonal series with noise."""
    random = np.random.default_rng(series)
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    return Panel(random.gamma(5, 20, (series, 1)) * wave * random.lognormal(0, 0.1, (series, MONTHS)), 12)


def seconds(panel: Panel, place: Compute) -> float:
    """CPU seconds of this process for a pool from fit to forecast."""
    start = time.process_time()
    pool = combination(panel, TIERS["standard"], horizon=HORIZON, origins=ORIGINS, minimum_history=6, compute=place)
    pool.forecast(HORIZON)
    return time.process_time() - start


def chunk_seconds(panel: Panel) -> float:
    """CPU seconds of what chunks take over: the backtest and the forecasts."""
    start = time.process_time()
    compute.rolled(panel, TIERS["standard"], horizon=HORIZON, origins=ORIGINS, minimum_history=6)
    compute.forecasts(panel, TIERS["standard"], HORIZON)
    return time.process_time() - start


def break_even(here: np.ndarray, taken: np.ndarray, far: np.ndarray, workers: int) -> int | None:
    """Fewest series from which on the cluster is faster; None = never. Each argument is (seconds at none, seconds per series)."""
    series = np.arange(CHUNK, LARGEST, CHUNK)
    chunks = series // CHUNK
    there = CONNECT + far[0] + far[1] * series + (taken[0] + taken[1] * series) * -(-chunks // workers) / chunks
    wins = there < here[0] + here[1] * series
    return int(series[np.flatnonzero(~wins)[-1] + 1]) if not wins.all() and wins[-1] else int(series[0]) if wins.all() else None


def line(sizes: list[int], measured: list[float]) -> np.ndarray:
    """Seconds at none and per series of the straight line through two sizes; not below zero at none."""
    slope = (measured[1] - measured[0]) / (sizes[1] - sizes[0])
    return np.array([max(measured[0] - slope * sizes[0], 0.0), slope])


def main() -> None:
    """Measure and print."""
    from distributed import LocalCluster

    sizes = [int(word) for word in sys.argv[1:]] or list(SERIES)
    with LocalCluster(n_workers=min(os.cpu_count() or 1, 2), threads_per_worker=1, dashboard_address=None) as cluster:
        there = Compute(cluster.scheduler_address, least_series=0)
        seconds(made(500), there)  # imports are not what is measured
        panels = [made(series) for series in sizes]
        here, taken, far = ([of(panel) for panel in panels] for of in (_here, chunk_seconds, lambda panel: seconds(panel, there)))
    for series, *told in zip(sizes, here, taken, far, strict=True):
        print(f"{series:8,} series: here {told[0]:.2f} CPU s, of it in chunks {told[1]:.2f}; with a cluster left here {told[2]:.2f}")
    lines = [line(sizes, one) for one in (here, taken, far)]
    for workers in WORKERS:
        found = break_even(*lines, workers)
        print(f"{workers:3} workers: {'a cluster never pays' if found is None else f'a cluster pays from {found:,} series on'}")


def _here(panel: Panel) -> float:
    return seconds(panel, HERE)


if __name__ == "__main__":
    main()
