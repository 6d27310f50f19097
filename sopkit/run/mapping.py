"""`sop map`: what an unknown file may be, as YAML for a person to check and paste. Nothing is applied."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.errors import DataError, ParamsError, Problem

if TYPE_CHECKING:
    from sopkit.data.sources.detection import Detected
    from sopkit.data.sources.proposal import Proposal
    from sopkit.data.sources.raw import RawTable
    from sopkit.data.sources.wide import Wide

KINDS_OF_FILE = (".csv", ".txt", ".csv.gz", ".txt.gz", ".xlsx", ".parquet")
PLAIN = re.compile(r"[A-Za-zÅÄÖåäö_][\w.\- ]*")
RESERVED = ("true", "false", "yes", "no", "null", "on", "off", "y", "n")
OTHERS = 3  # other tables that are named
# Codes that a company's tables know: contract column: table and column that hold them.
KNOWN = {
    "item": ("items", "item"),
    "family": ("items", "family"),
    "customer": ("customers", "customer"),
    "region": ("sales_history", "region"),
    "channel": ("sales_history", "channel"),
    "resource": ("resources", "resource"),
    "site": ("resources", "site"),
    "skill_group": ("resources", "skill_group"),
    "supplier": ("suppliers", "supplier"),
    "component": ("supplier_items", "component"),
}


def proposal_text(file: Path, table: str | None = None, params_file: Path | None = None) -> str:
    """What `sop map` prints: how the file is written, which table it may be, and a declaration with reasons.

    Args:
        file: the unknown file.
        table: the input table it is meant for; None lets the proposal choose.
        params_file: params of a company whose codes help to tell columns apart.

    Raises:
        ParamsError: no such file, table or kind of file.
        DataError: the file cannot be read as a table.
    """
    from sopkit.data.findings import FindingLog, problems_of
    from sopkit.data.sources.detection import detected_layouts
    from sopkit.data.sources.opened import OpenedFiles
    from sopkit.run.template import chosen_contracts

    _refuse_unreadable(file)
    tables = [contract.name for contract in chosen_contracts([table])] if table else []
    known = known_codes(params_file) if params_file else {}
    log = FindingLog()
    opened = OpenedFiles(file.parent, log)
    found = [(layout, opened.table(layout.dialect)) for layout in detected_layouts(file, log)]
    readable = [(layout, raw) for layout, raw in found if raw.header]
    if not readable:
        raise DataError(f"{file.name} cannot be read as a table", problems_of(log.stopping))
    looked_at = [_looked_at(layout, raw, tables, known) for layout, raw in readable]
    lines = ["# A proposal: check every line, then paste it into the params below `sources`. Nothing is applied.", "sources:"]
    for place, (detected, raw, wide, ranked) in enumerate(looked_at):
        told = "; ".join([f"{len(raw.rows):,} rows, {len(raw.header)} columns", *detected.seen])
        lines += [f"  # {raw.origin}: {told}."]
        if place in _shown([ranked[0] for *_, ranked in looked_at]):
            lines += [*_open_questions(detected), *_choice(ranked), *declaration_lines(ranked[0], detected, wide)]
        else:
            lines += [f"  # No table is likely; nearest: {ranked[0].table} {ranked[0].confidence:.2f}."]
    lines += [f"# {len(log.stopping)} findings in the file: `sop check` lists them once it is declared."] if log.stopping else []
    return "\n".join(lines)


def _looked_at(
    layout: "Detected", raw: "RawTable", tables: Sequence[str], known: Mapping[str, frozenset[str]]
) -> tuple["Detected", "RawTable", "Wide | None", list["Proposal"]]:
    """A sheet or a file with how it is written, whether months stand in its columns, and what it may be, likeliest first."""
    from sopkit.data.sources.detection import detected_grammar
    from sopkit.data.sources.proposal import proposals
    from sopkit.data.sources.wide import months_in_columns

    wide = months_in_columns(raw)
    detected = detected_grammar(wide.long if wide else raw, layout)
    detected = replace(detected, seen=(*detected.seen, wide.told)) if wide else detected
    return detected, raw, wide, proposals(wide.long if wide else raw, detected, tables, known=known)


def _shown(best: Sequence["Proposal"]) -> set[int]:
    """Which sheets get a declaration: of each table the likeliest sheet, and of a workbook the likely ones, or the first among them."""
    from sopkit.data.sources.proposal import LIKELY

    order = sorted(range(len(best)), key=lambda place: -best[place].confidence)
    first = {best[place].table: place for place in reversed(order)}
    return {place for place in first.values() if best[place].confidence >= LIKELY} or set(order[:1])


def known_codes(params_file: Path) -> dict[str, frozenset[str]]:
    """The codes that a company's declared tables hold, by contract column."""
    from sopkit.run.checking import intake_of
    from sopkit.run.params import load_params

    params = load_params(params_file)
    tables = intake_of(params, params.data_path).tables
    found = {name: frozenset(tables[table][column].dropna().astype(str)) for name, (table, column) in KNOWN.items()}
    return {name: codes for name, codes in found.items() if codes}


