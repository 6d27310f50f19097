"""Words that stand for codes of the contracts in print: KPIs, lines, causes, kinds, and what is missing."""

import re
from collections.abc import Sequence

from sopkit.data.contracts import CONTRACTS
from sopkit.report.cells import Cell, Code, Words
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.tables import Record, Text

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
STATUS = {"DRAFT": N_("DRAFT"), "APPROVED": N_("APPROVED")}
LINES = {
    "net_sales": N_("Net sales"),
    "cost_of_goods": N_("Cost of goods sold"),
    "gross_margin": N_("Gross margin"),
    "overtime": N_("Overtime"),
    "subcontract_premium": N_("Subcontract premium"),
    "expedite": N_("Expedite freight"),
    "holding": N_("Holding"),
    "workforce_change": N_("Hiring and lay-off"),
    "write_down": N_("Write-down"),
    "operating_contribution": N_("Operating contribution"),
}
CAUSES = {
    "budget": N_("budget"),
    "volume": N_("volume"),
    "capacity": N_("capacity"),
    "price": N_("price"),
    "demand": N_("demand"),
    "currency": N_("currency"),
    "gap": N_("gap"),
    "latest_estimate": N_("latest estimate"),
    "last_plan": N_("last plan"),
    "actuals": N_("actuals"),
    "model": N_("model"),
    "lifecycle": N_("launches"),
    "overrides": N_("overrides"),
    "this_plan": N_("this plan"),
    "horizon_roll": N_("horizon roll"),
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


def word(desk: Desk, record: Record, column: str, words: dict[str, str] = KINDS) -> str:
    """A choice of a row, in the pack's language; the code itself where it has no word."""
    code = record.word(column)
    return desk.writer.text(words.get(code, code))


def role(record: Record, column: str = "owner") -> Cell:
    """A role, written with spaces."""
    cell = record.words(column)
    return Words(cell.text.replace("_", " "), cell.source) if isinstance(cell, Words) else cell


def scope_of(record: Record, column: str = "scope") -> Cell:
    """What an override changes, without the names of its keys: `family=Grills, region=SE` is `Grills, SE`."""
    cell = record.words(column)
    return Words(re.sub(r"\b\w+=", "", cell.text), cell.source) if isinstance(cell, Words) else cell


def everything(record: Record, column: str, desk: Desk) -> Cell:
    """A code of a row; `*` is written as all."""
    return desk.writer.text(N_("all")) if record.word(column) == "*" else Words(record.word(column), f"{record.table}#{column}")


def provided(desk: Desk, table: str) -> bool:
    """Whether the company handed in an input table."""
    told = desk.book.record("coverage", table=table)
    return told.word("status") == "provided" if told else desk.book.has(table)


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
            tables=listed(desk, [Code(name) for name in names]),
            consequence=text(consequence),
        )
        for consequence, names in told.items()
        if consequence
    )
    return (Text(lines, style="missing"),) if lines else ()


def listed(desk: Desk, cells: Sequence[Cell]) -> Cell:
    """Cells in a row, with commas."""
    from markupsafe import Markup

    return Markup(", ").join(desk.writer.markup(cell) for cell in cells)
