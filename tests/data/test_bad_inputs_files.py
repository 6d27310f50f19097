"""Files whose shape, header or encoding is wrong: found before anything is read wrong, on the right row."""

from collections.abc import Callable
from pathlib import Path

import pytest
from bad_inputs import FORMATS, TEXT, VALID, Lines, broken, lines_of, random_row, read, text_of, told, write

pytestmark = pytest.mark.bad_inputs

Change = Callable[[Lines, int], None]
TABLES = ("sales_history", "orders", "inventory")
MIXED = [("sales_history", "swedish"), ("orders", "german"), ("inventory", "plain"), ("sales_history", "tabs"), ("orders", "xlsx")]


def _short(lines: Lines, row: int) -> None:
    lines[row - 1] = lines[row - 1][:-1]


def _long(lines: Lines, row: int) -> None:
    lines[row - 1] = [*lines[row - 1], "x"]


def _trailing_delimiter(lines: Lines, row: int) -> None:
    lines[row - 1] = [*lines[row - 1], ""]


def _blank(lines: Lines, row: int) -> None:
    lines.insert(row - 1, [None])


def _empty_cells(lines: Lines, row: int) -> None:
    lines.insert(row - 1, [None] * len(lines[0]))


def _header_again(lines: Lines, row: int) -> None:
    lines.insert(row - 1, list(lines[0]))


def _twice(lines: Lines, row: int) -> None:
    lines.insert(row - 1, list(lines[1]))


def _other_twin(lines: Lines, row: int) -> None:
    lines.insert(row - 1, [*lines[1][:-1], 4.0])


SHAPES: list[tuple[str, Change, str, str]] = [
    ("short row", _short, "short_row", "REJECT"),
    ("long row", _long, "long_row", "REJECT"),
    ("trailing delimiter", _trailing_delimiter, "long_row", "REJECT"),
    ("blank line", _blank, "blank_line", "REPAIR"),
    ("line of empty cells", _empty_cells, "blank_line", "REPAIR"),
    ("header again", _header_again, "repeated_header", "REPAIR"),
    ("the same row twice", _twice, "duplicate_key", "REJECT"),
    ("the same key, another value", _other_twin, "duplicate_key", "REJECT"),
]


@pytest.mark.parametrize(("name", "form"), MIXED)
@pytest.mark.parametrize(("change", "rule", "outcome"), [pytest.param(*shape[1:], id=shape[0]) for shape in SHAPES])
def test_a_line_of_another_shape(tmp_path: Path, change: Change, rule: str, outcome: str, name: str, form: str):
    if form == "xlsx" and rule in ("short_row", "long_row") and change is not _long:
        pytest.skip("a sheet has no short rows")
    table, row = VALID[name], max(3, random_row(VALID[name], rule, outcome, name, form))
    result = broken(tmp_path, table, FORMATS[form], lambda lines: change(lines, row))
    found = [finding[:3] for finding in told(result)]
    assert found == [(rule, outcome, row)]
    if rule == "duplicate_key":
        assert f"rows 2 and {row}" in result.findings["message"].iloc[0]


@pytest.mark.parametrize("form", ["parquet"])
@pytest.mark.parametrize("name", TABLES)
def test_duplicates_in_parquet(tmp_path: Path, name: str, form: str):
    table, row = VALID[name], max(3, random_row(VALID[name], name, form))
    result = broken(tmp_path, table, FORMATS[form], lambda lines: _twice(lines, row))
    assert [finding[:3] for finding in told(result)] == [("duplicate_key", "REJECT", row)]


