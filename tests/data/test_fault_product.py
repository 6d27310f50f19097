"""The complete product of bad inputs: each family of faults, in each column of each table, in each format; no part of make bad_inputs."""

from pathlib import Path

import pytest
from fault_matrix import FORMS, SHAPES, cases, not_clean, wrong, wrong_shape

from sopkit.data.contracts import INPUTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", INPUTS)
def test_each_family_of_faults_in_each_column_and_format(tmp_path: Path, table: str, form: str):
    found = [not_clean(tmp_path, table, form), *(wrong(tmp_path, case) for case in cases(table, form))]
    found += [wrong_shape(tmp_path, table, form, shape) for shape in SHAPES if form in shape.formats]
    assert [told for told in found if told] == []
