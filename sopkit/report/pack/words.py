"""Words that stand for codes of the contracts in print: KPIs, lines, causes, kinds, and what is missing."""

import re
from collections.abc import Sequence
from zlib import crc32

from markupsafe import Markup

from sopkit.data.contracts import CONTRACTS
from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Words
from sopkit.report.cells import listed as listed_count
from sopkit.report.charts import CAUSES as BRIDGE_CAUSES
from sopkit.report.narrative import N_, Writer
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.table_words import table_words
from sopkit.report.tables import Text
from sopkit.supply.availability import Unavailable, not_available_by

KPIS = {
    "total_sales": N_("Total sales"),
    "forecast_vs_actual": N_("Forecast against actual"),
    "gross_margin": N_("Gross margin"),
    "cycle_time": N_("Cycle time"),
    "inventory_turnover": N_("Inventory turnover"),
    "working_capital": N_("Working capital"),
    "capacity_utilisation": N_("Capacity utilisation"),
    "production_forecast": N_("Production forecast"),
}
STATUS_OF_DELIVERY = {"delivered": N_("delivered"), "unchanged": N_("unchanged"), "missing": N_("missing")}
STATUS = {"DRAFT": N_("DRAFT"), "FINAL": N_("FINAL")}
LINES = {
    "gross_sales": N_("Gross sales"),
    "discount": N_("Discounts"),
    "rebate": N_("Rebates"),
    "bonus": N_("Bonus"),
    "freight_allowance": N_("Freight allowances"),
    "net_sales": N_("Net sales"),
    "cost_of_goods": N_("Cost of goods sold"),
    "gross_margin": N_("Gross margin"),
    "overtime": N_("Overtime"),
    "subcontract_premium": N_("Subcontract premium"),
    "expedite": N_("Expedite freight"),
    "freight": N_("Freight to regions"),
    "transfer": N_("Transfers between sites"),
    "setup": N_("Setups"),
    "sourcing": N_("Dearer sites, suppliers and alternatives"),
    "holding": N_("Holding"),
    "workforce_change": N_("Hiring and lay-off"),
    "one_off": N_("Costs of decisions, once"),
    "absorption": N_("Production cost not absorbed"),
    "write_down": N_("Write-down"),
    "operating_contribution": N_("Operating contribution"),
    "prebuild_absorption": N_("beside it: margin that building ahead would absorb"),
}
CAUSES = {
    "budget": N_("budget"),
    "volume": N_("volume"),
    "gap": N_("gap"),
    "latest_estimate": N_("latest estimate"),
    **BRIDGE_CAUSES,
}
KINDS = {
    "excess": N_("excess stock"),
    "slow_stock": N_("slow stock"),
    "safety_stock": N_("safety stock"),
    "override": N_("override"),
    "resource": N_("resource"),
    "supplier": N_("supplier"),
    "workforce": N_("people"),
    "risk": N_("risk"),
    "opportunity": N_("opportunity"),
    "open": N_("open"),
    "done": N_("done"),
    "late": N_("late"),
    "stopped": N_("stopped"),
    "held": N_("held"),
    "broke": N_("broke"),
    "untested": N_("untested"),
    "applied": N_("applied"),
    "refused": N_("refused"),
    "outside": N_("outside the horizon"),
    "expired": N_("expired"),
    "sales": N_("sales"),
    "marketing": N_("marketing"),
    "finance": N_("finance"),
    "product": N_("product"),
    "operations": N_("operations"),
    "materials": N_("materials"),
    "hr": N_("HR"),
    "prospect": N_("prospect"),
    "qualified": N_("qualified"),
    "proposal": N_("proposal"),
    "negotiation": N_("negotiation"),
    "won": N_("won"),
    "lost": N_("lost"),
    "REJECT": N_("rejected"),
    "REPAIR": N_("repaired"),
    "ASK": N_("to be asked"),
    "ACCEPT": N_("accepted"),
}


ROLES = {
    "managing_director": N_("managing director"),
    "sop_lead": N_("S&OP lead"),
    "demand_planner": N_("demand planner"),
    "head_of_sales": N_("head of sales"),
    "head_of_marketing": N_("head of marketing"),
    "head_of_product": N_("head of product"),
    "head_of_operations": N_("head of operations"),
    "head_of_materials": N_("head of materials"),
    "head_of_purchasing": N_("head of purchasing"),
    "head_of_logistics": N_("head of logistics"),
    "head_of_finance": N_("head of finance"),
    "head_of_hr": N_("head of HR"),
}
GATES = {
    "data_quality": N_("data quality"),
    "demand": N_("demand"),
    "supply": N_("supply"),
    "money": N_("money"),
    "approval": N_("approval"),
}
MODELS = {
    "pool": N_("what is used"),
    "theta": N_("Theta"),
    "damped": N_("damped trend"),
    "dynamic_theta": N_("dynamic Theta"),
    "holt_winters": N_("Holt-Winters"),
    "complex_smoothing": N_("complex smoothing"),
    "global_trees": N_("trees over all series"),
    "imapa": N_("IMAPA"),
    "adida": N_("ADIDA"),
    "croston": N_("Croston"),
    "croston_corrected": N_("Croston, corrected (SBA)"),
    "chance_of_demand": N_("chance of demand (TSB)"),
    "window_average": N_("mean of twelve months"),
    "seasonal_naive": N_("seasonal naive"),
}
NAMES = {"resource": ("resources", "resource_name"), "supplier": ("suppliers", "supplier_name"), "item": ("items", "item_name")}
MONTH = re.compile(r"\b\d{4}-(?:0[1-9]|1[0-2])\b")
MOST_NAMED = 3  # names of a list that are written out


