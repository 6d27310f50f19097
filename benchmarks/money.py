"""What scenarios and ranges cost: CPU of ten scenarios with their full statement, of a thousand paths, and how both grow.

python -m benchmarks.money [--company demo] [--cycle 2026-03]

Needs a finished cycle (`make demo`). Ten scenarios are the six playbooks and four changes of demand, planned from consensus demand to
cash. A thousand paths are walked through stock, statement and cash; of them 16 are planned anew.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from sopkit.meeting.playbooks import crisis_scenario
from sopkit.meeting.policy import Change, Overlay
from sopkit.meeting.scenarios import PlanInputs, PlanOutcome, scenario_table
from sopkit.meeting.uncertainty import (
    DemandFactors,
    demand_factors,
    draws_of,
    fixed_plan,
    money_paths,
    persistence_of,
    plan_ranges,
    resolved_paths,
    walked,
)
from sopkit.periods import shifted
from sopkit.run import places
from sopkit.run.crisis import finished_plan, finished_table
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.scenario_files import load_playbook, playbook_names

PATHS, ANEW = 1_000, 16
GROWTH = (1, 4, 16)  # times as many items


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--company", default="demo")
    arguments.add_argument("--cycle", default="2026-03")
    told = arguments.parse_args()
    params = load_params(Path(places.params_file(told.company)), told.cycle)
    inputs, base = finished_plan(params)
    print(f"{params.title}, {params.cycle}: {base.consensus_demand['item'].nunique()} items, {len(base.consensus_demand):,} demand cells")
    scenarios = ten_scenarios(inputs, base)
    seconds = cpu(lambda: scenario_table(inputs, base, scenarios))
    print(f"{len(scenarios)} scenarios with full statement: {seconds:.2f} s CPU ({seconds / len(scenarios):.2f} each)")
    factors = factors_of(params, inputs, base)
    print(f"factors of {len(factors.items)} items: {cpu(lambda: factors_of(params, inputs, base)):.2f} s CPU")
    for paths in (100, PATHS, 10 * PATHS):
        print(f"{paths:>6} paths to statement and cash: {cpu(lambda paths=paths: ranged(inputs, base, factors, paths)):.2f} s CPU")
    draws = draws_of(factors, paths=PATHS, risks=len(inputs.risks), seed=1)
    seconds = cpu(lambda: resolved_paths(inputs, base, factors, draws, count=ANEW))
    print(f"{ANEW} of {PATHS} paths planned anew: {seconds:.2f} s CPU ({seconds / ANEW:.2f} each)")
    for times in GROWTH:
        seconds = cpu(lambda times=times: walk(inputs, base, factors, times))
        print(f"{times * len(factors.items):>6} items, {PATHS} paths walked: {seconds:.2f} s CPU")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of a piece of work, the better of two."""
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def ten_scenarios(inputs: PlanInputs, base: PlanOutcome) -> dict[str, Overlay]:
    """The playbooks from next month on, and demand 5, 10, 15 and 20 % up."""
    start = shifted(inputs.cycle, 1)
    found = {name: crisis_scenario(load_playbook(name), inputs, base, start=start) for name in playbook_names()}
    for step in range(1, 10 - len(found) + 1):
        change = Change(table="demand", column="quantity", action="multiply", value=1 + 0.05 * step)
        found[f"up_{step}"] = Overlay(title=f"demand {5 * step} % up", changes=(change,))
    return found


def factors_of(params: CompanyParams, inputs: PlanInputs, base: PlanOutcome) -> DemandFactors:
    """How the demand of the finished cycle may move."""
    known = inputs.tables
    moves = persistence_of(finished_table(params, "forecast_snapshots"), known["demand_history"], known["items"], cutoff=inputs.cutoff)
    return demand_factors(
        base.consensus_demand, known["statistical_forecast"], finished_table(params, "demand_range"), known["items"], moves
    )


def ranged(inputs: PlanInputs, base: PlanOutcome, factors: DemandFactors, paths: int) -> None:
    """Paths drawn and carried through to quantiles."""
    plan_ranges(money_paths(inputs, base, factors, draws_of(factors, paths=paths, risks=len(inputs.risks), seed=1)))


def walk(inputs: PlanInputs, base: PlanOutcome, factors: DemandFactors, times: int) -> None:
    """The walk alone, the company so many times over."""
    supply, names = base.supply, (factors.items, factors.months)
    fixed = fixed_plan(supply.supply_plan, supply.demand_fulfilment, inputs.tables["items"], inputs.supply, names)
    wide = replace(
        fixed,
        opening=np.tile(fixed.opening, times),
        coming=np.tile(fixed.coming, (times, 1)),
        free=np.tile(fixed.free, times),
        waiting=np.tile(fixed.waiting, times),
        months=np.tile(fixed.months, times),
    )
    demand = np.tile(factors.quantity, (times, 1)) * np.random.default_rng(1).uniform(0.7, 1.3, (PATHS, times * len(factors.items), 1))
    walked(wide, demand)


if __name__ == "__main__":
    main()
