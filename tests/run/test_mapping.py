"""`sop map`: what it prints is YAML that reads the file, once a person has confirmed it; nothing is applied."""

from pathlib import Path

import pytest
import yaml
from command_line import ROOT, sop

from sopkit.data.sources.declaration import Source
from sopkit.data.sources.reading import read_sources
from sopkit.errors import DataError, ParamsError
from sopkit.run.mapping import proposal_text
from sopkit.run.template import write_templates

SALES = """Rapport: försäljning

Fakt.datum;Art.nr;Region;Kanal;Kundnr;Antal;Nettobelopp;Säljare
31.01.2026;00123;Öst;butik;K1;1 200;12 345,50;AB
"""


def sources(text: str) -> dict[str, Source]:
    return {name: Source.model_validate(declared) for name, declared in yaml.safe_load(text)["sources"].items()}


def test_a_swedish_file_is_proposed_as_it_must_be_declared(tmp_path: Path):
    (tmp_path / "uttag.csv").write_bytes(SALES.encode("cp1252"))
    text = proposal_text(tmp_path / "uttag.csv")
    declared = sources(text)["sales_history"]
    assert (declared.encoding, declared.delimiter, declared.decimal, declared.thousands) == ("cp1252", ";", ",", " ")
    assert (declared.header_row, declared.date_format, declared.ignored) == (3, "DD.MM.YYYY", ("Säljare",))
    frame = read_sources({"sales_history": declared}, tmp_path, cutoff="2026-02").tables["sales_history"]
    assert frame[["item", "region", "quantity", "revenue"]].to_numpy().tolist() == [["00123", "Öst", 1200.0, 12345.5]]
    assert "It may be sales_history, confidence 0.8" in text
    assert "the header is the alias 'Nettobelopp'; every value can be read as numbers" in text


def test_every_template_is_proposed_so_that_it_reads_itself(tmp_path: Path):
    write_templates(tmp_path, ["orders", "opportunities", "risks", "workforce"], form="xlsx", language="sv", example=True)
    for path in sorted(tmp_path.glob("*.xlsx")):
        declared = sources(proposal_text(path, path.stem))
        assert list(declared) == [path.stem]
        intake = read_sources(declared, tmp_path, cutoff="2026-02")
        assert intake.problems == ()
        assert len(intake.tables[path.stem]) == 1


def test_each_likely_sheet_of_a_workbook_is_proposed(tmp_path: Path):
    from openpyxl import Workbook

    book = Workbook()
    for name, rows in {
        "notes": [["what", "who"], ["a", "b"]],
        "resurser": [["Resurs", "Resursnamn", "Fabrik", "Högsta övertid", "Övertidskostnad"], ["L1", "Linje", "N", 0.1, 450]],
        "lager": [["Artikelnr", "Månad", "Lagersaldo"], ["00123", "2026-01", 5]],
    }.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.remove(book["Sheet"])
    book.save(tmp_path / "book.xlsx")
    text = proposal_text(tmp_path / "book.xlsx")
    assert {name: source.sheet for name, source in sources(text).items()} == {"resources": "resurser", "inventory": "lager"}
    assert "sheet 'notes'" in text
    assert "No table is likely" in text


@pytest.mark.parametrize(
    ("months", "form"), [(("jan 2026", "feb 2026", "mars 2026"), "MMM YYYY"), (("2026-01", "2026-02", "2026-03"), "YYYY-MM")]
)
def test_months_in_columns_are_proposed_so_that_they_read_themselves(tmp_path: Path, months: tuple[str, ...], form: str):
    lines = [";".join(("Artikelnr", "Region", "Kanal", "Säljare", *months)), "001;Öst;butik;AB;10,5;12;8", "002;Väst;butik;AB;5;;6,5"]
    (tmp_path / "prognos.csv").write_text("\n".join(lines) + "\n")
    text = proposal_text(tmp_path / "prognos.csv", "sales_history")
    assert f"months in 3 columns, 2026-01 to 2026-03, written as {form}" in text
    declared = sources(text)["sales_history"].model_copy(update={"constants": {"customer": "-", "revenue": 0}})
    assert (declared.unpivot.columns, declared.unpivot.into, declared.unpivot.value) == (form, "date", "quantity")  # type: ignore[union-attr]
    frame = read_sources({"sales_history": declared}, tmp_path, cutoff="2026-03").tables["sales_history"]
    assert sorted(frame["quantity"]) == [5.0, 6.5, 8.0, 10.5, 12.0]


def test_what_is_doubtful_or_needed_waits_behind_a_comment(tmp_path: Path):
    (tmp_path / "x.csv").write_text("sku,n1,when\nA1,1,2026-01-31\nA2,2,2026-02-28\n")
    text = proposal_text(tmp_path / "x.csv", "inventory")
    assert sources(text)["inventory"].columns == {"item": "sku"}
    assert "# needed: quantity (units on hand at the end of the month): nothing in the file fits" in text or "nearest: n1" in text


def test_strange_headers_stay_strings(tmp_path: Path):
    (tmp_path / "x.csv").write_text('sku;no;"a: b";#c;0123\nA1;1;x;y;z\n')
    assert set(sources(proposal_text(tmp_path / "x.csv", "items"))["items"].ignored) == {"no", "a: b", "#c", "0123"}


@pytest.mark.parametrize(
    ("name", "content", "error", "says"),
    [
        ("none.csv", None, ParamsError, "no such file"),
        ("book.xls", b"x", ParamsError, "a kind of file that is not read"),
        ("book.xlsx", b"<html>", DataError, "cannot be read as a table"),
        ("empty.csv", b"", DataError, "cannot be read as a table"),
        ("book.parquet", b"PAR1", DataError, "cannot be read as a table"),
    ],
)
def test_what_is_no_table_is_one_message(tmp_path: Path, name: str, content: bytes | None, error: type[Exception], says: str):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error, match=says):
        proposal_text(tmp_path / name)


def test_an_unknown_table_is_told(tmp_path: Path):
    (tmp_path / "x.csv").write_text("sku\nA1\n")
    with pytest.raises(ParamsError) as told:
        proposal_text(tmp_path / "x.csv", "item")
    assert "Did you mean items?" in str(told.value.problems[0])


def test_the_command_line_prints_it_and_changes_nothing(tmp_path: Path):
    (tmp_path / "x.csv").write_text("sku,date\nA1,2026-01-31\n")
    before = {path: path.read_bytes() for path in (ROOT / "params").rglob("*.yaml")}
    done = sop(tmp_path, "map", str(tmp_path / "x.csv"), "--table", "sales_history")
    assert done.stdout.startswith("# A proposal: check every line")
    assert yaml.safe_load(done.stdout)["sources"]["sales_history"]["columns"] == {"date": "date", "item": "sku"}
    assert {path: path.read_bytes() for path in (ROOT / "params").rglob("*.yaml")} == before
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
