"""A quick part of `make torture`; and that its tests would tell a loss."""

from pathlib import Path

import pytest

from benchmarks.torture.kills import (
    damaged_tables,
    flipped_bits,
    full_disk,
    jumping_clocks,
    killed_migrations,
    killed_publishers,
    killed_writers,
    read_while_publishing,
)
from benchmarks.torture.power import Disk, Operation, images, power_losses, recorded_statements, replayed
from sopkit.records.ledger.database import SETTINGS

BAD = ("lost", "torn", "backwards", "broken", "missed")


def bad(counts: dict[str, int]) -> int:
    return sum(counts.get(name, 0) for name in BAD)


def test_a_power_loss_at_any_write_loses_no_acknowledged_event(tmp_path: Path) -> None:
    counts = power_losses(tmp_path / "power", commits=4, each=3)
    assert bad(counts) == 0 and counts["images"] >= 150 and counts["acknowledged"] > 100


def test_the_recorded_statements_are_those_of_the_live_ledger(tmp_path: Path) -> None:
    told = [text for kind, text in recorded_statements(tmp_path, 1) if kind == "sql"]
    for name, value in SETTINGS.items():
        assert f"PRAGMA {name} = {value}" in told
    assert "BEGIN IMMEDIATE" in told and "COMMIT" in told and any(text.startswith("CREATE TABLE events") for text in told)


def test_without_syncs_the_same_sweep_tells_losses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shim is no decoration: with `synchronous = off` acknowledged events are lost or files broken."""
    from benchmarks.torture import power

    real = power.recorded_statements
    lax = lambda folder, commits: [(kind, text.replace("synchronous = 3", "synchronous = 0")) for kind, text in real(folder, commits)]  # noqa: E731
    monkeypatch.setattr(power, "recorded_statements", lax)
    assert bad(power_losses(tmp_path / "power", commits=4, each=3)) > 0


def test_what_is_not_synced_is_not_certain() -> None:
    disk = Disk()
    disk.take(Operation("write", "a", 0, b"one"))
    assert disk.durable == {}
    disk.take(Operation("sync", "a"))
    disk.take(Operation("delete", "a"))
    assert disk.durable == {"a": b"one"} and len(disk.pending) == 1
    seen = {tuple(files.items()) for _, files in images([Operation("write", "a", 1, b"x"), Operation("sync", "a")], 20, 1)}
    assert seen == {(), (("a", b"\0x"),)}


def test_the_replay_writes_what_the_live_ledger_wrote(tmp_path: Path) -> None:
    for name in ("live", "shim"):
        (tmp_path / name).mkdir()
    log, acknowledged = replayed(tmp_path / "shim", recorded_statements(tmp_path / "live", 3))
    assert len(acknowledged) == 3 and max(acknowledged) <= len(log)
    live, shim = ((tmp_path / name / "ledger.sqlite").read_bytes() for name in ("live", "shim"))
    assert live[:96] + live[100:] == shim[:96] + shim[100:]  # between them stands the version of the library that wrote


def test_kills_full_disks_and_flips_lose_nothing(tmp_path: Path) -> None:
    for name in ("writers", "publishers", "full", "bits", "reader", "migrations", "clocks", "damaged"):
        (tmp_path / name).mkdir()
    found = [
        killed_writers(tmp_path / "writers", rounds=1, writers=2),
        killed_publishers(tmp_path / "publishers", rounds=3),
        full_disk(tmp_path / "full", tries=2),
        flipped_bits(tmp_path / "bits", flips=30),
        read_while_publishing(tmp_path / "reader", versions=3),
        killed_migrations(tmp_path / "migrations", rounds=1, ledgers=5),
        jumping_clocks(tmp_path / "clocks", jumps=20),
        damaged_tables(tmp_path / "damaged", tries=10),
    ]
    assert [bad(counts) for counts in found] == [0] * 8
    assert found[5]["ledgers"] == 5 and found[6]["events"] == 20 and found[7]["told"] == 10
    assert found[0]["acknowledged"] > 0 and found[2]["refused"] == 2 and found[3]["told"] > 0 and found[4]["reads"] > 0
