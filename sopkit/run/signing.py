"""Signatures of approvals: made with a person's key, and held against the keys that the company allows."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import GateError
from sopkit.records.approvals import Plan, refused, statement
from sopkit.run import places
from sopkit.run.params import CompanyParams

if TYPE_CHECKING:
    from sopkit.records.ledger import Event, NewEvent
    from sopkit.run.approving import Approver


def signed_event(params: CompanyParams, plan: Plan, draft: "NewEvent", approver: "Approver") -> "NewEvent":
    """The event with its signature, which is checked before it is recorded.

    Raises GateError where the signature does not hold, or is by a key that the preparer or an editor uses too.
    """
    from sopkit.records.signatures import also_signs_as, check_signature, gpg_signature, ssh_signature

    content, allowed = statement(draft), allowed_signers(params)
    if approver.signature_file is not None:
        signature = approver.signature_file.read_text(encoding="utf-8")
    else:
        signature = ssh_signature(content, approver.ssh_key) if approver.ssh_key else gpg_signature(content, approver.gpg_key)
    check_signature(content, signature, draft.who, allowed, dict(params.approval.gpg))
    shared = also_signs_as(content, signature, [params.preparer, *plan.editors], allowed)
    if shared:
        raise refused(plan, f"{draft.who} signs", f"a key of its own: {shared[0]} signs with the same one")
    return replace(draft, body={**draft.body, "signature": signature})


def broken_signature(params: CompanyParams, event: "Event") -> str:
    """What is wrong with the signature of an event that says it is signed; empty where it holds, and of all other events."""
    if event.kind != "approval" or event.body.get("identity") != "signed":
        return ""
    from sopkit.records.signatures import check_signature

    try:
        check_signature(statement(event), str(event.body.get("signature")), event.who, allowed_signers(params), dict(params.approval.gpg))
    except GateError as error:
        return error.problems[0].came
    return ""


def allowed_signers(params: CompanyParams) -> Path:
    """The file of public keys by role."""
    return places.suite_root() / "params" / (params.approval.allowed_signers or f"{params.company}/allowed_signers")
