"""The snapshot of the source files in a run: copies, under their names below the data folder."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from sopkit.errors import InfrastructureError, Problem
from sopkit.run.cycle import RunFolder
from sopkit.run.files import file_hash


def snapshot_inputs(run: RunFolder, files: Mapping[str, Path], hashes: Mapping[str, str]) -> None:
    """Copy the source files into the run, under their names in the snapshot; what is there already stays.

    A copy, not a link: a file that its owner writes over in place would change with it.

    Raises InfrastructureError where a file changed between hashing and copying.
    """
    wanted = set()
    for name, expected in hashes.items():
        source, target = files[name], run.inputs / name
        wanted.add(target)
        if target.is_file() and file_hash(target) == expected:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.part")
        try:
            shutil.copyfile(source, beside)
            if file_hash(beside) != expected:
                raise InfrastructureError(
                    "an input changes while it is read", [Problem(str(source), "new content", "a file at rest", "Run again.")]
                )
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    for path in sorted(run.inputs.rglob("*")) if run.inputs.is_dir() else []:
        if path.is_file() and path not in wanted:
            path.unlink()
    run.inputs.mkdir(parents=True, exist_ok=True)


def input_names(files: Iterable[Path], root: Path) -> dict[str, Path]:
    """Source files by their names in the snapshot: their paths below the data folder."""
    return {_input_name(path, root): path for path in files}


def _input_name(source: Path, root: Path) -> str:
    try:
        return source.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        problem = Problem(str(source), "a file outside the data folder", f"a file below {root}")
        raise InfrastructureError("a source lies outside its folder", [problem]) from None
