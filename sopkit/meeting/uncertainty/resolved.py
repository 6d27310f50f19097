"""Representative paths planned anew: how much of a path's loss the plan would win back by making something else."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import Memory, PlanOutcome, statement_of_demand
from sopkit.meeting.uncertainty.factors import DemandFactors
from sopkit.meeting.uncertainty.paths import Draws, demand_paths
from sopkit.meeting.uncertainty.ranges import YEAR, money_paths

MOST = 30  # paths planned anew
NO_RISKS = 0


@dataclass(frozen=True)
class Resolved:
    """Paths planned anew beside the same paths with production as planned."""

    paths: pd.DataFrame  # path, quantile, fixed_contribution, resolved_contribution (money, next twelve months), won_back (money)

    @property
    def won_back(self) -> float:
        """Mean contribution won back, money; NaN where none was planned anew."""
        return float(self.paths["won_back"].mean()) if len(self.paths) else float("nan")


def representative(values: NDArray[np.float64], count: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Paths that stand for all: the middle one of each of `count` equal parts, by value; and their quantiles.

    Args:
        values: what the paths are ordered by.
        count: how many are wanted, at most MOST.
    """
    count = min(count, MOST, len(values))
    places = np.floor((np.arange(count) + 0.5) * len(values) / count).astype(np.int64)
    return np.argsort(values, kind="stable")[places], (places + 0.5) / len(values)


def resolved_paths(inputs: PlanInputs, outcome: PlanOutcome, factors: DemandFactors, draws: Draws, *, count: int) -> Resolved:
    """Plans representative paths anew, as if their demand were known from the start: the most that re-planning could win back.

    Args:
        inputs, outcome: the plan; risks are left out on both sides.
        factors, draws: of the plan.
        count: paths to plan anew, at most 30.

    Returns:
        Resolved; contribution is that of the next twelve months.
    """
    plain = replace(inputs, risks=inputs.risks.iloc[:NO_RISKS])
    fixed = money_paths(plain, outcome, factors, draws).amounts["contribution"][:, :YEAR].sum(axis=1)
    chosen, quantiles = representative(fixed, count)
    demand = demand_paths(factors, Draws(draws.company[chosen], draws.families[chosen], draws.items[chosen], draws.risks[chosen]))
    memory, rows = Memory.of(plain, outcome), []
    year = set(factors.months[:YEAR])
    for at, path in enumerate(chosen):
        lines = statement_of_demand(plain, _asked(outcome.consensus_demand, factors, demand[at]), memory)
        own = lines[lines["line"].eq("operating_contribution") & lines["period"].isin(year)]
        rows.append((int(path), float(quantiles[at]), float(fixed[path]), float(own["amount"].sum())))
    table = pd.DataFrame(rows, columns=["path", "quantile", "fixed_contribution", "resolved_contribution"])
    return Resolved(table.assign(won_back=table["resolved_contribution"] - table["fixed_contribution"]))


def _asked(consensus: pd.DataFrame, factors: DemandFactors, demand: NDArray[np.float64]) -> pd.DataFrame:
    """The consensus with a path's demand: each cell in proportion to its item's."""
    ratio = np.divide(demand, factors.quantity, out=np.ones_like(demand), where=factors.quantity > 0)
    item = pd.Index(factors.items).get_indexer(consensus["item"])
    month = pd.Index(factors.months).get_indexer(consensus["period"])
    quantity = consensus["quantity"] * ratio[item, month]
    return consensus.assign(
        quantity=quantity, override=quantity - consensus["baseline"] - consensus["lifecycle"], revenue=quantity * consensus["net_price"]
    )
