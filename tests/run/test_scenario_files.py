"""Scenario files: a wrong one is named with file and line and stops no other; composing; playbooks."""

from pathlib import Path

import pytest

from sopkit.errors import ParamsError
from sopkit.run.scenario_files import load_playbook, load_scenarios, playbook_names, read_playbooks, read_scenarios, scenario_paths

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
