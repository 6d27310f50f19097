"""Deciding on the small demo company, end to end: the options chosen become the plan, and what cannot be decided changes nothing."""

import json
import shutil
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
from command_line import CYCLES, ROOT, sop

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.meeting.scenarios import apply_overlay, compose, plan_inputs, replan
from sopkit.run.decided import Decided, decided_file, write_decided
from sopkit.run.params import load_params
from sopkit.run.step_files import read_table

FIRST, LAST = CYCLES
MADE = "D1=B", "D2=C"


def table(run: Path, name: str) -> pd.DataFrame:
    return read_table(run / "tables" / f"{name}.parquet", CONTRACTS[name])


def hashes(run: Path) -> dict[str, str]:
    """Everything that a run holds, but for its log."""
    files = [path for path in sorted(run.rglob("*")) if path.is_file() and path.name != "log.jsonl"]
    return {path.relative_to(run).as_posix(): sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def proposed(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the reports tree that may be decided on; returns the run that was proposed."""
    reports = tmp_path_factory.mktemp("decided")
    shutil.copytree(small_demo, reports, symlinks=True, dirs_exist_ok=True)
    return (reports / "demo" / LAST).resolve()


@pytest.fixture(scope="module")
def before(proposed: Path) -> dict[str, str]:
    return hashes(proposed)


@pytest.fixture(scope="module")
def decided(proposed: Path, before: dict[str, str]) -> Path:
    """The revision that two answers made."""
    told = sop(reports_of(proposed), "decide", "demo", *MADE, "--reason", "we sell what we can make", "--format", "plain").stdout
    assert "promise kept (D1=B+D2=C)" in told
    return (proposed.parents[1] / LAST).resolve()


def reports_of(run: Path) -> Path:
    return run.parents[2]


def test_deciding_makes_the_next_revision_and_leaves_the_proposed_plan(proposed: Path, before: dict[str, str], decided: Path) -> None:
    assert decided != proposed
    assert hashes(proposed) == before
    manifest = json.loads((decided / "manifest.json").read_text())
    assert (manifest["revision"], manifest["base_run"]) == ("r2", proposed.name)
    assert [(each["decision"], each["answer"], each["reason"]) for each in manifest["decisions"]] == [
        ("D1", "B", "we sell what we can make"), ("D2", "C", "we sell what we can make"),
    ]  # fmt: skip
    facts = json.loads((decided / "facts.json").read_text())
    assert (facts["revision"], facts["base_run"], facts["decisions"]) == ("r2", proposed.name, {"D1": "B", "D2": "C"})
    assert "r2" in (decided / "pack" / "executive.html").read_text()
    assert (decided / "pack" / "pre_sop.html").read_bytes() == (proposed / "pack" / "pre_sop.html").read_bytes()  # as it was read
    assert set(table(decided, "options")["decision"]) == {"D3"}  # what was answered is not asked again


def test_the_plan_of_the_crunch_month_is_the_chosen_option_and_not_another(proposed: Path, decided: Path) -> None:
    params = load_params(ROOT / "params" / "demo.yaml", LAST)
    inputs = plan_inputs(
        lambda name: table(proposed, name) if (proposed / "tables" / f"{name}.parquet").exists() else empty(CONTRACTS[name]),
        cycle=LAST,
        demand=params.demand,
        supply=params.supply,
        money=params.money,
        fiscal_year_first_month=params.fiscal_year_first_month,
    )
    chosen = [params.meeting.decisions["D1"].options["B"], params.meeting.decisions["D2"].options["C"]]
    made = {name: made_in_may(plan) for name, plan in plans(inputs, chosen).items()}
    assert made_in_may(table(decided, "supply_plan")) == pytest.approx(made["chosen"])
    assert made_in_may(table(decided, "supply_plan")) != pytest.approx(made["nothing"], rel=0.01)


def plans(inputs, chosen):
    return {"nothing": replan(inputs).supply.supply_plan, "chosen": replan(apply_overlay(inputs, compose(chosen))).supply.supply_plan}


def made_in_may(plan: pd.DataFrame) -> float:
    return float(plan.loc[plan["period"] == "2026-05", "production"].sum())


def test_the_page_promised_what_the_plan_gives(proposed: Path, decided: Path) -> None:
    check = table(decided, "promise_check").set_index("measure")
    page = table(proposed, "scenarios").set_index("scenario").loc["D1=B+D2=C"]
    assert check["kept"].all()
    assert check.loc["net_sales", "promised"] == pytest.approx(page["net_sales"])
    assert check.loc["net_sales", "came"] == pytest.approx(page["net_sales"], rel=1e-4)
    change = table(decided, "revision_change").groupby("family")[["lost_proposed", "lost"]].sum()
    assert change.loc["Grills", "lost_proposed"] > 1000
    assert change.loc["Grills", "lost"] == pytest.approx(0.0, abs=1.0)


def test_the_decided_inputs_are_in_the_tables_of_the_revision(proposed: Path, decided: Path) -> None:
    hours = [
        table(run, "resource_calendar").query("resource == 'coating' and period == '2026-05'")["demonstrated_hours"].sum()
        for run in (proposed, decided)
    ]
    assert hours[1] - hours[0] == pytest.approx(126)
    untouched = "statistical_forecast.parquet"
    assert (proposed / "tables" / untouched).stat().st_ino == (decided / "tables" / untouched).stat().st_ino  # a hard link


def test_deciding_the_same_again_and_running_again_do_nothing(decided: Path) -> None:
    made = hashes(decided)
    told = sop(reports_of(decided), "decide", "demo", *MADE, "--reason", "we sell what we can make", "--format", "plain").stdout
    assert "D1=B is decided already" in told and " ran " not in told
    assert " ran " not in sop(reports_of(decided), "run", "params/demo.yaml", "--cycle", LAST, "--format", "plain").stdout
    assert hashes(decided) == made
    told = sop(reports_of(decided), "log", f"demo/{LAST}").stdout.splitlines()
    assert sum(" decision " in line for line in told) == 2


def test_a_tampered_promise_is_refused_with_both_figures(decided: Path, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    shutil.copytree(reports_of(decided), reports, symlinks=True)
    path = reports / "demo" / "runs" / decided.name / "tables" / "promise_check.parquet"
    check = pd.read_parquet(path)
    promised = float(check.loc[check["measure"] == "net_sales", "promised"].iloc[0])
    check.loc[check["measure"] == "net_sales", "promised"] = promised + 5e6
    path.unlink()
    check.to_parquet(path, index=False)
    told = sop(reports, "approve", "demo", "--cycle", LAST, "--who", "managing_director", check=False)
    assert told.returncode == 4
    assert f"{promised:.6f}" in told.stderr and str(promised + 5e6)[:9] in told.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("D1=B", "D1=A"), 2, "a second answer, A"),
        (("D9=B",), 2, "one of D1, D2, D3"),
        (("D1=X",), 2, "one of A, B, C, defer, none"),
        (("D1",), 2, "a decision and its answer, as D1=B"),
        (("D1=B", "--cycle", FIRST), 4, f"{LAST} is planned on it"),
        (("D1=B", "--cycle", "2026-09"), 3, "missing"),
    ],
)
def test_what_cannot_be_decided_says_so_and_leaves_the_pack(decided: Path, words: tuple[str, ...], code: int, said: str) -> None:
    shown = (decided.parents[1] / LAST).readlink()
    told = sop(reports_of(decided), "decide", "demo", *words, check=False)
    assert told.returncode == code, told.stderr
    assert said in told.stderr
    assert (decided.parents[1] / LAST).readlink() == shown


def test_an_option_without_an_owner_or_a_date_is_refused_with_its_line(decided: Path, tmp_path: Path) -> None:
    text = (ROOT / "params" / "demo.yaml").read_text()
    for words, field in (("      owner: head_of_operations\n", "owner"), ("      last_date: 2026-03-27\n", "last_date")):
        params = tmp_path / "demo.yaml"
        params.write_text(text.replace(words, "", 1))
        told = sop(reports_of(decided), "decide", str(params), "D1=B", check=False)
        assert told.returncode == 2
        assert f"meeting.decisions.D1.{field}" in told.stderr and "line" in told.stderr


def test_a_decision_of_the_first_cycle_is_scored_in_the_second(small_demo: Path, tmp_path: Path) -> None:
    """Decided in the first cycle with a promise; the second holds it against what came: grills were to sell 100 thousand more."""
    company = tmp_path / "demo"
    shutil.copytree(small_demo / "demo", company, symlinks=True)
    (company / LAST).unlink()
    answer = {"decision": "D1", "answer": "B", "question": "Add capacity?", "title": "Night shift", "owner": "head_of_operations"}
    told = {"last_date": "2026-02-27", "by": "managing_director", "reason": "", "overlay": "", "trigger": ""}
    expected = {"contribution_change": "250000.000000"}
    base = (company / FIRST).resolve()
    write_decided(decided_file(company, FIRST), Decided(FIRST, 2, base.name, "c", ({**answer, **told, "expected": expected},), {}))
    proposed = table(base, "plan_statement").query("line == 'net_sales' and family == 'Grills' and period == @FIRST")["amount"].sum()
    names = CONTRACTS["revision_change"].column_names()
    change = dict.fromkeys(names, 0.0) | {"family": "Grills", "period": FIRST, "net_sales_proposed": proposed, "net_sales": proposed + 1e5}
    path = base / "tables" / "revision_change.parquet"
    path.unlink()
    pd.DataFrame([change])[names].to_parquet(path, index=False)
    sop(tmp_path, "run", "params/demo.yaml", "--cycle", LAST, "--to", "1", "--format", "plain")
    known = {run.name for run in (small_demo / "demo" / "runs").iterdir()}
    made = next(run for run in (company / "runs").iterdir() if run.name not in known and (run / "steps").is_dir())
    carried = table(made, "decisions").set_index("decision").loc["2026-02-D1"]
    assert (carried["statement"], carried["expected_contribution"]) == ("Night shift", 250000.0)
    scored = table(made, "decision_scores").set_index("family").loc["*"]
    came = table(made, "demand_history").merge(table(made, "items")[["item", "family"]]).query("family == 'Grills' and period == @FIRST")
    assert scored["expected"] == pytest.approx(1e5)
    assert scored["realised"] == pytest.approx(came["revenue"].sum() - proposed)
