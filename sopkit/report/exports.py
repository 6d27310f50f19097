"""The plan as an Excel workbook: one sheet per question, units in the header, text never a formula."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from sopkit.data.contracts import CONTRACTS
from sopkit.report.collector import collector_paused
from sopkit.report.language import language_of
from sopkit.report.money_sheets import FIGURES, MONEY_SHEETS, MONEY_TABLES, figures
from sopkit.report.narrative import N_, Writer
from sopkit.report.workbook_charts import BY_MONTH, add_charts, by_month
from sopkit.supply.availability import Unavailable, not_available_by, told_columns

if TYPE_CHECKING:
    import pandas as pd
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    from sopkit.report.pack.inputs import About

PLAN_COLUMNS = ["demand", "production", "subcontract", "receipts", "shipped", "lost", "closing_backlog", "closing_stock", "target_stock"]
NOT_AVAILABLE = N_("Not available, because not provided")
ABSENT = {
    "stock": N_("Stock and safety stock"),
    "service": N_("Late and lost units, backlog"),
    "production": N_("Units to make or to buy"),
}
FORMATS = {"money": "#,##0", "units": "#,##0", "hours": "#,##0.0", "share": "0.0%", "ratio": "0%"}
KEPT_BACK = {"hiring_requests": ["wages"]}  # what one person earns is nobody else's to read
STATUS_LINE, VERSION_LINE = 2, 3  # of the cover, from 0: all that a publication says otherwise than its run
LABELS = {
    "item": N_("Item"),
    "item_name": N_("Name"),
    "family": N_("Family"),
    "region": N_("Region"),
    "channel": N_("Channel"),
    "period": N_("Month"),
    "resource": N_("Resource"),
    "skill_group": N_("Skill group"),
    "supplier": N_("Supplier"),
    "component": N_("Component"),
    "line": N_("Line"),
    "scenario": N_("Scenario"),
}

# label, question, table
TABLE_SHEETS = (
    (N_("Loads"), N_("Hours asked for and given, by resource and month"), "resource_load"),
    (N_("People"), N_("People by skill group and month"), "workforce_plan"),
    (N_("Suppliers"), N_("Components asked for and agreed, by supplier and month"), "supplier_load"),
    *MONEY_SHEETS,
    (N_("First look"), N_("What each function handed in, against last year, run-rate and its own last number"), "first_look"),
    (N_("Commitments"), N_("What is committed, late and lost, by family, region and month"), "commitments"),
    (N_("To promise"), N_("What can still be promised, by item and month"), "available_to_promise"),
    (N_("Causes"), N_("What holds back each unmet unit"), "shortage_causes"),
    (N_("Levers"), N_("What each lever brings, and the last date to pull it"), "lever_effects"),
    (N_("Hiring"), N_("Whom to hire, from when, and what it costs"), "hiring_requests"),
    (N_("Supplier orders"), N_("What to order from whom, and by when"), "supplier_schedule"),
    (N_("Lost suppliers"), N_("What the loss of a supplier would cost"), "supplier_risk"),
    (N_("Stock policies"), N_("Stock by class against what is there, and what is too much"), "stock_policies"),
)
# the tables that the workbook is made from; `coverage` says what rests on tables that are not provided
SHEETS = ("items", "coverage", "supply_plan", "consensus_demand", "demand_fulfilment", *(name for _, _, name in TABLE_SHEETS))


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook: its name, what it answers, its table."""

    name: str
    question: str
    tables: tuple[str, ...]  # the contracts whose columns it shows
    frame: "pd.DataFrame"


def plan_workbook(tables: Mapping[str, "pd.DataFrame"], about: "About") -> bytes:
    """The plan as .xlsx: by family, by item, demand, supply, loads, people, suppliers, money; a sheet without rows is left out.

    Args: tables by name (items, consensus_demand, supply_plan, demand_fulfilment, resource_load, workforce_plan, supplier_load,
    plan_statement, first_look; coverage, which says what rests on tables that are not provided); what the workbook says of itself.
    Returns the file; the same tables give the same bytes.
    """
    import xlsxwriter

    content = BytesIO()
    writer = Writer(language_of(about.language), about.currency)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with collector_paused(), xlsxwriter.Workbook(content, options) as book:
        month = datetime.fromisoformat(f"{about.cycle}-01")
        book.set_properties({"title": f"{about.title} {about.cycle}", "subject": about.run_id, "created": month})
        sheets = [sheet for sheet in plan_sheets(tables) if len(sheet.frame)]
        _write_cover(book, writer, about, sheets, _unavailable(tables))
        for sheet in sheets:
            write_sheet(book, writer, sheet)
    return content.getvalue()


