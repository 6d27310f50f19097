"""The matrix of bad inputs, drawn from the contracts: each family of faults, in each column it can stand in, in each format.

A family says how such a fault is spelt with a seeded draw, not one example of it; the valid table it is put into is made
from the contract's columns alone. So a table, a column or a fault that nobody thought of is a case like any other.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

import pyarrow.parquet as pq
from bad_inputs import FORMATS, READING, TEXT, Format, Lines, Valid, lines_of, write

from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.column import Column
from sopkit.data.finding_rules import RULES
from sopkit.data.findings import FindingLog
from sopkit.data.sources.connections import Connection
from sopkit.data.sources.databases import Extract, received_tables
from sopkit.data.sources.declaration import Source, received_name
from sopkit.data.sources.opened import OpenedFiles
from sopkit.data.sources.read_table import ReadTable
from sopkit.data.sources.reading import raw_table
from sopkit.data.sources.table import typed_table
from sopkit.data.sources.typed_files import read_received_table

ROWS = 9
SQL = "sqlite"
FORMS = {**FORMATS, SQL: Format(".sqlite")}
TYPED = ("xlsx", "parquet", SQL)
CUTOFF = "2026-03"
Told = tuple[str, str, int, str]  # rule, outcome, row, column
NUMBERS, WORDS = ("number", "whole"), ("code", "text")
KINDS = ("code", "text", "choice", "period", "day", "number", "whole", "flag")


@cache
def valid_table(name: str) -> Valid:
    """A valid table of a contract: every column filled, every key once."""
    columns = INPUTS[name].columns
    return Valid(
        name,
        tuple((column.name, column.kind) for column in columns),
        tuple(tuple(_good(column, row, place) for place, column in enumerate(columns)) for row in range(ROWS)),
    )


def _good(column: Column, row: int, place: int) -> object:
    if column.kind == "code":
        return f"{row:03d}{column.name[:2].upper()}"
    if column.kind == "text":
        return f"{column.name} Å{row}, nr {place}"
    if column.kind == "choice":
        return column.choices[row % len(column.choices)]
    if column.kind == "period":
        return f"2025-{row + 2:02d}"
    if column.kind == "day":
        return date(2025, 2, 3 + place) + timedelta(days=31 * row)
    if column.kind == "flag":
        return row % 2 == 0
    least = column.least or 0
    if column.kind == "whole":
        return int(least) + row
    return (1 + row) / 16 if column.most == 1 else least + 2.5 + row


@dataclass(frozen=True)
class Family:
    """Faults of one sort: the kinds of column they stand in, how one is spelt, and what must become of it."""

    name: str
    kinds: tuple[str, ...]
    spelt: Callable[[Random, Column, Format, object], object]  # the cell; NotImplemented = this column cannot have it
    rules: tuple[str, ...]
    outcome: str = "REJECT"
    formats: tuple[str, ...] = TEXT


def _letters(draw: Random) -> str:
    return "".join(draw.choice("bdfghjkmpqrtv") for _ in range(draw.randint(4, 9)))


def _whole(draw: Random) -> str:
    return str(draw.randint(1, 999))


def _one_of(*texts: object) -> Callable[[Random, Column, Format, object], object]:
    return lambda draw, column, form, good: draw.choice(texts)


def _other_dialect(draw: Random, column: Column, form: Format, good: object) -> object:
    """A number of another country's dialect, which in the declared one is none."""
    decimal, thousands = form.declared.get("decimal", "."), form.declared.get("thousands", "")
    ones, group, cents = draw.randint(1, 99), draw.randint(100, 999), draw.randint(1, 99)
    ways = {".": [f"{ones},{cents}", f"{ones}.{group},{cents}"], ",": [f"{ones}.{cents}", f"{ones},{group}.{cents}"]}[str(decimal)]
    groups = {" ": f"{ones} {group}", ".": f"{ones}.{group}", "'": f"{ones}'{group}", ",": f"{ones},{group}"}
    ways += [text for sign, text in groups.items() if sign not in (thousands, decimal)]
    return draw.choice(ways)


