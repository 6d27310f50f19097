"""The data dictionary, written from the contracts: the classes are the only source."""

from sopkit.data.contracts import DERIVED, INPUTS, NEEDED
from sopkit.data.contracts.column import Column, Contract

KINDS = {
    "code": "code",
    "text": "text",
    "choice": "word",
    "period": "month, 2026-03",
    "day": "date",
    "number": "number",
    "whole": "whole number",
    "flag": "true or false",
}


def data_dictionary() -> str:
    """docs/data_dictionary.md as Markdown: every table with grain, key and columns, inputs first."""
    parts = [
        "# Data dictionary",
        "",
        "Written from the contracts in `sopkit/data/contracts`; do not edit. `money` is the company's currency in full units,",
        "shares lie in 0..1, an empty optional cell means unknown, and an optional table that is not provided is empty.",
        "",
        "## Input tables",
        "",
        *_tables(INPUTS),
        "## Tables that the steps write",
        "",
        *_tables(DERIVED),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _tables(contracts: dict[str, type[Contract]]) -> list[str]:
    return [line for contract in contracts.values() for line in _table(contract)]


def _table(contract: type[Contract]) -> list[str]:
    need = "Needed." if contract.name in NEEDED else f"Optional. Without it: {contract.without}." if contract.without else ""
    plan = "The plan hash covers it." if contract.plan else ""
    return [
        f"### {contract.name}",
        "",
        " ".join(part for part in ((contract.__doc__ or "").strip(), need, plan) if part),
        "",
        f"Grain: {contract.grain}. Key: {', '.join(f'`{name}`' for name in contract.key)}.",
        "",
        "| column | meaning | kind | unit | required | bounds | headers also read |",
        "|---|---|---|---|---|---|---|",
        *(_row(column) for column in contract.columns),
        "",
    ]


def _row(column: Column) -> str:
    cells = (
        f"`{column.name}`",
        column.meaning,
        KINDS[column.kind],
        column.unit if column.kind in ("number", "whole") else "",
        "yes" if column.required else "",
        _bounds(column),
        ", ".join(column.aliases),
    )
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def _bounds(column: Column) -> str:
    if column.choices:
        return ", ".join(f"`{word}`" for word in column.choices)
    if column.least is None and column.most is None:
        return ""
    return f"{'' if column.least is None else f'{column.least:g}'}..{'' if column.most is None else f'{column.most:g}'}"
