"""Tables of the meetings: what detectors find, what waiting costs, who brings what."""

from sopkit.data.contracts.column import Contract, choice, code, day, money, number, period, text, units, whole

ISSUE_KINDS = "gap | overload | stock_out | excess | bias | budget_gap | assumption | late_supplier | late_decision"


class Issues(Contract):
    """What detectors find in the plan and its registers, the dearest first."""

    name, key = "issues", ("position",)
    grain = "one row per kind and subject"
    columns = (
        whole("position", "printed order", "number"),
        choice("kind", "which detector found it", ISSUE_KINDS),
        code("subject", "family, item, resource, supplier, assumption or decision; `*` is the company"),
        period("period", "first month of it").optional(),
        number("value", "how large, in its own unit", "units, share or ratio").optional(),
        money("amount", "size in money; empty where it has no price").optional(),
        text("basis", "what the amount is, or why there is none"),
        text("owner", "role or function that answers for it"),
        day("last_date", "last day on which the answer that brings most still works; empty where nothing answers it").optional(),
        text("levers", "levers on it, of `levers`").optional(),
        text("decisions", "decisions of this cycle that answer it; empty = nobody answers it yet").optional(),
    )


class IssueAnswers(Contract):
    """What answers each issue: levers and options, each with what it brings by the solve that was made with it."""

    name, key = "issue_answers", ("position", "rank")
    grain = "one row per issue and lever or option that answers it, the one that brings most first"
    columns = (
        whole("position", "of the issue", "number"),
        whole("rank", "1 = brings most", "number"),
        code("answer", "lever, or decision and option as D1=B"),
        choice("kind", "what it is", "lever | option"),
        text("title", "in words").optional(),
        text("owner", "role that carries it out; empty where nobody has taken it on").optional(),
        day("last_date", "last day it works").optional(),
        text("verdict", "of the supply review (pull, in part, too late, no use, not available), or recommended, proposed").optional(),
        units("units_saved", "units shipped that would be lost or still wait at the horizon", least=None).optional(),
        money("contribution_change", "contribution after its own cost, over the months that `basis` says").optional(),
        money("cost", "cost once of an option; of a lever price x use + cost once").optional(),
        text("basis", "how it was priced"),
    )


class WaitingCosts(Contract):
    """What it costs to decide later: the recommended option taken some weeks after the meeting, against taking it there."""

    name, key = "waiting_costs", ("decision", "weeks")
    grain = "one row per decision and number of weeks"
    columns = (
        code("decision", "D1, D2, …"),
        whole("weeks", "weeks after the executive meeting", "weeks"),
        code("option", "the recommended option"),
        day("decided_on", "day it would be decided"),
        day("last_date", "last date the decision works"),
        money("cost", "expected contribution of the next twelve months that is lost by waiting").optional(),
        choice(
            "basis",
            "why: it still works then; it starts later, solved so; it no longer works; nothing is to be done",
            "in_time | later | too_late | nothing",
        ),
    )


class MeetingPoints(Contract):
    """What the pre-S&OP works through: what each function brings, and what is settled, escalated and disagreed."""

    name, key = "meeting_points", ("position",)
    grain = "one row per point, in the order of the meeting"
    columns = (
        whole("position", "order", "number"),
        code("function", "function that brings it or answers for it"),
        choice(
            "part",
            "its inputs; what it speaks about; settled within its limit; asked of the executive; seen otherwise than the consensus",
            "delivered | brought | settled | escalated | disagreed",
        ),
        text("subject", "what it is about"),
        number("value", "its figure, in `unit`", "unit").optional(),
        number("other", "the other figure: the authority limit, or the consensus", "unit").optional(),
        text("unit", "unit of both figures"),
        text("note", "in words"),
    )
