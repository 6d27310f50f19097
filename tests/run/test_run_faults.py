"""Faults: whatever happens, the old pack stays, no process is left, and the same command goes on."""

import errno
import fcntl
import json
import os
import resource
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_suite import Suite

from sopkit.errors import DataError, InfrastructureError, LockedError, ParamsError, SopError, StepError
from sopkit.run import cycle, files, lock
from sopkit.run.faults import fault_of
from sopkit.run.lock import cycle_lock, is_locked
from sopkit.run.watch import Watch
from sopkit.steps import STEPS

ONCE = "flag = pathlib.Path(os.environ['SOPKIT_ROOT'], 'flag')\nif not flag.exists():\n    flag.touch()\n    {}"
SLEEPER = "import subprocess, time\nsubprocess.Popen(['sleep', '777'], start_new_session=True)\nprint('up', flush=True)\ntime.sleep(600)"


def test_kill_9_of_the_kernel_then_the_same_command(suite: Suite) -> None:
    suite.set_cell(3, ONCE.format("os.kill(os.getpid(), 9)"))
    with pytest.raises(InfrastructureError, match="step 3 supply_planning, cell In .* the kernel died"):
        suite.run()
    assert suite.attempt()["kind"] == "kernel_died" and not suite.link.exists()
    assert suite.run().executed == ("supply_planning",)
    resumed = suite.hashes()
    assert len(suite.run(force=True).executed) == 3  # without the fault: the run that was never interrupted
    assert suite.hashes() == resumed


def test_sys_exit_is_no_success(suite: Suite) -> None:
    suite.set_cell(1, "import sys\nsys.exit(0)")
    with pytest.raises(StepError, match="without its completion marker"):
        suite.run(1)
    assert not suite.link.exists()


def test_inputs_that_step_1_refuses_leave_all_findings_in_the_failed_run(warm: Suite) -> None:
    warm.set_cell(1, "from sopkit.errors import DataError\nraise DataError('the input data cannot be used')")
    with pytest.raises(DataError, match="the input data cannot be used(.|\n)*what to do: .*findings.html") as told:
        warm.run(1)
    page = Path(told.value.message.rsplit("what to do: ", 1)[1])
    assert page.parent == warm.reports / "tiny" / "runs" / warm.attempt()["run_id"]
    assert "no source is declared for sales_history" in page.read_text()
    findings = json.loads((page.parent / "findings.json").read_text())["findings"]
    assert [row["rule"] for row in findings if row["outcome"] == "REJECT"]
    assert str(page) in warm.attempt()["reason"]


def test_a_marker_of_another_content_is_no_success(suite: Suite) -> None:
    spoil = "lambda *_: [path.write_bytes(b'x') for path in run.glob('tables/backtest.parquet')]"
    suite.set_cell(2, f"get_ipython().events.register('post_run_cell', {spoil})")
    with pytest.raises(cycle.IntegrityError, match="not what the marker says"):
        suite.run(2)


def test_a_cell_without_end_is_stopped_with_its_children(suite: Suite) -> None:
    suite.set_cell(1, SLEEPER)
    with pytest.raises(InfrastructureError, match="a cell ran out of time"):
        suite.run(1, timeout=2)
    assert _processes_of(suite) == []


