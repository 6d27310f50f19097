"""Accuracy of the tiers and of their peers on three real data sets, paired, in one run; coverage of the intervals.

make forecast_accuracy     (some five CPU minutes, most of them the peers'; the first time it makes the peers' environment)
python -m benchmarks.forecast_accuracy stallion_beverages     (measures the named sets again and keeps the others' results)

MAPE over months with demand, MASE over series with a scale, both as published for tourism. sktime's Theta has no season for series with
zeros: they are forecast without it and with zeros lifted to a millionth, and what does better on the hold-out is shown. Intervals of
differences: paired bootstrap over series. CPU seconds are of one process and one thread. Nothing of ours was chosen by these hold-outs:
choices were made on rolling origins inside the training parts.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np

from benchmarks.forecast_environment import peers
from benchmarks.forecast_sets import SEASON, Split, splits
from sopkit.demand.models import TIERS
from sopkit.run import places

PEERS = ("AutoETS", "AutoTheta", "DynamicOptimizedTheta", "AutoCES", "sktime Theta")
LIFTED = "sktime Theta, zeros lifted"  # shown as sktime's Theta where it does better there
REPEATS = 2000  # bootstrap samples
ORIGINS, APART = 8, 3  # rolling origins of the coverage, months between them
RESULTS = Path("docs") / "forecast_benchmark.json"


def main(*names: str) -> None:
    """Measure, print, keep."""
    warnings.filterwarnings("ignore")
    kept = json.loads((places.suite_root() / RESULTS).read_text()) if names else {}
    results = kept | {split.name: measured(split) for split in (splits(names) if names else splits())}
    (places.suite_root() / RESULTS).write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    for name, found in results.items():
        print(table(name, found))


def measured(split: Split) -> dict:
    """Everything about one data set."""
    from sopkit.demand.panel import SeasonalNaivePanel, ThetaPanel

    steps = list(range(1, split.horizon + 1))
    frame = split.frame()
    forecasts, seconds, failed = {}, {}, {}
    SeasonalNaivePanel().fit(frame.loc[[0]]).predict(fh=steps)  # imports are not what is measured
    for name, maker in {
        **{tier: pool(split, tier) for tier in TIERS},
        "our Theta": ThetaPanel(),
        "seasonal naive": SeasonalNaivePanel(),
    }.items():
        start = time.process_time()
        forecasts[name] = maker.fit(frame).predict(fh=steps).to_numpy().reshape(split.actual.shape)
        seconds[name] = time.process_time() - start
    found = peers(split.train, split.horizon, (*PEERS, LIFTED))
    for name in PEERS:
        ways = (name, LIFTED) if name == "sktime Theta" else (name,)
        best = min(ways, key=lambda way: np.nanmean(errors(split, found[f"{way} forecast"])[1]))
        forecasts[name], seconds[name], failed[name] = (
            found[f"{best} forecast"],
            float(found[f"{best} seconds"]),
            int(found[f"{best} failed"]),
        )
    forecasts["median of ETS, DOT, CES"] = np.median([forecasts[name] for name in ("AutoETS", "DynamicOptimizedTheta", "AutoCES")], axis=0)
    seconds["median of ETS, DOT, CES"] = sum(seconds[name] for name in ("AutoETS", "DynamicOptimizedTheta", "AutoCES"))
    mape, mase = ({name: errors(split, forecast)[place] for name, forecast in forecasts.items()} for place in (0, 1))
    return {
        "series": len(split.train),
        "horizon": split.horizon,
        "models": {
            name: {
                "mape": round(float(np.nanmean(mape[name])), 2),
                "mase": round(float(np.nanmean(mase[name])), 3),
                "series_per_second": round(len(split.train) / seconds[name], 1),
                "failed": failed.get(name, 0),
                "mape_against_standard": interval(mape["standard"] - mape[name]),
                "mase_against_standard": interval(mase["standard"] - mase[name]),
            }
            for name in forecasts
        },
        "published": {name: {"mape": one[0], "mase": one[1]} for name, one in split.published.items()},
        "coverage": {tier: coverage(split, tier) for tier in ("fast", "standard")},
    }


def pool(split: Split, tier: str):  # noqa: ANN201 - sktime is imported late
    from sopkit.demand.panel import PoolForecaster

    return PoolForecaster(tier=tier, sp=SEASON, horizon=split.horizon)


def errors(split: Split, forecast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Percentage error by series (weighted by its months with demand, so that the mean is over months) and scaled error by series."""
    error, known = np.abs(forecast - split.actual), split.actual > 0
    share = np.divide(error, split.actual, out=np.zeros(error.shape), where=known)
    count = known.sum(axis=1)
    return share.sum(axis=1) / (known.sum() / len(count)) * 100, error.mean(axis=1) / split.scale()