def plan_sheets(tables: Mapping[str, "pd.DataFrame"]) -> list[Sheet]:
    """The sheets of the workbook, in order; a table that is absent gives a sheet without rows."""
    names = tables["items"][["item", "item_name", "family"]]
    absent = _unavailable(tables)
    supply = _with_names(told_columns(tables["supply_plan"], absent), names)
    columns = [column for column in PLAN_COLUMNS if column in supply]
    families = supply.groupby(["family", "period"], as_index=False)[columns].sum()
    return [
        Sheet(N_("Plan by family"), N_("What is sold, made and kept, by family and month"), ("supply_plan",), families),
        Sheet(*BY_MONTH, ("supply_plan", "resource_load"), by_month(supply, tables.get("resource_load"))),
        Sheet(N_("Plan by item"), N_("The same by item"), ("supply_plan",), supply),
        Sheet(
            N_("Demand"),
            N_("Unconstrained demand, where it comes from and what becomes of it"),
            ("consensus_demand", "demand_fulfilment"),
            _with_names(told_columns(_demand(tables), absent), names),
        ),
        *[Sheet(label, question, (name,), _shown(name, tables[name])) for label, question, name in TABLE_SHEETS if name in tables],
        *([Sheet(*FIGURES, ("facts",), figures(tables["facts"]))] if "facts" in tables else []),
    ]


def _shown(name: str, frame: "pd.DataFrame") -> "pd.DataFrame":
    """A table as it is shown: without what is kept back, and of money without columns that hold nothing."""
    shown = frame.drop(columns=KEPT_BACK.get(name, []))
    return shown.dropna(axis=1, how="all") if name in MONEY_TABLES and len(shown) else shown


def _unavailable(tables: Mapping[str, "pd.DataFrame"]) -> Unavailable:
    return not_available_by(tables["coverage"], tables["items"]) if "coverage" in tables else Unavailable()


def _demand(tables: Mapping[str, "pd.DataFrame"]) -> "pd.DataFrame":
    """The consensus demand, and beside it what becomes of each unit where the constrained plan says so."""
    demand = tables["consensus_demand"]
    if "demand_fulfilment" not in tables:
        return demand
    keys = list(CONTRACTS["demand_fulfilment"].key)
    became = tables["demand_fulfilment"][[*keys, "shipped", "late", "lost", "closing_backlog"]]
    return demand.merge(became, on=keys, how="outer", validate="one_to_one").sort_values(keys, ignore_index=True)


def _with_names(frame: "pd.DataFrame", names: "pd.DataFrame") -> "pd.DataFrame":
    merged = frame.merge(names, on="item", how="left", validate="many_to_one")
    first = [column for column in ("family", "item", "item_name") if column in merged]
    return merged[[*first, *(column for column in merged if column not in first)]]


def _missing(unavailable: Unavailable) -> list[tuple[str, tuple[str, ...]]]:
    """Figures that the workbook does not hold, with the input tables that are missing for them."""
    return [(told, getattr(unavailable, name)) for name, told in ABSENT.items() if getattr(unavailable, name)]


def cover_lines(text: Callable[[str], str], about: "About") -> list[tuple[str, str]]:
    """What the cover says of the run: label and text; the version stays empty where the run is not published."""
    return [
        (about.title, ""),
        (text(N_("Cycle")), about.cycle),
        (text(N_("Status")), text(about.status)),
        (text(N_("Version")), f"v{about.version}" if about.version else ""),
        (text(N_("Run")), about.run_id),
        (text(N_("Data as of")), about.data_as_of.isoformat()),
        (text(N_("Currency")), about.currency),
    ]


