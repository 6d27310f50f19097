"""The real data set through its params: totals tie to the source to the cent."""

import csv
import gzip
import math
import os
from pathlib import Path

import pandas as pd
import pytest

from sopkit.data import cleaning
from sopkit.data.sources.reading import Intake, read_sources
from sopkit.run.params import load_params

SUITE = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("SOPKIT_DATA") or SUITE.parent / "shared" / "data") / "adventure_works"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data set adventure_works is not in the folder that SOPKIT_DATA names")


@pytest.fixture(scope="module")
def intake() -> Intake:
    params = load_params(SUITE / "params" / "adventure_works.yaml")
    assert (params.cycle, params.cutoff) == ("2013-12", "2013-11")
    result = read_sources(params.sources, DATA, cutoff=params.cutoff)
    result.raise_if_rejected()
    return result


@pytest.fixture(scope="module")
def order_lines() -> list[dict[str, str]]:
    with gzip.open(DATA / "sales_orders.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_sales_by_month_and_channel_tie_to_the_order_lines(intake: Intake, order_lines: list[dict[str, str]]):
    units: dict[tuple[str, str], list[float]] = {}
    money: dict[tuple[str, str], list[float]] = {}
    for line in order_lines:
        if line["order_date"] <= "2013-11-30":
            key = (line["order_date"][:7], line["channel"])
            units.setdefault(key, []).append(float(line["quantity"]))
            money.setdefault(key, []).append(float(line["sales_amount"]))
    sales = intake.tables["sales_history"]
    got = sales.assign(period=cleaning.months_of(sales["date"])).groupby(["period", "channel"])[["quantity", "revenue"]].sum()
    assert sorted(got.index) == sorted(units)
    for key, row in got.iterrows():
        assert row["quantity"] == math.fsum(units[key])
        assert abs(row["revenue"] - math.fsum(money[key])) < 0.005


def test_total_sales_of_the_cutoff_month(intake: Intake, order_lines: list[dict[str, str]]):
    wanted = math.fsum(float(line["sales_amount"]) for line in order_lines if line["order_date"].startswith("2013-11"))
    assert round(wanted, 2) == 5197154.91
    sales, orders = intake.tables["sales_history"], intake.tables["orders"]
    history = cleaning.demand_history(sales, orders, cutoff="2013-11")
    assert round(history.loc[history["period"] == "2013-11", "revenue"].sum(), 2) == 5197154.91
    assert cleaning.history_checks(history, sales, orders, cutoff="2013-11")["ok"].all()


def test_nothing_after_the_planning_date_leaks(intake: Intake):
    tables = intake.tables
    end = pd.Timestamp("2013-11-30")
    past = {"sales_history": ["date"], "prices": ["valid_from"], "unit_costs": ["valid_from"]}
    past |= {"production_history": ["start_date", "finish_date"], "purchase_receipts": ["order_date", "receipt_date"]}
    assert {name: [tables[name][column].max() <= end for column in columns] for name, columns in past.items()} == {
        name: [True] * len(columns) for name, columns in past.items()
    }
    assert {name: tables[name]["period"].max() for name in ("inventory", "balance_sheet")} == {
        "inventory": "2013-11",
        "balance_sheet": "2013-11",
    }
    calendar = tables["resource_calendar"]
    assert calendar.loc[calendar["period"] > "2013-11", "worked_hours"].isna().all()
    assert set(tables["open_orders"]["period"]) == {"2013-12"}
    late = intake.findings.query("rule == 'after_cutoff'")
    assert len(late) == 3 and set(late["outcome"]) == {"REPAIR"}


def test_hours_required_by_a_year_of_sales_are_close_to_those_booked(intake: Intake):
    tables = intake.tables
    sales = tables["sales_history"]
    year = sales[(sales["date"] >= "2012-12-01") & (sales["date"] <= "2013-11-30")].groupby("item")["quantity"].sum()
    hours = tables["bill_of_resources"].set_index(["resource", "item"])["hours"].unstack("item").fillna(0.0)
    required = hours.mul(year.reindex(hours.columns).fillna(0.0), axis=1).sum(axis=1)
    calendar = tables["resource_calendar"].query("'2012-12' <= period <= '2013-11'")
    ratio = required / calendar.groupby("resource")["worked_hours"].sum()
    assert ratio.between(1.02, 1.05).all()


def test_families_and_strategies(intake: Intake):
    items = intake.tables["items"]
    assert (len(items), items["family"].nunique()) == (266, 14)
    assert items["supply_strategy"].value_counts().to_dict() == {"stock": 190, "buy": 76}
    assert int(items["active"].sum()) == 183


def test_every_assumption_and_gap_is_listed(intake: Intake):
    rows = intake.coverage.set_index("table")
    for table in (
        "bill_of_resources",
        "resource_calendar",
        "resources",
        "unit_costs",
        "purchase_receipts",
        "payment_terms",
        "sales_history",
    ):
        assert len(rows.loc[table, "assumption"]) > 40, table
    for table in ("orders", "budget", "workforce", "supplier_items"):
        assert rows.loc[table, "status"] == "not_provided" and rows.loc[table, "consequence"]


def test_traps_of_the_source_are_in_the_findings(intake: Intake):
    found = intake.findings
    count = found["rule"].value_counts()
    assert count["negative_stock"] == 337
    below = found.query("rule == 'below_cost'")
    assert below["rows"].tolist() == [8305] and below["outcome"].tolist() == ["ACCEPT"]
    silent = found.query("rule == 'silent_group'")
    assert silent[["value", "period"]].to_numpy().tolist() == [["Reseller", month] for month in ("2011-02", "2011-04", "2011-06")]
    assert set(silent["answered_by"]) == {"head_of_sales"}
    gap = found.query("rule == 'ledger_gap' and period == '2013-01..2013-11'").iloc[0]
    assert "+12.1%" in gap["message"] and gap["answered_by"] == "head_of_finance"
    partial = set(found.query("rule == 'partial_month'")["table"])
    assert partial == {"sales_history", "inventory", "production_history", "purchase_receipts", "ledger_actuals"}
