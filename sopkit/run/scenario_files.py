"""Scenarios as files: `params/scenarios/*.yaml` and `params/playbooks/*.yaml`, read one by one, so that a wrong one stops no other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sopkit.errors import ParamsError, Problem
from sopkit.meeting.policy import Overlay, Playbook
from sopkit.run import places
from sopkit.run.literal_secrets import refuse_literal_secrets
from sopkit.run.params import SCENARIO, validated
from sopkit.run.placing import placed
from sopkit.run.yaml_reading import read_yaml


@dataclass(frozen=True)
class ScenarioFiles:
    """What the files of some scenarios say, and what is wrong with those that cannot be used."""

    overlays: dict[str, Overlay] = field(default_factory=dict)
    problems: dict[str, tuple[Problem, ...]] = field(default_factory=dict)


def read_scenarios(names: Sequence[str]) -> ScenarioFiles:
    """The overlays of the scenarios named, and the problems of those that cannot be used: file, line, what came, what was expected.

    Args:
        names: files of params/scenarios, without `.yaml`.
    """
    found = ScenarioFiles()
    for name in names:
        try:
            found.overlays[name] = load_scenario(name)
        except ParamsError as error:
            found.problems[name] = error.problems
    return found


def every_scenario() -> list[str]:
    """The names of all scenarios that are there, in order."""
    return sorted(path.stem for path in scenario_path("scenarios", "any").parent.glob("*.yaml"))


def load_scenarios(names: Sequence[str]) -> dict[str, Overlay]:
    """The overlays of the scenarios named; ParamsError with the problems of all where one is missing or wrong."""
    found = read_scenarios(names)
    if found.problems:
        raise ParamsError("scenarios cannot be used", [problem for problems in found.problems.values() for problem in problems])
    return found.overlays


def load_scenario(name: str, within: tuple[str, ...] = ()) -> Overlay:
    """One overlay; where it is composed `of` others, theirs first and its own changes last.

    Args:
        name: its file's name, without `.yaml`.
        within: scenarios that it is part of.

    Raises:
        ParamsError: no such file, a wrong one, scenarios that are part of each other, or parts that meet in one key.
    """
    path = scenario_path("scenarios", name)
    content, lines = read_yaml(path)
    refuse_literal_secrets(content, path, lines)
    own = placed(validated(Overlay, content, path, lines), path, lines)
    if not own.of:
        return own
    from sopkit.meeting.scenarios import compose, twice_changed  # tables: an unchanged cycle must not import them

    where = f"{path}, line {lines.get(('of',), 1)}, of"
    if round_trip := sorted({name, *within} & set(own.of)):
        raise ParamsError(
            "scenarios that are part of each other", [Problem(where, ", ".join(round_trip), "scenarios that do not come back")]
        )
    parts = [*(load_scenario(part, (*within, name)) for part in own.of), own.model_copy(update={"of": ()})]
    if problems := twice_changed(parts):
        raise ParamsError(f"the parts of {name} meet in one key", problems)
    return compose(parts).model_copy(update={"title": own.title, "note": own.note})


def load_playbook(name: str) -> Playbook:
    """A crisis playbook of params/playbooks; ParamsError where it is missing or wrong."""
    path = scenario_path("playbooks", name)
    content, lines = read_yaml(path)
    refuse_literal_secrets(content, path, lines)
    playbook = validated(Playbook, content, path, lines)
    changes = tuple(
        change.model_copy(update={"place": f"{path}, line {lines.get(('changes', str(at)), 1)}"})
        for at, change in enumerate(playbook.changes)
    )
    return playbook.model_copy(update={"changes": changes})


def read_playbooks(names: Sequence[str]) -> tuple[dict[str, Playbook], dict[str, tuple[Problem, ...]]]:
    """The playbooks named, and the problems of those that cannot be used."""
    playbooks: dict[str, Playbook] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    for name in names:
        try:
            playbooks[name] = load_playbook(name)
        except ParamsError as error:
            problems[name] = error.problems
    return playbooks, problems


def playbook_names() -> list[str]:
    """The playbooks that there are, by name."""
    return sorted(path.stem for path in (places.suite_root() / "params" / "playbooks").glob("*.yaml"))


def scenario_path(folder: str, name: str) -> Path:
    """The file of a scenario or playbook; ParamsError where the name is none."""
    if not SCENARIO.fullmatch(name):
        expected = "letters, digits, _ and -, as in its file's name"
        raise ParamsError("not a scenario's name", [Problem("scenario", repr(name), expected)])
    return places.suite_root() / "params" / folder / f"{name}.yaml"


def scenario_paths(names: Sequence[str]) -> list[Path]:
    """The files that the scenarios named are made of, those they are composed of included; a file that cannot be read names no others."""
    found: dict[Path, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if not SCENARIO.fullmatch(name):
            continue
        path = places.suite_root() / "params" / "scenarios" / f"{name}.yaml"
        if path in found:
            continue
        found[path] = None
        try:
            parts = read_yaml(path)[0].get("of")
        except ParamsError:
            continue
        waiting += [part for part in parts if isinstance(part, str)] if isinstance(parts, list) else []
    return list(found)