@pytest.mark.parametrize("form", TEXT)
def test_rows_stay_physical_behind_every_kind_of_line(tmp_path: Path, form: str):
    """Blank lines, a legal cell of two lines, a short row: what is told behind them stands where an editor shows it."""
    table = VALID["orders"]

    def change(lines: Lines) -> None:
        lines[2][5] = "två\nrader"  # record 3 covers lines 3 and 4
        lines.insert(4, [None])  # line 6
        lines[8] = lines[8][:4]  # line 10
        lines[12][8] = "x"  # line 14
        lines.insert(14, ["Summa", *[""] * 7, 1.0, 1.0])  # line 16
        lines[20][6] = "2026-02-30" if form != "german" else "30.02.2026"  # line 22

    result = broken(tmp_path, table, FORMATS[form], change)
    assert sorted(told(result), key=lambda finding: finding[2]) == [
        ("blank_line", "REPAIR", 6, ""),
        ("short_row", "REJECT", 10, ""),
        ("not_a_number", "REJECT", 14, "quantity"),
        ("totals_row", "REJECT", 16, ""),
        ("impossible_date", "REJECT", 22, "order_date"),
    ]


@pytest.mark.parametrize(
    ("label", "form"),
    [("Total", "plain"), ("TOTALT", "swedish"), ("Summa:", "xlsx"), ("Sum", "tabs"), ("Delsumma", "german"), ("Grand total", "xlsx")],
)
@pytest.mark.parametrize("right", [True, False])
def test_totals_rows(tmp_path: Path, label: str, form: str, right: bool):
    table = VALID["inventory"]
    total = sum(float(row[2]) for row in table.rows) + (0 if right else 1)  # type: ignore[arg-type]
    result = broken(tmp_path, table, FORMATS[form], lambda lines: lines.append([label, None, total]))
    assert told(result) == [("totals_row", "REPAIR" if right else "REJECT", len(table.rows) + 2, "")]
    assert result.tables["inventory"]["quantity"].sum() == sum(float(row[2]) for row in table.rows)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", [*TEXT, "xlsx"])
def test_a_footer_is_declared(tmp_path: Path, form: str):
    table = VALID["inventory"]

    def change(lines: Lines) -> None:
        lines.extend([["Exported 2026-04-02 by ERP"], ["confidential", None, None]])

    assert {finding[1] for finding in told(broken(tmp_path, table, FORMATS[form], change))} == {"REJECT"}
    result = broken(tmp_path, table, FORMATS[form], change, footer_rows=2)
    last = len(table.rows) + 3
    assert told(result) == [("footer", "REPAIR", last - 1, ""), ("footer", "REPAIR", last, "")]
    assert len(result.tables["inventory"]) == len(table.rows)


@pytest.mark.parametrize(("name", "form"), MIXED[:4])
def test_a_file_cut_in_the_middle_of_a_line(tmp_path: Path, name: str, form: str):
    table = VALID[name]
    whole = text_of(FORMATS[form], lines_of(table))
    delimiter = str(FORMATS[form].declared.get("delimiter", ","))
    cut = whole[: whole.rstrip().rindex(delimiter)]
    (tmp_path / f"{name}.csv").write_bytes(cut.encode(str(FORMATS[form].declared.get("encoding", "utf-8"))))
    assert [finding[:3] for finding in told(read(tmp_path, table, FORMATS[form]))] == [("short_row", "REJECT", len(table.rows) + 1)]


@pytest.mark.parametrize(("name", "form"), MIXED)
def test_lines_above_the_header(tmp_path: Path, name: str, form: str):
    table = VALID[name]

    def change(lines: Lines) -> None:
        lines[:0] = [["Report: monthly"], ["Run: 2026-04-02"], [None]]

    refused = broken(tmp_path, table, FORMATS[form], change)
    assert [finding[:3] for finding in told(refused)] == [("header_not_found", "REJECT", 4)]
    assert "candidate: row 4" in refused.findings["message"].iloc[0]
    assert told(broken(tmp_path, table, FORMATS[form], change, header_row=4)) == []


