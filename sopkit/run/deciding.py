"""`sop decide`: answers to the questions of a finished cycle, recorded in the ledger, and the revision that follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import GateError, IntegrityError, ParamsError, Problem, StepError
from sopkit.meeting.policy import Decision, MeetingPolicy
from sopkit.periods import shifted
from sopkit.run.cycle import CompanyFolder, RunFolder, broken_outputs
from sopkit.run.decided import Decided, decided_file, write_decided
from sopkit.run.files import read_json
from sopkit.run.gates import content_of
from sopkit.run.output import Reporter
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.request import Prepared, Request
from sopkit.steps import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.records.decisions import Answer
    from sopkit.records.ledger import Event, Ledger

PUT_OFF = ("defer", "none")  # legal answers beside the options: ask again later, or drop the question
PRICED = BY_NAME["pre_sop"]  # the step that prices options
FIRST_PLANNED = BY_NAME["supply_planning"]  # the first step that most answers reach


@dataclass(frozen=True)
class Asked:
    """What `sop decide` was asked to record."""

    answers: Mapping[str, str]  # option, `defer` or `none` by decision
    by: str = ""  # role that decides; empty = the accountable executive
    reason: str = ""
    on: date | None = None  # day that last dates are read against; none = today


def decide(params_file: Path, words: Sequence[str], cycle: str | None, asked: Asked, reporter: Reporter) -> list[str]:
    """Record answers and make the revision that follows from them.

    The same answers again record nothing and find the revision made. An answer to a question that was answered before supersedes it; the
    others stand. Nothing that people read is changed before the revision is whole.

    Args:
        params_file: of the company.
        words: answers as `D1=B`.
        cycle: M0; none = the params'.
        asked: who decides, why, on which day; its answers are those of the words.
        reporter: of the run.

    Returns:
        What was decided and what it changes, as lines.

    Raises:
        ParamsError: an unknown decision or option, two answers to one decision.
        GateError: the cycle is closed, a last date has passed (gates enforced), or somebody decides who may not.
        StepError: the cycle has not proposed anything yet. IntegrityError: its options are not what step 4 wrote.
    """
    from sopkit.run.execution import kernel_ahead

    proposed = _proposed(params_file, cycle)
    asked = replace(asked, answers=answers_of(words, proposed.params.meeting), by=asked.by or proposed.params.accountable)
    with kernel_ahead(proposed, FIRST_PLANNED.number) as mark:
        told = check_open(proposed.params, asked)
        told += record_answers(proposed.params, proposed.run, asked)
        return told + made_revision(params_file, proposed.params.cycle, reporter, mark)


def made_revision(params_file: Path, cycle: str, reporter: Reporter, mark: str = "") -> list[str]:
    """Make the revision that follows from what is in force, and tell its business difference: at its planning, or else at the end.

    With gates enforced it waits for its approval before it is published: that is no failure, and is told.

    Args:
        params_file: of the company.
        cycle: M0.
        reporter: of the run.
        mark: of a kernel started ahead.

    Raises:
        SopError: what failed, with its exit code; what people read is then as it was.
    """
    from sopkit.run.runner import prepare, run_cycle

    prepared = prepare(request_of(params_file, cycle))
    try:
        outcome = run_cycle(prepared, reporter, mark)
        if PRICED.name in outcome.executed:  # told as soon as it was planned
            return []
        run, waits = outcome.run, []
    except GateError as error:
        run, waits = prepared.run, [error.message, *(f"  next: {problem.hint}" for problem in error.problems)]
        if not run.done(BY_NAME["executive"]).is_file():
            raise
    return [*revision_lines(run), *waits]


def request_of(params_file: Path, cycle: str | None) -> Request:
    """The request that goes on with a cycle as it was last run: gates that its command line gave stand over the file's."""
    params = load_params(params_file, cycle)
    told = (read_json(CompanyFolder.of(params.company).attempt_file(params.cycle)) or {}).get("gates")
    return Request(
        params_file, cycle, gates="enforce" if told == "enforce" else "rehearse" if told == "rehearse" else None, as_received=True
    )


def answers_of(words: Sequence[str], policy: MeetingPolicy) -> dict[str, str]:
    """Answers given as `D1=B`: each names a decision of the params once, and one of its options, `defer` or `none`.

    Raises ParamsError with all that is wrong.
    """
    found: dict[str, str] = {}
    problems = []
    for word in words:
        name, equals, answer = word.partition("=")
        decision = policy.decisions.get(name)
        if not equals or not answer:
            problems.append(Problem("ANSWER", repr(word), "a decision and its answer, as D1=B"))
        elif decision is None:
            problems.append(Problem("ANSWER", f"decision {name!r}", f"one of {', '.join(policy.decisions) or 'none: nothing is asked'}"))
        elif answer not in (*decision.options, *PUT_OFF):
            problems.append(Problem(f"{name}, {decision.question}", repr(answer), f"one of {', '.join((*decision.options, *PUT_OFF))}"))
        elif name in found:
            problems.append(Problem(f"{name}, {decision.question}", f"a second answer, {answer}", f"one; {found[name]} came first"))
        else:
            found[name] = answer
    if not words:
        problems.append(Problem("ANSWER", "nothing", "a decision and its answer, as D1=B"))
    if problems:
        raise ParamsError("this cannot be decided", problems)
    return found


