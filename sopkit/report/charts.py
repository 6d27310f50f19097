"""Charts in IBCS notation, the same in notebooks and packs.

Actual is solid, last year light, plan outlined, forecast hatched; green is good and red is bad for the business, always beside a
sign or a word. Values stand on the marks: no grid, no axis of values, no legend where a label fits. Each printed figure carries
the cell it comes from. Functions take a frame and return a matplotlib Figure; `figure_svg` turns it into SVG, byte for byte the same.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sopkit.periods import months_between, shifted
from sopkit.report.cells import Number, known, source_of
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer, scale_of, scaled
from sopkit.report.svg import ACTUAL, BAD, GOOD, INK, LAST_YEAR, MUTED, PAPER, figure_svg, month_tag, number_tag

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "accuracy_chart",
    "bridge_chart",
    "demand_chart",
    "figure_svg",
    "inventory_chart",
    "monthly_demand",
]

WIDE, HALF = (10.4, 2.35), (5.6, 2.0)
UNDER, OVER = 25, 20  # points for two lines of labels under a chart, and for its unit and key over it
NOTATION: dict[str, dict[str, Any]] = {
    "actual": {"color": ACTUAL},
    "last_year": {"color": LAST_YEAR},
    "plan": {"facecolor": PAPER, "edgecolor": ACTUAL, "linewidth": 0.9},
    "forecast": {"facecolor": PAPER, "edgecolor": ACTUAL, "linewidth": 0.8, "hatch": "//////"},
}
LAYER_LABELS = {
    "naive": N_("seasonal naive"),
    "statistical": N_("statistical"),
    "sales": N_("sales"),
    "marketing": N_("marketing"),
    "finance": N_("finance"),
    "crm": N_("CRM"),
    "consensus": N_("consensus"),
    "constrained": N_("constrained"),
    "executive": N_("executive"),
}
CAUSES = {
    "last_plan": N_("last plan"),
    "actuals": N_("actuals"),
    "current_month": N_("current month"),
    "restated_history": N_("restated history"),
    "model": N_("model"),
    "campaigns": N_("campaigns"),
    "override": N_("overrides"),
    "crm": N_("pipeline"),
    "lifecycle": N_("launches"),
    "demand": N_("demand"),
    "price": N_("price"),
    "currency": N_("currency"),
    "cost": N_("unit cost"),
    "opening_stock": N_("opening stock"),
    "capacity": N_("capacity"),
    "decisions": N_("decisions"),
    "interaction": N_("interaction"),
    "this_plan": N_("this plan"),
    "horizon_roll": N_("horizon roll"),
}
WHOLE = ("last_plan", "this_plan")  # columns that stand on the axis


def monthly_demand(history: "pd.DataFrame", consensus: "pd.DataFrame", demand_range: "pd.DataFrame", *, months: int = 12) -> "pd.DataFrame":
    """Net sales of the last months, the demand plan of the next ones with its range, and the same month a year before.

    Args: DemandHistory, ConsensusDemand and DemandRange frames; `months` shown on each side.
    Returns period, actual, plan, p10, p90, last_year: money; missing where a month has none.
    """
    import pandas as pd

    actual = history.groupby("period")["revenue"].sum()
    plan = consensus.groupby("period")["revenue"].sum()
    company = demand_range[demand_range["family"] == "*"].set_index("period")
    periods = sorted(actual.index)[-months:] + sorted(plan.index)[:months]
    last_year = pd.Series({period: actual.get(shifted(period, -12)) for period in periods}, dtype="float64")
    frame = pd.DataFrame({"period": periods}, dtype="str").set_index("period")
    columns = {"actual": actual, "plan": plan, "p10": company["p10"], "p90": company["p90"], "last_year": last_year}
    return frame.assign(**{name: values.reindex(periods) for name, values in columns.items()}).reset_index()


def demand_chart(by_month: "pd.DataFrame", *, currency: str, language: str = "en") -> "Figure":
    """Net sales by month: actual solid, plan hatched with its range, last year light behind; `by_month` as `monthly_demand` makes it."""
    writer = Writer(language_of(language), currency)
    figure, axes = canvas(WIDE)
    places = range(len(by_month))
    axes.bar([place - 0.14 for place in places], by_month["last_year"].fillna(0), width=0.62, **NOTATION["last_year"])
    for place, row in enumerate(by_month.to_dict("records")):
        closed = known(row["actual"]) is not None
        axes.bar(place + 0.06, row["actual"] if closed else row["plan"], width=0.62, **NOTATION["actual" if closed else "forecast"])
        if known(row["p10"]) is not None:
            axes.plot([place + 0.06] * 2, [row["p10"], row["p90"]], color=ACTUAL, linewidth=1.1)
    numbers = [_monthly_number(row) for row in by_month.to_dict("records")]
    tops = by_month[["actual", "plan", "p90", "last_year"]].max(axis=1).fillna(0)
    label_columns(axes, writer, numbers, list(tops))
    month_axis(axes, writer, list(by_month["period"]))
    colour_key(axes, writer, [("last_year", N_("last year")), ("actual", N_("actual")), ("forecast", N_("plan, with range"))])
    return figure


def _monthly_number(row: dict[str, object]) -> Number:
    closed = known(row["actual"]) is not None
    table, key = ("demand_history", "actual") if closed else ("consensus_demand", "plan")
    return Number(known(row[key]), "money", source_of(table, {"period": row["period"]}, "revenue", "sum"))


def accuracy_chart(accuracy: "pd.DataFrame", *, lag: int, language: str = "en") -> "Figure":
    """WAPE of each forecast layer at one lag, from the naive yardstick to what was decided; `accuracy` is ForecastAccuracy."""
    writer = Writer(language_of(language), "")
    scored = accuracy[(accuracy["family"] == "*") & (accuracy["lag"] == lag) & accuracy["wape_ratio"].notna()]
    rows = sorted(scored.to_dict("records"), key=lambda row: list(LAYER_LABELS).index(row["layer"]))
    figure, axes = canvas(HALF, [writer.text(LAYER_LABELS[row["layer"]]) for row in rows], under=3, over=3)
    yardstick = next((row["wape_ratio"] for row in rows if row["layer"] == "naive"), None)
    for place, row in enumerate(rows):
        better = yardstick is None or row["layer"] == "naive" or row["wape_ratio"] <= yardstick
        axes.barh(place, row["wape_ratio"], height=0.62, color=ACTUAL if better else BAD)
        key = {"layer": row["layer"], "family": "*", "lag": lag}
        number = Number(row["wape_ratio"], "ratio", source_of("forecast_accuracy", key, "wape_ratio"), decimals=1)
        axes.annotate(
            writer.written(number),
            (row["wape_ratio"], place),
            (3, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=INK,
            gid=number_tag(number),
        )
    axes.set_yticks(range(len(rows)), [writer.text(LAYER_LABELS[row["layer"]]) for row in rows])
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0, max([row["wape_ratio"] for row in rows], default=1) * 1.15)
    return figure


def bridge_chart(bridge: "pd.DataFrame", *, measure: str = "revenue", currency: str = "", language: str = "en") -> "Figure":
    """From the last plan to this one: a waterfall of the causes that change anything; `bridge` is PlanBridge, overrides are added up."""
    writer = Writer(language_of(language), currency)
    figure, axes = canvas(WIDE)
    sums = bridge[bridge["measure"] == measure].groupby("cause", sort=False, as_index=False)["amount"].sum()
    sums = sums[sums["amount"].ne(0) | sums["cause"].isin([*WHOLE, "horizon_roll"])]
    rows = sums.to_dict("records")
    unit = "units" if measure == "units" else "money"
    numbers = [
        Number(row["amount"], unit, source_of("plan_bridge", {"measure": measure, "cause": row["cause"]}, "amount", "sum")) for row in rows
    ]
    level, tops = 0.0, []
    for place, row in enumerate(rows):
        whole = row["cause"] in WHOLE
        base = 0.0 if whole else level
        style = NOTATION["plan"] if row["cause"] == "last_plan" else NOTATION["forecast"] if whole else {"color": _judged(row["amount"])}
        axes.bar(place, row["amount"], bottom=base, width=0.66, **style)
        after = row["amount"] if whole else level + row["amount"]
        axes.plot([place - 0.33, place + 1.33], [after, after], color=MUTED, linewidth=0.5) if place < len(rows) - 1 else None
        tops.append(max(base, base + row["amount"]))
        level = after
    marked = [number if row["cause"].endswith("_plan") else number.change() for number, row in zip(numbers, rows, strict=True)]
    label_columns(axes, writer, marked, tops)
    axes.set_xticks(range(len(rows)), [writer.text(CAUSES[row["cause"]]) for row in rows])
    low = min((top - abs(row["amount"]) for top, row in zip(tops, rows, strict=True) if not row["cause"].endswith("_plan")), default=0.0)
    if rows and low > 0.5 * max(tops):  # columns that are all alike: cut the axis, and say so
        axes.set_ylim(low - 0.6 * (max(tops) - low), max(tops) + 0.15 * (max(tops) - low))
        axes.set_xlabel(writer.text(N_("the axis of values does not start at zero")), fontsize=7, color=MUTED)
    return figure


def _judged(change: float) -> str:
    return GOOD if change >= 0 else BAD


def inventory_chart(working_capital: "pd.DataFrame", *, currency: str, language: str = "en") -> "Figure":
    """Inventory at month ends: closed solid, planned hatched; `working_capital` is WorkingCapitalPlan."""
    writer = Writer(language_of(language), currency)
    figure, axes = canvas(WIDE)
    shown = working_capital[working_capital["inventory"].notna()]
    shown = shown[shown["period"] <= shifted(shown.loc[shown["scenario"] == "base", "period"].min(), 11)] if len(shown) else shown
    rows = shown.sort_values("period").to_dict("records")
    for place, row in enumerate(rows):
        axes.bar(place, row["inventory"], width=0.66, **NOTATION["actual" if row["scenario"] == "actual" else "forecast"])
    numbers = [Number(row["inventory"], "money", source_of("working_capital_plan", {"period": row["period"]}, "inventory")) for row in rows]
    label_columns(axes, writer, numbers, [row["inventory"] for row in rows])
    month_axis(axes, writer, [row["period"] for row in rows])
    colour_key(axes, writer, [("actual", N_("actual")), ("forecast", N_("plan"))])
    return figure


def canvas(size: tuple[float, float], lines: Sequence[str] = (), *, under: float = UNDER, over: float = OVER) -> tuple["Figure", "Axes"]:
    """An empty chart: a base line, no other axes; room at its left for the names of its `lines`, in points under and over it for labels."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 7.5, "hatch.linewidth": 0.6}):
        figure = Figure(figsize=size)
        axes = figure.add_subplot()
    width, height = (72 * inches for inches in size)
    left = max([4.5 * len(line) + 8 for line in lines], default=3.0)
    figure.subplots_adjust(left=left / width, right=1 - 3 / width, bottom=under / height, top=1 - over / height)
    axes.spines[["left", "right", "top"]].set_visible(False)
    axes.spines["bottom"].set_color(ACTUAL)
    axes.set_yticks([])
    axes.tick_params(labelsize=7.5, length=0, colors=INK)
    return figure, axes


