"""The packs of the other meetings, from the same tables: traced to the last digit, in both languages, with what each meeting needs."""

import dataclasses
import json
import re
from html import unescape

import pandas as pd
import pytest
from markupsafe import Markup
from pack_sample import about, facts, full_tables, sample
from source_reading import value_of

from sopkit.report.pack import KINDS, PackInputs
from sopkit.report.pack.build import printed_pages, shown_page
from sopkit.report.pack.decisions import decisions_page
from sopkit.report.pack.inputs import desk_of
from sopkit.report.pack.sources import opened, sources_of
from sopkit.report.pack.tolerance import families_to_show, outside_families, tolerances
from sopkit.report.tracing import outside_references, untraced_digits

TRACED = r' (?:data-)?value="([^"]*)" data-src="([^"]*)"'


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"executive"}))
@pytest.mark.parametrize(("size", "language"), [("full", "en"), ("basic", "sv")])
def test_every_number_of_every_pack_is_the_number_its_source_names(kind: str, size: str, language: str) -> None:
    inputs = sample(size, language)
    _, page = printed_pages(inputs, kind)
    known = {**inputs.tables, "facts": inputs.facts}
    numbers = {(float(value), unescape(source)) for value, source in re.findall(TRACED, page)}
    assert len(numbers) > (30 if size == "full" else 0) or (kind, size) == ("supply_brief", "basic")  # nothing limits its supply
    assert [(value, source) for value, source in numbers if abs(value_of(source, known) - value) > 1e-6 * max(1.0, abs(value))] == []
    assert untraced_digits(page) == []
    assert outside_references(page) == []
    assert not re.search(r"\bnan\b|None|NaT|<NA>", re.sub(r"<style>.*?</style>|<script.*?</script>|<[^>]+>", " ", page, flags=re.S))


def test_a_page_on_the_screen_holds_each_source_once_and_whole() -> None:
    inputs = sample("full")
    _, printed = printed_pages(inputs)
    shown = shown_page(inputs, printed)
    sources = sources_of(shown)
    numbered = re.findall(r'data-src="([^"]*)"', shown)
    assert [sources[int(place)] for place in numbered] == [unescape(source) for source in re.findall(r'data-src="([^"]*)"', printed)]
    assert sources == sorted(set(sources))
    assert len(shown) < len(printed)


def test_a_broken_fiscal_year_is_called_after_the_year_it_ends_in() -> None:
    tables = full_tables()
    inputs = PackInputs(tables, facts(tables), dataclasses.replace(about(), fiscal_year_first_month=7))
    assert desk_of(inputs).year == ("2025-07", "2026-06")
    assert "fiscal year 2026" in re.sub("<[^>]+>", "", printed_pages(inputs)[1])


def test_definitions_are_in_the_language_of_the_pack() -> None:
    page = re.sub("<[^>]+>", "", printed_pages(sample("full", "sv"))[1])
    assert "fakturerad nettoomsättning i månaden" in page and "net sales invoiced in the month" not in page


def test_meanings_travel_with_the_page_and_cannot_end_it() -> None:
    tables = full_tables()
    tables["facts"] = facts(tables).assign(definition="</script><b>")
    page = shown_page(PackInputs(tables, tables["facts"], about()), printed_pages(PackInputs(tables, tables["facts"], about()))[1])
    words = re.search(r'id="words">(.*?)</script>', page, flags=re.S)
    assert words is not None and "<" not in words[1] and "net price" in str(opened(json.loads(words[1])["trace"]))


def test_all_families_have_a_sheet_before_the_meeting_and_only_those_outside_in_it() -> None:
    desk = desk_of(sample("full"))
    assert outside_families(desk) == families_to_show(desk) == ["Gas grills", "Patio heaters"]  # they lose demand
    every = [page.section for page in printed_pages(sample("full"), "pre_sop")[0] if page.section.startswith("family-")]
    assert len(every) == 6


def test_a_plan_that_moves_beyond_its_usual_error_is_outside() -> None:
    tables = full_tables()
    plan = tables["consensus_demand"]
    last = plan[["item", "region", "channel", "period", "quantity", "net_price"]].assign(made_in="2026-02", shipped=plan["quantity"])
    stoves = tables["items"].loc[tables["items"]["family"] == "Stoves", "item"]
    last.loc[last["item"].isin(stoves), "quantity"] /= 1.5  # this plan is half as high again
    desk = desk_of(PackInputs({**tables, "last_plan": last}, facts(tables), about()))
    moved = {one.family: one for one in tolerances(desk)}
    assert moved["Stoves"].change.value == pytest.approx(0.5)
    assert [name for name, one in moved.items() if one.outside] == ["Stoves"]
    assert "Stoves" in outside_families(desk)