def interval(difference: np.ndarray) -> list[float]:
    """95 % interval of the mean difference by series, bootstrapped over series."""
    known = difference[~np.isnan(difference)]
    drawn = np.random.default_rng(0).integers(0, len(known), (REPEATS, len(known)))
    return [round(float(one), 4) for one in np.quantile(known[drawn].mean(axis=1), [0.025, 0.975])]


def coverage(split: Split, tier: str) -> dict[str, dict[str, list[float]]]:
    """Share of months inside the 80 % and 95 % interval: overall and by third of the horizon, rolling and on the hold-out."""
    cuts = [split.horizon + APART * origin for origin in range(ORIGINS)]
    rolling = np.mean([_inside(split, tier, cut) for cut in cuts], axis=0)
    return {name: _shares(inside) for name, inside in (("rolling", rolling), ("hold_out", _inside(split, tier, 0)))}


def _inside(split: Split, tier: str, cut: int) -> np.ndarray:
    """Share of series inside each interval, (2, horizon), at one origin."""
    frame = split.frame(cut)
    rows = frame.index.get_level_values(0).unique().to_numpy()
    whole = [np.r_[split.train[row], split.actual[row]] for row in rows]
    actual = np.array([y[len(y) - split.horizon - cut :][: split.horizon] for y in whole])
    fitted = pool(split, tier).fit(frame)
    cells = fitted.predict_quantiles(fh=list(range(1, split.horizon + 1)), alpha=[0.025, 0.1, 0.9, 0.975]).to_numpy()
    widest, low, high, top = cells.reshape(len(rows), split.horizon, 4).transpose(2, 0, 1)
    return np.array([((actual >= low) & (actual <= high)).mean(axis=0), ((actual >= widest) & (actual <= top)).mean(axis=0)])


def _shares(inside: np.ndarray) -> dict[str, list[float]]:
    """Percent overall and by third of the horizon."""
    thirds = [[one.mean() for one in np.array_split(row, 3)] for row in inside]
    return {
        level: [round(float(value) * 100, 1) for value in (row.mean(), *third)]
        for level, row, third in zip(("80", "95"), inside, thirds, strict=True)
    }


def table(name: str, found: dict) -> str:
    """The results of one data set as Markdown."""
    head = f"\n**{name}**: {found['series']} series, last {found['horizon']} months\n"
    lines = [head, "| model | MAPE | MASE | series/s | standard less it, MASE (95 %) |", "|---|---|---|---|---|"]
    order = sorted(found["models"], key=lambda model: found["models"][model]["mase"])
    for model in order:
        one = found["models"][model]
        low, high = one["mase_against_standard"]
        note = "" if model == "standard" else f"{low:+.3f} to {high:+.3f}"
        lines.append(f"| {model} | {one['mape']:.2f} | {one['mase']:.3f} | {one['series_per_second']:,.0f} | {note} |")
    lines += [f"| published {model} | {one['mape']:.2f} | {one['mase']:.2f} | | |" for model, one in sorted(found["published"].items())]
    for tier, kinds in found["coverage"].items():
        for kind, levels in kinds.items():
            told = "; ".join(f"{level} %: {values[0]} (thirds {values[1]}, {values[2]}, {values[3]})" for level, values in levels.items())
            lines.append(f"\ncoverage, {tier}, {kind}: {told}")
    return "\n".join(lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
