"""Sources that declare `detect`: what their params leave open is detected in the file, and told; what stays open is rejected."""

from pathlib import Path

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.detection import Detected, detected_grammar, detected_layouts
from sopkit.data.sources.text_files import read_text_file
from sopkit.data.sources.workbooks import read_workbook

LAYOUT = ("encoding", "delimiter", "header_row", "sheet")
GRAMMAR = ("decimal", "thousands", "date_format")


def as_detected(source: Source, root: Path, log: FindingLog) -> Source:
    """The declaration of a source with what it leaves open detected in its file; another source is returned as it is.

    Args:
        source: how a table is declared; what it names itself is never detected.
        root: folder that its file name starts from.
        log: takes what was detected (dialect_detected), and what two readings would both accept (ambiguous_dialect).
    """
    path = root / str(source.file)
    if not source.detect or source.file is None or path.suffix.lower() == ".parquet" or not path.is_file():
        return source
    layouts = [layout for layout in detected_layouts(path, FindingLog()) if source.sheet in (None, layout.dialect.sheet)]
    if len(layouts) != 1:
        return source  # reading it tells why
    laid_out = _filled(source, layouts[0], LAYOUT)
    reader = read_workbook if path.suffix.lower() == ".xlsx" else read_text_file
    found = detected_grammar(reader(path, laid_out, FindingLog()), layouts[0])
    detected = _filled(laid_out, found, GRAMMAR)
    open_to_two = [] if _all_declared(source) else list(found.open_questions)
    for question in open_to_two:
        hint = "declare decimal, thousands and date_format"
        log.note(Finding(source.file, "ambiguous_dialect", question, "REJECT", hint, sheet=detected.sheet or ""))
    told = f"detected, where the params say nothing: {'; '.join(found.seen)}"
    log.note(Finding(source.file, "dialect_detected", told, "ACCEPT", "declare it in the params", sheet=detected.sheet or ""))
    return detected


def _filled(source: Source, found: Detected, fields: tuple[str, ...]) -> Source:
    updates = {name: getattr(found.dialect, name) for name in fields if name not in source.model_fields_set}
    return source.model_copy(update=updates)


def _all_declared(source: Source) -> bool:
    return set(GRAMMAR) <= source.model_fields_set
