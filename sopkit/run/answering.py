"""`sop answered`: what suppliers and regions confirm of a published plan, read back from their forms, and carried into the next cycle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import DataError, GateError, Problem
from sopkit.periods import shifted
from sopkit.run.beside import Beside
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import file_hash, write_atomically, write_json
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.process import load_process, working_days

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.data.findings import FindingLog
    from sopkit.data.sources.confirmations import Confirmed
    from sopkit.records.ledger import NewEvent

SCHEMA = 1
FILE = "actions_answered.csv"  # beside the company's own actions, in the data of the next cycle
OWNERS = {"suppliers": ("head_of_materials", "supply"), "regions": ("head_of_sales", "demand")}  # who settles it, before which gate
LEAST_SHARE = 0.001  # short of what was asked: less is rounding


@dataclass(frozen=True)
class Answer:
    """What came of one form."""

    said: "Confirmed"
    file: Path

    @property
    def rows(self) -> "pd.DataFrame":
        """Lines that were answered."""
        return self.said.rows[self.said.rows["confirmed"].notna()]

    @property
    def short(self) -> "pd.DataFrame":
        """Lines that are confirmed in part, the largest gap first."""
        rows = self.rows.assign(gap=self.rows["asked"] - self.rows["confirmed"])
        return rows[rows["gap"] > LEAST_SHARE * rows["asked"]].sort_values("gap", ascending=False, kind="stable")

    @property
    def line(self) -> str:
        """It in a line."""
        rows, silent = self.rows, len(self.said.rows) - len(self.rows)
        told = f"{self.said.reader}: {rows['confirmed'].sum():,.0f} of {rows['asked'].sum():,.0f} confirmed, {len(self.short)} lines short"
        return told + (f", {silent} lines not answered" if silent else "")


def answered(params_file: Path, folder: Path, cycle: str | None) -> list[str]:
    """Read the forms that came back; record what they confirm, and give the next cycle an action for each reader who confirms less.

    Nothing is written where any form is rejected: all findings are, as a page.

    Args:
        params_file: of the company.
        folder: where the forms are.
        cycle: M0 of the plan that was published; None = the params' own.

    Returns:
        What was done, as lines.

    Raises:
        GateError: nothing of the cycle was published. DataError: a form is rejected; all findings at once.
    """
    from sopkit.data.findings import FindingLog, problems_of
    from sopkit.records.ledger import Ledger
    from sopkit.report.findings_page import findings_page

    params = load_params(params_file, cycle)
    company, log = CompanyFolder.of(params.company), FindingLog()
    version = _version_that_holds(company, params)
    found = _answers(folder, log, params, version)
    page = company.checked(params.cycle) / "answered" / "findings.html"
    write_atomically(page, findings_page(log.frame(), title=f"{params.title} {params.cycle}", language=params.language).encode())
    if log.stopping:
        raise DataError(f"what came back cannot be used; nothing was written\nall findings: {page}", problems_of(log.stopping))
    Ledger.open(company.ledger_file).append([_event(params.cycle, answer) for answer in found])
    kept = company.path / "answered" / f"{params.cycle}.json"
    write_json(kept, {"schema": SCHEMA, "cycle": params.cycle, "version": version, "answers": [_told(answer) for answer in found]})
    return [*(answer.line for answer in found), f"written: {kept}", *_carried(params_file, params, found)]


def actions_of(answers: Sequence[Answer], cycle: str, due: Mapping[str, date]) -> "pd.DataFrame":
    """An action for each reader who confirms less than was asked (Actions: action, statement, owner, due_date, status).

    Args:
        answers: what came back.
        cycle: M0 of the plan that they answer; it begins the ids.
        due: day by which each kind of reader is settled with.
    """
    import pandas as pd

    rows = []
    for number, answer in enumerate((one for one in answers if len(one.short)), start=1):
        first, others = answer.short.iloc[0], len(answer.short) - 1
        told = f"{answer.said.reader} confirms {first['confirmed']:,.0f} of {first['asked']:,.0f} {first['subject']} in {first['period']}"
        told += f" ({first['note']})" if first["note"] else ""
        told += f", and less on {others} more lines" if others else ""
        kind = answer.said.kind
        rows.append((f"{cycle}-answer-{number}", f"{told}: settle it, or plan with it", OWNERS[kind][0], due[kind].isoformat(), "open"))
    return pd.DataFrame(rows, columns=["action", "statement", "owner", "due_date", "status"])


def _version_that_holds(company: CompanyFolder, params: CompanyParams) -> int:
    from sopkit.records.ledger import Ledger
    from sopkit.records.publications import holding, publications

    found = publications(Ledger.open(company.ledger_file).events()) if company.ledger_file.exists() else []
    holds = holding(found, params.cycle)
    if holds is None:
        hint = f"Run: sop publish params/{params.company}.yaml --cycle {params.cycle}"
        raise GateError(
            "nobody was asked yet", [Problem(f"{params.company}/{params.cycle}", "nothing published", "a published plan", hint)]
        )
    return holds.version


def _answers(folder: Path, log: "FindingLog", params: CompanyParams, version: int) -> list[Answer]:
    from sopkit.data.findings import Finding
    from sopkit.data.sources.confirmations import read_confirmed

    found: dict[tuple[str, str], Answer] = {}
    for path in sorted(path for path in folder.rglob("*.xlsx") if not path.name.startswith((".", "~"))):
        said = read_confirmed(path, log, company=params.company, cycle=params.cycle)
        if said is None:
            continue
        if said.version != version or said.kind not in OWNERS:
            told = f"an answer to v{said.version}; v{version} holds"
            log.note(Finding(path.name, "other_form", told, "REJECT", f"answer the form of v{version}"))
        elif (said.kind, said.reader) in found:
            log.note(Finding(path.name, "same_form_twice", f"{said.reader} answers in two files", "REJECT", "keep the one that counts"))
        else:
            found[said.kind, said.reader] = Answer(said, path)
    return list(found.values())


def _event(cycle: str, answer: Answer) -> "NewEvent":
    from sopkit.records.ledger import NewEvent

    said, digest = answer.said, file_hash(answer.file)
    body = {
        "answer_of": said.reader, "kind": said.kind, "version": said.version, "file": digest, "lines": len(answer.rows),
        "short": len(answer.short), "asked": f"{answer.rows['asked'].sum():.3f}", "confirmed": f"{answer.rows['confirmed'].sum():.3f}",
    }  # fmt: skip
    return NewEvent(f"answer:{cycle}:{said.kind}:{said.reader}:{digest}", "inputs_received", cycle, "", body)


def _told(answer: Answer) -> dict[str, object]:
    rows = answer.said.rows.astype(object).where(answer.said.rows.notna(), None).to_dict("records")
    return {"kind": answer.said.kind, "reader": answer.said.reader, "rows": rows}


def _carried(params_file: Path, params: CompanyParams, answers: Sequence[Answer]) -> list[str]:
    """Write the actions beside the company's own, in the data of the cycle that follows; returns what was done, as lines."""
    following = load_params(params_file, shifted(params.cycle, 1))
    days = working_days(following.cycle, following.country)
    gates = {gate.name: min(gate.working_day, len(days)) for gate in load_process().gates}
    due = {kind: days[gates.get(gate, len(days)) - 1] for kind, (_, gate) in OWNERS.items()}
    actions = actions_of(answers, params.cycle, due)
    source = following.sources.get("actions")
    beside = Beside(source, "actions", following.data_path, FILE, params.data_path) if source is not None else None
    if beside is None or not beside.is_read:
        reads = source.file if source is not None else "nothing"
        told = f"sources.actions reads {reads}: with actions*.csv it would read {FILE} too, and the next cycle carry it"
        return [f"not carried into {following.cycle}: {told}"] if len(actions) else []
    path = following.data_path / FILE
    if actions.empty:
        path.unlink(missing_ok=True)
        return ["all is confirmed: nothing to carry into the next cycle"]
    write_atomically(path, beside.written(actions))
    return [f"written: {path}: {len(actions)} actions for {following.cycle}"]
