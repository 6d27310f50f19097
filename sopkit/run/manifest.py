"""What a whole run leaves beside its tables: facts.json, findings.json, manifest.json; and its plan hash."""

import json
import platform
import socket
from collections.abc import Mapping, Sequence
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from pathlib import Path

from sopkit import __version__
from sopkit.data.contracts import CONTRACTS
from sopkit.run.cycle import RunFolder, marker_outputs
from sopkit.run.decided import read_decided
from sopkit.run.files import file_hash, read_json, whole_table, write_json
from sopkit.run.keys import Origins, hash_of
from sopkit.run.provenance import commit
from sopkit.steps import BY_NAME, STEPS, Step

SCHEMA = 1
TOLD_VERSIONS = ("pandas", "numpy", "pyarrow", "sktime", "highspy", "papermill", "matplotlib", "weasyprint", "xlsxwriter")
PLAN_TABLES = tuple(  # what is approved: what is frozen after the decision pack (forecast layers, the plan's record) is not in it
    sorted(name for step in STEPS if step.number < BY_NAME["executive"].number for name in step.writes if CONTRACTS[name].plan)
)


def plan_hash(tables: Path) -> str:
    """Hash of the content of all plan tables in a folder, as their contracts round it; the file format does not count.

    It covers the steps before the decision pack: a table written later would change what the pack has printed, and make every
    approval stale that is given before the last step runs.

    Raises IntegrityError where a table is damaged.
    """
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    digest = sha256()
    for name in PLAN_TABLES:
        path = tables / f"{name}.parquet"
        if path.is_file():
            text = BytesIO()
            with whole_table(path):
                csv.write_csv(parquet.ParquetFile(path).read(), text)
            digest.update(f"{name}\0".encode() + text.getvalue())
    return digest.hexdigest()


def merge(
    run: RunFolder, made_from: Origins, steps: Sequence[Step], keys: Mapping[str, str], passed_gates: Sequence[str], changed: Sequence[str]
) -> None:
    """Write facts.json, findings.json and manifest.json of a run whose steps are all done.

    `changed` names what of its origins changed while it ran: such a run is no clean record, and its manifest says so.
    """
    digest = plan_hash(run.path / "tables")
    about = {"schema": SCHEMA, "company": made_from.params.company, "cycle": made_from.params.cycle, "run_id": run.run_id}
    write_json(run.facts_file, {**about, **_decided(run), "plan_hash": digest, "facts": _merged_facts(run, steps)})
    write_json(run.findings_file, {**about, "findings": _findings(run)})
    outputs = {name: value for step in steps for name, value in (marker_outputs(run, step) or {}).items()}
    pages = sorted((run.path / "pack" / "notebooks").glob("*.html"))
    beside = [run.facts_file, run.findings_file, *pages]
    outputs |= {path.relative_to(run.path).as_posix(): file_hash(path) for path in beside}
    head, dirty = commit()
    covered = {
        **about,
        "scenario": made_from.scenario,
        "plan_hash": digest,
        "keys": dict(keys),
        "parameters": made_from.params.model_dump(mode="json", exclude={"data_root", "data_folder"}),
        "inputs": dict(made_from.inputs),
        "previous": dict(made_from.previous),
        "outputs": dict(sorted(outputs.items())),
        "code": {
            "package": made_from.package,
            "notebooks": dict(made_from.notebooks),
            "lock": made_from.lock,
            "commit": head,
            "dirty": dirty,
        },
        "versions": versions(),
        **revision_of(run),
        "gates_passed_over": list(passed_gates),
        "changed_while_running": list(changed),
    }
    volatile = {"host": socket.gethostname(), "platform": platform.platform(), "seconds": _seconds(run, steps)}
    write_json(run.manifest, {**covered, "hash": hash_of(covered), "volatile": volatile})


def revision_of(run: RunFolder) -> dict[str, object]:
    """Which revision of its cycle a run is, by what decisions, on which run, and whether the page's promise is kept.

    Returns:
        `revision` (`r1` where nothing was decided), `decisions` (one entry each, `option` the answer), `base_run`, and `promise`: empty
        where the page promised nothing, else `kept`, `detail` (both figures of what is not kept) and `measures`, the rows of promise_check.
    """
    decided = read_decided(run.decided)
    if decided is None:
        return {"revision": "r1", "decisions": [], "base_run": None, "promise": {}}
    rows = _rows(run, "promise_check")
    broken = [
        f"{row['measure']}: promised {row['promised']}, the plan gives {row['came']}, tolerance {row['tolerance']}"
        for row in rows
        if not row["kept"]
    ]
    return {
        "revision": decided.label,
        "decisions": [{**entry, "option": entry["answer"]} for entry in decided.answers],
        "base_run": decided.base_run,
        "promise": {"kept": not broken, "detail": "; ".join(broken), "measures": rows} if rows else {},
    }


def _decided(run: RunFolder) -> dict[str, object]:
    """What facts say of the revision: its name, the run it was decided on, the answers."""
    told = revision_of(run)
    answers = {str(entry["decision"]): str(entry["answer"]) for entry in told["decisions"]}  # type: ignore[attr-defined]
    return {"revision": told["revision"], "base_run": told["base_run"], "decisions": answers}


def is_whole(run: RunFolder, keys: Mapping[str, str]) -> bool:
    """Whether the run's manifest belongs to these keys and what it names beside the steps' outputs is there as it says."""
    manifest = read_json(run.manifest)
    if manifest is None or manifest.get("keys") != dict(keys) or not isinstance(manifest.get("outputs"), dict):
        return False
    outputs: dict[str, str] = manifest["outputs"]  # type: ignore[assignment]
    beside = [name for name in outputs if name.startswith("pack/notebooks/") or name in ("facts.json", "findings.json")]
    return all((run.path / name).is_file() and file_hash(run.path / name) == outputs[name] for name in beside)


def _merged_facts(run: RunFolder, steps: Sequence[Step]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for step in steps:
        content = read_json(run.facts(step)) or {}
        rows += content.get("facts", [])  # type: ignore[arg-type]
    return sorted(rows, key=lambda row: [str(row.get(name)) for name in CONTRACTS["facts"].key])


def _findings(run: RunFolder) -> list[dict[str, object]]:
    return _rows(run, "findings")


def _rows(run: RunFolder, table: str) -> list[dict[str, object]]:
    path = run.path / "tables" / f"{table}.parquet"
    if not path.is_file():
        return []
    import pyarrow.parquet as parquet

    return json.loads(json.dumps(parquet.ParquetFile(path).read().to_pylist(), default=str))


def _seconds(run: RunFolder, steps: Sequence[Step]) -> dict[str, object]:
    records = {step.name: read_json(run.done(step)) or {} for step in steps}
    return {name: record.get("seconds") for name, record in records.items()}


def versions() -> dict[str, str]:
    """Versions of Python, of this package and of the libraries that numbers depend on."""
    found = {"python": platform.python_version(), "sopkit": __version__}
    for name in TOLD_VERSIONS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
