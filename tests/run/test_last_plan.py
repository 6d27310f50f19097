"""The last plan is the published one of the cycle before, where there is one."""

import pytest

from sopkit.run.cycle import CompanyFolder
from sopkit.run.last_plan import LAST_PLAN, last_plan_told, previous_table


@pytest.fixture
def company(tmp_path):
    run = tmp_path / "runs" / "abc" / "tables"
    run.mkdir(parents=True)
    for table in (*LAST_PLAN, "overrides"):
        (run / f"{table}.parquet").write_text("of the run")
    return CompanyFolder(tmp_path)


def test_without_a_run_there_is_no_last_plan(company):
    assert previous_table(company, "2026-03", "supply_plan") is None
    assert last_plan_told(company, "2026-03") == "There is no last plan: 2026-02 was not run."


def test_the_last_run_stands_in_where_nothing_was_published(company):
    company.link("2026-02").symlink_to("runs/abc")
    assert previous_table(company, "2026-03", "supply_plan").read_text() == "of the run"
    assert last_plan_told(company, "2026-03") == "The last plan is that of the last run of 2026-02: it was not published."


def test_what_was_published_is_the_last_plan_and_the_rest_is_of_the_run(company):
    company.link("2026-02").symlink_to("runs/abc")
    version = company.published / "2026-02" / "v2"
    tables = version / "analysts" / "tables"
    tables.mkdir(parents=True)
    for table in (*LAST_PLAN, "overrides"):
        (tables / f"{table}.parquet").write_text("as published")
    (company.published / "2026-02" / "latest").symlink_to("v2")
    assert {previous_table(company, "2026-03", table).read_text() for table in LAST_PLAN} == {"as published"}
    assert previous_table(company, "2026-03", "overrides").read_text() == "of the run"
    assert last_plan_told(company, "2026-03") == "The last plan is that of 2026-02 as published, v2."
    assert last_plan_told(company, "2026-02") == "There is no last plan: 2026-01 was not run."
