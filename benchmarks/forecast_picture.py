"""The picture of README: accuracy against speed of the tiers and all peers, from docs/forecast_benchmark.json.

make forecast_picture
"""

import json

import matplotlib
import numpy as np

matplotlib.use("Agg")

from matplotlib import pyplot as plt

from benchmarks.forecast_accuracy import RESULTS
from sopkit.run import places

OURS = ("fast", "standard", "best", "our Theta")
NAIVE = "seasonal naive"
TARGET = RESULTS.with_suffix(".svg")


def main() -> None:
    """Draw and write."""
    results = json.loads((places.suite_root() / RESULTS).read_text())
    figure = picture(points(results), len(results))
    unmarked = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(places.suite_root() / TARGET, metadata=unmarked, bbox_inches="tight")


def points(results: dict) -> dict[str, tuple[float, float]]:
    """Series per second and error relative to seasonal naive of each model: geometric means over the data sets."""
    sets = list(results.values())
    names = [name for name in sets[0]["models"] if name != NAIVE]
    return {
        name: (
            _mean([one["models"][name]["series_per_second"] for one in sets]),
            _mean([one["models"][name]["mase"] / one["models"][NAIVE]["mase"] for one in sets]),
        )
        for name in names
    }


def picture(where: dict[str, tuple[float, float]], sets: int) -> plt.Figure:
    """Models by speed and error: to the right is faster, lower is better."""
    plt.rcParams.update({"svg.hashsalt": "sopkit", "font.size": 9, "svg.fonttype": "path"})
    figure, axes = plt.subplots(figsize=(7.5, 4.2))
    for place, (name, (speed, error)) in enumerate(sorted(where.items(), key=lambda one: one[1][0])):
        own = name in OURS
        axes.scatter(speed, error, s=46, color="#1a1a1a" if own else "white", edgecolor="#1a1a1a", zorder=3)
        axes.annotate(
            name, (speed, error), xytext=(6, 6 if place % 2 else -13), textcoords="offset points", fontweight="bold" if own else "normal"
        )
    axes.axhline(1, color="#888888", linewidth=0.8, linestyle="--")
    axes.text(0.01, 1.002, "seasonal naive", transform=axes.get_yaxis_transform(), color="#666666")
    axes.set_xscale("log")
    axes.margins(x=0.18, y=0.1)
    axes.set_xlabel("series forecast per CPU second, one core, log scale")
    axes.set_ylabel("MASE relative to seasonal naive")
    axes.set_title(f"Lower and further right is better: geometric means over {sets} real data sets, hold-outs", loc="left", fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    return figure


def _mean(values: list[float]) -> float:
    return float(np.exp(np.mean(np.log(values))))


if __name__ == "__main__":
    main()
