"""Steps of a revision that deciding does not reach: taken over from the run that was decided on, with the decided inputs in them."""

from pathlib import Path

from sopkit.errors import IntegrityError, Problem
from sopkit.run import cycle
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.decided import Decided
from sopkit.run.files import file_hash, read_json, write_atomically, write_json
from sopkit.run.keys import Parts, hash_of
from sopkit.steps import Step


def carried_by_decision(company: CompanyFolder, run: RunFolder, step: Step, parts: Parts, decided: Decided) -> list[str]:
    """Take a step over from the run that was decided on: by hard link, but for the tables that what was decided changes.

    Those are written anew, as the run of a scenario would write them: the decided overlay on the table that the step wrote. The step's
    marker then names them under `decided`, and their new hashes.

    Args:
        company: whose run it is.
        run: the revision.
        step: a step before `decided.first_step`.
        parts: of the step's key in the revision.
        decided: what was decided.

    Returns:
        The tables that were changed.

    Raises:
        IntegrityError: the step is not there as the run that was decided on left it.
        ParamsError: a change that cannot be made.
    """
    source = company.run(decided.base_run)
    record = read_json(source.done(step)) or {}
    if not cycle.is_done(source, step, str(record.get("key"))):
        hint = "Run the cycle again, then decide on what it proposes."
        problem = Problem(f"{source.path}, step {step.name}", "its files are not what they were", "the run that was decided on", hint)
        raise IntegrityError("the run that was decided on was changed", [problem])
    cycle.carry_over(source, run, step)
    changed = sorted(decided.changed_tables & {*step.writes})
    if changed:
        _change_tables(run, changed, decided)
        _change_marker(run, step, changed)
    cycle.record_done(run, step, hash_of(parts), parts, 0.0)
    return changed


def _change_tables(run: RunFolder, names: list[str], decided: Decided) -> None:
    """Write the tables of a step with what was decided in them, under their contracts."""
    from sopkit.data.contracts import CONTRACTS
    from sopkit.data.contracts.conform import conform
    from sopkit.meeting.scenarios import changed_table, compose
    from sopkit.run.step_files import read_table, table_bytes

    there = [name for name in ("items", "resources", "suppliers") if _file(run, name).exists()]
    lookups = {name: read_table(_file(run, name), CONTRACTS[name]) for name in there}
    overlay = compose(decided.overlays)
    for name in names:
        changed = changed_table(name, read_table(_file(run, name), CONTRACTS[name]), overlay, lookups)
        write_atomically(_file(run, name), table_bytes(conform(changed, CONTRACTS[name])))


def _change_marker(run: RunFolder, step: Step, changed: list[str]) -> None:
    marker = read_json(run.marker(step)) or {}
    outputs = dict(marker["outputs"])  # type: ignore[call-overload]
    outputs |= {f"tables/{name}.parquet": file_hash(_file(run, name)) for name in changed}
    write_json(run.marker(step), {**marker, "run_id": run.run_id, "outputs": dict(sorted(outputs.items())), "decided": changed})


def _file(run: RunFolder, table: str) -> Path:
    return run.path / "tables" / f"{table}.parquet"
