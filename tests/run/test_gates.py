"""An attended cycle: the run advances to the next closed gate, people sign, and what they signed must still be there."""

import json
from datetime import UTC, datetime

import pytest
from tiny_suite import Suite

from sopkit.errors import GateError, IntegrityError, ParamsError, StepError
from sopkit.records.ledger import Ledger
from sopkit.run.decided import Decided, decided_file, write_decided
from sopkit.run.deciding import request_of
from sopkit.run.gates import revoke, sign_off
from sopkit.run.ledger import ledger_lines, log_lines
from sopkit.run.status import cycle_status, status_lines

TODAY = datetime(2026, 3, 9, tzinfo=UTC).date()


def enforced(suite: Suite, steps: int = 3) -> str:
    """Run with gates; returns whom it waits for, or nothing where it went through."""
    try:
        suite.run(steps, gates="enforce")
    except GateError as error:
        return error.message
    return ""


def sign(suite: Suite, gate: str, role: str, conditions: str = "") -> str:
    return "\n".join(sign_off(suite.params, gate, role, None, conditions))


@pytest.fixture
def at_supply(warm: Suite) -> Suite:
    """A cycle in which data and demand are signed and step 3 has run."""
    assert "(sop_lead)" in enforced(warm)
    assert "content" in sign(warm, "data_quality", "sop_lead")
    assert "(head_of_sales)" in enforced(warm)
    sign(warm, "demand", "head_of_sales", "the listing is confirmed")
    assert enforced(warm) == ""
    return warm


def test_the_run_advances_gate_by_gate_and_runs_nothing_twice(at_supply: Suite) -> None:
    assert at_supply.executed() == ["data_collection", "demand_planning", "supply_planning"]
    lines = log_lines("tiny/2026-03", as_json=False)
    words = [line.split()[3] for line in lines]
    ran = ["cycle_opened", "inputs_received", "step_finished"]
    assert words == [*ran, "sign_off", "step_finished", "sign_off", "step_finished"] and "the listing is confirmed" in lines[5]
    assert ledger_lines("verify", "tiny", None) == ["7 events, the chain holds"]
    told = "\n".join(status_lines(cycle_status(at_supply.params, today=TODAY)))
    assert "head_of_sales signed" in told and "head_of_operations no sign-off" in told


def test_all_three_sign_the_supply_plan(at_supply: Suite) -> None:
    assert "head_of_operations, head_of_materials, head_of_finance" in enforced(at_supply, 4)
    sign(at_supply, "supply", "head_of_operations")
    sign(at_supply, "supply", "head_of_finance")
    assert "(head_of_materials)" in enforced(at_supply, 4)
    signed = Ledger.open(at_supply.reports / "tiny" / "ledger.sqlite").events(kind="sign_off")
    texts = {event.body["role"]: str(event.body["text"]) for event in signed}
    assert "we can make this plan" in texts["head_of_operations"] and "we can pay" in texts["head_of_finance"]
    assert "signed this already" in sign(at_supply, "supply", "head_of_finance")


def test_gates_of_the_command_line_hold_for_the_run_and_the_command_that_goes_on(at_supply: Suite) -> None:
    """What `--gates enforce` made is not another run than its own params say, and whoever decides on it finds it."""
    prepared = at_supply.prepare(6, gates="enforce")
    assert prepared.next_command().endswith("--cycle 2026-03 --gates enforce")
    assert request_of(at_supply.params, None).gates == "enforce"  # as it was last run
    for gate, roles in (("supply", ["head_of_operations", "head_of_materials", "head_of_finance"]), ("money", ["head_of_finance"])):
        at_supply.run(4, gates="rehearse")
        for role in roles:
            sign(at_supply, gate, role)
    at_supply.run(6, gates="rehearse")
    assert request_of(at_supply.params, None).gates == "rehearse"
    at_supply.change_params("preparer: sop_lead", "preparer: sop_lead\napproval: {identities: [typed]}")
    at_supply.run(5, gates="enforce")
    sign(at_supply, "approval", "managing_director")
    run = at_supply.run(6, gates="enforce").run
    assert json.loads(run.manifest.read_text()).get("changed_while_running") == []
    assert any(line.split()[:3] == ["approval:", "approved", "by"] for line in status_lines(cycle_status(at_supply.params, today=TODAY)))


def test_a_turned_knob_takes_back_the_sign_offs_that_it_reaches_by_name(at_supply: Suite) -> None:
    at_supply.change_params("lift: 2", "lift: 3")
    with pytest.raises(GateError, match="waiting for: consensus demand") as caught:
        at_supply.run(gates="enforce")
    assert "changed since: params" in str(caught.value) and "--as head_of_sales" in str(caught.value)
    sign(at_supply, "demand", "head_of_sales")
    assert enforced(at_supply) == ""


