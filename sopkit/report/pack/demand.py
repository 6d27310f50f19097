"""Demand: the consensus by family and region, who changed what, how good forecasts have been, and how certain this one is."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from sopkit.report.cells import Cell, Month, Number, count, difference, listed, ratio, total
from sopkit.report.charts import LAYER_LABELS
from sopkit.report.narrative import N_
from sopkit.report.pack.drawings import accuracy_drawing, demand_drawing
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.words import MODELS, everything, family_cell, missing, role, scope_of, word
from sopkit.report.tables import Block, Column, Figure, Page, Record, Row, Side, Table, side_by_side, table

PARTS = ("baseline", "lifecycle", "override", "quantity")
MOST_OVERRIDES, MOST_CAMPAIGNS, BIAS_LIMIT, UNBIASED = 5, 4, 0.05, 0.005
MOST_REGIONS, MOST_CHANNELS = 8, 4


def demand_pages(desk: Desk) -> list[Page]:
    """Volume and money of the demand plan; then accuracy and what people expect."""
    return [demand_page(desk), accuracy_page(desk)]


def demand_page(desk: Desk) -> Page:
    """The consensus in money by month, by family, region and channel, with its range and the largest deals."""
    drawing, caption = (
        demand_drawing(desk),
        desk.writer.say(N_("Net sales by month: actual, demand plan with its range, and a year before")),
    )
    overview = (Figure(drawing, caption),) if drawing else ()
    beside = Side((_family_table(desk), *_pipeline_table(desk)), (_region_table(desk), *_range_table(desk)))
    return Page("demand", desk.writer.text(N_("Demand")), _plan_title(desk), (*overview, beside))


def accuracy_page(desk: Desk) -> Page:
    """How good forecasts have been, by layer and family, and who changed what."""
    small = (
        *_accuracy_chart(desk),
        *_backtest_table(desk),
        *_function_table(desk),
        *_campaign_table(desk),
    )
    blocks = (*(_layer_table(desk) or _family_backtest_table(desk)), *override_table(desk), *side_by_side(small))
    absent = missing(desk, "forecast_snapshots", "overrides", "sales_forecast")
    return Page("accuracy", desk.writer.text(N_("Demand")), _accuracy_title(desk), (*blocks, *absent))


def _plan_title(desk: Desk) -> Markup:
    whole = desk.book.grouped("consensus_demand", [], ["revenue"], periods=desk.next_year)[0].number("revenue", "money")
    by_family = desk.book.grouped("consensus_demand", ["family"], ["revenue"], periods=desk.next_year)
    largest = max(by_family, key=lambda record: record.number("revenue", "money").value or 0.0)
    part = ratio(largest.number("revenue", "money"), whole, "share")
    told = N_("Demand of the next twelve months is worth {revenue}; {family} is {share} of it.")
    return desk.writer.say(told, revenue=whole, family=largest.words("family"), share=part)


def _family_table(desk: Desk) -> Table:
    text, rows = desk.writer.text, []
    for record in desk.book.grouped("consensus_demand", ["family"], [*PARTS, "revenue"], periods=desk.next_year):
        cells = [
            record.number("baseline", "units"),
            *(record.number(part, "units").change() for part in PARTS[1:3]),
            record.number("quantity", "units"),
        ]
        rows.append(Row(family_cell(desk, record), (*cells, record.number("revenue", "money"))))
    money = desk.book.grouped("consensus_demand", [], ["revenue"], periods=desk.next_year)[0].number("revenue", "money")
    rows.append(Row(text(N_("Total")), ("", "", "", "", money), "sum"))
    labels = (N_("statistical"), N_("launches"), N_("overrides"), N_("consensus"), N_("net sales"))
    caption = desk.writer.say(
        N_("Demand plan by family, units and net sales, {first} to {last}; not limited by supply"),
        first=Month(desk.planned[0]),
        last=Month(desk.planned[-1]),
    )
    return table(desk.writer, Table(caption, text(N_("family")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True))


def _region_table(desk: Desk) -> Table:
    """Net sales by region and channel, the largest first; what is not shown stands under others, so that rows and columns add up."""
    text = desk.writer.text
    regions, channels = _by_revenue(desk, "region"), _by_revenue(desk, "channel")
    shown = regions if len(regions) <= MOST_REGIONS else regions[: MOST_REGIONS - 1]
    kept = channels if len(channels) <= MOST_CHANNELS else channels[: MOST_CHANNELS - 1]
    cells = {
        (record.word("region"), record.word("channel")): record.number("revenue", "money")
        for record in desk.book.grouped("consensus_demand", ["region", "channel"], ["revenue"], periods=desk.next_year)
    }
    lines: list[tuple[Cell, list[Number | None], Number]] = [
        (record.words("region"), _row_of(record, kept, cells), record.number("revenue", "money")) for record in shown
    ]
    sums = [channel.number("revenue", "money") for channel in kept]
    whole = desk.book.grouped("consensus_demand", [], ["revenue"], periods=desk.next_year)[0].number("revenue", "money")
    if len(shown) < len(regions):
        rest: list[Number | None] = [_rest(top, [parts[place] for _, parts, _ in lines]) for place, top in enumerate(sums)]
        lines.append((text(N_("others")), rest, _rest(whole, [all_of for _, _, all_of in lines])))
    more = len(kept) < len(channels)
    rows = [Row(label, _with_others(parts, all_of, more=more)) for label, parts, all_of in lines]
    rows.append(Row(text(N_("Total")), _with_others(sums, whole, more=more), "sum"))
    heads = [*(desk.writer.markup(channel.words("channel")) for channel in kept), *([text(N_("others"))] if more else []), text(N_("all"))]
    caption = desk.writer.say(N_("Net sales by region and channel, the same months"))
    return table(desk.writer, Table(caption, text(N_("region")), tuple(Column(head) for head in heads), tuple(rows), dense=True))


def _row_of(region: Record, channels: Sequence[Record], cells: Mapping[tuple[str, str], Number]) -> list[Number | None]:
    return [cells.get((region.word("region"), channel.word("channel"))) for channel in channels]


def _by_revenue(desk: Desk, key: str) -> list[Record]:
    """Regions or channels of the next twelve months, the one with most net sales first."""
    records = desk.book.grouped("consensus_demand", [key], ["revenue"], periods=desk.next_year)
    return sorted(records, key=lambda record: -(record.number("revenue", "money").value or 0.0))


def _with_others(parts: Sequence[Number | None], whole: Number, *, more: bool) -> tuple[Cell, ...]:
    """The parts, what the whole holds beside them where there is more, and the whole."""
    return (*("" if part is None else part for part in parts), *([_rest(whole, parts)] if more else []), whole)


def _rest(whole: Number, parts: Sequence[Number | None]) -> Number:
    return difference(whole, total([part for part in parts if part is not None], "money"))


def _range_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    records = [
        record
        for record in desk.book.records("demand_range", lambda row: row["family"] == "*")
        if record.word("period") in desk.planned[:6]
    ]
    rows = [Row(record.month(), tuple(record.number(column, "money") for column in ("p10", "p50", "p90"))) for record in records]
    labels = (N_("low"), N_("middle"), N_("high"))
    caption = desk.writer.say(N_("How certain: demand is below low once in ten, above high once in ten"))
    return (
        (table(desk.writer, Table(caption, text(N_("month")), tuple(Column(text(label)) for label in labels), tuple(rows), dense=True)),)
        if rows
        else ()
    )


def override_table(desk: Desk) -> tuple[Table, ...]:
    """The largest changes that people made or asked for, with their reason and what became of them."""
    text, records = desk.writer.text, desk.book.records("override_log")
    largest = sorted(records, key=lambda record: -abs(record.number("revenue_change", "money").value or 0.0))
    rows = []
    for record in largest[:MOST_OVERRIDES]:
        span = desk.writer.say(N_("{first} to {last}"), first=record.month("first_period"), last=record.month("last_period"))
        scope = (
            scope_of(record),
            span,
            record.number("quantity_change", "units").change(),
            record.number("revenue_change", "money").change(),
        )
        rows.append(
            Row(
                desk.writer.markup(record.code("override")),
                (role(record), *scope, record.words("reason"), word(desk, record, "outcome"), record.words("note")),
            )
        )
    labels = (N_("asked by"), N_("on what"), N_("months"), N_("units"), N_("net sales"), N_("reason"), N_("outcome"), N_("note"))
    columns = tuple(Column(text(label), "number" if label in ("units", "net sales") else "text") for label in labels)
    caption = desk.writer.say(N_("The largest of {count} overrides on the statistical forecast"), count=count("override_log", len(records)))
    return (table(desk.writer, Table(caption, text(N_("override")), columns, tuple(rows), dense=True)),) if rows else ()


def _function_table(desk: Desk) -> tuple[Table, ...]:
    text = desk.writer.text
    rows = []
    for record in desk.book.grouped("function_forecasts", ["function"], ["quantity", "consensus"]):
        quantity, consensus = record.number("quantity", "units"), record.number("consensus", "units")
        rows.append(Row(word(desk, record, "function"), (quantity, consensus, ratio(difference(quantity, consensus), consensus).change())))
    columns = tuple(Column(text(label)) for label in (N_("expects"), N_("consensus"), N_("against consensus")))
    caption = desk.writer.say(N_("What the functions expect, units of all families over the months they cover"))
    return (table(desk.writer, Table(caption, text(N_("function")), columns, tuple(rows), dense=True)),) if rows else ()


def _campaign_table(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    for record in desk.book.records("campaigns", lambda row: str(row["end_date"])[:7] >= desk.about.cycle)[:MOST_CAMPAIGNS]:
        span = desk.writer.say(N_("{first} to {last}"), first=record.day("start_date"), last=record.day("end_date"))
        rows.append(
            Row(
                record.words("campaign"),
                (
                    everything(record, "family", desk),
                    span,
                    record.number("claimed_uplift_share", "share").change(),
                    record.number("cost", "money"),
                ),
            )
        )
    columns = (
        Column(text(N_("family")), "text"),
        Column(text(N_("days")), "text"),
        Column(text(N_("claimed uplift"))),
        Column(text(N_("cost"))),
    )
    caption = desk.writer.say(N_("Campaigns ahead"))
    return (table(desk.writer, Table(caption, text(N_("campaign")), columns, tuple(rows), dense=True)),) if rows else ()


def _pipeline_table(desk: Desk) -> tuple[Table, ...]:
    text, records = desk.writer.text, desk.book.records("opportunities", lambda row: row["stage"] not in ("lost", "won"))
    largest = sorted(records, key=lambda record: -(record.number("quantity", "units").value or 0.0))[:5]
    rows = [
        Row(
            desk.writer.markup(record.code("opportunity")),
            (word(desk, record, "stage"), record.month(), record.number("quantity", "units"), record.number("probability_share", "share")),
        )
        for record in largest
    ]
    columns = (
        Column(text(N_("stage")), "text"),
        Column(text(N_("month")), "text"),
        Column(text(N_("units"))),
        Column(text(N_("stated probability"))),
    )
    caption = desk.writer.say(
        N_("The largest of {count} open opportunities"),
        count=listed([f"{record.word('opportunity')} {record.word('item')}" for record in records]),
    )
    return (table(desk.writer, Table(caption, text(N_("opportunity")), columns, tuple(rows), dense=True)),) if rows else ()


def _accuracy_title(desk: Desk) -> Markup:
    lag = _lag(desk)
    say = desk.writer.say
    if lag is not None:
        scored = {
            record.word("layer"): record
            for record in desk.book.records("forecast_accuracy", lambda row: row["family"] == "*" and row["lag"] == lag)
        }
        best = "consensus" if "consensus" in scored else next(reversed(scored))
        error, bias = (scored[best].number(column, "ratio") for column in ("wape_ratio", "bias_ratio"))
        naive = scored["naive"].number("wape_ratio", "ratio") if "naive" in scored else None
        told = N_("The {layer} forecast was wrong by {error} on average, too high as often as too low.")
        if abs(bias.value or 0.0) >= UNBIASED:
            high = N_("The {layer} forecast was wrong by {error} on average; it over-forecast by {bias}.")
            low = N_("The {layer} forecast was wrong by {error} on average; it under-forecast by {bias}.")
            told = high if (bias.value or 0.0) > 0 else low
        title = say(told, layer=desk.writer.text(LAYER_LABELS[best]), error=error, bias=bias.size())
        return title + Markup(" ") + say(N_("Seasonal naive was wrong by {naive}."), naive=naive) if naive and best != "naive" else title
    pool = desk.book.record("backtest", model="pool", family="*")
    if pool and pool.number("wape_ratio", "ratio").known:
        return say(N_("In the backtest the forecast was wrong by {error} on average."), error=pool.number("wape_ratio", "ratio"))
    return say(N_("How good the forecast has been is not known yet."))


def _lag(desk: Desk) -> int | None:
    """The headline lag where it is scored for the consensus; else the nearest that is."""
    lags = sorted(
        {int(str(row["lag"])) for row in (record.values for record in desk.book.records("forecast_accuracy")) if row["family"] == "*"}
    )
    return 2 if 2 in lags else lags[0] if lags else None


def _accuracy_chart(desk: Desk) -> tuple[Block, ...]:
    lag = _lag(desk)
    drawing = accuracy_drawing(desk, lag) if lag is not None else None
    return (Figure(drawing, desk.writer.say(N_("Forecast error by layer, share of demand: shorter is better"))),) if drawing else ()


def _layer_table(desk: Desk) -> tuple[Table, ...]:
    text, lag = desk.writer.text, _lag(desk)
    if lag is None:
        return ()
    records = desk.book.records("forecast_accuracy", lambda row: row["lag"] == lag)
    families = list(dict.fromkeys(record.word("family") for record in records))
    rows = []
    for layer, label in LAYER_LABELS.items():
        scored = {record.word("family"): record for record in records if record.word("layer") == layer}
        if "*" not in scored:
            continue
        errors = [scored[family].number("wape_ratio", "ratio") if family in scored else "" for family in families]
        bias = scored["*"].number("bias_ratio", "ratio").change()
        value = scored["*"].number("value_added_ratio", "points").change()
        rows.append(
            Row(
                text(label),
                (*errors, bias.judged(abs(bias.value or 0) <= BIAS_LIMIT), value.judged((value.value or 0) >= 0 if value.value else None)),
            )
        )
    heads = [everything(next(record for record in records if record.word("family") == family), "family", desk) for family in families]
    columns = (*(Column(head) for head in heads), Column(text(N_("over-forecast (+)"))), Column(text(N_("value added"))))
    months = next(record for record in records if record.word("family") == "*").number("months", "count")
    lags = next(record for record in records if record.word("family") == "*").number("lag", "count")
    caption = desk.writer.say(
        N_("Error (WAPE) by layer and family, {months} closed months, {lag} months after approval"), months=months, lag=lags
    )
    return (table(desk.writer, Table(caption, text(N_("layer")), columns, tuple(rows), dense=True)),)


def _family_backtest_table(desk: Desk) -> tuple[Table, ...]:
    """By family, how the forecast did in the backtest: for a company that has no forecasts on record."""
    text, rows = desk.writer.text, []
    naive = {record.word("family"): record for record in desk.book.records("backtest", lambda row: row["model"] == "seasonal_naive")}
    for record in desk.book.records("backtest", lambda row: row["model"] == "pool" and row["family"] != "*"):
        against: Cell = naive[record.word("family")].number("wape_ratio", "ratio") if record.word("family") in naive else ""
        cells = (record.number("wape_ratio", "ratio"), against, record.number("bias_ratio", "ratio").change())
        rows.append(Row(record.words("family"), cells))
    columns = tuple(Column(text(label)) for label in (N_("error (WAPE)"), N_("seasonal naive"), N_("over-forecast (+)")))
    caption = desk.writer.say(N_("Backtest on history by family: what is used against seasonal naive"))
    return (table(desk.writer, Table(caption, text(N_("family")), columns, tuple(rows), dense=True)),) if rows else ()


def _backtest_table(desk: Desk) -> tuple[Table, ...]:
    text, rows = desk.writer.text, []
    for record in desk.book.records("backtest", lambda row: row["family"] == "*"):
        name = word(desk, record, "model", MODELS)
        rows.append(
            Row(
                name, (record.number("wape_ratio", "ratio"), record.number("mase", "number"), record.number("bias_ratio", "ratio").change())
            )
        )
    columns = tuple(Column(text(label)) for label in (N_("error (WAPE)"), N_("scaled error (MASE)"), N_("over-forecast (+)")))
    caption = desk.writer.say(N_("Backtest on history: each model against seasonal naive"))
    return (table(desk.writer, Table(caption, text(N_("model")), columns, tuple(rows), dense=True)),) if rows else ()