HEADERS: list[tuple[str, Callable[[list[object]], None], str, str]] = [
    ("blanks", lambda header: header.__setitem__(-1, f"{header[-1]} "), "header_drift", "REPAIR"),
    ("case", lambda header: header.__setitem__(-1, str(header[-1]).upper()), "header_drift", "REPAIR"),
    ("renamed", lambda header: header.__setitem__(-1, "Kvantitet XYZ"), "missing_column", "REJECT"),
    ("twice", lambda header: header.__setitem__(-1, header[0]), "duplicate_header", "REJECT"),
    ("without a name", lambda header: header.__setitem__(-1, ""), "missing_column", "REJECT"),
]


@pytest.mark.parametrize(("name", "form"), MIXED)
@pytest.mark.parametrize(("change", "rule", "outcome"), [pytest.param(*header[1:], id=header[0]) for header in HEADERS])
def test_headers(tmp_path: Path, change: Callable[[list[object]], None], rule: str, outcome: str, name: str, form: str):
    result = broken(tmp_path, VALID[name], FORMATS[form], lambda lines: change(lines[0]))
    found = told(result)
    assert (rule, outcome) in {finding[:2] for finding in found}
    assert {finding[2] for finding in found if finding[0] == rule} == {1}
    if outcome == "REPAIR":
        assert len(found) == 1 and len(result.tables[name]) == len(VALID[name].rows)


@pytest.mark.parametrize(("name", "form"), [*MIXED, ("orders", "parquet")])
def test_a_missing_column_lists_what_is_there(tmp_path: Path, name: str, form: str):
    table = VALID[name]

    def change(lines: Lines) -> None:
        for line in lines:
            line.pop()

    result = broken(tmp_path, table, FORMATS[form], change)
    assert told(result) == [("missing_column", "REJECT", 1, table.header[-1])]
    assert all(name in result.findings["message"].iloc[0] for name in table.header[:-1])


@pytest.mark.parametrize("name", TABLES)
def test_another_delimiter_than_declared(tmp_path: Path, name: str):
    table = VALID[name]
    write(tmp_path, table, FORMATS["swedish"], lines_of(table))
    result = read(tmp_path, table, FORMATS["plain"], encoding="cp1252")
    assert all(rule in ("missing_column", "unknown_column", "long_row", "no_rows") for rule, *_ in told(result))
    assert "delimiter" in " ".join(result.findings["hint"].dropna())


@pytest.mark.parametrize("name", TABLES[:2])
@pytest.mark.parametrize(
    ("written", "declared", "rule", "says"),
    [
        ("cp1252", "utf-8", "encoding", "cp1252"),
        ("utf-8", "cp1252", "encoding", "utf-8"),
        ("utf-16", "utf-8", "encoding", "UTF-16"),
        ("utf-16", "cp1252", "encoding", "UTF-16"),
        ("cp1252", "iso-8859-1", "encoding", "cp1252"),
    ],
)
def test_another_encoding_than_declared(tmp_path: Path, name: str, written: str, declared: str, rule: str, says: str):
    table = VALID[name]
    lines = lines_of(table)
    row = random_row(table, name, written, declared)
    lines[row - 1][table.place("item")] = "Smörgås €"
    form = FORMATS["swedish"]
    (tmp_path / f"{name}.csv").write_bytes(text_of(form, lines).encode(written))
    result = read(tmp_path, table, form, encoding=declared)
    found = [finding for finding in told(result) if finding[0] == rule]
    assert len(told(result)) == len(found) == 1 and found[0][1] == "REJECT"
    finding = result.findings.iloc[0]
    assert says in f"{finding['message']} {finding['hint']}"
    if "16" not in written and declared != "cp1252":
        assert found[0][2] == row or form.text(lines[1][0])  # the first line that is not in the encoding
        assert "offset" in finding["message"]


