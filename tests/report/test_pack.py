"""The pack: every number traced and computed again, honest about what is missing, the same bytes twice, safe against hostile text."""

import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest
from pack_sample import about, basic_tables, facts, full_tables, sample
from source_reading import value_of

from sopkit.data.contracts import INPUTS
from sopkit.report.language import language_of
from sopkit.report.narrative import Writer
from sopkit.report.pack import Pack, PackInputs, pack_checks
from sopkit.report.pack.build import index_of, printed_pages, shown_page
from sopkit.report.pack.table_words import table_words
from sopkit.report.tracing import outside_references, untraced_digits

UNREAD = r"<style>.*?</style>|<script.*?</script>|<[^>]+>"
HOSTILE = '<img src=x onerror="document.body.dataset.pwned=1">{{7*7}}</script><script>document.body.dataset.pwned=1</script>'


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return full_tables()


@pytest.fixture(scope="module")
def full(tables: dict[str, pd.DataFrame]) -> Pack:
    return shown(PackInputs(tables, facts(tables), about()))


@pytest.fixture(scope="module")
def basic() -> Pack:
    return shown(sample("basic", "sv"))


def shown(inputs: PackInputs, kind: str = "executive") -> Pack:
    """A pack without its PDF, which has tests of its own."""
    pages, html = printed_pages(inputs, kind)
    return Pack(kind, shown_page(inputs, html), html, b"", index_of(pages), str(pages[0].title.striptags()))


def traced(html: str) -> list[tuple[float, str]]:
    """Value and source of every printed number, in the page and in its drawings."""
    numbers = re.findall(r'<data(?: class="[^"]*")? value="([^"]*)" data-src="([^"]*)"', html)
    drawn = re.findall(r'data-value="([^"]*)" data-src="([^"]*)"', html)
    return [(float(value), unescape(source)) for value, source in numbers + drawn]


def test_no_digit_stands_without_a_source(full: Pack, basic: Pack) -> None:
    assert untraced_digits(full.html) == []
    assert untraced_digits(basic.html) == []


def test_a_digit_without_a_source_is_found(full: Pack) -> None:
    assert untraced_digits(full.html.replace("</h2>", "<b>42</b></h2>", 1)) == ["42"]
    assert untraced_digits("<p><data class='n' data-src='x#.y'>1</data> and 2</p>") == ["and 2"]


def test_every_number_is_the_number_its_source_names(full: Pack, tables: dict[str, pd.DataFrame]) -> None:
    known = {**tables, "facts": facts(tables)}
    numbers = set(traced(full.print_html))
    wrong = [(value, source) for value, source in numbers if abs(value_of(source, known) - value) > 1e-6 * max(1.0, abs(value))]
    assert len(numbers) > 1_000
    assert wrong == []


def test_numbers_of_a_company_with_little_data_are_traced_too(basic: Pack) -> None:
    tables = basic_tables()
    known = {**tables, "facts": facts(tables)}
    assert [
        source for value, source in set(traced(basic.print_html)) if abs(value_of(source, known) - value) > 1e-6 * max(1.0, abs(value))
    ] == []


def test_checks_hold_and_can_fail(full: Pack) -> None:
    assert pack_checks(full)["ok"].all()
    broken = Pack(
        full.kind,
        full.html.replace("</main>", '<p>7 <img src="https://example.org/x.png"></p></main>'),
        full.print_html,
        b"x",
        full.index,
        "",
    )
    assert list(pack_checks(broken)["ok"]) == [False, False, True, True]


def test_names_stand_where_a_code_has_one_and_months_as_months(full: Pack, tables: dict[str, pd.DataFrame]) -> None:
    code = tables["resource_load"].sort_values("load_ratio")["resource"].iloc[-1]
    resources = pd.DataFrame({"resource": [code], "resource_name": ["Powder coating"]})
    scenarios = tables["scenarios"].assign(breaks_first=f"{code} 2026-07")
    pack = shown(PackInputs({**tables, "resources": resources, "scenarios": scenarios}, facts(tables), about()))
    plain = unescape(re.sub(UNREAD, "", pack.html, flags=re.S))
    assert "Powder coating is asked for" in plain and "Powder coating, Jul\u00a02026" in plain
    assert f"{code} is asked for" in re.sub(r"<[^>]+>", "", full.html)  # no table of names: the code
    assert not re.search(r"seasonal_naive|holt_winters|gas_valve", plain)
    assert untraced_digits(pack.html) == []


def test_order_of_the_pages(full: Pack) -> None:
    sections = list(full.index["section"])
    assert sections[:9] == ["decisions", "record", "bridge", "money", "demand", "accuracy", "supply", "limits", "inventory"]
    assert sections[9:] == ["family-gas-grills", "family-patio-heaters", "outlook", "health", "appendix"]  # the two that lose demand
    assert list(full.index["position"]) == list(range(1, 15))