def _broken_group(draw: Random, column: Column, form: Format, good: object) -> object:
    sign = str(form.declared.get("thousands", "")) or " "
    return draw.choice([f"{_whole(draw)}{sign}{draw.randint(10, 99)}", f"{draw.randint(1000, 9999)}{sign}{draw.randint(100, 999)}"])


def _below(draw: Random, column: Column, form: Format, good: object) -> object:
    return NotImplemented if column.least is None else float(int(column.least) - draw.randint(1, 500))


def _above(draw: Random, column: Column, form: Format, good: object) -> object:
    return NotImplemented if column.most is None else float(int(column.most) + draw.randint(1, 500))


def _powers(draw: Random, column: Column, form: Format, good: object) -> object:
    fits = column.most is None and column.kind == "number"
    return f"{draw.randint(1, 9)}{form.declared.get('decimal', '.')}{draw.randint(1, 9)}E+0{draw.randint(1, 5)}" if fits else NotImplemented


def _written(form: Format, year: int, month: object, day: object) -> str:
    pattern = str(form.declared.get("date_format", "YYYY-MM-DD"))
    return pattern.replace("YYYY", f"{year:04d}").replace("MM", f"{month:0>2}").replace("DD", f"{day:0>2}")


def _no_day(draw: Random, column: Column, form: Format, good: object) -> object:
    month, day = draw.choice([(2, 30), (4, 31), (6, 31), (13, draw.randint(1, 28)), (0, 5), (draw.randint(1, 12), 32), (7, 0)])
    return _written(form, draw.randint(2020, 2026), month, day)


def _far_year(draw: Random, column: Column, form: Format, good: object) -> object:
    return _written(form, draw.choice([draw.randint(1, 1989), draw.randint(2100, 9999)]), draw.randint(1, 12), 1)


def _other_date(draw: Random, column: Column, form: Format, good: object) -> object:
    day, month, year = draw.randint(1, 28), draw.randint(1, 12), draw.randint(2021, 2026)
    ways = [f"{month:02d}/{day:02d}/{year}", f"{year}/{month:02d}/{day:02d}", f"{day}-{month}-{year % 100:02d}", f"{day} maj {year}"]
    ways += [f"{year}-{month:02d}-{day:02d}" if "date_format" in form.declared else f"{day:02d}.{month:02d}.{year}"]
    return draw.choice([*ways, f"{year}{month:02d}{day:02d}", f"{year}-{month:02d}-{day:02d}T22:30Z"])


def _week(draw: Random, column: Column, form: Format, good: object) -> object:
    week = draw.randint(1, 52)
    return draw.choice([f"26{week:02d}", f"v.{week} 2026", f"2026-W{week:02d}", f"v{week}", f"W{week}"])


def _padded(draw: Random, column: Column, form: Format, good: object) -> object:
    tab = [] if form.declared.get("delimiter") == "\t" else ["\t"]
    signs = [" ", "  ", "\u00a0", *tab] + ([] if form.declared.get("encoding") == "cp1252" else ["\u200b", "\u202f", "\ufeff"])
    blank, text = draw.choice(signs), form.text(good)
    return draw.choice([f"{text}{blank}", f"{blank}{text}", f"{blank}{text}{blank}"])


def _error(draw: Random, column: Column, form: Format, good: object) -> object:
    return draw.choice(["#N/A", "#SAKNAS!", "#REF!", "#REFERENS!", "#DIV/0!", "#DIVISION/0!", "#VÄRDEFEL!", "#NAMN?", "#NUM!", "#SPILL!"])


def _blank(draw: Random, column: Column, form: Format, good: object) -> object:
    if not column.required:
        return NotImplemented
    return draw.choice(["", " ", "\u00a0"]) if form.is_text else None


