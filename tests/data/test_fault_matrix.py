"""Every family of faults in every column of every input table, in every format: one finding, on its row and in its column."""

from pathlib import Path

import pytest
from bad_inputs import lines_of
from fault_matrix import (
    FORMS,
    SHAPES,
    Shape,
    cases,
    in_turns,
    intake_of,
    not_clean,
    sampled,
    shapes_in_turns,
    told,
    valid_table,
    wrong,
    wrong_shape,
)

from sopkit.data.contracts import INPUTS

pytestmark = pytest.mark.bad_inputs


def none_wrong(found: list[str], request: pytest.FixtureRequest) -> None:
    """None of the cases is wrong; their number is counted for the summary."""
    request.node.user_properties.append(("cases", len(found)))
    assert [told for told in found if told] == []


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
def test_each_family_of_faults_in_each_column(tmp_path: Path, table: str, request: pytest.FixtureRequest):
    """One format each, in turns; all of them are tried by test_fault_product.py."""
    found = [not_clean(tmp_path, table, form) for form in FORMS] + [wrong(tmp_path, case) for case in in_turns(table)]
    none_wrong(found + [wrong_shape(tmp_path, table, form, shape) for form, shape in shapes_in_turns(table)], request)


def test_the_turns_leave_nothing_out():
    """Each column has each family that it can have, each family meets each of its formats, and so does each table."""
    taken = [case for table in INPUTS for case in in_turns(table)]
    possible = [case for table in INPUTS for form in FORMS for case in cases(table, form)]
    assert {(case.table, case.column.name, case.family.name) for case in taken} == {
        (case.table, case.column.name, case.family.name) for case in possible
    }
    assert {(case.family.name, case.column.kind, case.form) for case in (*taken, *sampled(FORMS))} == {
        (case.family.name, case.column.kind, case.form) for case in possible
    }
    assert {(case.table, case.form) for case in taken} == {(case.table, case.form) for case in possible}
    of_shape = {(form, shape.name) for table in INPUTS for form, shape in shapes_in_turns(table)}
    assert of_shape == {(form, shape.name) for shape in SHAPES for form in shape.formats}


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
