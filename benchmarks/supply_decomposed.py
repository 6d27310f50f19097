"""The reference model by prices of what its items share: bound, plan and gap round by round, CPU seconds, memory, growth.

python -m benchmarks.supply_decomposed [middle|large|largest] [--seconds 600] [--items 1] [--beside]

A block is so many items (`--items`). `--seconds` is CPU time after which no further round is made; `--beside` solves the whole model
too (not for largest). Rounds are printed as they end.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import argparse
import resource
import time

import numpy as np
from numpy.typing import NDArray

from benchmarks.supply_reference import SIZES, Reference, ReferenceModel, reference, reference_model
from sopkit.supply.decomposition import rounds_by_prices
from sopkit.supply.solver import Solver

GOOD_ENOUGH, MOST_ROUNDS = 1e-3, 1_000


def blocks_of(data: Reference, model: ReferenceModel, items: int) -> NDArray[np.int64]:
    """Block of each variable, so many items in each; -1 for work, people and extra supply."""
    by_item = np.arange(len(data.price))
    of = {"made": data.route_item, "contracted": data.contracted, "stock": by_item, "backlog": by_item, "band": by_item}
    block = np.full(model.lp.width, -1, dtype=np.int64)
    for grid in model.lp.blocks:
        if grid.name in of:
            block[grid.at] = (of[grid.name] // items)[:, None]
    return block


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", default="middle", choices=[name for name in SIZES if name != "small"])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--items", type=int, default=1)
    parser.add_argument("--beside", action="store_true")
    asked = parser.parse_args()
    data = reference(*SIZES[asked.size])
    model = reference_model(data)
    arrays = model.arrays()
    print(f"{len(arrays.cost):,} variables, {len(arrays.at_least):,} limits; {asked.items} items in a block", flush=True)
    began = time.process_time()
    for number, found in enumerate(rounds_by_prices(arrays, blocks_of(data, model, asked.items), rounds=MOST_ROUNDS)):
        spent = time.process_time() - began
        told = f"plan {found.objective:16,.0f}   gap {found.gap_share:8.3%}" if found.missing == 0 else "no plan yet"
        print(f"round {number + 1:3d}   {spent:7.1f} s   {_peak():7,.0f} MB   bound {found.bound:16,.0f}   {told}", flush=True)
        if spent > asked.seconds or (found.missing == 0 and found.gap_share <= GOOD_ENOUGH):
            break
    if asked.beside:
        began = time.process_time()
        whole = Solver(arrays).solve()
        dearer = found.objective / whole.objective - 1
        print(f"whole: {time.process_time() - began:.1f} s, optimum {whole.objective:,.0f}; the plan is dearer by {dearer:.3%}")


def _peak() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
