"""The files of one intake: each read once, and each column parsed once, whoever asks for it."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import PLAIN
from sopkit.data.sources.cells import parsed_cells
from sopkit.data.sources.declaration import QueryFile
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.folder_rules import none_called, same_header, tell_months
from sopkit.data.sources.folders import is_pattern, matching_files
from sopkit.data.sources.raw import Cells, RawTable, cells_of, unreadable
from sopkit.data.sources.text_files import read_text_file
from sopkit.data.sources.typed_files import FILE_COLUMN, ROW_COLUMN, read_parquet_file
from sopkit.data.sources.workbooks import read_workbook

PARAMS_ROWS = "rows in the params"
KINDS = {"text": ("text", pa.string()), "number": ("number", pa.float64()), "day": ("day", pa.date32())}


class OpenedFiles:
    """Reads files below a folder, remembers them, and tells each fault once."""

    def __init__(self, root: Path, log: FindingLog) -> None:
        self._root = root
        self._log = log
        self._tables: dict[Dialect, RawTable] = {}
        self._given: list[RawTable] = []
        self._columns: dict[tuple[int, str, str, str, tuple[str, ...]], pa.Array] = {}  # by the id of a remembered table

    def table(self, dialect: Dialect) -> RawTable:
        """The cells of a declared file, or of rows given in the params; broken where it cannot be read."""
        if dialect.rows:
            self._given.append(_rows_of_params(dialect))
            return self._given[-1]
        plain = _plain(dialect)
        if plain not in self._tables:
            self._tables[plain] = _read_file(self._root / str(plain.file), plain, self._log)
        return self._tables[plain]

    def released(self, table: RawTable, later: Collection[str]) -> RawTable:
        """The table, after giving free the files that come `later` no more: a large one is not kept beside what is made of it."""
        self._tables = {dialect: opened for dialect, opened in self._tables.items() if dialect.file in later}
        kept = {id(opened) for opened in (*self._tables.values(), *self._given)}
        self._columns = {key: column for key, column in self._columns.items() if key[0] in kept}
        return table

    def questions(self, dialect: Dialect) -> tuple[Finding, ...]:
        """What a person must answer about a declared file before it may be used."""
        if dialect.file is None:
            return ()
        files = [found.name for found in matching_files(dialect.file, self._root)] if is_pattern(dialect.file) else [dialect.file]
        return tuple(question for file in files for question in self.table(dialect.model_copy(update={"file": file})).questions)

    def view(self, file: QueryFile, *, cutoff: str) -> pa.Table | None:
        """A declared file for a query: text as written (blank = NULL), declared kinds as numbers and dates, and `source_row`.

        Of a folder all files, one after the other, with `source_file` besides; a file with another header than the first is told.
        None where a file cannot be read.
        """
        if not file.is_folder:
            return self._view_of_file(file)
        found = matching_files(str(file.file), self._root)
        files = [file.model_copy(update={"file": one.name}) for one in found]
        tell_months(found, str(file.file), self._log, cutoff=cutoff)
        views = {str(one.file): self._view_of_file(one) for one in files}
        readable = {name: view for name, view in views.items() if view is not None}
        if not files or len(readable) < len(views):
            self._log.note(none_called(str(file.file))) if not files else None
            return None
        tables = [self.table(one) for one in files]
        if [table for table in tables if not same_header(table, tables[0], self._log)]:
            return None
        named = [view.append_column(FILE_COLUMN, pa.array([name] * len(view), pa.string())) for name, view in readable.items()]
        return pa.concat_tables(named).unify_dictionaries()

    def _view_of_file(self, file: QueryFile) -> pa.Table | None:
        table = self.table(file)
        if table.broken:
            return None
        self._tell_unknown_kinds(table, file)
        columns = {name: self._column(table, name, cells, file) for name, cells in zip(table.header, table.cells, strict=True)}
        return pa.table(columns | {ROW_COLUMN: pa.array(np.asarray(table.rows, dtype=np.int64))})

    def _column(self, table: RawTable, name: str, cells: Cells, file: QueryFile) -> pa.Array:
        kind, form = file.kinds.get(name, "text"), file.date_formats.get(name, file.date_format)
        key = (id(table), name, kind, form, file.empty_marks)
        if key not in self._columns:
            grammar = PLAIN if file.rows else file.grammar(form)
            contract_kind, arrow_type = KINDS[kind]
            parsed = parsed_cells(cells, contract_kind, grammar, file.empty_marks)
            parsed.tell(table, name, self._log)
            column = pa.DictionaryArray.from_arrays(pa.array(cells.codes), parsed.arrow(arrow_type))
            self._columns[key] = column if kind == "text" else column.dictionary_decode()
        return self._columns[key]

    def _tell_unknown_kinds(self, table: RawTable, file: QueryFile) -> None:
        for declared, names in (("kinds", file.kinds), ("date_formats", file.date_formats)):
            for name in sorted(set(names) - set(table.header)):
                told = f"`{declared}` names {name!r}, which the file does not have; it has {', '.join(table.header)}"
                self._log.note(Finding(table.origin, "missing_column", told, "REJECT", f"correct `{declared}`", column=name))


def _plain(dialect: Dialect) -> Dialect:
    """Only what decides how a file is read: two sources that agree in it share one reading."""
    return Dialect.model_validate({name: getattr(dialect, name) for name in Dialect.model_fields if name != "rows"})


def _read_file(path: Path, dialect: Dialect, log: FindingLog) -> RawTable:
    origin = str(dialect.file)
    if not path.is_file():
        here = sorted(other.name for other in path.parent.iterdir())[:20] if path.parent.is_dir() else []
        hint = f"the folder {path.parent.name} has: {', '.join(here)}" if here else f"there is no folder {path.parent}"
        log.note(Finding(origin, "missing_file", f"the file {path} is not there", "REJECT", hint))
        return unreadable(origin)
    readers = {".xlsx": read_workbook, ".parquet": read_parquet_file}
    return readers.get(path.suffix.lower(), read_text_file)(path, dialect, log)


def _rows_of_params(dialect: Dialect) -> RawTable:
    """Rows given in the params, as a table; row 1 is the first of the list."""
    header = tuple(dict.fromkeys(name for row in dialect.rows for name in row))
    columns = tuple(cells_of([row.get(name) for row in dialect.rows]) for name in header)
    positions = pd.RangeIndex(1, len(dialect.rows) + 1).to_numpy()
    return RawTable(PARAMS_ROWS, header, 0, columns, positions)