def test_a_late_input_takes_back_each_sign_off_by_name_once(at_supply: Suite) -> None:
    """Rehearsed or not: what was signed holds no more, the record says whose and which file it was, and a person signs anew."""
    head = Ledger.open(at_supply.reports / "tiny" / "ledger.sqlite").head(human=True)
    source = at_supply.root / "data" / "items.csv"
    source.write_text(source.read_text() + "late\n")
    for _ in range(2):
        at_supply.run(3, gates="rehearse")
    ledger = Ledger.open(at_supply.reports / "tiny" / "ledger.sqlite")
    back = ledger.events(kind="revocation")
    assert [(event.who, event.body["signed_by"]) for event in back] == [("", "sop_lead"), ("", "head_of_sales")]
    assert {event.body["reason"] for event in back} == {"changed since: items.csv"}
    assert ledger.head(human=True) == head  # no person did it: packs print what people did last
    assert "taken back" in "\n".join(status_lines(cycle_status(at_supply.params, today=TODAY)))
    source.write_text(source.read_text().replace("late\n", ""))  # the old numbers again: what was taken back stays so
    assert "(sop_lead)" in enforced(at_supply)
    sign(at_supply, "data_quality", "sop_lead")
    sign(at_supply, "demand", "head_of_sales")
    assert enforced(at_supply) == "" and len(ledger.events(kind="revocation")) == 2


def test_a_sign_off_that_is_taken_back_opens_the_gate_again(at_supply: Suite) -> None:
    revoke(at_supply.params, "demand", "head_of_sales", None, "the customer is gone")
    at_supply.run(gates="rehearse")  # what is there stays there
    with pytest.raises(GateError, match="the customer is gone"):
        at_supply.run(gates="enforce", force=True)
    with pytest.raises(GateError, match="no sign-off to take back"):
        revoke(at_supply.params, "demand", "head_of_sales", None, "again")


def test_who_may_sign(warm: Suite) -> None:
    warm.run()
    with pytest.raises(GateError, match="expected head_of_sales"):
        sign(warm, "demand", "head_of_marketing")
    with pytest.raises(ParamsError, match="one of data_quality, demand"):
        sign(warm, "wish", "head_of_sales")
    with pytest.raises(StepError, match="--to 5"):
        sign(warm, "approval", "managing_director")
    warm.change_params("preparer: sop_lead", "preparer: sop_lead\ndeputies: {head_of_sales: [sales_controller]}")
    assert "sales_controller (for head_of_sales) signs" in sign(warm, "demand", "sales_controller")


def test_the_preparer_does_not_approve_and_the_accountable_executive_does(warm: Suite) -> None:
    deputies = "deputies: {managing_director: [sop_lead, deputy_director]}\napproval: {identities: [typed]}"
    warm.change_params("preparer: sop_lead", f"preparer: sop_lead\n{deputies}")
    warm.run(5)
    with pytest.raises(GateError, match="the preparer does not approve"):
        sign(warm, "approval", "sop_lead")
    assert "deputy_director approves" in sign(warm, "approval", "deputy_director")


def test_a_touched_ledger_stops_nothing_in_silence(at_supply: Suite) -> None:
    import sqlite3

    with sqlite3.connect(at_supply.reports / "tiny" / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE events SET who = 'managing_director' WHERE seq = 4")
    with pytest.raises(IntegrityError, match="event 4"):
        ledger_lines("verify", "tiny", None)
    with pytest.raises(IntegrityError, match="event 4"):
        at_supply.run(4, gates="enforce")


def test_the_commands_and_their_exit_codes(warm: Suite) -> None:
    assert warm.sop("ledger", "verify", "tiny").returncode == 2
    warm.run()
    done = warm.sop("sign-off", "tiny", "demand", "--as", "head_of_sales", "--if", "prices hold")
    assert done.returncode == 0 and "typed name" in done.stdout
    assert "if prices hold" in warm.sop("status", "tiny").stdout
    assert warm.sop("sign-off", "tiny", "demand", "--as", "head_of_hr").returncode == 4
    assert "sign_off" in warm.sop("log", "tiny/2026-03", "--format", "json").stdout
    assert warm.sop("ledger", "export", "tiny", str(warm.root / "export.jsonl")).returncode == 0
    assert warm.sop("revoke", "tiny", "demand", "--as", "head_of_sales", "--reason", "new prices").returncode == 0
    assert "7 events, the chain holds" in warm.sop("ledger", "verify", "tiny").stdout


def test_a_revision_stands_on_what_was_signed_for_the_proposed_plan(at_supply: Suite) -> None:
    """Steps that deciding does not reach are taken over; their gates were signed for what was decided on, and stay open to a late input."""
    proposed = at_supply.run(gates="enforce").run
    answer = {"decision": "D1", "answer": "A", "overlay": "", "expected": {}}
    write_decided(decided_file(at_supply.reports / "tiny", "2026-03"), Decided("2026-03", 2, proposed.run_id, "c", (answer,), {}))
    done = at_supply.executed()
    revision = at_supply.run(gates="enforce").run
    assert revision.run_id != proposed.run_id
    assert at_supply.executed() == done  # nothing was executed
    manifest = json.loads(revision.manifest.read_text())
    assert (manifest["revision"], manifest["base_run"]) == ("r2", proposed.run_id)
    assert (revision.path / "tables" / "items.parquet").stat().st_ino == (proposed.path / "tables" / "items.parquet").stat().st_ino
    at_supply.change_params("lift: 2", "lift: 3")
    with pytest.raises(GateError, match="waiting for: consensus demand"):
        at_supply.run(gates="enforce")
    assert at_supply.prepare().made_from.decided is None  # decided on another run: the cycle proposes anew
