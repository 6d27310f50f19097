"""Questions of the intake, and the answers that params carry."""

from dataclasses import replace

from sopkit.data.findings import Finding, FindingLog, Outcome
from sopkit.data.sources.declaration import Source


def note_answered(finding: Finding, source: Source, log: FindingLog) -> None:
    """A question: it stops the run unless the params carry an answer to its rule, which is recorded in its place."""
    answer = next((answer for answer in source.acknowledged if answer.rule == finding.rule), None)
    outcome: Outcome = "ACCEPT" if answer else "ASK"
    message = f"{finding.message}; acknowledged by {answer.who}: {answer.reason}" if answer else finding.message
    log.note(replace(finding, message=message, outcome=outcome, hint="" if answer else finding.hint))
