"""The questions of page one: each with its options against doing nothing, the recommendation, broken floors, the price of waiting."""

from dataclasses import replace

from markupsafe import Markup

from sopkit.meeting.interaction import depend
from sopkit.report.book import Record
from sopkit.report.cells import Cell, Code, Number
from sopkit.report.narrative import N_, Scale, scale_of, scaled
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import listed, role
from sopkit.report.tables import Column, Lead, Row, Table, table

CHANGES = (
    ("net_sales_change", "money", N_("net sales, fiscal year")),
    ("contribution_change", "money", N_("contribution, twelve months")),
    ("expected_contribution_change", "money", N_("expected, risk weighed in")),
    ("fill_rate_change", "points", N_("fill rate")),
    ("stock_peak_change", "money", N_("highest stock")),
    ("cash_low_change", "money", N_("lowest cash")),
)
FLOORS = {"fill_rate": N_("fill rate"), "cash": N_("cash"), "load": N_("load")}


def questions(desk: Desk) -> tuple[Lead, ...]:
    """The decisions asked, in the agenda's order."""
    options = on_the_agenda(desk)
    prefix = _money_scale(options)
    names = dict.fromkeys(record.word("decision") for record in options)
    return tuple(_decision(desk, [record for record in options if record.word("decision") == name], prefix) for name in names)


def on_the_agenda(desk: Desk) -> list[Record]:
    """The options, decision by decision in the agenda's order."""
    return sorted(desk.book.records("options"), key=_place)


def _place(option: Record) -> float:
    return option.number("position", "number").value or 0.0


def _decision(desk: Desk, options: list[Record], prefix: Scale) -> Lead:
    """A decision with its options; `prefix` is the scale of money on the page."""
    text, say, first = desk.writer.text, desk.writer.say, options[0]
    asked = on_the_agenda(desk)  # all decisions are told in the same columns
    shown, with_load = _shown(asked), any(_load(desk, record) for record in asked)
    scale = _own_scale(options, shown, prefix)
    rows = []
    for record in options:
        numbers = [_change(record, column, unit) for column, unit, _ in shown]
        cells: list[Cell] = [scaled(number, scale) if number.unit == "money" else number for number in numbers]
        cells += [_load(desk, record) or ""] if with_load else []
        head = say(N_("{option} {title}"), option=record.code("option"), title=record.words("title"))
        rows.append(Row(head, (*cells, _note(desk, record)), "chosen" if record.values["recommended"] else ""))
    labels = [label for *_, label in shown] + ([N_("highest load")] if with_load else [])
    columns = (*(Column(text(label)) for label in labels), Column(text(N_("note")), "text"))
    caption = text(N_("Each option against doing nothing, solved as a plan of its own"))
    head = say(N_("option; money in {unit}"), unit=desk.writer.unit("money", scale))
    printed = table(desk.writer, Table(caption, head, columns, tuple(rows), dense=True, aligned=True))
    deadline = say(N_("{owner}, by {day}"), owner=role(desk, first), day=first.day("last_date", "long"))
    plain = replace(printed, columns=tuple(replace(column, unit="") for column in printed.columns))
    if waiting := _waiting(desk, first.word("decision"), prefix):
        deadline += Markup("; ") + waiting
    return Lead(first.code("decision"), first.words("question"), deadline, (plain,), _departures(desk, options))


def _note(desk: Desk, option: Record) -> Markup:
    """Whether the option is recommended, which floors it breaks, the owner's note, and what it brings after the decisions before."""
    say = desk.writer.say
    told = [say(N_("recommended"))] if option.values["recommended"] else []
    told += [say(N_("breaks the floor of {floors}"), floors=floors)] if (floors := _floors(desk, option)) else []
    told += [desk.writer.markup(option.words("note"))] if option.word("note") else []
    alone, on_top = (option.number(name, "money") for name in ("contribution_change", "contribution_change_on_top"))
    if alone.value is not None and on_top.value is not None and depend(on_top.value, alone.value):
        before = [Code(name) for name in _acting_before(desk, option)]
        told.append(say(N_("{change} with {decisions}"), change=on_top.change(), decisions=listed(desk, before)))
    return Markup("; ").join(told)


