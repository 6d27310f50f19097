"""What may go out as final, what stands after a crash, and which version a reader sees."""

import json
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
from tiny_suite import Suite

from sopkit.errors import GateError, InfrastructureError, IntegrityError, LockedError, Problem, StepError
from sopkit.records.ledger import Ledger
from sopkit.run import keys
from sopkit.run.approving import Approver, approve, take_back
from sopkit.run.cycle import CompanyFolder
from sopkit.run.gates import sign_off
from sopkit.run.lock import cycle_lock
from sopkit.run.publishing import contents
from sopkit.run.publishing.publication import Wish, publish
from sopkit.run.publishing.release import code_obstacles
from sopkit.run.publishing.versions import Published, manifest_of, version_problems

GATES = {
    "data_quality": ["sop_lead"],
    "demand": ["head_of_sales"],
    "supply": ["head_of_operations", "head_of_materials", "head_of_finance"],
    "money": ["head_of_finance"],
}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@t", *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def office(done: Suite, monkeypatch: pytest.MonkeyPatch) -> "Office":
    """A finished cycle of the tiny suite, its code committed; documents that take no time."""
    done.change_params("preparer: sop_lead", "preparer: sop_lead\napproval: {identities: [typed]}")

    def short(folder: Path, edition: contents.Edition) -> dict[str, int]:
        for name in ("executives/page.html", "erp/plan.csv", "analysts/tables/plan.txt"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(
                f"{edition.about.status} v{edition.about.version} {edition.about.override} {edition.about.ledger_head}"
            )
        return {"executives": 1, "erp": 1, "analysts": 1}

    monkeypatch.setattr(contents, "write_contents", short)
    return Office(done)


class Office:
    """People at work on one company."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.store = Published(suite.reports / "tiny" / "published")

    def sign_all(self) -> None:
        for gate, roles in GATES.items():
            for role in roles:
                sign_off(self.suite.params, gate, role, None, "")

    def approve(self, who: str = "managing_director") -> None:
        approve(self.suite.params, None, Approver(who))

    def ready(self) -> "Office":
        self.sign_all()
        self.approve()
        return self

    def publish(self, **wish: object) -> list[str]:
        return publish(Wish(self.suite.params, **wish))  # type: ignore[arg-type]

    def change_plan(self, lift: int) -> None:
        text = self.suite.params.read_text()
        old = next(line for line in text.splitlines() if line.startswith("  lift:"))
        self.suite.change_params(old, f"  lift: {lift}")
        self.suite.run(6)

    def page(self, cycle: str = "2026-03") -> str:
        return (self.store.path / cycle / "latest" / "executives" / "page.html").read_text()

    def ledger(self) -> Ledger:
        return Ledger.open(self.suite.reports / "tiny" / "ledger.sqlite")


def test_an_approved_plan_of_released_code_goes_out_as_final_once(office: Office) -> None:
    assert "FINAL" in office.ready().publish()[0]
    assert office.page().startswith("FINAL v1  15 ")  # the approval, behind opening, inputs, six steps and six sign-offs
    manifest = manifest_of(office.store.folder("2026-03", 1))
    assert manifest["status"] == "FINAL" and manifest["obstacles"] == [] and len(manifest["approvals"]) == 1  # type: ignore[arg-type]
    assert version_problems(office.store.folder("2026-03", 1)) == []
    assert {"source/inputs/items.csv", "source/params/tiny.yaml", "source/params/process.yaml"} <= set(manifest["files"])  # type: ignore[arg-type]
    assert office.publish()[0].startswith("published already")
    assert office.store.versions("2026-03") == [1] and office.ledger().verify() == 16


def test_every_reason_is_told_at_once_and_a_draft_goes_out_all_the_same(office: Office) -> None:
    (office.suite.root / "templates" / "more.css").write_text("p {}")
    with pytest.raises(GateError) as caught:
        office.publish()
    told = str(caught.value)
    assert caught.value.exit_code == 4
    assert "approval missing: nobody has approved it" in told and "gate is not signed" in told and "not committed: " in told
    assert "DRAFT" in office.publish(draft=True)[0] and office.page().startswith("DRAFT v1")


def test_a_stale_approval_publishes_nothing(office: Office) -> None:
    office.ready().change_plan(3)
    office.sign_all()
    with pytest.raises(GateError, match="approval stale: managing_director approved plan"):
        office.publish()
    assert office.store.versions("2026-03") == []


def test_a_revoked_approval_publishes_nothing_and_its_history_stays(office: Office) -> None:
    office.ready()
    take_back(office.suite.params, None, "managing_director", "the bank called")
    with pytest.raises(GateError, match="took the approval back: the bank called"):
        office.publish()
    assert [event.kind for event in office.ledger().events()][-2:] == ["approval", "revocation"]


def test_an_override_is_the_accountable_executives_recorded_and_printed(office: Office) -> None:
    office.approve()
    with pytest.raises(GateError, match="the override is refused"):
        office.publish(override="the audit is today", who="head_of_sales")
    assert "FINAL" in office.publish(override="the audit is today", who="managing_director")[0]
    assert "the audit is today" in office.page()
    event = office.ledger().events(kind="override")[0]
    assert event.who == "managing_director" and len(event.body["obstacles"]) == 4  # type: ignore[arg-type]


def test_an_override_does_not_stand_for_an_approval(office: Office) -> None:
    office.sign_all()
    with pytest.raises(GateError, match="nobody has approved it"):
        office.publish(override="in a hurry", who="managing_director")


def test_another_plan_supersedes_for_a_reason_and_the_one_before_stays(office: Office) -> None:
    office.ready().publish()
    before = (office.store.folder("2026-03", 1) / "manifest.json").read_bytes()
    office.change_plan(3)
    office.ready()
    with pytest.raises(GateError, match="a plan went out already"):
        office.publish()
    office.publish(supersede="a late order")
    assert office.page().startswith("FINAL v2") and (office.store.folder("2026-03", 1) / "manifest.json").read_bytes() == before
    assert office.ledger().events(kind="supersession")[0].body == {"version": 1, "by": 2, "reason": "a late order"}


def test_a_backfill_moves_its_own_latest_only(office: Office) -> None:
    office.ready().publish()
    office.suite.change_params("cycle: 2026-03", "cycle: 2026-02")
    office.suite.run(6)
    office.ready().publish()
    assert str((office.store.path / "latest").readlink()) == "2026-03/v1" and office.page("2026-02").startswith("FINAL v1")


@pytest.mark.parametrize("moment", ["before the rename", "before the record", "before the links"])
def test_a_publication_that_dies_leaves_the_old_or_the_new_one(office: Office, monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    office.ready().publish()
    office.change_plan(3)
    office.ready()

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        if moment != "before the links" or office.store.folder("2026-03", 2).exists():
            raise Killed

    where = {
        "before the rename": (Path, "rename"),
        "before the record": (Ledger, "append"),
        "before the links": (Published, "point"),
    }[moment]
    with monkeypatch.context() as patch:
        patch.setattr(*where, die)
        with pytest.raises(Killed):
            office.publish(supersede="a late order")
    assert office.page().startswith("FINAL v1") and office.ledger().verify() > 0
    lines = office.publish(supersede="a late order")
    assert office.page().startswith("FINAL v2") and office.store.versions("2026-03") == [1, 2]
    assert lines[0].startswith("published: " if moment == "before the rename" else "published already: ")
    assert [path.name for path in (office.store.path / "2026-03").glob(".*")] == []


def test_a_folder_that_a_killed_process_left_aside_is_swept(office: Office) -> None:
    left = office.store.path / "2026-03" / ".v1.4711.part"
    left.mkdir(parents=True)
    office.ready().publish()
    assert not left.exists()


def test_a_reader_never_sees_a_mixture(office: Office) -> None:
    office.ready().publish()
    torn, stop = [], threading.Event()

    def read() -> None:
        link = office.store.path / "latest"
        while not stop.wait(0.001):  # a pause, so that the publisher is not kept from its work
            folder = link.parent / link.readlink()
            manifest = json.loads((folder / "manifest.json").read_text())
            pages = {(folder / name).read_text().split(" ")[1] for name in ("executives/page.html", "erp/plan.csv")}
            torn.extend([pages] if pages != {f"v{manifest['version']}"} else [])

    reader = threading.Thread(target=read)
    reader.start()
    for lift in range(3, 6):
        office.change_plan(lift)
        office.ready().publish(supersede="again")
    stop.set()
    reader.join()
    assert torn == [] and office.store.versions("2026-03") == [1, 2, 3, 4]


def test_a_touched_ledger_or_version_publishes_nothing(office: Office) -> None:
    office.ready().publish()
    page = office.store.folder("2026-03", 1) / "executives" / "page.html"
    page.write_text("FINAL v1, better")
    (office.store.folder("2026-03", 1) / "more.txt").write_text("")
    assert [problem.where for problem in version_problems(page.parents[1])] == ["executives/page.html", "more.txt"]
    with sqlite3.connect(office.suite.reports / "tiny" / "ledger.sqlite") as connection:
        connection.execute("DROP TRIGGER no_update")
        connection.execute("UPDATE events SET who = 'head_of_hr' WHERE kind = 'approval'")
    with pytest.raises(IntegrityError, match="chain is broken") as caught:
        office.publish()
    assert caught.value.exit_code == 7


def test_a_table_that_was_changed_under_the_run_is_refused(office: Office) -> None:
    office.ready()
    tables = office.suite.run_folder() / "tables"
    (tables / "supply_plan.parquet").write_bytes((tables / "consensus_demand.parquet").read_bytes())
    with pytest.raises(IntegrityError, match="the run is not what it says"):
        office.publish()


def test_a_damaged_table_is_told_and_nothing_goes_out(office: Office) -> None:
    """Bytes that are no Parquet: in the run, then in a version that went out."""
    office.ready().publish()
    table = office.suite.run_folder() / "tables" / "supply_plan.parquet"
    whole = table.read_bytes()
    table.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(IntegrityError, match="supply_plan") as caught:
        office.publish(supersede="again")
    assert caught.value.exit_code == 7 and office.store.versions("2026-03") == [1]
    table.write_bytes(whole)
    kept = next((office.store.folder("2026-03", 1) / "analysts" / "tables").iterdir())
    kept.write_bytes(b"PAR1")
    assert [problem.where for problem in version_problems(office.store.folder("2026-03", 1))] == [f"analysts/tables/{kept.name}"]


def test_a_writer_that_breaks_leaves_the_old_version(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """All documents or none: the PDF writer fails after other files were made."""
    office.ready().publish()
    office.change_plan(3)
    office.ready()

    def broken(folder: Path, edition: contents.Edition) -> dict[str, int]:
        (folder / "half.html").write_text("half")
        raise InfrastructureError("the PDF cannot be written", [Problem("weasyprint", "no pango", "the system library pango")])

    with monkeypatch.context() as patch:
        patch.setattr(contents, "write_contents", broken)
        with pytest.raises(InfrastructureError, match="the PDF cannot be written"):
            office.publish(supersede="a late order")
    assert office.page().startswith("FINAL v1") and [path.name for path in (office.store.path / "2026-03").iterdir() if path.is_dir()] == [
        "latest",
        "v1",
    ]
    office.publish(supersede="a late order")
    assert office.page().startswith("FINAL v2")


def test_nothing_is_published_while_the_cycle_runs_or_before_it_has_run(office: Office) -> None:
    with cycle_lock(office.suite.reports / "tiny" / "runs" / "2026-03.lock"), pytest.raises(LockedError):
        office.publish()
    run = CompanyFolder.of("tiny").good_run("2026-03")
    assert run is not None
    run.manifest.unlink()  # the last step waits for the approval: that is the reason then, and no missing run
    with pytest.raises(GateError, match="approval missing: nobody has approved it"):
        office.publish()
    office.approve()
    with pytest.raises(StepError, match="no finished run"):
        office.publish()
    office.suite.change_params("cycle: 2026-03", "cycle: 2026-05")
    with pytest.raises(StepError, match="no plan to publish"):
        office.publish()


def test_what_counts_as_released_code(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from sopkit.run.cycle import RunFolder

    run = RunFolder(office.suite.run_folder())
    assert code_obstacles(run) == []
    office.suite.params.write_text(office.suite.params.read_text() + "# a company's own file is no code\n")
    assert code_obstacles(run) == []
    (keys.PACKAGE / "module.py").write_text("one = 2\n")
    told = code_obstacles(run)
    assert "not committed: package/module.py" in told[0] and "other code than what is here now (package)" in told[1]
    git(office.suite.root.parent, "commit", "-qam", "next")
    assert code_obstacles(run) == ["the run was made by other code than what is here now (package): run the cycle again"]
    (office.suite.root / "requirements.lock").write_text("pandas==0.1 \\\n")
    assert any("pandas" in line and "locked 0.1" in line for line in code_obstacles(run))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "m.py").write_text("")
    monkeypatch.setattr(keys, "PACKAGE", tmp_path / "elsewhere")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "none"))
    assert any("not under version control" in line for line in code_obstacles(run))
