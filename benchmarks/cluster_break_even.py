"""From how many series on a dask cluster pays: wall seconds of a *standard* pool here and on a LocalCluster, by number of series.

python -m benchmarks.cluster_break_even [series ...]    (default 5000 20000 40000; needs the extra `cluster`)

Made series, six years of months; backtest and forecast, no quantiles; the cluster is warm, its start is told apart. A ratio below 1 means
that the cluster was faster. On a machine whose cores are busy otherwise a cluster of the same machine can only lose.
"""

import os
import sys
import time

import numpy as np

from sopkit.demand.combination import combination
from sopkit.demand.compute import HERE, Compute
from sopkit.demand.kernels import Panel
from sopkit.demand.models import TIERS

SERIES, MONTHS, HORIZON, ORIGINS = (5_000, 20_000, 40_000), 72, 12, 5


def made(series: int) -> Panel:
    """Seasonal series with noise."""
    random = np.random.default_rng(series)
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(MONTHS) / 12)
    return Panel(random.gamma(5, 20, (series, 1)) * wave * random.lognormal(0, 0.1, (series, MONTHS)), 12)


def seconds(panel: Panel, compute: Compute) -> float:
    """Wall seconds of a pool from fit to forecast."""
    start = time.perf_counter()
    pool = combination(panel, TIERS["standard"], horizon=HORIZON, origins=ORIGINS, minimum_history=6, compute=compute)
    pool.forecast(HORIZON)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    from distributed import LocalCluster

    sizes = [int(word) for word in sys.argv[1:]] or list(SERIES)
    start = time.perf_counter()
    with LocalCluster(n_workers=os.cpu_count(), threads_per_worker=1, dashboard_address=None) as cluster:
        there = Compute(cluster.scheduler_address, least_series=0)
        seconds(made(sizes[0]), there)
        print(f"{os.cpu_count()} workers, {time.perf_counter() - start:.1f} s to start and warm up")
        for series in sizes:
            panel = made(series)
            here, far = seconds(panel, HERE), seconds(panel, there)
            print(f"{series:8,} series: here {here:7.1f} s, cluster {far:7.1f} s, ratio {far / here:.2f}")


if __name__ == "__main__":
    main()
