"""`sop approve` as a person types it: signed with a key, signed elsewhere, witnessed, refused with a reason."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tiny_suite import Suite

from sopkit.errors import GateError
from sopkit.records.ledger import Ledger
from sopkit.run.approving import Approver, approval_standing, approve, countersign
from sopkit.run.cycle import RunFolder
from sopkit.run.params import load_params


@pytest.fixture
def suite_with_keys(done: Suite) -> Suite:
    """A finished cycle; keys of three roles in the allowed signers, the lead's among them."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("OpenSSH is not installed: apt-get install openssh-client")
    folder = done.root / "params" / "tiny"
    folder.mkdir()
    lines = []
    for role in ("managing_director", "sop_lead"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(done.root / role)], check=True)
        lines.append(f'{role} namespaces="sopkit" {(done.root / f"{role}.pub").read_text()}')
    (folder / "allowed_signers").write_text("".join(lines))
    return done


def state(suite: Suite) -> str:
    return approval_standing(load_params(suite.params), RunFolder(suite.run_folder()))[1].state


def test_a_signed_approval_counts_as_long_as_its_key_is_allowed(suite_with_keys: Suite) -> None:
    suite = suite_with_keys
    done = suite.sop("approve", "tiny", "--who", "managing_director", "--key", str(suite.root / "managing_director"))
    assert done.returncode == 0 and "signed with a key" in done.stdout, done.stderr
    assert state(suite) == "approved"
    count = len(Ledger.open(suite.reports / "tiny" / "ledger.sqlite").events())
    again = approve(suite.params, None, Approver("managing_director", ssh_key=suite.root / "managing_director"))
    assert "approved this already" in again[0] and len(Ledger.open(suite.reports / "tiny" / "ledger.sqlite").events()) == count
    allowed = suite.root / "params" / "tiny" / "allowed_signers"
    allowed.write_text(allowed.read_text().replace("managing_director", "head_of_hr", 1))
    _, stands = approval_standing(load_params(suite.params), RunFolder(suite.run_folder()))
    assert stands.state == "missing" and "managing_director signed, and that signature does not hold" in stands.reason


def test_it_can_be_signed_on_another_machine(suite_with_keys: Suite, tmp_path: Path) -> None:
    suite, statement = suite_with_keys, tmp_path / "statement"
    approve(suite.params, None, Approver("managing_director", gpg_key="-"), statement)
    key = str(suite.root / "managing_director")
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "sopkit", str(statement)], check=True)
    approve(suite.params, None, Approver("managing_director", signature_file=statement.with_suffix(".sig")))
    assert state(suite) == "approved"


def test_a_key_of_another_role_and_a_typed_name_are_refused_and_the_refusals_recorded(suite_with_keys: Suite) -> None:
    suite = suite_with_keys
    with pytest.raises(GateError, match="does not hold"):
        approve(suite.params, None, Approver("managing_director", ssh_key=suite.root / "sop_lead"))
    done = suite.sop("approve", "tiny", "--who", "managing_director")
    assert done.returncode == 4 and "one that this company accepts: signed, witnessed" in done.stderr
    ledger = Ledger.open(suite.reports / "tiny" / "ledger.sqlite")
    assert len(ledger.events(kind="refusal")) == 2 and state(suite) == "missing"


def test_a_key_that_the_preparer_uses_too_is_no_second_person(suite_with_keys: Suite) -> None:
    suite = suite_with_keys
    allowed = suite.root / "params" / "tiny" / "allowed_signers"
    allowed.write_text(f"managing_director,sop_lead {(suite.root / 'managing_director.pub').read_text()}")
    with pytest.raises(GateError, match="sop_lead signs with the same one"):
        approve(suite.params, None, Approver("managing_director", ssh_key=suite.root / "managing_director"))


def test_a_witnessed_approval_waits_for_its_countersignature(suite_with_keys: Suite) -> None:
    suite = suite_with_keys
    witnessed = Approver("managing_director", recorded_by="sop_lead")
    with pytest.raises(GateError, match="a meeting without head_of_sales, head_of_operations, head_of_finance; expected a quorum"):
        approve(suite.params, None, witnessed)
    there = ("head_of_sales", "head_of_operations", "head_of_finance")
    told = approve(suite.params, None, replace(witnessed, present=there))
    assert "not countersigned yet" in told[-1] and state(suite) == "incomplete"
    told = countersign(suite.params, None, "head_of_sales")
    assert "sop publish makes it final" in told[-1] and state(suite) == "approved"
