"""What must hold of a finished pack."""

from typing import TYPE_CHECKING

from sopkit.report.pack.inputs import Pack
from sopkit.report.tracing import outside_references, untraced_digits

if TYPE_CHECKING:
    import pandas as pd


def pack_checks(pack: Pack) -> "pd.DataFrame":
    """The rules of a pack, each with what was found: rule, ok, detail."""
    import pandas as pd

    untraced, outside = untraced_digits(pack.html), outside_references(pack.html)
    sections = [section for section in pack.index["section"] if f'<section id="{section}"' not in pack.html]
    rows = [
        ("every printed figure names its source", not untraced, "; ".join(untraced[:5]) or "all text walked"),
        ("the page asks for nothing outside itself", not outside, "; ".join(outside[:5]) or "no address"),
        ("the page allows nothing from outside", "default-src 'none'" in pack.html, "content security policy"),
        ("each section of the index stands in the page", not sections, "; ".join(sections) or f"{len(pack.index)} sections"),
    ]
    return pd.DataFrame([(f"{pack.kind}: {rule}", ok, detail) for rule, ok, detail in rows], columns=["rule", "ok", "detail"])
