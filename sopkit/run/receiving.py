"""What a company's databases hold now, received before a run is keyed: all of it, or nothing.

`reports/<company>/received/<cycle>/<connection>/<input table>.parquet`; a run links these files into its snapshot.
"""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from sopkit.data.sources.declaration import DATABASES, Source, received_name
from sopkit.data.sources.statements import select_all
from sopkit.errors import DataError, InfrastructureError, SopError
from sopkit.periods import first_day, last_day
from sopkit.run.cycle import CompanyFolder
from sopkit.run.files import read_json, write_atomically
from sopkit.run.params import CompanyParams

if TYPE_CHECKING:
    from sopkit.data.sources.databases import Value


def received_files(params: CompanyParams, folder: Path | None = None) -> dict[str, Path]:
    """Where what came from databases stands: name in a run's snapshot: file. The files need not exist.

    `folder` is that of the cycle's runs where it is not given.
    """
    folder = folder or CompanyFolder.of(params.company).received(params.cycle)
    names = [received_name(name, source) for name, source in _in_databases(params).items()]
    return {f"{DATABASES}/{name}": folder / name for name in names}


def receive(params: CompanyParams, folder: Path | None = None) -> dict[str, Path]:
    """Ask every database that a source names, and keep what came; without such a source nothing is imported or opened.

    Args:
        params: the company's.
        folder: where it is kept; that of the cycle's runs where it is not given.

    Returns:
        Name in a run's snapshot: file.

    Raises:
        InfrastructureError: a database cannot be reached, is too slow or breaks off; nothing that was there is changed.
        DataError: a query fails.
    """
    files = received_files(params, folder)
    if files:
        for name, content in _asked(params).items():
            if not files[name].is_file() or files[name].read_bytes() != content:
                write_atomically(files[name], content)
    return files


def is_resumed(params: CompanyParams, scenario: str, first_step: str) -> bool:
    """Whether a run goes on with what was received before, so that its steps stand on one state of the databases.

    So does one that an attempt left behind its first step (failed, interrupted, waiting at a gate, or run in part), and a
    scenario, which is compared with its base. What failed in the first step is asked for again: it may have been mended.
    """
    if not all(path.is_file() for path in received_files(params).values()):
        return False
    if scenario != "base":
        return True
    attempt = read_json(CompanyFolder.of(params.company).attempt_file(params.cycle)) or {}
    state, step = attempt.get("state"), attempt.get("step")
    return state == "partial" or (state in ("failed", "interrupted", "waiting", "running") and step not in ("", None, first_step))


def changed_since(params: CompanyParams, hashes: Mapping[str, str]) -> list[str]:
    """What databases hold otherwise now than when it was received, a line each; also where one no longer answers."""
    if not _in_databases(params):
        return []
    from hashlib import sha256

    try:
        now = {name: sha256(content).hexdigest() for name, content in _asked(params).items()}
    except SopError as error:
        return [f"the databases cannot be asked again: {error.message}"]
    return [name.removeprefix(f"{DATABASES}/").removesuffix(".parquet") for name, value in now.items() if hashes.get(name) != value]


def _asked(params: CompanyParams) -> dict[str, bytes]:
    """What all databases answer, as Parquet by name in a snapshot; nothing is handed on before the last has answered."""
    import pyarrow.parquet as parquet

    from sopkit.data.sources.databases import Extract, received_tables

    found: dict[str, bytes] = {}
    faults: list[SopError] = []
    for connection in sorted({str(source.connection) for source in _in_databases(params).values()}):
        asked = {name: source for name, source in _in_databases(params).items() if source.connection == connection}
        extracts = {name: Extract(source.query or select_all(str(source.table)), _values(source, params)) for name, source in asked.items()}
        try:
            tables = received_tables(connection, params.connections[connection], extracts, params.data_path)
        except (DataError, InfrastructureError) as fault:
            faults.append(fault)
            continue
        for name, table in tables.items():
            sink = BytesIO()
            parquet.write_table(table, sink, compression="zstd")
            found[f"{DATABASES}/{received_name(name, asked[name])}"] = sink.getvalue()
    if faults:
        worst = next((fault for fault in faults if isinstance(fault, InfrastructureError)), faults[0])
        raise type(worst)(worst.message, [problem for fault in faults for problem in fault.problems])
    return found


def _in_databases(params: CompanyParams) -> dict[str, Source]:
    return {name: source for name, source in sorted(params.sources.items()) if source.connection is not None}


def _values(source: Source, params: CompanyParams) -> "dict[str, Value]":
    """The values of the parameters that a query names."""
    from sopkit.data.sources.statements import parameter_names

    of_cycle: dict[str, Value] = {
        "cycle": params.cycle,
        "cycle_day": first_day(params.cycle),
        "cutoff": params.cutoff,
        "cutoff_day": last_day(params.cutoff),
    }
    used = parameter_names(source.query or "")
    return {name: value for name, value in (of_cycle | dict(source.parameters)).items() if name in used}