NO_NUMBER, NO_DATE = ("not_a_number", "other_dialect"), ("not_a_date", "other_date_format", "impossible_date", "not_a_month")
A_DAY = datetime(2026, 3, 2)
FAMILIES = (
    Family("words", NUMBERS, lambda draw, *_: _letters(draw), NO_NUMBER, formats=(*TEXT, "xlsx")),
    Family("unit behind", NUMBERS, lambda draw, *_: f"{_whole(draw)} {draw.choice(['kg', 'st', 'kr', 'pcs', '%', 'EUR', 'm'])}", NO_NUMBER),
    Family("currency in front", NUMBERS, lambda draw, *_: f"{draw.choice(['SEK ', '$', '€', 'kr '])}{_whole(draw)}", NO_NUMBER),
    Family(
        "nothing", NUMBERS, _one_of("-", "–", "—", "..", "...", "n/a", "NA", "NULL", "None", "null", "?", "x", "k.A.", "tom"), NO_NUMBER
    ),
    Family("not finite", NUMBERS, _one_of("inf", "-inf", "Infinity", "nan", "NaN", "1e400", "-1E999"), NO_NUMBER, formats=(*TEXT, "xlsx")),
    Family("not finite, typed", ("number",), _one_of(float("inf"), float("nan"), float("-inf")), NO_NUMBER, formats=("parquet",)),
    Family("for programmers", NUMBERS, _one_of("1_000", "0x1F", "0b11", "1e", "e5", "+5", "True", "1j", "5f", "12L"), NO_NUMBER),
    Family("half a number", NUMBERS, _one_of("12,", "12.", ",5", ".5", "--5", "- 5", "1,2,3", "1.2.3", "1/2"), NO_NUMBER),
    Family("other digits", NUMBERS, _one_of("²", "½", "１２", "٣", "Ⅻ", "१२"), NO_NUMBER, formats=("german", "plain", "tabs", "xlsx")),
    Family("accounting", NUMBERS, lambda draw, *_: draw.choice([f"({_whole(draw)})", f"{_whole(draw)}-", f"{_whole(draw)} CR"]), NO_NUMBER),
    Family("other dialect", NUMBERS, _other_dialect, NO_NUMBER),
    Family("broken group", NUMBERS, _broken_group, NO_NUMBER),
    Family("below the least", NUMBERS, _below, ("out_of_bounds",), formats=(*TEXT, *TYPED)),
    Family("above the most", NUMBERS, _above, ("out_of_bounds",), formats=(*TEXT, *TYPED)),
    Family("a part of one", ("whole",), lambda draw, c, f, good: float(good) + 0.5, ("out_of_bounds",), formats=(*TEXT, "xlsx")),
    Family("power of ten", NUMBERS, _powers, ("scientific",), "ACCEPT"),
    Family("date for a number", NUMBERS, _one_of(A_DAY, True), ("not_a_number",), formats=("xlsx",)),
    Family("number as text", NUMBERS, lambda draw, c, f, good: f"{good:g}", ("number_as_text",), "REPAIR", ("xlsx",)),
    Family("no day", ("day",), _no_day, ("impossible_date",), formats=(*TEXT, "xlsx", SQL)),
    Family("no month", ("period",), lambda draw, *_: f"2026-{draw.choice([0, 13, 14, 99]):02d}", NO_DATE, formats=(*TEXT, *TYPED)),
    Family("inside a month", ("period",), lambda d, c, form, g: _written(form, 2026, 2, d.randint(2, 27)), ("not_a_month",)),
    Family("far year", ("day",), _far_year, ("impossible_date",), formats=(*TEXT, "xlsx", SQL)),
    Family(
        "far year of a month",
        ("period",),
        lambda draw, *_: f"{draw.choice([26, 202, 1026, 2206]):04d}-02",
        NO_DATE,
        formats=(*TEXT, *TYPED),
    ),
    Family("other date", ("day", "period"), _other_date, NO_DATE),
    Family("week", ("day", "period"), _week, NO_DATE, formats=(*TEXT, "xlsx")),
    Family("count of days", ("day", "period"), lambda draw, *_: str(draw.randint(44_000, 46_500)), NO_DATE),
    Family("count of days, typed", ("day", "period"), lambda draw, *_: draw.randint(44_000, 46_500), NO_DATE, formats=("xlsx",)),
    Family("no date at all", ("day", "period"), lambda draw, *_: _letters(draw), NO_DATE, formats=(*TEXT, "xlsx", SQL)),
    Family("time of day", ("day",), _one_of(datetime(2026, 3, 2, 8, 30)), ("time_of_day",), formats=("xlsx",)),
    Family("no choice", ("choice",), lambda draw, *_: _letters(draw), ("not_a_choice",), formats=(*TEXT, *TYPED)),
    Family("no flag", ("flag",), lambda draw, *_: draw.choice(["2", "-1", _letters(draw), "?"]), ("not_a_flag",), formats=(*TEXT, "xlsx")),
    Family(
        "shortened code",
        ("code",),
        lambda d, c, form, g: f"{d.randint(1, 9)},{d.randint(10, 99)}E+{d.randint(10, 15)}",
        ("precision_lost",),
    ),
    Family("date for a code", WORDS, _one_of(A_DAY), ("code_is_a_date",), formats=("xlsx",)),
    Family("long number for a code", WORDS, _one_of(7350012345678.5, 7.35001234567812e17), ("code_is_a_number",), formats=("xlsx",)),
    Family("number for a code", ("code",), lambda draw, *_: draw.randint(10_000, 99_999) + 0.0, ("",), "", ("xlsx",)),
    Family("blanks around", (*WORDS, "choice"), _padded, ("trimmed",), "REPAIR", (*TEXT, *TYPED)),
    Family("error value", KINDS, _error, ("spreadsheet_error",), formats=(*TEXT, "xlsx")),
    Family("blank", KINDS, _blank, ("empty_cell",), formats=(*TEXT, *TYPED)),
)


