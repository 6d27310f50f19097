"""Where the pool is run: here, or in coarse chunks of series on a dask cluster (extra `cluster`).

Here the series are cut into the same chunks, so that the numbers are the same to the last bit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from sopkit.demand.kernels import KERNELS, Panel
from sopkit.demand.rolling import PARTS, Rolling, rolling
from sopkit.errors import InfrastructureError, ParamsError, Problem

if TYPE_CHECKING:
    from distributed import Client

Made = TypeVar("Made")
CHUNK = 5_000  # series that are one task: thousands, as a task of a few costs more to send than to do
BREAK_EVEN = 20_000  # series below which a cluster costs more than it brings
SECONDS = 30  # to find the scheduler


@dataclass(frozen=True)
class Compute:
    """Where a pool is run."""

    address: str | None = None  # of a dask scheduler, as tcp://host:8786; None = here
    least_series: int = BREAK_EVEN  # below it the pool is run here whatever the address
    chunk: int = CHUNK  # series in a task

    def remote(self, series: int, models: Sequence[str]) -> bool:
        """Whether a pool of these models on so many series goes to the cluster."""
        return self.address is not None and series >= self.least_series and _alone(models)

    def told(self, series: int, models: Sequence[str]) -> str:
        """In words, where it is run and why."""
        if self.remote(series, models):
            return f"{series:,} series on the dask cluster at {self.address}, {-(-series // self.chunk)} chunks"
        if self.address is None:
            return f"{series:,} series here"
        if not _alone(models):
            return f"{series:,} series here: {', '.join(name for name in models if name not in KERNELS)} cannot be divided into chunks"
        return f"{series:,} series here: below {self.least_series:,} a cluster costs more than it brings"


HERE = Compute()


def rolled(panel: Panel, models: Sequence[str], *, horizon: int, origins: int, minimum_history: int, compute: Compute = HERE) -> Rolling:
    """`rolling`, chunk by chunk where there are more series than a chunk holds."""
    if len(panel.values) <= compute.chunk or not _alone(models):
        return rolling(panel, models, horizon=horizon, origins=origins, minimum_history=minimum_history)
    asked = (tuple(models), horizon, origins, minimum_history)
    return _joined(_mapped(_rolling_task, [(part, *asked) for part in _chunks(panel, compute.chunk)], panel, models, compute))


def forecasts(panel: Panel, models: Sequence[str], horizon: int, compute: Compute = HERE) -> np.ndarray:
    """Forecasts of kernels (models, series, horizon), chunk by chunk where there are more series than a chunk holds."""
    tasks = [(part, tuple(models), horizon) for part in _chunks(panel, compute.chunk)]
    return np.concatenate(_mapped(_forecast_task, tasks, panel, models, compute), axis=1)


def _alone(models: Sequence[str]) -> bool:
    """Whether every model forecasts each series from that series alone."""
    return all(name in KERNELS for name in models)


def _chunks(panel: Panel, size: int) -> list[Panel]:
    """The panel cut into panels of whole rows, every one with all its columns."""
    return [Panel(panel.values[start : start + size], panel.season_length) for start in range(0, len(panel.values), size)]


def _rolling_task(asked: tuple[Panel, tuple[str, ...], int, int, int]) -> Rolling:
    panel, models, horizon, origins, minimum_history = asked
    return rolling(panel, models, horizon=horizon, origins=origins, minimum_history=minimum_history)


def _forecast_task(asked: tuple[Panel, tuple[str, ...], int]) -> np.ndarray:
    panel, models, horizon = asked
    return np.stack([KERNELS[name](panel, horizon) for name in models])


def _joined(parts: list[Rolling]) -> Rolling:
    """The parts of one panel, series after series."""
    first = parts[0]
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in PARTS}
    forecast = {name: np.concatenate([part.forecast[name] for part in parts]) for name in first.forecast}
    return Rolling(np.concatenate([part.length for part in parts]), first.season_length, first.cuts, forecast=forecast, **whole)


def _mapped(task: Callable[[Any], Made], asked: list[Any], panel: Panel, models: Sequence[str], compute: Compute) -> list[Made]:
    """The task on each chunk, here or on the cluster; results in the order of the chunks."""
    if not compute.remote(len(panel.values), models):
        return [task(one) for one in asked]
    with _client(str(compute.address)) as client:
        made: list[Made] = client.gather(client.map(task, asked, pure=False))
        return made


def _client(address: str) -> "Client":
    """A client of the scheduler.

    Raises:
        ParamsError: the extra is not installed.
        InfrastructureError: the scheduler does not answer.
    """
    try:
        from distributed import Client
    except ImportError:
        hint = "Install sopkit[cluster], or leave demand.compute at local."
        raise ParamsError("no cluster can be used", [Problem("demand.compute", "dask", "the extra `cluster`", hint)]) from None
    try:
        return Client(address, timeout=SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        hint = "Start the scheduler, mend demand.address, or leave demand.compute at local."
        problem = Problem("demand.address", f"{address}: {type(error).__name__}", "a dask scheduler that answers", hint)
        raise InfrastructureError("the cluster cannot be reached", [problem]) from None
