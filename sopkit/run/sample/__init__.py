"""The demo company: a seeded generator of what an invented company's planners send in each month.

`write_sample` writes the inputs of one cycle; `params/demo.yaml` reads them. No other part of the suite knows this company.
"""

from pathlib import Path
from typing import Literal

from sopkit.run.sample.company import DEFAULT_SEED


def write_sample(folder: Path, *, as_of: str, size: Literal["small", "full"], seed: int = DEFAULT_SEED) -> list[Path]:
    """Write the input files of one cycle of the demo company, and its known truth.

    Args:
        folder: where they go; made where it is not there.
        as_of: cycle, such as `2026-03`; only what was known on the third day of that month is written.
        size: `small` (18 items, 48 months) or `full` (62 items, 84 months); the same families, story and tension.
        seed: seed of the world; all cycles of one seed and size tell one history.

    Returns:
        The files, sorted.

    Raises:
        ParamsError: where the story does not reach the cycle.
    """
    from sopkit.run.sample.files import write_files

    return write_files(folder, as_of=as_of, size=size, seed=seed)


__all__ = ["write_sample"]
