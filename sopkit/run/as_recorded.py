"""Whether a revision is what the ledger holds: the answers that it was made from, and the promise that it was held against."""

from sopkit.run.cycle import RunFolder
from sopkit.run.deciding import ledger_of
from sopkit.run.manifest import revision_of
from sopkit.run.params import CompanyParams


def not_as_recorded(params: CompanyParams, run: RunFolder) -> str:
    """Where a revision is not what the ledger holds: other answers, or held against another promise; empty where it is.

    Approving asks this before anything else: a revision is made from files, and the ledger is what was decided.
    """
    from sopkit.records.decisions import answers_in_force, last_promise

    told = revision_of(run)
    if told["base_run"] is None:
        return ""
    base, events = str(told["base_run"]), ledger_of(params).events(cycle=params.cycle)
    held = {answer.decision: (answer.answer, answer.overlay) for answer in answers_in_force(events, base)}
    made = {str(entry["decision"]): (entry["answer"], entry["overlay"]) for entry in told["decisions"]}  # type: ignore[attr-defined]
    if held != made:
        words = [", ".join(f"{name}={answer}" for name, (answer, _) in sorted(each.items())) for each in (made, held)]
        return f"it was made from {words[0]}, the ledger holds {words[1] or 'nothing'} with other changes or answers"
    recorded, promise = last_promise(events, base), told["promise"]
    rows = promise.get("measures", []) if isinstance(promise, dict) else []
    other = [
        f"{row['measure']}: promised {recorded.get(row['measure']) or 'nothing'} by the ledger, held against {row['promised']}"
        for row in rows
        if not _same(row["promised"], recorded.get(row["measure"]))
    ]
    return "; ".join(other)


def _same(figure: object, text: str | None) -> bool:
    """Whether a figure is the one that a decimal text tells; both may be not available."""
    if figure is None or not text:
        return figure is None and not text
    return abs(float(str(figure)) - float(text)) <= 1e-6 * max(abs(float(text)), 1.0)
