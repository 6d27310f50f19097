"""Data trust by its stated rule, and who delivered what: by hand."""

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.trust import AT_RISK, data_trust, participation, received_sources
from sopkit.meeting.kpis.definitions import KPIS
from sopkit.report.pack.trust import PAGES

CUTOFF, CYCLE = "2026-02", "2026-03"


def coverage(table: str, rows: int, first: str | None, last: str | None) -> pd.DataFrame:
    row = {"table": table, "status": "provided", "rows": rows, "first_period": first, "last_period": last}
    return conform(pd.DataFrame([row]), CONTRACTS["coverage"])


def findings(*rows: dict[str, object]) -> pd.DataFrame:
    plain = {"finding": 0, "file": "f.csv", "row": 0, "rows": 0, "message": "m", "outcome": "ACCEPT", "period": ""}
    listed = [{**plain, **row, "finding": number} for number, row in enumerate(rows, start=1)]
    return conform(pd.DataFrame(listed), CONTRACTS["findings"]) if listed else empty(CONTRACTS["findings"])


def terms(table: str, frequency: str = "") -> pd.DataFrame:
    return pd.DataFrame([{"table": table, "owner": "head_of_sales", "frequency": frequency, "due_date": None}])


def received(table: str, rows: int, since: str = CYCLE) -> pd.DataFrame:
    row = {"table": table, "content_hash": "a", "rows": rows, "first_received": since}
    return conform(pd.DataFrame([row]), CONTRACTS["received_sources"])


def scored(table: str, found: pd.DataFrame, *, rows: int = 100, last: str = CUTOFF, frequency: str = "", since: str = CYCLE) -> pd.Series:
    reach = coverage(table, rows, "2025-03", last)
    trust = data_trust(reach, found, received(table, rows, since), terms(table, frequency), cutoff=CUTOFF)
    return trust.set_index("table").loc[table]


def test_a_clean_fresh_source_is_trusted_fully():
    row = scored("sales_history", findings())
    assert (row["score_share"], row["age_months"], row["owner"], row["frequency"]) == (1.0, 0, "head_of_sales", "monthly")
    assert row["at_risk"].startswith("total_sales") and pd.isna(row["weakest"])


def test_each_part_takes_off_what_the_rule_says():
    rule = {"table": "sales_history"}
    found = findings(
        rule | {"rule": "missing_month", "period": "2025-06..2025-08", "outcome": "ACCEPT"},  # 3 of 12 months
        rule | {"rule": "outlier", "row": 7, "rows": 1},  # 1 of 100 rows
        rule | {"rule": "restated_history"},  # the whole table: 0.05
        rule | {"rule": "trimmed", "row": 9, "outcome": "REPAIR"},  # 1 of 100 rows
        rule | {"rule": "partial_month", "rows": 50, "outcome": "REPAIR"},  # left out by rule: no repair
        rule | {"rule": "below_cost", "rows": 90, "row": 2},  # told for the reader: no fault
    )
    row = scored("sales_history", found, last="2025-12")  # two months late: half
    parts = [row[name] for name in ("complete_share", "fresh_share", "consistent_share", "repaired_share")]
    assert parts == pytest.approx([0.75, 0.5, 0.94, 0.01])
    assert row["score_share"] == pytest.approx(0.75 * 0.5 * 0.94 * 0.995, abs=1e-6)
    assert row["weakest"] == "2 months old"


def test_age_is_judged_by_the_declared_frequency():
    assert scored("sales_history", findings(), last="2025-12", frequency="quarterly")["fresh_share"] == 1.0
    assert scored("unit_costs", findings(), since="2025-01")["fresh_share"] == 1.0  # when it changes
    assert scored("unit_costs", findings(), since="2025-03", frequency="yearly")["fresh_share"] == pytest.approx(0.75)


def test_the_company_is_the_mean_weighted_by_what_rests_on_each():
    reach = pd.concat([coverage("items", 10, None, None), coverage("customers", 10, None, None)], ignore_index=True)
    both = pd.concat([received("items", 10), received("customers", 10)], ignore_index=True)
    declared = pd.concat([terms("items"), terms("customers")], ignore_index=True)
    found = findings({"table": "customers", "rule": "similar_codes", "row": 2, "rows": 5})
    trust = data_trust(reach, found, both, declared, cutoff=CUTOFF).set_index("table")
    weights = len(AT_RISK["items"]), len(AT_RISK["customers"])
    assert trust.loc["customers", "score_share"] == 0.5
    assert trust.loc["*", "score_share"] == pytest.approx((weights[0] + 0.5 * weights[1]) / sum(weights))
    assert trust.loc["*", "weakest"].startswith("customers: similar_codes")


def test_what_rests_on_a_source_are_kpis_and_pages_that_there_are():
    known = {kpi.id for kpi in KPIS} | set(PAGES)
    assert {name for names in AT_RISK.values() for name in names} <= known
    assert set(AT_RISK) <= set(CONTRACTS)


def test_content_keeps_the_cycle_it_first_came_in():
    frame = pd.DataFrame({"item": ["A"], "quantity": [1.0]})
    first = received_sources(
        {"inventory": frame, "items": frame.iloc[:0]}, {"inventory": "x"}, empty(CONTRACTS["received_sources"]), cycle="2026-02"
    )
    again = received_sources({"inventory": frame}, {"inventory": "x"}, first, cycle="2026-03")
    other = received_sources({"inventory": frame}, {"inventory": "y"}, again, cycle="2026-04")
    assert [part["first_received"].tolist() for part in (first, again, other)] == [["2026-02"], ["2026-02"], ["2026-04"]]
    rows = [received_sources({"items": part}, {}, first, cycle="2026-02")["content_hash"].iloc[0] for part in (frame, frame * 2)]
    assert rows[0] != rows[1]


def test_functions_that_fell_silent_and_numbers_that_did_not_change():
    def forecast(**units: float) -> pd.DataFrame:
        rows = [(function, "A", "N", "R", "2026-04", amount) for function, amount in units.items()]
        return pd.DataFrame(rows, columns=["function", "item", "region", "channel", "period", "quantity"])

    tables = {
        "sales_forecast": forecast(sales=10.0, marketing=5.0),
        "inventory": pd.DataFrame({"item": ["A"], "period": ["2026-02"], "quantity": [1.0]}),
    }
    declared = pd.concat([terms("sales_forecast"), terms("inventory"), terms("budget")], ignore_index=True)
    came = pd.concat([received("sales_forecast", 2), received("inventory", 1, since="2026-02")], ignore_index=True)
    part = participation(tables, {"sales_forecast": forecast(sales=10.0, marketing=4.0, finance=3.0)}, came, declared, cycle=CYCLE)
    status = part.set_index(["function", "table"])["status"].to_dict()
    assert status == {
        ("finance", "sales_forecast"): "missing",
        ("marketing", "sales_forecast"): "delivered",
        ("sales", "sales_forecast"): "unchanged",
        ("head_of_sales", "inventory"): "unchanged",
        ("head_of_sales", "budget"): "missing",
    }
    assert part["delivered"].str.len().min() > 10 and part.loc[part["table"] == "inventory", "last_period"].tolist() == ["2026-02"]