@dataclass(frozen=True)
class Case:
    """One fault in one cell of one table in one format."""

    table: str
    column: Column
    form: str
    family: Family

    @property
    def name(self) -> str:
        return f"{self.table}.{self.column.name} {self.form} {self.family.name}"

    def drawn(self) -> tuple[int, object]:
        """The row (header = 1) and what stands in its cell; NotImplemented where the column cannot have the fault."""
        draw = Random(self.name)
        row = draw.randrange(ROWS) + 2
        table = valid_table(self.table)
        value = self.family.spelt(draw, self.column, FORMS[self.form], table.rows[row - 2][table.place(self.column.name)])
        encoding = str(FORMS[self.form].declared.get("encoding", "utf-8"))
        if isinstance(value, str) and FORMS[self.form].is_text and value.encode(encoding, "replace").decode(encoding) != value:
            return row, NotImplemented
        return row, value


def cases(table: str, form: str) -> Iterator[Case]:
    """All faults of a table in a format."""
    for column in INPUTS[table].columns:
        for family in FAMILIES:
            case = Case(table, column, form, family)
            if form in family.formats and column.kind in family.kinds and case.drawn()[1] is not NotImplemented:
                yield case


def in_turns(table: str) -> list[Case]:
    """Each family in each column of a table, in one format each: of those that it can have the one the table has had least, ties drawn."""
    found: dict[tuple[str, str], list[Case]] = {}
    for form in FORMS:
        for case in cases(table, form):
            found.setdefault((case.family.name, case.column.name), []).append(case)
    had = dict.fromkeys(FORMS, 0)
    taken = []
    for formats in sorted(found.values(), key=len):
        taken.append(min(formats, key=lambda case: (had[case.form], Random(case.name).random())))
        had[taken[-1].form] += 1
    return taken


