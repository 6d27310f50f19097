"""Page one: one table that can be read aloud, and the decisions asked. No chart, no more than a page."""

from dataclasses import replace

from markupsafe import Markup

from sopkit.report.cells import Cell, Month, Number, count, difference, total
from sopkit.report.narrative import N_, Scale, scale_of, scaled
from sopkit.report.pack.decided import decided_blocks, decided_headline, promise_table
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.money import budget_amount, fiscal_budget
from sopkit.report.pack.switch import switch_table
from sopkit.report.pack.words import role, unavailable, unknown
from sopkit.report.tables import Block, Column, Lead, Page, Record, Row, Table, Text, table

NOTHING = 0.0005  # of net sales: a change that the table shows as zero


def decisions_page(desk: Desk) -> Page:
    """The decision page; without declared options it says so and shows the plan alone."""
    options = _on_the_agenda(desk)
    blocks: list[Block] = [
        _headline_table(desk),
        *switch_table(desk, base_scenario(desk), MEASURES),
        *_not_told(desk),
        *decided_blocks(desk),
    ]
    for name in dict.fromkeys(record.word("decision") for record in options):
        blocks.append(_decision(desk, [record for record in options if record.word("decision") == name], _money_scale(options)))
    if not options and not desk.book.has("decided"):
        blocks.append(
            Text((desk.writer.say(N_("No decision is asked: the params of this company declare none for this cycle.")),), style="missing")
        )
    lines = (*_together(desk, options), *_since_last_time(desk))
    return Page("decisions", desk.writer.text(N_("Decisions")), headline(desk), (*blocks, Text(lines, style="lead")), style="first")


def _not_told(desk: Desk) -> tuple[Text, ...]:
    """Figures of the plan that the page would show, and the tables that are missing for them."""
    absent, lines = unavailable(desk), []
    if absent.service:
        told = N_("Fill rate, late and lost units are not available, because these tables are not provided: {tables}.")
        lines.append(unknown(desk, told, absent.service))
    if absent.stock:
        told = N_("Stock, cover and safety stock are not available, because these tables are not provided: {tables}.")
        lines.append(unknown(desk, told, absent.stock))
    return (Text(tuple(lines), style="missing"),) if lines else ()


def _on_the_agenda(desk: Desk) -> list[Record]:
    """The options, decision by decision in the agenda's order."""
    return sorted(desk.book.records("options"), key=lambda record: record.number("position", "number").value or 0.0)


def headline(desk: Desk) -> Markup:
    """The message of page one, from the gap to budget and the options."""
    say, gap, options = desk.writer.say, budget_amount(desk, "gap"), desk.book.records("options")
    year: Cell = Month(desk.year[1], "year")
    if decided := decided_headline(desk):
        return decided
    if not options:
        base = base_scenario(desk)
        if gap is not None and gap.value is not None:
            told = (
                N_("The plan misses the budget of {year} by {gap}.")
                if gap.value < 0
                else N_("The plan is {gap} above the budget of {year}.")
            )
            return say(told, year=year, gap=gap.size())
        return say(N_("Net sales of {year} are estimated at {sales}."), year=year, sales=base.number("net_sales", "money"))
    deadline = min((record for record in options), key=lambda record: record.word("last_date")).day("last_date", "long")
    gain = _gain(desk, options, "net_sales", "money")
    if gap is not None and gap.value is not None and gap.value < 0:
        told = N_("Without decisions by {day} we miss the budget of {year} by {gap}; the recommended ones together bring {gain}.")
        return say(told, day=deadline, year=year, gap=gap.size(), gain=gain.change())
    contribution = _gain(desk, options, "contribution", "money")
    if not gain.value or abs(gain.value) < NOTHING * abs(base_scenario(desk).number("net_sales", "money").value or 0.0):
        told = N_("Decisions by {day}: together the recommended ones change contribution of the next twelve months by {contribution}.")
        return say(told, day=deadline, contribution=contribution.change())
    told = N_(
        "Decisions by {day}: together the recommended ones change net sales of {year} by {gain} and contribution of the next twelve "
        "months by {contribution}."
    )
    return say(told, day=deadline, year=year, gain=gain.change(), contribution=contribution.change())


def base_scenario(desk: Desk) -> Record:
    """The row of the plan itself."""
    record = desk.book.record("scenarios", scenario="base")
    assert record is not None, "scenarios without a base"
    return record


