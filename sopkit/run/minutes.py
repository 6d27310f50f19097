"""`sop minutes`: what was said and done in a cycle, from its record, at any time; a published version holds them as they stood then."""

from pathlib import Path

from sopkit.errors import ParamsError, Problem
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import write_atomically
from sopkit.run.params import load_params
from sopkit.run.places import params_file
from sopkit.run.provenance import about


def minutes_lines(place: str) -> list[str]:
    """The minutes and the action list of `company/cycle` as text; the page is written beside, and named in the last line.

    Raises ParamsError where the cycle has not run.
    """
    from sopkit.records.ledger import Ledger
    from sopkit.run.publishing.publication import minutes_of

    company, _, cycle = place.partition("/")
    folder = CompanyFolder.of(company)
    run = folder.good_run(cycle) if cycle else None
    if run is None:
        raise ParamsError("the cycle has no finished run", [Problem(place, "no run", "company/cycle of a good run")])
    params = load_params(params_file(company), cycle)
    events = Ledger.open(folder.ledger_file).events(cycle=cycle) if folder.ledger_file.exists() else []
    told = minutes_of(events, run, about(params, run.path, "base"))
    page: Path = folder.path / "minutes" / f"{cycle}.html"
    write_atomically(page, told.html.encode())
    return [*told.lines, "", f"written: {page}"]
