"""`sop init`: the beginning of a company: its params, an empty template per table, a first check."""

import re
from pathlib import Path

from sopkit.data.contracts import NEEDED, Contract
from sopkit.errors import ParamsError, Problem
from sopkit.run import places
from sopkit.run.files import write_atomically
from sopkit.run.params import load_params
from sopkit.run.template import chosen_contracts, declaration_of, template_of

NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
PARAMS = """\
# {company}: who it is, where its data is, what it has decided. `sop params` lists the knobs of the notebooks,
# docs/ the tables and their columns. Amounts are in `currency`, full units; shares are 0..1.
company: {company}
title: {title}
cycle: {cycle}                       # month of the meetings
currency: EUR
country: SE                          # whose working days count
language: en                         # en or sv
accountable: managing_director       # the one accountable executive
preparer: sop_lead
gates: rehearse                      # enforce: stop where a sign-off is missing

data_root: suite
data_folder: params/{company}/data   # source files; {{cycle}} stands for the cycle

# One declaration per table; docs/your_data.md shows every kind: files, folders of monthly files, databases.
# These two are needed to plan; take the comment off the others as you fill them.
sources:
{sources}
"""


def begin_company(company: str, cycle: str = "2026-01") -> list[str]:
    """Write `params/<company>.yaml` and the templates of its tables; returns what to do next, as lines.

    Raises ParamsError where the name cannot be used or the company exists.
    """
    if not NAME.fullmatch(company):
        raise ParamsError(
            "not a company's short name", [Problem("COMPANY", repr(company), "lower case letters, digits and _, such as acme")]
        )
    path = places.params_file(company)
    folder = places.suite_root() / "params" / company / "data"
    taken = [other for other in (path, folder) if other.exists()]
    if taken:
        raise ParamsError("the company is there already", [Problem(str(other), "a file or folder", "none yet") for other in taken])
    contracts = chosen_contracts(())
    for contract in contracts:
        write_atomically(folder / f"{contract.name}.csv", template_of(contract, "csv", "en"))
    declared = "\n".join(_declaration(contract) for contract in contracts)
    content = PARAMS.format(company=company, title=company.replace("_", " ").title(), cycle=cycle, sources=declared)
    write_atomically(path, content.encode())
    load_params(path)
    return [
        f"written: {path}",
        f"written: {folder}: a header file for each table (`sop template DIR` writes workbooks that say what each column holds)",
        "to do:",
        f"  1. fill {' and '.join(f'{name}.csv' for name in NEEDED)}, or name your own files and headers in the params",
        f"  2. sop check {_shown(path)}",
        f"  3. sop run {_shown(path)}",
    ]


def _declaration(contract: type[Contract]) -> str:
    """One commented line per table: needed ones stand, the others wait for their comment to go."""
    mark = "" if contract.name in NEEDED else "# "
    return f"  {mark}{declaration_of(contract, 'csv', 'en')}  # {contract.grain}"


def _shown(path: Path) -> str:
    root = places.suite_root()
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
