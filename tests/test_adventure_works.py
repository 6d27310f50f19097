"""The real data set: the whole cycle, and totals that tie to the source."""

import csv
import gzip
import json
import os
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from command_line import ROOT, sop

DATA = Path(os.environ.get("SOPKIT_DATA") or ROOT.parent / "shared" / "data")
ORDERS = DATA / "adventure_works" / "sales_orders.csv.gz"
pytestmark = [
    pytest.mark.skipif(
        not ORDERS.exists(), reason=f"AdventureWorks is not there: SOPKIT_DATA names the folder that holds adventure_works (now {DATA})"
    ),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    reports = tmp_path_factory.mktemp("adventure_works")
    sop(reports, "run", "params/adventure_works.yaml", "--format", "plain")
    return (reports / "adventure_works" / "2013-12").resolve()


def test_total_sales_are_those_of_the_order_lines(run):
    with gzip.open(ORDERS, "rt", encoding="utf-8") as lines:
        sold = sum(Decimal(row["sales_amount"]) for row in csv.DictReader(lines) if row["order_date"].startswith("2013-11"))
    facts = json.loads((run / "facts.json").read_text())["facts"]
    [told] = [
        row for row in facts if (row["id"], row["level"], row["period"], row["scenario"]) == ("total_sales", "*", "2013-11", "actual")
    ]
    assert abs(Decimal(str(told["value"])) - sold) < Decimal("0.01")


def test_what_is_assumed_is_listed(run):
    coverage = pd.read_parquet(run / "tables" / "coverage.parquet")
    assumed = coverage.dropna(subset=["assumption"])
    assert {"bill_of_resources", "resource_calendar"} <= set(assumed["table"])
    pack = (run / "pack" / "executive.html").read_text()
    assert "budget" in set(coverage.loc[coverage["status"] == "not_provided", "table"])
    assert "not provided" in pack.lower()


def test_the_pack_is_complete(run):
    assert (run / "pack" / "executive.pdf").read_bytes().startswith(b"%PDF-")
    assert (run / "plan.xlsx").stat().st_size > 10_000


def test_sales_by_channel_tie_to_the_order_lines_and_resellers_buy_below_cost(run):
    with gzip.open(ORDERS, "rt", encoding="utf-8") as lines:
        sold = {}
        for row in csv.DictReader(lines):
            if row["order_date"].startswith("2013-10"):
                sold[row["channel"]] = sold.get(row["channel"], Decimal(0)) + Decimal(row["sales_amount"])
    statement = pd.read_parquet(run / "tables" / "plan_statement.parquet")
    told = statement[statement["period"].eq("2013-10")].groupby(["line", "channel"])["amount"].sum()
    assert set(told["net_sales"].index) == set(sold)
    assert all(abs(Decimal(str(round(amount, 4))) - sold[channel]) < Decimal("0.01") for channel, amount in told["net_sales"].items())
    year = statement[statement["period"].between("2013-01", "2013-11") & statement["line"].eq("gross_margin")]
    assert year.groupby("channel")["amount"].sum()["Reseller"] < 0


def test_the_ledger_and_the_order_book_part_and_the_rest_is_named(run):
    """The ledger's revenue is 25.7, 37.7 and 44.6 million, net sales of it 24.2, 35.3, 42.9; lines hold 25.3, 34.0 and 48.1 to November."""
    gap = pd.read_parquet(run / "tables" / "ledger_gap.parquet").set_index("fiscal_year").loc[["2011", "2012", "2013"]]
    told = {
        "total_revenue": [25.7, 37.7, 44.6],
        "other_income": [0.1, 0.1, 0.1],
        "gross_sales": [25.6, 37.7, 44.5],
        "ledger": [24.2, 35.3, 42.9],
        "invoiced": [25.3, 34.0, 48.1],
        "unexplained": [-0.4, -3.6, 3.5],
    }
    assert {name: (gap[name] / 1e6).round(1).tolist() for name in told} == told
    assert (gap["gross_sales"] - gap["deductions"] - gap["ledger"]).abs().max() < 0.01
    assert (gap["invoiced"] - gap["gross_sales"] - gap["unexplained"]).abs().max() < 0.01
    with gzip.open(ORDERS, "rt", encoding="utf-8") as lines:  # all of 2013: 49.9 million, 1.9 of it in December, behind the cutoff
        december = sum(Decimal(row["sales_amount"]) for row in csv.DictReader(lines) if row["order_date"].startswith("2013-12"))
    assert round((float(december) + gap.loc["2013", "invoiced"]) / 1e6, 1) == 49.9
    against = pd.read_parquet(run / "tables" / "estimate_comparison.parquet")
    assert set(against.loc[against["against"].eq("budget"), "reason"]) == {"budget is not provided"}
