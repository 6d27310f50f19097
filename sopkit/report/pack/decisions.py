"""Page one: one table that can be read aloud, and the decisions asked. No chart, no more than a page."""

from itertools import combinations

from markupsafe import Markup

from sopkit.meeting.interaction import depend
from sopkit.report.book import Record
from sopkit.report.cells import Cell, Code, Month, Number, Words, count, difference, total
from sopkit.report.narrative import N_
from sopkit.report.pack.asked import on_the_agenda, questions
from sopkit.report.pack.decided import decided_blocks, decided_headline, promise_table
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.money import budget_amount, fiscal_budget
from sopkit.report.pack.switch import switch_table
from sopkit.report.pack.words import unavailable, unknown
from sopkit.report.tables import Block, Column, Page, Row, Table, Text, table

NOTHING = 0.0005  # of net sales: a change that the table shows as zero


def decisions_page(desk: Desk) -> Page:
    """The decision page; without declared options it says so and shows the plan alone."""
    options = on_the_agenda(desk)
    blocks: list[Block] = [
        _headline_table(desk),
        *switch_table(desk, base_scenario(desk), MEASURES),
        *_not_told(desk),
        *decided_blocks(desk),
    ]
    blocks += questions(desk)
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
    caption = desk.writer.say(
        N_("The plan of {company}; fiscal year {year}"), company=Words(desk.about.title, "params#title"), year=Month(desk.year[1], "year")
    )
    return table(desk.writer, Table(caption, "", tuple(Column(text(label)) for label in labels), tuple(rows), dense=True))


def _long_share(cell: Cell) -> Cell:
    return cell.long() if isinstance(cell, Number) and cell.unit == "share" else cell


def _better(measure: str, after: Number, before: Number) -> bool | None:
    if after.value is None or before.value is None or after.value == before.value:
        return None
    return (after.value > before.value) != (measure == "stock_peak")


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
    if gain.value is None or parts.value is None or not depend(gain.value, parts.value):
        told = N_(
            "Taken together, solved as one plan, the recommended options change contribution of the next twelve months by {gain}: "
            "none depends on another."
        )
        return (say(told, gain=gain.change()) if gain.value is not None and parts.value is not None else line,)
    pairs = _dependent_pairs(desk, [record for record in options if record.values["recommended"]])
    if pairs:
        return (line, say(N_("They depend on each other: {pairs}. Decide them in the order shown."), pairs=Markup("; ").join(pairs)))
    return (line, say(N_("What they do to each other lies in all of them at once: decide them in the order shown.")))


def _dependent_pairs(desk: Desk, chosen: list[Record]) -> list[Markup]:
    """Which two of the recommended options bring another change of contribution as one plan than apart, and by how much."""
    base, told = base_scenario(desk).number("contribution", "money"), []
    for one, other in combinations(chosen, 2):
        pair = desk.book.record("scenarios", scenario=f"{one.word('scenario')}+{other.word('scenario')}")
        if pair is None:
            continue
        whole = difference(pair.number("contribution", "money"), base)
        apart = total([each.number("contribution_change", "money") for each in (one, other)], "money")
        if whole.value is not None and apart.value is not None and depend(whole.value, apart.value):
            more = N_("{one} with {other} brings {amount} more than apart")
            less = N_("{one} with {other} brings {amount} less than apart")
            names = {"one": Code(one.word("scenario")), "other": Code(other.word("scenario"))}
            told.append(desk.writer.say(more if whole.value > apart.value else less, **names, amount=difference(whole, apart).size()))
    return told


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
        one, many = N_("One proposal stands unless you object: next page."), N_("{count} proposals stand unless you object: next page.")
        lines.append(desk.writer.counted(one, many, rows))
    return tuple(lines)
