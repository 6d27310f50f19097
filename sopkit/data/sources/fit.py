"""How well a column of an unknown file fits a column of a contract: a chance between 0 and 1, and the reasons for it.

The rule. Each piece of evidence has a strength, the chance that it alone would be right:

    header    the same as the name or an alias (case, blanks and signs apart)      0.90
              means the name or an alias in another language (`header_words`)      0.80
              nearly the same: difflib ratio r of at least 0.8                     0.60 r
              ends with the words of the name or an alias                          0.50
              holds them elsewhere, or is a part of them                           0.30
    content   dates, months 0.35 · words of choice 0.60 · true or false 0.30 · whole numbers 0.20 · numbers 0.20 · codes 0.10 · text 0.05
    codes     share s of the values that the company's tables know                 0.80 s
    key       the only key column, and no value stands twice                       0.15

Evidence adds up as independent chances of being wrong: 1 - (1 - a)(1 - b)…, times the share of the values that the
contract's column can hold at all. A key that repeats, and codes of which none is known, halve it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property

import numpy as np

from sopkit.data.contracts.column import Column, Contract
from sopkit.data.parsing import Grammar
from sopkit.data.sources.cells import parsed_cells
from sopkit.data.sources.header_words import in_english
from sopkit.data.sources.raw import Cells, is_blank

SAME, MEANS, NEAR, ENDS, HOLDS = 0.90, 0.80, 0.60, 0.50, 0.30
NEAR_RATIO = 0.8
NUMBERED = frozenset({"number", "no", "nr", "code", "id"})
CONTENT = {"day": 0.35, "period": 0.35, "choice": 0.60, "flag": 0.30, "whole": 0.20, "number": 0.20, "code": 0.10, "text": 0.05}
CONTENT_WORDS = {
    "day": "dates", "period": "months", "choice": "words of the contract", "flag": "true or false", "whole": "whole numbers",
    "number": "numbers within the bounds", "code": "codes", "text": "texts",
}  # fmt: skip
KNOWN, KEY = 0.80, 0.15
SAMPLED = 300  # distinct values that are looked at
FEW_KNOWN = 0.05


@dataclass(frozen=True)
class Fit:
    """The chance that a column of the file is a column of the contract, and why."""

    header: str
    column: Column
    confidence: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class FileColumn:
    """A column of the unknown file."""

    header: str
    cells: Cells
    grammar: Grammar
    words: tuple[str, ...] = ()  # words among its numbers or dates that may mean empty

    @cached_property
    def sample(self) -> list[object]:
        """Its first distinct values that are not blank."""
        values = (value for value in self.cells.values if not is_blank(value) and value not in self.words)
        return [value for _, value in zip(range(SAMPLED), values, strict=False)]

    @cached_property
    def is_unique(self) -> bool:
        """Whether no value stands twice and none is blank."""
        counts = np.bincount(self.cells.codes, minlength=len(self.cells.values))
        return bool(len(self.cells.codes)) and int(counts.max()) == 1 and not any(is_blank(value) for value in self.cells.values)

    def held(self, column: Column) -> tuple[float, str]:
        """The share of its distinct values that a contract's column can hold, and the first ones that it cannot."""
        rule = (column.kind, column.least, column.most, column.choices)
        if rule not in self._held:
            self._held[rule] = self._holding(column)
        return self._held[rule]

    @cached_property
    def _held(self) -> dict[object, tuple[float, str]]:
        return {}

    def _holding(self, column: Column) -> tuple[float, str]:
        if column.kind in ("code", "text") and self.has_decimals:
            return 0.0, ": they are fractions"
        parsed = parsed_cells(_as_cells(self.sample), column.kind, self.grammar, (), column)
        if not parsed.faulty.any():
            return 1.0, ""
        broken = [str(self.sample[place])[:30] for place in np.flatnonzero(parsed.faulty)[:2]]
        return 1 - float(parsed.faulty.mean()), f"; not {', '.join(map(repr, broken))}"

    @cached_property
    def has_decimals(self) -> bool:
        """Whether it holds fractions: then it is no column of codes."""
        parsed = parsed_cells(_as_cells(self.sample), "number", self.grammar)
        values = np.asarray(parsed.values, float)
        return len(values) > 0 and not parsed.faulty.any() and bool(np.any(values != np.round(values)))


