"""`sop ledger` and `sop log`: looking after the record, and reading it."""

from pathlib import Path
from typing import Literal

from sopkit.errors import ParamsError, Problem
from sopkit.records.ledger import Event, Ledger
from sopkit.records.ledger.events import canonical_json
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import write_atomically

UNSHOWN = ("content", "signature")  # long, and in the JSON form
Action = Literal["verify", "backup", "export", "import"]


def log_lines(place: str, *, as_json: bool) -> list[str]:
    """The events of `company` or `company/cycle`, a line each; raises ParamsError where the company has no ledger."""
    company, _, cycle = place.partition("/")
    events = _ledger(company).events(cycle=cycle)
    if as_json:
        return [canonical_json({**vars(event), "body": dict(event.body)}).decode() for event in events]
    return [_line(event) for event in events] or [f"nothing is recorded of {place}"]


def ledger_lines(action: Action, company: str, file: Path | None) -> list[str]:
    """Do one of the actions on a company's ledger; returns what was done, as lines.

    Raises ParamsError where a file is missing or the company has no ledger, IntegrityError where the chain is broken.
    """
    if action == "verify":
        return [f"{_ledger(company).verify()} events, the chain holds"]
    if file is None:
        raise ParamsError("a file is missing", [Problem("FILE", "nothing", f"the file to {'read' if action == 'import' else 'write'}")])
    if action == "import":
        ledger = Ledger.open(CompanyFolder.of(company).ledger_file)
        return [f"{ledger.take(_lines_of(file))} events taken, the chain holds"]
    ledger = _ledger(company)
    count = ledger.verify()
    if action == "backup":
        ledger.backup(file)
    else:
        write_atomically(file, "".join(f"{line}\n" for line in ledger.export()).encode())
    return [f"written: {file}: {count} events"]


def _ledger(company: str) -> Ledger:
    path = CompanyFolder.of(company).ledger_file
    if not path.exists():
        raise ParamsError("the company has no ledger yet", [Problem(str(path), "no file", "a ledger", "The first sign-off begins it.")])
    return Ledger.open(path)


def _lines_of(file: Path) -> list[str]:
    if not file.exists():
        raise ParamsError("there is no such file", [Problem(str(file), "no file", "an export of a ledger")])
    return file.read_text(encoding="utf-8").splitlines()


def _line(event: Event) -> str:
    shown = {name: value for name, value in event.body.items() if name not in UNSHOWN and value}
    if shown.get("identity") == "typed":
        shown["identity"] = "typed name, unsigned"
    told = ", ".join(f"{name} {value}" for name, value in shown.items())
    return f"{event.seq:>5}  {event.at}  {event.cycle:<8} {event.kind:<12} {event.who or '-':<20} {told}"
