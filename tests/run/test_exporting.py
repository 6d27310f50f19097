"""frePPLe in and out: its files through the mapping, a finished plan as its files."""

import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from tiny_suite import Suite

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import empty
from sopkit.errors import ExitCode, ParamsError
from sopkit.run.checking import intake_of
from sopkit.run.exporting import csv_text, export_frepple
from sopkit.run.params import load_params

ROOT = Path(__file__).resolve().parents[2]
FREPPLE = {
    "item.csv": "name,description,category,type\nA,Grill,Grills,make to stock\nC,Stove,Stoves,make to order\n",
    "customer.csv": "name,description,category,subcategory\nK1,Karlsson,north,retail\nK2,,,\n",
    "demand.csv": (
        "name,item,location,customer,due,quantity,status\nSO1,A,plant,K1,2026-01-15 00:00:00,5,closed\n"
        "SO2,C,plant,K2,2026-02-20 00:00:00,2.5,open\nSO3,A,plant,K1,2026-02-21 00:00:00,1,canceled\n"
        "SO4,A,plant,K1,2026-03-01 00:00:00,9,quote\n"
    ),
    "buffer.csv": "item,location,onhand,minimum\nA,plant,7,4\nA,depot,3,\nC,plant,,\n",
    "purchaseorder.csv": "reference,item,location,supplier,quantity,ordering date,receipt date,status\n"
    "P1,A,plant,S1,20,2026-01-02 00:00:00,2026-02-02 00:00:00,confirmed\n"
    "P2,A,plant,S1,20,2026-02-02 00:00:00,2026-04-02 00:00:00,proposed\n",
    "manufacturingorder.csv": "reference,operation,item,location,quantity,start date,end date,status\n"
    "M1,make A,A,plant,6,2026-01-02 00:00:00,2026-01-12 00:00:00,closed\n"
    "M2,make A,A,plant,8,2026-02-20 00:00:00,2026-03-05 00:00:00,confirmed\n",
    "supplier.csv": "name,description\nS1,Steel Ltd\nS2,\n",
    "itemsupplier.csv": "supplier,item,leadtime\nS1,A,20\nS1,C,10 00:00:00\n",
}


def mapped(suite: Suite, sources: str = "") -> None:
    """A company whose data frePPLe has, with these sources of its own."""
    (suite.root / "params" / "mappings").mkdir()
    (suite.root / "params" / "mappings" / "frepple.yaml").write_text((ROOT / "params" / "mappings" / "frepple.yaml").read_text())
    suite.change_params("sources:\n  items: {file: items.csv}\n", f"mappings: [frepple]\nsources:{sources or ' {}'}\n")
    for name, text in FREPPLE.items():
        (suite.root / "data" / name).write_text(text)


def test_frepples_files_are_read_by_its_own_names(suite: Suite) -> None:
    mapped(suite)
    params = load_params(suite.params)
    intake = intake_of(params, params.data_path)
    assert set(intake.findings["outcome"]) == {"ACCEPT"}
    tables = intake.tables
    items, customers = tables["items"], tables["customers"]
    assert items[["item", "family", "supply_strategy"]].to_numpy().tolist() == [["A", "Grills", "stock"], ["C", "Stoves", "order"]]
    named = customers[["customer", "customer_name", "region"]].to_numpy().tolist()
    assert named == [["K1", "Karlsson", "north"], ["K2", "K2", "-"]]
    orders = tables["orders"].set_index("order")
    assert orders["quantity"].to_dict() == {"SO1": 5, "SO2": 2.5, "SO3": 1}
    assert orders["shipped_quantity"].to_dict() == {"SO1": 5, "SO2": 0, "SO3": 0}
    assert orders["cancelled_quantity"].to_dict() == {"SO1": 0, "SO2": 0, "SO3": 1}
    assert tables["inventory"].to_numpy().tolist() == [["A", "2026-02", 10.0]]
    assert tables["open_orders"].to_numpy().tolist() == [["production", "A", "2026-03", 8.0], ["purchase", "A", "2026-03", 20.0]]
    assert tables["suppliers"][["supplier", "lead_time_days"]].iloc[0].tolist() == ["S1", 15.0]
    assert tables["production_history"]["finish_date"].notna().tolist() == [True, False]
    assert "not_an_order" in set(intake.findings["rule"])
    assert intake.coverage.set_index("table").loc["orders", "assumption"].startswith("frePPLe keeps no order date")


