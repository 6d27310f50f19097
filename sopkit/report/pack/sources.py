"""What a page can tell of its figures without a request: the meaning of every cell it cites, as data beside the page.

On the screen each source stands once, in a list, and a figure names its place there. The list is packed (raw deflate, base64), which
every browser opens by itself: written out at each figure, sources are half of the page.
"""

import base64
import json
import re
import zlib
from collections.abc import Iterable
from html import unescape

from markupsafe import Markup

from sopkit.data.contracts import CONTRACTS
from sopkit.meeting.kpis.swedish import SWEDISH
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import FACTS, Desk

CELL = re.compile(r"([a-z_]+)#([^|)]*)\.([A-Za-z_]\w*)(?=[|)]|$)")
WORDS_HERE = Markup("/* words */")
LABELS = {
    "sort": N_("Sort by this column"),
    "exactly": N_("exactly"),
    "close": N_("Close"),
    "all": N_("all rows"),
    "scenario": N_("Scenario"),
}


def numbered(desk: Desk, page: str) -> str:
    """The page with its sources in one list, and beside them what its script says, in place of `WORDS_HERE`; its rows in short."""
    sources = sorted(set(re.findall(r'data-src="([^"]*)"', page)))
    place = {source: str(number) for number, source in enumerate(sources)}
    page = re.sub(r'data-src="([^"]*)"', lambda found: f'data-src="{place[found[1]]}"', page)
    page = re.sub(r'(value="-?\d+)\.0"', r'\1"', page)
    page = re.sub(r"</t[dh]>(?=<t[dh]\b|</tr>)|</tr>(?=\s*(?:<tr\b|</tbody>|</thead>))", "", page)  # HTML needs no end of a cell
    words = _words(desk, [unescape(source) for source in sources])
    return page.replace(WORDS_HERE, json.dumps(words, ensure_ascii=False, separators=(",", ":"), sort_keys=True).replace("<", "\\u003c"), 1)


def sources_of(page: str) -> list[str]:
    """The list of sources in a page that `numbered` has made, in their places."""
    found = re.search(r'<script type="application/json" id="words">(.*?)</script>', page, flags=re.S)
    return list(opened(json.loads(found[1])["trace"])["sources"]) if found else []


def packed(told: dict[str, object]) -> str:
    """Data for the page's script: JSON, raw deflate, base64."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return base64.b64encode(squeezed.compress(text.encode()) + squeezed.flush()).decode()


def opened(text: str) -> dict[str, list[str]]:
    """What `packed` has packed."""
    return dict(json.loads(zlib.decompress(base64.b64decode(text), -zlib.MAX_WBITS)))


def _words(desk: Desk, sources: list[str]) -> dict[str, object]:
    """Labels of the page's script, the sources, meanings of the columns they name, and definitions of their facts.

    Meanings stand in the pack's language; where a column has none in it, it has none here.
    """
    cited = {found for source in sources for found in CELL.findall(source)}
    tables: dict[str, dict[str, str]] = {}
    for name, _, column in sorted(cited):
        told = _meaning(name, column, desk.about.language)
        if told:
            tables.setdefault(name, {})[column] = told
    ids = {part.removeprefix("id=") for name, rows, _ in cited if name == FACTS for part in rows.split("&") if part.startswith("id=")}
    labels = {name: desk.writer.text(label) for name, label in LABELS.items()}
    return {**labels, "trace": packed({"sources": sources, "tables": tables, "facts": _definitions(desk, ids)})}


def _meaning(table: str, column: str, language: str) -> str:
    contract = CONTRACTS.get(table)
    found = next((one for one in contract.columns if one.name == column), None) if contract else None
    if found is None:
        return ""
    meaning = found.meaning if language == "en" else found.meaning_sv
    return f"{meaning}; {found.unit}" if meaning and found.unit and language == "en" else meaning


def _definitions(desk: Desk, ids: Iterable[str]) -> dict[str, str]:
    wanted = set(ids)
    if desk.about.language == "sv":  # facts are written in English; the dictionary of KPIs holds them in both
        return {name: SWEDISH[name].of_closed_months for name in sorted(wanted & set(SWEDISH))}
    told = {record.word("id"): record.word("definition") for record in desk.book.records(FACTS) if record.word("id") in wanted}
    return dict(sorted(told.items()))
