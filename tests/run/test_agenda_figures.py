"""The lead's words are held against the proposed plan before a step runs, where that plan is known."""

from dataclasses import replace
from pathlib import Path

import pytest

from sopkit.errors import ParamsError
from sopkit.meeting.agenda import Agenda, AgendaFile, with_agenda
from sopkit.run.agenda_figures import check_agenda_figures
from sopkit.run.keys import Origins
from sopkit.run.places import params_file
from sopkit.run.request import Request
from sopkit.run.runner import prepare

CYCLE = "2026-03"


@pytest.fixture(scope="module")
def proposed(small_demo: Path) -> Origins:
    """What the finished cycle was made from: the demo company has no agenda."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOPKIT_REPORTS", str(small_demo))
        return prepare(Request(params_file("demo"), CYCLE)).made_from


@pytest.fixture(autouse=True)
def _reports(small_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPKIT_REPORTS", str(small_demo))


def with_words(made_from: Origins, *, order: tuple[str, ...] = ("D1", "D2", "D3"), **words: object) -> Origins:
    """The same origins with an agenda: what it says of D1."""
    items = [{"decision": name, **(words if name == "D1" else {})} for name in order]
    agenda = Agenda.model_validate({"cycle": CYCLE, "decisions": items})
    places = tuple(f"agenda.yaml, line {at}" for at, _ in enumerate(agenda.texts(), start=3))
    file = AgendaFile(agenda=agenda, places=places, proposed=made_from.params.meeting)
    params = made_from.params.model_copy(update={"agenda": file, "meeting": with_agenda(made_from.params.meeting, agenda)})
    return replace(made_from, params=params)


def test_a_figure_that_nobody_computed_is_refused_with_its_line(proposed: Origins) -> None:
    with pytest.raises(ParamsError) as raised:
        check_agenda_figures(with_words(proposed, question="Shall we buy 777,123 hours?"))
    (problem,) = raised.value.problems
    assert problem.where == "agenda.yaml, line 3"
    assert problem.came.startswith("777,123 in ")


def test_words_and_quoted_figures_pass(proposed: Origins) -> None:
    assert check_agenda_figures(proposed) == []
    assert check_agenda_figures(with_words(proposed, titles={"B": "Night shift from 13 April, ten coaters"})) == []


def test_where_the_agenda_makes_new_figures_it_is_a_warning(proposed: Origins) -> None:
    (told,) = check_agenda_figures(with_words(proposed, order=("D2", "D1"), question="Shall we buy 777,123 hours?"))
    assert told.startswith("warning:")
    assert "777,123" in told


def test_without_a_plan_to_hold_it_against_nothing_is_said(proposed: Origins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPKIT_REPORTS", str(tmp_path))
    assert check_agenda_figures(with_words(proposed, question="Shall we buy 777,123 hours?")) == []
