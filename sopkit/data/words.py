"""Columns of words as small numbers: what counts and sums a million lines without comparing a text twice.

While a table is read and checked its codes are categories: sorted words, and for each row a small number that says which. On
disk, and wherever `plain` was called, they are text.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

Codes = npt.NDArray[np.signedinteger]
MOST_COUNTED = 1 << 24  # numbers up to which a mark for each is cheaper than sorting


def smallest(count: int) -> type[np.signedinteger]:
    """The smallest integer type for so many codes."""
    return np.int8 if count <= 1 << 7 else np.int16 if count <= 1 << 15 else np.int32


def coded(cells: pd.Series) -> tuple[list[str], Codes]:
    """The distinct words of a text column, sorted, and which of them stands in each row; -1 where the cell is empty."""
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.cat.categories.tolist(), cells.cat.codes.to_numpy()
    texts = pa.array(cells.array, from_pandas=True)
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = (whole if pa.types.is_large_string(whole.type) else whole.cast(pa.large_string())).dictionary_encode()
    words = encoded.dictionary.to_pylist()
    order = sorted(range(len(words)), key=words.__getitem__)
    ranks = np.empty(len(words) + 1, smallest(len(words)))
    ranks[order], ranks[-1] = np.arange(len(words)), -1
    return [words[place] for place in order], ranks[encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]


def words_at(words: Sequence[str], codes: Codes) -> pd.Series:
    """A text column from its distinct words; empty where the code is -1."""
    missing = codes < 0
    places = pa.array(codes.astype(np.int32), mask=missing if missing.any() else None)
    texts = pa.DictionaryArray.from_arrays(places, pa.array(list(words), pa.large_string())).dictionary_decode()
    return pd.Series(pd.array(texts, dtype="str"))


def categories_at(words: Sequence[str] | pa.Array, codes: Codes) -> pd.Series:
    """A column of categories from sorted words; empty where the code is -1. Words that no row has are no categories."""
    used = np.zeros(len(words) + 1, bool)  # the last for -1
    used[codes] = True
    used = used[:-1]
    texts = words.cast(pa.large_string()) if isinstance(words, pa.Array) else pa.array(words, pa.large_string())
    if not used.all():
        places = np.append(np.cumsum(used) - 1, -1).astype(smallest(int(used.sum())))
        texts, codes = texts.filter(pa.array(used)), places[codes]
    kind = pd.CategoricalDtype(pd.Index(texts, dtype="str"))
    return pd.Series(pd.Categorical.from_codes(codes, dtype=kind, validate=False), copy=False)


def only_used(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame whose categories are the words that it has."""
    return frame.assign(**{str(name): categories_at(*coded(cells)) for name, cells in frame.items() if _has_categories(cells)})


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with its categories as text."""
    return frame.assign(**{str(name): words_at(*coded(cells)) for name, cells in frame.items() if _has_categories(cells)})


def joined(parts: Sequence[pd.Series]) -> pd.Series:
    """Columns one below the other; categories stay categories."""
    if not all(_has_categories(part) for part in parts):
        return pd.concat(parts, ignore_index=True)
    words, codes = joint_codes(parts)
    return categories_at(words, np.concatenate(codes))


def joint_codes(columns: Sequence[pd.Series]) -> tuple[list[str], list[Codes]]:
    """The sorted words of several columns, and the codes of each column into them."""
    single = [coded(cells) for cells in columns]
    words = sorted({word for known, _ in single for word in known})
    place = {word: number for number, word in enumerate(words)}
    into = [np.array([*(place[word] for word in known), -1], smallest(len(words))) for known, _ in single]
    return words, [numbers[codes] for numbers, (_, codes) in zip(into, single, strict=True)]


def sums_by(cells: pd.Series, amounts: npt.NDArray[np.float64]) -> pd.Series:
    """The sum of amounts by word, sorted; rows without a word are left out."""
    words, codes = coded(cells)
    return pd.Series(np.bincount(codes + np.int64(1), amounts, len(words) + 1)[1:], index=pd.Index(words, dtype="str"))


def sorted_places(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The places that sort numbers from 0 on, equal ones in their order: by sixteen bits at a time, the last first."""
    if (keys[1:] >= keys[:-1]).all():
        return np.arange(len(keys))
    order = np.argsort(keys.astype(np.uint16), kind="stable")
    for shift in range(16, int(keys.max()).bit_length(), 16):
        order = order[np.argsort((keys >> shift).astype(np.uint16)[order], kind="stable")]
    return order


def _has_categories(cells: pd.Series) -> bool:
    return isinstance(cells.dtype, pd.CategoricalDtype)
