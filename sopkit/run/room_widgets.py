"""The room on a screen: a scenario, sliders and the page they give, what is kept, and the answers that are recorded live."""

from collections.abc import Callable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from sopkit.errors import SopError
from sopkit.meeting.room import BASE
from sopkit.run.deciding import PUT_OFF

if TYPE_CHECKING:
    import pandas as pd

    from sopkit.run.room import Room

SHARES = ("fill_rate", "load_peak")  # printed as per cent; money and units are printed whole
DIFFERENCE = "difference"  # the column that tells a change
MEASURES = {  # page one's words
    "net_sales": "net sales of the fiscal year",
    "contribution": "contribution, next twelve months",
    "fill_rate": "fill rate, next six months",
    "lost": "units lost",
    "late": "units late",
    "stock_peak": "highest stock",
    "cash_low": "lowest cash headroom",
    "load_peak": "highest load",
}
CELL = 'style="text-align: right; padding: 0 .8em"'
LABEL = {"description_width": "10em"}
WIDE, NARROW = {"width": "30em"}, {"width": "12em"}


def room_widgets(room: "Room") -> widgets.Widget:
    """The room as one screen: drivers and answers on the left, the page on the right."""
    told = widgets.HTML()
    drivers, page = _drivers(room)
    left = widgets.VBox([*drivers, *_keeping(room, told), *_deciding(room, told)], layout={"flex": "0 0 auto"})
    return widgets.HBox([left, widgets.VBox([page, told])])


def page_html(page: "pd.DataFrame") -> str:
    """The page of `Room.choose` as HTML: whole money and units, shares in per cent, differences with their sign, and what breaks first."""
    heads = "".join(f'<th scope="col" {CELL}>{escape(str(column))}</th>' for column in page.columns)
    rows = "".join(
        f'<tr data-measure="{escape(str(name))}"><th scope="row" style="text-align: left">{escape(MEASURES.get(str(name), str(name)))}</th>'
        + "".join(
            f"<td {CELL}>{_written(float(page.loc[name, column]), name in SHARES, column == DIFFERENCE)}</td>" for column in page.columns
        )
        + "</tr>"
        for name in page.index
    )
    breaks = page.attrs.get("breaks_first") or "nothing"
    return f"<table><thead><tr><td></td>{heads}</tr></thead><tbody>{rows}</tbody></table><p>breaks first: {escape(str(breaks))}</p>"


def _written(value: float, as_share: bool, as_difference: bool) -> str:
    """A level or a difference as it is read; of shares the difference is in percentage points."""
    if value != value:
        return "not available"
    rounded = round(value, 3 if as_share else 0) + 0.0  # what rounds to nothing has no sign
    sign = "+" if as_difference and rounded > 0 else ""
    if not as_share:
        written = f"{sign}{rounded:,.0f}"
    elif as_difference:
        written = f"{sign}{rounded * 100:,.1f} pp"
    else:
        written = f"{rounded:,.1%}"
    return written.replace("-", "\N{MINUS SIGN}")


def _drivers(room: "Room") -> tuple[list[widgets.Widget], widgets.HTML]:
    """The scenario and the sliders, and the page that follows them."""
    page = widgets.HTML(page_html(room.table.page(room.tried)))
    chosen = widgets.Dropdown(options=[BASE, *room.table.scenarios], description="scenario", style=LABEL, layout=WIDE)
    sliders = {
        driver.name: widgets.FloatSlider(
            value=driver.neutral, min=driver.least, max=driver.most, step=driver.step, description=driver.name, continuous_update=False,
            style=LABEL, layout=WIDE,
        )
        for driver in room.table.drivers.values()
    }  # fmt: skip

    def moved(change: Mapping[str, object]) -> None:
        room.scenario = str(chosen.value)
        room.moves = {name: float(slider.value) for name, slider in sliders.items()}
        page.value = page_html(room.table.page(room.tried))

    for widget in (chosen, *sliders.values()):
        widget.observe(moved, names="value")
    return [chosen, *sliders.values()], page


def _keeping(room: "Room", told: widgets.HTML) -> list[widgets.Widget]:
    """A name for what stands on the table, and the button that keeps it."""
    name = widgets.Text(description="keep as", placeholder="name of a scenario", style=LABEL, layout=WIDE)
    button = widgets.Button(description="keep", layout=NARROW)
    button.on_click(lambda _: _say(told, lambda: [f"kept, made in the room: {room.keep(str(name.value).strip()).name}"]))
    return [name, button]


def _deciding(room: "Room", told: widgets.HTML) -> list[widgets.Widget]:
    """An answer per question, who decides and why, and the button that records them; nothing where nothing is asked."""
    asked = room.params.meeting.decisions
    if not asked:
        return []
    chosen = {
        name: widgets.Dropdown(
            options=[("", ""), *((f"{option} {overlay.title}", option) for option, overlay in decision.options.items()),
                     *((word, word) for word in PUT_OFF)],
            description=name, tooltip=decision.question, style=LABEL, layout=WIDE,
        )
        for name, decision in asked.items()
    }  # fmt: skip
    who = widgets.Text(value=room.params.accountable, description="who", style=LABEL, layout=WIDE)
    reason = widgets.Text(description="why", style=LABEL, layout=WIDE)
    button = widgets.Button(description="record", layout=NARROW)

    def record(_: Any) -> None:
        answers = [f"{name}={each.value}" for name, each in chosen.items() if each.value]
        _say(told, lambda: room.decide(*answers, who=str(who.value).strip(), reason=str(reason.value)))

    button.on_click(record)
    return [*chosen.values(), who, reason, button]


def _say(told: widgets.HTML, act: Callable[[], list[str]]) -> None:
    """Do something and write under the page what came of it, or why it was refused."""
    try:
        lines = act()
    except SopError as error:
        lines = [error.message, *(str(problem) for problem in error.problems)]
    told.value = "".join(f"<p>{escape(line)}</p>" for line in lines)
