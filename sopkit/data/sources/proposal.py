"""Which input table an unknown file may be, and which of its columns is which: a proposal for a person to confirm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.column import Column, Contract
from sopkit.data.parsing import Grammar
from sopkit.data.sources.detection import Detected
from sopkit.data.sources.fit import FileColumn, Fit, fit_of, words_of
from sopkit.data.sources.raw import RawTable

SURE = 0.75  # a column at or above it is proposed as it stands
LIKELY = 0.40  # a table below it, that nobody named, makes all its columns doubtful
WORTH_A_LOOK = 0.40  # below it a column is not proposed
WORTH_A_WORD, NEAREST = 0.20, 3  # what is told of a needed column that nothing fits
FILE_NAME = 0.30  # strength of a file that is called as the table
KEY_REPEATS = 0.8  # what is left of a table's confidence where the key that is proposed stands twice


@dataclass(frozen=True)
class Proposal:
    """A table that the file may be: how likely, column by column, and what is left."""

    table: str
    confidence: float
    fits: tuple[Fit, ...]  # in the order of the contract
    missing: tuple[Column, ...]  # required columns for which nothing fits
    nearest: dict[str, tuple[Fit, ...]]  # of those: the unused headers that fit least badly
    unused: tuple[str, ...]  # headers that are no column of the contract
    reasons: tuple[str, ...]
    named: bool = False  # a person named the table

    @property
    def sure(self) -> tuple[Fit, ...]:
        """The columns that are proposed as they stand; none where the table itself is a guess."""
        return tuple(fit for fit in self.fits if fit.confidence >= SURE) if self.named or self.confidence >= LIKELY else ()


def proposals(
    raw: RawTable, detected: Detected, tables: Sequence[str] = (), *, known: Mapping[str, frozenset[str]] | None = None
) -> list[Proposal]:
    """What a file may be, likeliest first.

    A table's confidence is the harmonic mean of two shares: how much of what the contract requires was found, and how much
    of the file is used, each counting a column with its confidence; a key that repeats takes a fifth off, a file that is
    called as the table adds some.

    Args:
        raw: the file.
        detected: how it is written.
        tables: tables to consider; none means all input tables.
        known: codes that the company's tables know, by contract column.

    Returns:
        A Proposal per table considered.
    """
    columns = [
        FileColumn(header, cells, _grammar(detected, header), detected.words.get(header, ()))
        for header, cells in zip(raw.header, raw.cells, strict=True)
        if header
    ]
    found = [_proposal(INPUTS[name], columns, raw, known or {}) for name in tables or INPUTS]
    found = [replace(proposal, named=len(tables) == 1) for proposal in found]
    return sorted(found, key=lambda proposal: (-proposal.confidence, list(INPUTS).index(proposal.table)))


def _grammar(detected: Detected, header: str) -> Grammar:
    dialect = detected.dialect
    return Grammar(dialect.decimal, dialect.thousands, detected.date_formats.get(header, dialect.date_format))


def _proposal(contract: type[Contract], columns: Sequence[FileColumn], raw: RawTable, known: Mapping[str, frozenset[str]]) -> Proposal:
    every = [fit_of(found, column, contract, known) for found in columns for column in contract.columns]
    chosen = _one_to_one([fit for fit in every if fit.confidence >= WORTH_A_LOOK])
    fits = tuple(chosen[column.name] for column in contract.columns if column.name in chosen)
    missing = tuple(column for column in contract.columns if column.required and column.name not in chosen)
    used = {fit.header for fit in fits}
    reasons = []
    confidence = _harmonic(
        sum(fit.confidence for fit in fits if fit.column.required) / max(1, sum(column.required for column in contract.columns)),
        sum(fit.confidence for fit in fits) / max(1, len(columns)),
    )
    if all(name in chosen for name in contract.key) and len(contract.key) > 1:
        twice = _repeated([raw.cells[raw.header.index(chosen[name].header)].codes for name in contract.key])
        reasons.append(f"the key ({', '.join(contract.key)}) {f'repeats in {twice} rows' if twice else 'stands once in each row'}")
        confidence *= KEY_REPEATS if twice else 1
    if _called_as(raw.origin, contract.name):
        reasons.append("the file is called as the table")
        confidence = 1 - (1 - confidence) * (1 - FILE_NAME) if fits else 0.0
    unused = tuple(found.header for found in columns if found.header not in used)
    nearest = {column.name: _nearest(column, [fit for fit in every if fit.header in unused]) for column in missing}
    return Proposal(contract.name, round(confidence, 2), fits, missing, nearest, unused, tuple(reasons))


def _nearest(column: Column, fits: Sequence[Fit]) -> tuple[Fit, ...]:
    """The headers that fit a column least badly, at most NEAREST, none that only shares a kind of text with it."""
    found = [fit for fit in fits if fit.column.name == column.name and fit.confidence >= WORTH_A_WORD]
    return tuple(sorted(found, key=lambda fit: -fit.confidence)[:NEAREST])


def _one_to_one(fits: Sequence[Fit]) -> dict[str, Fit]:
    """Contract column: its fit; the surest first, each header once."""
    chosen: dict[str, Fit] = {}
    taken: set[str] = set()
    for fit in sorted(fits, key=lambda fit: -fit.confidence):
        if fit.column.name not in chosen and fit.header not in taken:
            chosen[fit.column.name] = fit
            taken.add(fit.header)
    return chosen


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0


def _repeated(keys: Sequence[np.ndarray]) -> int:
    """Rows whose key stands on a row before."""
    if not keys or not len(keys[0]):
        return 0
    return len(keys[0]) - len(np.unique(np.stack([key.astype(np.int64) for key in keys]), axis=1).T)


def _called_as(origin: str, table: str) -> bool:
    stem = origin.rpartition("/")[2].partition(".")[0]
    return words_of(stem) == words_of(table)
