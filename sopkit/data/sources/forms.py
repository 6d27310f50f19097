"""Workbooks that came back from the people who were asked: what each owner answered, read as strictly as any other input.

A form carries two sheets that nobody sees: `identity` says whose form it is, `form` which physical row and month stands for which
line of the plan and what number was shown there. A digest over both tells whether they are as they were sent.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.column import Column, text, units
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import Grammar
from sopkit.data.sources.cells import ParsedCells, parsed_cells
from sopkit.data.sources.dialect import Dialect
from sopkit.data.sources.raw import RawTable, cell_address, is_blank
from sopkit.data.sources.workbooks import read_workbook

SCHEMA = 2
HEADER_ROW = 6  # of the sheet to fill, physical
FAR, LEAST_SHOWN = 20.0, 20.0  # times the number shown, where so many units are shown: beyond it something must show that it is meant
IDENTITY, FORM = "identity", "form"  # the sheets that nobody sees
IDENTITY_KEYS = ("schema", "company", "cycle", "owner", "function", "language", "sheet", "digest")
FORM_COLUMNS = ["row", "family", "item", "region", "channel", "period", "shown"]
LINE = ["family", "item", "region", "channel"]
GRAMMARS = {"en": Grammar(".", ","), "sv": Grammar(",", " ")}
ANSWER = units("answer", "what the owner expects")
REASON_CODE: Column = INPUTS["overrides"].column("reason_code")
REASON, EVIDENCE = text("reason", "why, in words"), text("evidence", "what shows it").optional()


@dataclass(frozen=True)
class Answers:
    """One form that came back whole."""

    owner: str
    function: str
    rows: pd.DataFrame  # LINE, period, shown, answer (units), reason_code, reason, evidence; one row per month with an answer


@dataclass(frozen=True)
class _Sheet:
    """The sheet that was filled, narrowed to the rows to answer in."""

    table: RawTable
    grammar: Grammar
    log: FindingLog

    def column(self, position: int, kind: str, bounds: Column) -> ParsedCells:
        """A column's cells with what they mean; faults and repairs are told."""
        parsed = parsed_cells(self.table.cells[position], kind, self.grammar, (), bounds)
        parsed.tell(self.table, self.table.header[position], self.log)
        return parsed


def read_answers(path: Path, log: FindingLog, *, company: str, cycle: str) -> Answers | None:
    """The answers on one form.

    Args:
        path: the workbook.
        log: takes every finding: no form, another company's or cycle's, a form that was changed, cells that cannot be read, numbers
            below zero, changes without a reason.
        company, cycle: whose forms are received.

    Returns:
        Answers; None where the form cannot be used at all. Cells with a fault are left out of the answers, and rejected in the log.
    """
    identity, form = _identity(path, log), _form(path, log)
    if identity is None or form is None or not _is_ours(path, identity, form, log, company, cycle):
        return None
    table = _sheet_to_fill(path, identity["sheet"], log)
    if table is None or not _is_in_place(table, form, identity.get("answer"), log):
        return None
    sheet = _Sheet(table.taken(np.isin(table.rows, form["row"].unique())), GRAMMARS[identity["language"]], log)
    return Answers(identity["owner"], identity["function"], _answered(sheet, form))


