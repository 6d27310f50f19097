"""What an owner answered, as overrides; and what stands where nobody answered."""

import pandas as pd

from sopkit.demand.asking.lines import ANY, KEYS

STANDS = " (from the last consensus: no answer to this one)"
NOTHING = 0.5  # units: an answer this near to what the form showed is agreement
OVERRIDES = [
    "override", "function", "owner", "family", "item", "region", "channel",
    "first_period", "last_period", "kind", "value", "reason_code", "reason", "evidence",
]  # fmt: skip


def overrides_of(answers: pd.DataFrame, *, owner: str, function: str) -> pd.DataFrame:
    """Each number that an owner changed, as an override of that month: the difference to the plan that the form showed.

    Args:
        answers: KEYS, period, shown and answer (units), reason_code, reason, evidence (may be left out); a row per month with an answer.
        owner: role of the owner; the overrides are named `<owner>.001` and so on.
        function: function that the owner speaks for.

    Returns:
        overrides contract: one row per changed line and month; an answer within half a unit of what was shown changes nothing.
    """
    changed = answers[(answers["answer"] - answers["shown"]).abs() > NOTHING].sort_values([*KEYS, "period"], ignore_index=True)
    if "evidence" not in changed:
        changed = changed.assign(evidence=None)
    return changed.astype({"evidence": "str"}).assign(
        override=[f"{owner}.{number:03d}" for number in range(1, len(changed) + 1)],
        function=function,
        owner=owner,
        first_period=changed["period"],
        last_period=changed["period"],
        kind="add_units",
        value=changed["answer"] - changed["shown"],
        family=changed["family"].where(changed["item"] == ANY, ANY),
    )[OVERRIDES]


def standing_overrides(previous: pd.DataFrame, declared: pd.DataFrame, owners: list[str], *, cycle: str) -> pd.DataFrame:
    """The overrides of the last consensus that stand on where an owner has not answered by the deadline.

    Args:
        previous: overrides of the cycle before.
        declared: overrides that the company declares for this cycle already; none of them is repeated.
        owners: who did not answer.
        cycle: M0; overrides that end before it are over.

    Returns:
        overrides contract: the owners' rows that still reach the cycle; their reasons say that they stand.
    """
    still = previous["owner"].isin(owners) & (previous["last_period"] >= cycle) & ~previous["override"].isin(set(declared["override"]))
    rows = previous[still].sort_values("override", ignore_index=True)
    said = rows["reason"].str.removesuffix(STANDS)
    return rows.assign(reason=said + STANDS)


def with_evidence_in_reason(overrides: pd.DataFrame) -> pd.DataFrame:
    """The overrides for a file that has no column for evidence: it stands behind the reason, so that nothing is lost.

    Args:
        overrides: Overrides, with or without `evidence`.

    Returns:
        The same rows without that column.
    """
    if "evidence" not in overrides:
        return overrides
    given = overrides["evidence"].fillna("").astype("str").str.strip()
    reason = overrides["reason"].where(given.eq(""), overrides["reason"].astype("str") + " (" + given + ")")
    return overrides.assign(reason=reason).drop(columns="evidence")
