"""Who may approve, what an approval binds to, and how long it holds."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from sopkit.errors import GateError
from sopkit.records.approvals import Plan, Request, Rule, approval, countersignature, refusal, revocation, standing, statement
from sopkit.records.ledger import Event, NewEvent
from sopkit.records.ledger.events import GENESIS
from sopkit.records.policy import ApprovalPolicy
from sopkit.records.signatures import also_signs_as, check_signature, gpg_signature, ssh_signature

RULE = Rule(
    accountable="managing_director",
    preparer="sop_lead",
    deputies={"managing_director": ["deputy_director"]},
    people={"deputy_director": "erika", "head_of_logistics": "Erika "},
    identities=("signed", "witnessed", "typed"),
    limit=1_000_000,
    second=("head_of_finance", "deputy_director"),
    sign_off_owners=("head_of_sales", "head_of_operations", "head_of_logistics"),
)
PLAN = Plan("2026-03", "r2", "abc", "hash-of-the-numbers", amount=900_000)


class Record:
    """A ledger in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, new: NewEvent) -> Event:
        seq = len(self.events) + 1
        event = Event(seq, f"2026-03-16T12:00:{seq:02d}+00:00", new.key, new.kind, new.cycle, new.who, new.body, GENESIS, f"hash {seq}")
        self.events.append(event)
        return event

    def approve(self, who: str, plan: Plan = PLAN, **told: str) -> Event:
        return self.add(approval(RULE, plan, Request(who, **told), self.events))

    def state(self, plan: Plan = PLAN) -> str:
        return standing(RULE, plan, self.events).state


@pytest.fixture
def record() -> Record:
    return Record()


def test_the_accountable_executive_or_the_deputy_approves_these_numbers_and_no_others(record: Record) -> None:
    assert record.state() == "missing"
    record.approve("Deputy_Director ")
    assert (
        record.state() == "approved" and record.events[0].who == "deputy_director" and record.events[0].body["role"] == "managing_director"
    )
    changed = replace(PLAN, plan_hash="another")
    told = standing(RULE, changed, record.events)
    assert told.state == "stale" and "a number has changed since" in told.reason
    record.approve("managing_director", changed)
    assert record.state(changed) == "approved" and record.state() == "stale"


@pytest.mark.parametrize("who", ["sop_lead", "SOP_Lead ", "\uff53op lead", "sop\u00a0lead"])
def test_the_preparer_does_not_approve_in_any_spelling(record: Record, who: str) -> None:
    with pytest.raises(GateError, match="the preparer does not approve"):
        record.approve(who)


def test_a_person_in_two_roles_is_one_person(record: Record) -> None:
    with pytest.raises(GateError, match="the last editor does not approve"):
        record.approve("deputy_director", replace(PLAN, editors=("head_of_logistics",)))
    prepared = replace(RULE, preparer="head_of_logistics")
    with pytest.raises(GateError, match="the preparer does not approve"):
        approval(prepared, PLAN, Request("deputy_director"), [])


@pytest.mark.parametrize("who", ["head_of_sales", "", "managing director of another company"])
def test_a_role_is_required(record: Record, who: str) -> None:
    with pytest.raises(GateError, match="expected managing_director, the accountable executive"):
        record.approve(who)


def test_above_the_limit_two_roles_approve_and_two_people(record: Record) -> None:
    large = replace(PLAN, amount=1_000_001)
    record.approve("deputy_director", large)
    told = standing(RULE, large, record.events)
    assert told.state == "incomplete" and "1000001, above the limit of 1000000" in told.reason
    with pytest.raises(GateError, match="two roles are two people"):
        approval(
            replace(RULE, people={"head_of_finance": "Erika", "deputy_director": "erika"}), large, Request("head_of_finance"), record.events
        )
    record.approve("head_of_finance", large)
    assert record.state(large) == "approved"
    assert record.state(replace(PLAN, amount=1_000_000)) == "approved"


def test_what_is_witnessed_is_recorded_by_the_lead_and_countersigned_by_another(record: Record) -> None:
    with pytest.raises(GateError, match="expected sop_lead, who leads the meeting"):
        record.approve("managing_director", identity="witnessed", recorded_by="head_of_sales")
    record.approve("managing_director", identity="witnessed", recorded_by="sop_lead")
    assert record.state() == "incomplete"
    for who in ("sop_lead", "managing_director", "head_of_hr"):
        with pytest.raises(GateError, match="countersigned by a role that owns a sign-off"):
            countersignature(RULE, PLAN, who, record.events)
    record.add(countersignature(RULE, PLAN, "head_of_sales", record.events))
    told = standing(RULE, PLAN, record.events)
    assert told.state == "approved" and told.given[0].countersigned_by == "head_of_sales"
    with pytest.raises(GateError, match="a witnessed approval to countersign: there is none"):
        countersignature(RULE, PLAN, "head_of_sales", record.events)


def test_the_approver_does_not_countersign_under_another_role(record: Record) -> None:
    record.approve("deputy_director", identity="witnessed", recorded_by="sop_lead")
    with pytest.raises(GateError, match="somebody else countersigns"):
        countersignature(RULE, PLAN, "head_of_logistics", record.events)


def test_what_is_approved_in_a_meeting_needs_its_quorum(record: Record) -> None:
    rule = replace(RULE, quorum=("managing_director", "head_of_sales"), deputies={**RULE.deputies, "head_of_sales": ["sales_controller"]})
    asked = Request("deputy_director", identity="witnessed", recorded_by="sop_lead")
    with pytest.raises(GateError, match="a meeting without head_of_sales; expected a quorum"):
        approval(rule, PLAN, asked, record.events)
    event = approval(rule, PLAN, replace(asked, present=("Sales Controller",)), record.events)
    assert event.body["present"] == ["Sales Controller"]
    assert "present" not in approval(rule, PLAN, Request("managing_director"), record.events).body  # outside a meeting


