"""A frame brought to what its contract promises, or every reason why it cannot be."""

from collections.abc import Callable
from datetime import date
from functools import cache

import numpy as np
import pandas as pd

from sopkit.data.contracts.column import Column, Contract
from sopkit.data.contracts.kept import Cells, in_order, kept_cells
from sopkit.errors import DataError, Problem

WORDS = ("code", "text", "choice", "period")
MONTH_PATTERN = r"[0-9]{4}-(?:0[1-9]|1[0-2])"
SHOWN = 3  # examples in one message


def dtype_of(column: Column) -> str:
    """The pandas dtype of a column; optional counts and flags use the nullable kind, where empty means unknown."""
    if column.kind == "whole":
        return "int64" if column.required else "Int64"
    if column.kind == "flag":
        return "bool" if column.required else "boolean"
    return {"day": "datetime64[s]", "number": "float64"}.get(column.kind, "str")


def empty(contract: type[Contract]) -> pd.DataFrame:
    """The table of a contract without rows: what stands for an input that is not provided."""
    return _empty(contract.columns).copy(deep=False)  # copy on write: what is done to the copy stays in the copy


@cache
def _empty(columns: tuple[Column, ...]) -> pd.DataFrame:
    """Made once: each intake has some forty of these."""
    return pd.DataFrame({column.name: pd.Series([], dtype=dtype_of(column)) for column in columns})


