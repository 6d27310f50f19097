"""One fault injected into a valid file: the right outcome, the right row, the right column, and nothing else."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import Intake, read_sources
from sopkit.errors import DataError

pytestmark = pytest.mark.bad_inputs

CUTOFF = "2026-03"
ITEMS = "item;item_name;family;supply_strategy\n00123;Grill å;Grills;stock\nNA;Torch;Torches;buy\n1E5;Spare;Grills;buy\n"
SALES_HEADER = "Fakturadatum;Artikelnr;region;channel;customer;Antal;Belopp"
SALES = [
    f"{year}-{month:02d}-{day};{item};north;retail;C{day};{quantity};1\u00a0234,50"
    for year, month in ((2025, 11), (2025, 12), (2026, 1), (2026, 2), (2026, 3))
    for day, item, quantity in (("05", "00123", "10"), ("17", "NA", "2,5"), ("28", "1E5", "\u22121"))
]
DIALECT = {"delimiter": ";", "decimal": ",", "thousands": " "}


def source(**more: object) -> Source:
    return Source.model_validate(DIALECT | more)


def intake(folder: Path, sales: str | bytes, items: str = ITEMS, **more: object) -> Intake:
    """Items and sales read from two files as a planner sends them."""
    (folder / "items.csv").write_text(items, encoding="utf-8")
    data = sales if isinstance(sales, bytes) else sales.encode()
    (folder / "sales.csv").write_bytes(data)
    sources = {"items": source(file="items.csv"), "sales_history": source(file="sales.csv", **more)}
    return read_sources(sources, folder, cutoff=CUTOFF)


def text(lines: list[str] = SALES, header: str = SALES_HEADER, end: str = "\n") -> str:
    return end.join([header, *lines]) + end


def ascii_text() -> str:
    """The valid file with plain minus signs and no thousands separators."""
    return text().replace("\u00a0", "").replace("\u2212", "-")


def found(result: Intake) -> list[tuple[str, str, int]]:
    """Rule, outcome and row of all findings but those that the valid file has too."""
    rows = result.findings
    return [
        (rule, outcome, row)
        for rule, outcome, row in zip(rows["rule"], rows["outcome"], rows["row"], strict=True)
        if rule not in ("returned_units", "unicode_minus", "header_alias")
    ]


@pytest.mark.parametrize(
    "data",
    [
        text(),
        text(end="\r\n"),
        "\ufeff" + text(),
        text().removesuffix("\n"),
        text(header='"Fakturadatum";"Artikelnr";"region";"channel";"customer";"Antal";"Belopp"'),
    ],
)
def test_the_valid_file_has_no_finding(tmp_path: Path, data: str):
    result = intake(tmp_path, data)
    result.raise_if_rejected()
    assert found(result) == []
    sales = result.tables["sales_history"]
    assert len(sales) == 15
    assert sales["quantity"].sum() == 5 * (10 + 2.5 - 1)
    assert sales["revenue"].sum() == 15 * 1234.5
    assert sorted(sales["item"].unique()) == ["00123", "1E5", "NA"]
    assert sales["cost"].isna().all()


def test_headers_that_differ_by_blanks_and_case_are_read_and_told(tmp_path: Path):
    result = intake(tmp_path, text(header="FAKTURADATUM ;artikelnr; Region;channel;customer;antal;belopp"))
    result.raise_if_rejected()
    assert found(result) == [("header_drift", "REPAIR", 1)] * 5
    assert result.findings["message"].iloc[0] == "header 'FAKTURADATUM ' was read as 'Fakturadatum'"


def replaced(row: int, column: int, value: str) -> str:
    """The valid file with another value in a physical row (header = 1) and column (first = 0)."""
    lines = list(SALES)
    cells = lines[row - 2].split(";")
    cells[column] = value
    lines[row - 2] = ";".join(cells)
    return text(lines)


CELL_FAULTS = [
    (0, "2026-02-30", "impossible_date"),
    (0, "0202-01-01", "impossible_date"),
    (0, "02.01.2026", "other_date_format"),
    (0, "46054", "not_a_date"),
    (0, "", "empty_cell"),
    (0, " ", "empty_cell"),
    (1, "", "empty_cell"),
    (1, "#SAKNAS!", "spreadsheet_error"),
    (3, "\u00a0", "empty_cell"),
    (5, "", "empty_cell"),
    (5, "12 st", "not_a_number"),
    (5, "SEK 100", "not_a_number"),
    (5, "-", "not_a_number"),
    (5, "n/a", "not_a_number"),
    (5, "inf", "not_a_number"),
    (5, "NaN", "not_a_number"),
    (5, "1e400", "not_a_number"),
    (5, "1_000", "not_a_number"),
    (5, "100-", "not_a_number"),
    (5, "1.234", "other_dialect"),
    (6, "2.5", "other_dialect"),
    (6, "#VÄRDEFEL!", "spreadsheet_error"),
    (6, "#N/A", "spreadsheet_error"),
]


@pytest.mark.parametrize(("row", "column", "value", "rule"), [(2 + 7 * case % 15, *fault) for case, fault in enumerate(CELL_FAULTS)])
def test_a_broken_cell(tmp_path: Path, row: int, column: int, value: str, rule: str):
    result = intake(tmp_path, replaced(row, column, value))
    assert found(result) == [(rule, "REJECT", row)]
    told = result.findings.query("rule == @rule").iloc[0]
    assert told["column"] == SALES_HEADER.split(";")[column]
    assert told["value"] == (value if value.strip() else "")
    assert len(result.tables["sales_history"]) == 14
    with pytest.raises(DataError, match=rf"sales.csv, row {row}, column {told['column']}"):
        result.raise_if_rejected()


@pytest.mark.parametrize("value", ["00123 ", "\u00a000123", "00123\u200b"])
def test_blanks_around_a_code_are_left_out_and_told(tmp_path: Path, value: str):
    result = intake(tmp_path, replaced(2, 1, value))
    result.raise_if_rejected()
    assert found(result) == [("trimmed", "REPAIR", 2)]
    assert result.tables["sales_history"]["item"].tolist().count("00123") == 5


def with_line(line: str, row: int) -> str:
    lines = list(SALES)
    lines.insert(row - 2, line)
    return text(lines)


LINES_TOO_MANY = [
    ("2026-01-09;NA;north", "short_row", "REJECT"),
    ("2026-01-09;NA;north;retail;C1;1;1;1", "long_row", "REJECT"),
    ("2026-01-09;NA;north;retail;C1;1;1,5;", "long_row", "REJECT"),
    ("", "blank_line", "REPAIR"),
    (";;;;;;", "blank_line", "REPAIR"),
    (SALES_HEADER, "repeated_header", "REPAIR"),
    ("Summa;;;;;57,5;18517,50", "totals_row", "REPAIR"),
    (";Grand total;;;;57,5;", "totals_row", "REPAIR"),
    ("Summa;;;;;58,5;18517,50", "totals_row", "REJECT"),
    ('2026-01-09;NA;north;retail;"C1;1;1', "stray_quote", "REJECT"),
    (SALES[0], "duplicate_key", "REJECT"),
    (SALES[0].replace(";10;", ";11;"), "duplicate_key", "REJECT"),
    (SALES[0].replace("00123", " 00123"), "duplicate_key", "REJECT"),
]


@pytest.mark.parametrize(("row", "line", "rule", "outcome"), [(3 + 7 * case % 15, *fault) for case, fault in enumerate(LINES_TOO_MANY)])
def test_a_line_too_many(tmp_path: Path, row: int, line: str, rule: str, outcome: str):
    result = intake(tmp_path, with_line(line, row))
    assert [finding for finding in found(result) if finding[0] != "trimmed"] == [(rule, outcome, row)]
    if outcome == "REPAIR":
        result.raise_if_rejected()
        assert result.tables["sales_history"]["quantity"].sum() == 57.5


def test_duplicates_name_both_rows(tmp_path: Path):
    result = intake(tmp_path, with_line(SALES[0].replace("00123", " 00123"), 12))
    told = result.findings.query("rule == 'duplicate_key'").iloc[0]
    assert told["message"].endswith("stands on rows 2 and 12")


def test_legal_line_breaks_keep_physical_rows(tmp_path: Path):
    items = 'item;item_name;family;supply_strategy\n00123;"Grill\n57 ""cm""";Grills;stock\nNA;Torch;Torches;bought\n1E5;Spare;Grills;buy\n'
    result = intake(tmp_path, text(), items)
    assert [row for row in found(result) if row[0] == "not_a_choice"] == [("not_a_choice", "REJECT", 4)]
    assert result.tables["items"].set_index("item")["item_name"]["00123"] == 'Grill\n57 "cm"'