def test_page_one_decides(full: Pack) -> None:
    first = full.print_html.split('<section id="record"')[0]
    assert full.headline.startswith("Without decisions by 27 March 2026 we miss the budget of 2026 by ")
    assert first.count('class="decision"') == 3
    assert first.count('<td class="text">recommended') == 3
    assert "svg" not in first.split("<body>")[1]  # a table that can be read aloud, no chart


def test_what_is_not_provided_is_named_and_nothing_is_made_up(basic: Pack) -> None:
    text = re.sub(UNREAD, " ", basic.html, flags=re.S)
    absent = [name for name, contract in INPUTS.items() if contract.without]
    swedish = Writer(language_of("sv"), "SEK")
    assert all(re.search(rf"\b{table_words(swedish, name)}\b", text) for name in absent)
    assert not [name for name in INPUTS if "_" in name and re.search(rf"\b{name}\b(?!\.csv)", text)]  # a reader is told in words
    assert "decision pack" not in text
    assert not re.search(r"\bnan\b|None|NaT|<NA>", text)
    assert "Leveransgrad, sena och förlorade enheter är inte tillgängliga" in text and "Lager, räckvidd och säkerhetslager är inte" in text
    assert not re.search(r'data-src="[^"]*(closing_stock|gaps#[^"]*\.lost|gaps#[^"]*\.late)', basic.html)
    assert 'id="bridge"' not in basic.html
    assert 'id="limits"' not in basic.html


def test_no_empty_frames(full: Pack, basic: Pack) -> None:
    for html in (full.html, basic.html):
        assert not re.search(r"<tbody>\s*</tbody>", html)
        assert not re.search(r"<figure>\s*</figure>", html)
        assert "{" not in re.sub(UNREAD, "", html, flags=re.S)


def test_nothing_is_asked_from_outside(full: Pack) -> None:
    assert outside_references(full.html) == []
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', full.html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")


def test_the_same_inputs_give_the_same_bytes(basic: Pack) -> None:
    assert shown(sample("basic", "sv")).print_html == basic.print_html


def test_hostile_text_stays_text() -> None:
    inputs = sample("basic")
    tables = dict(inputs.tables)
    items = tables["items"].copy()
    items.loc[items["family"] == "Stoves", "family"] = HOSTILE
    tables["items"] = items
    for name in ("gaps", "demand_range", "plan_statement", "family_sheets", "backtest"):
        tables[name] = tables[name].replace({"family": {"Stoves": HOSTILE}})
    named = PackInputs(tables, inputs.facts, replace(about(), title="7 & Sons"))  # a name with a digit is no figure
    pack = shown(named)
    for html in (pack.html, shown(named, "pre_sop").html):
        assert "<img" not in html
        assert html.count("<script") == 2  # the words and the script of ours
        assert html.count("</script>") == 2
        assert "{{7*7}}" in unescape(html)
    assert untraced_digits(pack.html) == []


def test_stored_charts_follow_the_colour_scheme_on_screen_alone(full: Pack) -> None:
    drawings = re.findall(r"<svg.*?</svg>", full.html, flags=re.S)
    assert len(drawings) >= 4 + 2
    assert not [drawing for drawing in drawings if re.search("#404040", drawing, flags=re.I)]
    assert all("var(" not in drawing for drawing in re.findall(r"<svg.*?</svg>", full.print_html, flags=re.S))


def test_ids_are_unique(full: Pack) -> None:
    ids = re.findall(r'\sid="([^"]+)"', full.html)
    assert len(ids) == len(set(ids))


def test_tables_can_be_heard(full: Pack) -> None:
    tables = re.findall(r"<table.*?</table>", full.html, flags=re.S)
    assert all("<caption>" in table and 'scope="col"' in table and 'scope="row"' in table for table in tables)
    assert len(re.findall(r'<svg role="img"', full.html)) == full.html.count("<svg")


