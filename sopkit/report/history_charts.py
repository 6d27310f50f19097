"""Charts of what has been: demand with what empty shelves hid, and campaigns with what they brought."""

from typing import TYPE_CHECKING

from sopkit.report.cells import Number, known, source_of
from sopkit.report.charts import HALF, NOTATION, WIDE, canvas, colour_key, label_columns, month_axis
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import ACTUAL, BAD, INK, MUTED, number_tag

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def history_chart(
    monthly: "pd.DataFrame", adjustments: "pd.DataFrame", *, family: str = "*", months: int = 24, language: str = "en"
) -> "Figure":
    """Demand by month: recorded solid, what empty shelves hid outlined on top, the year before light behind, breaks marked.

    Args: MonthlyHistory and HistoryAdjustments frames; the family shown, `*` for the company; closed months shown.
    """
    writer = Writer(language_of(language), "")
    figure, axes = canvas(WIDE)
    rows = monthly[monthly["family"] == family].sort_values("period").tail(months).to_dict("records")
    recorded = [row["quantity"] for row in rows]
    asked, before = [row["uncensored_quantity"] for row in rows], [known(row["year_before_quantity"]) or 0.0 for row in rows]
    hidden = [whole - part for whole, part in zip(asked, recorded, strict=True)]
    axes.bar([place - 0.14 for place in range(len(rows))], before, width=0.62, **NOTATION["last_year"])
    places = [place + 0.06 for place in range(len(rows))]
    axes.bar(places, recorded, width=0.62, **NOTATION["actual"])
    axes.bar(places, hidden, bottom=recorded, width=0.62, **NOTATION["plan"])
    sources = [source_of("monthly_history", {"family": family, "period": row["period"]}, "uncensored_quantity") for row in rows]
    numbers = [Number(quantity, "units", source) for quantity, source in zip(asked, sources, strict=True)]
    tops = [max(pair) for pair in zip(asked, before, strict=True)]
    label_columns(axes, writer, numbers, tops)
    month_axis(axes, writer, [row["period"] for row in rows])
    _mark_breaks(axes, writer, [row["period"] for row in rows], adjustments, family)
    colour_key(axes, writer, [("last_year", N_("last year")), ("actual", N_("ordered")), ("plan", N_("hidden by empty shelves"))])
    return figure


def _mark_breaks(axes: "Axes", writer: Writer, periods: list[str], adjustments: "pd.DataFrame", family: str) -> None:
    """A line before each month from which demand stands on another level."""
    told = adjustments[(adjustments["kind"] == "structural_break") & (adjustments["family"] == family)]
    for period in sorted(set(told["period"])):
        if period in periods[1:]:
            axes.axvline(periods.index(period) - 0.5, color=BAD, linewidth=1.0)
            axes.annotate(
                writer.text(N_("new level")),
                (periods.index(period) - 0.5, 1.0),
                (2, -2),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                va="top",
                fontsize=7.5,
                color=BAD,
            )


def campaign_chart(results: "pd.DataFrame", *, language: str = "en") -> "Figure":
    """Claimed uplift against what came, by family: a dot with the interval that holds the truth nine times in ten, the claim an outline.

    Args: CampaignResults frame; the means over campaigns are shown.
    """
    writer = Writer(language_of(language), "")
    means = results[(results["campaign"] == "*") & results["uplift_ratio"].notna()]
    rows = sorted(means.to_dict("records"), key=lambda row: (row["family"] != "*", row["family"]))
    names = [writer.text(N_("all campaigns")) if row["family"] == "*" else row["family"] for row in rows]
    figure, axes = canvas(HALF, names, under=3)
    for place, row in enumerate(rows):
        axes.plot([row["uplift_low"], row["uplift_high"]], [place, place], color=ACTUAL, linewidth=1.4)
        axes.plot(row["uplift_ratio"], place, "o", color=ACTUAL, markersize=5)
        _label(axes, writer, row, place, "uplift_ratio", INK)
        if row["claimed_uplift_share"] == row["claimed_uplift_share"]:  # somebody claimed one
            axes.plot(row["claimed_uplift_share"], place, "o", markerfacecolor="none", markeredgecolor=BAD, markersize=6)
            _label(axes, writer, row, place, "claimed_uplift_share", BAD)
    axes.axvline(0, color=MUTED, linewidth=0.8)
    axes.set_yticks(range(len(rows)), names)
    axes.set_ylim(len(rows) - 0.5, -0.8)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_title(writer.text(N_("uplift: measured (dot, with its interval) and claimed (ring)")), fontsize=7.5, color=MUTED, loc="left")
    return figure


def _label(axes: "Axes", writer: Writer, row: dict, place: int, column: str, colour: str) -> None:
    """The figure over a mark."""
    unit = "share" if column == "claimed_uplift_share" else "ratio"
    key = {"campaign": "*", "family": row["family"], "region": "*", "channel": "*"}
    number = Number(known(row[column]), unit, source_of("campaign_results", key, column), decimals=0)
    axes.annotate(
        writer.written(number.change()),
        (row[column], place),
        (0, 5),
        textcoords="offset points",
        ha="center",
        fontsize=7.5,
        color=colour,
        gid=number_tag(number),
    )
