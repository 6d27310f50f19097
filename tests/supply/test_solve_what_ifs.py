"""`sop solve DIR --what-ifs`: variants of a case in place, beside the plan, each as it would be from nothing."""

import json
from dataclasses import replace

import pytest
from command_line import ROOT, sop

from sopkit.errors import DataError, ParamsError
from sopkit.meeting.policy import Change, Overlay
from sopkit.run.cases import read_case
from sopkit.run.what_ifs import lines_of, read_what_ifs, told_variants
from sopkit.supply.plan import constrained_plan

MORE = Change(table="demand", column="quantity", action="multiply", value=1.1)
DEARER = Change(table="unit_costs", column="unit_cost", action="add", value=2.0)
OVERLAYS = {"more": Overlay(title="Ten per cent more", changes=(MORE,)), "dearer": Overlay(title="Two dearer", changes=(DEARER,))}


@pytest.fixture
def tools():
    return read_case(ROOT / "tests" / "cases" / "red_tomato_base")


def planned(case, **tables) -> float:
    inputs = replace(case.inputs, **tables)
    return constrained_plan(inputs, case.params.supply, cutoff=case.cutoff).plan_costs["planning_cost"].sum()


def test_each_variant_costs_what_its_own_plan_costs(tools):
    plan, more, dearer = told_variants(tools, OVERLAYS)
    assert plan.objective == pytest.approx(422275)
    demand = tools.inputs.demand.assign(quantity=tools.inputs.demand["quantity"] * 1.1)
    assert more.objective == pytest.approx(planned(tools, demand=demand), rel=1e-7)
    costs = tools.inputs.unit_costs.assign(unit_cost=tools.inputs.unit_costs["unit_cost"] + 2)
    assert dearer.objective == pytest.approx(planned(tools, unit_costs=costs), rel=1e-7)
    assert [each.how for each in (plan, more, dearer)] == ["", "", ""]
    assert lines_of([plan, more, dearer])[2].split()[:2] == ["more", f"{more.objective:,.2f}"]


def test_a_variant_that_cannot_be_planned_is_named(tools):
    with pytest.raises(ParamsError, match="Nothing of the kind"):
        told_variants(tools, {"x": Overlay(title="Nothing of the kind", changes=(MORE.model_copy(update={"table": "nothing"}),))})
    broken = Change(table="stock_limits", column="most_stock", action="set", value=1.0)
    with pytest.raises(DataError, match="tight: the supply plan cannot be made"):
        told_variants(tools, {"tight": Overlay(title="No room", changes=(broken,))})


def test_the_command_prints_each_with_its_time(tmp_path):
    folder = tmp_path / "case"
    folder.mkdir()
    for path in (ROOT / "tests" / "cases" / "red_tomato_base").iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with pytest.raises(ParamsError):
        read_what_ifs(folder)
    (folder / "what_ifs.yaml").write_text(
        "what_ifs:\n  more:\n    title: More\n    changes:\n      - {table: demand, column: quantity, action: multiply, value: 1.1}\n"
    )
    told = sop(tmp_path, "solve", str(folder), "--what-ifs").stdout
    assert "1 what-ifs in" in told
    rows = json.loads(sop(tmp_path, "solve", str(folder), "--what-ifs", "--format", "json").stdout)
    assert [row["name"] for row in rows] == ["plan", "more"]
    assert all(row["seconds"] >= 0 for row in rows)
