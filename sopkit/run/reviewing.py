"""`sop review`: where the month that closed departed from its plan, and why: a cause code and a sentence, kept in the ledger."""

from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import ParamsError, Problem, StepError
from sopkit.run.cycle import CompanyFolder
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import load_process
from sopkit.run.reviewed import write_reviewed

if TYPE_CHECKING:
    from sopkit.records.ledger import Ledger
    from sopkit.records.reviews import Said

TABLE = "plan_review"
ALL = "*"
LEAST_WORDS = 3  # of a sentence
Miss = dict[str, object]


@dataclass(frozen=True)
class Reason:
    """What somebody says of one miss."""

    miss: str  # measure/family, or the measure alone for the company
    cause: str
    why: str
    who: str


def review(params_file: Path, cycle: str | None, reason: Reason | None) -> list[str]:
    """List the misses of a cycle and what was said of them; with a reason, record it first.

    Raises:
        StepError: the cycle has not got so far.
        ParamsError: no such miss, cause or role, or no sentence; all told at once.
    """
    from sopkit.records.ledger import Ledger
    from sopkit.records.reviews import reviews_said

    params = load_params(params_file, cycle)
    folder = CompanyFolder.of(params.company)
    misses = misses_of(params)
    told: list[str] = []
    if reason is not None:
        said = _checked(params, misses, reason)
        ledger = Ledger.open(folder.ledger_file)
        told.append(_recorded(ledger, params.cycle, said, misses[_name(said.measure, said.subject)]))
        write_reviewed(folder.path, params.cycle, reviews_said(ledger.events(cycle=params.cycle)))
    events = Ledger.open(folder.ledger_file).events(cycle=params.cycle) if folder.ledger_file.exists() else []
    answered = {_name(one["measure"], one["subject"]): one for one in reviews_said(events)}
    return told + _lines(params, misses, answered)


def misses_of(params: CompanyParams) -> dict[str, Miss]:
    """The misses of a cycle that a reason is asked for, by measure/family; raises StepError where step 6 has not told them."""
    run = CompanyFolder.of(params.company).good_run(params.cycle)
    path = run.path / "tables" / f"{TABLE}.parquet" if run else None
    if path is None or not path.is_file():
        came = "no finished run" if run is None else "a run without a review of the last plan"
        hint = f"sop run {params.company} --cycle {params.cycle}"
        raise StepError("there is nothing to review yet", [Problem(f"{params.company}/{params.cycle}", came, "a finished run", hint)])
    import pyarrow.parquet as parquet

    rows = parquet.ParquetFile(path).read().to_pylist()
    return {_name(str(row["measure"]), str(row["subject"])): row for row in rows if row["asked"]}


def _name(measure: str, subject: str) -> str:
    return measure if subject == ALL else f"{measure}/{subject}"


def _checked(params: CompanyParams, misses: dict[str, Miss], reason: Reason) -> "Said":
    from sopkit.meeting.learning.causes import CAUSES
    from sopkit.records.reviews import Said

    roles = sorted({*params.people, *(role for line in load_process().raci.values() for role in line)})
    problems = []
    if reason.miss not in misses:
        problems.append(_unknown("MISS", reason.miss, list(misses), "the tolerance is meeting.review_tolerance_share"))
    if reason.cause not in CAUSES:
        problems.append(_unknown("--cause", reason.cause, list(CAUSES), ""))
    if reason.who not in roles:
        problems.append(_unknown("--who", reason.who, roles, ""))
    if len(reason.why.split()) < LEAST_WORDS:
        problems.append(Problem("--why", repr(reason.why), "a sentence that somebody who was not there understands"))
    if problems:
        raise ParamsError("the reason cannot be recorded", problems)
    measure, _, subject = reason.miss.partition("/")
    return Said(measure, subject or ALL, str(misses[reason.miss]["period"]), reason.cause, reason.why.strip(), reason.who)


def _unknown(where: str, came: str, known: list[str], hint: str) -> Problem:
    near = get_close_matches(came, known, n=1, cutoff=0.4)
    told = "; ".join(part for part in (f"Did you mean {near[0]}?" if near else "", hint) if part)
    return Problem(where, repr(came), f"one of {', '.join(known) or 'none: nothing departed'}", told)


def _recorded(ledger: "Ledger", cycle: str, said: "Said", miss: Miss) -> str:
    from sopkit.records.reviews import said_event

    figures = {name: f"{miss[name]:.6g}" for name in ("planned", "actual") if miss[name] is not None}
    event = ledger.append([said_event(cycle, said, figures)])[0]
    told = f"{_name(said.measure, said.subject)} departed because of {said.cause}"
    return f"{said.who}: {told}; recorded as event {event.seq}, {event.hash[:12]}"


def _lines(params: CompanyParams, misses: dict[str, Miss], answered: dict[str, dict[str, str]]) -> list[str]:
    from sopkit.meeting.learning.causes import ANSWERS_FOR, CAUSES

    if not misses:
        return [f"{params.company}/{params.cycle}: nothing departed from its plan by more than {params.meeting.review_tolerance_share:.0%}"]
    month = next(iter(misses.values()))["period"]
    lines = [f"{month} against its plans: {len(misses)} departures beyond {params.meeting.review_tolerance_share:.0%}"]
    for name, miss in misses.items():
        share = f"{miss['difference_share']:+.0%}" if miss["difference_share"] is not None else "unplanned"
        said = answered.get(name)
        told = f"{said['cause']}: {said['why']} ({said['who']})" if said else f"waits for {ANSWERS_FOR[str(miss['measure'])]}"
        figures = f"planned {miss['planned']:>14,.0f}  came {miss['actual']:>14,.0f}  {share:>9}"
        lines.append(f"  {name:<34} lag {miss['lag']}  {figures}  {told}")
    open_ = [name for name in misses if name not in answered]
    if open_:
        lines.append(f"say why: sop review {params.company} --cycle {params.cycle} {open_[0]} --cause CODE --why SENTENCE --who ROLE")
        lines.append(f"cause codes: {', '.join(f'{code} ({words})' for code, words in CAUSES.items())}")
    return lines
