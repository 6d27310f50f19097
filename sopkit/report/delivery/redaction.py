"""Who may see what: a list of allowed columns, and of rows only one's own. What is not named here is not given.

Redaction comes before any document is made: what a page, a workbook or a file is built from does not hold the rest.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from sopkit.report.narrative import N_

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class View:
    """What one kind of reader outside the team is given of one table."""

    kind: str  # folder of its readers: suppliers, regions
    file: str  # name of its documents
    title: str  # message
    table: str
    own: str  # column that says whose a row is
    columns: tuple[str, ...]  # allowed, in this order
    measure: str  # the one of them that is summed
    months: int  # on the page; all are in the files


VIEWS = (
    View(
        "suppliers", "schedule", N_("What we plan to buy from you"), "supplier_load", "supplier",
        ("component", "period", "purchased_quantity"), "purchased_quantity", 12,
    ),
    View(
        "regions", "commitments", N_("What we commit to deliver to you"), "demand_fulfilment", "region",
        ("channel", "item", "item_name", "period", "shipped"), "shipped", 6,
    ),
)  # fmt: skip


def readers(tables: "Mapping[str, pd.DataFrame]", view: View) -> list[str]:
    """The suppliers, or the regions, that have rows in the plan."""
    frame = tables.get(view.table)
    return sorted(frame[view.own].unique()) if frame is not None and len(frame) else []


def own_rows(tables: "Mapping[str, pd.DataFrame]", view: View, reader: str, withheld: Sequence[str] = ()) -> "pd.DataFrame":
    """What one reader may see: its own rows, the allowed columns less those that the company withholds; nothing of others."""
    frame = tables[view.table]
    frame = frame[frame[view.own] == reader]
    if "item_name" in view.columns:
        frame = frame.merge(tables["items"][["item", "item_name"]], on="item", how="left", validate="many_to_one")
    columns = [name for name in view.columns if name not in withheld]
    frame = frame[frame[view.measure] > 0] if view.measure in columns else frame
    return frame[columns].sort_values([name for name in columns if name != view.measure], ignore_index=True)


def folder_name(reader: str) -> str:
    """A reader's name as a folder: plain letters and digits, and a few digits of its hash, so that no two are one."""
    ascii_name = unicodedata.normalize("NFKD", reader).encode("ascii", "ignore").decode()
    return f"{re.sub('[^a-z0-9]+', '_', ascii_name.lower()).strip('_')[:40] or 'reader'}_{sha256(reader.encode()).hexdigest()[:6]}"
