"""What an unknown file looks like: what is seen is right, and what could be two things is left open."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.data.findings import FindingLog
from sopkit.data.sources.detection import Detected, detected_grammar, detected_layouts
from sopkit.data.sources.opened import OpenedFiles
from sopkit.data.sources.proposal import proposals


def detected(path: Path) -> Detected:
    log = FindingLog()
    layout = detected_layouts(path, log)[0]
    return detected_grammar(OpenedFiles(path.parent, log).table(layout.dialect), layout)


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "some.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("a,b\n1.5,x\n2,y\n", "utf-8", {"encoding": "utf-8", "delimiter": ",", "decimal": "."}),
        ("a;b\n1,5;Å\n2;y\n", "cp1252", {"encoding": "cp1252", "delimiter": ";", "decimal": ","}),
        ("a;b\n1,5;Å\n2;y\n", "utf-8-sig", {"encoding": "utf-8", "delimiter": ";", "decimal": ","}),
        ("a\tb\n1,5\tÅ\n", "utf-16", {"encoding": "utf-16", "delimiter": "\t", "decimal": ","}),
        ("a|b\n1 234,5|x\n12|y\n", "utf-8", {"delimiter": "|", "decimal": ",", "thousands": " "}),
        ("a;b\n1\u00a0234,5;x\n", "utf-8", {"decimal": ",", "thousands": " "}),
        ("a;b\n1.234,50;x\n1,5;y\n", "utf-8", {"decimal": ",", "thousands": "."}),
        ("a;b\n1'234.50;x\n", "utf-8", {"decimal": ".", "thousands": "'"}),
        ("a;b\n00123;x\n", "utf-8", {"decimal": ".", "thousands": ""}),
        ("Report\nRun: today\n\na;b\n1;2\n3;4\n", "utf-8", {"header_row": 4, "delimiter": ";"}),
        ("a;b\n31.12.2026;1\n02.01.2026;2\n", "utf-8", {"date_format": "DD.MM.YYYY"}),
        ("a;b\n12/31/2026;1\n1/2/2026;2\n", "utf-8", {"date_format": "M/D/YYYY"}),
        ("a;b\n2-Jun-06;1\n14-Nov-06;2\n", "utf-8", {"date_format": "D-MMM-YY"}),
        ("datum;b\n20260131;1\n20260228;2\n", "utf-8", {"date_format": "YYYYMMDD"}),
    ],
)
def test_what_a_text_file_looks_like(tmp_path: Path, text: str, encoding: str, expected: dict[str, object]):
    dialect = detected(written(tmp_path, text, encoding)).dialect
    assert {name: getattr(dialect, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a;b\n01/02/2026;1\n03/04/2026;2\n", "DD/MM/YYYY and as MM/DD/YYYY; ask the sender"),
        ("a;b\n1.234;1\n5.678;2\n", "'1.234' reads as 1.234 and as 1234.0"),
        ("a;b\nx\n", ""),
        ("one\ntwo\n", "no delimiter gives more than one column"),
        ("a;b\n2026-01-31;1/2/2026\n2026-02-28;12/31/2026\n", "b: dates are M/D/YYYY there"),
    ],
)
def test_what_could_be_two_things_is_left_open(tmp_path: Path, text: str, says: str):
    told = detected(written(tmp_path, text)).open_questions
    assert any(says in question for question in told) if says else told == ()


def test_words_among_numbers_are_named(tmp_path: Path):
    lines = "".join(f"{number};N/A - none\n" if number % 5 == 0 else f"{number};{number}.5\n" for number in range(20))
    found = detected(written(tmp_path, "id;freight\n" + lines))
    assert found.words == {"freight": ("N/A - none",)}


def test_a_packed_file_is_looked_into(tmp_path: Path):
    path = tmp_path / "some.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n1,5;2\n"))
    assert (detected(path).dialect.delimiter, detected(path).dialect.decimal) == (";", ",")


def test_each_sheet_of_a_workbook_with_a_header_is_a_table(tmp_path: Path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "empty"
    page = book.create_sheet("sales")
    for row in (["Report"], [], ["item", "quantity"], ["00123", 5]):
        page.append(row)
    path = tmp_path / "book.xlsx"
    book.save(path)
    (only,) = detected_layouts(path, FindingLog())
    assert (only.dialect.sheet, only.dialect.header_row) == ("sales", 3)


def test_a_packed_file_that_is_cut_is_told(tmp_path: Path):
    log = FindingLog()
    path = tmp_path / "some.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n" * 10_000)[:60])
    assert detected_layouts(path, log) == []
    assert log.found[0].rule == "unreadable_file"


@settings(max_examples=150, deadline=None)
@given(content=st.one_of(st.binary(max_size=200), st.text(alphabet="ab1.,;|\t\n\"' -/åÖ\u00a0", max_size=120).map(str.encode)))
def test_no_file_breaks_the_look_at_it(content: bytes, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("any") / "some.csv"
    path.write_bytes(content)
    log = FindingLog()
    for layout in detected_layouts(path, log):
        raw = OpenedFiles(path.parent, log).table(layout.dialect)
        if raw.header:
            assert len(proposals(raw, detected_grammar(raw, layout), ["sales_history", "items"])) == 2


def test_a_line_without_an_end_is_looked_at_in_part_only(tmp_path: Path):
    path = tmp_path / "some.csv"
    path.write_bytes(b'"' + b"x" * (4 << 20))
    (layout,) = detected_layouts(path, FindingLog())
    assert layout.open_questions == ("no delimiter gives more than one column",)


def test_what_is_no_workbook_is_told_and_not_opened(tmp_path: Path):
    log = FindingLog()
    assert detected_layouts(written(tmp_path, "<html>", name="book.xlsx"), log) == []
    assert log.found[0].rule == "unreadable_file"
