"""Tables that step 1 writes about its own inputs: what came, how far it can be trusted, who took part, what it says at first sight."""

from sopkit.data.contracts.column import Contract, choice, code, day, number, share, text, units, whole
from sopkit.data.contracts.inputs_demand import FUNCTIONS


class ReceivedSources(Contract):
    """What came for this cycle, by table: the hash of its files, and the cycle in which the same content first came."""

    name, key = "received_sources", ("table",)
    grain = "one row per input table that is provided"
    columns = (
        code("table", "input table"),
        text("content_hash", "hash over its files, or over its rows where it has none"),
        whole("rows", "rows", "rows"),
        text("first_received", "cycle in which this content first came"),
    )


class DataTrust(Contract):
    """How far each source can be trusted, by a stated rule, and what rests on it.

    score = complete x fresh x consistent x (1 - repaired / 2); the company's is the mean over its sources, each weighted with the
    number of KPIs and pages that rest on it.
    """

    name, key = "data_trust", ("table",)
    grain = "one row per input table that is provided; table `*` is the company"
    columns = (
        code("table", "input table, or `*`"),
        text("owner", "data owner: a role").optional(),
        text("frequency", "how often it is due").optional(),
        whole("rows", "rows", "rows"),
        whole(
            "age_months", "months from its last month, or from the cycle it first came in, to the cutoff", "months", least=None
        ).optional(),
        share("complete_share", "months there of those expected, and rows used of those that came"),
        share("fresh_share", "1 where it is as new as its frequency asks; a quarter less for each month that it is late"),
        share(
            "consistent_share",
            "rows that no rule across tables or against the last submission names; 0.05 less for each question on the whole table",
        ),
        share("repaired_share", "rows that were repaired"),
        share("score_share", "complete x fresh x consistent x (1 - repaired / 2)"),
        text("weakest", "what takes most off the score, in words").optional(),
        text("at_risk", "KPIs and pages that rest on it").optional(),
    )


class Participation(Contract):
    """Which function delivered what, and whether it is new."""

    name, key = "participation", ("function", "table")
    grain = "one row per function, or data owner, and table that it is to deliver"
    columns = (
        code("function", "function, or role of the data owner"),
        code("table", "input table"),
        choice("status", "what came", "delivered | unchanged | missing"),
        whole("rows", "rows", "rows"),
        text("first_period", "first month that it speaks of").optional(),
        text("last_period", "last month that it speaks of").optional(),
        day("due_date", "when it was due, where the params say so").optional(),
        text("delivered", "when it came, or why that is not known"),
    )


class FirstLook(Contract):
    """What each function handed in, before any model: against last year, the run-rate and its own last number."""

    name, key = "first_look", ("function", "family")
    grain = "one row per function and family, over the months that it covers"
    columns = (
        choice("function", "who hands it in", FUNCTIONS),
        code("family", "family"),
        whole("months", "months covered", "months"),
        units("quantity", "what the function expects"),
        units("last_year", "demand of the same months a year before; empty where they are not all closed", least=None).optional(),
        units("run_rate", "mean month of the last twelve, over as many months", least=None).optional(),
        units("own_before", "its own last number, over the months that both cover").optional(),
        units("own_now", "this number over the same months").optional(),
        number("to_last_year_ratio", "quantity / last_year", "ratio").optional(),
        number("to_run_rate_ratio", "quantity / run_rate", "ratio").optional(),
        number("to_own_ratio", "own_now / own_before", "ratio").optional(),
    )
