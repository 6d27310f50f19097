"""A sender's own words for a column, read as the contract's words or codes, as the params declare it."""

from collections.abc import Mapping

import numpy as np

from sopkit.data.findings import Finding, FindingLog
from sopkit.data.parsing import trimmed
from sopkit.data.sources.raw import Cells, RawTable

SHOWN = 8


def translated(cells: Cells, words: Mapping[str, object], table: RawTable, header: str, log: FindingLog) -> Cells:
    """A column with each declared word in the place of the sender's, whatever its case; others stay as they came.

    Args:
        cells: the column as it came.
        words: what the sender writes: what it means.
        table: the table it stands in, for the finding.
        header: the column's header.
        log: takes one ACCEPT that names the words and how many cells hold them.

    Returns:
        Cells with the same codes.
    """
    meant = {trimmed(word).casefold(): meaning for word, meaning in words.items()}
    came = [_word(value) for value in cells.values]
    hit = np.array([word in meant for word in came] or [False])
    if not hit.any():
        return cells
    count = int(hit[cells.codes].sum())
    read = dict.fromkeys(word for word in came if word in meant)
    told = ", ".join(f"{word!r} as {meant[word]}" for word in list(read)[:SHOWN])
    told = f"{count} cells were read as declared: {told}" + (f" and {len(read) - SHOWN} words more" if len(read) > SHOWN else "")
    log.note(Finding(table.origin, "translated", told, "ACCEPT", sheet=table.sheet, column=header))
    return Cells([meant.get(word, value) for word, value in zip(came, cells.values, strict=True)], cells.codes)


def _word(value: object) -> str:
    """A cell as it is looked up: without blanks around it, in lower case; a whole number without its point."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return trimmed(str(value)).casefold()
