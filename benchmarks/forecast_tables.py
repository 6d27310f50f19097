"""The accuracy tables of README and docs/forecasting.md, written anew from docs/forecast_benchmark.json.

python -m benchmarks.forecast_tables     (after `make forecast_accuracy`; the words around the tables stay as they are)
"""

import json
import re

import numpy as np

from benchmarks.forecast_accuracy import RESULTS
from sopkit.run import places

README, PAGE = "README.md", "docs/forecasting.md"
HEAD = "| model | MAPE | MASE | series/s | standard less it, MASE (95 %) |"
COVER = "| share inside, with thirds of the horizon | 80 % interval | 95 % interval |"
README_HEAD = "| MAPE / MASE |"
KINDS = {"hold_out": "hold-out", "rolling": "eight rolling origins in the training part"}
TIERS = ("best", "standard", "fast")
SHOWN = (*TIERS, "our Theta", "median of ETS, DOT, CES", "AutoETS", "AutoCES", "DynamicOptimizedTheta", "AutoTheta", "sktime Theta")
NAIVE, PUBLISHED = "seasonal naive", ("ETS", "Theta")


def main() -> None:
    """Write both files."""
    root = places.suite_root()
    results = json.loads((root / RESULTS).read_text())
    for name, made in ((README, readme_of), (PAGE, page_of)):
        text = (root / name).read_text()
        (root / name).write_text(made(text, results))


def page_of(text: str, results: dict) -> str:
    """docs/forecasting.md with the tables of each data set."""
    for name, found in results.items():
        head = rf"### {name}: \d+ series, last \d+ months\n"
        section = f"### {name}: {found['series']} series, last {found['horizon']} months\n\n{accuracy(found)}\n\n{coverage(found)}\n"
        text = re.sub(head + r"\n(?:\|[^\n]*\n)+\n(?:\|[^\n]*\n)+", lambda _, made=section: made, text)
    return text


def readme_of(text: str, results: dict) -> str:
    """README with its table."""
    return re.sub(re.escape(README_HEAD) + r"[^\n]*\n(?:\|[^\n]*\n)+", lambda _: summary(results) + "\n", text)


def accuracy(found: dict) -> str:
    """Models of one data set by MASE, the published ones last."""
    lines = [HEAD, "|---|---|---|---|---|"]
    for model, one in sorted(found["models"].items(), key=lambda pair: pair[1]["mase"]):
        low, high = one["mase_against_standard"]
        note = "" if model == "standard" else f"{low:+.3f} to {high:+.3f}"
        lines.append(f"| {model} | {one['mape']:.2f} | {one['mase']:.3f} | {one['series_per_second']:,.0f} | {note} |")
    return "\n".join([*lines, *(f"| published {name} | {one['mape']:.2f} | {one['mase']:.2f} | | |" for name, one in _published(found))])


def coverage(found: dict) -> str:
    """Share of months inside the intervals of one data set."""
    lines = [COVER, "|---|---|---|"]
    for tier, kinds in sorted(found["coverage"].items()):
        for kind, levels in sorted(kinds.items()):
            told = " | ".join(f"{one[0]} (thirds {one[1]}, {one[2]}, {one[3]})" for one in (levels["80"], levels["95"]))
            lines.append(f"| {tier}, {KINDS[kind]} | {told} |")
    return "\n".join(lines)


def summary(results: dict) -> str:
    """README's table: percentage and scaled error of each model by data set, and the geometric mean of its speeds."""
    lines = [f"{README_HEAD} {' | '.join(results)} | series per CPU second |", "|---|" + "---|" * (len(results) + 1)]
    for model in (*SHOWN, NAIVE):
        each = [one["models"][model] for one in results.values()]
        speed = "" if model == NAIVE else f"{np.exp(np.mean([np.log(one['series_per_second']) for one in each])):,.0f}"
        name = f"*{model}*" if model in TIERS else model
        cells = " | ".join(f"{one['mape']:.1f} / {one['mase']:.3f}" for one in each)
        lines.append(f"| {name} | {cells} | {speed} |")
    for model in PUBLISHED:
        known = [one["published"].get(model) for one in results.values()]
        told = " ".join(f"{one['mape']:.1f} / {one['mase']:.2f} |" if one else "|" for one in known)
        lines.append(f"| published {model} | {told} |")
    return "\n".join(lines)


def _published(found: dict) -> list[tuple[str, dict]]:
    return sorted(found["published"].items())


if __name__ == "__main__":
    main()
