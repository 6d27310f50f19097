"""What an option is worth that costs now and earns later: present value and payback of a flow of money by month."""

import numpy as np
from numpy.typing import NDArray

YEAR = 12


def discounted(flow: NDArray[np.float64], rate: float) -> float:
    """Present value of a monthly flow: NPV = sum over m of flow_m / (1 + rate)^(m / 12) (Brealey, Myers, Allen, ch. 2).

    Args:
        flow: money by month, the first one now; NaN = not known.
        rate: cost of capital, share per year.

    Returns:
        Money today; NaN where a month is not known.
    """
    months = np.arange(len(flow))
    return float(np.sum(flow / (1 + rate) ** (months / YEAR)))


def payback_months(flow: NDArray[np.float64]) -> float:
    """Months until a flow has earned back what it has cost: from which its running sum stays at zero or above, counted from one.

    Args:
        flow: money by month, the first one now.

    Returns:
        Months; NaN where it never costs anything, is not known, or is not earned back.
    """
    running = np.cumsum(flow)
    below = np.flatnonzero(running < 0)
    if np.isnan(flow).any() or not len(below) or below[-1] == len(flow) - 1:
        return float("nan")
    return float(below[-1] + 2)
