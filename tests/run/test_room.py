"""What was tried in the room is kept as a text and nothing else; what the room does not have is named."""

import re
from pathlib import Path

import pandas as pd
import pytest

from sopkit.errors import ParamsError
from sopkit.meeting.policy import Change, Overlay
from sopkit.run.room import kept_scenario
from sopkit.run.room_widgets import page_html
from sopkit.run.scenario_files import load_scenarios

TRIED = Overlay(
    title="Demand of Grills, factor: 1.1",
    changes=(Change(table="demand", where={"family": "Grills"}, first_period="2026-04", column="quantity", action="multiply", value=1.1),),
)


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "params" / "scenarios").mkdir(parents=True)
    monkeypatch.setenv("SOPKIT_ROOT", str(tmp_path))
    return tmp_path


def test_what_was_tried_comes_back_as_it_was(suite: Path) -> None:
    path = kept_scenario("warm", TRIED, "the chain asked")
    assert path == suite / "params" / "scenarios" / "warm.yaml"
    assert path.read_text().startswith("# made in the room")
    kept = load_scenarios(("warm",))["warm"]
    assert [change.model_dump() for change in kept.changes] == [change.model_dump() for change in TRIED.changes]
    assert kept.title.endswith("(made in the room)") and kept.note == "the chain asked"


@pytest.mark.parametrize("name", ["base", "../warm", "with space", ""])
def test_a_name_that_is_none_is_refused(suite: Path, name: str) -> None:
    with pytest.raises(ParamsError, match="cannot be kept"):
        kept_scenario(name, TRIED)
    assert list((suite / "params").rglob("*.yaml")) == []


def test_what_was_kept_is_not_written_over_and_nothing_is_not_kept(suite: Path) -> None:
    path = kept_scenario("warm", TRIED)
    before = path.read_text()
    with pytest.raises(ParamsError, match="another name"):
        kept_scenario("warm", TRIED, "again")
    with pytest.raises(ParamsError, match="nothing was moved"):
        kept_scenario("cold", Overlay(title="base"))
    assert path.read_text() == before


def test_the_page_is_written_in_whole_money_and_shares_and_lets_nothing_through() -> None:
    page = pd.DataFrame({"base": [413_941_809.9, 0.98], "tried": [1.0, float("nan")]}, index=["net_sales", "fill_rate"])
    page.attrs["breaks_first"] = "<script> 2026-05"
    html = page_html(page)
    changed = page_html(pd.DataFrame({"difference": [-0.2, -0.0001, 12.0, -0.021]}, index=["late", "fill_rate", "lost", "load_peak"]))
    assert re.findall(r"<td style[^>]*>([^<]*)", changed) == ["0", "0.0 pp", "+12", "\N{MINUS SIGN}2.1 pp"]
    assert "units late" in changed and "highest load" in changed
    assert "413,941,810" in html and "98.0%" in html and "not available" in html
    assert "<script>" not in html
