"""Tables of a revision: what was decided, what it changed in the plan, and whether the page's promise is kept."""

from sopkit.data.contracts.column import Contract, code, day, flag, money, number, period, text, units, whole

PAIRS = (
    ("demand", "units asked for"),
    ("shipped", "units shipped"),
    ("late", "units that wait"),
    ("lost", "units lost"),
    ("production", "units made or bought in"),
)
PLANS = (("_proposed", "proposed plan"), ("", "decided plan"))
BESIDE = tuple(units(f"{measure}{plan}", f"{words}, {told}") for measure, words in PAIRS for plan, told in PLANS)
SALES = tuple(money(f"net_sales{plan}", f"net sales, {told}") for plan, told in PLANS)


class Decided(Contract):
    """What was decided in this cycle, with the effect that the decision page named; empty until something is decided."""

    name, key = "decided", ("decision",)
    grain = "one row per decision that was answered, deferred or added between meetings"
    columns = (
        code("decision", "D1, D2, … ; of an amendment its name"),
        code("answer", "the option; `defer`, `none`, or `amend` between meetings"),
        text("question", "the question; of an amendment what made it needed"),
        text("title", "the option that was chosen").optional(),
        text("owner", "role that carries it out").optional(),
        day("last_date", "last date the decision works").optional(),
        text("decided_by", "role that decided"),
        text("reason", "why, where it was said").optional(),
        text("rejected", "options that were not chosen").optional(),
        money("net_sales_change", "promised: net sales of the fiscal year against doing nothing").optional(),
        money("contribution_change", "promised: operating contribution of the next twelve months against doing nothing").optional(),
        money("expected_contribution_change", "promised: the same with the hazard weighed in").optional(),
        number("fill_rate_change", "promised: fill rate against doing nothing", "share").optional(),
        money("stock_peak_change", "promised: highest inventory against doing nothing").optional(),
        money("cash_low_change", "promised: lowest cash headroom against doing nothing").optional(),
    )


class RevisionChange(Contract):
    """The decided plan beside the plan that was proposed, by family and month; empty until something is decided."""

    name, key = "revision_change", ("family", "period")
    grain = "one row per family and planned month"
    columns = (
        code("family", "family"),
        period(),
        *BESIDE,
        *SALES,
    )


class PromiseCheck(Contract):
    """The decided plan beside what the decision page promised of it; empty until something is decided."""

    name, key = "promise_check", ("measure",)
    grain = "one row per measure of the decision page"
    columns = (
        code("measure", "a measure of `scenarios`: net_sales, contribution, fiscal_contribution, fill_rate, stock_peak, cash_low"),
        text("basis", "where the promise stands: a row of `scenarios`, or `sum of parts` where the page solved no such plan"),
        number("proposed", "level of the proposed plan", "money or share").optional(),
        number("promised", "level that the page promised", "money or share").optional(),
        number("came", "level of the decided plan", "money or share").optional(),
        number("tolerance", "how far it may depart from the promise", "money or share").optional(),
        flag("kept", "the decided plan departs no further from the promise"),
    )


class DecisionScores(Contract):
    """What the decisions of earlier cycles brought by now: net sales expected and realised in the months that have closed since."""

    name, key = "decision_scores", ("made_in", "family")
    grain = "one row per cycle that decided and family whose plan it changed in closed months; `*` is the company"
    columns = (
        period("made_in", "cycle that decided"),
        code("family", "family, or `*`"),
        text("decisions", "its decisions, as `D1=B, D2=C`"),
        period("first_period", "first month in which the decided plan differs").optional(),
        whole("months", "closed months that are scored", "months"),
        money("expected", "net sales of the decided plan less those of the proposed plan").optional(),
        money("realised", "net sales that came less those of the proposed plan").optional(),
        units("expected_units", "units shipped in the decided plan less those of the proposed plan", least=None).optional(),
        units("realised_units", "units that were sold less those shipped in the proposed plan", least=None).optional(),
        text("reason", "why nothing is scored yet").optional(),
    )