def test_regions_and_channels_that_are_not_shown_are_added_up_under_others() -> None:
    tables = basic_tables()
    demand = tables["consensus_demand"]
    split = [
        demand.assign(
            region=f"R{place:02d}", channel=f"C{place % 6}", revenue=demand["revenue"] * place, quantity=demand["quantity"] * place
        )
        for place in range(1, 13)
    ]
    tables["consensus_demand"] = pd.concat(split, ignore_index=True)
    html = shown(PackInputs(tables, facts(tables), about())).print_html
    rows = re.search(r"<caption>Net sales by region and channel.*?</table>", html, re.DOTALL)
    assert rows is not None
    lines = re.findall(r"<tr[^>]*>(.*?)</tr>", rows[0], re.DOTALL)
    names = [re.sub("<[^>]*>", "", line).split("\u00a0")[0].strip() for line in lines]
    values = [[float(value) for value in re.findall(r' value="([^"]*)"', line)] for line in lines]
    body = [numbers for numbers in values if numbers]
    *shown_rows, whole = body
    assert [name[:3] for name in names if name.startswith("R")] == [f"R{place:02d}" for place in range(12, 5, -1)]
    assert sum(name.startswith("others") for name in names) == 1
    assert sum(numbers[-1] for numbers in shown_rows) == pytest.approx(whole[-1])
    assert sum(whole[:-1]) == pytest.approx(whole[-1])  # three channels and others
    known = {**tables, "facts": facts(tables)}
    assert [source for value, source in traced(rows[0]) if abs(value_of(source, known) - value) > 1e-6 * max(1.0, abs(value))] == []


def test_families_that_are_not_shown_are_added_up_under_others() -> None:
    """Eighteen families: the six that sell most, the others together, the total."""
    tables = basic_tables()
    tables["items"] = pd.concat(
        [tables["items"].assign(item=tables["items"]["item"] + at, family=tables["items"]["family"] + at) for at in "abc"],
        ignore_index=True,
    )
    demand = tables["consensus_demand"]
    parts = [demand.assign(item=demand["item"] + at, revenue=demand["revenue"] * worth) for worth, at in enumerate("abc", start=1)]
    tables["consensus_demand"] = pd.concat(parts, ignore_index=True)
    html = shown(PackInputs(tables, facts(tables), about())).print_html
    rows = re.search(r"<caption>Demand plan by family.*?</table>", html, re.DOTALL)
    assert rows is not None
    lines = [line for line in re.findall(r"<tr[^>]*>(.*?)</tr>", rows[0], re.DOTALL) if " value=" in line]
    values = [[float(value) for value in re.findall(r' value="([^"]*)"', line)] for line in lines]
    assert len(lines) == 8
    assert "others" in lines[-2]
    assert sum(numbers[-1] for numbers in values[:-1]) == pytest.approx(values[-1][-1])


def test_a_scenario_that_could_not_be_planned_is_not_the_worst(tables: dict[str, pd.DataFrame]) -> None:
    scenarios = tables["scenarios"]
    lost = scenarios["kind"].eq("scenario")
    known = tables | {"scenarios": scenarios.assign(contribution=scenarios["contribution"].where(~lost))}
    html = shown(PackInputs(known, facts(known), about())).print_html
    assert "No scenario could be valued" in html
    assert "Worst scenario" not in html


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([+5e6, +1e6], "No scenario takes contribution of the next twelve months down; the best is"),
        ([0.0, 10.0], "No scenario moves contribution of the next twelve months."),
        ([-5e6, +1e6], "Worst scenario for contribution, twelve months"),
    ],
)
def test_the_title_of_scenarios_says_what_the_table_shows(tables: dict[str, pd.DataFrame], changes: list[float], told: str) -> None:
    scenarios = tables["scenarios"].copy()
    base = float(scenarios.loc[scenarios["kind"] == "base", "contribution"].iloc[0])
    what_if = scenarios.index[scenarios["kind"] == "scenario"]
    scenarios.loc[what_if, "contribution"] = [base + changes[place % 2] for place in range(len(what_if))]
    known = tables | {"scenarios": scenarios}
    assert len(what_if) >= 2
    assert told in unescape(re.sub(r"<[^>]+>", "", shown(PackInputs(known, facts(known), about())).print_html))


def test_the_first_resource_of_the_load_is_the_one_that_the_title_names(tables: dict[str, pd.DataFrame]) -> None:
    """A small resource has the highest load by share, a large one lacks more hours."""
    load = tables["resource_load"].copy()
    small, large = sorted(load["resource"].unique())[:2]
    for resource, asked, can in ((small, 30.0, 10.0), (large, 2_000.0, 1_000.0)):
        mine = load["resource"] == resource
        load.loc[mine, ["required_hours", "demonstrated_hours", "load_ratio"]] = [asked, can, asked / can]
    known = tables | {"resource_load": load}
    html = shown(PackInputs(known, facts(known), about())).print_html
    page = html.split('<section id="supply"')[1].split("</section>")[0]
    first = re.search(r'<tbody>.*?<th scope="row">(.*?)</th>', page, re.DOTALL)
    assert first is not None
    name = re.sub(r"<[^>]+>", "", first[1]).strip()
    title = re.sub(r"<[^>]+>", "", page.split("</h2>")[0])
    assert f"{name} is asked for" in title
    assert "200%" in title.replace("\u00a0", "")
