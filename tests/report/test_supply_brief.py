"""The supply brief: load and limits; levers, commitments, hiring, lost suppliers. Briefs have two pages, however large the company."""

import io
import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pikepdf
import pytest
from pack_sample import about, facts, full_tables, larger
from source_reading import value_of

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.report.pack import PackInputs
from sopkit.report.pack.build import printed_pages, written_pack
from sopkit.report.pack.inputs import desk_of
from sopkit.report.pack.tolerance import MOST_SHEETS, families_to_show, outside_families
from sopkit.report.tracing import untraced_digits


def frame(table: str, *rows: dict) -> pd.DataFrame:
    return conform(pd.DataFrame(list(rows)), CONTRACTS[table])


def reviewed(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    plan = tables["supply_plan"]
    family = tables["items"]["family"].iloc[0]
    lever = {"lever": "V1", "kind": "shift", "target": "coating", "rank": 1, "effect_date": pd.Timestamp("2026-04-10"), "verdict": "pull"}
    lever |= {"last_date": pd.Timestamp("2026-04-02"), "units_saved": 812.0, "contribution_change": 3_400_000.0, "lever_cost": 90_000.0}
    committed = {"family": family, "region": "SE", "period": plan["period"].min(), "consensus": 100.0, "committed": 60.0, "late": 30.0}
    hire = {"skill_group": "coaters", "start_date": pd.Timestamp("2026-03-30"), "needed_from": "2026-05", "needed_until": "2026-07"}
    hire |= {"number": 4.0, "ramp_up_months": 1.0, "hire_cost": 240_000.0, "wages": 1.0, "too_late": False, "reason": "-"}
    loss = {"supplier": "L-100", "component": "gas_valve", "rank": 1, "single_source": True, "items": 3, "families": family, "revenue": 1.0}
    return {
        **tables,
        "lever_effects": frame("lever_effects", lever | {"sentence": "-", "contribution_in_time": 3_400_000.0}),
        "commitments": frame("commitments", committed | {"waiting": 0.0, "lost": 10.0}),
        "hiring_requests": frame("hiring_requests", hire),
        "supplier_risk": frame(
            "supplier_risk", loss | {"months_lost": 3.0, "units_lost": 55.0, "contribution_change": -77_000.0, "sentence": "-"}
        ),
    }


def brief(tables: dict[str, pd.DataFrame], language: str = "en") -> tuple[list[str], str]:
    pages, html = printed_pages(PackInputs(tables, facts(tables), replace(about(), language=language)), "supply_brief")
    return [page.section for page in pages], html


@pytest.mark.parametrize(("language", "words"), [("en", "in time"), ("sv", "enda källan")])
def test_remedies_stand_in_the_supply_brief(language: str, words: str) -> None:
    tables = reviewed(full_tables())
    sections, html = brief(tables, language)
    assert sections[-1] == "remedies"
    page = html[html.index('id="remedies"') :]
    for number in ("812", "60", "55"):
        assert f">{number}<" in page
    assert "coaters" in page and words in page
    numbers = {(float(value), unescape(source)) for value, source in re.findall(r' (?:data-)?value="([^"]*)" data-src="([^"]*)"', page)}
    assert len(numbers) > 10
    assert [(value, source) for value, source in numbers if abs(value_of(source, {**tables, "facts": facts(tables)}) - value) > 1e-6] == []
    assert untraced_digits(html) == []
    assert not re.search(r"\bnan\b|None|NaT|<NA>", re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.S))


def test_what_is_not_reviewed_is_not_told() -> None:
    for part in (tables := full_tables()):
        if part in ("shortages", "supplier_load"):
            tables[part] = tables[part].iloc[:0]
    assert brief(tables)[0] == ["supply"]


@pytest.mark.parametrize("kind", ["demand_brief", "supply_brief"])
def test_a_brief_has_two_pages_however_large_the_company(kind: str) -> None:
    tables = larger(reviewed(full_tables()), 6)
    pack = written_pack(kind, PackInputs(tables, facts(tables), about()))
    with pikepdf.open(io.BytesIO(pack.pdf)) as document:
        assert len(document.pages) == 2


def test_of_many_families_outside_the_executive_sees_the_sheets_of_those_that_lose_most() -> None:
    tables = larger(full_tables(), 6)
    desk = desk_of(PackInputs(tables, facts(tables), about()))
    outside = outside_families(desk)
    assert len(outside) == 12 > MOST_SHEETS
    assert families_to_show(desk) == [f"Gas grills{copy}" for copy in ("", " 2", " 3", " 4", " 5")]  # two of three kronor lost are theirs
