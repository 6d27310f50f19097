"""Scenario files: a wrong one is named with file and line and stops no other; composing; playbooks."""

from pathlib import Path

import pytest

from sopkit.errors import ParamsError
from sopkit.meeting.policy import MeetingPolicy
from sopkit.run.placing import placed_decisions
from sopkit.run.scenario_files import load_playbook, load_scenarios, playbook_names, read_playbooks, read_scenarios, scenario_paths
from sopkit.run.yaml_reading import read_yaml

ROOT = Path(__file__).resolve().parents[2]
GRILLS = "- { table: demand, where: { family: Grills }, first_period: 2026-04, column: quantity, action: %s }\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """An empty suite; call it to write a scenario."""
    (tmp_path / "params" / "scenarios").mkdir(parents=True)
    (tmp_path / "params" / "playbooks").mkdir()
    monkeypatch.setenv("SOPKIT_ROOT", str(tmp_path))
    return lambda name, text: (tmp_path / "params" / "scenarios" / f"{name}.yaml").write_text(text)


def test_wrong_scenarios_are_named_with_their_line_and_the_others_are_read(files):
    files("good", "title: good\nchanges:\n" + GRILLS % "multiply, value: 1.1")
    files("typo", "title: typo\nchangs:\n" + GRILLS % "multiply, value: 1.1")
    files("sign", "title: sign\nchanges:\n- { table: demand, column: net_price, action: multiply, value: 1.1,\n    elasticity: 1.2 }\n")
    files("misplaced", "title: m\nchanges:\n- { table: demand, column: quantity, action: multiply, value: 1.1, elasticity: -1 }\n")
    found = read_scenarios(["good", "typo", "sign", "misplaced", "absent"])
    assert list(found.overlays) == ["good"]
    assert found.overlays["good"].changes[0].place.endswith("good.yaml, line 3")
    told = {name: str(problems[0]) for name, problems in found.problems.items()}
    assert "typo.yaml, line 2" in told["typo"] and "changes" in told["typo"]
    assert "sign.yaml, line 4" in told["sign"] and "less than or equal to 0" in told["sign"]
    assert "misplaced.yaml, line 3" in told["misplaced"] and "net_price" in told["misplaced"]
    assert "absent.yaml" in told["absent"] and "good" in told["absent"]
    with pytest.raises(ParamsError) as raised:
        load_scenarios(["good", "typo", "absent"])
    assert len(raised.value.problems) == 2


def test_scenarios_compose_and_parts_that_meet_in_one_key_are_refused(files):
    files("more", "title: more\nchanges:\n" + GRILLS % "multiply, value: 1.1")
    files("still_more", "title: still\nchanges:\n" + GRILLS % "multiply, value: 1.2")
    files("fixed", "title: fixed\nchanges:\n" + GRILLS % "set, value: 10")
    files("both", "title: both\nof: [more, still_more]\nfixed_cost: 5\n")
    files("torn", "title: torn\nof: [more, fixed]\n")
    files("round", "title: round\nof: [again]\n")
    files("again", "title: again\nof: [round]\n")
    found = read_scenarios(["both", "torn", "round"])
    both = found.overlays["both"]
    assert (both.title, len(both.changes), both.fixed_cost) == ("both", 2, 5)
    told = str(found.problems["torn"][0])
    assert "more.yaml, line 3 and " in told and "fixed.yaml, line 3" in told and "multiply 1.1 and set 10" in told
    assert "do not come back" in str(found.problems["round"][0])
    assert [path.stem for path in scenario_paths(["both", "../x"])] == ["both", "more", "still_more"]


def test_names_of_a_policy_and_options_of_a_decision_know_their_line(files, tmp_path):
    files(
        "late",
        "title: late\npolicy:\n  supplier_share:\n    L-1: { 2026-05: 0.5 }\n  supply: { storage_limt: 3 }\nfixed_cost_period: 2031-01\n",
    )
    places = load_scenarios(["late"])["late"].places
    at = {name: place.rsplit("line ", 1)[1] for name, place in places.items()}
    assert (at["policy.supplier_share.L-1.2026-05"], at["policy.supply.storage_limt"], at["fixed_cost_period"]) == ("4", "5", "6")
    path = tmp_path / "company.yaml"
    path.write_text(
        "meeting:\n  decisions:\n    D1:\n      options:\n        A: { title: a }\n        B:\n          title: b\n"
        "          changes:\n            " + GRILLS % "multiply, value: 1.1"
    )
    content, lines = read_yaml(path)
    told = {**content["meeting"]["decisions"]["D1"], "question": "?", "owner": "o", "last_date": "2026-03-27"}
    policy = placed_decisions(MeetingPolicy.model_validate({"decisions": {"D1": told}}), path, lines)
    assert policy.decisions["D1"].options["B"].changes[0].place == f"{path}, line 9"


def test_the_playbooks_that_come_with_the_suite_can_be_read(monkeypatch):
    monkeypatch.setenv("SOPKIT_ROOT", str(ROOT))
    names = playbook_names()
    assert names == ["demand_down", "demand_up", "input_price", "line_down", "port_closed", "supplier_out"]
    for name in names:
        playbook = load_playbook(name)
        assert playbook.trigger and len(playbook.first_actions) >= 3
        assert playbook.changes or playbook.supplier
    good, wrong = read_playbooks(["line_down", "flood"])
    assert list(good) == ["line_down"] and "flood.yaml" in str(wrong["flood"][0])