def test_without_a_family_outside_the_largest_is_shown() -> None:
    tables = full_tables()
    tables["gaps"] = tables["gaps"].assign(lost=0.0, late=0.0)
    tables["options"] = tables["options"].iloc[:0]
    desk = desk_of(PackInputs(tables, facts(tables), about()))
    revenue = tables["consensus_demand"].merge(tables["items"][["item", "family"]]).groupby("family")["revenue"].sum()
    assert outside_families(desk) == []
    assert families_to_show(desk) == [revenue.idxmax()]


def test_a_sheet_prints_its_balances_with_what_they_leave() -> None:
    page = printed_pages(sample("full"), "pre_sop")[1]
    sheet = unescape(re.sub(r"<[^>]+>", "", page.split('<section id="family-stoves"')[1].split("</section>")[0])).replace("\u00a0", " ")
    assert re.search(r"Stock ties: [\w ]+ and [\w ]+ of production less [\w ]+ shipped: [\d ]+ units; unexplained 0 units", sheet)


def test_families_lead_to_their_sheets_where_there_are_sheets() -> None:
    executive, brief = printed_pages(sample("full"))[1], printed_pages(sample("full"), "demand_brief")[1]
    linked = set(re.findall(r'<a href="#(family-[^"]*)"', executive))
    assert linked == {"family-gas-grills", "family-patio-heaters"}
    assert all(f'<section id="{section}"' in executive for section in linked)
    assert "#family-" not in brief


def test_overrides_that_contradict_each_other_are_shown_to_the_review() -> None:
    tables = full_tables()
    row = {"override": "O-1", "other": "O-2", "conflict": "opposite", "cells": 3, "quantity_change": 120.0, "other_quantity_change": -80.0}
    page = printed_pages(PackInputs({**tables, "override_conflicts": pd.DataFrame([row])}, facts(tables), about()), "demand_brief")[1]
    assert "one raises what the other lowers" in page


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "They depend on each other: D1=B with D2=C brings 1.65 MSEK less than apart. Decide them in the order shown."),
        ("sv", "De beror på varandra: D1=B tillsammans med D2=C ger 1,65 MSEK mindre än var för sig."),
    ],
)
def test_the_two_decisions_that_depend_on_each_other_are_named(language: str, told: str) -> None:
    """D1=B alone +4.0, D2=C alone -0.35, both as one plan +2.0: 1.65 less. D3=A does nothing, so no other pair is told."""
    tables = full_tables()
    scenarios = tables["scenarios"]
    whole = scenarios["kind"] == "together"
    scenarios = scenarios.assign(contribution=scenarios["contribution"].mask(whole, 154e6))
    pair = scenarios[whole].assign(scenario="D1=B+D2=C", kind="pair")
    tables["scenarios"] = pd.concat([scenarios, pair], ignore_index=True)
    page = decisions_page(desk_of(PackInputs(tables, facts(tables), about(language))))
    text = Markup(" ").join(line for block in page.blocks if block.kind == "text" for line in block.lines).striptags().replace("\xa0", " ")
    assert told in text
    assert text.count("D2=C") == 1


def test_a_bought_family_has_receipts_and_a_forecast_worse_than_naive_is_doubted() -> None:
    tables = full_tables()
    family = "Stoves"
    items = tables["items"]
    accuracy = tables["forecast_accuracy"].copy()
    accuracy.loc[(accuracy["family"] == family) & (accuracy["layer"] == "consensus"), "wape_ratio"] = 9.0
    bought = items["supply_strategy"].astype(object).where(items["family"] != family, "buy")
    known = {**tables, "items": items.assign(supply_strategy=bought), "forecast_accuracy": accuracy}
    page = printed_pages(PackInputs(known, facts(known), about()), "pre_sop")[1]
    sheet = unescape(re.sub(r"<[^>]+>", "", page.split('<section id="family-stoves"')[1].split("</section>")[0])).replace("\u00a0", " ")
    assert "Receipts" in sheet
    assert "of receipts less" in sheet
    assert "Production" not in sheet
    assert "Why to doubt it: wrong by 900% on average" in sheet


def test_a_function_and_its_head_are_one_line_of_who_brought_what() -> None:
    tables = full_tables()
    rows = [("sales", "sales_forecast", "delivered"), ("head_of_sales", "overrides", "delivered"), ("head_of_hr", "workforce", "missing")]
    owed = pd.DataFrame(
        [{**tables["participation"].iloc[0], "function": who, "table": what, "status": status} for who, what, status in rows]
    )
    known = tables | {"participation": owed}
    page = printed_pages(PackInputs(known, facts(known), about()), "pre_sop")[1]
    table = re.search(r"<caption>Who has brought what.*?</table>", page, re.DOTALL)
    assert table is not None
    lines = [re.sub(r"<[^>]+>", "|", line) for line in re.findall(r"<tr[^>]*>(.*?)</tr>", table[0].split("<tbody>")[1], re.DOTALL)]
    assert [[word for word in line.split("|") if word.strip()] for line in lines] == [["sales", "2"], ["head of HR", "1"]]
