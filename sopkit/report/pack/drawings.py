"""The charts of the packs, drawn from the tables in the pack's language."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from markupsafe import Markup

from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.svg import placed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = {
    "demand": N_(
        "Columns by month: closed months solid, planned months hatched with the range that holds eight times out of ten, "
        "the year before in light grey"
    ),
    "inventory": N_("Columns by month end: closed months solid, planned months hatched"),
    "bridge": N_("Waterfall of net sales from the last plan to this one, a column per cause"),
}


def demand_drawing(desk: Desk) -> Markup | None:
    """Net sales by month, with the range of the plan; None where there is no history to draw."""
    from sopkit.report.charts import demand_chart, monthly_demand

    if not desk.book.has("demand_history", "consensus_demand", "demand_range"):
        return None
    by_month = monthly_demand(*(desk.book.frame(name) for name in ("demand_history", "consensus_demand", "demand_range")))
    return _drawn(desk, "demand", lambda: demand_chart(by_month, currency=desk.about.currency, language=desk.about.language))


def inventory_drawing(desk: Desk) -> Markup | None:
    """Inventory at month ends; None where none is known."""
    from sopkit.report.charts import inventory_chart

    if not desk.book.has("working_capital_plan"):
        return None
    frame = desk.book.frame("working_capital_plan")
    if not frame["inventory"].notna().any():
        return None
    return _drawn(desk, "inventory", lambda: inventory_chart(frame, currency=desk.about.currency, language=desk.about.language))


def bridge_drawing(desk: Desk) -> Markup | None:
    """From the last plan to this one; None where there is no last plan."""
    from sopkit.report.charts import bridge_chart

    if not desk.book.has("plan_bridge"):
        return None
    frame = desk.book.frame("plan_bridge")
    return _drawn(desk, "bridge", lambda: bridge_chart(frame, currency=desk.about.currency, language=desk.about.language))


def _drawn(desk: Desk, name: str, draw: Callable[[], "Figure"]) -> Markup:
    from sopkit.report.charts import figure_svg

    key = (desk.about.language, name)
    if key not in desk.drawn:
        desk.drawn[key] = placed(figure_svg(draw(), name, "", ""), name, desk.writer.text(LABELS[name]))
    return desk.drawn[key]
