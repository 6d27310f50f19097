"""The workbook: all rows, no formulas, the same bytes."""

import re
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import pandas as pd
import pytest
import xlsxwriter
from openpyxl import load_workbook
from pack_sample import about, basic_tables, full_tables

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.data.facts import fact, fact_rows
from sopkit.report.audiences import distribution
from sopkit.report.exports import plan_checks, plan_workbook
from sopkit.report.stamping import stamped_workbook
from sopkit.report.workbook_charts import by_month

HOSTILE = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "＝1"]


@pytest.fixture(scope="module")
def hostile() -> tuple[bytes, dict]:
    tables = full_tables()
    names = list(HOSTILE) + ["plain"] * (len(tables["items"]) - len(HOSTILE))
    tables["items"] = tables["items"].assign(item_name=names)
    return plan_workbook(tables, about()), tables


def test_text_never_becomes_a_formula(hostile: tuple[bytes, dict]) -> None:
    book = load_workbook(BytesIO(hostile[0]))
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {text for text in HOSTILE if text.isprintable()} <= texts
    assert min(cell.value for cell in cells if cell.data_type == "n") <= 0


def test_every_row_is_there_and_units_stand_in_the_header(hostile: tuple[bytes, dict]) -> None:
    workbook, tables = hostile
    book = load_workbook(BytesIO(workbook))
    assert book.sheetnames == [
        "About", "Plan by family", "By month", "Plan by item", "Demand", "Loads", "People", "Suppliers", "Money",
        "Working capital", "Gap to budget", "Bridge", "Scenarios", "Options",
    ]  # fmt: skip
    assert book["Plan by item"].max_row == len(tables["supply_plan"]) + 1
    assert book["Plan by family"].max_row == 6 * 24 + 1
    heads = [cell.value for cell in book["Money"][1]]
    assert heads[-1] == "amount\nSEK"
    assert book["Plan by item"].freeze_panes == "D2"
    place = [cell.value for cell in book["Plan by item"][1]].index("demand\nunits")
    total = sum(row[place].value or 0 for row in book["Plan by item"].iter_rows(min_row=2))
    assert total == pytest.approx(tables["supply_plan"]["demand"].sum())


def test_demand_and_what_becomes_of_it_stand_on_one_sheet(hostile: tuple[bytes, dict]) -> None:
    workbook, tables = hostile
    page = load_workbook(BytesIO(workbook))["Demand"]
    assert page.max_row == len(tables["consensus_demand"]) + 1
    heads = [cell.value for cell in page[1]]
    sums = {head: sum(row[place].value or 0 for row in page.iter_rows(min_row=2)) for place, head in enumerate(heads) if "units" in head}
    assert sums["quantity\nunits"] == pytest.approx(tables["consensus_demand"]["quantity"].sum())
    for name in ("shipped", "late", "lost"):
        assert sums[f"{name}\nunits"] == pytest.approx(tables["demand_fulfilment"][name].sum())


def test_what_rests_on_absent_tables_is_named_and_not_shown() -> None:
    tables = basic_tables()
    book = load_workbook(BytesIO(plan_workbook(tables, about())))
    heads = {cell.value.split("\n")[0] for page in book.worksheets[1:5] for cell in page[1]}
    assert "shipped" in heads and not {"closing stock", "opening stock", "target stock", "lost", "late", "production"} & heads
    cover = {row[1] for row in book["About"].iter_rows(values_only=True) if row[0] == "Not available, because not provided"}
    assert "Stock and safety stock: inventory" in cover and len(cover) == 3
    assert plan_checks(plan_workbook(tables, about()), tables)["ok"].all()


def test_the_checks_hold_and_can_fail(hostile: tuple[bytes, dict]) -> None:
    workbook, tables = hostile
    assert plan_checks(workbook, tables)["ok"].all()
    more = {**tables, "resource_load": tables["resource_load"].iloc[:-1]}
    assert list(plan_checks(workbook, more)["ok"]) == [False, True]


def test_a_figure_that_is_not_available_says_why() -> None:
    known = fact(
        "total_sales",
        5.0,
        unit="money",
        period="2026-02",
        scenario="actual",
        definition="d",
        source_table="t",
        source_key="k",
        currency="SEK",
    )
    absent = {**known, "id": "cycle_time", "value": None, "unit": "days", "currency": None, "reason": "production_history is not provided"}
    book = load_workbook(BytesIO(plan_workbook({**basic_tables(), "facts": fact_rows([known, absent])}, about())))
    told = {row[0]: (row[4], row[-1]) for row in book["Figures"].iter_rows(values_only=True)}
    assert told["total_sales"] == (5, None)
    assert told["cycle_time"] == (None, "not available, because production_history is not provided")


