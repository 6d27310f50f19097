"""Columns with very many distinct texts: those that are plainly a number, a code or a text are read all at once.

What is plain here means the same as in `sopkit.data.parsing`: the patterns accept a part of what the grammar accepts, and
every other text is left to the grammar. RE2 patterns: linear in the text, whatever it holds.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sopkit.data.parsing import GROUPS, INVISIBLE, TRIMMED, Grammar, class_of
from sopkit.data.sources.raw import Texts

MOST_DIGITS = 15  # numbers with more are left to the grammar
EDGES = class_of(TRIMMED)
INSIDE = rf"{class_of(INVISIBLE)}|[\x{{0300}}-\x{{036f}}]"
# Blanks around, spreadsheet errors, empty, invisible signs and accents apart, shortened numbers.
NOT_PLAIN = rf"^{EDGES}|{EDGES}$|^#|^$|{INSIDE}|E\+"


class PlainValues(NamedTuple):
    """What plain texts mean, and the places of the others."""

    values: npt.NDArray[np.float64] | pa.Array  # numbers, or words
    others: npt.NDArray[np.int64]

    def with_others(self, meanings: npt.NDArray[np.float64] | pa.Array) -> npt.NDArray[np.float64] | pa.Array:
        """The values of all texts, given what the others mean."""
        if isinstance(self.values, np.ndarray):
            self.values[self.others] = meanings
            return self.values
        mask = np.zeros(len(self.values), bool)
        mask[self.others] = True
        return pc.replace_with_mask(self.values, pa.array(mask), meanings)


def plain_values(texts: Sequence[object], kind: str, grammar: Grammar, empty_marks: Sequence[str]) -> PlainValues | None:
    """The values of the plain texts of a column.

    Args:
        texts: texts of a file, of class Texts.
        kind: kind of a contract's column.
        grammar: how numbers are written.
        empty_marks: texts that mean empty.

    Returns:
        PlainValues, or None for kinds that have few distinct values or no plain form.
    """
    if not isinstance(texts, Texts):
        return None
    if kind in ("number", "whole"):
        return _plain_numbers(texts, grammar, empty_marks)
    if kind in ("code", "text"):
        others = _with(texts.places(NOT_PLAIN), texts, empty_marks)
        return PlainValues(texts.array.cast(pa.large_string()), others)
    return None


def _plain_numbers(texts: Texts, grammar: Grammar, empty_marks: Sequence[str]) -> PlainValues:
    array = texts.array
    plain = pc.match_substring_regex(array, _plain_number(grammar))
    others = np.flatnonzero(~plain.to_numpy(zero_copy_only=False))
    others = _with(others, texts, empty_marks)
    marks = np.ones(len(array), bool)
    marks[others] = False
    digits = pc.if_else(pa.array(marks), array, "0")
    if grammar.thousands:
        for sign in GROUPS.get(grammar.thousands, grammar.thousands):
            digits = pc.replace_substring(digits, sign, "")
    if grammar.decimal != ".":
        digits = pc.replace_substring(digits, grammar.decimal, ".")
    return PlainValues(digits.cast(pa.float64()).to_numpy(zero_copy_only=False).copy(), others)


def _plain_number(grammar: Grammar) -> str:
    """Numbers of the dialect that have few digits, no power of ten and no other minus than `-`."""
    group = class_of(GROUPS.get(grammar.thousands, grammar.thousands))
    whole = f"[0-9]{{1,{MOST_DIGITS}}}"
    if grammar.thousands:
        whole = f"(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}}){{1,4}}|{whole})"
    return f"^-?{whole}(?:{re.escape(grammar.decimal)}[0-9]{{1,{MOST_DIGITS}}})?$"


def _with(places: npt.NDArray[np.int64], texts: Texts, marks: Sequence[str]) -> npt.NDArray[np.int64]:
    """The places, with those of some texts."""
    if not marks:
        return places
    marked = pc.is_in(texts.array, value_set=pa.array(list(marks), texts.array.type)).to_numpy(zero_copy_only=False)
    return np.union1d(places, np.flatnonzero(marked))
