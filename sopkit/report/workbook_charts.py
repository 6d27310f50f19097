"""Native charts of the plan's workbook: demand and supply, the load of what limits, stock and cash, each beside its table.

Series are ranges of cells and titles are ours: no text of the company ever stands in a formula.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sopkit.report.narrative import N_, Writer

if TYPE_CHECKING:
    import pandas as pd
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

BY_MONTH = (N_("By month"), N_("The plan of all families by month, and what the most loaded resource is asked for"))
TOTALS = ("demand", "shipped", "production", "subcontract", "receipts", "lost", "closing_stock")
HOURS = ("required_hours", "planned_hours", "demonstrated_hours")
INK, LIGHT = "#404040", "#d9d9d9"
HATCHED = {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": INK, "bg_color": "#ffffff"}, "border": {"color": INK}}  # a plan
DASHES = ("solid", "dash")  # of the lines of a chart, in order


@dataclass(frozen=True)
class Drawn:
    """A chart: its title, and its series as column and style."""

    title: str
    series: tuple[tuple[str, str], ...]


CHARTS: Mapping[str, tuple[Drawn, ...]] = {
    BY_MONTH[0]: (
        Drawn(N_("Demand and shipments, units"), (("shipped", "hatched"), ("demand", "line"))),
        Drawn(
            N_("Hours of the most loaded resource"),
            (("planned_hours", "hatched"), ("required_hours", "line"), ("demonstrated_hours", "line")),
        ),
        Drawn(N_("Stock at month ends, units"), (("closing_stock", "hatched"),)),
    ),
    "Working capital": (Drawn(N_("Stock and cash headroom at month ends"), (("inventory", "hatched"), ("cash_headroom", "line"))),),
}


def by_month(supply_plan: "pd.DataFrame", resource_load: "pd.DataFrame | None") -> "pd.DataFrame":
    """The plan by month: units of all items, and the hours of the resource that is short of most hours in a month.

    Args:
        supply_plan: a row per item and month, or without what is not available of it.
        resource_load: ResourceLoad; None = not provided.

    Returns:
        period, the totals that are there, resource and its hours; one row per month.
    """
    totals = supply_plan.groupby("period", as_index=False)[[name for name in TOTALS if name in supply_plan]].sum()
    if resource_load is None or resource_load.empty:
        return totals
    short = (resource_load["required_hours"] - resource_load["demonstrated_hours"]).groupby(resource_load["resource"]).max()
    load = resource_load[resource_load["resource"] == short.idxmax()]
    hours = load.groupby("period", as_index=False).agg({"resource": "first", **dict.fromkeys(HOURS, "sum")})
    return totals.merge(hours, on="period", how="left", validate="one_to_one")


def add_charts(book: "xlsxwriter.Workbook", page: "Worksheet", writer: Writer, name: str, frame: "pd.DataFrame") -> None:
    """Draw the charts of a sheet to the right of its table; series whose column is not there are left out, and charts without any."""
    columns, down = list(frame.columns), 1
    for drawn in CHARTS.get(name, ()):
        series = [(column, style) for column, style in drawn.series if column in columns]
        if not series or "period" not in columns:
            continue
        chart = _chart(book, page.get_name(), series, columns, len(frame))
        chart.set_title({"name": writer.text(drawn.title), "overlay": False, "name_font": {"size": 11, "bold": True}})
        page.insert_chart(down, len(columns) + 1, chart, {"description": writer.text(drawn.title), "object_position": 3})
        down += 16


def _chart(book: "xlsxwriter.Workbook", sheet: str, series: list[tuple[str, str]], columns: list[str], rows: int) -> Any:
    """Columns and lines over the months, on one axis that begins at zero."""
    bars, lines = ([column for column, style in series if (style == "line") is wanted] for wanted in (False, True))
    at, months = columns.index, columns.index("period")
    drawn = []
    for kind, names in (("column", bars), ("line", lines)):
        chart = book.add_chart({"type": kind})
        for place, column in enumerate(names):
            cells = {"name": [sheet, 0, at(column)], "categories": [sheet, 1, months, rows, months]}
            values = {"values": [sheet, 1, at(column), rows, at(column)]}
            chart.add_series(cells | values | (HATCHED if kind == "column" else _line(place)))
        drawn += [chart] if names else []
    whole = drawn[0]
    if len(drawn) > 1:
        whole.combine(drawn[1])
    whole.set_legend({"position": "bottom"})
    whole.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": LIGHT}}, "num_format": "#,##0", "line": {"none": True}})
    whole.set_x_axis({"num_font": {"rotation": -90, "size": 8}})
    whole.set_size({"width": 760, "height": 300})
    return whole


def _line(place: int) -> dict[str, object]:
    return {"line": {"color": INK, "width": 1.75, "dash_type": DASHES[place % len(DASHES)]}}
