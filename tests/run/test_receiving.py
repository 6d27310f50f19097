"""Databases in a run: received before the key, kept with the run, asked again at its end; secrets nowhere."""

import json
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from postgres_server import Server, running_server
from tiny_suite import Suite

from sopkit.errors import DataError, ExitCode, InfrastructureError, ParamsError, StepError
from sopkit.run import checking
from sopkit.run.literal_secrets import NOT_SHOWN
from sopkit.run.params import load_params
from sopkit.run.step_view import start

CANARY = "canary-6d1f0c-secret"
SNAPSHOT = "databases/erp/customers.parquet"


def with_database(suite: Suite, connection: str, source: str = "{connection: erp, table: customers}") -> None:
    """Add a connection, and a source that comes from it."""
    suite.change_params("sources:\n", f"connections:\n  erp: {connection}\nsources:\n  customers: {source}\n")


def sqlite_customers(suite: Suite, *names: str) -> None:
    """A database file with these customers."""
    with sqlite3.connect(suite.root / "data" / "erp.sqlite") as database:
        database.execute("DROP TABLE IF EXISTS customers")
        database.execute("CREATE TABLE customers (customer TEXT)")
        database.executemany("INSERT INTO customers VALUES (?)", [(name,) for name in names])
    database.close()


@pytest.fixture
def erp(warm: Suite) -> Suite:
    sqlite_customers(warm, "B", "A")
    with_database(warm, "{kind: sqlite, file: erp.sqlite}")
    return warm


def test_what_a_database_held_is_kept_with_its_hash(erp: Suite) -> None:
    outcome = erp.run(2)
    kept = erp.link / "inputs" / SNAPSHOT
    assert pq.read_table(kept).to_pydict() == {"customer": ["A", "B"]}
    manifest = json.loads((erp.link / "manifest.json").read_text())
    assert set(manifest["inputs"]) == {"items.csv", SNAPSHOT} and manifest["changed_while_running"] == []
    assert outcome.executed == ("data_collection", "demand_planning")


def test_the_same_rows_are_the_same_run_whatever_their_order(erp: Suite) -> None:
    first = erp.run(2).run.run_id
    sqlite_customers(erp, "A", "B")
    again = erp.run(2)
    assert again.executed == () and again.run.run_id == first
    erp.change_params("erp.sqlite", "other.sqlite")  # the same rows from another place
    (erp.root / "data" / "erp.sqlite").rename(erp.root / "data" / "other.sqlite")
    assert erp.run(2).executed == () and erp.prepare(2).run.run_id == first


def test_a_row_that_changes_runs_the_cycle_again(erp: Suite) -> None:
    first = erp.run(2).run
    sqlite_customers(erp, "A", "C")
    second = erp.run(2)
    assert second.executed == ("data_collection",) and second.run.run_id != first.run_id  # the tiny step 1 reads items only
    assert pq.read_table(first.inputs / SNAPSHOT).to_pydict() == {"customer": ["A", "B"]}  # of the run before, as it was


