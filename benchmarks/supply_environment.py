"""The modelling languages that the supply benchmark stands beside, in an environment of their own: never in the suite's lock."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np

from benchmarks.supply_reference import Reference

PINS = ("linopy==0.10.1", "pulp==3.3.2", "pyomo==6.10.1", "highspy==1.15.1")
PEERS = ("linopy", "pulp", "pyomo")


def peers_python() -> Path:
    """The interpreter of the environment that `SOPKIT_SUPPLY_PEERS` names, made where it is missing (default: a temporary folder)."""
    folder = Path(os.environ.get("SOPKIT_SUPPLY_PEERS", Path(tempfile.gettempdir()) / "sopkit-supply-peers"))
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", *PINS], check=True)
        (folder / "ready").touch()
    return python


def peers(data: Reference) -> dict[str, dict[str, float]]:
    """Build and solve seconds, objective and peak memory of each peer, each in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = {}
    with tempfile.TemporaryDirectory(prefix="sopkit-supply-") as folder:
        given = Path(folder) / "data.npz"
        np.savez(given, **{field.name: getattr(data, field.name) for field in fields(data)})
        for name in PEERS:
            command = [str(peers_python()), str(Path(__file__).with_name("supply_peers.py")), name, str(given)]
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(f"{name} failed: {done.stderr[-2000:]}")
            found[name] = json.loads(done.stdout.splitlines()[-1])
    return found