class Raised(Exception):
    """What papermill says of a cell that raised."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__(value)
        self.ename, self.evalue = name, value


Raised.__name__ = "PapermillExecutionError"


@pytest.mark.parametrize(
    ("name", "value", "kind", "error", "told"),
    [
        ("OSError", f"[Errno {errno.ENOSPC}] No space left on device: '/big'", "disk", InfrastructureError, "no space left on the disk"),
        ("OSError", f"[Errno {errno.EFBIG}] File too large", "disk", InfrastructureError, "no space left on the disk"),
        ("_ArrayMemoryError", "Unable to allocate 4 GiB", "memory", InfrastructureError, "memory ran out"),
        ("MemoryError", "", "memory", InfrastructureError, "memory ran out"),
        ("DataError", "two rows", "rule", DataError, "two rows"),
        ("OSError", "[Errno 2] No such file", "cell_error", StepError, "OSError: "),
        ("ZeroDivisionError", "division by zero", "cell_error", StepError, "ZeroDivisionError: division by zero"),
    ],
)
def test_what_a_cell_raises_has_a_kind_and_an_exit_code(name: str, value: str, kind: str, error: type[SopError], told: str) -> None:
    fault = fault_of(STEPS[0], Raised(name, value), Watch(), 900, None)
    assert (fault.kind, type(fault.error)) == (kind, error)
    assert fault.error.message.startswith(f"step 1 data_collection: {told}")


def test_a_full_disk_under_the_runner(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    suite.run(2)
    good, shown = suite.run_folder(), suite.hashes()
    suite.change_params("lift: 2", "lift: 3")
    written = files.write_atomically

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".ipynb":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written(path, content)

    monkeypatch.setattr(files, "write_atomically", full)
    with pytest.raises(InfrastructureError, match="no space left on the disk"):
        suite.run(2)
    assert suite.run_folder() == good and suite.hashes() == shown
    monkeypatch.undo()


def test_a_file_that_may_not_grow(suite: Suite) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))

    suite.set_cell(1, "open('big', 'wb').write(bytes(10 ** 6))")
    done = suite.sop("run", "tiny", preexec_fn=small_files)
    assert done.returncode == 5, done.stderr
    assert done.stderr.startswith("sop: step 1 data_collection, cell In [4] under ") and done.stderr.count("\n") == 3  # what, where, next
    assert "no space left on the disk" in done.stderr
    assert not suite.link.exists()


def test_a_second_run_at_the_same_time(suite: Suite) -> None:
    with (
        cycle_lock(suite.reports / "tiny" / "runs" / "2026-03.lock"),
        pytest.raises(LockedError, match=rf"held by process {os.getpid()} on .*, started 2"),
    ):
        suite.run(1)
    assert suite.run(1).executed == ("data_collection",)


def test_a_look_at_the_lock_hinders_no_run(tmp_path: Path) -> None:
    path = tmp_path / "2026-03.lock"
    assert not is_locked(path)
    with cycle_lock(path):
        assert is_locked(path)
    assert not is_locked(path)
    with path.open("rb") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.03, lambda: fcntl.flock(looking, fcntl.LOCK_UN)).start()
        with cycle_lock(path):  # waits until the look is over
            assert is_locked(path)


def test_a_misspelt_knob_ends_before_a_kernel(suite: Suite) -> None:
    suite.change_params("lift: 2", "lfit: 2")
    done = suite.sop("run", "tiny")
    assert done.returncode == 2
    assert "lfit: an unknown knob" in done.stderr and "Did you mean lift?" in done.stderr
    assert not (suite.reports / "tiny" / "runs").exists()


def test_a_lost_parameters_tag_ends_before_a_kernel(suite: Suite) -> None:
    suite.set_cell(2, tag="params")
    with pytest.raises(ParamsError, match="2_demand_planning.ipynb: 0 cells tagged 'parameters'"):
        suite.prepare()


def test_reports_that_cannot_be_written(suite: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SOPKIT_REPORTS", str(tmp_path / "file"))
    with pytest.raises(InfrastructureError, match=f"{tmp_path / 'file'}.*Set SOPKIT_REPORTS"):
        suite.prepare()


def test_sigterm_leaves_no_process(suite: Suite) -> None:
    suite.set_cell(1, SLEEPER)
    process = suite.begin("run", "tiny")
    assert _wait_for(lambda: any(b"sleep" in name for name in _commands(suite)))
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (1, "sop: ended by SIGTERM; the same command goes on where it ended\n")
    assert suite.attempt()["state"] == "interrupted"
    assert _processes_of(suite) == []


def test_what_a_killed_run_leaves_is_swept_by_the_next(suite: Suite) -> None:
    suite.set_cell(1, ONCE.format("import subprocess, time; subprocess.Popen(['sleep', '777'], start_new_session=True); time.sleep(600)"))
    process = suite.begin("run", "tiny")
    assert _wait_for(lambda: any(b"sleep" in name for name in _commands(suite)))
    process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        stream.close()
    assert any(b"sleep" in name for name in _commands(suite))
    assert suite.run(1).executed == ("data_collection",)
    assert _processes_of(suite) == []


def _processes_of(suite: Suite) -> list[int]:
    """Processes of the suite's runs: their environment names its root."""
    wanted = f"SOPKIT_ROOT={suite.root}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in environment and any(word.startswith(lock.KERNEL_MARK.encode()) for word in environment):
            found.append(int(folder.name))
    return found


def _commands(suite: Suite) -> list[bytes]:
    names = []
    for pid in _processes_of(suite):
        try:
            names.append(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            continue
    return names


def _wait_for(condition: Callable[[], bool], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
