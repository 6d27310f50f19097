"""The data dictionary, written from the contracts: the classes are the only source."""

from collections.abc import Callable
from dataclasses import dataclass

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
KINDS_SV = {
    "code": "kod",
    "text": "text",
    "choice": "ord",
    "period": "månad, 2026-03",
    "day": "datum",
    "number": "tal",
    "whole": "heltal",
    "flag": "sant eller falskt",
}
UNITS_SV = {
    "units": "antal",
    "money": "pengar",
    "share": "andel",
    "days": "dagar",
    "hours": "timmar",
    "months": "månader",
    "weeks": "veckor",
    "people": "personer",
    "number": "nummer",
    "year": "år",
    "date": "datum",
    "month": "månad",
    "components": "komponenter",
    "money per unit": "pengar per enhet",
    "money per hour": "pengar per timme",
    "money per month": "pengar per månad",
    "money per person": "pengar per person",
    "money per component": "pengar per komponent",
    "money per currency unit": "pengar per valutaenhet",
    "money per unit and month": "pengar per enhet och månad",
    "money per setup": "pengar per omställning",
    "hours per unit": "timmar per enhet",
    "hours per setup": "timmar per omställning",
    "hours per month": "timmar per månad",
    "people per month": "personer per månad",
    "share per year": "andel per år",
    "units per unit": "antal per enhet",
    "family units per unit": "familjeenheter per enhet",
    "components per unit": "komponenter per enhet",
    "components per month": "komponenter per månad",
    "units or factor": "antal eller faktor",
    "units or hours per month": "antal eller timmar per månad",
    "units, hours or people per month": "antal, timmar eller personer per månad",
    "unit of the KPI": "nyckeltalets enhet",
    "unit of the indicator": "indikatorns enhet",
}


@dataclass(frozen=True)
class _Words:
    """The dictionary's own words in one language."""

    title: str
    preface: tuple[str, ...]
    needed: str
    optional: str
    without: str
    key: str
    header: tuple[str, ...]
    yes: str


ENGLISH = _Words(
    "Data dictionary",
    (
        "Written from the contracts in `sopkit/data/contracts`; do not edit. `money` is the company's currency in full units,",
        "shares lie in 0..1, an empty optional cell means unknown, and an optional table that is not provided is empty.",
        "In Swedish, the input tables only: [data_dictionary.sv.md](data_dictionary.sv.md).",
    ),
    "Needed.",
    "Optional.",
    "Without it",
    "Key",
    ("column", "meaning", "kind", "unit", "required", "bounds", "headers also read", "example"),
    "yes",
)
SWEDISH = _Words(
    "Datalexikon: tabeller som företaget lämnar",
    (
        "Skrivet ur kontrakten i `sopkit/data/contracts`; ändra inte här. `pengar` är företagets valuta i hela enheter,",
        "andelar ligger i 0..1, en tom frivillig cell betyder okänt, och en frivillig tabell som inte lämnas är tom.",
        "Tabeller som stegen skriver står på engelska: [data_dictionary.md](data_dictionary.md).",
    ),
    "Krävs.",
    "Frivillig.",
    "Utan den",
    "Nyckel",
    ("kolumn", "betydelse", "slag", "enhet", "krävs", "gränser", "rubriker som också läses", "exempel"),
    "ja",
)


def data_dictionary() -> str:
    """docs/data_dictionary.md as Markdown: every table with grain, key and columns, inputs first."""
    parts = [
        *_preface(ENGLISH),
        "## Input tables",
        "",
        *(line for contract in INPUTS.values() for line in _table(contract)),
        "## Tables that the steps write",
        "",
        *(line for contract in DERIVED.values() for line in _table(contract)),
    ]
    return "\n".join(parts).rstrip() + "\n"


def data_dictionary_sv(translated: Callable[[str], str]) -> str:
    """docs/data_dictionary.sv.md as Markdown: the input tables in Swedish.

    Args:
        translated: the Swedish of a contract's `without`, which packs print too and whose Swedish stands in their catalogue.
    """
    return (
        "\n".join([*_preface(SWEDISH), *(line for contract in INPUTS.values() for line in _table_sv(contract, translated))]).rstrip() + "\n"
    )


def meaning_of(column: Column, language: str) -> str:
    """What a column means, in a language; English where the other is not written."""
    return column.meaning_sv if language == "sv" and column.meaning_sv else column.meaning


def unit_of(column: Column, language: str) -> str:
    """The unit of a column's numbers, in a language; empty where it holds none."""
    unit = column.unit if column.kind in ("number", "whole") else ""
    return UNITS_SV[unit] if language == "sv" and unit else unit


def kind_of(column: Column, language: str) -> str:
    """What a column holds, in a word."""
    return (KINDS_SV if language == "sv" else KINDS)[column.kind]


def bounds_of(column: Column) -> str:
    """The words that a column may hold, or the bounds of its numbers; empty where there are none."""
    if column.choices:
        return ", ".join(f"`{word}`" for word in column.choices)
    if column.least is None and column.most is None:
        return ""
    return f"{'' if column.least is None else f'{column.least:g}'}..{'' if column.most is None else f'{column.most:g}'}"


def _preface(words: _Words) -> list[str]:
    return [f"# {words.title}", "", *words.preface, ""]


def _table(contract: type[Contract]) -> list[str]:
    plan = "The plan hash covers it." if contract.plan else ""
    without = f"{ENGLISH.optional} {ENGLISH.without}: {contract.without}." if contract.without else ""
    need = ENGLISH.needed if contract.name in NEEDED else without
    return _section(ENGLISH, contract, (contract.__doc__ or "", need, plan), [_row(column) for column in contract.columns])


def _table_sv(contract: type[Contract], translated: Callable[[str], str]) -> list[str]:
    without = f"{SWEDISH.optional} {SWEDISH.without}: {translated(contract.without)}." if contract.without else SWEDISH.optional
    need = SWEDISH.needed if contract.name in NEEDED else without
    return _section(SWEDISH, contract, (contract.title_sv, need), [_row_sv(column) for column in contract.columns])


def _section(words: _Words, contract: type[Contract], told: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    grain = contract.grain_sv[:1].upper() + contract.grain_sv[1:] if words is SWEDISH else f"Grain: {contract.grain}"
    return [
        f"### {contract.name}",
        "",
        " ".join(part.strip() for part in told if part.strip()),
        "",
        f"{grain}. {words.key}: {', '.join(f'`{name}`' for name in contract.key)}.",
        "",
        _line(words.header),
        _line(("---",) * len(words.header)).replace(" ", ""),
        *(_line(row) for row in rows),
        "",
    ]


def _row(column: Column) -> tuple[str, ...]:
    return (
        f"`{column.name}`",
        column.meaning,
        kind_of(column, "en"),
        unit_of(column, "en"),
        ENGLISH.yes if column.required else "",
        bounds_of(column),
        ", ".join(column.aliases),
        column.example,
    )


def _row_sv(column: Column) -> tuple[str, ...]:
    return (
        f"`{column.name}`",
        meaning_of(column, "sv"),
        kind_of(column, "sv"),
        unit_of(column, "sv"),
        SWEDISH.yes if column.required else "",
        bounds_of(column),
        ", ".join(column.aliases),
        column.example,
    )


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
