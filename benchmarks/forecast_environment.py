"""The peers' own environment: never in the suite's lock."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.forecast_sets import SEASON

PINS = ("statsforecast==2.1.1", "sktime==1.2.0", "statsmodels>=0.14")


def peers_python() -> Path:
    """The interpreter of the environment that `SOPKIT_PEERS` names (default: below the temporary folder), made where it is missing."""
    folder = Path(os.environ.get("SOPKIT_PEERS", Path(tempfile.gettempdir()) / "sopkit-peers"))
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS], check=True)
        (folder / "ready").touch()
    return python


def peers(series: Sequence[np.ndarray], horizon: int, models: Sequence[str]) -> dict[str, np.ndarray]:
    """Forecasts, CPU seconds and failures of each peer: what `benchmarks/forecast_peers.py` writes."""
    with tempfile.TemporaryDirectory(prefix="sopkit-peers-") as folder:
        given, found = Path(folder) / "in.npz", Path(folder) / "out.npz"
        np.savez(given, values=np.concatenate(series), length=[len(y) for y in series], horizon=horizon, season=SEASON, models=list(models))
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [str(peers_python()), str(Path(__file__).with_name("forecast_peers.py")), str(given), str(found)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)  # sktime warns once per series
        if done.returncode:
            raise SystemExit(f"the peers failed: {done.stderr[-2000:]}")
        with np.load(found) as table:
            return {name: table[name] for name in table.files}
