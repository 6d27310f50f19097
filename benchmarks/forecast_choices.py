"""Why the forecasts are made as they are: each choice beside what it replaced, on rolling origins inside the training parts only.

make forecast_choices     (some CPU minute). The hold-outs of the accuracy benchmark are not read by anything here.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np

from benchmarks.forecast_sets import SEASON, splits
from sopkit.demand import weights
from sopkit.demand.combination import combination
from sopkit.demand.kernels import KERNELS, Panel, complex_smoothing, damped, dynamic_theta, holt_winters, right_aligned, season
from sopkit.demand.kernels.averaging import akaike_weights
from sopkit.demand.models import TIERS

# months cut from the end, months forecast, most months known; by data set
TASKS = {
    "tourism_monthly": ((24, 24, None), (48, 24, None), (24, 18, 60), (60, 18, 100), (100, 18, 72)),
    "pbs_pharma": ((18, 18, None), (36, 18, None), (60, 18, 72), (30, 18, 100)),
    "stallion_beverages": ((6, 6, None), (12, 6, None), (18, 6, None)),
}
LEAST = 24  # months known
Forecaster = Callable[[Panel, int], np.ndarray]


def main() -> None:
    """Print the mean error relative to seasonal naive of each choice and of what it replaced."""
    tasks = list(prepared())
    standard, fast = TIERS["standard"], TIERS["fast"]
    print("MASE relative to seasonal naive, geometric mean over rolling origins:", ", ".join(TASKS))
    for name in ("theta", *standard):
        show(name, tasks, KERNELS[name])
        with fixed_season():
            show(f"{name}, season fixed", tasks, KERNELS[name])
        if name != "theta":
            with best_setting():
                show(f"{name}, best setting of the grid", tasks, KERNELS[name])
    for names, said in ((fast, "fast"), (standard, "standard")):
        show(f"{said}, equal weights", tasks, pool(names, "equal"))
        show(f"{said}, weights by skill", tasks, pool(names, "skill"))
    with mock.patch.object(weights, "CLEARLY_WORSE", 1.1):
        show("standard, dropped at 1.1 times naive", tasks, pool(standard, "skill"))
    show("standard, median", tasks, lambda panel, horizon: np.median([KERNELS[name](panel, horizon) for name in standard], axis=0))


def prepared() -> Iterator[tuple[str, Panel, np.ndarray]]:
    """Data set, what was known at an origin, and what came: inside the training parts."""
    for split in splits():
        for cut, horizon, most in TASKS[split.name]:
            known = [y[: len(y) - cut][-(most or len(y)) :] for y in split.train]
            came = [y[len(y) - cut :][:horizon] for y in split.train]
            chosen = [row for row, y in enumerate(known) if len(y) >= LEAST and len(came[row]) == horizon]
            yield split.name, right_aligned([known[row] for row in chosen], SEASON), np.array([came[row] for row in chosen])


def show(said: str, tasks: list, forecaster: Forecaster) -> None:
    """One line: by data set."""
    found: dict[str, list[float]] = {name: [] for name in TASKS}
    for name, panel, came in tasks:
        fresh = Panel(panel.values, SEASON)  # nothing is remembered from another choice
        found[name].append(np.log(scaled(fresh, came, forecaster) / scaled(fresh, came, KERNELS["seasonal_naive"])))
    print(f"{said:<52}" + "".join(f"{np.exp(np.mean(values)):>9.3f}" for values in found.values()), flush=True)


def scaled(panel: Panel, came: np.ndarray, forecaster: Forecaster) -> float:
    """MASE of a forecaster on one task."""
    scale = np.nanmean(np.abs(panel.values[:, SEASON:] - panel.values[:, :-SEASON]), axis=1)
    error = np.abs(forecaster(panel, came.shape[1]) - came).mean(axis=1)
    return float((error[scale > 0] / scale[scale > 0]).mean())


def pool(names: tuple[str, ...], rule: str) -> Forecaster:
    """A pool as a forecaster."""
    return lambda panel, horizon: combination(panel, names, horizon=horizon, origins=5, minimum_history=6, weights=rule).forecast(horizon)


@contextmanager
def fixed_season() -> Iterator[None]:
    """Factors that never change, the mean over all years: what Theta's authors used."""
    with mock.patch.object(season, "DISCOUNTS", (1.0,)):
        yield


@contextmanager
def best_setting() -> Iterator[None]:
    """The one setting of least squared error in place of the average."""

    def sharp(squared: np.ndarray, parameters: np.ndarray, length: np.ndarray, power: np.ndarray) -> np.ndarray:
        return np.eye(len(squared))[:, squared.argmin(axis=0)]

    modules = [__import__(f"sopkit.demand.kernels.{name}", fromlist=["akaike_weights"]) for name in MODULES]
    patches = [mock.patch.object(module, akaike_weights.__name__, sharp) for module in modules]
    for patch in patches:
        patch.start()
    yield
    for patch in patches:
        patch.stop()


MODULES = tuple(kernel.__module__.rsplit(".", 1)[1] for kernel in (damped, dynamic_theta, holt_winters, complex_smoothing))

if __name__ == "__main__":
    main()