def test_the_same_tables_give_the_same_bytes() -> None:
    tables = basic_tables()
    assert plan_workbook(tables, about()) == plan_workbook(tables, about())


def test_what_a_company_does_not_have_is_left_out() -> None:
    tables = basic_tables()
    book = load_workbook(BytesIO(plan_workbook(tables, about("sv"))))
    assert book.sheetnames == ["Om", "Plan per familj", "Per månad", "Plan per artikel", "Efterfrågan", "Ekonomi", "Scenarier"]
    told = distribution(tables)
    assert "plan.xlsx, Loads" not in set(told["artefact"])
    assert told.set_index("artefact").loc["plan.xlsx, Money", "rows"] == len(tables["plan_statement"])
    assert told.set_index("artefact").loc["pack/executive.pdf", "rows"] == 0


def test_the_review_stands_on_sheets_of_its_own_and_dates_as_dates() -> None:
    levers = {
        "lever": "V1", "kind": "shift", "target": "line", "rank": 1, "effect_date": pd.Timestamp("2026-04-10"),
        "last_date": pd.Timestamp("2026-03-20"), "verdict": "pull", "sentence": "=pull it",
    }  # fmt: skip
    tables = {**basic_tables(), "lever_effects": conform(pd.DataFrame([levers]), CONTRACTS["lever_effects"])}
    page = load_workbook(BytesIO(plan_workbook(tables, about())))["Levers"]
    row = dict(zip((str(cell.value).split("\n")[0] for cell in page[1]), (cell.value for cell in page[2]), strict=True))
    assert (row["effect date"], row["last date"], row["sentence"]) == ("2026-04-10", "2026-03-20", "=pull it")
    assert plan_checks(plan_workbook(tables, about()), tables)["ok"].all()


def test_charts_are_native_and_hold_no_text_of_the_company(hostile: tuple[bytes, dict]) -> None:
    with ZipFile(BytesIO(hostile[0])) as book:
        drawn = [book.read(name).decode() for name in sorted(book.namelist()) if re.fullmatch(r"xl/charts/chart\d+[.]xml", name)]
    sources = set(re.findall(r"<c:f>(.*?)</c:f>", "".join(drawn)))
    assert len(drawn) == 4  # demand, hours, stock; stock and cash
    assert all(re.fullmatch(r"('By month'|'Working capital')![$A-Z0-9:]+", source) for source in sources)


def test_the_month_adds_up_all_items_and_shows_the_resource_that_is_shortest() -> None:
    plan = pd.DataFrame({"item": ["a", "b", "a"], "period": ["2026-03", "2026-03", "2026-04"], "demand": [3.0, 4.0, 5.0]})
    load = pd.DataFrame(
        {"resource": ["coat", "press"] * 2, "period": ["2026-03"] * 2 + ["2026-04"] * 2, "required_hours": [9.0, 90.0, 12.0, 80.0]}
    ).assign(planned_hours=8.0, demonstrated_hours=[10.0, 95.0, 10.0, 95.0])
    found = by_month(plan, load)
    assert found["demand"].tolist() == [7.0, 5.0]
    assert found["resource"].tolist() == ["coat", "coat"]
    assert found["required_hours"].tolist() == [9.0, 12.0]


def test_the_workbook_that_goes_out_is_the_runs_with_another_cover() -> None:
    tables = full_tables()
    run, final = about(), replace(about(), status="FINAL", version=2)
    stamped = stamped_workbook(plan_workbook(tables, run), final)
    assert stamped is not None
    assert cells_of(stamped) == cells_of(plan_workbook(tables, final))
    assert stamped == stamped_workbook(plan_workbook(tables, run), final)
    assert [cell.value for cell in load_workbook(BytesIO(stamped))["About"]["B"]][2:4] == ["FINAL", "v2"]


def test_a_cover_without_a_place_for_the_version_is_written_anew() -> None:
    other = BytesIO()
    with xlsxwriter.Workbook(other) as book:
        book.add_worksheet("About").write_column(0, 0, ["a company", "Cycle", "Run", "Currency"])
    assert stamped_workbook(other.getvalue(), about()) is None
    assert stamped_workbook(b"no workbook", about()) is None


def cells_of(workbook: bytes) -> dict[str, list[tuple]]:
    return {page.title: list(page.iter_rows(values_only=True)) for page in load_workbook(BytesIO(workbook))}