def together_scenario(desk: Desk) -> Record | None:
    """The recommended options solved as one plan; None where there are none."""
    rows = desk.book.records("scenarios", lambda row: row["kind"] == "together")
    return rows[0] if rows else None


def _gain(desk: Desk, options: list[Record], measure: str, unit: str) -> Number:
    """What the recommended options bring together: solved as one plan, else the sum of the parts."""
    together = together_scenario(desk)
    if together:
        return difference(together.number(measure, unit), base_scenario(desk).number(measure, unit))
    return _sum_of_parts(options, measure)


def _sum_of_parts(options: list[Record], measure: str) -> Number:
    chosen = [record for record in options if record.values["recommended"]]
    return total([record.number(f"{measure}_change", "money") for record in chosen], "money")


MEASURES = (
    ("net_sales", "money", N_("Net sales of the fiscal year")),
    ("fiscal_contribution", "money", N_("Contribution of the fiscal year")),
    ("fill_rate", "share", N_("Fill rate, next six months")),
    ("stock_peak", "money", N_("Highest stock, next twelve months")),
    ("cash_low", "money", N_("Lowest cash headroom, next twelve months")),
)


def _headline_table(desk: Desk) -> Table:
    text, base, together = desk.writer.text, base_scenario(desk), together_scenario(desk)
    budgets = {"net_sales": budget_amount(desk, "budget"), "fiscal_contribution": fiscal_budget(desk, "contribution")}
    if decided := promise_table(desk, budgets):
        return decided
    rows, with_budget = [], any(number is not None for number in budgets.values())
    for measure, unit, label in MEASURES:
        plan, budget = base.number(measure, unit), budgets.get(measure)
        if not plan.known:
            continue
        gap = difference(plan, budget).change() if budget else None
        against: list[Cell] = [budget or "", plan, gap.judged((gap.value or 0.0) >= 0) if gap else ""]
        cells = against if with_budget else [plan]
        if together:
            after = together.number(measure, unit)
            better = _better(measure, after, plan)
            cells += [after, difference(after, plan).change().judged(better)]
        rows.append(Row(text(label), tuple(_long_share(cell) for cell in cells)))
    labels = [N_("budget"), N_("this plan"), N_("against budget")] if with_budget else [N_("this plan")]
    labels += [N_("if the recommended are taken"), N_("change")] if together else []
    caption = desk.writer.say(N_("The plan of {company}; fiscal year {year}"), company=desk.about.title, year=Month(desk.year[1], "year"))
    return table(desk.writer, Table(caption, "", tuple(Column(text(label)) for label in labels), tuple(rows), dense=True))


def _long_share(cell: Cell) -> Cell:
    return cell.long() if isinstance(cell, Number) and cell.unit == "share" else cell


def _better(measure: str, after: Number, before: Number) -> bool | None:
    if after.value is None or before.value is None or after.value == before.value:
        return None
    return (after.value > before.value) != (measure == "stock_peak")


CHANGES = (
    ("net_sales_change", "money", N_("net sales")),
    ("contribution_change", "money", N_("contribution")),
    ("expected_contribution_change", "money", N_("expected, risk weighed in")),
    ("fill_rate_change", "points", N_("fill rate")),
    ("stock_peak_change", "money", N_("highest stock")),
    ("cash_low_change", "money", N_("lowest cash")),
)
FLOORS = {"fill_rate": N_("fill rate"), "cash": N_("cash"), "load": N_("load")}


def _decision(desk: Desk, options: list[Record], prefix: Scale) -> Lead:
    """A decision with its options; `prefix` is the scale of money on the page."""
    text, say, first = desk.writer.text, desk.writer.say, options[0]
    shown, with_load = _shown(options), any(_load(desk, record) for record in options)
    scale, with_floors = _own_scale(options, shown, prefix), any(_floors(desk, record) for record in options)
    rows = []
    for record in options:
        numbers = [_change(record, column, unit) for column, unit, _ in shown]
        cells: list[Cell] = [scaled(number, scale) if number.unit == "money" else number for number in numbers]
        cells += [_load(desk, record) or ""] if with_load else []
        cells += [_floors(desk, record)] if with_floors else []
        named = N_("{option} {title}, recommended") if record.values["recommended"] else N_("{option} {title}")
        head = say(named, option=record.code("option"), title=record.words("title"))
        rows.append(Row(head, (*cells, _note(desk, record)), "chosen" if record.values["recommended"] else ""))
    labels = [label for *_, label in shown] + ([N_("highest load")] if with_load else [])
    columns = [Column(text(label)) for label in labels]
    columns += [Column(text(label), "text") for label in ([N_("breaks floor")] if with_floors else []) + [N_("note")]]
    caption = text(N_("Each option against doing nothing, solved as a plan of its own"))
    head = say(N_("option; money in {unit}"), unit=desk.writer.unit("money", scale))
    printed = table(desk.writer, Table(caption, head, tuple(columns), tuple(rows), dense=True))
    deadline = say(N_("{owner}, by {day}"), owner=role(first), day=first.day("last_date", "long"))
    plain = replace(printed, columns=tuple(replace(column, unit="") for column in printed.columns))
    if waiting := _waiting(desk, first.word("decision")):
        deadline += Markup("; ") + waiting
    return Lead(first.code("decision"), first.words("question"), deadline, (plain,), _departures(desk, options))


