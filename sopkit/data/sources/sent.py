"""What a sender sent, row by row as it stands in the file: for sending it back with the faulty cells marked."""

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sopkit.data.sources.dialect import Dialect

MOST_ROWS = 5_000  # a file with more is mirrored with its header and the rows that have findings only
MOST_BYTES = 64 << 20
SIGNS = {"iso-8859-1": "latin-1"}
SentCell = object  # text of a text file, else what the workbook or the Parquet file holds
Keep = Callable[[int], bool]


@dataclass(frozen=True)
class SentSheet:
    """Rows of one file or sheet by physical row (first = 1), and whether they are all of them."""

    name: str
    rows: tuple[tuple[int, tuple[SentCell, ...]], ...]
    whole: bool


def sent_sheet(path: Path, dialect: Dialect, found_rows: set[int]) -> SentSheet | None:
    """The rows of a file as they stand in it: all of a small file, of a large one those that lead to the header or have findings.

    Args:
        path: the file.
        dialect: how it is declared.
        found_rows: physical rows with findings.

    Returns:
        SentSheet; None where the file is no readable text, workbook or Parquet file, or is too large to be looked at twice.
    """
    name = dialect.sheet or path.name
    if not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    kept: list[tuple[int, tuple[SentCell, ...]]] = []
    count = 0
    try:
        for row, cells in _rows(path, dialect):
            count += 1
            if count <= MOST_ROWS or row in found_rows:
                kept.append((row, cells))
    except (OSError, ValueError, KeyError, csv.Error, EOFError, SyntaxError):
        return None
    if count > MOST_ROWS:
        kept = [(row, cells) for row, cells in kept if row <= dialect.header_row or row in found_rows]
    return SentSheet(name, tuple(kept), count <= MOST_ROWS)


def _rows(path: Path, dialect: Dialect) -> Iterator[tuple[int, tuple[SentCell, ...]]]:
    suffix = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if suffix == "xlsx":
        return _rows_of_workbook(path, dialect)
    if suffix == "parquet":
        return _rows_of_parquet(path)
    return _rows_of_text(path, dialect)


def _rows_of_text(path: Path, dialect: Dialect) -> Iterator[tuple[int, tuple[SentCell, ...]]]:
    """Records with the physical line that each begins on."""
    packed = path.name.lower().endswith(".gz")
    with gzip.open(path) if packed else path.open("rb") as raw:
        data = raw.read(MOST_BYTES)
    encoding = "utf-8-sig" if dialect.encoding == "utf-8" else SIGNS.get(dialect.encoding, dialect.encoding)
    lines = csv.reader(io.StringIO(data.decode(encoding, errors="replace"), newline=""), delimiter=dialect.delimiter)
    begins = 1
    for cells in lines:
        yield begins, tuple(cells)
        begins = lines.line_num + 1


def _rows_of_workbook(path: Path, dialect: Dialect) -> Iterator[tuple[int, tuple[SentCell, ...]]]:
    from openpyxl import load_workbook  # takes 0.2 s: for workbooks only

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        sheet = book[dialect.sheet] if dialect.sheet else book[book.sheetnames[0]]
        sheet.reset_dimensions()
        for row, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if any(cell is not None for cell in cells):
                yield row, tuple(cells)
    finally:
        book.close()


def _rows_of_parquet(path: Path) -> Iterator[tuple[int, tuple[SentCell, ...]]]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as opened:
        yield 1, tuple(opened.schema_arrow.names)
        row = 2
        for batch in opened.iter_batches(10_000):
            for record in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield row, tuple(record)
                row += 1
