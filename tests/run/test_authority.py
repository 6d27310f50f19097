"""Who may decide, until when, and who may amend up to which price."""

from datetime import date
from pathlib import Path

import pytest
from command_line import CYCLES, ROOT

from sopkit.errors import GateError
from sopkit.run.amending import Amendment, check_authority
from sopkit.run.deciding import Asked, check_open
from sopkit.run.params import CompanyParams, load_params


@pytest.fixture(scope="module")
def params() -> CompanyParams:
    """The demo company, attended; operations may settle a million."""
    return load_params(ROOT / "params" / "demo.yaml", CYCLES[-1]).model_copy(update={"gates": "enforce"})


@pytest.mark.parametrize(("role", "change"), [("managing_director", -9e9), ("head_of_operations", -900_000.0), ("head_of_operations", 1e6)])
def test_an_amendment_within_the_limit_is_signed(params: CompanyParams, role: str, change: float) -> None:
    check_authority(params, Amendment("supplier_late", "the oven is down", role), change)


@pytest.mark.parametrize(
    ("role", "change", "said"),
    [
        ("head_of_operations", -1_200_000.0, "1,200,000 SEK"),
        ("head_of_operations", float("nan"), "1,000,000"),
        ("head_of_hr", 10.0, "no limit of its own"),
    ],
)
def test_an_amendment_beyond_it_or_without_a_price_is_refused_with_both_figures(
    params: CompanyParams, role: str, change: float, said: str
) -> None:
    with pytest.raises(GateError, match="managing_director") as told:
        check_authority(params, Amendment("supplier_late", "the oven is down", role), change)
    assert said in str(told.value)


def test_a_stranger_and_a_late_answer_are_refused_and_a_rehearsal_says_what_it_passes_over(
    params: CompanyParams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line and the room decide through the same refusals."""
    monkeypatch.setenv("SOPKIT_REPORTS", str(tmp_path))
    early, late = date(2026, 3, 20), date(2026, 3, 28)
    assert check_open(params, Asked({"D1": "B"}, "managing_director", on=early)) == []
    with pytest.raises(GateError, match="does not decide"):
        check_open(params, Asked({"D1": "B"}, "head_of_hr", on=early))
    with pytest.raises(GateError, match="2026-03-27"):
        check_open(params, Asked({"D1": "B"}, "managing_director", on=late))
    rehearsed = params.model_copy(update={"gates": "rehearse"})
    assert check_open(rehearsed, Asked({"D1": "B"}, "head_of_hr", on=late)) == ["rehearsal: D1 had to be decided by 2026-03-27"]
