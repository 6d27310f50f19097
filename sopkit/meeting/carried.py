"""Decisions of earlier cycles: what the record promised, beside what came since."""

from collections.abc import Mapping, Sequence

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_decided import DecisionScores
from sopkit.data.contracts.inputs_follow_up import Decisions

Entries = Sequence[Mapping[str, object]]  # recorded answers with `made_in`, the cycle they were given in
ALL = "*"
CHANGED_SHARE = 0.001  # of a family's proposed net sales in a month: less is no change
CHOSE_NOTHING = ("defer", "none")


def with_recorded(decisions: pd.DataFrame, recorded: Entries) -> pd.DataFrame:
    """The register of earlier decisions with those that the ledger holds.

    A recorded decision is called by its cycle and its id (`2026-03-D1`). Its promise is the one recorded; a row of the register under that
    name tells how far it is and what it brought, and does not change the promise. Answers that put off or dropped a question are no
    decisions to follow up.

    Args:
        decisions: Decisions as its keepers sent it; may be empty.
        recorded: answers of earlier cycles, the last to each question.

    Returns:
        Decisions.
    """
    mine = pd.DataFrame([_row(entry) for entry in recorded if entry["answer"] not in CHOSE_NOTHING])
    if mine.empty:
        return decisions
    told = decisions.set_index("decision")
    for name in ("status", "realised_contribution", "note"):
        mine[name] = mine["decision"].map(told[name]).where(mine["decision"].isin(told.index), mine[name])
    others = decisions[~decisions["decision"].isin(mine["decision"])]
    rows = mine.reindex(columns=Decisions.column_names())
    return conform(rows if others.empty else pd.concat([others, rows], ignore_index=True), Decisions)


def recorded_name(entry: Mapping[str, object]) -> str:
    """What a recorded decision is called in the register: its cycle and its id."""
    return f"{entry['made_in']}-{entry['decision']}"


def decision_scores(recorded: Entries, changes: Mapping[str, pd.DataFrame], history: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """What the decisions of each earlier cycle brought by now, where they changed the plan.

    expected = net sales of the decided plan - those of the proposed plan; realised = net sales that came - those of the proposed plan; both
    over the closed months and the families in which the decisions changed the plan. Decisions of one cycle act together and are scored
    together; what else moved those families is in `realised` too.

    Args:
        recorded: answers of earlier cycles.
        changes: RevisionChange by cycle of decision, the decided plan beside the proposed one.
        history: DemandHistory with `family`: net sales by month.
        cutoff: last closed period.

    Returns:
        DecisionScores: a row per cycle and family that was changed in closed months, and the company's (`*`), which says why where nothing
        can be scored yet.
    """
    rows: list[dict[str, object]] = []
    sold = history.groupby(["family", "period"])[["sold_quantity", "revenue"]].sum()
    for cycle in sorted({str(entry["made_in"]) for entry in recorded}):
        chosen = sorted(
            f"{entry['decision']}={entry['answer']}"
            for entry in recorded
            if entry["made_in"] == cycle and entry["answer"] not in CHOSE_NOTHING
        )
        change = changes.get(cycle, empty(CONTRACTS["revision_change"]))
        if chosen:
            rows += [{"made_in": cycle, "decisions": ", ".join(chosen), **row} for row in _scored(change, sold, cutoff)]
    return conform(pd.DataFrame(rows).reindex(columns=DecisionScores.column_names()), DecisionScores) if rows else empty(DecisionScores)


def _row(entry: Mapping[str, object]) -> dict[str, object]:
    expected = entry["expected"]
    assert isinstance(expected, Mapping)
    promised = str(expected.get("contribution_change") or "nan")
    return {
        "decision": recorded_name(entry),
        "made_in": entry["made_in"],
        "statement": entry["title"] or entry["question"],
        "owner": entry["owner"],
        "status": "open",
        "expected_contribution": float(promised),
        "realised_contribution": float("nan"),
        "note": None,
    }


def _scored(change: pd.DataFrame, sold: pd.DataFrame, cutoff: str) -> list[dict[str, object]]:
    moved = change[(change["net_sales"] - change["net_sales_proposed"]).abs() > CHANGED_SHARE * change["net_sales_proposed"].abs()]
    first = moved["period"].min() if len(moved) else None
    closed = moved[moved["period"] <= cutoff].set_index(["family", "period"])
    if closed.empty:
        reason = (
            "the decided plan sells what the proposed one does" if first is None else "nothing was expected in the months that are closed"
        )
        return [{"family": ALL, "first_period": first, "months": 0, "reason": reason}]
    came = sold.reindex(closed.index).fillna(0.0)  # a month without a sale is a month of zero
    scored = pd.DataFrame(
        {
            "expected": closed["net_sales"] - closed["net_sales_proposed"],
            "realised": came["revenue"] - closed["net_sales_proposed"],
            "expected_units": closed["shipped"] - closed["shipped_proposed"],
            "realised_units": came["sold_quantity"] - closed["shipped_proposed"],
        }
    )
    months = closed.reset_index().groupby("family")["period"]
    families = scored.groupby("family").sum()
    rows = [
        {"family": family, "first_period": months.min()[family], "months": int(months.nunique()[family]), **row}
        for family, row in families.to_dict("index").items()
    ]
    whole = {"family": ALL, "first_period": first, "months": int(closed.reset_index()["period"].nunique()), **families.sum().to_dict()}
    return [whole, *rows]