def declaration_lines(proposal: "Proposal", detected: "Detected", wide: "Wide | None" = None) -> list[str]:
    """The declaration of a proposal as lines of YAML: what is sure stands, what is doubtful waits behind a `#`."""
    lines = [f"  {proposal.table}:", *(f"    {line}" for line in _dialect_lines(detected))]
    spread: tuple[str, ...] = ()
    if wide:
        proposal, spread, line = _without_months(proposal, wide)
        lines.append(f"    {line}")
    lines += ["    columns:"] if proposal.sure else []
    for fit in proposal.fits:
        mark = "" if fit in proposal.sure else "# "
        told = f"# {fit.confidence:.2f}{'' if mark == '' else ' doubtful'}: {'; '.join(fit.reasons)}"
        lines.append(f"      {mark}{fit.column.name}: {_scalar(fit.header)}  {told}")
    unused = [*proposal.unused, *(fit.header for fit in proposal.fits if fit not in proposal.sure)]
    lines += [f"    ignored: [{', '.join(_scalar(header) for header in unused)}]"] if unused else []
    for column in (column for column in proposal.missing if column.name not in spread):
        near = ", ".join(f"{_scalar(fit.header)} {fit.confidence:.2f}" for fit in proposal.nearest[column.name])
        found = f"nothing fits; nearest: {near}" if near else "nothing in the file fits"
        lines.append(f"    # needed: {column.name} ({column.meaning}): {found}; name a column, or give a constant")
    return lines


def _without_months(proposal: "Proposal", wide: "Wide") -> tuple["Proposal", tuple[str, ...], str]:
    """The proposal without the columns that the months become, these columns, and the line that declares them."""
    from sopkit.data.sources.wide import INTO, VALUE, unpivot_of

    unpivot = unpivot_of(wide, proposal)
    fits = tuple(fit for fit in proposal.fits if fit.header not in (INTO, VALUE) and fit.column.name not in (unpivot.into, unpivot.value))
    unused = tuple(header for header in proposal.unused if header not in (INTO, VALUE))
    lost = tuple(fit.header for fit in proposal.fits if fit not in fits and fit.header not in (INTO, VALUE))
    line = f"unpivot: {{columns: {_scalar(unpivot.columns)}, into: {unpivot.into}, value: {unpivot.value}}}"
    return replace(proposal, fits=fits, unused=(*unused, *lost)), (unpivot.into, unpivot.value), line


def _refuse_unreadable(file: Path) -> None:
    if not file.is_file():
        raise ParamsError("there is no such file", [Problem(str(file), "no file", "a file to look at")])
    if not file.name.lower().endswith(KINDS_OF_FILE):
        hint = "Save it as one of these."
        raise ParamsError(
            "a kind of file that is not read", [Problem(str(file), file.suffix or "no ending", ", ".join(KINDS_OF_FILE), hint)]
        )


def _open_questions(detected: "Detected") -> list[str]:
    words = [f"{header} ({', '.join(map(repr, found))})" for header, found in detected.words.items()]
    return [
        *(f"  # Open: {question}." for question in detected.open_questions),
        *(f"  # Open: words among numbers or dates in {found}; if they mean empty, name them under `empty_marks`." for found in words),
    ]


def _choice(ranked: Sequence["Proposal"]) -> list[str]:
    best, others = ranked[0], [proposal for proposal in ranked[1 : OTHERS + 1] if proposal.confidence > 0]
    because = f" ({'; '.join(best.reasons)})" if best.reasons else ""
    lines = [f"  # It may be {best.table}, confidence {best.confidence:.2f}{because}."]
    if others:
        lines.append(f"  # Less likely: {', '.join(f'{proposal.table} {proposal.confidence:.2f}' for proposal in others)}.")
    return lines


def _dialect_lines(detected: "Detected") -> list[str]:
    """What differs from the defaults of a declaration."""
    dialect = detected.dialect
    standard = type(dialect)()
    shown: Mapping[str, object] = dialect.model_dump(exclude={"rows", "empty_marks"})
    return [f"{name}: {_scalar(value)}" for name, value in shown.items() if name == "file" or value != getattr(standard, name)]


def _scalar(value: object) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.casefold() not in RESERVED and value == value.strip():
        return value
    return json.dumps(value, ensure_ascii=False)
