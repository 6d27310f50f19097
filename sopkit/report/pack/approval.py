"""The line of a published pack that says who approved it, how they said who they are, and what it is final in spite of."""

from markupsafe import Markup

from sopkit.report.cells import Code, Words
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import role_words

IDENTITIES = {
    "signed": N_("signed with a key"),
    "witnessed": N_("witnessed in the meeting"),
    "typed": N_("typed name, unsigned"),
}


def approval_line(desk: Desk) -> Markup:
    """Version, approvals, the override and the head of the ledger; empty in a run that was not published."""
    about, say = desk.about, desk.writer.say
    if not about.version:
        return Markup("")
    told = [say(N_("Version {version}."), version=Code(f"v{about.version}"))]
    for role, identity, event in about.approvals:
        message = N_("Approved by {role}: {how}, event {event}.")
        how = desk.writer.text(IDENTITIES[identity])
        told.append(say(message, role=Words(role_words(desk.writer, role), "ledger#kind=approval.who"), how=how, event=Code(event)))
    if not about.approvals:
        told.append(say(N_("Nobody has approved it.")))
    if about.override:
        told.append(say(N_("Final in spite of what was open: {reason}."), reason=Words(about.override, "ledger#kind=override.reason")))
    if about.ledger_head:
        told.append(say(N_("The record stood at event {head}."), head=Code(about.ledger_head)))
    return Markup(" ").join(told)
