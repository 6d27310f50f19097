"""Backup, restore and prune: what cannot be made again comes back byte for byte, what is needed stays."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest
from tiny_suite import Suite

from sopkit.errors import IntegrityError, ParamsError
from sopkit.records.ledger import Ledger
from sopkit.run.gates import sign_off
from sopkit.run.keeping import CONTENTS, back_up, prune, restore
from sopkit.run.publishing.versions import Published


@pytest.fixture
def company(done: Suite) -> Suite:
    """A company that has run, signed, and published two versions of a folder that stands for a plan."""
    sign_off(done.params, "demand", "head_of_sales", None, "")
    store = Published(done.reports / "tiny" / "published")
    (done.root / "params" / "tiny").mkdir()
    (done.root / "params" / "tiny" / "overrides.csv").write_text("override\n")

    def write(folder: Path) -> dict[str, object]:
        (folder / "page.html").write_text("the plan")
        return {"status": "FINAL", "plan_hash": "h", "revision": "r1", "run_id": done.run_folder().name, "made_from": "m"}

    store.build("2026-03", 1, write)
    return done


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_was_lost_comes_back(company: Suite, tmp_path: Path) -> None:
    playbook = company.root / "params" / "playbooks" / "late.yaml"
    playbook.parent.mkdir()
    playbook.write_text("title: late\n")
    back_up("tiny", tmp_path / "tiny.zip")
    published, events = files(company.reports / "tiny" / "published"), Ledger.open(company.reports / "tiny" / "ledger.sqlite").events()
    inputs = files(company.run_folder() / "inputs")
    run_id = company.run_folder().name
    company.reports.rename(tmp_path / "lost")
    (company.root / "params" / "tiny" / "overrides.csv").unlink()
    playbook.unlink()
    assert "restored: tiny" in restore(tmp_path / "tiny.zip")[0]
    there = company.reports / "tiny"
    assert {name: content for name, content in files(there / "published").items() if "latest" not in name} == published
    assert Ledger.open(there / "ledger.sqlite").events()[: len(events)] == events and Ledger.open(there / "ledger.sqlite").verify() >= len(
        events
    )
    assert files(there / "runs" / run_id / "inputs") == inputs
    assert (company.root / "params" / "tiny" / "overrides.csv").is_file() and playbook.is_file()
    assert str((there / "published" / "latest").readlink()) == "2026-03/v1"
    other = there / "runs" / "0123456789ab"  # a run of a month that was never published: only what it was made from comes back
    (other / "inputs").mkdir(parents=True)
    (other / "manifest.json").write_text('{"cycle": "2026-02"}')
    assert prune("tiny", keep=0)[0].endswith("in 0 runs; 2 runs are shown, published or decided on and stay; --yes takes them away")
    company.run(6)
    assert company.run_folder().name == run_id
    (there / "2026-02").symlink_to(Path("runs") / run_id)  # that month has been run again
    assert "would go: 0123456789ab" in prune("tiny", keep=0)[0]


def test_the_same_content_gives_the_same_file_and_writes_over_nothing(company: Suite, tmp_path: Path) -> None:
    back_up("tiny", tmp_path / "one.zip")
    back_up("tiny", tmp_path / "two.zip")
    one, two = (ZipFile(tmp_path / name) for name in ("one.zip", "two.zip"))
    assert [entry.date_time for entry in one.infolist()] == [(1980, 1, 1, 0, 0, 0)] * len(one.namelist())
    assert json.loads(one.read(CONTENTS))["files"] == json.loads(two.read(CONTENTS))["files"]
    with pytest.raises(ParamsError, match="not written over"):
        back_up("tiny", tmp_path / "one.zip")
    assert "restored" in restore(tmp_path / "one.zip")[0]  # where the same is already


def test_a_restore_writes_nothing_over_other_files(company: Suite, tmp_path: Path) -> None:
    back_up("tiny", tmp_path / "tiny.zip")
    company.change_params("lift: 2", "lift: 3")
    with pytest.raises(ParamsError, match="tiny.yaml"):
        restore(tmp_path / "tiny.zip")
    assert "lift: 3" in company.params.read_text()


@pytest.mark.parametrize("harm", ["flip", "cut", "text", "outside"])
def test_a_damaged_backup_is_refused(company: Suite, tmp_path: Path, harm: str) -> None:
    path = tmp_path / "tiny.zip"
    back_up("tiny", path)
    whole = path.read_bytes()
    if harm == "flip":
        place = whole.index(b"reports/published") + 60
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
    elif harm == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif harm == "text":
        path.write_bytes(b"no backup")
    else:
        with ZipFile(path, "w") as book:
            told = {
                "schema": 1,
                "company": "tiny",
                "files": {"reports/../../escape": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
            }
            book.writestr(CONTENTS, json.dumps(told))
            book.writestr("reports/../../escape", b"")
    company.reports.rename(tmp_path / "lost")
    with pytest.raises(IntegrityError):
        restore(path)
    assert not company.reports.exists() and not (company.root.parent / "escape").exists()


def test_prune_takes_what_nothing_needs_and_nothing_else(company: Suite) -> None:
    first = company.run_folder().name
    for lift in (3, 4, 5):
        company.change_params(f"lift: {lift - 1}", f"lift: {lift}")
        company.run(6)
    from sopkit.run.publishing.publication import settle_company

    settle_company("tiny")  # the record now says that the first run was published
    before = {path.name for path in (company.reports / "tiny" / "runs").iterdir() if path.is_dir()}
    assert "--yes takes them away" in prune("tiny", keep=1)[-1]
    assert {path.name for path in (company.reports / "tiny" / "runs").iterdir() if path.is_dir()} == before
    prune("tiny", keep=1, really=True)
    after = {path.name for path in (company.reports / "tiny" / "runs").iterdir() if path.is_dir() and not path.name.startswith(".")}
    assert first in after and company.run_folder().name in after and len(after) == 3
    assert (company.reports / "tiny" / "published" / "2026-03" / "v1" / "page.html").read_text() == "the plan"
