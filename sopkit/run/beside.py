"""A file of ours beside the company's own: received rows of an input table, in its dialect, with its header."""

import csv
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import DataError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.data.contracts.column import Column
    from sopkit.data.sources.declaration import Source


@dataclass(frozen=True)
class Beside:
    """Where received rows of a table go, and in which form: a source that reads a folder of files reads this one too."""

    source: "Source"
    table: str
    folder: Path  # the company's data
    file: str  # the one that is written

    @property
    def is_read(self) -> bool:
        """Whether the source takes the file in."""
        return self.source.file is not None and fnmatchcase(self.file, self.source.file)

    @cached_property
    def columns(self) -> list[str]:
        """The contract's columns that the company's own file has; all where there is no such file."""
        from sopkit.data.contracts import INPUTS

        header = self._header
        return [column.name for column in INPUTS[self.table].columns if not header or self._stands_in(column, header)]

    def written(self, frame: "pd.DataFrame") -> bytes:
        """Rows as the file's content; DataError where its encoding lacks a sign."""
        columns = [name for name in self.columns if name in frame]
        content = StringIO()
        writer = csv.writer(content, delimiter=self.source.delimiter, lineterminator="\n")
        writer.writerow([self.source.columns.get(name, name) for name in columns])
        for row in frame[columns].to_dict("records"):
            writer.writerow([_cell(value, self.source.decimal) for value in row.values()])
        try:
            return content.getvalue().encode(self.source.encoding)
        except UnicodeEncodeError as error:
            came = f"{error.object[error.start : error.end]!r} in a text"
            hint = f"Declare the company's {self.table} as utf-8, or write the text otherwise"
            raise DataError(
                "what came back cannot be written", [Problem(self.file, came, f"signs of {self.source.encoding}", hint)]
            ) from None

    @cached_property
    def _header(self) -> list[str]:
        """The header of the company's own file, which this one shares; empty where there is no such file."""
        others = [path for path in sorted(self.folder.glob(str(self.source.file))) if path.name != self.file]
        if not others:
            return []
        with others[0].open(encoding=self.source.encoding, newline="") as file:
            return [name.strip().casefold() for name in next(csv.reader(file, delimiter=self.source.delimiter), [])]

    def _stands_in(self, column: "Column", header: list[str]) -> bool:
        names = (self.source.columns.get(column.name, column.name), column.name, *column.aliases)
        return any(name.casefold() in header for name in names)


def _cell(value: object, decimal: str) -> str:
    if value is None or value != value:
        return ""
    return repr(value).replace(".", decimal) if isinstance(value, float) else str(value)
