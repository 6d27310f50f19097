"""Raw folders of real companies, each read through its mapping in params: nothing crashes, and every known trap is told.

The traps are those that each folder's SOURCE.txt names; a test without the folder is skipped.
"""

import json
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from command_line import ROOT, sop

from sopkit.data.sources.reading import Intake
from sopkit.run import places
from sopkit.run.checking import intake_of
from sopkit.run.params import load_params

COMPANIES = ("crm_pipeline", "scms_deliveries", "stallion_beverages", "supplygraph_fmcg")


@cache
def read(company: str) -> Intake:
    params = load_params(ROOT / "params" / f"{company}.yaml")
    if not (params.data_path / "SOURCE.txt").exists():
        pytest.skip(f"the folder {params.data_path} is not here: set SOPKIT_DATA")
    return intake_of(params, params.data_path)


def told(company: str, rule: str) -> pd.Series:
    """The one finding of a rule."""
    found = read(company).findings.query("rule == @rule")
    assert len(found) == 1, f"{rule}: {len(found)} findings"
    return found.iloc[0]


@pytest.mark.parametrize("company", COMPANIES)
def test_check_ends_well_and_names_what_is_not_provided(company: str, tmp_path: Path):
    read(company)
    done = sop(tmp_path, "check", f"params/{company}.yaml", check=False, SOPKIT_DATA=str(places.data_root()))
    assert (done.returncode, done.stderr) == (0, "")
    assert "not provided: " in done.stdout
    written = json.loads(next(tmp_path.rglob("findings.json")).read_text())
    assert len(written["findings"]) == len(read(company).findings)


@pytest.mark.parametrize("company", COMPANIES)
def test_every_table_that_is_mapped_says_what_it_assumes(company: str):
    coverage = read(company).coverage.query("status == 'provided'")
    silent = coverage.loc[coverage["assumption"].isna(), "table"].tolist()
    assert silent == []


TRAPS = [
    ("crm_pipeline", "product_by_another_name", "REPAIR", "1,480 deals"),
    ("crm_pipeline", "no_account", "ACCEPT", "1,425 deals"),
    ("crm_pipeline", "open_without_value", "ACCEPT", "2,089 open deals"),
    ("crm_pipeline", "open_without_close_date", "ACCEPT", "2,089 open deals"),
    ("scms_deliveries", "no_order_date", "ACCEPT", "5,732 lines"),
    ("scms_deliveries", "freight_is_text", "ACCEPT", "4,126 lines"),
    ("scms_deliveries", "weight_is_text", "ACCEPT", "3,952 lines"),
    ("scms_deliveries", "no_shipment_mode", "ACCEPT", "360 lines"),
    ("scms_deliveries", "ordered_after_delivery", "REPAIR", "5 lines"),
    ("scms_deliveries", "zero_price", "ACCEPT", "103 lines"),
    ("stallion_beverages", "zero_volume", "ACCEPT", "2,551 months"),
    ("stallion_beverages", "series_with_zeros", "ACCEPT", "104 articles"),
    ("stallion_beverages", "sparse_series", "ACCEPT", "49 articles"),
    ("stallion_beverages", "no_price", "ACCEPT", "2,563 months"),
    ("stallion_beverages", "discount_outlier", "ACCEPT", "2 discounts"),
    ("supplygraph_fmcg", "dead_product", "ACCEPT", "10 products"),
    ("supplygraph_fmcg", "days_without_orders", "ACCEPT", "4,181 days"),
    ("supplygraph_fmcg", "days_without_production", "ACCEPT", "5,614 days"),
    ("supplygraph_fmcg", "fractions", "ACCEPT", "1,912 days"),
    ("supplygraph_fmcg", "ordered_not_delivered", "ACCEPT", "orders exceed deliveries"),
    ("supplygraph_fmcg", "short_history", "ACCEPT", "no season"),
    ("supplygraph_fmcg", "partial_month", "REPAIR", "2023-08"),
    ("supplygraph_fmcg", "doubled_code", "ACCEPT", "twice"),
]


def test_the_table_of_traps_is_the_one_that_is_tested():
    lines = (ROOT / "docs" / "your_data.md").read_text(encoding="utf-8").splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith(tuple(f"| {name} " for name in COMPANIES))
    ]
    listed = {(company, rule, outcome) for company, _, rules, outcome in rows for rule in re.findall(r"`(\w+)`", rules)}
    assert listed == {(company, rule, outcome) for company, rule, outcome, _ in TRAPS}


