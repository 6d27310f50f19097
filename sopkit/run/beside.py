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
    earlier: Path | None = None  # the data of the cycle before: its file has the header where this cycle's is not here yet

    @property
    def is_read(self) -> bool:
        """Whether the source takes the file in."""
        return self.source.file is not None and fnmatchcase(self.file, self.source.file)

    @cached_property
    def columns(self) -> list[str]:
        """The contract's columns that the company's own file has; all where there is no such file."""
        return [name for name in self._written.values() if name]

    def written(self, frame: "pd.DataFrame") -> bytes:
        """Rows as the file's content, under the header of the company's own; DataError where its encoding lacks a sign."""
        header = self._written if self._header else {word: name for word, name in self._written.items() if name in frame}
        content = StringIO()
        writer = csv.writer(content, delimiter=self.source.delimiter, lineterminator="\n")
        writer.writerow(header)
        for row in frame.to_dict("records"):
            writer.writerow([_cell(row.get(name), self.source.decimal) for name in header.values()])
        try:
            return content.getvalue().encode(self.source.encoding)
        except UnicodeEncodeError as error:
            came = f"{error.object[error.start : error.end]!r} in a text"
            hint = f"Declare the company's {self.table} as utf-8, or write the text otherwise"
            raise DataError(
                "what came back cannot be written", [Problem(self.file, came, f"signs of {self.source.encoding}", hint)]
            ) from None

    @cached_property
    def _written(self) -> dict[str, str]:
        """Each word of the header, and the contract's column that it stands for; nothing for a column of the company's own."""
        from sopkit.data.contracts import INPUTS

        columns = INPUTS[self.table].columns
        if not self._header:
            return {self.source.columns.get(column.name, column.name): column.name for column in columns}
        return {word: next((column.name for column in columns if self._stands_for(word, column)), "") for word in self._header}

    @cached_property
    def _header(self) -> list[str]:
        """The header of the company's own file, which this one shares; empty where there is no such file."""
        folders = [self.folder, *([self.earlier] if self.earlier else [])]
        others = [path for folder in folders for path in sorted(folder.glob(str(self.source.file))) if path.name != self.file]
        if not others:
            return []
        with others[0].open(encoding=self.source.encoding, newline="") as file:
            return [name.strip() for name in next(csv.reader(file, delimiter=self.source.delimiter), [])]

    def _stands_for(self, word: str, column: "Column") -> bool:
        names = (self.source.columns.get(column.name, column.name), column.name, *column.aliases)
        return word.casefold() in {name.casefold() for name in names}


def _cell(value: object, decimal: str) -> str:
    if value is None or value != value:
        return ""
    return repr(value).replace(".", decimal) if isinstance(value, float) else str(value)
