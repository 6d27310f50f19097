"""One figure: what it means, in what unit, which way is better, where it comes from."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Kpi:
    """One figure: defined here and nowhere else."""

    id: str
    title: str
    unit: str
    better: Literal["higher", "lower", "near"]
    definition: str  # of closed months
    source_table: str
    planned: str = ""  # definition of planned months, where they have the figure
    planned_source: str = ""
