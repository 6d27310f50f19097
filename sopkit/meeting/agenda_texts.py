"""Figures in what people write: each must be one that was computed, or one that was proposed."""

import re
from collections.abc import Iterable, Sequence

import pandas as pd

from sopkit.meeting.agenda import AgendaFile

FIGURE = re.compile(r"\d(?:[\d\u00a0\u202f .,]*\d)?")
SCALES = (1.0, 1e3, 1e6, 0.01)  # as it is, thousands, millions, per cent


def foreign_figures(text: str, known: Iterable[float], told: Iterable[str]) -> list[str]:
    """Figures of a text that are not among the known values (as they are, in thousands, millions or per cent), nor in what was told.

    A figure matches a value that rounds to it at the decimals it is written with; signs are left to the words.

    Args:
        text: what somebody wrote.
        known: values that were computed.
        told: texts that may be quoted, such as the proposed question.
    """
    quoted = {_plain(found) for words in told for found in FIGURE.findall(words)}
    values = [abs(value) for value in known if value == value]
    return [found for found in FIGURE.findall(text) if _plain(found) not in quoted and not _is_known(_plain(found), values)]


def agenda_checks(file: AgendaFile | None, tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Whether every figure of the agenda's texts is one that was computed or proposed.

    Args:
        file: the lead's agenda; None = the proposed texts stand.
        tables: whose numbers are known: scenarios, options, the gap to budget.

    Returns:
        rule, ok, detail; one row per text, with its file and line.
    """
    if file is None:
        return pd.DataFrame({"rule": ["the proposed texts of the decisions stand"], "ok": [True], "detail": [""]})
    told = [decision.model_dump_json() for decision in file.proposed.decisions.values()]
    told += [f"{decision.last_date:%d %B %Y}".lstrip("0") for decision in file.proposed.decisions.values()]
    known = [float(value) for table in tables for value in table.select_dtypes("number").to_numpy().ravel()]
    rows = []
    for (_, text), line in zip(file.agenda.texts(), file.places, strict=True):
        strange = foreign_figures(text, known, told)
        rows.append((f"figures of the agenda are computed: {line}", not strange, f"{', '.join(strange)} in {text!r}" if strange else ""))
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])


def _plain(figure: str) -> str:
    """A figure with a point for decimals and nothing between thousands: `1 234,5` and `1,234.5` are 1234.5."""
    digits = re.sub(r"[\u00a0\u202f ]", "", figure)
    if "," in digits and "." in digits:
        return digits.replace(",", "") if digits.rindex(".") > digits.rindex(",") else digits.replace(".", "").replace(",", ".")
    mark = "," if "," in digits else "."
    groups = digits.split(mark)
    thousands = len(groups) > 2 or (mark == "," and len(groups) == 2 and len(groups[1]) == 3)
    return "".join(groups) if thousands else ".".join(groups)


def _is_known(figure: str, values: Sequence[float]) -> bool:
    decimals = len(figure.partition(".")[2])
    wanted = float(figure)
    return any(abs(round(value / scale, decimals) - wanted) < 0.5 * 10**-decimals * 1e-6 for value in values for scale in SCALES)
