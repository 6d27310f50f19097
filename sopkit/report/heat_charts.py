"""Heat maps: what is red is too much, and every field says its figure."""

from typing import TYPE_CHECKING

from sopkit.report.cells import Number, known, source_of
from sopkit.report.charts import canvas, month_axis
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import BAD, INK, PAPER, number_tag

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALE = "#f5e9e8"  # where there is room
SHOWN_LOAD = 0.7, 1.8  # from where a load is told from none, and where it is as red as it gets
SHOWN_ERROR = 0.8, 1.4  # 1 is the error of the naive forecast


def load_chart(load: "pd.DataFrame", *, months: int = 12, language: str = "en") -> "Figure":
    """Heat map of required load on demonstrated capacity, resource by month; `load` is ResourceLoad."""
    import numpy as np
    from matplotlib.colors import LinearSegmentedColormap

    writer = Writer(language_of(language), "")
    shares = load.pivot(index="resource", columns="period", values="load_ratio").iloc[:, :months]
    figure, axes = canvas((10.2, 0.9 + 0.36 * len(shares)), [str(resource) for resource in shares.index], over=3)
    colours = LinearSegmentedColormap.from_list("load", [PALE, BAD])
    low, high = SHOWN_LOAD
    fields = np.ma.masked_invalid(shares.to_numpy(dtype="float64"))
    axes.pcolormesh(fields, cmap=colours, vmin=low, vmax=high, edgecolors=PAPER, linewidth=1)
    axes.set(xlim=(0, shares.shape[1]), ylim=(len(shares), 0))
    for line, (resource, row) in enumerate(shares.iterrows()):
        for place, (period, value) in enumerate(row.items()):
            source = source_of("resource_load", {"resource": resource, "period": period}, "load_ratio")
            _figure_in(axes, writer, Number(known(value), "ratio", source), (place, line), on_dark=value > 1.4)
    axes.set_yticks([line + 0.5 for line in range(len(shares))], [str(resource) for resource in shares.index])
    month_axis(axes, writer, list(shares.columns), offset=0.5)
    return _unframed(figure, axes)


def score_chart(backtest: "pd.DataFrame", *, language: str = "en") -> "Figure":
    """Heat map of the error of each model by family, the best on top; 1 is the naive forecast. `backtest` is Backtest."""
    import seaborn

    writer = Writer(language_of(language), "")
    errors = backtest.pivot(index="model", columns="family", values="mase")
    errors = errors.sort_values("*", kind="stable") if "*" in errors else errors
    names = [str(model).replace("_", " ") for model in errors.index]
    figure, axes = canvas((10.2, 0.55 + 0.3 * len(errors)), names, over=3, under=14)
    low, high = SHOWN_ERROR
    shades = seaborn.light_palette(BAD, as_cmap=True)
    seaborn.heatmap(errors, ax=axes, cmap=shades, vmin=low, vmax=high, cbar=False, linewidths=1, linecolor=PAPER)
    for line, (model, row) in enumerate(errors.iterrows()):
        for place, (family, value) in enumerate(row.items()):
            source = source_of("backtest", {"model": model, "family": family}, "mase")
            _figure_in(axes, writer, Number(known(value), "", source, decimals=2), (place, line), on_dark=value > 1.2)
    families = [writer.text(N_("all")) if family == "*" else str(family) for family in errors.columns]
    axes.set_yticks([line + 0.5 for line in range(len(names))], names)
    axes.set_xticks([place + 0.5 for place in range(len(families))], families)
    axes.set_xlabel("")
    return _unframed(figure, axes)


def _figure_in(axes: "Axes", writer: Writer, number: Number, field: tuple[int, int], *, on_dark: bool) -> None:
    place, line = field
    axes.text(
        place + 0.5,
        line + 0.5,
        writer.written(number),
        ha="center",
        va="center",
        fontsize=7.5,
        color=PAPER if number.known and on_dark else INK,
        gid=number_tag(number),
    )


def _unframed(figure: "Figure", axes: "Axes") -> "Figure":
    axes.set_ylabel("")
    axes.tick_params(length=0, labelrotation=0)
    axes.spines["bottom"].set_visible(False)
    return figure
