"""`sop template`: empty tables to fill, and the lines that declare them."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from sopkit.data.contracts import INPUTS, NEEDED, Contract
from sopkit.errors import ParamsError, Problem
from sopkit.report.input_templates import Language, example_row, text_template, workbook_template
from sopkit.run.files import write_atomically

FileFormat = Literal["csv", "xlsx"]


def write_templates(
    folder: Path, tables: Sequence[str] = (), *, form: FileFormat = "xlsx", language: Language = "en", example: bool = False
) -> list[str]:
    """Write a template per input table into a folder; returns what was written and the lines for the params.

    Args:
        folder: made where it is not there.
        tables: input tables; none means all.
        form: workbooks with meanings, lists and formats, or text files with the header alone.
        language: of headers and meanings.
        example: write one row of example values under each header.

    Raises ParamsError where a table is unknown or a file is there already: nothing is written then.
    """
    contracts = chosen_contracts(tables)
    taken = [path for contract in contracts if (path := folder / f"{contract.name}.{form}").exists()]
    if taken:
        problems = [Problem(str(path), "a file", "none yet", "Choose an empty folder, or take the file away") for path in taken]
        raise ParamsError("templates are not written over files", problems)
    for contract in contracts:
        write_atomically(folder / f"{contract.name}.{form}", template_of(contract, form, language, example=example))
    return [
        f"written: {len(contracts)} templates in {folder}",
        "declare what you fill below `sources` in the params:",
        *(f"  {declaration_of(contract, form, language)}" for contract in contracts),
    ]


def template_of(contract: type[Contract], form: FileFormat, language: Language, *, example: bool = False) -> bytes:
    """The template of a table: what `sop template` and `sop init` write."""
    rows = [example_row(contract)] if example else []
    return (workbook_template if form == "xlsx" else text_template)(contract, language, rows)


def declaration_of(contract: type[Contract], form: FileFormat, language: Language) -> str:
    """The line of the params that reads a filled template."""
    if form == "xlsx":
        return f"{contract.name}: {{file: {contract.name}.xlsx, sheet: {contract.name}}}"
    dialect = ', delimiter: ";", decimal: ","' if language == "sv" else ""
    return f"{contract.name}: {{file: {contract.name}.csv{dialect}}}"


def chosen_contracts(tables: Sequence[str]) -> list[type[Contract]]:
    """The contracts of input tables, needed ones first; all where none is named.

    Raises ParamsError with every name that is no input table, and the nearest one that is.
    """
    unknown = [name for name in tables if name not in INPUTS]
    if unknown:
        raise ParamsError("no such input table", [_unknown(name) for name in unknown])
    names = dict.fromkeys(tables) if tables else INPUTS
    return [INPUTS[name] for name in sorted(names, key=lambda name: (name not in NEEDED, name))]


def _unknown(name: str) -> Problem:
    near = get_close_matches(name, INPUTS, n=1, cutoff=0.5)
    return Problem("table", repr(name), f"one of {', '.join(INPUTS)}", f"Did you mean {near[0]}?" if near else "")