def record_answers(params: CompanyParams, run: RunFolder, asked: Asked) -> list[str]:
    """Write answers to the ledger, and out to the file that the next run reads; returns what was recorded, as lines.

    The command line and notebook 5 decide through this function.
    """
    from sopkit.records.decisions import answered, answers_in_force, last_revision

    tables = _priced(run)
    place = {"run": run.run_id, "content": content_of(run, PRICED)}
    ledger = ledger_of(params)
    events = ledger.events(cycle=params.cycle)
    before = {answer.decision: answer for answer in answers_in_force(events, run.run_id)}
    made = [_answer(name, option, params.meeting.decisions[name], asked, tables) for name, option in asked.answers.items()]
    new = [answer for answer in made if not answer.same_as(before.get(answer.decision))]
    if new:
        whole = before | {answer.decision: answer for answer in new}
        promise = _promise(list(whole.values()), tables)
        revision = last_revision(events) + 1
        ledger.append([answered(params.cycle, each, place=place, promise=promise, revision=revision, events=events) for each in new])
    write_in_force(params, run, ledger.events(cycle=params.cycle))
    known = [f"{answer.decision}={answer.answer} is decided already" for answer in made if answer not in new]
    return known + [f"{answer.decision}={answer.answer}: {answer.question} -> {answer.title or answer.answer}" for answer in new]


def write_in_force(params: CompanyParams, run: RunFolder, events: "Sequence[Event]") -> Decided:
    """Write the decisions in force on a run out to the file that the next run reads."""
    from sopkit.records.decisions import answers_in_force, last_promise, last_revision

    answers = tuple({**vars(answer), "expected": dict(answer.expected)} for answer in answers_in_force(events, run.run_id))
    content = content_of(run, PRICED)
    decided = Decided(params.cycle, last_revision(events, run.run_id), run.run_id, content, answers, last_promise(events, run.run_id))
    write_decided(decided_file(CompanyFolder.of(params.company).path, params.cycle), decided)
    return decided


def revision_lines(run: RunFolder) -> list[str]:
    """The business difference of a revision, as text: families in units and money, and the promise."""
    from sopkit.data.contracts import CONTRACTS
    from sopkit.meeting.decided import broken_promises
    from sopkit.run.step_files import read_table

    tables = {name: read_table(run.path / "tables" / f"{name}.parquet", CONTRACTS[name]) for name in ("revision_change", "promise_check")}
    change, check = tables["revision_change"], tables["promise_check"]
    sums = change.groupby("family").sum(numeric_only=True)
    lines = [f"{'family':<16} {'shipped':>22} {'late':>16} {'lost':>16} {'net sales, thousands':>30}"]
    for family, row in sums.iterrows():
        pairs = [f"{row[f'{name}_proposed']:,.0f} -> {row[name]:,.0f}" for name in ("shipped", "late", "lost")]
        money = f"{row['net_sales_proposed'] / 1e3:,.0f} -> {row['net_sales'] / 1e3:,.0f}"
        lines.append(f"{family!s:<16} {pairs[0]:>22} {pairs[1]:>16} {pairs[2]:>16} {money:>30}")
    broken = broken_promises(check)
    kept = f"promise kept ({check['basis'].iloc[0]})" if len(check) else "the page promised nothing of it"
    return [*lines, *(["promise not kept: approval will be refused", *broken] if broken else [kept])]


def _proposed(params_file: Path, cycle: str | None) -> Prepared:
    """The run to decide on: that of the proposed plan, up to date and with its options priced."""
    from sopkit.run.runner import prepare

    prepared = prepare(request_of(params_file, cycle))
    base = replace(prepared.made_from, decided=None)
    run = prepared.company.run(base.run_id)
    command = f"sop run {params_file} --cycle {prepared.params.cycle}"
    if not run.done(BY_NAME["executive"]).is_file():
        good = prepared.company.good_run(prepared.params.cycle)
        came = f"run {good.run_id} was made from other inputs, params or code" if good else "no decision page"
        where = f"{prepared.params.company}/{prepared.params.cycle}"
        raise StepError("there is nothing to decide on yet", [Problem(where, came, "a run that is up to date", f"Run: {command}")])
    record = read_json(run.done(PRICED)) or {}
    if broken := broken_outputs(run, record.get("files") or {}):  # type: ignore[arg-type]
        raise IntegrityError("the options are not what step 4 wrote", [replace(each, hint=f"Run: {command} --force") for each in broken])
    return replace(prepared, made_from=base, run=run)


