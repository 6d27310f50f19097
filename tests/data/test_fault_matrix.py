"""Every family of faults in every column of every input table, in every format: one finding, on its row and in its column."""

from pathlib import Path

import pytest
from bad_inputs import TEXT, lines_of
from fault_matrix import FORMS, ROWS, SHAPES, SQL, Case, Shape, cases, intake_of, sampled, told, valid_table, wrong, wrong_shape

from sopkit.data.contracts import INPUTS

pytestmark = pytest.mark.bad_inputs


def text_formats(table: str) -> tuple[str, str]:
    """Two of the text formats for a table; tables take turns."""
    turn = list(INPUTS).index(table)
    return TEXT[turn % len(TEXT)], TEXT[(turn + 1) % len(TEXT)]


def formats_of(table: str) -> tuple[str, ...]:
    return (*text_formats(table), "xlsx", "parquet", SQL)


def none_wrong(found: list[str], request: pytest.FixtureRequest) -> None:
    """None of the cases is wrong; their number is counted for the summary."""
    request.node.user_properties.append(("cases", len(found)))
    assert [told for told in found if told] == []


def not_clean(folder: Path, table: str, form: str) -> str:
    """What reading tells of a valid table, which should be nothing."""
    read, log = intake_of(folder, table, form, lines_of(valid_table(table)))
    return f"{table} {form}: {told(log)}, {len(read.frame)} rows" if told(log) or len(read.frame) != ROWS else ""


def test_a_valid_table_of_every_contract_has_no_finding(tmp_path: Path, request: pytest.FixtureRequest):
    turns = [(table, list(FORMS)[number % len(FORMS)]) for number, table in enumerate(INPUTS)]
    none_wrong([not_clean(tmp_path, table, form) for table, form in turns], request)


@pytest.mark.parametrize("form", FORMS)
def test_each_family_of_faults_in_each_kind_of_column(tmp_path: Path, form: str, request: pytest.FixtureRequest):
    none_wrong([wrong(tmp_path, case) for case in sampled([form])], request)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_each_fault_of_rows_and_headers(tmp_path: Path, shape: Shape, request: pytest.FixtureRequest):
    tables = list(INPUTS)[SHAPES.index(shape) :: len(SHAPES)]
    none_wrong([wrong_shape(tmp_path, table, form, shape) for table in tables[:2] for form in shape.formats], request)


@pytest.mark.slow
@pytest.mark.parametrize("table", INPUTS)
def test_the_whole_matrix(tmp_path: Path, table: str, request: pytest.FixtureRequest):
    of_cells: list[Case] = [case for form in formats_of(table) for case in cases(table, form)]
    shapes = [(form, shape) for shape in SHAPES for form in formats_of(table) if form in shape.formats]
    found = [not_clean(tmp_path, table, form) for form in formats_of(table)]
    found += [wrong(tmp_path, case) for case in of_cells] + [wrong_shape(tmp_path, table, form, shape) for form, shape in shapes]
    none_wrong(found, request)


@pytest.mark.parametrize("table", INPUTS)
def test_every_alias_of_every_column_is_read_as_that_column(tmp_path: Path, table: str):
    """Swedish and English headers: a file of first, second, third ... aliases is the same table."""
    columns = INPUTS[table].columns
    good = intake_of(tmp_path, table, "swedish", lines_of(valid_table(table)))[0].plain
    for turn in range(max(len(column.aliases) for column in columns)):
        lines = lines_of(valid_table(table))
        lines[0] = [column.aliases[turn % len(column.aliases)] if column.aliases else column.name for column in columns]
        read, log = intake_of(tmp_path, table, "swedish", lines)
        assert {finding[:2] for finding in told(log)} <= {("header_alias", "ACCEPT")}, lines[0]
        assert read.plain.equals(good)
