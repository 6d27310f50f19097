"""Files that are whole or not there: written beside, then renamed; known by their hash."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from sopkit.errors import IntegrityError, Problem


def file_hash(path: Path) -> str:
    """sha256 of a file, as hex."""
    digest = sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def whole_table(path: Path) -> Iterator[None]:
    """Around reading a Parquet file: IntegrityError where it is damaged; one that is absent, or may not be read, is told as it is."""
    try:
        yield
    except (FileNotFoundError, PermissionError):
        raise
    except (ValueError, OSError) as error:
        came = str(error).splitlines()[0] or "unreadable"
        hint = "Run the cycle again: a damaged table is made anew. What was published is restored from a backup."
        raise IntegrityError("a table is damaged", [Problem(str(path), came, "a whole Parquet file", hint)]) from None


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader sees the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_json(path: Path, content: object) -> None:
    """Write JSON atomically, the same bytes for the same content."""
    write_atomically(path, (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode())


def read_json(path: Path) -> dict[str, object] | None:
    """A JSON object; None where the file is missing or is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError, json.JSONDecodeError):
        return None
    return content if isinstance(content, dict) else None


def link_file(source: Path, target: Path) -> None:
    """The same file under another name: a hard link, or a copy; whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    beside.unlink(missing_ok=True)
    try:
        os.link(source, beside)
    except OSError:
        shutil.copyfile(source, beside)
    beside.replace(target)
    beside.unlink(missing_ok=True)  # rename of two links to one file leaves both