def digest_of(identity: dict[str, str], form: pd.DataFrame) -> str:
    """The digest of a form: over its identity, the digest itself left out, and over every line, month and number shown."""
    told = {key: identity[key] for key in IDENTITY_KEYS if key != "digest"}
    rows = [[int(row[0]), *map(str, row[1:6]), f"{float(row[6]):.0f}"] for row in form[FORM_COLUMNS].itertuples(index=False, name=None)]
    return sha256(json.dumps([told, rows], ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def own_sheet(path: Path, sheet: str, log: FindingLog) -> RawTable | None:
    """A sheet of a form of ours as it came; None, told in the log, where the file is none."""
    scratch = FindingLog()
    table = read_workbook(path, Dialect(file=path.name, sheet=sheet), scratch)
    if not table.broken:
        return table
    if not any(finding.file == path.name and finding.rule == "not_a_form" for finding in log.found):
        told = scratch.found[-1].message if scratch.found else "it cannot be read"
        log.note(
            Finding(
                path.name, "not_a_form", f"no form that was sent out: {told}", "REJECT", "fill and send back the workbook that was sent"
            )
        )
    return None


def _sheet_to_fill(path: Path, name: str, log: FindingLog) -> RawTable | None:
    """The sheet with the answers; None, told in the log, where it is not there under its name."""
    scratch = FindingLog()
    table = read_workbook(path, Dialect(file=path.name, sheet=name, header_row=HEADER_ROW), scratch)
    gone = any(finding.rule == "missing_sheet" for finding in scratch.found)
    for finding in scratch.found:
        log.note(finding._replace(rule="changed_form", hint=f"give the sheet its name back: {name}") if gone else finding)
    return None if table.broken else table


def _identity(path: Path, log: FindingLog) -> dict[str, str] | None:
    table = own_sheet(path, IDENTITY, log)
    if table is None:
        return None
    keys, values = (listed(table, position) for position in (0, 1)) if len(table.cells) > 1 else ([], [])
    told = {str(key): str(value) for key, value in zip(keys, values, strict=True)}
    if set(IDENTITY_KEYS) <= set(told) and told["language"] in GRAMMARS:
        return told
    log.note(Finding(path.name, "changed_form", "the form does not say whose it is", "REJECT", "ask for a new form: sop ask"))
    return None


def _form(path: Path, log: FindingLog) -> pd.DataFrame | None:
    table = own_sheet(path, FORM, log)
    if table is None:
        return None
    if list(table.header) != FORM_COLUMNS:
        log.note(Finding(path.name, "changed_form", "the form's own page was changed", "REJECT", "ask for a new form: sop ask"))
        return None
    form = pd.DataFrame({name: listed(table, position) for position, name in enumerate(FORM_COLUMNS)})
    numbers = form[["row", "shown"]].apply(pd.to_numeric, errors="coerce")
    if numbers.isna().any(axis=None):
        log.note(Finding(path.name, "changed_form", "the form's own page was changed", "REJECT", "ask for a new form: sop ask"))
        return None
    return form.assign(row=numbers["row"].astype("int64"), shown=numbers["shown"].astype(float)).astype(
        dict.fromkeys([*LINE, "period"], "str")
    )


def _is_ours(path: Path, identity: dict[str, str], form: pd.DataFrame, log: FindingLog, company: str, cycle: str) -> bool:
    wrong = [
        (identity["schema"] != str(SCHEMA), "other_form", f"a form of version {identity['schema']}, not {SCHEMA}"),
        (identity["company"] != company, "other_form", f"a form of company {identity['company']}, not {company}"),
        (identity["cycle"] != cycle, "other_form", f"a form of cycle {identity['cycle']}, not {cycle}"),
        (identity["digest"] != digest_of(identity, form), "changed_form", "the form's own page was changed after it was sent"),
    ]
    for is_wrong, rule, told in wrong:
        if is_wrong:
            log.note(Finding(path.name, rule, told, "REJECT", "ask for a new form: sop ask"))
    return not any(is_wrong for is_wrong, _, _ in wrong)


def _is_in_place(table: RawTable, form: pd.DataFrame, answer: str | None, log: FindingLog) -> bool:
    """Whether every line to answer in and every month stands where the form had it; `answer` labels those lines where the form says so."""
    months = list(dict.fromkeys(form["period"]))
    lacking = [month for month in months if month not in table.header]
    first = 0 if lacking else table.header.index(months[0])
    columns = range(len(LINE) + (answer is not None))
    lines = form[["row", *LINE]].drop_duplicates().assign(answer=answer).itertuples(index=False, name=None)
    expected = {int(row): tuple(map(str, keys[: len(columns)])) for row, *keys in lines}
    came = {int(row): line for row, line in zip(table.rows, zip(*(listed(table, place) for place in columns), strict=True), strict=True)}
    moved = [row for row, line in expected.items() if tuple(map(str, came.get(row, ()))) != line]
    shifted = not lacking and list(table.header[first : first + len(months)]) != months
    if not (lacking or shifted or moved):
        return True
    told = f"month {lacking[0]} is not in the header" if lacking else ""
    told = told or ("the months do not stand as they were sent" if shifted else "")
    told = told or "a line does not stand where it was sent: rows were moved, sorted or deleted"
    hint = "fill the numbers into a fresh copy of the form"
    log.note(Finding(table.origin, "moved_rows", told, "REJECT", hint, sheet=table.sheet, row=moved[0] if moved else HEADER_ROW))
    return False


def _answered(sheet: _Sheet, form: pd.DataFrame) -> pd.DataFrame:
    """Every month with an answer, and the reason of its line; changes without one are rejected."""
    table = sheet.table
    months = list(dict.fromkeys(form["period"]))
    first = table.header.index(months[0])
    code_at, reason_at = first + len(months), first + len(months) + 1
    codes, reasons = sheet.column(code_at, "choice", REASON_CODE), sheet.column(reason_at, "text", REASON)
    parts = []
    for month in months:
        place = table.header.index(month)
        parsed = sheet.column(place, "number", ANSWER)
        parts.append(pd.DataFrame({"row": table.rows, "period": month, "answer": _meant(parsed), "place": place}))
    answers = pd.concat(parts, ignore_index=True)
    answers = answers[answers["answer"].notna()].astype({"answer": float})
    proofs = sheet.column(reason_at + 1, "text", EVIDENCE)
    why = pd.DataFrame({"row": table.rows, "reason_code": _meant(codes), "reason": _meant(reasons), "evidence": _meant(proofs)})
    rows = form.merge(answers, on=["row", "period"], how="inner", validate="one_to_one").merge(
        why, on="row", how="left", validate="many_to_one"
    )
    rows = rows[~_tell_shares(sheet, rows)]
    changed = rows[(rows["answer"] - rows["shown"]).abs() > 0]
    _tell_far(sheet, changed)
    for column, place, broken in (("reason_code", code_at, codes), ("reason", reason_at, reasons)):
        faulty = set(table.rows[broken.broken])
        _tell_missing(sheet, changed, column, place, faulty)
    return rows[[*LINE, "period", "shown", "answer", "reason_code", "reason", "evidence"]].sort_values([*LINE, "period"], ignore_index=True)


def _tell_shares(sheet: _Sheet, rows: pd.DataFrame) -> pd.Series:
    """Which answers are a part of one unit, told: 10 % typed into a cell is 0.1."""
    share = (rows["answer"] > 0) & (rows["answer"] < 1)
    for row, place, answer in rows.loc[share, ["row", "place", "answer"]].itertuples(index=False, name=None):
        told, hint = f"{answer:.15g} is less than 1 units", "units, not percent: type how many are expected"
        cell, header = cell_address(int(row), int(place)), sheet.table.header[int(place)]
        sheet.log.note(Finding(sheet.table.origin, "out_of_bounds", told, "REJECT", hint, sheet.table.sheet, int(row), header, cell))
    return share


def _tell_far(sheet: _Sheet, changed: pd.DataFrame) -> None:
    """Tell answers of many times what was shown, or a small part of it, that no evidence supports: 9.000 typed for nine thousand is 9."""
    times = changed["answer"] / changed["shown"].where(changed["shown"] >= LEAST_SHOWN)
    far = changed[((times > FAR) | ((times < 1 / FAR) & (times > 0))) & changed["evidence"].isna()]
    for row, place, family, answer, shown in far[["row", "place", "family", "answer", "shown"]].itertuples(index=False, name=None):
        told = f"{family}: {answer:.0f} units where the plan has {shown:.0f}, and nothing shows that it is meant"
        hint = "whole units without a thousands sign; where it is meant, say under Evidence what shows it"
        cell, header = cell_address(int(row), int(place)), sheet.table.header[int(place)]
        sheet.log.note(Finding(sheet.table.origin, "missing_reason", told, "REJECT", hint, sheet.table.sheet, int(row), header, cell))


def _tell_missing(sheet: _Sheet, changed: pd.DataFrame, column: str, place: int, faulty: set[int]) -> None:
    missing = changed[changed[column].isna() & ~changed["row"].isin(faulty)].drop_duplicates("row")
    for row, family in zip(missing["row"], missing["family"], strict=True):
        told = f"{family}: a number was changed and no {column.replace('_', ' ')} is given"
        cell, header = cell_address(int(row), place), sheet.table.header[place]
        hint = "choose one from the list" if column == "reason_code" else "say why in a few words"
        sheet.log.note(Finding(sheet.table.origin, "missing_reason", told, "REJECT", hint, sheet.table.sheet, int(row), header, cell))


def _meant(parsed: ParsedCells) -> list[object]:
    values = [None if nothing else value for value, nothing in zip(parsed.values.tolist(), parsed.nothing, strict=True)]
    return [values[code] for code in parsed.cells.codes]


def listed(table: RawTable, position: int) -> list[object]:
    """A column row by row; blanks are empty texts."""
    column = table.cells[position]
    return ["" if is_blank(column.values[code]) else column.values[code] for code in column.codes]