def _write_cover(book: "xlsxwriter.Workbook", writer: Writer, about: "About", sheets: list[Sheet], unavailable: Unavailable) -> None:
    page = book.add_worksheet(writer.text(N_("About")))
    bold = book.add_format({"bold": True})
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 70)
    lines = [
        *cover_lines(writer.text, about),
        ("", ""),
        *((writer.text(sheet.name), writer.text(sheet.question)) for sheet in sheets),
        *((writer.text(NOT_AVAILABLE), f"{writer.text(figures)}: {', '.join(absent)}") for figures, absent in _missing(unavailable)),
    ]
    for place, (label, value) in enumerate(lines):
        page.write_string(place, 0, label, bold)
        page.write_string(place, 1, value)


def write_sheet(book: "xlsxwriter.Workbook", writer: Writer, sheet: Sheet) -> None:
    """A frame as a sheet: units in the header, header frozen, numbers as numbers and text as text."""
    page = book.add_worksheet(writer.text(sheet.name))
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
    for place, column in enumerate(sheet.frame.columns):
        unit = _unit_of(sheet.tables, column)
        label = writer.text(LABELS.get(column, column.replace("_", " ")))
        page.write_string(0, place, f"{label}\n{writer.unit(unit)}" if unit else label, head)
        cells = sheet.frame[column].astype("object").where(sheet.frame[column].notna(), None)
        _write_column(book, page, place, list(cells), unit)
    page.set_row(0, 32)
    page.freeze_panes(1, 1 + ("item_name" in sheet.frame) * 2)
    page.autofilter(0, 0, len(sheet.frame), len(sheet.frame.columns) - 1)
    _set_up_print(book, page, sheet)
    add_charts(book, page, writer, sheet.name, sheet.frame)


def _set_up_print(book: "xlsxwriter.Workbook", page: "Worksheet", sheet: Sheet) -> None:
    """A4 across, as wide as one page, the header on each; the table has a name that formulas of others can use."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&R&P / &N")
    corner = xl_rowcol_to_cell(len(sheet.frame), len(sheet.frame.columns) - 1, row_abs=True, col_abs=True)
    book.define_name("table_" + re.sub(r"\W+", "_", sheet.name.lower()), f"='{page.get_name()}'!$A$1:{corner}")


def _unit_of(tables: tuple[str, ...], column: str) -> str:
    found = [declared for table in tables for declared in CONTRACTS[table].columns if declared.name == column]
    return found[0].unit if found and found[0].kind in ("number", "whole") else ""


def _write_column(book: "xlsxwriter.Workbook", page: "Worksheet", place: int, values: list[object], unit: str) -> None:
    """Numbers as numbers, everything else as text: a text that begins with `=` stays a text."""
    style = book.add_format({"num_format": FORMATS.get(unit, "#,##0.00")}) if unit else None
    for line, value in enumerate(values, start=1):
        if value is None:
            continue
        if unit:
            page.write_number(line, place, float(value), style)  # type: ignore[arg-type]
        else:
            page.write_string(line, place, value.date().isoformat() if isinstance(value, datetime) else str(value))
    page.set_column(place, place, 13 if unit else min(34, max([10, *(len(str(value)) + 2 for value in values[:500])])))


def plan_checks(workbook: bytes, tables: Mapping[str, "pd.DataFrame"]) -> "pd.DataFrame":
    """What must hold of the workbook, read back: rule, ok, detail."""
    import pandas as pd

    sheets = [sheet for sheet in plan_sheets(tables) if len(sheet.frame)]
    with ZipFile(BytesIO(workbook)) as book:
        pages = [book.read(f"xl/worksheets/sheet{place}.xml") for place in range(2, len(sheets) + 2)]  # the first says what the workbook is
    found = {sheet.name: page.count(b"<row ") - 1 for sheet, page in zip(sheets, pages, strict=True)}
    short = [f"{sheet.name}: {found[sheet.name]} of {len(sheet.frame)}" for sheet in sheets if found[sheet.name] != len(sheet.frame)]
    formulas = [sheet.name for sheet, page in zip(sheets, pages, strict=True) if b"<f>" in page or b"<f " in page]
    rows = [
        ("every row of the plan is in the workbook", not short, "; ".join(short) or f"{sum(found.values())} rows on {len(found)} sheets"),
        ("no cell is a formula", not formulas, "; ".join(formulas) or "every sheet read back"),
    ]
    return pd.DataFrame(rows, columns=["rule", "ok", "detail"])
