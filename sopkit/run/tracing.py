"""`sop trace`: a printed figure walked back, over the table it comes from, to rows of the files that people sent."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sopkit.data.contracts import CONTRACTS, INPUTS
from sopkit.errors import ParamsError, Problem
from sopkit.run.cycle import CompanyFolder, RunFolder
from sopkit.run.files import read_json
from sopkit.run.params import CompanyParams, load_params
from sopkit.run.places import params_file
from sopkit.steps import STEPS

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 8
CELL = re.compile(r"(\w+)#((?:[^.()|]|\.\.|\.(?=[^()|]*\.))*)\.(\w+)")  # table#key=value&key=value.column, as pages carry it
MADE_FROM = {  # a table that a step writes: the inputs that its figures are chiefly made of; a test holds it against steps.py
    "demand_history": ("sales_history", "orders"),
    "monthly_history": ("sales_history",),
    "last_plan": ("published_plan",),
    "kpi_history": ("sales_history", "orders", "inventory", "balance_sheet", "production_history", "unit_costs"),
    "statistical_forecast": ("sales_history", "orders"),
    "consensus_demand": ("sales_history", "orders", "overrides", "prices", "lifecycle"),
    "supply_plan": ("inventory", "open_orders", "sales_history", "overrides"),
    "demand_fulfilment": ("inventory", "open_orders", "sales_history", "overrides"),
    "resource_load": ("bill_of_resources", "resources", "resource_calendar"),
    "workforce_plan": ("workforce",),
    "supplier_load": ("supplier_items", "suppliers"),
    "plan_statement": ("sales_history", "prices", "unit_costs", "sales_terms"),
    "working_capital_plan": ("balance_sheet", "payment_terms", "inventory"),
    "budget_gap": ("budget", "sales_history", "prices"),
    "scenarios": ("sales_history", "prices", "inventory", "resources"),
    "options": ("sales_history", "prices", "inventory", "resources"),
}


@dataclass(frozen=True)
class Cell:
    """Rows of a table, and the column in them, if one is meant."""

    table: str
    key: dict[str, str]
    column: str = ""


def trace(place: str, figure: str) -> list[str]:
    """A figure of a cycle walked back; `figure` is a fact's id (`total_sales`, `total_sales@2026-02`), or what a page carries as source.

    Raises ParamsError where the cycle has no finished run, or the figure is not one of its.
    """
    company, _, cycle = place.partition("/")
    run = CompanyFolder.of(company).good_run(cycle) if cycle else None
    if run is None:
        raise ParamsError("the cycle has no finished run", [Problem(place, "no run", "company/cycle of a good run")])
    params = load_params(params_file(company), cycle)
    cells = [Cell(table, _key(key), column) for table, key, column in CELL.findall(figure)]
    if cells:
        return [line for cell in cells for line in _walk(run, params, cell)]
    lines: list[str] = []
    for fact in _facts(run, figure, params.cutoff):
        value = "not available" if fact["value"] is None else f"{fact['value']:,.6g} {fact['unit']}"
        lines.append(f"{fact['id']} {fact['period']} {fact['scenario']} {fact['level']}: {value}")
        lines.append(f"  is: {fact['definition']}" + (f" ({fact['reason']})" if fact.get("reason") else ""))
        lines += _walk(run, params, Cell(str(fact["source_table"]), _key(str(fact["source_key"]))))
    return lines


def _facts(run: RunFolder, figure: str, cutoff: str) -> list[dict[str, object]]:
    """The facts that a word means: an id, and after `@` its period, scenario or level; the last closed month where none is said."""
    told = (read_json(run.facts_file) or {}).get("facts")
    facts: list[dict[str, object]] = told if isinstance(told, list) else []
    name, *wanted = figure.split("@")
    own = [fact for fact in facts if fact["id"] == name]
    if not own:
        from difflib import get_close_matches

        ids = sorted({str(fact["id"]) for fact in facts})
        near = get_close_matches(name, ids, n=3, cutoff=0.4)
        raise ParamsError(
            "no such figure", [Problem("FACT", repr(name), f"one of {', '.join(ids)}", f"Near: {', '.join(near)}" if near else "")]
        )
    found = [fact for fact in own if all(word in (fact["period"], fact["scenario"], fact["level"]) for word in wanted)]
    if not found:
        there = sorted({f"{fact['period']}@{fact['scenario']}" for fact in own})
        raise ParamsError("no such figure", [Problem(figure, "none", f"{name}@ one of {', '.join(there[:20])}")])
    newest = [fact for fact in found if fact["period"] == cutoff and fact["level"] == "*"]
    return found if wanted else newest or found[:1]


def _key(text: str) -> dict[str, str]:
    from urllib.parse import unquote

    pairs = [part.partition("=") for part in text.split("&") if "=" in part]
    return {name: unquote(value) for name, _, value in pairs}


def _walk(run: RunFolder, params: CompanyParams, cell: Cell) -> list[str]:
    """The rows of a table, who wrote it, and the rows of the files behind it."""
    if cell.table == "facts":
        return [line for fact in _facts(run, cell.key.get("id", ""), cell.key.get("period", "")) for line in _walk_fact(run, params, fact)]
    if cell.table not in CONTRACTS:
        raise ParamsError("no such table", [Problem("FACT", cell.table, "a table of the data dictionary")])
    writer = next((step for step in STEPS if cell.table in step.writes), None)
    frame = _rows_of(run, cell)
    step = f", written by step {writer.number} {writer.name}" if writer else ""
    lines = [f"  table {cell.table}{step}: {len(frame)} rows{_sum_of(frame, cell.column)}", *_shown(frame, cell.column)]
    inputs = (cell.table,) if cell.table in INPUTS else MADE_FROM.get(cell.table, ())
    for name in inputs:
        if name in params.sources:
            lines += _source_lines(run, params, name, cell, frame)
    return lines


def _walk_fact(run: RunFolder, params: CompanyParams, fact: dict[str, object]) -> list[str]:
    return _walk(run, params, Cell(str(fact["source_table"]), _key(str(fact["source_key"]))))


def _rows_of(run: RunFolder, cell: Cell) -> "pd.DataFrame":
    import pandas as pd

    path = run.path / "tables" / f"{cell.table}.parquet"
    frame = pd.read_parquet(path) if path.is_file() else pd.DataFrame(columns=CONTRACTS[cell.table].column_names())
    if "family" in cell.key and "family" not in frame and "item" in frame:
        items = pd.read_parquet(run.path / "tables" / "items.parquet").set_index("item")["family"]
        frame = frame.assign(family=frame["item"].map(items))
    return _matching(frame, cell.key)


def _matching(frame: "pd.DataFrame", key: dict[str, str]) -> "pd.DataFrame":
    for name, value in key.items():
        if name in frame:
            column = frame[name].astype(str)
            first, span, last = value.partition("..")
            frame = frame[column.str[:7].between(first, last)] if span else frame[column == value]
    return frame


def _sum_of(frame: "pd.DataFrame", column: str) -> str:
    if not column or column not in frame or frame[column].dtype.kind not in "fi":
        return ""
    return f", {column} {frame[column].sum():,.6g} in all"


def _shown(frame: "pd.DataFrame", column: str) -> list[str]:
    lines = [f"    {', '.join(f'{name} {value}' for name, value in row.items())}" for row in frame.head(MOST_ROWS).to_dict("records")]
    return lines + ([f"    … and {len(frame) - MOST_ROWS} more"] if len(frame) > MOST_ROWS else [])


def _source_lines(run: RunFolder, params: CompanyParams, name: str, cell: Cell, frame: "pd.DataFrame") -> list[str]:
    """The rows of an input that share the month and the item of the figure, with file, sheet and row."""
    from sopkit.data.sources.row_places import placed_rows
    from sopkit.data.sources.table import dated_column

    rows = placed_rows(name, params.sources[name], run.inputs, cutoff=params.cutoff).frame
    dated, period = dated_column(INPUTS[name]), cell.key.get("period", "")
    if dated and period and period[:7] <= params.cutoff:
        rows = _matching(
            rows.assign(period_of_row=rows[dated].astype(str).str[:7]),
            {"period_of_row": period if ".." in period else f"{period}..{period}"},
        )
    for column in ("item", "region", "channel", "supplier", "component", "resource"):
        if column in rows and column in frame and (column in cell.key or len(frame) <= MOST_ROWS):
            rows = rows[rows[column].isin([*frame[column].unique(), "*"])]
    if rows.empty:
        return [f"  input {name}: no row of this month and these keys"]
    places = rows.groupby(["source_file", "source_sheet"], sort=False)["source_row"]
    lines = [f"  input {name}: {len(rows)} rows"]
    for (file, sheet), numbers in places:
        listed = ", ".join(map(str, list(numbers)[:12])) + (f" … {numbers.iloc[-1]}" if len(numbers) > 12 else "")
        lines.append(f"    inputs/{file}{f', sheet {sheet}' if sheet else ''}, rows {listed}")
    own = [column for column in rows if column in INPUTS[name].column_names()]
    for row in rows.head(3).to_dict("records"):
        lines.append(f"      row {row['source_row']}: {', '.join(f'{column} {row[column]}' for column in own)}")
    return lines
