"""docs/your_data.md: every example is params that load, and the sentences name what is there."""

import re
from pathlib import Path

import pytest

from sopkit.data.contracts import INPUTS
from sopkit.data.sources.declaration import BOUND_BY_CYCLE
from sopkit.run.params import load_params

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "your_data.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
HEAD = """\
company: yours
title: Yours
cycle: 2026-03
currency: SEK
country: SE
accountable: managing_director
preparer: sop_lead
data_folder: data
"""


def test_there_is_an_example_of_every_kind_of_source():
    assert len(EXAMPLES) >= 8
    text = "\n".join(EXAMPLES)
    files = (".csv", ".xlsx", ".parquet", "rows:", "{period}", "sql:", "mappings:")
    for word in (*files, "unpivot:", "convert:", "postgres", "sqlite", "duckdb"):
        assert word in text, word


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_is_params_that_load(tmp_path: Path, number: int):
    path = tmp_path / "yours.yaml"
    path.write_text(HEAD + EXAMPLES[number], encoding="utf-8")
    params = load_params(path)
    assert set(params.sources) <= set(INPUTS)
    for name, source in params.sources.items():
        unpivot = {source.unpivot.into, source.unpivot.value} if source.unpivot else set()
        named = {*source.columns, *source.constants, *source.convert} | unpivot
        assert named <= set(INPUTS[name].column_names()), name


def test_the_page_names_the_parameters_of_the_cycle():
    assert all(f":{name}" in PAGE for name in BOUND_BY_CYCLE)


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