def wrong(folder: Path, case: Case) -> str:
    """What is wrong with what reading tells of the valid table with the case's fault; empty where it is right.

    One finding must come, with the family's rule and outcome, in the cell's row and column; a rejected row is left out, and no other.
    Rows of a database are sorted when they are kept, so that their places are not compared.
    """
    row, value = case.drawn()
    lines = lines_of(valid_table(case.table))
    lines[row - 1][valid_table(case.table).place(case.column.name)] = value
    read, log = intake_of(folder, case.table, case.form, lines)
    found, family = told(log), case.family
    kept = ROWS - (family.outcome == "REJECT")
    right = [(rule, family.outcome, found[0][2] if case.form == SQL and found else row, case.column.name) for rule in family.rules]
    if len(read.frame) == kept and (found == [] if not family.outcome else len(found) == 1 and found[0] in right):
        return ""
    return f"{case.name}: {value!r} in row {row} gave {found}, {len(read.frame)} rows"


def sampled(forms: Collection[str]) -> list[Case]:
    """One case of each family, kind of column and format: which table and column it is, the draw says."""
    found: dict[tuple[str, str, str], list[Case]] = {}
    for form in forms:
        for table in INPUTS:
            for case in cases(table, form):
                found.setdefault((case.family.name, case.column.kind, form), []).append(case)
    return [Random("|".join(key)).choice(those) for key, those in found.items()]


# -- rows and headers ------------------------------------------------------------------------------------------------

Change = Callable[[Lines, int, Random], object]


@dataclass(frozen=True)
class Shape:
    """A fault of a row or a header: what it does to the lines, and what must be told; `of_row`: on that row, else on the header's."""

    name: str
    change: Change
    rule: str
    outcome: str = "REJECT"
    of_row: bool = True
    formats: tuple[str, ...] = (*TEXT, "xlsx")


def _shortened(lines: Lines, row: int, draw: Random) -> None:
    del lines[row - 1][draw.randint(1, len(lines[0]) - 1) :]


def _renamed(lines: Lines, row: int, draw: Random) -> str:
    place = draw.randrange(len(lines[0]))
    lines[0][place] = f"{_letters(draw)} {_letters(draw)}"
    return str(lines[0][place])


def _twice(lines: Lines, row: int, draw: Random) -> str:
    name = str(lines[0][draw.randrange(len(lines[0]))])
    for line in lines:
        line.append(line[0])
    lines[0][-1] = name
    return name


def _drifted(lines: Lines, row: int, draw: Random) -> str:
    place = draw.randrange(len(lines[0]))
    name = str(lines[0][place])
    lines[0][place] = draw.choice([f"{name} ", f" {name}", name.upper(), name.title(), f"\u00a0{name}"])
    return str(lines[0][place]).strip(" \u00a0")


SHAPES = (
    Shape("short row", _shortened, "short_row", formats=TEXT),
    Shape("long row", lambda lines, row, draw: lines[row - 1].append(draw.choice(["x", 7, "0"])), "long_row"),
    Shape("trailing delimiter", lambda lines, row, draw: lines[row - 1].append(""), "long_row", formats=TEXT),
    Shape("blank line", lambda lines, row, draw: lines.insert(row - 1, [None]), "blank_line", "REPAIR"),
    Shape("empty cells", lambda lines, row, draw: lines.insert(row - 1, [None] * len(lines[0])), "blank_line", "REPAIR"),
    Shape("header again", lambda lines, row, draw: lines.insert(row - 1, list(lines[0])), "repeated_header", "REPAIR"),
    Shape(
        "the same row twice",
        lambda lines, row, draw: lines.insert(row, list(lines[row - 1])),
        "duplicate_key",
        formats=(*TEXT, "xlsx", "parquet"),
    ),
    Shape("a header that nobody knows", _renamed, "unknown_column", of_row=False, formats=(*TEXT, "xlsx")),
    Shape("a header twice", _twice, "duplicate_header", of_row=False),
    Shape("a header drifted", _drifted, "header_drift", "REPAIR", of_row=False),
)


