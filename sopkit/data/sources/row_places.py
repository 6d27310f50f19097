"""Where the rows of an input table stand in their file: the way back from a figure to the line that somebody sent."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sopkit.data.contracts import INPUTS
from sopkit.data.findings import FindingLog
from sopkit.data.sources.declaration import DATABASES, Source, database_origin, received_name
from sopkit.data.sources.detecting import as_detected
from sopkit.data.sources.monthly_files import read_folder
from sopkit.data.sources.opened import OpenedFiles
from sopkit.data.sources.read_table import ReadTable
from sopkit.data.sources.reading import raw_table
from sopkit.data.sources.table import typed_table
from sopkit.data.sources.typed_files import read_received_table


@dataclass(frozen=True)
class PlacedRows:
    """The rows of an input table as they were read, each with its file, sheet and physical row (first row of the file = 1)."""

    frame: pd.DataFrame  # the contract's columns, and `source_file`, `source_sheet`, `source_row`


def placed_rows(name: str, source: Source, root: Path, *, cutoff: str) -> PlacedRows:
    """Read one declared source again, with the place of each row.

    Args:
        name: input table.
        source: how it is read.
        root: folder that file names start from: a run's snapshot.
        cutoff: last closed period, which queries may name.
    """
    table = _read(name, source, root, cutoff)
    files = [table.origin_of(position) for position in range(len(table.frame))]
    frame = table.frame.assign(source_file=files, source_sheet=table.sheet, source_row=list(table.rows))
    return PlacedRows(frame.reset_index(drop=True))


def _read(name: str, source: Source, root: Path, cutoff: str) -> ReadTable:
    log = FindingLog()
    opened = OpenedFiles(root, log)
    with log.of_table(name):
        source = as_detected(source, root, log)
        if source.is_folder:
            return read_folder(opened, root, INPUTS[name], source, log, cutoff=cutoff)
        if source.connection is not None:
            raw = read_received_table(root / DATABASES / received_name(name, source), database_origin(source, name), log)
            return typed_table(raw, name, INPUTS[name], source, log)
        return typed_table(raw_table(source, opened, cutoff, log), name, INPUTS[name], source, log)