def check_open(params: CompanyParams, asked: Asked) -> list[str]:
    """Refuse a closed cycle, a stranger, and (gates enforced) a decision after its last date; a rehearsal says that it passes over it.

    Raises GateError.
    """
    day = asked.on or date.today()
    follower = CompanyFolder.of(params.company).good_run(shifted(params.cycle, 1))
    if follower is not None or _is_published(params):
        why = f"{shifted(params.cycle, 1)} is planned on it" if follower else "its plan is published"
        hint = "Between meetings a published plan is changed by sop amend."
        raise GateError("the cycle is closed", [Problem(f"{params.company}/{params.cycle}", why, "a cycle that is open", hint)])
    allowed = {params.accountable, *params.deputies.get(params.accountable, ())}
    if asked.by not in allowed and params.gates == "enforce":
        raise GateError("this role does not decide", [Problem("--who", asked.by, " or ".join(sorted(allowed)), "The lead records.")])
    late = {name: params.meeting.decisions[name].last_date for name in asked.answers if params.meeting.decisions[name].last_date < day}
    if late and params.gates == "enforce":
        problems = [Problem(name, f"decided on {day}", f"by {last}", "--on DATE says when it was decided.") for name, last in late.items()]
        raise GateError("its last date has passed", problems)
    return [f"rehearsal: {name} had to be decided by {last}" for name, last in late.items()]


def _is_published(params: CompanyParams) -> bool:
    """Whether a plan of the cycle went out as final; a draft that went out closes nothing."""
    events = ledger_of(params).events(kind="publication", cycle=params.cycle) if _has_ledger(params) else []
    return any(event.body.get("status") == "FINAL" for event in events)


def _has_ledger(params: CompanyParams) -> bool:
    return CompanyFolder.of(params.company).ledger_file.exists()


def ledger_of(params: CompanyParams) -> "Ledger":
    """The ledger of a company, made where there is none."""
    from sopkit.records.ledger import Ledger

    return Ledger.open(CompanyFolder.of(params.company).ledger_file)


def _priced(run: RunFolder) -> "dict[str, pd.DataFrame]":
    from sopkit.data.contracts import CONTRACTS
    from sopkit.run.step_files import read_table

    return {
        name: read_table(run.path / "tables" / f"{name}.parquet", CONTRACTS[name]) for name in ("options", "scenarios", "waiting_costs")
    }


def _answer(name: str, answer: str, decision: Decision, asked: Asked, tables: "Mapping[str, pd.DataFrame]") -> "Answer":
    """The answer with the option's overlay and the effect that the page names; what is put off is priced as waiting."""
    from sopkit.meeting.decided import CHANGES
    from sopkit.records.decisions import Answer

    option = decision.options.get(answer)
    mine = tables["options"][tables["options"]["decision"] == name]
    row = mine[mine["option"] == answer]
    expected = {column: _text(row[column].iloc[0]) for column in CHANGES} if len(row) else _price_of_waiting(name, answer, mine, tables)
    return Answer(
        decision=name,
        answer=answer,
        question=decision.question,
        title=option.title if option else "",
        owner=decision.owner,
        last_date=decision.last_date.isoformat(),
        by=asked.by,
        reason=asked.reason,
        overlay=option.model_dump_json() if option else "",
        day=asked.on.isoformat() if asked.on else "",
        expected=expected,
    )


def _price_of_waiting(name: str, answer: str, mine: "pd.DataFrame", tables: "Mapping[str, pd.DataFrame]") -> dict[str, str]:
    """What an answer that chooses no option costs: waiting as long as was priced, or going without the recommended option."""
    if answer == "defer":
        waits = tables["waiting_costs"]
        cost = waits[waits["decision"] == name].sort_values("weeks")["cost"].tail(1)
    else:
        changes = mine["expected_contribution_change"]
        cost = (changes[mine["recommended"]] - changes.iloc[0]).tail(1)
    return {"expected_contribution_change": _text(-float(cost.iloc[0]))} if len(cost) else {}


def _promise(answers: "Sequence[Answer]", tables: "Mapping[str, pd.DataFrame]") -> dict[str, str]:
    from sopkit.meeting.decided import promised

    if any(answer.trigger for answer in answers):  # the page knew nothing of what was changed since
        return {}
    chosen = {answer.decision: answer.answer for answer in answers}
    promise = promised(tables["scenarios"], tables["options"], chosen)
    return {"basis": promise.basis, **{name: _text(value) for name, value in promise.levels.items()}}


def _text(value: float) -> str:
    return "" if value != value else f"{value:.6f}"
