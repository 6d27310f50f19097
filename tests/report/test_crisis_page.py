"""The page of a crisis: one page of its own, in both languages, every figure with its source."""

import pandas as pd
import pytest

from sopkit.meeting.policy import Playbook
from sopkit.meeting.scenarios import scenario_frame
from sopkit.report.crisis_page import crisis_page

PLAYBOOK = Playbook(
    title="A single source stops",
    trigger="No date <given>",
    owner="head_of_materials",
    first_actions=("Count", "Call"),
    months=2,
    supplier="L1",
)


def rows():
    base = {"scenario": "base", "title": "base", "kind": "base", "net_sales": 100e6, "contribution": 40e6, "lost": 0.0, "late": 0.0}
    crisis = base | {
        "scenario": "crisis",
        "title": "It stops (L1), 2026-04 to 2026-05",
        "kind": "playbook",
        "contribution": 31e6,
        "lost": 5000.0,
    }
    helped = crisis | {"scenario": "D1=B", "title": "Night shift", "kind": "option", "contribution": 33e6}
    useless = crisis | {"scenario": "D2=B", "title": "Second source", "kind": "option", "contribution": 30e6}
    return scenario_frame([base, crisis | {"breaks_first": "Grills 2026-04"}, helped, useless])


def page(language="en", shortages=None):
    short = pd.DataFrame({"family": ["Grills"], "period": ["2026-04"], "lost": [5000.0], "late": [0.0]}) if shortages is None else shortages
    return crisis_page(rows(), short, PLAYBOOK, title="Company, 2026-03", start="2026-04", currency="SEK", language=language)


def test_the_page_says_what_it_does_whom_it_hits_and_what_helps():
    told = page()
    assert "nobody acts" in told and 'value="-9000000.0"' in told
    assert "Grills" in told and "Night shift" in told and "Second source" not in told
    assert "No date &lt;given&gt;" in told and "head of materials" in told
    assert 'data-src="' in told and "http" not in told.split("</style>")[1].split("<script")[0].replace("http-equiv", "")


def test_the_page_in_swedish():
    told = page("sv")
    assert "Första åtgärder" in told and "Utlösare" in told and "nobody" not in told


def test_a_crisis_that_hits_nobody_says_so():
    nobody = pd.DataFrame({"family": pd.Series([], dtype="str"), "period": pd.Series([], dtype="str"), "lost": [], "late": []})
    assert "No family loses" in page(shortages=nobody)


@pytest.mark.parametrize("language", ["en", "sv"])
def test_the_same_crisis_gives_the_same_bytes(language):
    assert page(language) == page(language)