@pytest.mark.parametrize("form", TEXT)
def test_a_mark_at_the_start_is_no_part_of_the_first_header(tmp_path: Path, form: str):
    if form in ("swedish", "tabs"):
        pytest.skip("an encoding without such a mark")
    table = VALID["inventory"]
    text = (
        text_of(FORMATS[form], lines_of(table)).replace("item", '"item"', 1)
        if form == "german"
        else text_of(FORMATS[form], lines_of(table))
    )
    (tmp_path / "inventory.csv").write_bytes(("\ufeff" + text).encode())
    assert told(read(tmp_path, table, FORMATS[form]), notes=True) == []


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "empty_file"),
        (b" \n \n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"item;period;quantity\n", "no_rows"),
        (b"PK\x03\x04\x00\x00", "unreadable_file"),
    ],
)
def test_files_without_a_table(tmp_path: Path, content: bytes, rule: str):
    (tmp_path / "inventory.csv").write_bytes(content)
    result = read(tmp_path, VALID["inventory"], FORMATS["swedish"])
    assert (rule, "REJECT") in {finding[:2] for finding in told(result)}
    if rule == "no_rows":
        assert told(read(tmp_path, VALID["inventory"], FORMATS["swedish"], may_be_empty=True)) == []


@pytest.mark.parametrize("form", TEXT)
@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_cell_more_than_the_header(tmp_path: Path, name: str, form: str):
    table = VALID[name]
    result = broken(tmp_path, table, FORMATS[form], lambda lines: [line.append("") for line in lines[1:]])  # type: ignore[func-returns-value]
    found = [finding[:3] for finding in told(result) if finding[0] != "no_rows"]
    assert found == [("long_row", "REJECT", row) for row in range(2, len(table.rows) + 2)]
    assert result.tables[name].empty


@pytest.mark.parametrize("form", [*TEXT, "xlsx"])
def test_months_in_columns_that_nobody_declared(tmp_path: Path, form: str):
    def change(lines: Lines) -> None:
        lines[:] = [["item", "2026-01", "2026-02", "2026-03"], ["NA", 1.0, 2.0, 3.0], ["1E5", 4.0, 5.0, 6.0]]

    result = broken(tmp_path, VALID["inventory"], FORMATS[form], change)
    assert {finding[:2] for finding in told(result)} >= {("missing_column", "REJECT")}
    assert "unpivot" in " ".join(result.findings["hint"].dropna()) and result.tables["inventory"].empty


@pytest.mark.parametrize(
    ("name", "lines", "rows"),
    [
        ("swallowed", ['A,"pipe,1', "B,x,2", 'C,y",3'], [2]),
        ("never closed", ['A,"pipe,1', "B,x,2", "C,y,3"], [2]),
        ("inside a cell", ["A,pipe,1", 'B,"x"y,2', "C,y,3"], [3]),
        ("two", ['A,"pipe,1', "B,x,2", 'C,"y,3'], [2, 4]),
        ("last line", ["A,pipe,1", "B,x,2", 'C,"y,3'], [4]),
    ],
)
def test_stray_quotes_swallow_nothing(tmp_path: Path, name: str, lines: list[str], rows: list[int]):
    (tmp_path / "inventory.csv").write_text("\n".join(["item,period,quantity", *lines]) + "\n")
    found = told(read(tmp_path, VALID["inventory"], FORMATS["plain"]))
    assert [finding[2] for finding in found if finding[0] == "stray_quote"] == rows
    assert not any(finding[0] in ("short_row", "long_row") for finding in found)


def test_five_faults_are_told_in_one_pass(tmp_path: Path):
    table = VALID["sales_history"]

    def change(lines: Lines) -> None:
        lines[2][5] = "-"
        lines[7][0] = "2026-02-30"
        lines[11][1] = None
        lines[15] = lines[15][:3]
        lines.append(list(lines[1]))

    result = broken(tmp_path, table, FORMATS["swedish"], change)
    assert sorted(finding[:3] for finding in told(result)) == [
        ("duplicate_key", "REJECT", 38),
        ("empty_cell", "REJECT", 12),
        ("impossible_date", "REJECT", 8),
        ("not_a_number", "REJECT", 3),
        ("short_row", "REJECT", 16),
    ]