def conform(frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
    """The frame as its contract promises it: columns in order, typed, rounded to their decimals, sorted by key.

    Args:
        frame: rows of the contract's grain; columns that the contract calls optional may be left out and become empty.
        contract: what the table promises.

    Returns:
        A new frame with exactly the contract's columns and a plain index.

    Raises:
        DataError: with every problem found: unknown and missing columns, wrong types, empty cells, values out of bounds,
            words that are no choice, duplicate keys.
    """
    problems: list[Problem] = _column_problems(frame, contract)
    typed: dict[str, Cells | pd.Series] = {}
    for column in contract.columns:
        if column.name in frame.columns:
            cells, found = _promised(frame[column.name], column, contract.name)
            problems += found
        else:
            cells = pd.Series([pd.NA] * len(frame), dtype=object) if column.required else unknown(column, len(frame))
        typed[column.name] = cells
    result = pd.DataFrame(typed, index=range(len(frame)))
    if not problems and in_order(result, contract.key):
        return result
    if not problems:
        problems += _key_problems(result, contract)
    if problems:
        raise DataError(f"table {contract.name} does not keep its contract", problems)
    return result.sort_values(list(contract.key), kind="stable", ignore_index=True)


def rounded(frame: pd.DataFrame, contract: type[Contract]) -> pd.DataFrame:
    """What `conform` makes of a frame that is known to keep its contract, unchecked: columns in order, numbers rounded, rows as they are.

    For plans that are compared and never written: what crosses the disk goes through `conform`.

    Args:
        frame: made by code whose result `conform` has accepted, columns typed, sorted by key.
        contract: what the table promises.
    """
    decimals = {column.name: column.decimals for column in contract.columns if column.kind == "number"}
    numbers = {name: frame[name].round(places) + 0.0 for name, places in decimals.items() if name in frame}
    return frame.assign(**numbers)[[name for name in contract.column_names() if name in frame]]


def unknown(column: Column, rows: int) -> pd.Series:
    """A column of which nothing is known."""
    dtype = dtype_of(column)
    if dtype in ("float64", "datetime64[s]"):
        return pd.Series(np.full(rows, np.nan if dtype == "float64" else "NaT", dtype))
    return pd.Series([None] * rows, dtype=dtype)


def _column_problems(frame: pd.DataFrame, contract: type[Contract]) -> list[Problem]:
    names = [str(name) for name in frame.columns]
    promised = contract.column_names()
    problems = [
        Problem(
            f"{contract.name}.{name}",
            "a column that the contract does not have",
            f"one of {', '.join(promised)}",
        )
        for name in names
        if name not in promised
    ]
    problems += [
        Problem(f"{contract.name}.{name}", "the column twice", "once") for name in sorted({n for n in names if names.count(n) > 1})
    ]
    problems += [
        Problem(f"{contract.name}.{column.name}", "no such column", column.meaning)
        for column in contract.columns
        if column.required and column.name not in names
    ]
    return problems


def _promised(cells: pd.Series | pd.DataFrame, column: Column, table: str) -> tuple[Cells | pd.Series, list[Problem]]:
    if isinstance(cells, pd.DataFrame):  # the column came twice: told by `_column_problems`
        cells = cells.iloc[:, 0]
    kept = kept_cells(cells, column)
    return _typed(cells.reset_index(drop=True), column, table) if kept is None else (kept, [])


def _typed(cells: pd.Series, column: Column, table: str) -> tuple[pd.Series, list[Problem]]:
    where = f"{table}.{column.name}"
    try:
        typed = _casts(column)(cells, column)
    except (TypeError, ValueError, OverflowError) as reason:
        return cells, [
            Problem(
                where,
                f"{cells.dtype} that is not {column.kind}: {_first_line(reason)}",
                f"{column.kind}, {column.meaning}",
            )
        ]
    problems = [
        Problem(
            where,
            f"{came} in {int(broken.sum())} of {len(cells)} rows, such as {_examples(cells[broken])}",
            expected,
        )
        for broken, came, expected in _broken_rules(typed, column)
        if broken.any()
    ]
    return (typed if problems else _as_promised(typed, column)), problems


def _casts(column: Column) -> Callable[[pd.Series, Column], pd.Series]:
    if column.kind in WORDS:
        return _words
    return {"day": _days, "number": _numbers, "whole": _numbers, "flag": _flags}[column.kind]


def _words(cells: pd.Series, column: Column) -> pd.Series:
    if isinstance(cells.dtype, pd.CategoricalDtype):
        cells = cells.astype(cells.cat.categories.dtype)
    if cells.dtype == "str" or cells.isna().all():
        return cells.astype("str")
    strange = next((value for value in cells.dropna() if not isinstance(value, str)), None)
    if strange is not None:
        raise TypeError(f"{strange!r} is no text")
    return cells.astype("str")


def _days(cells: pd.Series, column: Column) -> pd.Series:
    if cells.isna().all():
        return pd.Series(np.full(len(cells), np.datetime64("NaT", "s")), dtype="datetime64[s]")
    if pd.api.types.is_datetime64_dtype(cells.dtype):
        return cells
    strange = next((value for value in cells.dropna() if not isinstance(value, date)), None)
    if strange is not None:
        raise TypeError(f"{strange!r} is no date")
    return pd.to_datetime(cells)


def _numbers(cells: pd.Series, column: Column) -> pd.Series:
    if pd.api.types.is_bool_dtype(cells.dtype) or cells.dtype == "str" and not cells.isna().all():
        raise TypeError("numbers come as numbers")
    return cells.astype("float64")


def _flags(cells: pd.Series, column: Column) -> pd.Series:
    if not pd.api.types.is_bool_dtype(cells.dtype) and not cells.dropna().isin([True, False]).all():
        raise TypeError("flags come as true or false")
    return cells.astype("boolean")


Rule = tuple[pd.Series, str, str]  # rows that break it, what came, what is expected


def _broken_rules(typed: pd.Series, column: Column) -> list[Rule]:
    """Each rule of one column, with the rows that break it."""
    missing = typed.isna()
    rules = []
    if column.required:
        rules.append((missing, "an empty cell", "a value in every row"))
    if column.kind in WORDS:
        return rules + _word_rules(typed, missing, column)
    if column.kind == "day":
        rules.append((~missing & typed.ne(typed.dt.normalize()), "a time of day", "a date without time"))
    if column.kind in ("number", "whole"):
        rules += _number_rules(typed, missing, column)
    return rules


def _word_rules(typed: pd.Series, missing: pd.Series, column: Column) -> list[Rule]:
    rules = []
    if column.required:
        rules.append((~missing & typed.eq(""), "an empty cell", "a value in every row"))
    if column.kind == "choice":
        rules.append((~missing & ~typed.isin(column.choices), "a word that is no choice", " | ".join(column.choices)))
    if column.kind == "period":
        labels = typed.fillna("").str.fullmatch(MONTH_PATTERN).astype(bool)
        rules.append((~missing & ~labels, "no month", "a month such as 2026-03"))
    return rules


def _number_rules(typed: pd.Series, missing: pd.Series, column: Column) -> list[Rule]:
    rules = [(pd.Series(np.isinf(typed)), "an infinite number", "a finite number")]
    if column.least is not None:
        rules.append((typed.lt(column.least), f"a number below {column.least:g}", f"at least {column.least:g} {column.unit}"))
    if column.most is not None:
        rules.append((typed.gt(column.most), f"a number above {column.most:g}", f"at most {column.most:g} {column.unit}"))
    if column.kind == "whole":
        rules.append((~missing & typed.ne(typed.round()), "a fraction", "a whole number"))
    return rules


def _as_promised(typed: pd.Series, column: Column) -> pd.Series:
    if column.kind == "number":
        return typed.round(column.decimals) + 0.0  # + 0.0: no minus zero on disk
    return typed.astype(dtype_of(column))  # type: ignore[call-overload]


def _key_problems(frame: pd.DataFrame, contract: type[Contract]) -> list[Problem]:
    key = list(contract.key)
    twice = frame.duplicated(key, keep=False)
    if not twice.any():
        return []
    examples = frame.loc[twice, key].drop_duplicates().head(SHOWN).itertuples(index=False, name=None)
    shown = "; ".join(" | ".join(str(part) for part in row) for row in examples)
    return [
        Problem(
            f"{contract.name} key {', '.join(key)}",
            f"{int(twice.sum())} rows share a key, such as {shown}",
            contract.grain,
        )
    ]


def _examples(cells: pd.Series) -> str:
    return ", ".join(f"{value!r} (row {index})" for index, value in cells.head(SHOWN).items())


def _first_line(reason: Exception) -> str:
    return str(reason).split("\n", maxsplit=1)[0]
