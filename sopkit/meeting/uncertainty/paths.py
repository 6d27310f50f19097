"""Paths of demand: the same random numbers for every plan, so that plans differ by what they are, not by luck."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sopkit.meeting.uncertainty.factors import DemandFactors

Numbers = NDArray[np.float64]
P90 = 1.2815515655446004  # standard normal quantile


@dataclass(frozen=True)
class Draws:
    """Standard normal factors that persist from month to month, and uniform draws for named risks."""

    company: Numbers  # paths x months
    families: Numbers  # paths x families x months
    items: Numbers  # paths x items x months
    risks: Numbers  # paths x risks, 0..1

    def part(self, first: int, behind: int) -> "Draws":
        """The draws of some paths, from the first to the one before `behind`."""
        return Draws(*(drawn[first:behind] for drawn in (self.company, self.families, self.items, self.risks)))


def draws_of(factors: DemandFactors, *, paths: int, risks: int, seed: int) -> Draws:
    """Random factors: each follows x_t = r x_t-1 + sqrt(1 - r^2) e_t, so that every month is standard normal.

    Half of the paths are the mirror image of the others (antithetic), so that means are those of the plan.

    Args:
        factors: items, families, months, persistence r.
        paths: how many; an odd number is rounded up.
        risks: named risks.
        seed: same seed, same numbers.
    """
    random = np.random.default_rng(seed)
    half, months = (paths + 1) // 2, len(factors.months)

    def mirrored(*shape: int) -> Numbers:
        steps = random.standard_normal((half, *shape, months))
        steps[..., 1:] *= np.sqrt(1 - factors.persistence**2)
        for month in range(1, months):
            steps[..., month] += factors.persistence * steps[..., month - 1]
        return np.concatenate([steps, -steps])

    company, families = mirrored(), mirrored(len(factors.families))
    items = mirrored(len(factors.items))
    happens = random.random((half, risks))
    return Draws(company, families, items, np.concatenate([happens, 1 - happens]))


def demand_paths(factors: DemandFactors, draws: Draws) -> Numbers:
    """Demand by path, item and month, units, at least zero.

    D = Q + sd(z) z, z = (common c + own o) / sqrt(common^2 + own^2), c = sqrt(s) F_company + sqrt(1 - s) F_family, s the company's
    share; below the plan the width is that of P10, above it that of P90, so that each item's P10 and P90 are the forecast's.
    """
    within = factors.family_correlation[factors.family]
    common = (factors.below + factors.above) / 2 / P90 * np.sqrt(within)[:, None]
    own = factors.own / P90
    size = np.sqrt(common**2 + own**2)
    share = factors.company_share[factors.family][:, None]
    shared = np.sqrt(share) * draws.company[:, None, :] + np.sqrt(1 - share) * draws.families[:, factors.family, :]
    z = np.divide(common * shared + own * draws.items, size, out=np.zeros_like(draws.items), where=size > 0)
    skew = np.divide(2 * factors.above, factors.below + factors.above, out=np.ones_like(size), where=factors.below + factors.above > 0)
    return np.maximum(factors.quantity + size * z * np.where(z > 0, skew, 2 - skew), 0.0)
