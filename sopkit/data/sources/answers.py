"""Questions of the intake and the answers that the params carry."""

from collections.abc import Mapping

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.declaration import Acknowledgement, Source


def answer_questions(log: FindingLog, sources: Mapping[str, Source], headers: Mapping[str, Mapping[str, str]]) -> None:
    """Record the params' answers in the questions they answer; an answer to nothing is a finding of its own.

    A question that is answered becomes ACCEPT, with who answered and why.

    Args:
        log: findings of the whole intake.
        sources: declarations, with their acknowledgements.
        headers: contract column: header, by table.
    """
    used: set[tuple[str, int]] = set()
    for place, finding in enumerate(log.found):
        if finding.outcome != "ASK" or finding.table not in sources:
            continue
        for number, answer in enumerate(sources[finding.table].acknowledged):
            if _answers(answer, finding, headers.get(finding.table, {})):
                used.add((finding.table, number))
                log.found[place] = finding._replace(outcome="ACCEPT", hint="", answered_by=answer.who, answer=answer.reason)
                break
    for table, source in sources.items():
        for number, answer in enumerate(source.acknowledged):
            if (table, number) not in used:
                told = f"{table}: the answer of {answer.who} to {answer.rule}{_narrowed(answer)} matches no question"
                hint = "remove it from the params, so that it does not answer a later fault"
                log.note(Finding("params", "unused_acknowledgement", told, "ACCEPT", hint, value=answer.rule, table=table))


def _answers(answer: Acknowledgement, finding: Finding, headers: Mapping[str, str]) -> bool:
    return (
        answer.rule == finding.rule
        and answer.file in (None, finding.file)
        and (answer.column is None or finding.column in (answer.column, headers.get(answer.column, answer.column)))
        and (answer.period is None or _covers(answer.period, finding.period))
    )


def _covers(answered: str, asked: str) -> bool:
    """Whether a month or span `first..last` holds another."""
    if not asked:
        return False
    (first, last), (begin, end) = (_ends(answered), _ends(asked))
    return first <= begin and end <= last


def _ends(period: str) -> tuple[str, str]:
    first, _, last = period.partition("..")
    return first, last or first


def _narrowed(answer: Acknowledgement) -> str:
    parts = [f"{name} {value}" for name, value in (("file", answer.file), ("column", answer.column), ("period", answer.period)) if value]
    return f" ({', '.join(parts)})" if parts else ""
