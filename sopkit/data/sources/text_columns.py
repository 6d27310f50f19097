"""One column of a text file while its blocks arrive: distinct texts and small codes, or all texts where most differ."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sopkit.data.sources.raw import Cells, Texts
from sopkit.data.words import smallest

DICTIONARY = pa.dictionary(pa.int32(), pa.binary())  # bytes that are known to be UTF-8: not looked at again cell by cell
MOST_DISTINCT = 0.3  # share of distinct texts in a block beyond which looking each up costs more than it saves


class TextColumn:
    """Joins the parts of a column; a text may stand in it twice where a column has very many.

    Parts stay Arrow arrays: its memory is given back once they are joined, where many small arrays of numpy leave holes.
    """

    def __init__(self) -> None:
        self.kind: pa.DataType = DICTIONARY  # how the next block is best read
        self._texts: list[pa.Array] = []
        self._codes: list[pa.Array | None] = []  # None: each text stands once, in order

    def take(self, part: pa.Array) -> None:
        """Add the column's part of a block."""
        if not pa.types.is_dictionary(part.type):
            self._texts.append(part)
            self._codes.append(None)
            return
        texts = part.dictionary
        self._texts.append(texts)
        self._codes.append(part.indices.cast(pa.from_numpy_dtype(smallest(len(texts)))))
        if len(texts) > 1_000 and len(texts) > MOST_DISTINCT * len(part):
            self.kind = pa.binary()

    def cells(self, signs: Mapping[int, str]) -> Cells:
        """The whole column; `signs` says which signs stand for others."""
        if not self._texts:
            return Cells(Texts(pa.array([], pa.string())), np.zeros(0, np.int32))
        lengths = [len(texts) if codes is None else len(codes) for texts, codes in zip(self._texts, self._codes, strict=True)]
        joined = _translated(pa.concat_arrays(self._texts).cast(pa.string()), signs)
        places = np.cumsum([0, *(len(texts) for texts in self._texts)])
        if pa.types.is_dictionary(self.kind) and len(self._texts) > 1:
            encoded = joined.dictionary_encode()
            joined, place_of = encoded.dictionary, encoded.indices.to_numpy()
        else:
            place_of = np.arange(len(joined), dtype=np.int32)
        result = np.empty(sum(lengths), smallest(len(joined)))
        row = 0
        for start, stop, length, codes in zip(places[:-1], places[1:], lengths, self._codes, strict=True):
            known = place_of[start:stop]
            result[row : row + length] = known if codes is None else known[codes.to_numpy()]
            row += length
        return Cells(Texts(joined), result)


def _translated(texts: pa.Array, signs: Mapping[int, str]) -> pa.Array:
    """Texts with some signs put in the place of others; few texts hold one."""
    if not signs:
        return texts
    marks = pc.match_substring_regex(texts, "[" + "".join(f"\\x{{{sign:x}}}" for sign in signs) + "]")
    if not pc.any(marks).as_py():
        return texts
    return pc.replace_with_mask(texts, marks, pa.array([text.translate(signs) for text in texts.filter(marks).to_pylist()], texts.type))
