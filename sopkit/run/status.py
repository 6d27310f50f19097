"""`sop status`: which working day it is, what is due from whom, how far the cycle has come, what to do next."""

from datetime import date
from pathlib import Path

from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import read_json
from sopkit.run.gates import gate_lines
from sopkit.run.lock import is_locked
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import load_process, working_day_of, working_days
from sopkit.steps import STEPS, Step

Told = dict[str, object]


def cycle_status(params_file: Path, cycle: str | None = None, today: date | None = None) -> Told:
    """What `sop status` tells: working day, what is due, the state of each step, the last attempt, the next command."""
    params = load_params(params_file, cycle)
    today = today or date.today()
    company = CompanyFolder.of(params.company)
    attempt = _attempt(company, params)
    command = f"sop run {params_file} --cycle {params.cycle}"
    good = company.good_run(params.cycle)
    states = [_step_state(step, _run_of(company, attempt) or good, attempt) for step in STEPS]
    whole = good is not None and attempt.get("state") in (None, "good")
    return {
        "company": params.company,
        "cycle": params.cycle,
        "today": today.isoformat(),
        "working_day": working_day_of(today, params.cycle, params.country),
        "working_days": len(working_days(params.cycle, params.country)),
        "due": _due(params, today),
        "steps": states,
        "gates": gate_lines(params, _run_of(company, attempt) or good),
        "approval": approval_words(params, good),
        "published": published_words(company, params.cycle),
        "attempt": attempt,
        "good_run": good.run_id if good else None,
        "next": attempt.get("next") or (_next(params_file, params, company) if whole else command),
    }


def approval_words(params: CompanyParams, run: RunFolder | None) -> str:
    """Where the approval of the cycle's plan stands, in words."""
    from sopkit.run.approving import approval_standing

    _, stands = approval_standing(params, run)
    given = ", ".join(
        f"{one.who} on {one.at[:10]}, {one.identity}{' (unsigned)' if one.identity == 'typed' else ''}" for one in stands.given
    )
    return f"{stands.state}{f' by {given}' if given else ''}{f': {stands.reason}' if stands.reason else ''}"


def published_words(company: CompanyFolder, cycle: str) -> str:
    """Which version of the cycle's plan is out, in words."""
    told = read_json(company.published / cycle / "latest" / "manifest.json")
    if told is None:
        return "nothing yet"
    return f"v{told.get('version')}, {told.get('status')}, revision {told.get('revision')}, plan {str(told.get('plan_hash'))[:12]}"


def _next(params_file: Path, params: CompanyParams, company: CompanyFolder) -> str:
    """What to do with a cycle that has run: read it, approve it, publish it."""
    words = f"{params_file} --cycle {params.cycle}"
    if (company.published / params.cycle / "latest").exists():
        return f"open {company.published / params.cycle}/latest/executives/executive.html"
    pack = f"open {company.link(params.cycle)}/pack/executive.html"
    if approval_words(params, company.good_run(params.cycle)).startswith("approved"):
        return f"{pack}; then sop publish {words}"
    return f"{pack}; then sop approve {words} --who {params.accountable}, sop publish {words}"


def status_lines(told: Told) -> list[str]:
    """The same, for people."""
    lines = [f"{told['company']}, cycle {told['cycle']}: {_day_words(told)}", ""]
    for due in told["due"]:  # type: ignore[attr-defined]
        lines.append(f"  {due['when']:<14} {due['activity']:<55} {due['accountable']:<20} {due['date']}")
    lines.append("")
    lines += [f"  {state['number']} {state['step']:<18} {state['state']}" for state in told["steps"]]  # type: ignore[attr-defined]
    lines += ["", *(f"  gate {line}" for line in told["gates"])]  # type: ignore[attr-defined]
    lines += [f"  approval: {told['approval']}", f"  published: {told['published']}"]
    attempt: Told = told["attempt"]  # type: ignore[assignment]
    if attempt.get("state") in ("failed", "waiting", "interrupted"):
        cell = f", cell In [{attempt['cell']}]" if attempt.get("cell") else ""
        lines += ["", f"{attempt['state']}: step {attempt.get('step') or '-'}{cell}", *_indented(str(attempt.get("reason", "")))]
    lines += ["", f"next: {told['next']}"]
    return lines


def _due(params: CompanyParams, today: date) -> list[Told]:
    """The calendar of the month: what is late, due now, or later."""
    days = working_days(params.cycle, params.country)
    rows: list[Told] = []
    for line in load_process().calendar:
        begin, end = (days[min(number, len(days)) - 1] for number in (line.first_working_day, line.last_working_day))
        when = "past" if end < today else "now" if begin <= today else "later"
        rows.append({"when": when, "step": line.step, "activity": line.activity, "accountable": line.accountable, "date": end.isoformat()})
    return rows


def _attempt(company: CompanyFolder, params: CompanyParams) -> Told:
    """What became of the last attempt; one that says it runs while nobody holds the lock was interrupted."""
    attempt = read_json(company.attempt_file(params.cycle)) or {}
    if attempt.get("state") == "running" and not is_locked(company.lock_file(params.cycle)):
        command = f"sop run params/{params.company}.yaml --cycle {params.cycle}"
        return {
            **attempt,
            "state": "interrupted",
            "reason": "the run ended without a word (killed, or the machine stopped)",
            "next": command,
        }
    return attempt


def _run_of(company: CompanyFolder, attempt: Told) -> RunFolder | None:
    run_id = attempt.get("run_id")
    if not isinstance(run_id, str):
        return None
    run = company.run(run_id)
    return run if run.path.is_dir() else None


def _step_state(step: Step, run: RunFolder | None, attempt: Told) -> Told:
    state = "not run"
    if run is not None and read_json(run.done(step)):
        state = "done"
    elif attempt.get("step") == step.name and attempt.get("state") in ("failed", "running", "interrupted", "waiting"):
        state = str(attempt["state"])
    return {"number": step.number, "step": step.name, "state": state}


def _day_words(told: Told) -> str:
    number, count = told["working_day"], told["working_days"]
    if number == 0:
        return f"{told['today']}, before its first working day"
    if number == count and str(told["today"])[:7] != told["cycle"]:
        return f"{told['today']}, after its month"
    return f"{told['today']}, working day {number} of {count}"


def _indented(text: str) -> list[str]:
    return [f"  {line}" for line in text.splitlines()]
