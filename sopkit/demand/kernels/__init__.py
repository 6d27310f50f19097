"""Forecasting models, each over all series of a panel at once.

A kernel takes a `Panel` and a horizon and returns an array (series, horizon): the forecasts of the periods that follow each
series' last one. Forecasts of a series that was never negative are never negative: max(0, forecast).
"""

from collections.abc import Callable

import numpy as np

from sopkit.demand.kernels.complex_smoothing import complex_smoothing
from sopkit.demand.kernels.croston import chance_of_demand, croston, croston_corrected
from sopkit.demand.kernels.damped import damped
from sopkit.demand.kernels.dynamic_theta import dynamic_theta
from sopkit.demand.kernels.holt_winters import holt_winters
from sopkit.demand.kernels.intermittent import adida, imapa
from sopkit.demand.kernels.matrix import Panel, right_aligned
from sopkit.demand.kernels.naive import seasonal_naive, window_average
from sopkit.demand.kernels.theta import theta

Kernel = Callable[[Panel, int], np.ndarray]

KERNELS: dict[str, Kernel] = {
    "seasonal_naive": seasonal_naive,
    "theta": theta,
    "damped": damped,
    "dynamic_theta": dynamic_theta,
    "holt_winters": holt_winters,
    "complex_smoothing": complex_smoothing,
    "imapa": imapa,
    "adida": adida,
    "croston": croston,
    "croston_corrected": croston_corrected,
    "chance_of_demand": chance_of_demand,
    "window_average": window_average,
}

__all__ = ["KERNELS", "Kernel", "Panel", "right_aligned", *KERNELS]
