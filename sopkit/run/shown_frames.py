"""How frames look in every notebook: unknown cells are a dash, days have no midnight, numbers their thousands; codes stay as they are.

`sopkit.start` settles it for the kernel, so that what an analyst shows in a cell of their own looks the same. What is shown is a copy:
the frames themselves keep their gaps.
"""

from typing import Any

import pandas as pd

from sopkit.report.readable import DASH

WHOLE_FROM = 1000  # numbers that a frame shows without decimals
PARTED_FROM = 10_000  # counts that are parted in thousands: no year is that large


def settle_display() -> None:
    """The same look of frames in every kernel, however it was started."""
    pd.set_option(
        "display.max_columns", 30, "display.width", 180, "display.max_rows", 60, "display.precision", 3, "display.max_colwidth", 160
    )
    pd.set_option("display.float_format", shown_number)
    if (shell := _shell()) is None:
        return
    for kind, as_text, as_html in ((pd.DataFrame, frame_text, frame_html), (pd.Series, series_text, None)):
        shell.display_formatter.formatters["text/plain"].for_type(kind, lambda frame, printer, _, told=as_text: printer.text(told(frame)))
        if as_html:
            shell.display_formatter.formatters["text/html"].for_type(kind, as_html)


def shown_number(number: float) -> str:
    """A number of a frame as a notebook shows it: whole from a thousand on, three decimals at most below, never as a power of ten."""
    text = f"{number:,.0f}" if abs(number) >= WHOLE_FROM else f"{number:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def frame_html(frame: pd.DataFrame) -> str:
    """A frame as a table, its middle left out where it is long."""
    rows = _rows_shown(frame)
    table = str(shown(_ends(frame, rows)).to_html(max_rows=rows, max_cols=_columns_shown(), notebook=True, show_dimensions=False))
    return table.removesuffix("</div>") + f"<p>{_size(frame)}</p>\n</div>" if _is_cut(frame) else table


def frame_text(frame: pd.DataFrame) -> str:
    """The same as plain text."""
    rows, width = _rows_shown(frame), pd.get_option("display.width")
    text = str(shown(_ends(frame, rows)).to_string(max_rows=rows, max_cols=_columns_shown(), line_width=width, max_colwidth=_signs_shown()))
    return f"{text}\n\n[{_size(frame)}]" if _is_cut(frame) else text


def series_text(series: pd.Series) -> str:
    """A column as plain text."""
    rows = _rows_shown(series)
    frame = shown(_ends(series, rows).to_frame())
    text = str(frame.to_string(max_rows=rows, header=False, index_names=False, max_colwidth=_signs_shown())) if len(series) else "[nothing]"
    return f"{text}\nName: {series.name}, {len(series):,} rows" if series.name is not None else text


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy for the eye: what is not known is a dash, in cells and in labels.

    Args:
        frame: any grain; not changed.

    Returns:
        A frame of the same shape, its cells text or what they were.
    """
    columns = [_seen(frame.iloc[:, place]) for place in range(frame.shape[1])]
    cells = dict(enumerate(columns))
    return pd.DataFrame(cells, index=_labelled(frame.index)).set_axis(_labelled(frame.columns), axis=1)


def _seen(cells: pd.Series) -> list[object]:
    unknown = cells.isna().to_numpy()
    return [DASH if gone else _told(cell) for gone, cell in zip(unknown, cells.tolist(), strict=True)]


def _told(cell: object) -> object:
    if isinstance(cell, int) and abs(cell) >= PARTED_FROM:
        return f"{cell:,}"
    return str(cell.date()) if isinstance(cell, pd.Timestamp) and cell == cell.normalize() else cell


def _labelled(index: pd.Index) -> pd.Index:
    """Labels of rows or columns, a dash where there is none."""
    if isinstance(index, pd.MultiIndex):
        if not any((codes < 0).any() for codes in index.codes):
            return index
        return pd.MultiIndex.from_arrays([_labelled(index.get_level_values(level)) for level in range(index.nlevels)], names=index.names)
    return pd.Index([DASH if pd.isna(label) else label for label in index], dtype="object", name=index.name) if index.hasnans else index


def _ends(frame: Any, rows: int) -> Any:
    """Of a long frame what stands at its ends, a row more than is shown, so that the cut is told."""
    return frame if len(frame) <= rows + 1 else pd.concat([frame.head(rows // 2 + 1), frame.tail(rows - rows // 2)])


def _rows_shown(frame: pd.DataFrame | pd.Series) -> int:
    most = pd.get_option("display.max_rows") or len(frame)
    return len(frame) if len(frame) <= most else min(pd.get_option("display.min_rows") or most, most)


def _columns_shown() -> int | None:
    return pd.get_option("display.max_columns") or None


def _signs_shown() -> int | None:
    return pd.get_option("display.max_colwidth")


def _is_cut(frame: pd.DataFrame) -> bool:
    return len(frame) > _rows_shown(frame) or frame.shape[1] > (_columns_shown() or frame.shape[1])


def _size(frame: pd.DataFrame) -> str:
    return f"{len(frame):,} rows × {frame.shape[1]} columns"


def _shell() -> Any:
    """The IPython that runs this, if any does; a plain Python imports none for it."""
    import sys

    found = sys.modules.get("IPython")
    return found.get_ipython() if found is not None else None
