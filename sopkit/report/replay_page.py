"""Policies that were replayed over past months, side by side: as a page, and as lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from sopkit.report.book import Record
from sopkit.report.cells import Cell, Month, Number, Words, known
from sopkit.report.language import language_of
from sopkit.report.narrative import N_, Writer
from sopkit.report.svg import on_screen
from sopkit.report.tables import Block, Column, Page, Row, Table, Text, table
from sopkit.report.templates import rendered

if TYPE_CHECKING:
    import pandas as pd

SUMMARY, MONTHS = "replay_summary", "replay_months"
TITLES = {
    "service": N_("Shipped on time, of what was asked for"),
    "lost": N_("Lost demand a month"),
    "stock": N_("Stock at month end"),
    "stock_value": N_("Stock at month end, at standard cost"),
    "net_sales": N_("Net sales a month"),
    "gross_margin": N_("Gross margin a month"),
    "other_cost": N_("Overtime, subcontracting, holding and other cost a month"),
    "operating_contribution": N_("Operating contribution a month"),
    "wape_lag_1": N_("Forecast error (WAPE), one month ahead"),
    "bias_lag_1": N_("Forecast above demand (bias), one month ahead"),
    "wape_lag_3": N_("Forecast error (WAPE), three months ahead"),
    "bias_lag_3": N_("Forecast above demand (bias), three months ahead"),
}
VERDICTS = {
    "better": N_("better"),
    "worse": N_("worse"),
    "cannot_tell": N_("cannot be told from chance"),
    "same": N_("the same"),
}
HELD = (
    N_("Items, lines and their hours, people, suppliers, targets, rules and their costs in the plan are those of today, in every month."),
    N_("Overrides, launches, actions and decisions of then are not replayed; of what people said, forecasts that a policy weighs."),
    N_("Price lists, standard costs and campaigns count from their first day: that they were announced before is not on record."),
    N_("Production is as planned: breakdowns, scrap and late suppliers of then are not replayed."),
    N_("What is short is lost or waits by the params' shares; customers are taken to have asked for the same whatever was delivered."),
    N_("The interval tells how sure a difference is over these months, not that it will hold in others."),
)
WITHOUT_STOCK = N_("Stock is not provided: only forecasts are replayed; service, stock and money are not available.")
SHOWN = ("demand", "on_time", "lost", "stock", "net_sales", "operating_contribution")
LABELS = {
    "demand": N_("asked for"),
    "on_time": N_("on time"),
    "lost": N_("lost"),
    "stock": N_("stock"),
    "net_sales": N_("net sales"),
    "operating_contribution": N_("contribution"),
}
CAPTIONS = {"share": N_("Shares"), "units": N_("Units"), "money": N_("Money")}
UNITS = {"net_sales": "money", "operating_contribution": "money"}


@dataclass(frozen=True)
class Replayed:
    """What a replay is told from."""

    title: str  # of the company
    currency: str
    language: str
    first: str
    last: str
    policies: Mapping[str, tuple[str, Sequence[str]]]  # by name: title, and what is done otherwise
    summary: "pd.DataFrame"  # of `side_by_side`
    months: "pd.DataFrame"
    recorded: "pd.DataFrame"

    def writer(self) -> Writer:
        """Who writes it."""
        return Writer(language_of(self.language), self.currency)

    @property
    def names(self) -> list[str]:
        """The policies, the first first."""
        return list(self.policies)


def replay_page(told: Replayed) -> str:
    """The replay as a self-contained HTML page."""
    writer = told.writer()
    span = {"first": Month(told.first), "last": Month(told.last)}
    headline = writer.say(N_("What these policies would have brought from {first} to {last}"), **span)
    notes = tuple(writer.say(note) for note in held(told))
    pages = [
        Page("policies", "", writer.say(N_("What each policy does")), (_policies(told, writer),)),
        Page("compared", "", writer.say(N_("Side by side")), tuple(_comparisons(told, writer))),
        *([Page("months", "", writer.say(N_("Month by month")), tuple(_months(told, writer)))] if len(told.months) else []),
        Page("limits", "", writer.say(N_("What was held constant, and what this cannot tell")), (Text(notes),)),
    ]
    return on_screen(rendered("replay.html.j2", writer, title=told.title, headline=headline, pages=pages))


def held(told: Replayed) -> tuple[str, ...]:
    """What must be known to read the figures."""
    return HELD if len(told.months) else (WITHOUT_STOCK, *HELD)


def _policies(told: Replayed, writer: Writer) -> Block:
    lines: list[Markup] = []
    for name, (title, otherwise) in told.policies.items():
        does = Words("; ".join(otherwise), f"{name}#otherwise") if otherwise else writer.text(N_("as the company plans today"))
        lines.append(writer.say(N_("{policy}: {does}."), policy=Words(title, f"{name}#title"), does=does))
    return Text(tuple(lines), style="columns" if len(lines) > 4 else "")


def _comparisons(told: Replayed, writer: Writer) -> list[Block]:
    """A table of values, and one of differences for each policy against the first."""
    names = told.names
    heads = [Column(_title(told, name)) for name in names] + [Column(writer.text(N_("on record")))]
    blocks: list[Block] = []
    for unit in dict.fromkeys(told.summary["unit"]):
        own = told.summary[told.summary["unit"] == unit]
        rows = [_values(told, writer, own[own["measure"] == measure], measure) for measure in dict.fromkeys(own["measure"])]
        caption = writer.say(CAPTIONS[str(unit)])
        blocks.append(table(writer, Table(caption, "", tuple(heads), tuple(rows))))
    for name in names[1:]:
        own = told.summary[told.summary["policy"] == name]
        labels = (N_("difference"), N_("low"), N_("high"), N_("verdict"))
        columns = tuple(Column(writer.text(label), "text" if label == "verdict" else "number") for label in labels)
        caption = writer.say(
            N_("{policy} against {first}: the difference, and where it lies nine times in ten"),
            policy=_title(told, name), first=_title(told, names[0]),
        )  # fmt: skip
        blocks.append(table(writer, Table(caption, "", columns, tuple(_difference(writer, row) for row in own.to_dict("records")))))
    return blocks


def _title(told: Replayed, name: str) -> Words:
    return Words(told.policies[name][0], f"{name}#title")


def _values(told: Replayed, writer: Writer, rows: "pd.DataFrame", measure: str) -> Row:
    values = rows.set_index("policy")["value"]
    unit = str(rows["unit"].iloc[0])
    numbers = [Number(known(values[name]), unit, f"{SUMMARY}#policy={name}.{measure}", _decimals(unit)) for name in told.names]
    really = known(told.recorded[measure].mean()) if measure in told.recorded else None
    return Row(writer.text(TITLES[measure]), tuple(one.long() for one in (*numbers, Number(really, unit, f"replay_recorded.{measure}"))))


def _decimals(unit: str) -> int | None:
    return 2 if unit == "share" else None


def _difference(writer: Writer, row: Mapping[str, object]) -> Row:
    unit, decimals = _unit_of_difference(row), _decimals(str(row["unit"]))
    source = f"{SUMMARY}#policy={row['policy']}.{row['measure']}"
    numbers = [Number(known(row[name]), unit, f"{source}.{name}", decimals).change() for name in ("difference", "low", "high")]
    word = VERDICTS.get(str(row["verdict"]))
    verdict: Cell = writer.text(word) if word else ""
    judged = numbers[0].judged({"better": True, "worse": False}.get(str(row["verdict"])))
    return Row(writer.text(TITLES[str(row["measure"])]), (judged.long(), *(one.long() for one in numbers[1:]), verdict))


def _months(told: Replayed, writer: Writer) -> list[Block]:
    blocks: list[Block] = []
    columns = tuple(Column(writer.text(LABELS[name])) for name in SHOWN)
    for name in told.names:
        records = [Record(MONTHS, {"policy": name, "period": row["period"]}, row) for row in _rows(told.months, name)]
        rows = [Row(record.month(), tuple(record.number(one, UNITS.get(one, "units")) for one in SHOWN)) for record in records]
        blocks.append(table(writer, Table(writer.say("{policy}", policy=_title(told, name)), "", columns, tuple(rows), dense=True)))
    return blocks


def _rows(months: "pd.DataFrame", name: str) -> list[dict[str, object]]:
    own = months[months["policy"] == name]
    return [{str(column): value for column, value in row.items()} for row in own.to_dict("records")]


def replay_lines(told: Replayed) -> list[str]:
    """The comparison as lines for the screen."""
    writer, names = told.writer(), told.names
    lines = [
        writer.text(N_("What these policies would have brought, month by month from what was known then")) + f": {told.first} – {told.last}"
    ]
    for name, (title, otherwise) in told.policies.items():
        lines.append(f"  {name}: {title}; {', '.join(otherwise) or writer.text(N_('as the company plans today'))}")
    width = max(len(name) for name in [*names, writer.text(N_("on record"))]) + 2
    width = max(width, 14)
    lines.append(f"  {'':<58}" + "".join(f"{name:>{width}}" for name in [*names, writer.text(N_("on record"))]))
    for measure in dict.fromkeys(told.summary["measure"]):
        row = _values(told, writer, told.summary[told.summary["measure"] == measure], str(measure))
        lines.append(f"  {writer.text(TITLES[str(measure)]):<58}" + "".join(f"{_plain(cell):>{width}}" for cell in row.cells))
    for name in names[1:]:
        lines.append(f"  {name} – {names[0]}")
        for row in told.summary[told.summary["policy"] == name].to_dict("records"):
            numbers = [Number(known(row[one]), _unit_of_difference(row), "").change() for one in ("difference", "low", "high")]
            found = VERDICTS.get(str(row["verdict"]), "")
            shown = f"{_plain(numbers[0]):>14}  ({_plain(numbers[1])} … {_plain(numbers[2])})"
            lines.append(f"    {writer.text(TITLES[str(row['measure'])]):<56}{shown}  {writer.text(found) if found else ''}".rstrip())
    return lines + [f"  * {writer.text(note)}" for note in held(told)]


def _plain(cell: Cell) -> str:
    if not isinstance(cell, Number) or cell.value is None:
        return "-"
    sign = "+" if cell.signed else ""
    if cell.unit == "points":
        return f"{100 * cell.value:{sign}.2f} pp"
    return f"{cell.value:{sign}.2%}" if cell.unit == "share" else f"{cell.value:{sign},.0f}"


def _unit_of_difference(row: Mapping[str, object]) -> str:
    """Shares differ by percentage points, all else by its own unit."""
    return "points" if row["unit"] == "share" else str(row["unit"])
