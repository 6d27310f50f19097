"""Each folder of tests/cases is a planning problem with a published answer: the plan that companies get must reach it."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest
from command_line import ROOT, sop

from sopkit.errors import DataError, ParamsError, StepError
from sopkit.run.cases import read_case
from sopkit.run.solve import answers_of

CASES = sorted(path.parent for path in (ROOT / "tests" / "cases").glob("*/params.yaml"))
DATA = Path(os.environ.get("SOPKIT_DATA") or ROOT.parent / "shared" / "data") / "planning_cases"
PUBLISHED = {"continuous": "total_cost", "integer": "total_cost_integer_workforce"}


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_published_objective_is_reached(folder):
    case = read_case(folder)
    answers = answers_of(case)
    assert answers
    for answer in answers:
        assert answer.expected is not None
        assert answer.objective == pytest.approx(answer.expected, rel=answer.tolerance)
        assert answer.rules_kept
        assert answer.gap_share <= answer.tolerance


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_the_expected_objectives_are_those_of_the_source(folder):
    source = DATA / f"{folder.name}.json"
    if not source.exists():
        pytest.skip(f"no {source.name} in {DATA}")
    published = json.loads(source.read_text(encoding="utf-8"))["published"]
    for expected in read_case(folder).expected:
        assert expected.objective == published[PUBLISHED[expected.workforce]]


def copied(folder: Path, to: Path) -> Path:
    for path in folder.iterdir():
        (to / path.name).write_bytes(path.read_bytes())
    return to


@pytest.fixture
def tools(tmp_path):
    return copied(ROOT / "tests" / "cases" / "red_tomato_base", tmp_path)


def test_whole_people_cost_more_and_are_whole(tools):
    case = read_case(tools)
    continuous, integer = answers_of(case)
    assert (continuous.workforce, integer.workforce) == ("continuous", "integer")
    assert integer.objective > continuous.objective


def test_a_case_without_an_answer_is_solved_as_its_params_say(tools):
    (tools / "expected.json").unlink()
    [answer] = answers_of(read_case(tools))
    assert (answer.workforce, answer.expected, answer.difference, answer.ok) == ("continuous", None, None, True)


def test_the_margin_is_revenue_less_cost(tools):
    (tools / "expected.json").unlink()
    demand = pd.read_csv(tools / "consensus_demand.csv").assign(net_price=40)
    demand.to_csv(tools / "consensus_demand.csv", index=False)
    (tools / "params.yaml").write_text((tools / "params.yaml").read_text() + "objective: margin\n")
    [answer] = answers_of(read_case(tools))
    assert answer.objective == pytest.approx(640000 - 422275)


def test_what_cannot_be_read_is_told_with_its_place(tools):
    (tools / "inventroy.csv").write_text("item,period,quantity\n")
    (tools / "workforce.csv").write_text((tools / "workforce.csv").read_text().replace("80", "eighty"))
    with pytest.raises(DataError) as raised:
        read_case(tools)
    told = str(raised.value)
    assert "inventroy.csv: no table that the plan reads" in told
    assert "Did you mean inventory.csv?" in told
    assert "workforce.csv, row 2" in told
    assert "eighty" in told


def test_a_folder_an_answer_or_a_policy_that_cannot_be_used_is_told(tools):
    with pytest.raises(ParamsError, match="no such case"):
        read_case(tools / "nowhere")
    (tools / "expected.json").write_text('{"objective": "many"}')
    with pytest.raises(ParamsError, match="expected answer cannot be read"):
        read_case(tools)
    (tools / "params.yaml").write_text("title: x\nsource: y\nsupply: {whole_haeds: true}\n")
    with pytest.raises(ParamsError, match="Did you mean whole_heads"):
        read_case(tools)


def test_files_that_every_case_has_are_missed_by_name(tools):
    (tools / "items.csv").unlink()
    (tools / "consensus_demand.csv").unlink()
    with pytest.raises(DataError) as raised:
        read_case(tools)
    assert [problem.where.rsplit("/", 1)[1] for problem in raised.value.problems] == ["consensus_demand.csv", "items.csv"]


def test_every_wrong_cell_of_a_case_is_told_with_its_row_and_column(tools):
    (tools / "workforce.csv").write_text((tools / "workforce.csv").read_text().replace("wage", "wagee"))
    (tools / "unit_costs.csv").write_text((tools / "unit_costs.csv").read_text().replace(",10", ",-10"))
    demand = (tools / "consensus_demand.csv").read_text()
    (tools / "consensus_demand.csv").write_text(demand.replace("quantity\n", "quantity,colour\n").replace("1600", "1600,red"))
    with pytest.raises(DataError) as raised:
        read_case(tools)
    told = str(raised.value)
    assert "workforce.csv, row 1, column wage: no column 'wage'" in told
    assert "unit_costs.csv, row 2, column unit_cost: -10 is less than 0" in told
    assert "consensus_demand.csv, row 1, column colour" in told


def test_an_expected_answer_is_told_by_its_key(tools):
    (tools / "expected.json").write_text('{"objective": 1, "work": 2}')
    with pytest.raises(ParamsError, match=r"expected.json, work: Extra inputs are not permitted"):
        read_case(tools)
    (tools / "expected.json").write_text("{objective")
    with pytest.raises(ParamsError, match="no JSON"):
        read_case(tools)


def test_refused_demand_that_cannot_be_met_is_no_plan(tools):
    (tools / "workforce.csv").write_text((tools / "workforce.csv").read_text().replace("workers,80", "workers,10").replace("1000", "0"))
    (tools / "params.yaml").write_text((tools / "params.yaml").read_text().replace("all: 1000000", "all: 1"))
    (tools / "expected.json").unlink()
    with pytest.raises(StepError):
        answers_of(read_case(tools))


def test_the_command_prints_the_objective_beside_the_published_one(tmp_path, tools):
    told = sop(tmp_path, "solve", str(tools)).stdout
    assert "workforce continuous: objective 422,275.00 (published 422,275.00" in told
    assert "workforce integer: objective 422,660.00" in told
    assert "hiring and laying off" in told
    answers = json.loads(sop(tmp_path, "solve", str(tools), "--format", "json").stdout)["answers"]
    assert [round(answer["objective"]) for answer in answers] == [422275, 422660]
    assert all(answer["ok"] for answer in answers)
    assert answers[0]["costs"]["wages"] > 0


def test_a_published_answer_that_is_missed_fails_the_command(tmp_path, tools):
    (tools / "expected.json").write_text('{"objective": 400000}')
    missed = sop(tmp_path, "solve", str(tools), check=False)
    assert missed.returncode == 1
    assert "NOT REACHED" in missed.stdout


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('{"objective": NaN}', "objective: Input should be a finite number"),
        ('[{"objective": 1}, {"objective": 2}]', "two answers for workforce continuous"),
        ("[]", "no answer"),
    ],
)
def test_an_answer_that_says_nothing_or_two_things_is_refused(tools, answer, told):
    (tools / "expected.json").write_text(answer)
    with pytest.raises(ParamsError, match=told):
        read_case(tools)


def test_rows_told_twice_and_files_that_are_not_read_are_told(tools):
    demand = tools / "consensus_demand.csv"
    lines = demand.read_text().splitlines()
    demand.write_text("\n".join([*lines, lines[1]]) + "\n")
    with pytest.raises(DataError, match=r"consensus_demand.csv, rows 1, 7 \(tool \* \* 2026-01\): 2 rows for one item"):
        read_case(tools)
    (tools / "Lots.CSV").write_text("item\n")
    with pytest.raises(DataError, match=r"Lots.CSV: a .CSV file, which no case reads"):
        read_case(tools)
