"""`sop template`: what it writes can be filled, declared as it says, and read without a finding."""

from pathlib import Path

import pytest
from command_line import sop

from sopkit.data.contracts import INPUTS
from sopkit.errors import ParamsError
from sopkit.periods import shifted
from sopkit.report.input_templates import example_row, text_template, workbook_template
from sopkit.run.checking import intake_of
from sopkit.run.params import load_params
from sopkit.run.template import template_of, write_templates

HEAD = """\
company: acme
title: Acme
cycle: "2026-03"
currency: SEK
country: SE
accountable: managing_director
preparer: sop_lead
data_folder: data
sources:
"""


@pytest.mark.parametrize("language", ["en", "sv"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_templates_filled_with_example_values_are_read_without_a_finding(tmp_path: Path, form, language):
    told = write_templates(tmp_path / "data", form=form, language=language, example=True)
    calendar, make = INPUTS["resource_calendar"], workbook_template if form == "xlsx" else text_template
    rows = [{**example_row(calendar), "period": shifted("2026-02", step)} for step in range(25)]  # a resource needs every planned month
    (tmp_path / "data" / f"resource_calendar.{form}").write_bytes(make(calendar, language, rows))
    items = [example_row(INPUTS["items"]), {**example_row(INPUTS["items"]), "item": "GR-110"}]  # a launch follows another item
    (tmp_path / "data" / f"items.{form}").write_bytes(make(INPUTS["items"], language, items))
    params = tmp_path / "acme.yaml"
    params.write_text(HEAD + "\n".join(line for line in told if line.startswith("  ")))
    intake = intake_of(load_params(params), tmp_path / "data")
    told = intake.findings[intake.findings["rule"] != "silent_reference"]  # examples hold one item that has sold
    assert told[["file", "column", "message"]].to_dict("records") == []
    assert {name: len(frame) for name, frame in intake.tables.items()} == dict.fromkeys(INPUTS, 1) | {"resource_calendar": 25, "items": 2}


def test_nothing_is_written_over(tmp_path: Path):
    (tmp_path / "items.csv").write_text("mine")
    with pytest.raises(ParamsError, match="not written over"):
        write_templates(tmp_path, ["items", "orders"], form="csv")
    assert (tmp_path / "items.csv").read_text() == "mine"
    assert not (tmp_path / "orders.csv").exists()


def test_an_unknown_table_is_told_with_the_nearest(tmp_path: Path):
    with pytest.raises(ParamsError) as told:
        write_templates(tmp_path / "new", ["order", "orders"])
    assert "Did you mean orders?" in str(told.value.problems[0])
    assert not (tmp_path / "new").exists()


def test_the_command_line_writes_what_the_function_makes(tmp_path: Path):
    folder = tmp_path / "new"
    done = sop(tmp_path, "template", str(folder), "--format", "csv", "--language", "sv", "--tables", "items,orders")
    assert 'items: {file: items.csv, delimiter: ";", decimal: ","}' in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["items.csv", "orders.csv"]
    assert (folder / "orders.csv").read_bytes() == template_of(INPUTS["orders"], "csv", "sv")