def test_an_unclosed_quote_swallows_nothing(tmp_path: Path):
    broken = text().replace(";C05;10;", ';"C05;10;', 1)
    result = intake(tmp_path, broken)
    assert [finding[0] for finding in found(result)] == ["stray_quote"]
    assert len(result.tables["sales_history"]) >= 14


@pytest.mark.parametrize(
    ("header", "rule", "hint"),
    [
        (SALES_HEADER.replace("Antal", "Stycken"), "missing_column", "name it under `columns`"),
        (SALES_HEADER.replace("Antal", "quantit"), "missing_column", "'quantit'"),
        (SALES_HEADER.replace("Belopp", "Antal"), "duplicate_header", "own header"),
        (SALES_HEADER.replace("Antal", "Antal;Lager"), "unknown_column", "under `ignored`"),
        (SALES_HEADER.replace("Antal", "Antal;cst"), "unknown_column", "'cost'"),
        (SALES_HEADER.replace("Antal", "Antal;"), "unknown_column", "under `ignored`"),
    ],
)
def test_headers(tmp_path: Path, header: str, rule: str, hint: str):
    lines = [line + ";9" for line in SALES] if header.count(";") > SALES_HEADER.count(";") else SALES
    result = intake(tmp_path, text(lines, header))
    told = result.findings[result.findings["rule"] == rule]
    assert len(told) == 1 and told.iloc[0]["outcome"] == "REJECT" and told.iloc[0]["row"] == 1
    assert hint in told.iloc[0]["hint"]