def _note(desk: Desk, option: Record) -> Cell:
    """The owner's note; where the decisions before change what the option brings, its contribution on top of them."""
    alone, on_top = (option.number(name, "money") for name in ("contribution_change", "contribution_change_on_top"))
    note = option.words("note")
    if alone.value is None or on_top.value is None or abs(on_top.value - alone.value) <= 0.02 * max(abs(alone.value), abs(on_top.value)):
        return note
    depends = desk.writer.say(N_("{change} on top of those above"), change=on_top.change())
    return desk.writer.markup(note) + Markup("; ") + depends if option.word("note") else depends


def _departures(desk: Desk, options: list[Record]) -> tuple[Markup, ...]:
    """Where the lead recommends another option than the rule, and why."""
    chosen = next((record for record in options if record.values["recommended"] and record.word("reason")), None)
    rule = next((record for record in options if record.values.get("by_rule") is True or record.word("by_rule") == "True"), None)
    if chosen is None or rule is None:
        return ()
    told = N_("The rule recommends {rule}; the lead recommends {chosen}: {reason}")
    return (desk.writer.say(told, rule=rule.code("option"), chosen=chosen.code("option"), reason=chosen.words("reason")),)


def _waiting(desk: Desk, decision: str) -> Markup | None:
    """What happens if nobody decides: the price of waiting one week or more; None where waiting costs nothing."""
    say, writer = desk.writer.say, desk.writer
    waits = desk.book.records("waiting_costs", lambda row: row["decision"] == decision and row["cost"] == row["cost"])
    costs = [record.number("cost", "money") for record in waits]
    if not any(cost.value for cost in costs):
        return None
    scale = scale_of(costs)
    weeks = Markup(", ").join(writer.markup(record.number("weeks", "count")) for record in waits)
    priced = Markup(", ").join(writer.markup(scaled(cost, scale)) for cost in costs)
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
    return prefix if largest.prefix == prefix.prefix else replace(prefix, decimals=2) if prefix.prefix else prefix


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


def _together(desk: Desk, options: list[Record]) -> tuple[Markup, ...]:
    together, say = together_scenario(desk), desk.writer.say
    if not together:
        return ()
    gain, parts = _gain(desk, options, "contribution", "money"), _sum_of_parts(options, "contribution")
    told = N_(
        "Taken together, solved as one plan, the recommended options change contribution of the next twelve months by {gain}; "
        "their separate effects add up to {parts}."
    )
    line = say(told, gain=gain.change(), parts=parts.change())
    if gain.value is not None and parts.value is not None and abs(gain.value - parts.value) > 0.02 * max(abs(gain.value), abs(parts.value)):
        line += Markup(" ") + say(
            N_("The difference of {difference} is what they do to each other: decide them in the order shown."),
            difference=difference(gain, parts).change(),
        )
    return (line,)


def _since_last_time(desk: Desk) -> tuple[Markup, ...]:
    say, lines = desk.writer.say, []
    scored = desk.book.records(
        "decisions", lambda row: row["realised_contribution"] == row["realised_contribution"] and row["realised_contribution"] is not None
    )
    scored = [record for record in scored if record.number("realised_contribution", "money").known]
    if scored:
        realised = total([record.number("realised_contribution", "money") for record in scored], "money")
        expected = total([record.number("expected_contribution", "money") for record in scored], "money")
        lines.append(say(N_("Earlier decisions brought {realised} of the {expected} they promised."), realised=realised, expected=expected))
    if desk.book.has("ratify_list"):
        rows = count("ratify_list", len(desk.book.frame("ratify_list")))
        lines.append(say(N_("Proposals that stand unless you object, next page: {count}."), count=rows))
    return tuple(lines)
