"""Valid tables in several formats, and one fault put into a random row of one: the bench of the bad-input tests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

from sopkit.data.finding_rules import RULES
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import Intake, read_sources

CUTOFF = "2026-03"
CODES = ("00123", "NA", "1E5", "B-7", "None", "Å/4 x")
MONTHS = tuple((year, month) for year, month in ((2025, 10), (2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3)))


@dataclass(frozen=True)
class Valid:
    """A valid table: its columns with their kinds, and its rows in Python values."""

    name: str
    columns: tuple[tuple[str, str], ...]  # name, kind
    rows: tuple[tuple[object, ...], ...]

    @property
    def header(self) -> list[str]:
        return [name for name, _ in self.columns]

    def place(self, column: str) -> int:
        return self.header.index(column)


def _sales() -> Iterable[tuple[object, ...]]:
    for number, (year, month) in enumerate(MONTHS):
        for place, item in enumerate(CODES):
            yield date(year, month, 3 + 4 * place), item, "north", "retail", f"C{place}", 2.5 + number, 100.0 + 10 * place


def _orders() -> Iterable[tuple[object, ...]]:
    for number, (year, month) in enumerate(MONTHS):
        for place, item in enumerate(CODES[:4]):
            order = f"{number:02d}{place:03d}"
            days = date(year, month, 2 + place), date(year, month, 20 + place)
            yield order, "1", item, "north", "retail", f"C{place}", *days, 4.0 + place, 4.0 + place


VALID = {
    table.name: table
    for table in (
        Valid(
            "items",
            (("item", "code"), ("item_name", "text"), ("family", "code"), ("supply_strategy", "choice")),
            tuple((code, f"Vara {place}", "F01", "stock") for place, code in enumerate(CODES)),
        ),
        Valid(
            "sales_history",
            (
                ("date", "day"),
                ("item", "code"),
                ("region", "code"),
                ("channel", "code"),
                ("customer", "code"),
                ("quantity", "number"),
                ("revenue", "number"),
            ),
            tuple(_sales()),
        ),
        Valid(
            "orders",
            (
                ("order", "code"),
                ("line", "code"),
                ("item", "code"),
                ("region", "code"),
                ("channel", "code"),
                ("customer", "code"),
                ("order_date", "day"),
                ("requested_date", "day"),
                ("quantity", "number"),
                ("shipped_quantity", "number"),
            ),
            tuple(_orders()),
        ),
        Valid(
            "inventory",
            (("item", "code"), ("period", "period"), ("quantity", "number")),
            tuple((code, f"{year}-{month:02d}", 5.0 + month) for year, month in MONTHS for code in CODES[:4]),
        ),
        Valid(
            "prices",
            (("item", "code"), ("region", "code"), ("channel", "code"), ("valid_from", "day"), ("net_price", "number")),
            tuple((code, "north", "retail", date(2025, 1 + place, 1), 9.5 + place) for place, code in enumerate(CODES)),
        ),
    )
}


@dataclass(frozen=True)
class Format:
    """How a valid table is written to a file: text in a dialect, a workbook, or Parquet."""

    suffix: str
    dialect: tuple[tuple[str, object], ...] = ()
    quoted: bool = False
    end: str = "\r\n"

    @property
    def declared(self) -> dict[str, object]:
        return dict(self.dialect)

    @property
    def is_text(self) -> bool:
        return self.suffix == ".csv"

    def text(self, value: object) -> str:
        """A value as the dialect writes it."""
        if value is None:
            return ""
        if isinstance(value, date):
            return value.strftime(
                str(self.declared.get("date_format", "YYYY-MM-DD")).replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d")
            )
        if isinstance(value, float):
            return f"{value:.15g}".replace(".", str(self.declared.get("decimal", ".")))
        return str(value)


FORMATS = {
    "swedish": Format(".csv", (("delimiter", ";"), ("decimal", ","), ("thousands", " "), ("encoding", "cp1252")), end="\r\n"),
    "german": Format(".csv", (("delimiter", ";"), ("decimal", ","), ("thousands", "."), ("date_format", "DD.MM.YYYY")), end="\n"),
    "plain": Format(".csv", (), quoted=True, end="\n"),
    "tabs": Format(".csv", (("delimiter", "\t"), ("encoding", "utf-16"))),
    "xlsx": Format(".xlsx"),
    "parquet": Format(".parquet"),
}
TEXT = ("swedish", "german", "plain", "tabs")
Lines = list[list[object]]


def lines_of(table: Valid) -> Lines:
    """Header and rows, to be broken."""
    return [list(table.header), *[list(row) for row in table.rows]]


def random_row(table: Valid, *seed: object) -> int:
    """A physical row of a table (header = 1), drawn by the seed."""
    return Random("|".join(map(str, seed))).randrange(len(table.rows)) + 2


def write(folder: Path, table: Valid, form: Format, lines: Lines) -> None:
    """Write lines as a file of the table in a format."""
    path = folder / f"{table.name}{form.suffix}"
    if form.is_text:
        path.write_bytes(text_of(form, lines).encode(str(form.declared.get("encoding", "utf-8"))))
    elif form.suffix == ".xlsx":
        book = Workbook()
        for line in lines:
            book.active.append(line)
        book.save(path)
    else:
        columns = zip(*lines[1:], strict=True)
        types = {"day": pa.date32(), "number": pa.float64(), "whole": pa.int64(), "flag": pa.bool_()}
        names, kinds = [str(name) for name in lines[0]], dict(table.columns)
        arrays = [pa.array(cells, types.get(kinds[name], pa.string())) for cells, name in zip(columns, names, strict=True)]
        pq.write_table(pa.table(arrays, names=names), path)


def text_of(form: Format, lines: Lines) -> str:
    """Lines as text in a dialect; a cell is quoted where the format quotes all or the cell needs it."""
    delimiter = str(form.declared.get("delimiter", ","))
    return form.end.join(delimiter.join(_cell(form, value, delimiter) for value in line) for line in lines) + form.end


def _cell(form: Format, value: object, delimiter: str) -> str:
    text = form.text(value)
    if (form.quoted and isinstance(value, str)) or any(sign in text for sign in (delimiter, '"', "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def read(folder: Path, table: Valid, form: Format, *, others: dict[str, object] | None = None, **more: object) -> Intake:
    """The table read from its file, beside the valid items and sales that every company needs."""
    sources = {name: Source.model_validate({"rows": _rows(VALID[name])}) for name in ("items", "sales_history")}
    declared = {"file": f"{table.name}{form.suffix}", **form.declared, **more}
    return read_sources(sources | (others or {}) | {table.name: Source.model_validate(declared)}, folder, cutoff=CUTOFF)  # type: ignore[arg-type]


def _rows(table: Valid) -> list[dict[str, object]]:
    return [
        {name: str(value) if isinstance(value, date) else value for name, value in zip(table.header, row, strict=True)}
        for row in table.rows
    ]


Told = tuple[str, str, int, str]


READING = ("file", "structure", "cell")  # groups of rules on what a file says; the others ask whether it can be meant


def told(intake: Intake, *, notes: bool = False) -> list[Told]:
    """Rule, outcome, row and column of each finding about reading; of those that are only notes (ACCEPT) where asked for."""
    found = []
    for row in intake.findings.to_dict("records"):
        if RULES[row["rule"]].group in READING and (notes or row["outcome"] != "ACCEPT"):
            column = row["column"] if isinstance(row["column"], str) else ""
            found.append((row["rule"], row["outcome"], int(row["row"]), column))
    return found


def broken(folder: Path, table: Valid, form: Format, change: Callable[[Lines], None], **more: object) -> Intake:
    """The valid table with one change, written and read."""
    lines = lines_of(table)
    change(lines)
    write(folder, table, form, lines)
    return read(folder, table, form, **more)