def test_a_declared_column_that_is_not_there(tmp_path: Path):
    result = intake(tmp_path, text(), columns={"quantity": "Antall", "revenu": "Belopp"})
    told = result.findings.query("outcome == 'REJECT'")[["rule", "column", "hint"]].to_numpy().tolist()
    missing = next(row for row in told if row[:2] == ["missing_column", "Antall"])
    assert missing[2].startswith("did you mean 'antal'?")
    assert ["unknown_column", "revenu", "did you mean 'revenue'?"] in told


@pytest.mark.parametrize(
    ("data", "rule", "says"),
    [
        (b"", "empty_file", "0 bytes"),
        (b" \r\n\r\n", "empty_file", "empty"),
        (SALES_HEADER.encode(), "no_rows", "a header and no rows"),
        ((SALES_HEADER + "\n").encode(), "no_rows", "a header and no rows"),
        (ascii_text().replace("C17", "Smör").encode("cp1252"), "encoding", "line 3"),
        (text().encode("utf-16"), "encoding", "UTF-16"),
        (text().replace("C17", "a\x00b").encode(), "encoding", "zero byte on line 3"),
        (text().replace(";", ",").encode(), "missing_column", ""),
        (b";".join([b"x"] * 2001) + b"\n", "too_large", "2001 columns"),
        (b"x" * 200_000, "empty_file", "no header"),
        ((SALES_HEADER + "\n").encode() + b"y" * (9 << 20), "unreadable_file", "cannot be read"),
        (text().encode() + b"y" * (9 << 20) + b"\n" + text().encode(), "unreadable_file", "cannot be read"),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, data: bytes, rule: str, says: str):
    result = intake(tmp_path, data)
    told = result.findings[result.findings["rule"] == rule]
    assert len(told) >= 1 and says in told.iloc[0]["message"] and told.iloc[0]["outcome"] == "REJECT"
    assert result.tables["sales_history"].empty
    with pytest.raises(DataError) as error:
        result.raise_if_rejected()
    assert error.value.exit_code == 3


def test_cp1252_is_read_as_declared(tmp_path: Path):
    data = ascii_text().replace("C17", "Smör €5").encode("cp1252")
    result = intake(tmp_path, data, encoding="cp1252")
    result.raise_if_rejected()
    assert "Smör €5" in result.tables["sales_history"]["customer"].tolist()
    wrong = intake(tmp_path, text().replace("C17", "Smör").encode(), encoding="cp1252")
    assert ("encoding", "REJECT", 0) in found(wrong)


def test_the_byte_offset_of_a_wrong_encoding(tmp_path: Path):
    data = ascii_text().encode() + "2026-01-09;NA;norr\xe5;retail;C1;1;1\n".encode("cp1252")
    told = intake(tmp_path, data).findings.query("rule == 'encoding'").iloc[0]
    assert told["row"] == 17
    assert f"offset {data.index(bytes([0xE5]))}" in told["message"] and "cp1252" in told["hint"]


def test_a_missing_file_names_its_neighbours(tmp_path: Path):
    (tmp_path / "sales_2026.csv").write_text("x")
    sources = {"items": source(file="items.csv"), "sales_history": source(file="sales.csv")}
    result = read_sources(sources, tmp_path, cutoff=CUTOFF)
    assert [finding[0] for finding in found(result)] == ["missing_file", "missing_file"]
    assert "sales_2026.csv" in result.findings.iloc[0]["hint"]


def test_a_packed_file_is_read_and_a_cut_one_refused(tmp_path: Path):
    (tmp_path / "items.csv").write_text(ITEMS, encoding="utf-8")
    packed = gzip.compress(text().encode())
    sources = {"items": source(file="items.csv"), "sales_history": source(file="sales.csv.gz")}
    (tmp_path / "sales.csv.gz").write_bytes(packed)
    whole = read_sources(sources, tmp_path, cutoff=CUTOFF)
    whole.raise_if_rejected()
    assert len(whole.tables["sales_history"]) == 15
    (tmp_path / "sales.csv.gz").write_bytes(packed[:-20])
    assert ("unreadable_file", "REJECT", 0) in found(read_sources(sources, tmp_path, cutoff=CUTOFF))


def test_lines_above_the_header(tmp_path: Path):
    data = "Report: sales\nRun: 2026-04-02\n" + replaced(2, 5, "x")
    result = intake(tmp_path, data, header_row=3)
    assert found(result) == [("not_a_number", "REJECT", 4)]


def test_what_came_after_the_cutoff_is_told(tmp_path: Path):
    late = ["2026-04-02;NA;north;retail;C1;1;1", "2026-04-03;NA;north;retail;C1;1;1", "2026-07-01;NA;north;retail;C1;1;1"]
    rejected = intake(tmp_path, text(SALES + late))
    assert sorted(found(rejected)) == [("after_cutoff", "REJECT", 19), ("partial_month", "REPAIR", 0)]
    left_out = intake(tmp_path, text(SALES + late), later_rows="left_out")
    left_out.raise_if_rejected()
    assert found(left_out) == [("partial_month", "REPAIR", 0), ("after_cutoff", "REPAIR", 0)]
    assert left_out.findings.set_index("rule")["value"].reindex(["partial_month", "after_cutoff"]).tolist() == ["2", "1"]
    assert left_out.tables["sales_history"]["date"].max() == pd.Timestamp("2026-03-28")


def test_a_missing_month_asks_until_someone_answers(tmp_path: Path):
    without = text([line for line in SALES if not line.startswith("2026-01")])
    result = intake(tmp_path, without)
    assert found(result) == [("missing_month", "ASK", 0)]
    assert "2026-01" in result.findings.query("rule == 'missing_month'").iloc[0]["message"]
    with pytest.raises(DataError, match="acknowledged"):
        result.raise_if_rejected()
    answer = {"rule": "missing_month", "who": "head_of_sales", "reason": "the shop was closed"}
    answered = intake(tmp_path, without, acknowledged=[answer])
    answered.raise_if_rejected()
    assert found(answered) == [("missing_month", "ACCEPT", 0)]
    told = answered.findings.query("rule == 'missing_month'").iloc[0]
    assert (told["answered_by"], told["answer"]) == ("head_of_sales", "the shop was closed")


def test_data_that_ends_before_the_cutoff_asks(tmp_path: Path):
    result = intake(tmp_path, text([line for line in SALES if not line.startswith("2026-03")]))
    assert found(result) == [("missing_month", "ASK", 0)]


def test_unknown_codes_are_told_with_count_and_share(tmp_path: Path):
    result = intake(tmp_path, text([line.replace(";NA;", ";00777;").replace(";1E5;", ";123;") for line in SALES]))
    told = result.findings.query("rule == 'unknown_code'").iloc[0]
    assert told["row"] == 3 and told["column"] == "Artikelnr" and told["value"] == "00777"
    assert "2 codes in 10 rows (66.7% of the rows, 25.9% of the volume) are not in items: 00777 (5), 123 (5)" in told["message"]


def test_all_faults_come_in_one_pass(tmp_path: Path):
    lines = list(SALES)
    lines[0] = lines[0].replace(";10;", ";-;")
    lines[3] = lines[3].replace("2025-12", "2025-13")
    lines[5] = lines[5].replace("1E5", "")
    lines[7] = "2026-01-09;NA"
    lines.append(lines[10])
    result = intake(tmp_path, text(lines))
    assert sorted(found(result), key=lambda finding: finding[2]) == [
        ("not_a_number", "REJECT", 2),
        ("impossible_date", "REJECT", 5),
        ("empty_cell", "REJECT", 7),
        ("short_row", "REJECT", 9),
        ("duplicate_key", "REJECT", 17),
    ]
    assert result.findings["finding"].tolist() == list(range(1, len(result.findings) + 1))


def test_the_printed_list_is_short_and_the_findings_are_whole(tmp_path: Path):
    result = intake(tmp_path, text([line.replace(";10;", ";ten;").replace(";2,5;", ";two;") for line in SALES]))
    assert len(result.findings.query("rule == 'not_a_number'")) == 10
    with pytest.raises(DataError) as error:
        result.raise_if_rejected()
    assert len(error.value.problems) == 1
    assert "rows 2, 3, 5, 6, 8 and 5 more, column Antal" in str(error.value)


def test_not_provided_tables_are_empty_and_say_what_is_missing(tmp_path: Path):
    result = intake(tmp_path, text())
    assert result.tables["orders"].empty and list(result.tables["orders"].columns)[:2] == ["order", "line"]
    rows = result.coverage.set_index("table")
    assert rows.loc["inventory", "status"] == "not_provided" and "empty shelves" in rows.loc["inventory", "consequence"]
    assert rows.loc["sales_history", ["status", "rows", "first_period", "last_period", "origin"]].tolist() == [
        "provided",
        15,
        "2025-11",
        "2026-03",
        "sales.csv",
    ]


def test_a_source_for_no_table_is_refused(tmp_path: Path):
    with pytest.raises(DataError, match="no such input table"):
        read_sources({"sales": source(file="a.csv")}, tmp_path, cutoff=CUTOFF)


def test_needed_tables_must_be_declared(tmp_path: Path):
    result = read_sources({}, tmp_path, cutoff=CUTOFF)
    assert [finding[0] for finding in found(result)] == ["missing_table", "missing_table"]


@pytest.mark.parametrize(
    ("constants", "rule", "says"),
    [
        ({"supply_strategy": "stok"}, "not_a_choice", "'stok' is none of"),
        ({"supply_strategy": ""}, "empty_cell", "nothing, where a value is needed"),
        ({"supply_strategy": "stock", "planning_factor": "1,5"}, "other_dialect", "'1,5' is written in another way"),
        ({"supply_strategy": "stock", "planning_factor": -1}, "out_of_bounds", "-1"),
    ],
)
def test_a_wrong_constant_of_the_params_is_one_finding(tmp_path: Path, constants: dict[str, object], rule: str, says: str):
    lines = [f"A{number};Item {number};F" for number in range(37)]
    (tmp_path / "items.csv").write_text("\n".join(["item;item_name;family", *lines]) + "\n")
    sources = {"items": Source.model_validate({"file": "items.csv", "delimiter": ";", "constants": constants})}
    found = read_sources(sources, tmp_path, cutoff="2026-03").findings.query("rule != 'missing_table'")
    assert found[["file", "outcome", "rule", "row", "column", "rows"]].to_numpy().tolist() == [
        ["params", "REJECT", rule, 0, list(constants)[-1], 37]
    ]
    assert says in found["message"].iloc[0] and "`constants`" in found["hint"].iloc[0]


def test_a_note_below_the_records_is_one_finding_and_no_broken_row(tmp_path: Path):
    lines = [
        "date;item;region;channel;customer;quantity;revenue",
        "2026-01-05;A1;n;c;K;5;10",
        "Källa: affärssystemet;;;;;;",
        ";;;;;;utskrivet av OB",
    ]
    (tmp_path / "sales.csv").write_text("\n".join(lines) + "\n")
    intake = read_sources({"sales_history": Source(file="sales.csv", delimiter=";")}, tmp_path, cutoff="2026-01")
    found = intake.findings.query("rule != 'missing_table'")
    assert found[["outcome", "rule", "row", "value"]].to_numpy().tolist() == [
        ["REJECT", "footer", 3, "Källa: affärssystemet"],
        ["REJECT", "footer", 4, "utskrivet av OB"],
    ]
    assert len(intake.tables["sales_history"]) == 1


@pytest.mark.parametrize("text", ["#NV", "#WERT!", "#VALEUR!", "#NOM?", "#I/T", "#VÆRDI!", "#DIV/0!", "#PUUTTUU!"])
def test_a_spreadsheet_error_of_another_language_is_no_code(tmp_path: Path, text: str):
    (tmp_path / "items.csv").write_text(f"item,item_name,family,supply_strategy\nA1,One,F,stock\n{text},Two,F,stock\n")
    found = read_sources({"items": Source(file="items.csv")}, tmp_path, cutoff="2026-01").findings.query("rule != 'missing_table'")
    assert found[["rule", "row", "column"]].to_numpy().tolist() == [["spreadsheet_error", 3, "item"]]
