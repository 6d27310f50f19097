"""Speed of the tiers through the sktime interface beside their peers, on one core, in one run.

make forecast_speed     (some two CPU minutes; the first time it makes the peers' environment)

Series are made, seasonal with noise, six years of months. CPU seconds are of one process and one thread: medians of three interleaved
repeats for ours, one run for the peers, on the first of the same series. Memory is the peak of a process of its own.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import json
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.forecast_environment import peers

SERIES, LARGE, PERIODS, HORIZON, SEASON = 3_000, 30_000, 72, 12, 12
REPEATS = 3
PEERS = {"AutoETS": 150, "AutoTheta": 150, "DynamicOptimizedTheta": 150, "AutoCES": 150, "sktime Theta": 150}  # series each is timed on
STEPS = list(range(1, HORIZON + 1))


def panel(count: int) -> pd.DataFrame:
    """Series as sktime wants them; the first ones are the same whatever the count."""
    time_index = pd.period_range("2020-01", periods=PERIODS, freq="M")
    index = pd.MultiIndex.from_product([np.arange(count), time_index], names=["series", "month"])
    return pd.DataFrame({"quantity": cells(count).ravel()}, index=index)


def cells(count: int) -> np.ndarray:
    """Level x season x noise: (series, months)."""
    rng = np.random.default_rng(0)
    wave = 1 + 0.3 * np.sin(2 * np.pi * np.arange(PERIODS) / SEASON)
    return rng.uniform(10, 500, (count, 1)) * wave * rng.lognormal(0, 0.2, (count, PERIODS))


def works() -> dict[str, Callable[[pd.DataFrame], object]]:
    """What is timed, by name: from a frame to forecasts."""
    from sopkit.demand.panel import PoolForecaster, ThetaPanel

    def quantiles(frame: pd.DataFrame) -> object:
        return PoolForecaster(tier="fast").fit(frame).predict_quantiles(fh=STEPS, alpha=[0.1, 0.5, 0.9])

    return {
        "our Theta": lambda frame: ThetaPanel().fit(frame).predict(fh=STEPS),
        "fast": lambda frame: PoolForecaster(tier="fast").fit(frame).predict(fh=STEPS),
        "standard, equal weights": lambda frame: PoolForecaster(tier="standard", weights="equal").fit(frame).predict(fh=STEPS),
        "fast, five origins, weights by skill": lambda frame: PoolForecaster(tier="fast", weights="skill").fit(frame).predict(fh=STEPS),
        "standard (five origins, weights by skill)": lambda frame: PoolForecaster(tier="standard").fit(frame).predict(fh=STEPS),
        "fast with quantiles": quantiles,
    }


def main() -> None:
    """Measure and print."""
    warnings.filterwarnings("ignore")
    frame, seconds = panel(SERIES), {name: [] for name in works()}
    for work in works().values():
        work(frame.iloc[: 50 * PERIODS])  # imports and caches are not what is measured
    for _ in range(REPEATS):
        for name, work in works().items():
            start = time.process_time()
            work(frame)
            seconds[name].append(time.process_time() - start)
    rates = {name: SERIES / statistics.median(values) for name, values in seconds.items()}
    for name, rate in rates.items():
        print(f"{name:<44}{rate:>10,.0f} series/s")
    peer_rates = {}
    for name, count in PEERS.items():
        found = peers(list(cells(count)), HORIZON, [name])
        peer_rates[name] = count / float(found[f"{name} seconds"])
        print(f"{name:<44}{peer_rates[name]:>10,.0f} series/s   (on {count})")
    print(f"our Theta against sktime's: {rates['our Theta'] / peer_rates['sktime Theta']:,.0f} times")
    print(f"fast against AutoETS: {rates['fast'] / peer_rates['AutoETS']:,.0f} times")
    small, large = (json.loads(in_a_process(count)) for count in (SERIES, LARGE))
    for one in (small, large):
        print(f"fast with quantiles, {one['series']:,} series: {one['seconds']:.1f} CPU s, peak {one['megabytes']:.0f} MB")
    print(f"ten times the series cost {large['seconds'] / small['seconds']:.1f} times the seconds")


def in_a_process(count: int) -> str:
    """Seconds and peak memory of *fast* with quantiles in a process of its own, as JSON."""
    command = [sys.executable, "-m", "benchmarks.forecast_speed", str(count)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]


def alone(count: int) -> None:
    """One measurement in this process, printed as JSON."""
    warnings.filterwarnings("ignore")
    frame, work = panel(count), works()["fast with quantiles"]
    start = time.process_time()
    work(frame)
    seconds = time.process_time() - start
    print(json.dumps({"series": count, "seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


if __name__ == "__main__":
    alone(int(sys.argv[1])) if len(sys.argv) > 1 else main()
