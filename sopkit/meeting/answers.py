"""What answers an issue: levers and options that reach what it is about, each priced by the solve that was made with it."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_issues import IssueAnswers
from sopkit.meeting.policy import Decision, MeetingPolicy

NAMES = ("family", "item", "resource", "supplier", "component")  # filters of an overlay that say what it reaches
NO_SOLVE = "no solve was made with it"
Tables = Mapping[str, pd.DataFrame]
Row = dict[str, object]


def issue_answers(issues: pd.DataFrame, about: Mapping[str, set[str]], tables: Tables, policy: MeetingPolicy) -> pd.DataFrame:
    """The levers and options that answer each issue, the ones that bring most first.

    A lever answers what its target is part of; an option what its decision changes. What each brings is taken from the solve that was made
    with it, the supply review's for levers, the pre-S&OP's for options. A gap to budget is answered by all that ships more.

    Args:
        issues: position, kind, subject.
        about: by subject: the subject itself and what it stands or falls with.
        tables: options; where provided levers, lever_effects.
        policy: decisions asked.

    Returns:
        IssueAnswers.
    """
    levers, options = _levers(tables), _options(tables["options"])
    reached = {name: reached_by(decision) for name, decision in policy.decisions.items()}
    rows: list[Row] = []
    for position, kind, subject in zip(issues["position"], issues["kind"], issues["subject"], strict=True):
        if kind == "budget_gap":
            found = [*(each for each in levers if each["more"]), *(each for each in options if each["more"])]
        else:
            names = about[str(subject)]
            found = [each for each in levers if each["target"] in names]
            found += [each for each in options if each["target"] == subject or reached[str(each["target"])] & names]
        rows += [{"position": position, **each} for each in found]
    if not rows:
        return empty(IssueAnswers)
    frame = pd.DataFrame(rows).reindex(columns=[name for name in IssueAnswers.column_names() if name != "rank"])
    frame = frame.sort_values(["position", "contribution_change", "answer"], ascending=[True, False, True], ignore_index=True)
    return conform(frame.assign(rank=frame.groupby("position").cumcount() + 1), IssueAnswers)


def reached_by(decision: Decision) -> set[str]:
    """What the options of a decision, and the hazard behind it, change: families, items, resources, suppliers and components by name."""
    names: set[str] = set()
    overlays = [*decision.options.values(), *([decision.hazard.overlay] if decision.hazard else [])]
    for overlay in overlays:
        for change in overlay.changes:
            names |= {value for key, wanted in change.where.items() if key in NAMES for value in _words(wanted)}
        names |= {*overlay.policy.subcontract_limit, *overlay.policy.supplier_share}
    return names


def related(subject: str, tables: Tables) -> set[str]:
    """A subject and what it stands or falls with: the resources and components that a family's items need, a supplier's components."""
    items, bill, bought = tables["items"], tables["bill_of_resources"], tables["supplier_items"]
    mine = set(items.loc[(items["family"] == subject) | (items["item"] == subject), "item"])
    found = {subject, *items.loc[items["item"] == subject, "family"]}
    limiting = set(tables["bottlenecks"]["limit"])
    found |= set(bill.loc[bill["item"].isin(mine), "resource"]) & limiting
    found |= set(bought.loc[bought["item"].isin(mine), "component"]) & limiting
    return found | set(bought.loc[bought["supplier"] == subject, "component"])


def _levers(tables: Tables) -> list[Row]:
    """Levers as answers; one without an effect of its own says so."""
    effects = tables["lever_effects"].set_index("lever").to_dict("index")
    rows: list[Row] = []
    for lever in tables["levers"].sort_values("lever").to_dict("records"):
        effect = effects.get(lever["lever"], {})
        units = float(effect.get("units_saved", np.nan))
        rows.append(
            {
                "answer": lever["lever"],
                "kind": "lever",
                "target": str(lever["target"]),
                "title": lever.get("statement"),
                "last_date": effect.get("last_date"),
                "verdict": effect.get("verdict"),
                "units_saved": units,
                "contribution_change": effect.get("contribution_change"),
                "cost": effect.get("lever_cost"),
                "basis": "solved with it, planned months" if effect else NO_SOLVE,
                "more": units > 0,
            }
        )
    return rows


def _options(options: pd.DataFrame) -> list[Row]:
    """Options as answers, but for doing nothing, the first of each decision."""
    first = options.groupby("decision")["option"].min().to_dict()
    return [
        {
            "answer": f"{row['decision']}={row['option']}",
            "kind": "option",
            "target": row["decision"],
            "title": row.get("title"),
            "owner": row.get("owner"),
            "last_date": row.get("last_date"),
            "verdict": "recommended" if row.get("recommended") else "proposed",
            "contribution_change": row.get("expected_contribution_change"),
            "cost": row.get("fixed_cost"),
            "basis": "solved with it, next twelve months, what may happen weighed in",
            "more": row["net_sales_change"] > 0,
        }
        for row in options.to_dict("records")
        if row["option"] != first[row["decision"]]
    ]


def _words(wanted: str | Iterable[str]) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)
