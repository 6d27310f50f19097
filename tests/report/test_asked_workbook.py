"""A form goes out, is filled, comes back: what is read, and what is refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook

from sopkit.data.findings import FindingLog
from sopkit.data.sources.forms import HEADER_ROW, Answers, read_answers
from sopkit.demand.asking.form import Form
from sopkit.report.asked_workbook import Addressed, asked_workbook
from sopkit.report.language import language_of

MONTHS = ("2026-03", "2026-04")
SHEETS = {"en": "Your plan", "sv": "Din plan"}


def _form() -> Form:
    rows = [
        (family, "*", "N", "=retail", measure, month, size * 10.4)
        for family, size in (("F", 1), ("G", 2))
        for measure in ("baseline", "plan_now")
        for month in MONTHS
    ]
    numbers = pd.DataFrame(rows, columns=["family", "item", "region", "channel", "measure", "period", "quantity"])
    history = numbers[numbers["measure"] == "baseline"].drop(columns="measure")
    opportunity = pd.DataFrame([["=O1", "k", "A", "N", "retail", "won?", 0.5, 10.0, "2026-03"]])
    worth = pd.DataFrame(
        [("F", "*", "N", "=retail", 5.0, "press", 0.25), ("G", "*", "N", "=retail", 7.5, None, float("nan"))],
        columns=["family", "item", "region", "channel", "price", "resource", "hours"],
    )
    return Form(MONTHS, numbers, history, opportunity, pd.DataFrame(), worth)


def _sent(folder: Path, language: str = "en") -> Path:
    to = Addressed("tiny", "Tiny Ltd", "2026-03", "kam", "sales", date(2026, 3, 6), ["customer", "listing"])
    path = folder / "form.xlsx"
    path.write_bytes(asked_workbook(_form(), to, language_of(language)))
    return path


def _filled(path: Path, fill: Callable[[Any], None], sheet: str = "Your plan") -> Path:
    book = load_workbook(path)
    fill(book[sheet])
    book.save(path)
    return path


def _row(sheet: Any, family: str) -> Any:
    return next(row for row in sheet.iter_rows(min_row=HEADER_ROW + 1) if row[0].value == family and not row[5].protection.locked)


def _read(path: Path, **ours: str) -> tuple[Answers | None, FindingLog]:
    log = FindingLog()
    return read_answers(path, log, **{"company": "tiny", "cycle": "2026-03", **ours}), log


def _answer(family: str, *numbers: object, code: object = "listing", reason: object = "A chain lists it") -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        row = _row(sheet, family)
        for cell, value in zip(row[5:9], (*numbers, code, reason), strict=True):
            cell.value = value

    return fill


@pytest.mark.parametrize("language", ["en", "sv"])
def test_what_is_filled_comes_back(tmp_path: Path, language: str) -> None:
    path = _filled(_sent(tmp_path, language), _answer("G", None, 35), SHEETS[language])
    answers, log = _read(path)
    assert answers is not None and not log.stopping
    assert (answers.owner, answers.function) == ("kam", "sales")
    row = answers.rows.iloc[0]
    assert len(answers.rows) == 1
    assert (row["family"], row["period"], row["shown"], row["answer"]) == ("G", "2026-04", 21.0, 35.0)
    assert (row["reason_code"], row["reason"]) == ("listing", "A chain lists it") and pd.isna(row["evidence"])


def test_evidence_comes_back_too(tmp_path: Path) -> None:
    def fill(sheet: Any) -> None:
        _answer("G", None, 35)(sheet)
        _row(sheet, "G")[9].value = "letter of 2 March"

    answers, log = _read(_filled(_sent(tmp_path), fill))
    assert answers is not None and not log.stopping
    assert answers.rows["evidence"].tolist() == ["letter of 2 March"]


def test_only_the_answers_are_open_and_no_text_is_a_formula(tmp_path: Path) -> None:
    book = load_workbook(_sent(tmp_path))
    sheet = book["Your plan"]
    assert sheet.protection.sheet and book["identity"].sheet_state == book["form"].sheet_state == "veryHidden"
    openings = {cell.row for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert len(openings) == 2
    formulas = [cell for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert all(cell.parent.title == "Your plan" and cell.protection.locked for cell in formulas)
    asked = _row(sheet, "F")[5].row
    # a number typed in F's first month changes money by 5 a unit and the press by a quarter of an hour; G has no hours on record
    assert [cell.value for cell in formulas if cell.column == 6] == [
        f'=IF(F{asked}="","",(F{asked}-F{asked - 1})*5.000000)',
        f'=IF(F{asked}="","",(F{asked}-F{asked - 1})*0.250000)',
        f'=IF(F{(last := _row(sheet, "G")[5].row)}="","",(F{last}-F{last - 1})*7.500000)',
    ]
    assert sheet.cell(asked + 2, 5).value == "Which changes hours by (press)"
    assert asked_workbook(_form(), Addressed("a", "b", "2026-03", "c", "sales", date(2026, 3, 6), []), language_of("en")) == asked_workbook(
        _form(), Addressed("a", "b", "2026-03", "c", "sales", date(2026, 3, 6), []), language_of("en")
    )


@pytest.mark.parametrize(
    ("fill", "rule", "column"),
    [
        (_answer("F", "many", None), "not_a_number", "2026-03"),
        (_answer("F", -4, None), "out_of_bounds", "2026-03"),
        (_answer("F", 44, None, code=None), "missing_reason", "Reason code"),
        (_answer("F", 44, None, reason="  "), "missing_reason", "Reason"),
        (_answer("F", 44, None, code="because"), "not_a_choice", "Reason code"),
        (_answer("F", None, "#SAKNAS!"), "spreadsheet_error", "2026-04"),
        (_answer("F", None, 0.1), "out_of_bounds", "2026-04"),  # 10 % typed
        (_answer("G", None, 5000), "missing_reason", "2026-04"),  # with no evidence
    ],
)
def test_what_cannot_be_used_is_told_with_its_cell(tmp_path: Path, fill: Callable[[Any], None], rule: str, column: str) -> None:
    _, log = _read(_filled(_sent(tmp_path), fill))
    found = [finding for finding in log.found if finding.outcome == "REJECT"]
    assert [(finding.column, finding.sheet) for finding in found] == [(column, "Your plan")]
    assert found[0].row > HEADER_ROW and found[0].cell
    assert rule in ("out_of_bounds", "not_a_choice") or found[0].rule == rule


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    path = _filled(_filled(_sent(tmp_path), _answer("F", "x", "y", code="z", reason=None)), _answer("G", 44, None, code=None))
    _, log = _read(path)
    assert len(log.stopping) == 4


def _moved(sheet: Any) -> None:
    sheet.delete_rows(HEADER_ROW + 1)


def _pushed_down(sheet: Any) -> None:
    """Where the answer was sent to stands what the plan shows: it must not be taken for agreement."""
    sheet.insert_rows(HEADER_ROW + 1)


def _months_turned(sheet: Any) -> None:
    first, second = (sheet.cell(HEADER_ROW, column) for column in (6, 7))
    first.value, second.value = second.value, first.value


@pytest.mark.parametrize(
    ("sheet", "fill", "ours", "rule"),
    [
        ("Your plan", _moved, {}, "moved_rows"),
        ("Your plan", _pushed_down, {}, "moved_rows"),
        ("Your plan", _months_turned, {}, "moved_rows"),
        ("Your plan", lambda sheet: setattr(sheet, "title", "Mine"), {}, "changed_form"),
        ("form", lambda sheet: sheet.cell(2, 7, 999), {}, "changed_form"),
        ("identity", lambda sheet: sheet.cell(5, 2, "boss"), {}, "changed_form"),
        ("Your plan", _answer("F", 1, 1), {"cycle": "2026-04"}, "other_form"),
        ("Your plan", _answer("F", 1, 1), {"company": "other"}, "other_form"),
    ],
)
def test_a_form_that_is_not_as_it_was_sent_is_refused(
    tmp_path: Path, sheet: str, fill: Callable[[Any], None], ours: dict[str, str], rule: str
) -> None:
    answers, log = _read(_filled(_sent(tmp_path), fill, sheet), **ours)
    assert answers is None
    assert rule in {finding.rule for finding in log.stopping}


def test_any_other_workbook_is_no_form(tmp_path: Path) -> None:
    path = tmp_path / "sales.xlsx"
    pd.DataFrame({"item": ["A"]}).to_excel(path)
    answers, log = _read(path)
    assert answers is None and [finding.rule for finding in log.stopping] == ["not_a_form"]
