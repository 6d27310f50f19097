"""How long things take when some have not ended yet: the weighted product-limit estimate."""

import numpy as np


def censored_quantiles(days: np.ndarray, weights: np.ndarray, finished: np.ndarray, shares: list[float]) -> list[float]:
    """Quantiles of a duration when some have not ended yet: the weighted product-limit estimate.

    S(d) = product over finished durations u <= d of 1 - w(finished at u) / w(still at risk at u), where w is the sum of
    weights and those at risk have lasted u or longer; the quantile of share p is the smallest d with S(d) <= 1 - p.
    Source: E. L. Kaplan and P. Meier, Journal of the American Statistical Association 53 (1958), 457-481.

    Args:
        days: durations so far.
        weights: weight of each.
        finished: True where the duration has ended, False where it is censored.
        shares: quantiles wanted, 0..1.

    Returns:
        One duration per share; NaN where the estimate does not come down so far.
    """
    ends, surviving = _surviving(days, weights, finished)
    reached = [np.flatnonzero(surviving <= 1 - share + 1e-12) for share in shares]
    return [float(ends[at[0]]) if len(at) else np.nan for at in reached]


def censored_mean(days: np.ndarray, weights: np.ndarray, finished: np.ndarray) -> float:
    """Mean duration by the product-limit estimate: the area under S(d); NaN where some last longer than all that have ended.

    Where S does not come down to zero the area is not bounded by what was seen, and a mean would be invented. Source: Kaplan and Meier
    1958, section 6.

    Args:
        days: durations so far, zero or longer.
        weights: weight of each.
        finished: True where the duration has ended.
    """
    ends, surviving = _surviving(days, weights, finished)
    if not len(ends) or surviving[-1] > 1e-9:
        return np.nan
    return float(ends[0] + (np.diff(ends) * surviving[:-1]).sum())


def _surviving(days: np.ndarray, weights: np.ndarray, finished: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Durations that have ended, sorted, and the share that lasts longer than each."""
    order = np.argsort(days, kind="stable")
    days, weights, finished = days[order], weights[order], finished[order]
    ends = np.unique(days[finished])
    behind = np.concatenate([np.cumsum(weights[::-1])[::-1], [0.0]])
    at_risk = behind[np.searchsorted(days, ends)]
    ended = np.bincount(np.searchsorted(ends, days[finished]), weights[finished], len(ends))
    return ends, np.cumprod(1 - np.divide(ended, at_risk, out=np.zeros(len(ends)), where=at_risk > 0))