def label_columns(axes: "Axes", writer: Writer, numbers: Sequence[Number], tops: Sequence[float]) -> None:
    scale = scale_of(numbers)
    for place, (number, top) in enumerate(zip(numbers, tops, strict=True)):
        if number.known:
            axes.annotate(
                writer.written(scaled(number, scale)),
                (place, max(top, 0.0)),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
                color=INK,
                gid=number_tag(number),
            )
    if numbers:
        unit = writer.unit(numbers[0].unit, scale)
        axes.annotate(unit, (0, 1.0), (0, 4), xycoords="axes fraction", textcoords="offset points", fontsize=7.5, color=MUTED)


def month_axis(axes: "Axes", writer: Writer, periods: Sequence[str], *, offset: float = 0.0) -> None:
    """Month names under the columns; the year under the first month and each January."""
    names = []
    for place, period in enumerate(periods):
        name = writer.language.month(period, "name")
        year = place == 0 or period.endswith("-01") or months_between(periods[0], period) % 12 == 0
        names.append(f"{name}\n{writer.language.month(period, 'year')}" if year else name)
    axes.set_xticks([place + offset for place in range(len(periods))], names)
    for label, period in zip(axes.get_xticklabels(), periods, strict=True):
        label.set_gid(month_tag(period))
    axes.set_xlabel("")


def colour_key(axes: "Axes", writer: Writer, entries: Sequence[tuple[str, str]]) -> None:
    """What the fills mean, in one line over the chart."""
    from matplotlib.patches import Patch

    patches = [Patch(label=writer.text(label), **NOTATION[style]) for style, label in entries]
    axes.legend(
        handles=patches,
        loc="lower right",
        bbox_to_anchor=(1, 1.0),
        ncols=len(entries),
        frameon=False,
        fontsize=7.5,
        labelcolor=INK,
        handlelength=1.2,
    )
