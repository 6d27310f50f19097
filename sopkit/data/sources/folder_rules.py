"""What must hold of the files of a folder: a file for each month, one header for all."""

from collections.abc import Sequence

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.folders import MonthlyFile
from sopkit.data.sources.raw import RawTable
from sopkit.periods import months_between, period_range

SHOWN = 8


def none_called(pattern: str) -> Finding:
    """No file has a name that the pattern means."""
    told = f"no file is called {pattern}"
    return Finding(pattern, "missing_file", told, "REJECT", "send the files, or correct the pattern in the params")


def tell_months(files: Sequence[MonthlyFile], pattern: str, log: FindingLog, *, cutoff: str) -> None:
    """Months that no file is for, and months that two files are for."""
    periods = [file.period for file in files if file.period]
    if not periods:
        return
    last = max(cutoff, *periods)
    missing = [month for month in period_range(periods[0], months_between(periods[0], last) + 1) if month not in periods]
    if missing:
        shown = ", ".join(missing[:SHOWN]) + (f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else "")
        hint = "send them, or acknowledge that nothing happened in these months"
        log.note(Finding(pattern, "missing_month", f"no file for {shown}", "ASK", hint, period=f"{missing[0]}..{missing[-1]}"))
    for before, file in zip(files, files[1:], strict=False):
        if file.period == before.period:
            told = f"two files are for {file.period}: {before.name} and {file.name}"
            log.note(Finding(file.name, "duplicate_month", told, "REJECT", "keep one of them, or declare a pattern that tells them apart"))


def same_header(table: RawTable, first: RawTable, log: FindingLog) -> bool:
    """Whether a file has the header of the folder's first one; told where it has not."""
    if table.broken:
        return True  # told already; it has no rows
    if table.header == first.header:
        return True
    more = [name for name in table.header if name not in first.header]
    less = [name for name in first.header if name not in table.header]
    said = [f"{', '.join(names)} {word}" for names, word in ((more, "besides"), (less, "missing")) if names] or ["another order"]
    told = f"another header than {first.origin}: {'; '.join(said)}"
    hint = "all files of the folder have the header of the first: send this one again; its rows were not read"
    log.note(Finding(table.origin, "other_header", told, "REJECT", hint, table.sheet, table.header_row))
    return False
