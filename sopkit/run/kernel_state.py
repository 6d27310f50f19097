"""Inside the kernel: the same starting state for every notebook, whatever ran in the kernel before."""

import os
import random
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

_first_state: dict[str, Any] = {}


def begin(environment: Mapping[str, str]) -> None:
    """Put names, environment, folder, warnings, random numbers, plots and frame options back to the start, then add `environment`."""
    if _first_state:
        get_ipython().reset(new_session=True)  # type: ignore[union-attr]
    else:
        _first_state.update(environ=dict(os.environ), folder=Path.cwd(), filters=list(warnings.filters), path=list(sys.path))
    os.environ.clear()
    os.environ.update(_first_state["environ"] | dict(environment))
    os.chdir(str(_first_state["folder"]))
    sys.path[:] = _first_state["path"]
    warnings.resetwarnings()
    warnings.filters.extend(_first_state["filters"])  # type: ignore[attr-defined]
    _settle_numbers()
    if "matplotlib" in sys.modules:
        _settle_plots()
    if "pandas" in sys.modules:
        _settle_frames()


def _settle_numbers() -> None:
    import numpy as np

    random.seed(0)
    np.random.seed(0)  # noqa: NPY002 - the global generator, should anything use it
    np.seterr(divide="warn", over="warn", under="ignore", invalid="warn")
    np.set_printoptions(edgeitems=3, threshold=1000, precision=8, suppress=False, linewidth=75)


def _settle_plots() -> None:
    import matplotlib

    backend = os.environ.get("MPLBACKEND", "agg")
    matplotlib.rcdefaults()
    matplotlib.use(backend)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def _settle_frames() -> None:
    import pandas as pd

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pd.reset_option("^display")
        pd.reset_option("^mode")