def test_an_approval_is_taken_back_and_given_again(record: Record) -> None:
    record.approve("managing_director")
    with pytest.raises(GateError, match="for a reason"):
        revocation(RULE, PLAN, "managing_director", " ", record.events)
    record.add(revocation(RULE, PLAN, "managing_director", "the bank called", record.events))
    told = standing(RULE, PLAN, record.events)
    assert told.state == "revoked" and "the bank called" in told.reason
    with pytest.raises(GateError, match="an approval of this role to take back: there is none"):
        revocation(RULE, PLAN, "managing_director", "again", record.events)
    record.approve("managing_director")
    assert record.state() == "approved" and len({event.key for event in record.events}) == 3


def test_gates_stop_where_they_are_enforced_and_are_listed_where_not(record: Record) -> None:
    with pytest.raises(GateError, match="gates that are not signed: money"):
        record.approve("managing_director", replace(PLAN, open_gates=("money",), gates_enforced=True))
    assert record.approve("managing_director", replace(PLAN, open_gates=("money",))).body["open_gates"] == ["money"]


def test_a_plan_that_breaks_its_promise_is_refused(record: Record) -> None:
    with pytest.raises(GateError, match="12.0 promised, 9.1 planned"):
        record.approve("managing_director", replace(PLAN, broken_promise="12.0 promised, 9.1 planned"))


def test_an_identity_that_the_company_does_not_accept_is_refused() -> None:
    with pytest.raises(GateError, match="signed, witnessed"):
        approval(replace(RULE, identities=("signed", "witnessed")), PLAN, Request("managing_director"), [])
    with pytest.raises(GateError, match="no signature"):
        approval(RULE, PLAN, Request("managing_director", identity="signed"), [])


def test_refusals_are_history_of_their_own(record: Record) -> None:
    for _ in range(2):
        record.add(refusal(PLAN, "sop_lead", "the preparer does not approve", record.events))
    assert len({event.key for event in record.events}) == 2 and record.state() == "missing"


def test_a_limit_needs_to_say_who_is_second() -> None:
    with pytest.raises(ValueError, match="a limit needs `second`"):
        ApprovalPolicy(limit=1)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """Keys of two roles, and the allowed signers; the lead and the director share one key."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH is not installed: apt-get install openssh-client")
    lines = []
    for role in ("managing_director", "head_of_finance"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", role, "-f", str(tmp_path / role)], check=True)
        lines.append(f'{role} namespaces="sopkit" {(tmp_path / f"{role}.pub").read_text()}')
    lines.append(f'sop_lead namespaces="sopkit" {(tmp_path / "head_of_finance.pub").read_text()}')
    (tmp_path / "allowed_signers").write_text("".join(lines))
    return tmp_path


def test_a_signature_holds_for_one_role_and_one_statement(keys: Path) -> None:
    allowed = keys / "allowed_signers"
    content = statement(approval(RULE, PLAN, Request("managing_director"), []))
    signature = ssh_signature(content, keys / "managing_director")
    check_signature(content, signature, "managing_director", allowed, {})
    forged = [
        (content + b" ", signature, "managing_director"),
        (content, signature, "head_of_finance"),
        (content, "no signature", "head_of_finance"),
    ]
    for told, armour, who in forged:
        with pytest.raises(GateError, match="does not hold"):
            check_signature(told, armour, who, allowed, {})
    with pytest.raises(GateError, match="allowed signers"):
        check_signature(content, signature, "managing_director", keys / "none", {})
    assert also_signs_as(content, signature, ["sop_lead"], allowed) == []
    assert also_signs_as(content, ssh_signature(content, keys / "head_of_finance"), ["sop_lead"], allowed) == ["sop_lead"]


def test_a_signature_for_another_purpose_does_not_hold(keys: Path) -> None:
    file = keys / "mail"
    file.write_bytes(b"x")
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", str(keys / "managing_director"), "-n", "file", str(file)], check=True)
    with pytest.raises(GateError, match="does not hold"):
        check_signature(b"x", (keys / "mail.sig").read_text(), "managing_director", keys / "allowed_signers", {})


def test_an_openpgp_signature_holds_by_its_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("gpg") is None:
        pytest.skip("GnuPG is not installed: apt-get install gnupg")
    home = tmp_path / "gpg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    words = ["gpg", "--batch", "--pinentry-mode", "loopback", "--status-fd", "1", "--passphrase", ""]
    made = subprocess.run([*words, "--quick-generate-key", "director", "ed25519", "sign"], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip("GnuPG cannot make a key here")
    fingerprint = next(line.split()[-1] for line in made.stdout.splitlines() if "KEY_CREATED" in line)
    signature = gpg_signature(b"statement", fingerprint)
    check_signature(b"statement", signature, "managing_director", tmp_path / "none", {"managing_director": fingerprint})
    for content, allowed in ((b"other", fingerprint), (b"statement", "0" * 40), (b"statement", "")):
        with pytest.raises(GateError, match="does not hold"):
            check_signature(content, signature, "managing_director", tmp_path / "none", {"managing_director": allowed})
    taken_back = (home / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text().replace(":-----BEGIN", "-----BEGIN")
    subprocess.run([*words, "--import"], input=taken_back, capture_output=True, text=True, check=True)
    with pytest.raises(GateError, match="by a key that was revoked"):  # gpg itself says that it is valid, and ends with 0
        check_signature(b"statement", signature, "managing_director", tmp_path / "none", {"managing_director": fingerprint})
    subprocess.run(["gpgconf", "--kill", "gpg-agent"], check=False)