def _acting_before(desk: Desk, option: Record) -> list[str]:
    """The recommended options of the decisions before this one, but for those that do nothing: each decision's first."""
    asked = [record for record in on_the_agenda(desk) if _place(record) < _place(option)]
    first = {record.word("decision"): record.word("option") for record in reversed(asked)}
    chosen = [record for record in asked if record.values["recommended"]]
    return [record.word("scenario") for record in chosen if record.word("option") != first[record.word("decision")]]


def _departures(desk: Desk, options: list[Record]) -> tuple[Markup, ...]:
    """Where the lead recommends another option than the rule, and why."""
    chosen = next((record for record in options if record.values["recommended"] and record.word("reason")), None)
    rule = next((record for record in options if record.values.get("by_rule") is True or record.word("by_rule") == "True"), None)
    if chosen is None or rule is None:
        return ()
    told = N_("The rule recommends {rule}; the lead recommends {chosen}: {reason}")
    return (desk.writer.say(told, rule=rule.code("option"), chosen=chosen.code("option"), reason=chosen.words("reason")),)


def _waiting(desk: Desk, decision: str, prefix: Scale) -> Markup | None:
    """What happens if nobody decides: the price of waiting one week or more, at the page's prefix; None where it was not priced."""
    say, writer = desk.writer.say, desk.writer
    waits = desk.book.records("waiting_costs", lambda row: row["decision"] == decision and row["cost"] == row["cost"])
    costs = [record.number("cost", "money") for record in waits]
    if not waits:
        return None
    weeks = Markup(" / ").join(writer.markup(record.number("weeks", "count")) for record in waits)
    if not any(cost.value for cost in costs):
        return say(N_("waiting {weeks} weeks costs nothing"), weeks=weeks)
    scale = replace(prefix, decimals=2) if prefix.prefix else scale_of(costs)
    priced = Markup(" / ").join(writer.markup(scaled(cost, scale)) for cost in costs)
    return say(N_("waiting {weeks} weeks costs {costs} {unit}"), weeks=weeks, costs=priced, unit=writer.unit("money", scale))


def _shown(options: list[Record]) -> list[tuple[str, str, str]]:
    """Measures that are known; the expected contribution only where a risk makes it another."""
    weighed = any(record.values["expected_contribution_change"] != record.values["contribution_change"] for record in options)
    return [
        change
        for change in CHANGES
        if any(record.number(change[0], change[1]).known for record in options) and (weighed or change[0] != "expected_contribution_change")
    ]


def _own_scale(options: list[Record], shown: list[tuple[str, str, str]], prefix: Scale) -> Scale:
    """The page's prefix, with a decimal more where all of this decision's money is small."""
    largest = scale_of(record.number(column, unit) for record in options for column, unit, _ in shown if unit == "money")
    return largest if largest.prefix == prefix.prefix else replace(prefix, decimals=2) if prefix.prefix else prefix


def _money_scale(options: list[Record]) -> Scale:
    return scale_of(record.number(column, unit) for record in options for column, unit, _ in CHANGES if unit == "money")


def _floors(desk: Desk, option: Record) -> str:
    """The floors that an option breaks, in words."""
    return ", ".join(desk.writer.text(FLOORS[name]) for name in option.word("floors_broken").split())


def _change(record: Record, column: str, unit: str) -> Number:
    number = record.number(column, unit).change()
    worse = column == "stock_peak_change"
    return number.judged(None if not number.value else (number.value > 0) != worse)


def _load(desk: Desk, option: Record) -> Number | None:
    scenario = desk.book.record("scenarios", scenario=option.word("scenario"))
    number = scenario.number("load_peak", "ratio") if scenario else None
    return number.judged(number.value <= 1) if number and number.value is not None else None
