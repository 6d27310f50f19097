"""Reads the notation of sopkit.report.cells and computes a printed number again, from the tables alone: the oracle of tracing."""

from urllib.parse import unquote

import pandas as pd

Tables = dict[str, pd.DataFrame]
_ROWS: dict[tuple[int, str], tuple[pd.DataFrame, pd.DataFrame]] = {}
_FAMILIES: dict[int, tuple[pd.DataFrame, pd.DataFrame]] = {}
_TEXTS: dict[tuple[int, str], tuple[pd.DataFrame, pd.Series]] = {}


def value_of(source: str, tables: Tables) -> float:
    """The number that a source names."""
    name, _, inside = source.partition("(")
    if not inside:
        return float(cells(source, tables).item())
    inside = inside.removesuffix(")")
    if name in ("sum", "max", "min"):
        return float(getattr(cells(inside, tables), name)())
    if name == "count":
        return float(len(rows(inside, tables)) if "#" in inside else len(parts(inside)))
    if name == "share":
        where, one, other = inside.rpartition(".")[0], *inside.rpartition(".")[2].split("<=")
        known = rows(where, tables).dropna(subset=[one, other])
        return float((known[one] <= known[other]).mean())
    numbers = [value_of(part, tables) for part in parts(inside)]
    if name == "total":
        return sum(numbers)
    if name == "size":
        return abs(numbers[0])
    one, other = numbers
    return {"difference": lambda: one - other, "ratio": lambda: one / other, "product": lambda: one * other}[name]()


def parts(inside: str) -> list[str]:
    """Arguments between the bars that stand outside brackets."""
    found, depth = [""], 0
    for sign in inside:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += sign
    return [part for part in found if part]


def cells(source: str, tables: Tables) -> pd.Series:
    """The column of the rows that a source names."""
    where, _, column = source.rpartition(".")
    return rows(where, tables)[column].dropna()


def rows(where: str, tables: Tables) -> pd.DataFrame:
    """The rows of a table that a key names."""
    table, _, key = where.partition("#")
    whole = with_family(tables[table], tables["items"]) if "family=" in key else tables[table]
    if (id(whole), key) not in _ROWS:
        _ROWS[id(whole), key] = (whole, chosen(whole, key))
    return _ROWS[id(whole), key][1]


def chosen(whole: pd.DataFrame, key: str) -> pd.DataFrame:
    """The rows of a frame that a key names."""
    frame = whole
    for pair in filter(None, key.split("&")):
        column, _, value = pair.partition("=")
        value = unquote(value)
        if value == "known":
            frame = frame[frame[column].notna()]
        elif ".." in value and column == "period":
            frame = frame[frame["period"].between(*value.split(".."))]
        else:
            frame = frame[texts(whole, column).reindex(frame.index) == value]
    return frame


def with_family(frame: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """A table with the family of its items; made once for each frame."""
    if "family" in frame:
        return frame
    if id(frame) not in _FAMILIES:  # frames are kept, so that their ids stay their own
        _FAMILIES[id(frame)] = (frame, frame.assign(family=frame["item"].map(items.set_index("item")["family"])))
    return _FAMILIES[id(frame)][1]


def texts(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as text; made once for each frame: thousands of sources ask for the same few."""
    if (id(frame), column) not in _TEXTS:
        _TEXTS[id(frame), column] = (frame, frame[column].astype(str))
    return _TEXTS[id(frame), column][1]
