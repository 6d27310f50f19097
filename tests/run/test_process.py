"""The process: working days, gates, accountability, and what `sop status` makes of them."""

from datetime import date

import pytest
from tiny_suite import Suite

from sopkit.errors import ParamsError
from sopkit.run import places
from sopkit.run.process import Process, load_process, working_day_of, working_days
from sopkit.run.status import cycle_status, status_lines
from sopkit.steps import STEPS


def test_working_days_leave_out_red_days() -> None:
    january = working_days("2026-01", "SE")
    assert january[:3] == [date(2026, 1, 2), date(2026, 1, 5), date(2026, 1, 7)]  # 1 and 6 January are red in Sweden
    assert len(working_days("2026-03", "SE")) == 22
    assert working_day_of(date(2026, 3, 1), "2026-03", "SE") == 0  # a Sunday before the first
    assert working_day_of(date(2026, 3, 8), "2026-03", "SE") == 5  # the Sunday after working day 5
    assert working_day_of(date(2026, 4, 9), "2026-03", "SE") == 22


def test_the_suites_process_covers_every_step() -> None:
    process = load_process()
    assert {line.step for line in process.calendar} == {step.name for step in STEPS}
    assert [gate.after for gate in process.gates] == [step.name for step in STEPS[:5]]
    days = [line.last_working_day for line in process.calendar]
    assert days == sorted(days)
    assert all(sum("A" in letters for letters in roles.values()) == 1 for roles in process.raci.values())


@pytest.mark.parametrize("roles", [{"a": "R"}, {"a": "A", "b": "AR"}])
def test_a_line_without_exactly_one_accountable_is_refused(roles: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="not exactly one A: demand"):
        Process(calendar=(), gates=(), raci={"demand": roles})


def test_a_step_that_does_not_exist_is_refused_with_its_line(suite: Suite) -> None:
    path = places.suite_root() / "params" / "process.yaml"
    path.write_text(path.read_text().replace("step: supply_planning,", "step: suply,"))
    with pytest.raises(ParamsError, match=r"process.yaml, line \d+, calendar.4"):
        load_process()


def test_status_before_a_run_and_after_a_failure(suite: Suite) -> None:
    told = cycle_status(suite.params, today=date(2026, 3, 9))
    assert (told["working_day"], told["working_days"]) == (6, 22)
    assert [(row["when"], row["accountable"]) for row in told["due"]][3:5] == [("now", "head_of_sales"), ("later", "head_of_operations")]
    assert [state["state"] for state in told["steps"]] == ["not run"] * 6
    assert told["next"] == f"sop run {suite.params} --cycle 2026-03"

    runs = suite.reports / "tiny" / "runs"
    (runs / "abc").mkdir(parents=True)
    attempt = '{"schema": 1, "run_id": "abc", "state": "%s", "step": "pre_sop", "cell": 7, "reason": "step 4: no", "next": "sop run x"}'
    (runs / "2026-03.json").write_text(attempt % "failed")
    lines = status_lines(cycle_status(suite.params, today=date(2026, 3, 9)))
    assert lines[0] == "tiny, cycle 2026-03: 2026-03-09, working day 6 of 22"
    assert lines[-4:] == ["failed: step pre_sop, cell In [7]", "  step 4: no", "", "next: sop run x"]

    (runs / "2026-03.json").write_text(attempt % "running")  # and nobody holds the lock
    assert cycle_status(suite.params)["attempt"]["state"] == "interrupted"
