"""The level of a process, by what was measured: the highest level of which all measures, and all of the levels below, are met."""

from dataclasses import dataclass

import pandas as pd

LEVELS = {
    1: "react: plans are made when something happens",
    2: "anticipate: a plan in units from inputs that come",
    3: "integrate: demand, supply and money in one plan that is signed",
    4: "collaborate: what was agreed is done, and people improve the plan",
    5: "orchestrate: plans are scored and the process learns from them",
}


@dataclass(frozen=True)
class Maturity:
    """A level, and what keeps it from the next."""

    level: int
    missing: tuple[str, ...]  # measures of the next level that are not met; none at the highest


def maturity_level(health: pd.DataFrame) -> Maturity:
    """The level that a process has reached.

    Args:
        health: ProcessHealth.
    """
    level = 1
    for candidate in sorted(LEVELS)[1:]:
        missing = health[(health["level"] == candidate) & ~health["met"].astype(bool)]["measure"]
        if len(missing):
            return Maturity(level, tuple(str(name) for name in missing))
        level = candidate
    return Maturity(level, ())
