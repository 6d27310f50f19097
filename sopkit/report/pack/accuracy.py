"""How good forecasts have been by layer and family, who changed what, and what people expect."""

from markupsafe import Markup

from sopkit.report.cells import Cell, count, difference, listed, ratio
from sopkit.report.charts import LAYER_LABELS
from sopkit.report.narrative import N_
from sopkit.report.pack.inputs import Desk
from sopkit.report.pack.largest import MOST_COLUMNS, largest_families
from sopkit.report.pack.words import MODELS, everything, missing, role, scope_of, word
from sopkit.report.tables import Column, Page, Row, Table, side_by_side, table

MOST_OVERRIDES, MOST_CAMPAIGNS, BIAS_LIMIT, UNBIASED = 5, 4, 0.05, 0.005


def accuracy_page(desk: Desk) -> Page:
    """How good forecasts have been, by layer and family, and who changed what."""
    small = (*_backtest_table(desk), *_function_table(desk), *_campaign_table(desk))
    blocks = (*(_layer_table(desk) or _family_backtest_table(desk)), *override_table(desk), *side_by_side(small))
    absent = missing(desk, "forecast_snapshots", "overrides", "sales_forecast")
    return Page("accuracy", desk.writer.text(N_("Demand")), _accuracy_title(desk), (*blocks, *absent))


def override_table(desk: Desk) -> tuple[Table, ...]:
    """The largest changes that people made or asked for, with their reason and what became of them."""
    text, records = desk.writer.text, desk.book.records("override_log")
    largest = sorted(records, key=lambda record: -abs(record.number("revenue_change", "money").value or 0.0))
    rows = []
    for record in largest[:MOST_OVERRIDES]:
        span: Cell = desk.writer.say(N_("{first} to {last}"), first=record.month("first_period"), last=record.month("last_period"))
        if record.word("first_period") == record.word("last_period"):
            span = record.month("first_period")
        scope = (
            scope_of(record),
            span,
            record.number("quantity_change", "units").change(),
            record.number("revenue_change", "money").change(),
        )
        rows.append(
            Row(
                desk.writer.markup(record.code("override")),
                (role(desk, record), *scope, record.words("reason"), word(desk, record, "outcome"), record.words("note")),
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


def _layer_table(desk: Desk) -> tuple[Table, ...]:
    text, lag = desk.writer.text, _lag(desk)
    if lag is None:
        return ()
    records = desk.book.records("forecast_accuracy", lambda row: row["lag"] == lag)
    families = list(dict.fromkeys(record.word("family") for record in records))
    told = largest_families(desk, families, MOST_COLUMNS)
    families = [family for family in families if family in told]
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
    named = N_("Error (WAPE) by layer and family, {months} closed months, {lag} months after approval")
    if told != {record.word("family") for record in records}:
        named = N_("Error (WAPE) by layer and family, the largest of them, {months} closed months, {lag} months after approval")
    caption = desk.writer.say(named, months=months, lag=lags)
    return (table(desk.writer, Table(caption, text(N_("layer")), columns, tuple(rows), dense=True)),)


def _family_backtest_table(desk: Desk) -> tuple[Table, ...]:
    """By family, how the forecast did in the backtest: for a company that has no forecasts on record."""
    text, rows = desk.writer.text, []
    naive = {record.word("family"): record for record in desk.book.records("backtest", lambda row: row["model"] == "seasonal_naive")}
    found = desk.book.records("backtest", lambda row: row["model"] == "pool" and row["family"] != "*")
    told = largest_families(desk, [record.word("family") for record in found])
    for record in [record for record in found if record.word("family") in told]:
        against: Cell = naive[record.word("family")].number("wape_ratio", "ratio") if record.word("family") in naive else ""
        cells = (record.number("wape_ratio", "ratio"), against, record.number("bias_ratio", "ratio").change())
        rows.append(Row(record.words("family"), cells))
    columns = tuple(Column(text(label)) for label in (N_("error (WAPE)"), N_("seasonal naive"), N_("over-forecast (+)")))
    caption = desk.writer.say(N_("Backtest on history by family: what is used against seasonal naive"))
    if len(rows) < len(found):
        told_of = N_("Backtest on history of the {count} families with most net sales: what is used against seasonal naive")
        caption = desk.writer.say(told_of, count=listed([record.word("family") for record in found if record.word("family") in told]))
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
