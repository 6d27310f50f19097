"""What bringing levels together costs: CPU of reconciliation and rounding, beside the forecast of one model, at two sizes.

python -m benchmarks.reconciliation

Synthetic: items x 10 regions x 3 channels, 20 families, six levels, 18 months; `far apart` halves what the levels say, so that many
series end at their bound of zero and Newton's method has work to do.
"""

import os

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from sopkit.demand.hierarchy import hierarchy_of, reconciled, whole_units
from sopkit.demand.hierarchy.levels import group_codes
from sopkit.demand.hierarchy.rounding import THROUGH
from sopkit.demand.kernels import KERNELS, right_aligned
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.series import SERIES

REGIONS, CHANNELS, MONTHS, HISTORY = 10, 3, 18, 72


def main() -> None:
    """Measure both sizes and print them."""
    for items in (100, 1_000):
        print(measured(items))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def measured(items: int) -> str:
    """One line: CPU seconds of each part, and reconciliation and rounding in terms of the model's forecast."""
    rng = np.random.default_rng(0)
    names = [f"I{number:04d}" for number in range(items)]
    grid = pd.MultiIndex.from_product([names, [f"R{number}" for number in range(REGIONS)], list("abc")[:CHANNELS]], names=SERIES)
    families = pd.DataFrame({"item": names, "family": [f"F{number % 20}" for number in range(items)]})
    hierarchy = hierarchy_of(grid.to_frame(index=False), families, DemandPolicy().hierarchy)
    mean = np.exp(rng.normal(0.5, 1.2, len(grid)))
    bottom = rng.poisson(mean[:, None], (len(grid), MONTHS)).astype(float)
    level = hierarchy.sums @ mean
    said = level[:, None] * (1 + 0.1 * rng.normal(size=(len(level), MONTHS)))
    panel = right_aligned(list(rng.poisson(mean[:, None], (len(grid), HISTORY)).astype(float)), 12)
    model = _cpu(lambda: KERNELS["dynamic_theta"](panel, MONTHS))
    near, far = (
        _cpu(lambda share=share: reconciled(hierarchy.sums, said * share, bottom, variance=4 * level, bottom_variance=mean))
        for share in (1.0, 0.5)
    )
    groups = [group_codes(hierarchy.bottom, keys)[0] for keys in THROUGH]
    rounding = _cpu(lambda: whole_units(bottom * 0.37, groups))
    parts = f"dynamic Theta {model:.2f} s, reconciliation {near:.2f} s, far apart {far:.2f} s, rounding {rounding:.2f} s"
    return (
        f"{len(grid):,} series, {len(level):,} nodes: {parts}; reconciliation and rounding are {(near + rounding) / model:.2f} of the model"
    )


def _cpu(work: Callable[[], object]) -> float:
    """CPU seconds of some work."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
