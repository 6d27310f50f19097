"""How build and solve of the supply plan grow with its size: measured, printed, and drawn as docs/supply_growth.svg.

python -m benchmarks.supply growth      (CPU seconds; the reference model of benchmarks/supply_reference.py, 18 months)
"""

import time
from dataclasses import dataclass

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt

from benchmarks.supply_reference import reference, reference_model
from sopkit.run import places
from sopkit.supply.solver import Solver

TARGET = "docs/supply_growth.svg"
SIZES = (50, 100, 200, 400, 800)  # items; a resource for 25 of them, five at least


@dataclass(frozen=True)
class Point:
    """One size: what it is and what it takes."""

    items: int
    resources: int
    variables: int
    build: float  # CPU seconds
    solve: float


def growth() -> None:
    """Measure each size, print it, draw the picture."""
    print("items  resources    variables    build       solve    seconds per thousand variables")
    points = []
    for items in SIZES:
        point = measured(items, max(5, items // 25))
        points.append(point)
        per_thousand = 1000 * point.solve / point.variables
        told = f"{point.items:5d}{point.resources:11d}{point.variables:13,}{point.build:9.3f} s{point.solve:9.3f} s{per_thousand:14.4f}"
        print(told, flush=True)
    unmarked = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    picture(points).savefig(places.suite_root() / TARGET, metadata=unmarked, bbox_inches="tight")
    print(f"written: {TARGET}")


def measured(items: int, resources: int) -> Point:
    """Build and solve once."""
    data = reference(items, resources, 18)
    begun = time.process_time()
    arrays = reference_model(data).arrays()
    built = time.process_time()
    Solver(arrays).solve()
    return Point(items, resources, len(arrays.cost), built - begun, time.process_time() - built)


def picture(points: list[Point]) -> plt.Figure:
    """Seconds by size, both in logarithms: the slope is the power that the time grows with."""
    plt.rcParams.update({"svg.hashsalt": "sopkit", "font.size": 9, "svg.fonttype": "path"})
    figure, axes = plt.subplots(figsize=(7.5, 4.0))
    sizes = [point.variables for point in points]
    for name, seconds, style in (("solve", [each.solve for each in points], "o-"), ("build", [each.build for each in points], "o--")):
        axes.plot(
            sizes, seconds, style, color="#1a1a1a", markersize=5, linewidth=1.2, markerfacecolor="#1a1a1a" if name == "solve" else "white"
        )
        axes.annotate(name, (sizes[-1], seconds[-1]), xytext=(8, -3), textcoords="offset points", fontweight="bold")
    for point in points:
        axes.annotate(f"{point.items} items", (point.variables, point.solve), xytext=(-6, 9), textcoords="offset points", ha="right")
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(x=0.14, y=0.16)
    axes.set_xlabel("variables of the plan, log scale")
    axes.set_ylabel("CPU seconds, log scale")
    axes.set_title("Reference model, 18 months, one thread", loc="left", fontsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
