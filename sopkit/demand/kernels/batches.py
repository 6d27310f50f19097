"""Some series at a time, turned so that one step of a recursion is one operation on whole rows."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

CELLS = 12_288  # numbers in a working array: parameters x series; the arrays of a recursion then stay in the processor's cache


@dataclass(frozen=True, eq=False)
class Batch:
    """Right-aligned series, longest first: those that have begun by a period are the first ones, so a recursion takes slices only."""

    rows: np.ndarray  # (series,): places in the panel
    values: np.ndarray  # (periods, series), 0 before a series starts
    length: np.ndarray  # (series,), at least 1
    begun: np.ndarray  # (periods,): how many series have begun

    def turned(self, cells: np.ndarray) -> np.ndarray:
        """Cells of the panel (all series, periods) in the shape of `values`; what lies before a series' start becomes 0."""
        periods = len(self.values)
        chosen = np.nan_to_num(cells[self.rows, cells.shape[1] - periods :].T)
        return np.where(np.arange(periods)[:, None] >= periods - self.length, chosen, 0.0)

    def opening(self, cells: np.ndarray, width: int) -> np.ndarray:
        """The first `width` periods of each series, oldest first, NaN where it has fewer: (width, series)."""
        periods = len(self.values)
        place = periods - self.length + np.arange(width)[:, None]
        taken = np.take_along_axis(cells, np.minimum(place, periods - 1), axis=0)
        return np.where(place < periods, taken, np.nan)

    def mean_of_opening(self, cells: np.ndarray, width: int) -> np.ndarray:
        """Mean of the first `width` periods of each series, or of as many as there are: (series,)."""
        return np.nansum(self.opening(cells, width), axis=0) / np.minimum(self.length, width)

    def line(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The least-squares line through each series of cells in the shape of `values`: its value before the first period, its slope."""
        time = np.arange(1, len(cells) + 1)[:, None] - (len(cells) - self.length)
        there, middle = time > 0, (self.length + 1) / 2
        products = np.where(there, (time - middle) * cells, 0.0).sum(axis=0)
        slope = 12 * products / np.maximum(self.length * (self.length**2 - 1.0), 1.0)
        return np.where(there, cells, 0.0).sum(axis=0) / self.length - slope * middle, slope


def batches(values: np.ndarray, length: np.ndarray, parameters: int) -> Iterator[Batch]:
    """The series of a panel in batches, longest first; series without any period are left out.

    Args:
        values: right-aligned (series, periods), NaN before a series starts.
        length: periods of each series.
        parameters: how many parameter settings each series is run with: the more, the fewer series at a time.
    """
    order = np.argsort(-length, kind="stable")
    order = order[length[order] > 0]
    size = max(16, CELLS // parameters)
    for start in range(0, len(order), size):
        rows = order[start : start + size]
        longest = int(length[rows[0]])
        turned = np.ascontiguousarray(np.nan_to_num(values[rows, values.shape[1] - longest :].T))
        begun = np.searchsorted(-length[rows], -np.arange(longest, 0, -1), side="right")
        yield Batch(rows, turned, length[rows], begun)
