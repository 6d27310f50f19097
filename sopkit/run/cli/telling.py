"""How an error is told."""

import sys

from sopkit.errors import SopError


def tell(error: SopError) -> None:
    """An error for people, on standard error: what is wrong, then each problem."""
    print(f"sop: {error.message}", file=sys.stderr)
    for problem in error.problems:
        print(f"  - {problem}", file=sys.stderr)