def word(desk: Desk, record: Record, column: str, words: dict[str, str] = KINDS) -> str:
    """A choice of a row, in the pack's language; the code itself where it has no word."""
    code = record.word(column)
    return desk.writer.text(words.get(code, code))


def role(desk: Desk, record: Record, column: str = "owner") -> Cell:
    """A role, or another code of people's own, in words: the pack's language's where the role is one that many companies have."""
    cell = record.words(column)
    return Words(role_words(desk.writer, cell.text), cell.source) if isinstance(cell, Words) else cell


def role_words(writer: Writer, code: str) -> str:
    """A role in words; one that nobody translated is its code, written with spaces."""
    return writer.text(ROLES.get(code, code.replace("_", " ")))


def name_of(desk: Desk, record: Record, column: str) -> Cell:
    """The name of what a row's code stands for, from the table that declares it; the code with spaces where none does."""
    return named(desk, column, record.word(column)) or role(desk, record, column)


def named(desk: Desk, kind: str, code: str) -> Cell:
    """The name of a resource, supplier or item; empty where its table has none."""
    table, column = NAMES.get(kind, ("", ""))
    declared = desk.book.record(table, **{kind: code}) if table and desk.book.has(table) else None
    return declared.words(column) if declared else ""


def in_months(desk: Desk, cell: Cell) -> Cell:
    """A text of a table in which months such as `2026-07` are written as the pack writes months."""
    if not isinstance(cell, Words):
        return cell
    parts = [
        Month(part) if MONTH.fullmatch(part) else Words(part, cell.source) for part in re.split(rf"({MONTH.pattern})", cell.text) if part
    ]
    return Markup("").join(desk.writer.markup(part) for part in parts)


def few(desk: Desk, record: Record, column: str) -> Cell:
    """A list of a row, such as `A, B, C, D`: its first names, and how many more there are."""
    cell = record.words(column)
    names = cell.text.split(", ") if isinstance(cell, Words) else []
    if not isinstance(cell, Words) or len(names) <= MOST_NAMED + 1:
        return cell
    first = Words(", ".join(names[:MOST_NAMED]), cell.source)
    return desk.writer.say(N_("{names} and {count} more"), names=first, count=listed_count(names[MOST_NAMED:]))


def family_cell(desk: Desk, record: Record) -> Cell:
    """The family of a row; a link to its sheet where the pack has one."""
    family = record.words("family")
    if record.word("family") not in desk.sheets:
        return family
    return Markup('<a href="#{}">{}</a>').format(sheet_section(record.word("family")), desk.writer.markup(family))


def sheet_section(family: str) -> str:
    """The section of a family's sheet."""
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in family.lower())
    alike = plain == family.lower().replace(" ", "-")  # else other names may read the same
    return f"family-{plain}" if alike else f"family-{plain}-{crc32(family.encode()):08x}"


def scope_of(record: Record) -> Cell:
    """What an override changes, without the names of its keys: `family=Grills, region=SE` is `Grills, SE`."""
    cell = record.words("scope")
    return Words(re.sub(r"\b\w+=", "", cell.text), cell.source) if isinstance(cell, Words) else cell


def everything(record: Record, column: str, desk: Desk) -> Cell:
    """A code of a row; `*` is written as all."""
    return desk.writer.text(N_("all")) if record.word(column) == "*" else Words(record.word(column), f"{record.table}#{column}")


def provided(desk: Desk, table: str) -> bool:
    """Whether the company handed in an input table."""
    told = desk.book.record("coverage", table=table)
    return told.word("status") == "provided" if told else desk.book.has(table)


def unavailable(desk: Desk) -> Unavailable:
    """Which figures of the plan rest on tables that the company did not provide."""
    return not_available_by(desk.book.frame("coverage"), desk.book.frame("items")) if desk.book.has("coverage") else Unavailable()


def unknown(desk: Desk, message: str, absent: Sequence[str]) -> Markup:
    """A sentence of what is not available, with the tables that are not provided."""
    return desk.writer.say(message, tables=listed(desk, [table_words(desk.writer, name) for name in absent]))


def missing(desk: Desk, *tables: str) -> tuple[Text, ...]:
    """What was not provided of these input tables, and so is not available; nothing where all were."""
    absent = [table for table in tables if not provided(desk, table)]
    told: dict[str, list[str]] = {}
    for table in absent:
        told.setdefault(CONTRACTS[table].without, []).append(table)
    say, text = desk.writer.say, desk.writer.text
    lines = tuple(
        say(
            N_("Not provided: {tables}. So {consequence}."),
            tables=listed(desk, [table_words(desk.writer, name) for name in names]),
            consequence=text(consequence),
        )
        for consequence, names in told.items()
        if consequence
    )
    return (Text(lines, style="missing"),) if lines else ()


def listed(desk: Desk, cells: Sequence[Cell]) -> Cell:
    """Cells in a row, with commas."""
    return Markup(", ").join(desk.writer.markup(cell) for cell in cells)
