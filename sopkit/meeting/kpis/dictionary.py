"""The KPI dictionary, written from the definitions: each figure with its formula, sign in words, level, lag, source and worked example."""

from collections.abc import Callable
from dataclasses import dataclass

from sopkit.meeting.kpis.definition import Kpi
from sopkit.meeting.kpis.definitions import BESIDE, KPIS
from sopkit.meeting.kpis.definitions_more import MORE
from sopkit.meeting.kpis.examples import EXAMPLES
from sopkit.meeting.kpis.swedish import SWEDISH

SIGNS = {
    "bias": "above zero = over-forecast",
    "tracking_signal": "above zero = over-forecast; 1 = every month over",
    "value_added": "above zero = this layer made it better",
    "forecast_variance": "above zero = more came than was forecast",
    "forecast_vs_actual": "above 100 % = more came than was forecast",
    "cash_conversion": "fewer days = less money tied up; below zero = suppliers finance it",
}
BETTER = {"higher": "more is better", "lower": "less is better", "near": "near its target is best"}
BY_FAMILY = ("total_sales", "total_sales_units", "forecast_vs_actual", "gross_margin", "gross_margin_amount", "inventory_turnover")
LAGGED = (
    "forecast_vs_actual",
    "forecast_variance",
    "forecast_family_error",
    "wape",
    "mape",
    "mase",
    "bias",
    "tracking_signal",
    "value_added",
)
LEVELS = {
    "wape": "item, region and channel, summed to family and company",
    "bias": "item, region and channel, summed to family and company",
    "tracking_signal": "family and company",
    "value_added": "item, region and channel, summed to family and company",
    "planned_load": "resource",
    "required_load": "resource",
    "throughput_per_hour": "family",
    "supplier_otif": "supplier",
    "plan_change": "family and company",
}


@dataclass(frozen=True)
class _Words:
    """The dictionary's own words in one language."""

    title: str
    preface: tuple[str, ...]
    groups: tuple[str, str, str]
    header: tuple[str, ...]
    planned: str
    lag: str
    none: str
    company: str
    by_family: str


ENGLISH = _Words(
    "KPI dictionary",
    (
        "Written from `sopkit/meeting/kpis`; do not edit (`make kpis`). Each example is computed by the code in a test.",
        "A figure whose inputs are missing says *not available, because …* in pack, facts and Excel.",
        "In Swedish: [kpi_dictionary.sv.md](kpi_dictionary.sv.md).",
    ),
    ("The eight", "Beside them", "Others"),
    ("KPI", "definition", "unit", "sign", "level", "lag", "source", "worked example"),
    "Planned months",
    "headline lag of the family, printed beside it",
    "none",
    "company",
    "company and family",
)
SWEDISH_WORDS = _Words(
    "Nyckeltalsordlista",
    (
        "Skriven ur `sopkit/meeting/kpis`; ändra inte här (`make kpis`). Varje exempel räknas av koden i ett test.",
        "Ett tal vars underlag saknas säger *inte tillgängligt, eftersom …* i pack, fakta och Excel.",
        "På engelska: [kpi_dictionary.md](kpi_dictionary.md).",
    ),
    ("De åtta", "Bredvid dem", "Övriga"),
    ("nyckeltal", "definition", "enhet", "tecken", "nivå", "eftersläpning", "källa", "räkneexempel"),
    "Planerade månader",
    "familjens huvudeftersläpning, skriven bredvid",
    "ingen",
    "företag",
    "företag och produktfamilj",
)


def kpi_dictionary(language: str = "en") -> str:
    """The KPI dictionary as Markdown.

    Args:
        language: en or sv.

    Returns:
        The page; the same definitions give the same bytes.
    """
    words = ENGLISH if language == "en" else SWEDISH_WORDS
    parts = [f"# {words.title}", "", *words.preface, ""]
    told: Callable[[Kpi, _Words], str] = _row if language == "en" else _row_sv
    for title, kpis in zip(words.groups, (KPIS, BESIDE, MORE), strict=True):
        parts += [f"## {title}", "", f"| {' | '.join(words.header)} |", f"|{'---|' * len(words.header)}"]
        parts += [told(kpi, words) for kpi in kpis] + [""]
    return "\n".join(parts).rstrip() + "\n"


def sign_of(kpi: Kpi) -> str:
    """The sign of a figure in words."""
    return SIGNS.get(kpi.id, BETTER[kpi.better])


def level_of(kpi: Kpi) -> str:
    """The level that a figure is told at, in words."""
    return LEVELS.get(kpi.id, ENGLISH.by_family if kpi.id in BY_FAMILY else ENGLISH.company)


def _row(kpi: Kpi, words: _Words) -> str:
    definition = ". ".join(filter(None, [kpi.definition, f"*{words.planned}*: {kpi.planned}" if kpi.planned else ""]))
    lag = words.lag if kpi.id in LAGGED else words.none
    cells = (f"**{kpi.title}** `{kpi.id}`", definition, kpi.unit, sign_of(kpi), level_of(kpi), lag, _sources(kpi), EXAMPLES[kpi.id].text)
    return _line(cells)


def _row_sv(kpi: Kpi, words: _Words) -> str:
    told = SWEDISH[kpi.id]
    lag = words.lag if kpi.id in LAGGED else words.none
    level = told.level or (words.by_family if kpi.id in BY_FAMILY else words.company)
    return _line(
        (f"**{told.title}** `{kpi.id}`", told.definition, told.unit, told.sign, level, lag, _sources(kpi), EXAMPLES[kpi.id].text_sv)
    )


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _sources(kpi: Kpi) -> str:
    return ", ".join(f"`{name}`" for name in dict.fromkeys((kpi.source_table, kpi.planned_source)) if name)
