"""`sop ask` and `sop receive`, as a planner's month goes: forms out, numbers back, in the consensus."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
from command_line import CYCLES, sop
from openpyxl import load_workbook

CYCLE = CYCLES[-1]
OWNER = "key_account_manager_dach"


@pytest.fixture(scope="module")
def reports(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("asking") / "reports"
    shutil.copytree(small_demo, copy, symlinks=True)
    return copy


@pytest.fixture(scope="module")
def forms(reports: Path) -> Path:
    folder = reports / "forms"
    told = sop(reports, "ask", "demo", "--cycle", CYCLE, "--to", str(folder)).stdout
    assert "due 2026-03-06" in told and "sop receive" in told
    return folder


def _filled(forms: Path, folder: Path, number: object, reason: str = "A chain lists two grills") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    source = forms / f"{CYCLE} {OWNER}.xlsx"
    book = load_workbook(source)
    sheet = book["Your plan"]
    heads = [cell.value for cell in sheet[6]]
    row = next(row for row in sheet.iter_rows(min_row=7) if row[0].value == "Grills" and not row[5].protection.locked)
    for head, value in (("2026-05", number), ("Reason code", "listing"), ("Reason", reason)):
        row[heads.index(head)].value = value
    book.save(folder / source.name)
    return folder


def test_one_form_per_owner_with_what_is_known(reports: Path, forms: Path) -> None:
    names = sorted(path.name for path in forms.iterdir())
    assert names == [f"{CYCLE} {owner}.xlsx" for owner in ("head_of_finance", "head_of_marketing", OWNER, "product_manager_grills")]
    book = load_workbook(forms / f"{CYCLE} {OWNER}.xlsx")
    assert {"Your plan", "History", "Mirror", "Guide"} <= set(book.sheetnames)
    sheet = book["Your plan"]
    plan = [row for row in sheet.iter_rows(min_row=7, values_only=True) if row[4] == "Plan now"]
    run = (reports / "demo" / CYCLE).resolve()
    consensus = pd.read_parquet(run / "tables" / "consensus_demand.parquet")
    dach = consensus[(consensus["region"] == "DACH") & (consensus["period"] == "2026-05")]["quantity"].sum()
    month = [cell.value for cell in sheet[6]].index("2026-05")
    assert sum(row[month] for row in plan) == pytest.approx(dach, abs=len(plan))


def test_a_wrong_answer_stops_all_and_writes_nothing(reports: Path, forms: Path, tmp_path: Path) -> None:
    done = sop(reports, "receive", "demo", str(_filled(forms, tmp_path, "lots")), "--cycle", CYCLE, check=False)
    assert done.returncode == 3
    assert "'lots'" in done.stderr and "2026-05" in done.stderr
    assert not (reports / "demo" / "sample" / CYCLE / "overrides_received.csv").exists()
    assert (reports / "demo" / "check" / CYCLE / "received" / "findings.html").exists()


def test_answers_are_in_the_consensus_and_silence_leaves_the_last_one(reports: Path, forms: Path, tmp_path: Path) -> None:
    told = sop(reports, "receive", "demo", str(_filled(forms, tmp_path, 9000)), "--cycle", CYCLE, "--on", "2026-03-10").stdout
    assert "head_of_marketing: not here by 2026-03-06, the last consensus stands" in told
    sop(reports, "run", "demo", "--cycle", CYCLE, "--to", "2", "--format", "plain")
    run = max((reports / "demo" / "runs").glob("*/steps/demand_planning.done.json"), key=lambda path: path.stat().st_mtime).parents[1]
    log = pd.read_parquet(run / "tables" / "override_log.parquet").set_index("override")
    mine = log.loc[f"{OWNER}.001"]
    shown = 9000 - mine["quantity_change"]
    assert mine["outcome"] == "applied" and mine["owner"] == OWNER and 0 < shown < 9000
    consensus = pd.read_parquet(run / "tables" / "consensus_demand.parquet")
    assert consensus["override"].sum() == pytest.approx(log["quantity_change"].sum(), abs=1.0)  # the plan is in whole units
    again = sop(reports, "receive", "demo", str(tmp_path), "--cycle", CYCLE, "--on", "2026-03-05").stdout
    assert "head_of_marketing: not here, due 2026-03-06" in again


def test_nobody_asked_and_no_baseline_are_told(reports: Path, tmp_path: Path) -> None:
    nobody = sop(reports, "ask", "adventure_works", check=False)
    assert nobody.returncode == 2 and "nobody is asked" in nobody.stderr
    early = sop(tmp_path, "ask", "demo", "--cycle", "2026-04", check=False)
    assert early.returncode == 2 and "--to 2" in early.stderr