def fit_of(found: FileColumn, column: Column, contract: type[Contract], known: Mapping[str, frozenset[str]]) -> Fit:
    """How well a column of a file fits a column of a contract, by the rule of this module.

    Args:
        found: the file's column.
        column: the contract's column.
        contract: its contract, for the key.
        known: codes that the company's tables know, by contract column.

    Returns:
        Fit; a confidence of 0 where the contract's column cannot hold the values.
    """
    evidence, reasons = [], []
    if header := _header_evidence(found.header, (column.name, *column.aliases)):
        evidence.append(header[0])
        reasons.append(header[1])
    held, examples = found.held(column)
    if held < 0.5 or not found.sample:
        return Fit(found.header, column, 0.0, (*reasons, f"its values are no {CONTENT_WORDS[column.kind]}{examples}"))
    evidence.append(CONTENT[column.kind])
    whole = "every value" if held == 1 else f"{held:.0%} of the values"
    reasons.append(f"{whole} can be read as {CONTENT_WORDS[column.kind]}{examples}")
    factor = held
    if overlap := _overlap(found, column, known):
        evidence.append(KNOWN * overlap[0])
        reasons.append(overlap[1])
        factor *= 0.5 if overlap[0] < FEW_KNOWN else 1
    if contract.key == (column.name,):
        evidence += [KEY] if found.is_unique else []
        reasons.append("no value stands twice, as in a key" if found.is_unique else "values repeat, where the key may not")
        factor *= 1 if found.is_unique else 0.5
    chance = factor * (1 - float(np.prod([1 - strength for strength in evidence])))
    return Fit(found.header, column, round(chance, 2), tuple(reasons))


@cache
def _header_evidence(header: str, names: tuple[str, ...]) -> tuple[float, str] | None:
    """The strength of a header for a column of these names, the first being its own; None where it says nothing."""
    best: tuple[float, str] | None = None
    here = words_of(header)
    for name in names:
        there = words_of(name)
        if "".join(here) == "".join(there):
            return SAME, f"the header is {'the name' if name == names[0] else f'the alias {name!r}'}"
        ratio = SequenceMatcher(None, " ".join(here), " ".join(there)).ratio()
        candidates = (
            (NEAR * ratio, f"the header is nearly {name!r}") if ratio >= NEAR_RATIO else None,
            (ENDS, f"the header ends with {name!r}") if len(here) > len(there) and here[-len(there) :] == there else None,
            (HOLDS, f"the header holds {name!r}") if set(there) < set(here) else None,
            (HOLDS, f"the header is a part of {name!r}") if set(here) < set(there) else None,
        )
        for candidate in candidates:
            if candidate and (best is None or candidate[0] > best[0]):
                best = candidate
    meant = _evidence_of_meaning(here, names)
    return meant if meant and (best is None or meant[0] > best[0]) else best


def _evidence_of_meaning(here: tuple[str, ...], names: tuple[str, ...]) -> tuple[float, str] | None:
    """The strength of a header that means in English what a name says, in whatever order; a number or code is what it numbers."""
    found = None
    for name in names:
        there = frozenset(words_of(name)) - NUMBERED or frozenset(words_of(name))
        for words in in_english(here):
            meant = words - NUMBERED or words
            if meant == there:
                return MEANS, f"the header means {name!r}"
            if there < meant or meant < there:
                found = (
                    HOLDS,
                    f"the header means {' '.join(sorted(meant))!r}, which {'holds' if there < meant else 'is a part of'} {name!r}",
                )
    return found


@cache
def words_of(header: str) -> tuple[str, ...]:
    """The words of a header in lower case: `PO Sent to Vendor Date`, `sales_price`, `closeDate`, `Art.nr`."""
    parted = re.sub(r"(?<=[a-zåäö0-9])(?=[A-ZÅÄÖ])", " ", header)
    return tuple(re.findall(r"[^\W_]+", parted.casefold())) or (header.casefold(),)


def _overlap(found: FileColumn, column: Column, known: Mapping[str, frozenset[str]]) -> tuple[float, str] | None:
    codes = known.get(column.name)
    if column.kind != "code" or not codes or not found.sample:
        return None
    share = sum(str(value) in codes for value in found.sample) / len(found.sample)
    return share, f"{share:.0%} of its values are known as {column.name}"


def _as_cells(values: Sequence[object]) -> Cells:
    return Cells(list(values), np.arange(len(values), dtype=np.int32))