@pytest.mark.parametrize(("company", "rule", "outcome", "says"), TRAPS)
def test_a_trap_of_the_source_is_told(company: str, rule: str, outcome: str, says: str):
    finding = told(company, rule)
    assert finding["outcome"] == outcome
    assert says in finding["message"]


@pytest.mark.parametrize(
    ("company", "rule", "value"),
    [
        ("scms_deliveries", "ordered_after_delivery", "-292 days"),
        ("stallion_beverages", "discount_outlier", "19166.625"),
        ("supplygraph_fmcg", "ordered_not_delivered", "1.3 % more ordered than delivered"),
        ("supplygraph_fmcg", "short_history", "7 closed months"),
    ],
)
def test_the_worst_of_a_trap_is_shown(company: str, rule: str, value: str):
    assert told(company, rule)["value"] == value


def test_won_deals_are_the_sales_to_the_dollar():
    tables = read("crm_pipeline").tables
    sales, deals = tables["sales_history"], tables["opportunities"]
    assert (sales["quantity"].sum(), sales["revenue"].sum()) == (4238, 10_005_534)
    assert deals["stage"].value_counts().to_dict() == {"won": 4238, "lost": 2473, "negotiation": 1589, "prospect": 500}
    still_open = deals[~deals["stage"].isin(["won", "lost"])]
    assert still_open["period"].isna().all()
    assert still_open["probability_share"].unique().round(4).tolist() == [round(4238 / (4238 + 2473), 4)]
    assert (deals.loc[deals["stage"] == "lost", "probability_share"] == 0).all()
    assert deals["item"].nunique() == 7


def test_suppliers_deliveries_can_be_scored():
    receipts = read("scms_deliveries").tables["purchase_receipts"]
    assert len(receipts) == 10_324
    days = (receipts["receipt_date"] - receipts["promised_date"]).dt.days.dropna()
    assert round((days > 0).mean(), 3) == 0.115
    assert round((days == 0).mean(), 2) == 0.61
    lead = (receipts["receipt_date"] - receipts["order_date"]).dt.days.dropna()
    assert (lead.median(), lead.min() >= 0) == (92, True)
    assert len(read("scms_deliveries").tables["suppliers"]) == 73


def test_deliveries_are_the_source_s_value():
    sales = read("scms_deliveries").tables["sales_history"]
    source = pd.read_csv(places.data_root() / "scms_deliveries" / "scms_delivery_history.csv.gz", keep_default_na=False)
    closed = source[pd.to_datetime(source["Delivered to Client Date"], format="%d-%b-%y") < "2015-09-01"]
    assert sales["revenue"].sum() == pytest.approx(closed["Line Item Value"].astype(float).sum(), abs=0.01)
    assert sales["quantity"].sum() == closed["Line Item Quantity"].sum()


def test_volume_is_the_source_s_and_no_month_is_valued_below_nothing():
    sales = read("stallion_beverages").tables["sales_history"]
    source = pd.read_csv(places.data_root() / "stallion_beverages" / "stallion_monthly.csv.gz")
    assert len(sales) == 350 * 60
    assert sales["quantity"].sum() == pytest.approx(source["volume"].sum())
    assert (sales["revenue"] >= 0).all()
    assert (sales.loc[sales["quantity"] > 0, "revenue"] > 0).all()
    priced = source[source["price_actual"] > 0]
    known = (priced["volume"] * priced["price_actual"]).sum()
    assert known < sales["revenue"].sum() < known * 1.001  # what the mean price adds is a thousandth at most


def test_stock_is_production_less_deliveries_on_the_smallest_opening():
    stock = read("supplygraph_fmcg").tables["inventory"]
    flows = pd.read_csv(places.data_root() / "supplygraph_fmcg" / "daily_flows.csv.gz")
    flows = flows[flows["date"] <= "2023-07-31"].sort_values("date")
    one = flows[flows["product"] == "SOS001L12P"]
    level = opening = lowest = 0.0
    closing = {}
    for day, made, left in zip(one["date"], one["production_units"], one["delivery_units"], strict=True):
        level += made - left
        lowest = min(lowest, level)
        closing[day[:7]] = level
    opening = -lowest
    mine = stock[stock["item"] == "SOS001L12P"].set_index("period")["quantity"]
    assert mine.to_dict() == pytest.approx({month: value + opening for month, value in closing.items()}, abs=1e-3)
    assert (stock["quantity"] >= -1e-6).all()
