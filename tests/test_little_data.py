"""A company with items and sales alone goes through all six steps, and no figure is made up of what it did not provide."""

import json
import math
import re
from pathlib import Path

import pandas as pd
import pytest
from command_line import sop
from openpyxl import load_workbook

from sopkit.periods import period_range

PARAMS = """
company: little
title: Little AB
cycle: "2026-03"
currency: SEK
country: SE
language: en
accountable: managing_director
preparer: sop_lead
data_root: reports
data_folder: sent
sources:
  items: {file: items.csv}
  sales_history: {file: sales.csv}
"""
INVENTED = ("fill_rate", "units_lost", "units_late", "stock_peak", "production_forecast", "forward_turns", "inventory_turnover")


@pytest.fixture(scope="module")
def cycle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("little")
    (root / "sent").mkdir()
    (root / "little.yaml").write_text(PARAMS)
    (root / "sent" / "items.csv").write_text("item,item_name,family,supply_strategy\nA1,Grill,Grills,stock\nB1,Heater,Heaters,stock\n")
    lines = [
        f"{month}-15,{item},SE,retail,C1,{round(40 + 20 * math.sin(number / 6 * math.pi) + 7 * (number % 3))},4000"
        for number, month in enumerate(period_range("2023-03", 36))
        for item in ("A1", "B1")
    ]
    (root / "sent" / "sales.csv").write_text("date,item,region,channel,customer,quantity,revenue\n" + "\n".join(lines) + "\n")
    sop(root, "run", str(root / "little.yaml"))
    return root / "little" / "2026-03"


def test_facts_that_rest_on_absent_tables_have_a_reason_and_no_value(cycle: Path) -> None:
    facts = pd.DataFrame(json.loads((cycle / "facts.json").read_text())["facts"])
    planned = facts[(facts["scenario"] == "base") & facts["id"].isin(INVENTED)]
    assert set(planned["id"]) == set(INVENTED)
    assert planned["value"].isna().all() and planned["reason"].str.contains("not provided").all()


def test_packs_name_the_tables_and_print_no_service_and_no_stock(cycle: Path) -> None:
    for pack in sorted((cycle / "pack").glob("*.html")):
        html = pack.read_text()
        assert not re.search(r'<data [^>]*data-src="[^"]*(closing_stock|cover_days|fill_rate|stock_peak|\.lost|\.late)', html), pack.name
        assert "on time" not in re.sub(r"<[^>]+>", " ", html).replace("units shipped on time over units ordered", ""), pack.name
    told = (cycle / "pack" / "executive.html").read_text()
    assert "Fill rate, late and lost units are not available" in told and "Stock, cover and safety stock are not available" in told


def test_the_workbook_holds_no_column_of_them_and_says_why(cycle: Path) -> None:
    book = load_workbook(cycle / "plan.xlsx")
    heads = {str(cell.value).split("\n")[0] for page in book.worksheets[1:] for cell in page[1]}
    assert not heads & {"closing stock", "target stock", "production", "lost", "late"}
    assert any(row[0] == "Not available, because not provided" for row in book.worksheets[0].iter_rows(values_only=True))
