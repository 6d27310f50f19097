"""Whether a file stands in its own place: its header fits its table, and no other table has the same file."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from sopkit.data.contracts import INPUTS
from sopkit.data.findings import Finding, FindingLog
from sopkit.data.plausibility.earlier import Earlier
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.folders import is_pattern, matching_files
from sopkit.data.sources.raw import RawTable

BLOCK = 1 << 20


def tell_wrong_slot(raw: RawTable, table: str, source: Source, log: FindingLog) -> None:
    """Tell a header that lacks columns of its own table and has all that another table needs."""
    if table not in INPUTS or source.sql is not None or source.columns or not raw.header:
        return
    headers = {name.strip().casefold() for name in raw.header}
    own, lacking = _fit(headers, table, source)
    others = [(fit[0], name) for name in INPUTS if name != table and not (fit := _fit(headers, name))[1]]
    best = max(others, default=(0, ""))
    if best[0] <= own or not best[1]:
        return
    if lacking:
        told = f"the header looks like {best[1]}: it has all that {best[1]} needs; {table} also needs {', '.join(lacking)}"
        log.note(Finding(raw.origin, "wrong_slot", told, "REJECT", f"put the file in the place of {best[1]}", raw.sheet, raw.header_row))
    elif best[0] == len(headers):
        told = f"the header fits {best[1]} better: all its {best[0]} columns are columns of {best[1]}, {own} of {table}"
        log.note(Finding(raw.origin, "wrong_slot", told, "ASK", f"put the file in the place of {best[1]}", raw.sheet, raw.header_row))


def _fit(headers: set[str], table: str, source: Source | None = None) -> tuple[int, list[str]]:
    """How many headers are columns of a table, and the needed columns that none is."""
    found, lacking = 0, []
    for column, known in zip(INPUTS[table].columns, _known_headers(table), strict=True):
        if not headers.isdisjoint(known):
            found += 1
        elif column.required and column.name not in (source.constants if source else ()):
            lacking.append(column.name)
    return found, lacking


@cache
def _known_headers(table: str) -> tuple[frozenset[str], ...]:
    """For each column of a table the headers that mean it, in small letters."""
    return tuple(frozenset(name.casefold() for name in (column.name, *column.aliases)) for column in INPUTS[table].columns)


def file_hashes(sources: Mapping[str, Source], root: Path) -> dict[str, str]:
    """Hash over the files of each input table; tables without files, or whose files are not there, have none."""
    known: dict[str, str] = {}
    hashes = {}
    for table, source in sources.items():
        names = [name for file in source.file_names for name in _names(file, root)]
        if not names or not all((root / name).is_file() for name in names):
            continue
        for name in names:
            known.setdefault(name, _hash(root / name))
        hashes[table] = known[names[0]] if len(names) == 1 else sha256("\n".join(known[name] for name in names).encode()).hexdigest()
    return hashes


def _names(file: str, root: Path) -> list[str]:
    """A declared file, or the files that a pattern means."""
    return [found.name for found in matching_files(file, root)] if is_pattern(file) else [file]


def tell_files_twice(sources: Mapping[str, Source], hashes: Mapping[str, str], earlier: Earlier | None, log: FindingLog) -> None:
    """Tell files of different names with the same content, and files that last time stood in another place."""
    single = {name: source for name, source in sources.items() if source.file and name in hashes}
    first: dict[tuple[str, str | None], str] = {}
    for table, source in single.items():
        other = first.setdefault((hashes[table], source.sheet), table)
        if other != table and single[other].file != source.file:
            told = f"{source.file}, declared for {table}, is byte for byte the file {single[other].file} of {other}"
            log.note(Finding(str(source.file), "same_file_twice", told, "ASK", f"send the file of {table}", table=table))
        if earlier and (was := [name for name, value in earlier.hashes.items() if value == hashes[table]]) and table not in was:
            told = f"{source.file}, declared for {table}, is byte for byte the file that {earlier.cycle} had for {', '.join(was)}"
            log.note(Finding(str(source.file), "wrong_slot", told, "ASK", f"put it in the place of {was[0]}", table=table))


def tell_folder_files_twice(sources: Mapping[str, Source], root: Path, log: FindingLog) -> None:
    """Tell files of one folder with the same content: the same month sent twice under two names."""
    for table, source in sources.items():
        for pattern in (name for name in source.file_names if is_pattern(name)):
            first: dict[str, str] = {}
            for name in _names(pattern, root):
                other = first.setdefault(_hash(root / name), name)
                if other != name:
                    told = f"{name} is byte for byte the file {other} of the same folder"
                    log.note(Finding(name, "same_file_twice", told, "ASK", f"send the file that {name} should be", table=table))


def _hash(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as opened:
        while block := opened.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
