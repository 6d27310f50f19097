"""The supply plan beside HiGHS alone on the same .mps file: build and solve, variants in place, explanation, size; and beside its peers.

python -m benchmarks.supply [ratios] [what_ifs] [company] [causes] [large] [growth] [peers]      (default: all but large)

The floor is `highspy.Highs().run()` on the written .mps with the solver's own options and one thread. Figures are CPU seconds; the
machine may be busy, so ours and the floor take turns and ratios of medians are what is quoted. `ratios` and `what_ifs` hold for the
reference model (benchmarks/supply_reference.py) at 500 items, 20 resources, 18 months; `company` is the full model of 500 items as
input tables through the function that plans companies, `causes` why it is short; `large` is 5,000 items, 50 resources, 18 months
beside HiPO alone.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import highspy
import numpy as np

from benchmarks.supply_growth import growth
from benchmarks.supply_reference import SIZES, Reference, ReferenceModel, reference, reference_model
from sopkit.supply.solver import Arrays, Solver, highs_model
from sopkit.supply.what_if import WhatIfs

REPEATS, VARIANTS, CHECKED = 3, 20, 5
PATIENCE = 900.0  # seconds of the clock that the floor may take
Made = TypeVar("Made")


def main(wanted: list[str]) -> None:
    """Measure what is asked for and print it."""
    sections = {
        "ratios": ratios,
        "what_ifs": what_ifs,
        "company": full_model,
        "causes": causes,
        "large": large,
        "growth": growth,
        "peers": beside_peers,
    }
    for name in wanted or [name for name in sections if name != "large"]:
        if name.startswith("--alone="):
            alone(*name.removeprefix("--alone=").split(","))
            continue
        print(f"\n== {name}", flush=True)
        sections[name]()


def cpu(work: Callable[[], Made]) -> tuple[float, Made]:
    """CPU seconds of some work, and what it gave."""
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


def written(arrays: Arrays, folder: str, name: str) -> str:
    """The model as .mps."""
    path = str(Path(folder) / f"{name}.mps")
    highs = _silent()
    highs.passModel(highs_model(arrays))
    highs.writeModel(path)
    return path


def _silent(**options: object) -> highspy.Highs:
    highs = highspy.Highs()
    for name, value in {"output_flag": False, "threads": 1, **options}.items():
        highs.setOptionValue(name, value)
    return highs


def floor(path: str, **options: object) -> tuple[float, float]:
    """CPU seconds of HiGHS alone on a file, reading it left out, and its objective; nan where it takes more than PATIENCE seconds."""
    highs = _silent(time_limit=PATIENCE, **options)
    highs.readModel(path)
    seconds, _ = cpu(highs.run)
    solved = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return seconds, highs.getInfo().objective_function_value if solved else float("nan")


def ratios() -> None:
    """Build and solve of the reference model in turns with its floor and the floor of the row form of safety stock."""
    data = reference(*SIZES["middle"])
    seconds: dict[str, list[float]] = {"build": [], "ours": [], "floor": [], "floor of rows": []}
    with tempfile.TemporaryDirectory(prefix="sopkit-supply-") as folder:
        band = written(reference_model(data).arrays(), folder, "band")
        rows = written(reference_model(data, band=False).arrays(), folder, "rows")
        for _ in range(REPEATS):
            build, solver = cpu(lambda: Solver(reference_model(data).arrays()))
            solve, found = cpu(solver.solve)
            alone_band, alone_rows = floor(band), floor(rows)
            for name, value in zip(seconds, (build, build + solve, alone_band[0], alone_rows[0]), strict=True):
                seconds[name].append(value)
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    print("  ".join(f"{name} {value:.3f} s" for name, value in middle.items()))
    print(f"build + solve / floor {middle['ours'] / middle['floor']:.2f} (goal 1.05)")
    print(f"build + solve / floor of the row form {middle['ours'] / middle['floor of rows']:.2f} (goal 0.60)")
    print(f"build / build + solve {middle['build'] / middle['ours']:.1%};  peak memory {_peak():.0f} MB")
    print(f"the same optimum: ours {found.objective:.4f}, floor {alone_band[1]:.4f}, row form {alone_rows[1]:.4f}")


def variants(data: Reference, model: ReferenceModel, base: Arrays) -> Iterator[tuple[str, bool, Arrays]]:
    """Twenty variants, a kind after the other: what changes, whether costs do, the model."""
    rng = np.random.default_rng(1)
    items = len(data.price)
    for number in range(VARIANTS):
        cost, upper, low, high = (array.copy() for array in (base.cost, base.upper, base.at_least, base.at_most))
        kind = number % 5
        if kind == 0:
            name, which = "a twentieth of the items 15 % up from month 4", rng.choice(items, max(1, items // 20), replace=False)
            rows, more = model.balance.at[which, 3:].ravel(), 0.15 * data.demand[which, 3:].ravel()
        elif kind == 1:
            name, rows, more = "all demand 5 % up", model.balance.at.ravel(), 0.05 * data.demand.ravel()
        elif kind == 2:
            name, rows, more = "a resource 30 % down for 3 months", np.zeros(0, dtype=int), np.zeros(0)
            upper[model.load.at[rng.integers(len(data.heads)), 5:8]] *= 0.7
        elif kind == 3:
            name, rows, more = "subcontracting 20 %, overtime 50 % dearer", np.zeros(0, dtype=int), np.zeros(0)
            cost[model.contracted.at.ravel()] *= 1.2
            cost[model.overtime.at.ravel()] *= 1.5
        else:
            name, rows, more = "a supplier 15 % down for 4 months", np.zeros(0, dtype=int), np.zeros(0)
            high[model.supply.at[rng.integers(len(data.supplier_limit)), 4:8]] *= 0.85
        low[rows] += more
        high[rows] += more
        yield name, kind == 3, replace(base, cost=cost, upper=upper, at_least=low, at_most=high)


def what_ifs() -> None:
    """Twenty variants of the reference model at 500 items in place, each with its time; the first five also from nothing."""
    data = reference(*SIZES["middle"])
    model = reference_model(data)
    base = model.arrays()
    plan = WhatIfs(base)
    print(f"base: {plan.seconds:.3f} s, {plan.solution.iterations:,} iterations")
    told: list[tuple[bool, float]] = []
    apart = 0.0
    for number, (name, costs, variant) in enumerate(variants(data, model, base)):
        done = plan.solve(variant)
        told.append((costs, done.seconds))
        beside = ""
        if number < CHECKED:
            seconds, cold = cpu(lambda variant=variant: Solver(variant).solve())
            apart = max(apart, abs(cold.objective - done.solution.objective) / abs(cold.objective))
            beside = f"   from nothing {seconds:.3f} s"
        fallback = f"   {done.solution.fallback}" if done.solution.fallback else ""
        print(f"{name:<46}{done.seconds:8.3f} s{done.solution.objective - plan.solution.objective:+16,.0f}{beside}{fallback}", flush=True)
    limits = max(seconds for costs, seconds in told if not costs)
    print(
        f"median {statistics.median(seconds for _, seconds in told):.3f} s (goal 0.2); limits and bounds all within {limits:.3f} s (goal 1)"
    )
    print(
        f"costs at most {max(seconds for costs, seconds in told if costs):.3f} s; largest departure from a solve from nothing {apart:.1e}"
    )


def full_model() -> None:
    """The plan of a company of 500 items, from its tables to checked tables, beside HiGHS alone on its .mps."""
    from benchmarks.supply_company import CUTOFF, POLICY, company
    from sopkit.supply.plan import checks, constrained_plan
    from sopkit.supply.plan.contradiction import shortfalls
    from sopkit.supply.plan.model import plan_model
    from sopkit.supply.plan.situation import situation_of

    inputs = company(reference(*SIZES["middle"]))
    build, arrays = cpu(lambda: plan_model(situation_of(inputs, POLICY, cutoff=CUTOFF)).lp.arrays())
    with tempfile.TemporaryDirectory(prefix="sopkit-supply-") as folder:
        alone_seconds, objective = floor(written(arrays, folder, "company"))
    solve, found = cpu(Solver(arrays).solve)
    print(f"{len(arrays.cost):,} variables, {len(arrays.at_least):,} limits")
    print(f"build {build:.2f} s, solve {solve:.2f} s, floor {alone_seconds:.2f} s", flush=True)
    print(f"build + solve / floor {(build + solve) / alone_seconds:.2f}; apart by {abs(objective - found.objective) / abs(objective):.1e}")
    whole, result = cpu(lambda: constrained_plan(inputs, POLICY, cutoff=CUTOFF))
    checking, told = cpu(lambda: checks(inputs, result))
    print(
        f"from tables to tables, the one of equally cheap plans: {whole:.2f} s; checked in {checking:.2f} s, all hold: {told['ok'].all()}"
    )
    hard = POLICY.model_copy(update={"unmet_demand": "refused", "waiting": {}})
    text, short = cpu(lambda: shortfalls(situation_of(inputs, hard, cutoff=CUTOFF)))
    print(
        f"why no plan meets all demand: {text:.2f} s (goal 1), {len(short)} causes, such as: {short[0]}"
        if short
        else f"nothing short: {text:.2f} s"
    )


def causes() -> None:
    """Which cause each unmet unit of that company comes from, in both orders, on the model that is solved once for all questions."""
    from benchmarks.supply_company import CUTOFF, POLICY, company
    from sopkit.supply.explanation.attribution import CAUSES, shortage_causes
    from sopkit.supply.explanation.hot import hot_plan_of

    inputs = company(reference(*SIZES["middle"]))
    hot = hot_plan_of(inputs, POLICY, cutoff=CUTOFF)
    warm, _ = cpu(lambda: hot.base)
    print(f"the plan's model solved once for all questions: {warm:.2f} s", flush=True)
    for order in (CAUSES, CAUSES[::-1]):
        reason, told = cpu(lambda order=order: shortage_causes(inputs, POLICY, cutoff=CUTOFF, order=order, hot=hot))
        print(f"causes of all shortage on it, {order[0]} first: {reason:.2f} s (goal 5), {len(told):,} rows", flush=True)


def large() -> None:
    """5,000 items in processes of their own: ours beside HiPO alone on the same .mps, and a local variant in place."""
    with tempfile.TemporaryDirectory(prefix="sopkit-supply-") as folder:
        path = written(reference_model(reference(*SIZES["large"])).arrays(), folder, "large")
        for kind in ("ours", "hipo"):
            subprocess.run([sys.executable, "-m", "benchmarks.supply", f"--alone={kind},{path}"], check=True)


def alone(kind: str, path: str) -> None:
    """One side of `large`, in a process of its own."""
    if kind == "hipo":
        seconds, objective = floor(path, solver="hipo")
        print(f"HiPO alone: {seconds:.1f} s, objective {objective:.4f}, peak memory {_peak():,.0f} MB", flush=True)
        return
    data = reference(*SIZES["large"])
    build, model = cpu(lambda: reference_model(data))
    base = model.arrays()
    plan = WhatIfs(base)
    found = plan.solution
    print(
        f"ours: build {build:.2f} s, solve {plan.seconds:.1f} s, objective {found.objective:.4f}, peak memory {_peak():,.0f} MB", flush=True
    )
    for name, _, variant in list(variants(data, model, base))[:5:2]:
        done = plan.solve(variant)
        print(f"{name:<46}{done.seconds:8.2f} s   {done.solution.fallback}", flush=True)


def beside_peers() -> None:
    """The same model built and solved by linopy, PuLP and Pyomo, in their own environment."""
    from benchmarks.supply_environment import peers

    data = reference(*SIZES["middle"])
    build, solver = cpu(lambda: Solver(reference_model(data).arrays()))
    solve, found = cpu(solver.solve)
    print(f"{'ours':<10} build {build:7.3f} s   solve {solve:7.3f} s   together {build + solve:7.3f} s   objective {found.objective:.4f}")
    for name, told in peers(data).items():
        together = told["build"] + told["solve"]
        print(
            f"{name:<10} build {told['build']:7.3f} s   solve {told['solve']:7.3f} s   together {together:7.3f} s"
            f"   objective {told['objective']:.4f}   {together / (build + solve):.1f}x   peak {told['peak']:.0f} MB",
            flush=True,
        )


def _peak() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
