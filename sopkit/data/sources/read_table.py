"""The good rows of an input table, and the place in the sender's file that each cell came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sopkit.data.sources.raw import Mask, Rows
from sopkit.data.words import only_used, plain


@dataclass(frozen=True)
class ReadTable:
    """The good rows of one input table as its contract promises them, codes as categories, with the physical row that each came from."""

    name: str
    frame: pd.DataFrame
    rows: Rows
    origin: str
    sheet: str = ""
    beside: dict[str, pd.Series] = field(default_factory=dict)  # header of a unit or currency: its code in each row
    files: tuple[str, ...] = ()  # where it came in several: the files
    file_codes: npt.NDArray[np.integer] | None = None  # and which of them each row came in
    headers: Mapping[str, str] = field(default_factory=dict)  # contract column: the sender's header
    places: Mapping[str, int] = field(default_factory=dict)  # contract column: its place in the file, first = 0
    months: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # months stood in columns: header and place of each
    of_months: tuple[str, ...] = ()  # contract columns that these became: the month and the value
    sensitive: frozenset[str] = frozenset()  # headers whose values findings do not tell
    records: int = 0  # rows that came, without blank lines, repeated headers and totals; broken ones included

    def origin_of(self, position: int) -> str:
        """The file that a row came in."""
        return self.origin if self.file_codes is None else self.files[int(self.file_codes[position])]

    @property
    def plain(self) -> pd.DataFrame:
        """The rows with their codes as text."""
        return plain(self.frame)

    def place_of(self, column: str, position: int | None) -> tuple[str, int | None]:
        """The sender's header of a column, and its place in the file, first = 0; of a month's cell those of its own column."""
        if column in self.of_months and position is not None:
            return self.months[str(self.frame[self.of_months[0]].iloc[position])[:7]]
        return self.headers.get(column, column), self.places.get(column)

    def taken(self, which: Mask | npt.NDArray[np.integer], frame: pd.DataFrame | None = None) -> "ReadTable":
        """The table with only the rows that are kept, or with rows in another order; `frame` where its rows are there already."""
        taken = (self.frame[which] if which.dtype == bool else self.frame.iloc[which]) if frame is None else frame
        return replace(
            self,
            frame=only_used(taken.reset_index(drop=True)) if len(taken) < len(self.frame) else taken.reset_index(drop=True),
            rows=self.rows[which],
            beside={
                name: (column[which] if which.dtype == bool else column.iloc[which]).reset_index(drop=True)
                for name, column in self.beside.items()
            },
            file_codes=None if self.file_codes is None else self.file_codes[which],
        )
