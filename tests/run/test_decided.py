"""What was decided, as the runner reads it: which step it reaches first, what is still asked, and files that were touched."""

from datetime import date
from pathlib import Path

import pytest

from sopkit.errors import GateError, IntegrityError
from sopkit.meeting.policy import Change, Decision, MeetingPolicy, Overlay, PolicyChange
from sopkit.run.amending import Amendment, check_authority
from sopkit.run.decided import Decided, decided_file, decided_on, earlier_decisions, read_decided, write_decided
from sopkit.run.params import load_params

ROOT = Path(__file__).resolve().parents[2]


def entry(decision: str, answer: str, overlay: Overlay | None = None) -> dict[str, object]:
    return {"decision": decision, "answer": answer, "overlay": overlay.model_dump_json() if overlay else ""}


def decided(*entries: dict[str, object], cycle: str = "2026-03", base: str = "aaa") -> Decided:
    return Decided(cycle, 2, base, "c", entries, {"basis": "D1=B", "net_sales": "1.0"})


def change(table: str) -> Overlay:
    return Overlay(title=table, changes=(Change(table=table, column="x", action="set", value=1),))


@pytest.mark.parametrize(
    ("overlay", "first"),
    [
        (change("lifecycle"), 2),
        (change("demand"), 2),
        (change("resource_calendar"), 3),
        (change("supplier_items"), 3),
        (Overlay(title="limit", policy=PolicyChange(subcontract_limit={"Grills": 5})), 3),
        (change("payment_terms"), 4),
        (Overlay(title="cost", fixed_cost=5), 4),
        (None, 4),
    ],
)
def test_only_what_is_reached_is_run_again(overlay: Overlay | None, first: int) -> None:
    assert decided(entry("D1", "B", overlay)).first_step == first


def test_what_was_answered_is_not_asked_again_and_what_was_put_off_is() -> None:
    options = {"A": Overlay(title="Nothing")}
    each = Decision(question="?", owner="head_of_sales", last_date=date(2026, 3, 27), options=options)
    policy = MeetingPolicy(decisions={"D1": each, "D2": each, "D3": each, "D4": each})
    left = decided(entry("D1", "B"), entry("D2", "defer"), entry("D3", "none")).still_asked(policy)
    assert list(left.decisions) == ["D2", "D4"]


def test_what_was_decided_counts_on_the_run_it_was_decided_on(tmp_path: Path) -> None:
    made = decided(entry("D1", "B", change("resource_calendar")))
    write_decided(decided_file(tmp_path, "2026-03"), made)
    assert decided_on(tmp_path, "2026-03", "aaa") == made
    assert decided_on(tmp_path, "2026-03", "bbb") is None
    assert decided_on(tmp_path, "2026-04", "aaa") is None


def test_earlier_cycles_are_handed_on_with_their_cycle(tmp_path: Path) -> None:
    for cycle in ("2026-02", "2026-03"):
        write_decided(decided_file(tmp_path, cycle), decided(entry("D1", "B"), cycle=cycle))
    assert [each["made_in"] for each in earlier_decisions(tmp_path, "2026-03")] == ["2026-02"]


def test_a_file_that_was_touched_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "decided.json"
    path.write_text('{"schema": 1}')
    with pytest.raises(IntegrityError, match="decisions cannot be read"):
        read_decided(path)


@pytest.mark.parametrize(("role", "change", "may"), [
    ("managing_director", 9e9, True), ("head_of_operations", 1e6, True), ("head_of_operations", -1e6 - 1, False),
    ("head_of_operations", float("nan"), False), ("head_of_hr", 0.0, False),
])  # fmt: skip
def test_a_role_amends_within_its_authority(role: str, change: float, may: bool) -> None:
    params = load_params(ROOT / "params" / "demo.yaml")
    amendment = Amendment("supplier_late", "the maker burnt down", role)
    if may:
        check_authority(params, amendment, change)
    else:
        with pytest.raises(GateError, match="beyond the role's authority"):
            check_authority(params, amendment, change)
