"""Rules on the distinct values of a column, and the rows in which a broken value stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sopkit.data.contracts.column import Column
from sopkit.data.findings import LISTED, Finding, FindingLog, Outcome
from sopkit.data.parsing import Fault, Grammar
from sopkit.data.sources.many import plain_values
from sopkit.data.sources.meanings import reader
from sopkit.data.sources.raw import Cells, Mask, RawTable
from sopkit.data.words import smallest

MANY = 500  # distinct texts beyond which the plain ones are read all at once
VALUE_TYPES = {
    "number": "numbers",
    "whole": "numbers",
    "day": "days",
    "period": "words",
    "code": "words",
    "text": "words",
    "choice": "words",
    "flag": "flags",
}


@dataclass(frozen=True)
class ParsedCells:
    """The values of a column with what they mean: nothing where blank or broken, and which have a fault or a repair.

    `values` are as `kind` says: numbers and counts float64 (NaN = nothing), words an Arrow array (null = nothing), days
    datetime64[s] (NaT), flags objects (None).
    """

    kind: str
    values: npt.NDArray | pa.Array
    cells: Cells
    faulty: Mask  # of each value
    repaired: Mask
    explain: Callable[[int], Fault]  # the fault or the repair of a value

    @cached_property
    def ranked(self) -> tuple[npt.NDArray | pa.Array, npt.NDArray[np.signedinteger]]:
        """The distinct values, sorted, and which of them each value is; -1 where it means nothing."""
        if not isinstance(self.values, pa.Array):
            sortable = self.values.astype(np.int64) if self.values.dtype.kind == "M" else np.array(self.values, np.float64)
            distinct, ranks = np.unique(sortable, return_inverse=True)
            return distinct, np.where(self.nothing, -1, ranks)
        encoded = self.values.dictionary_encode()
        order = pc.array_sort_indices(encoded.dictionary)
        rank_of = np.full(len(order) + 1, -1, smallest(len(order)))
        rank_of[order.to_numpy()] = np.arange(len(order))
        return encoded.dictionary.take(order), rank_of[encoded.indices.fill_null(len(order)).to_numpy(zero_copy_only=False)]

    @property
    def broken(self) -> Mask:
        """Whether the value in each row has a fault."""
        return self._rows(self.faulty)

    @property
    def nothing(self) -> Mask:
        """Whether each value means nothing."""
        if isinstance(self.values, pa.Array):
            return self.values.is_null().to_numpy(zero_copy_only=False)
        if self.values.dtype == object:
            return np.array([value is None for value in self.values], bool)
        return np.isnat(self.values) if self.values.dtype.kind == "M" else np.isnan(self.values)

    @property
    def blank(self) -> Mask:
        """Whether the cell in each row means nothing and has no fault."""
        return self._rows(self.nothing & ~self.faulty)

    def arrow(self, kind: pa.DataType) -> pa.Array:
        """The values as an Arrow array, nothing = null."""
        if isinstance(self.values, pa.Array):
            return self.values.cast(kind)
        return pa.array(self.values, mask=self.nothing).cast(kind)

    def tell(self, table: RawTable, header: str, log: FindingLog) -> None:
        """Write a finding for each row with a fault or a repair."""
        self._tell(self.faulty, "REJECT", table, header, log)
        self._tell(self.repaired, "REPAIR", table, header, log)

    def _rows(self, which: Mask) -> Mask:
        return which[self.cells.codes] if which.any() else np.zeros(len(self.cells.codes), bool)

    def _tell(self, which: Mask, outcome: Outcome, table: RawTable, header: str, log: FindingLog) -> None:
        if not which.any():
            return
        hits = np.flatnonzero(which[self.cells.codes])
        faults: dict[int, tuple[Fault, str]] = {}
        for hit in hits[:LISTED].tolist():
            code = int(self.cells.codes[hit])
            if code not in faults:
                faults[code] = (self.explain(code), str(self.cells.values[code])[:200])
            fault, came = faults[code]
            column, cell = table.place(header, hit)
            row = int(table.rows[hit])
            read_as = str(self.values[code])[:200] if outcome == "REPAIR" else ""
            log.note(Finding(table.origin, fault.rule, fault.message, outcome, fault.hint, table.sheet, row, column, cell, came, read_as))
        if len(hits) > LISTED:
            told = f"{len(hits) - LISTED} more cells of this column, not listed one by one"
            log.note(Finding(table.origin, "more_of_the_same", told, outcome, sheet=table.sheet, column=header))


def parsed_cells(
    cells: Cells,
    kind: str,
    grammar: Grammar,
    empty_marks: Sequence[str] = (),
    bounds: Column | None = None,
    *,
    from_sheet: bool = False,
) -> ParsedCells:
    """What the values of a column mean under a kind.

    Args:
        cells: the column as it came.
        kind: kind of a contract's column.
        grammar: how texts are written.
        empty_marks: texts that mean empty, besides a blank.
        bounds: the contract's column, whose bounds and choices then hold too.
        from_sheet: the column comes from a workbook, where a number that is written as text is told.

    Returns:
        ParsedCells.
    """
    read = reader(kind, grammar, frozenset(empty_marks), bounds, from_sheet=from_sheet)
    count = len(cells.values)
    faulty, repaired = np.zeros(count, bool), np.zeros(count, bool)
    plain = plain_values(cells.values, kind, grammar, empty_marks) if count > MANY else None
    looked_at = range(count) if plain is None else plain.others.tolist()
    meanings = np.full(len(looked_at), None, object)
    values = cells.values if plain is None else [cells.values[place] for place in looked_at]
    for number, (place, came) in enumerate(zip(looked_at, values, strict=True)):
        meanings[number], fault, repair = read(came)
        faulty[place], repaired[place] = fault is not None, repair is not None
    typed = _typed(meanings, kind)
    if plain is not None:
        typed = plain.with_others(typed)
        faulty |= _out_of_bounds(typed, bounds)
        if faulty.any() and isinstance(typed, np.ndarray):
            typed[faulty] = np.nan

    def explain(place: int) -> Fault:
        _, fault, repair = read(cells.values[place])
        return fault or repair  # type: ignore[return-value]

    return ParsedCells(kind, typed, cells, faulty, repaired, explain)


def _typed(values: npt.NDArray, kind: str) -> npt.NDArray | pa.Array:
    """The values in the type of their kind."""
    form = VALUE_TYPES[kind]
    if form == "words":
        return pa.array(values, pa.large_string())
    if form == "days":
        return np.array([str(value or "NaT") for value in values], dtype="datetime64[s]")
    if form == "numbers":
        return values.astype(np.float64)  # None becomes NaN
    return values


def _out_of_bounds(values: npt.NDArray | pa.Array, column: Column | None) -> Mask:
    """Where a number lies outside the column's bounds, as `_bounded` says."""
    outside = np.zeros(len(values), bool)
    if column is None or not isinstance(values, np.ndarray):
        return outside
    if column.least is not None:
        outside |= values < column.least
    if column.most is not None:
        outside |= values > column.most
    if column.kind == "whole":
        outside |= ~np.isnan(values) & (values != np.round(values))
    return outside