def test_a_source_of_the_companys_own_goes_first_and_null_leaves_one_out(suite: Suite) -> None:
    mapped(suite, "\n  inventory: {file: stock.csv}\n  orders: null")
    sources = load_params(suite.params).sources
    assert sources["inventory"].file == "stock.csv" and sources["items"].sql is not None and "orders" not in sources


@pytest.mark.parametrize("name", ["nothing", "../tiny", "a b"])
def test_a_mapping_that_is_not_there(suite: Suite, name: str) -> None:
    suite.change_params("sources:", f"mappings: [{name}]\nsources:")
    with pytest.raises(ParamsError):
        load_params(suite.params)


def test_a_mapping_that_is_wrong_is_told_with_its_own_file(suite: Suite) -> None:
    (suite.root / "params" / "mappings").mkdir()
    (suite.root / "params" / "mappings" / "odd.yaml").write_text("title: Odd\nsources:\n  items: {file: a.csv, sheat: x}\n")
    suite.change_params("sources:", "mappings: [odd]\nsources:")
    with pytest.raises(ParamsError, match=r"odd\.yaml, line 3, sources\.items\.sheat.*Did you mean sheet"):
        load_params(suite.params)


def test_money_is_converted_to_the_companys_currency_only(suite: Suite) -> None:
    suite.change_params("items: {file: items.csv}", "items: {file: items.csv, convert: {x: {currency: Valuta, to: EUR}}}")
    with pytest.raises(ParamsError, match=r"convert\.x\.to: 'EUR'; expected the company's currency, SEK"):
        load_params(suite.params)


def finished(suite: Suite, item: str = "A") -> None:
    """A cycle with a good run that holds the tables of a plan."""
    home = suite.reports / "tiny"
    (home / "runs" / "abc" / "tables").mkdir(parents=True)
    (home / "2026-03").symlink_to("runs/abc")
    rows: dict[str, dict[str, object]] = {
        "items": {"item": item, "item_name": "=HYPERLINK(1)", "family": "F", "supply_strategy": "stock"},
        "consensus_demand": {"item": item, "region": "n", "channel": "c", "period": "2026-03", "quantity": 5.0, "net_price": 1.0},
        "supply_plan": {"item": item, "period": "2026-03", "production": 2.0, "target_stock": 1.0},
    }
    for name, row in rows.items():
        contract = CONTRACTS[name]
        numbers = {column.name: 0.0 for column in contract.columns if column.kind == "number" and column.required}
        frame = pd.concat([empty(contract), pd.DataFrame([numbers | row])], ignore_index=True)[contract.column_names()]
        frame.to_parquet(home / "runs" / "abc" / "tables" / f"{name}.parquet")


def test_a_finished_plan_is_written_in_frepples_names(suite: Suite) -> None:
    finished(suite)
    files = export_frepple(suite.params, None)
    assert {path.name for path in files} >= {"item.csv", "forecastplan.csv", "manufacturingorder.csv"}
    folder = suite.reports / "tiny" / "exports" / "2026-03" / "frepple"
    with (folder / "item.csv").open() as opened:
        assert list(csv.DictReader(opened)) == [
            {"name": "A", "description": "'=HYPERLINK(1)", "category": "F", "subcategory": "stock", "type": "make to stock", "cost": ""}
        ]
    with (folder / "forecastplan.csv").open() as opened:
        assert [row["forecastoverride"] for row in csv.DictReader(opened)] == ["5"]
    before = {path: path.read_bytes() for path in files}
    assert {path: path.read_bytes() for path in export_frepple(suite.params, None)} == before
    done = suite.sop("export", str(suite.params), "--format", "frepple")
    assert done.returncode == ExitCode.OK and done.stdout.count("written: ") == len(files)


def test_a_cycle_without_a_run_has_nothing_to_export(suite: Suite) -> None:
    with pytest.raises(ParamsError, match="no finished run"):
        export_frepple(suite.params, None)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_is_made_inert(text: str) -> None:
    written = csv_text(pd.DataFrame({"a": [text], "b": [-5.0]}))
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{text}", "-5"]