def shapes_in_turns(table: str, each: int = 2) -> list[tuple[str, Shape]]:
    """Each fault of shape with so many of its formats, which take turns from a drawn one on."""
    turns = []
    for shape in SHAPES:
        first = Random(f"{table} {shape.name}").randrange(len(shape.formats))
        turns += [(shape.formats[(first + 2 * turn) % len(shape.formats)], shape) for turn in range(each)]
    return turns


def wrong_shape(folder: Path, table: str, form: str, shape: Shape) -> str:
    """What is wrong with what reading tells of a valid table with a fault of shape; empty where it is right."""
    draw = Random(f"{table} {form} {shape.name}")
    row, lines = draw.randrange(ROWS - 1) + 3, lines_of(valid_table(table))
    header = shape.change(lines, row, draw)
    read, log = intake_of(folder, table, form, lines)
    found = [finding for finding in told(log) if finding[0] not in ("missing_column", "header_alias")]
    where = (row + (shape.rule == "duplicate_key"), "" if shape.rule != "duplicate_key" else ", ".join(INPUTS[table].key))
    right = [(shape.rule, shape.outcome, *(where if shape.of_row else (1, str(header))))]
    return "" if found == right else f"{table} {form} {shape.name}, row {row}: {found} instead of {right}"


def not_clean(folder: Path, table: str, form: str) -> str:
    """What reading tells of a valid table, which should be nothing."""
    read, log = intake_of(folder, table, form, lines_of(valid_table(table)))
    return f"{table} {form}: {told(log)}, {len(read.frame)} rows" if told(log) or len(read.frame) != ROWS else ""


def told(log: FindingLog) -> list[Told]:
    """Rule, outcome, row and column of each finding about reading; of those that only note blanks, none."""
    return [
        (found.rule, found.outcome, found.row, found.column)
        for found in log.found
        if RULES[found.rule].group in READING and found.rule != "blank_cells"
    ]


def intake_of(folder: Path, name: str, form: str, lines: Lines) -> tuple[ReadTable, FindingLog]:
    """A table written in a format, read under its contract, and what was found."""
    log = FindingLog()
    with log.of_table(name):
        if form == SQL:
            source = Source.model_validate({"connection": "erp", "table": name})
            raw = read_received_table(_received(folder, name, lines), f"erp: {name}", log)
        else:
            write(folder, valid_table(name), FORMS[form], lines)
            source = Source.model_validate({"file": f"{name}{FORMS[form].suffix}", **FORMS[form].declared})
            raw = raw_table(source, OpenedFiles(folder, log), CUTOFF, log)
        return typed_table(raw, name, INPUTS[name], source, log), log


def _received(folder: Path, name: str, lines: Lines) -> Path:
    """The table as a database answers it: texts, real numbers, dates as ISO text."""
    kinds = dict(valid_table(name).columns)
    types = {"number": "REAL", "whole": "INTEGER", "flag": "BOOLEAN"}
    (folder / "erp.sqlite").unlink(missing_ok=True)
    database = sqlite3.connect(folder / "erp.sqlite")
    columns = ", ".join(f'"{header}" {types.get(kinds[str(header)], "TEXT")}' for header in lines[0])
    database.execute(f'CREATE TABLE "{name}" ({columns})')
    places = ", ".join("?" for _ in lines[0])
    rows = [[value.isoformat() if isinstance(value, date) else value for value in line] for line in lines[1:]]
    database.executemany(f'INSERT INTO "{name}" VALUES ({places})', rows)
    database.commit()
    database.close()
    asked = {name: Extract(f'SELECT * FROM "{name}"', {})}
    answered = received_tables("erp", Connection(kind="sqlite", file="erp.sqlite"), asked, folder)[name]
    path = folder / received_name(name, Source.model_validate({"connection": "erp", "table": name}))
    path.parent.mkdir(exist_ok=True)
    pq.write_table(answered, path)
    return path
