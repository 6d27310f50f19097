"""Which families are outside their tolerance: a plan that moved further than the family's forecasts usually err, or demand not met."""

from dataclasses import dataclass

from sopkit.report.book import Record
from sopkit.report.cells import Number, difference, ratio
from sopkit.report.pack.inputs import Desk

UNIT = 0.5  # less than half a unit is rounding
HEADLINE_LAG = 2
MOST_SHEETS = 5  # sheets of families in the executive pack


@dataclass(frozen=True)
class Tolerance:
    """A family's move against the last plan, beside its usual error."""

    family: str
    record: Record  # consensus of the family over the months that both plans cover
    last: Number  # units of the last plan; not available where there is none
    now: Number
    change: Number  # share
    error: Number  # usual error: WAPE at the headline lag, else of the backtest

    @property
    def outside(self) -> bool:
        """Whether it moved beyond its usual error."""
        return self.change.value is not None and self.error.value is not None and abs(self.change.value) > self.error.value


def tolerances(desk: Desk) -> list[Tolerance]:
    """Each family of the plan, over the twelve months ahead that the last plan covers too; the largest in units first."""
    months = _months_of_both(desk)
    found = []
    for record in desk.book.grouped("consensus_demand", ["family"], ["quantity"], periods=months):
        family, now = record.word("family"), record.number("quantity", "units")
        before = desk.book.grouped("last_plan", ["family"], ["quantity"], periods=months, family=family)
        last = before[0].number("quantity", "units") if before else Number(None, "units", "last_plan#.quantity")
        found.append(Tolerance(family, record, last, now, ratio(difference(now, last), last, "share"), _usual_error(desk, family)))
    return sorted(found, key=lambda one: -(one.now.value or 0.0))


def _months_of_both(desk: Desk) -> tuple[str, str]:
    last = str(desk.book.frame("last_plan")["period"].max()) if desk.book.has("last_plan") else desk.planned[-1]
    until = min(last, desk.planned[-1])
    return desk.planned[0], max(until, desk.planned[0])


def _usual_error(desk: Desk, family: str) -> Number:
    scored = desk.book.record("forecast_accuracy", family=family, lag=HEADLINE_LAG, layer="consensus")
    scored = scored or desk.book.record("backtest", family=family, model="pool")
    return scored.number("wape_ratio", "ratio") if scored else Number(None, "ratio", "backtest#.wape_ratio")


def every_family(desk: Desk) -> list[str]:
    """The families of the plan."""
    return [record.word("family") for record in desk.book.grouped("consensus_demand", ["family"], ["revenue"])]


def families_to_show(desk: Desk) -> list[str]:
    """The families outside tolerance or in a decision, sorted; where there are none, the largest in money.

    Of more than `MOST_SHEETS` those that a decision names, then those with the most net sales lost, then the largest.
    """
    plans = desk.book.grouped("consensus_demand", ["family"], ["revenue"], periods=desk.next_year)
    worth = {record.word("family"): record.number("revenue", "money").value or 0.0 for record in plans}
    outside = outside_families(desk) or [max(worth, key=lambda family: worth[family])]
    gaps = desk.book.grouped("gaps", ["family"], ["lost_revenue"], periods=desk.next_year)
    lost = {record.word("family"): record.number("lost_revenue", "money").value or 0.0 for record in gaps}
    named = set(_named_in_decisions(desk))
    order = sorted(outside, key=lambda family: (family not in named, -lost.get(family, 0.0), -worth.get(family, 0.0)))
    return sorted(order[:MOST_SHEETS])


def outside_families(desk: Desk) -> list[str]:
    """Families that do not get what they ask for, moved beyond their usual error, or are named in a decision; sorted."""
    unmet = [
        record.word("family")
        for record in desk.book.grouped("gaps", ["family"], ["lost", "late"], periods=desk.next_year)
        if max(record.number(column, "units").value or 0.0 for column in ("lost", "late")) >= UNIT
    ]
    return sorted({*unmet, *(one.family for one in tolerances(desk) if one.outside), *_named_in_decisions(desk)})


def _named_in_decisions(desk: Desk) -> list[str]:
    asked = " ".join(f"{record.word('question')} {record.word('title')}" for record in desk.book.records("options")).lower()
    return [family for family in every_family(desk) if family.lower() in asked]