def test_a_database_that_moves_on_while_the_run_does_is_told(erp: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    change = "import sqlite3; c = sqlite3.connect(pathlib.Path(os.environ['SOPKIT_ROOT'], 'data', 'erp.sqlite'))"
    erp.set_cell(1, f"{change}; c.execute(\"INSERT INTO customers VALUES ('LATE')\"); c.commit(); c.close()")
    erp.run(2)
    assert pq.read_table(erp.link / "inputs" / SNAPSHOT).to_pydict() == {"customer": ["A", "B"]}
    assert "warning: erp/customers: other rows now" in capsys.readouterr().out
    assert json.loads((erp.link / "manifest.json").read_text())["changed_while_running"] == ["erp/customers"]


def test_an_attempt_goes_on_with_what_it_received(erp: Suite, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that failed behind step 1 is resumed on the rows it began with, whatever the database holds by then."""
    erp.set_cell(2, "assert pathlib.Path(os.environ['SOPKIT_ROOT'], 'mended').exists(), 'not yet'")
    with pytest.raises(StepError):
        erp.run(3)
    (erp.root / "mended").touch()
    sqlite_customers(erp, "A", "C")
    capsys.readouterr()
    resumed = erp.run(3)
    assert resumed.executed == ("demand_planning", "supply_planning")
    assert pq.read_table(erp.link / "inputs" / SNAPSHOT).to_pydict() == {"customer": ["A", "B"]}
    told = capsys.readouterr().out
    assert "the databases are not asked again" in told and "warning: erp/customers: other rows now" in told
    assert erp.run(3).executed == ("data_collection",)  # a good run is behind it: the databases are asked
    assert pq.read_table(erp.link / "inputs" / SNAPSHOT).to_pydict() == {"customer": ["A", "C"]}


def test_a_part_of_a_run_is_gone_on_with_unless_asked_for(erp: Suite) -> None:
    erp.run(3, last=1)
    sqlite_customers(erp, "C")
    assert erp.prepare(3).resumed and erp.prepare(3, first=2).made_from.inputs == erp.prepare(3).made_from.inputs
    asked = erp.prepare(3, receive=True)
    assert not asked.resumed and pq.read_table(asked.made_from.files[SNAPSHOT]).to_pydict() == {"customer": ["C"]}


def test_what_failed_in_the_first_step_is_asked_for_again(erp: Suite) -> None:
    erp.set_cell(1, "assert False, 'bad rows'")
    with pytest.raises(StepError):
        erp.run(2)
    assert not erp.prepare(2).resumed


def test_a_check_leaves_what_runs_received_alone(erp: Suite) -> None:
    erp.run(3, last=1)
    before = (erp.reports / "tiny" / "received" / "2026-03" / "erp" / "customers.parquet").read_bytes()
    sqlite_customers(erp, "C")
    erp.sop("check", str(erp.params))
    assert (erp.reports / "tiny" / "received" / "2026-03" / "erp" / "customers.parquet").read_bytes() == before


def test_a_file_that_changes_while_it_is_checked_is_told(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = checking.intake_of

    def and_change_it(*given: object) -> object:
        intake = read(*given)  # type: ignore[arg-type]
        (suite.root / "data" / "items.csv").write_text("item\nA\nB\n")
        return intake

    monkeypatch.setattr(checking, "intake_of", and_change_it)
    with pytest.raises(DataError):
        checking.print_findings(suite.params, None)
    assert "warning: items.csv changed while it was read; check again" in capsys.readouterr().out


def test_a_sandbox_asks_no_database(erp: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOPKIT_RUN", raising=False)
    told = {"company": str(erp.params), "cycle": "2026-03"}
    assert start("data_collection", told).inputs_folder == erp.root / "data"
    erp.run(1)
    assert start("data_collection", told).inputs_folder == erp.link / "inputs"


def test_a_database_that_is_away_ends_the_run_before_it_begins(erp: Suite) -> None:
    (erp.root / "data" / "erp.sqlite").unlink()
    done = erp.sop("run", str(erp.params))
    assert done.returncode == ExitCode.INFRASTRUCTURE
    assert "connection erp" in done.stderr and "Traceback" not in done.stderr
    assert not (erp.reports / "tiny" / "received").exists() and not list((erp.reports / "tiny").glob("runs/*/inputs"))


def test_without_a_database_nothing_is_imported_for_one(warm: Suite) -> None:
    warm.run(1)
    script = (
        "import sys; from pathlib import Path; from sopkit.run.request import Request; from sopkit.run.runner import prepare, intended;"
        f"from sopkit.steps import STEPS; events = intended(prepare(Request(Path({str(warm.params)!r})), STEPS[:1]));"
        "print(events[0].state, sorted({'pandas', 'sqlalchemy', 'pyarrow', 'duckdb', 'keyring'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", script], env=warm.environment, capture_output=True, text=True, check=True)
    assert told.stdout.split(maxsplit=1)[1].strip() == "[]"


def test_a_check_tells_the_other_sources_too_where_databases_fail(erp: Suite) -> None:
    second = "  crm: {kind: sqlite, file: crm.sqlite}\nsources:\n  prices: {connection: crm, table: prices}\n"
    erp.change_params("sources:\n", second)
    erp.change_params("table: customers", "table: nowhere")
    done = erp.sop("check", str(erp.params))
    assert done.returncode == ExitCode.INFRASTRUCTURE
    assert "items.csv" in done.stdout and "no column 'item_name'" in done.stdout
    assert "no such table: nowhere" in done.stderr and "crm.sqlite" in done.stderr
    erp.sop("run", str(erp.params))
    assert not (erp.reports / "tiny" / "received").exists()


def test_check_reads_what_the_database_holds(erp: Suite) -> None:
    done = erp.sop("check", str(erp.params))
    assert done.returncode == ExitCode.DATA  # the tiny company's customers have no names
    assert "no column 'customer_name'" in done.stdout and "erp: customers" in done.stdout


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("title: Tiny Ltd", f"title: Tiny Ltd\npassword: {CANARY}", "password"),
        ("  lift: 2", f"  lift: 2\n  api_key: {CANARY}", "demand_planning.api_key"),
        ("  lift: 2", f"  lift: 2\n  DB_TOKEN: {CANARY}", "demand_planning.DB_TOKEN"),
        ("  lift: 2", f"  lift: 2\n  dsn: postgresql://reader:{CANARY}@db/erp", "demand_planning.dsn"),
        ("title: Tiny Ltd", f"title: postgresql://reader:{CANARY}@db/erp", "title"),
        ("title: Tiny Ltd", f"title: host=db password={CANARY}", "title"),
        (
            "sources:",
            f"connections:\n  erp: {{kind: postgres, host: db, database: d, user: u, password: {CANARY}}}\nsources:",
            "erp.password",
        ),
        ("sources:", f"connections:\n  erp: {{kind: postgres, host: db, password: {{value: {CANARY}}}}}\nsources:", "password.value"),
        ("sources:", f"connections:\n  erp: {{kind: postgres, host: db, password: [{CANARY}]}}\nsources:", "erp.password.0"),
        ("sources:", f"connections:\n  erp: {{kind: postgres, secret_word: {CANARY}}}\nsources:", "erp.secret_word"),
    ],
)
def test_a_literal_secret_is_refused_and_not_repeated(suite: Suite, old: str, new: str, place: str) -> None:
    suite.change_params(old, new)
    with pytest.raises(ParamsError) as told:
        load_params(suite.params)
    assert place in str(told.value) and "{env: NAME}" in str(told.value) and CANARY not in str(told.value)
    done = suite.sop("run", str(suite.params))
    assert done.returncode == ExitCode.USAGE and CANARY not in done.stdout + done.stderr
    assert not (suite.reports / "tiny" / "runs").exists()


def test_the_params_of_the_suite_hold_no_secret() -> None:
    for path in sorted((Path(__file__).resolve().parents[2] / "params").glob("*.yaml")):
        if path.name != "process.yaml":
            load_params(path)


def test_a_wrong_place_of_a_secret_is_told_without_values(suite: Suite) -> None:
    with_database(suite, "{kind: postgres, host: db, database: d, user: u, password: {env: 5x}, port: high}")
    with pytest.raises(ParamsError) as told:
        load_params(suite.params)
    assert NOT_SHOWN in str(told.value) and "'high'" in str(told.value)


def test_an_unknown_connection_is_refused_with_its_line(suite: Suite) -> None:
    with_database(suite, "{kind: sqlite, file: erp.sqlite}", "{connection: epr, table: customers}")
    with pytest.raises(ParamsError, match=r"line 13, sources.customers.connection: 'epr'; expected a name under `connections`: erp"):
        load_params(suite.params)


# -- a canary through a whole run on PostgreSQL ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        running.run(
            f"CREATE ROLE reader LOGIN PASSWORD '{CANARY}'",
            "CREATE TABLE customers (customer text)",
            "INSERT INTO customers VALUES ('A')",
            "GRANT SELECT ON customers TO reader",
        )
        yield running


def postgres(server: Server) -> str:
    return f"{{kind: postgres, host: 127.0.0.1, port: {server.port}, database: postgres, user: reader, password: {{env: ERP_PASSWORD}}}}"


def test_a_secret_is_in_no_byte_that_a_run_leaves(suite: Suite, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two steps run, the third fails: its traceback, the log, the pages, the tables and every command line are searched."""
    monkeypatch.setenv("ERP_PASSWORD", CANARY)
    with_database(suite, postgres(server))
    suite.set_cell(2, "assert 'ERP_PASSWORD' not in os.environ; print(dict(os.environ))")
    suite.set_cell(3, "print(dict(os.environ)); raise RuntimeError(str(os.environ))")
    process = suite.begin("run", str(suite.params))
    seen: set[bytes] = set()
    watching = threading.Thread(target=lambda: _watch(process, seen))
    watching.start()
    out, err = process.communicate(timeout=300)
    watching.join()
    assert process.returncode == ExitCode.FAILED, err
    assert "RuntimeError" in err
    assert pq.read_table(next(suite.reports.glob(f"tiny/runs/*/inputs/{SNAPSHOT}"))).to_pydict() == {"customer": ["A"]}
    told = {"stdout": out.encode(), "stderr": err.encode(), **{f"command line {number}": line for number, line in enumerate(sorted(seen))}}
    assert len(seen) > 1  # the run and its kernel were seen
    leaks = [name for name, content in [*told.items(), *_contents(suite.root)] if CANARY.encode() in content]
    assert leaks == []


def test_a_secret_is_not_in_what_a_failed_connection_leaves(suite: Suite, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERP_PASSWORD", f"not-{CANARY}")
    with_database(suite, postgres(server))
    for verb in ("run", "check"):
        done = suite.sop(verb, str(suite.params))
        assert done.returncode == ExitCode.INFRASTRUCTURE and "password authentication failed" in done.stderr
        assert CANARY not in done.stdout + done.stderr
    assert not [name for name, content in _contents(suite.root) if CANARY.encode() in content]


def test_a_connection_that_drops_leaves_no_part_of_a_snapshot(suite: Suite, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from sopkit.data.sources.database_columns import ColumnInParts

    monkeypatch.setenv("ERP_PASSWORD", CANARY)
    with_database(suite, postgres(server), "{connection: erp, query: 'SELECT customer FROM customers, generate_series(1, 200000)'}")
    take_over = ColumnInParts.add

    def and_end_the_backend(column: ColumnInParts, values: tuple[object, ...]) -> None:
        take_over(column, values)
        server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'")

    monkeypatch.setattr(ColumnInParts, "add", and_end_the_backend)
    with pytest.raises(InfrastructureError):
        suite.prepare(1)
    assert not [path for path in (suite.reports / "tiny").rglob("*") if path.is_file()]
    monkeypatch.undo()


def _watch(process: "subprocess.Popen[str]", seen: set[bytes]) -> None:
    """Keep the command lines of a process and all its children while it runs."""
    while process.poll() is None:
        family, parents = {process.pid}, {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                parents[int(path.name)] = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
        for _ in range(4):
            family |= {child for child, parent in parents.items() if parent in family}
        for number in family:
            try:
                seen.add(Path(f"/proc/{number}/cmdline").read_bytes())
            except OSError:
                continue
        time.sleep(0.1)


def _contents(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, archives unpacked."""
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        yield str(path), path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                for name in packed.namelist():
                    yield f"{path}:{name}", packed.read(name)
