"""The command line: what it says, what it imports, how it ends."""

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_suite import Suite

from sopkit.data.contracts import INPUTS
from sopkit.errors import ParamsError
from sopkit.run.doctor import drift
from sopkit.run.init import begin_company
from sopkit.run.lab import lab_environment, prepare_lab
from sopkit.run.params import load_params
from sopkit.steps import STEPS

LOADED = (
    "import sys; sys.argv[1:] = {!r}\nfrom sopkit.run.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
)
TELL = "print('LOADED', int(code or 0), sorted(set(sys.modules) & {!r}))"


def loaded(suite: Suite, words: list[str], watched: set[str]) -> tuple[int, str]:
    """Exit code of `sop` and which of some modules it had imported at its end."""
    command = [sys.executable, "-c", LOADED.format(words) + TELL.format(watched)]
    done = subprocess.run(command, env=suite.environment, capture_output=True, text=True, check=True)
    _, code, names = done.stdout.splitlines()[-1].split(" ", 2)
    return int(code), names


def test_help_is_light(suite: Suite) -> None:
    assert loaded(suite, ["--help"], {"pandas", "numpy", "pydantic", "rich", "papermill", "yaml"}) == (0, "[]")


def test_an_unchanged_cycle_imports_nothing_heavy(suite: Suite) -> None:
    suite.sop("run", "tiny", "--to", "1")
    code, names = loaded(suite, ["run", "tiny", "--to", "1"], {"pandas", "numpy", "papermill", "sqlalchemy", "pyarrow", "nbformat", "rich"})
    assert (code, names) == (0, "[]")
    assert suite.executed() == ["data_collection"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["run", "tiny", "--only", "suply"], 2, "Did you mean supply_planning?"),
        (["run", "tiny", "--only", "2", "--to", "3"], 2, "--only stands alone"),
        (["run", "tiny", "--from", "4", "--to", "3"], 2, "there is no step to run"),
        (["run", "tiny", "--engine", "new"], 2, "'reuse', 'fresh'"),
        (["run", "tiny", "--cycle", "2026-3"], 2, "expected a monthly period"),
        (["run", "tiny", "--scenario", "storm", "--dry-run"], 2, "storm.yaml"),
        (["run", "tiny", "--scenario", "../tiny", "--dry-run"], 2, "letters, digits, _ and -"),
        (["run", "nobody"], 2, "no such params file"),
        (["run"], 2, "Missing argument"),
        (["run", "tiny", "--bogus"], 2, "No such option"),
        (["stats"], 2, "No such command"),
    ],
)
def test_usage_errors(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], words: list[str], code: int, told: str
) -> None:
    from sopkit.run.cli import main

    monkeypatch.setattr(sys, "argv", ["sop", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == code
    assert told in capfd.readouterr().err


def test_check_tells_what_it_found_and_leaves_a_page_of_it(suite: Suite) -> None:
    done = suite.sop("check", "tiny")
    assert done.returncode == 3 and "no source is declared for sales_history" in done.stdout
    folder = suite.reports / "tiny" / "check" / "2026-03"
    data, page = folder / "findings.json", folder / "findings.html"
    assert {f"written: {data}", f"written: {page}"} <= set(done.stdout.splitlines())
    told = json.loads(data.read_text())
    assert (told["company"], told["cycle"]) == ("tiny", "2026-03")
    assert {"missing_table", "missing_column"} <= {finding["rule"] for finding in told["findings"]}
    assert "Rejected: mend these, the run stops at them" in page.read_text()
    assert "declare sources.sales_history" in page.read_text()


def test_a_full_disk_under_any_verb_is_one_message(
    suite: Suite, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from sopkit.run import init
    from sopkit.run.cli import main

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(init, "write_atomically", full)
    monkeypatch.setattr(sys, "argv", ["sop", "init", "acme"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 5 and "No space left on device" in capfd.readouterr().err
    assert not (suite.root / "params" / "acme.yaml").exists()


def test_a_missing_source_is_an_error_of_data(suite: Suite) -> None:
    (suite.root / "data" / "items.csv").unlink()
    done = suite.sop("run", "tiny", "--format", "json")
    assert done.returncode == 3 and "items.csv: No such file or directory" in done.stderr


def test_json_lines(suite: Suite) -> None:
    done = suite.sop("run", "tiny", "--to", "1", "--format", "json")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["run", "step", "cell", "cell", "cell", "cell", "cell", "step", "end"]


def test_params_lists_the_knobs(suite: Suite) -> None:
    assert suite.sop("params", "2").stdout.splitlines() == [
        "2 demand_planning",
        "  lift    int        1             what an analyst would turn",
        "  shares  list[str]  ['a']         a list",
    ]


def test_init_writes_params_that_load_and_templates_of_all_tables(suite: Suite) -> None:
    begin_company("acme")
    params = load_params(suite.root / "params" / "acme.yaml")
    assert set(params.sources) == {"items", "sales_history"}
    assert {path.stem for path in params.data_path.iterdir()} == set(INPUTS)
    assert (params.data_path / "items.csv").read_text() == ",".join(INPUTS["items"].column_names()) + "\n"
    every = (suite.root / "params" / "acme.yaml").read_text().replace("  # ", "  ", 999)
    assert every.count(".csv}") == len(INPUTS)
    with pytest.raises(ParamsError, match="the company is there already"):
        begin_company("acme")
    with pytest.raises(ParamsError, match="not a company's short name"):
        begin_company("../x")


def test_a_lab_gets_no_secret_that_the_params_name(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_PASSWORD", "hush")
    monkeypatch.setenv("TINY_OTHER", "said")
    suite.params.write_text(
        suite.params.read_text()
        + "\nconnections:\n  erp: {kind: postgres, host: erp.example, database: erp, user: sop, password: {env: TINY_PASSWORD}}\n"
    )
    given = lab_environment(suite.params)
    assert "TINY_PASSWORD" not in given and given["TINY_OTHER"] == "said"
    assert given["SOPKIT_REPORTS"] == str(suite.reports)


def test_lab_writes_copies_with_the_companys_values_and_keeps_changed_ones(suite: Suite) -> None:
    folder = prepare_lab(suite.params)
    path = folder / STEPS[1].notebook
    source = json.loads(path.read_text())["cells"][1]["source"]
    assert source.splitlines()[3:] == ["lift: int = 2  # what an analyst would turn", "shares: list[str] = ['a']  # a list"]
    path.write_text(path.read_text().replace("lift: int = 2", "lift: int = 9"))
    suite.change_params("lift: 2", "lift: 4")
    prepare_lab(suite.params)
    assert "lift: int = 9" in path.read_text()


def test_drift_from_the_lock() -> None:
    numpy = "numpy==2.4.6 ; python_version < '4' \\\nnumpy==9.9 ; python_version >= '4'\n"
    lock = numpy + "pandas==3.0.6 \\\n    --hash=sha256:aa\nlightgbm==4.6.0\n"
    assert drift(lock, {"pandas": "3.0.5", "numpy": "2.4.6", "lightgbm": None}) == ["pandas 3.0.5, locked 3.0.6"]
