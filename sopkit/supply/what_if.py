"""Many variants of one plan, fast: numbers are changed in place and the solver goes on from where the base plan ended.

Variants with other rows, columns or coefficients than the base are other models: they are solved on their own, and it is said.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from time import process_time

import numpy as np

from sopkit.supply.solver import Arrays, Solution, Solver, Work

OTHER_MODEL = "another model than the base: solved from nothing"
WORK_FACTOR, WORK_LEAST = 3, 20_000  # iterations from the base's basis before a variant is solved from nothing


@dataclass(frozen=True)
class Variant:
    """What became of a variant: its plan, and the CPU seconds that it took."""

    solution: Solution
    seconds: float


class WhatIfs:
    """A base plan, solved once, and variants of it."""

    def __init__(self, base: Arrays, work: Work | None = None) -> None:
        self.base = base
        self._work = work or Work()
        self._solver = Solver(base, self._work)
        started = process_time()
        self.solution = self._solver.solve()
        self.seconds = process_time() - started
        self._basis = None if base.integer.any() else self._solver.basis()
        allowed = min(self._work.most_iterations, WORK_LEAST + WORK_FACTOR * self.solution.iterations)
        self._solver.work = replace(self._work, most_iterations=allowed)

    def solve(self, variant: Arrays) -> Variant:
        """The optimum of a variant: same coefficients as the base in place, any other from nothing.

        Raises:
            StepError: the variant has no optimum.
        """
        started = process_time()
        if self._basis is None or not same_coefficients(self.base, variant):
            told = "" if self._basis is None else OTHER_MODEL
            found = Solver(variant, self._work).solve()
            return Variant(replace(found, fallback=", ".join(filter(None, (told, found.fallback)))), process_time() - started)
        self._solver.become(variant)
        self._solver.start_from(self._basis)
        found = self._solver.solve()
        return Variant(found, process_time() - started)


def same_coefficients(one: Arrays, other: Arrays) -> bool:
    """Whether two models differ in costs, bounds and limits only."""
    return (
        one.matrix.shape == other.matrix.shape
        and np.array_equal(one.integer, other.integer)
        and np.array_equal(one.matrix.indptr, other.matrix.indptr)
        and np.array_equal(one.matrix.indices, other.matrix.indices)
        and np.array_equal(one.matrix.data, other.matrix.data)
    )


def solved_variants(base: Arrays, variants: Sequence[Arrays], *, processes: int = 1, work: Work | None = None) -> list[Variant]:
    """Each variant solved, in the order given; each process solves the base once and its share of the variants.

    Args:
        base: the plan that the variants start from.
        variants: models with the same names.
        processes: how many at a time; the answers do not depend on it.
        work: how hard whole numbers are worked on, and how many iterations a variant may take from the base's basis.
    """
    processes = max(1, min(processes, len(variants)))
    if processes == 1:
        return _solved(base, list(variants), work)
    shares = [list(variants[number::processes]) for number in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(_solved, [base] * processes, shares, [work] * processes))
    return [done[number % processes][number // processes] for number in range(len(variants))]


def _solved(base: Arrays, variants: list[Arrays], work: Work | None) -> list[Variant]:
    what_ifs = WhatIfs(base, work)
    return [what_ifs.solve(variant) for variant in variants]
