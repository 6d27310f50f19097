"""Smaller changes that stand unless someone objects: detectors that read the plan and price what they find."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_meeting import RatifyList
from sopkit.meeting.gaps import standard_costs
from sopkit.periods import period_range, shifted

YEAR = 12
KINDS = ("excess", "slow_stock", "safety_stock", "override")
COLUMNS = ["kind", "subject", "quantity", "amount", "period"]
ANY = "*"
Tables = Mapping[str, pd.DataFrame]


def ratify_list(tables: Tables, *, cutoff: str, excess_months: int, slow_months: int, safety_cut_share: float, most: int) -> pd.DataFrame:
    """Proposals of all detectors, the dearest first, at most `most` of each kind.

    Args:
        tables: items, supply_plan, demand_fulfilment, consensus_demand; where provided unit_costs, overrides, override_log.
        cutoff: last closed period.
        excess_months: stock that arrives and lasts longer than so many months is excess.
        slow_months: stock at the cutoff that lasts longer than so many months is slow.
        safety_cut_share: by how much safety stock outside tier A that the plan never touches may fall, 0..1.
        most: proposals of each kind.

    Returns:
        RatifyList.
    """
    found = [
        excess_builds(tables, cutoff=cutoff, months=excess_months),
        slow_stock(tables, cutoff=cutoff, months=slow_months),
        untouched_safety_stock(tables, cutoff=cutoff, cut_share=safety_cut_share),
        overrides_in_vain(tables),
    ]
    rows = [_dearest(frame, most) for frame in found if len(frame)]
    if not rows:
        return empty(RatifyList)
    proposals = _dearest(pd.concat(rows, ignore_index=True), len(KINDS) * most)
    return conform(proposals.assign(position=np.arange(1, len(proposals) + 1)), RatifyList)


def excess_builds(tables: Tables, *, cutoff: str, months: int) -> pd.DataFrame:
    """Arrivals after M0 that build stock beyond the demand of the `months` that follow: not to be made or to come later.

    excess(t) = closing stock(t) - demand of t+1 .. t+months; quantity = the most of it that arrivals of M0+1 .. t could leave out; from the
    month in which the arrivals left out begin, the last ones first.

    Returns:
        kind, subject (item), quantity (units), amount (standard cost), period; one row per item.
    """
    plan = tables["supply_plan"]
    periods = sorted(plan["period"].unique())
    demand, stock = _matrix(plan, "demand"), _matrix(plan, "closing_stock")
    arriving = _matrix(plan.assign(arriving=plan["production"] + plan["subcontract"] + plan["receipts"]), "arriving")
    arriving[:, 0] = 0.0  # M0 is frozen
    rows = []
    for t in range(1, min(YEAR, len(periods) - months)):
        excess = stock[:, t] - demand[:, t + 1 : t + 1 + months].sum(axis=1)
        left_out = np.minimum(np.maximum(excess, 0.0), arriving[:, : t + 1].sum(axis=1))
        for item in np.flatnonzero(left_out >= 1):
            backwards = np.cumsum(arriving[item, t::-1])
            start = t - int(np.argmax(backwards >= left_out[item] - 1e-6))
            rows.append((item, float(left_out[item]), periods[start]))
    items = sorted(plan["item"].unique())
    found = pd.DataFrame([(items[item], quantity, period) for item, quantity, period in rows], columns=["subject", "quantity", "period"])
    found = found.sort_values(["subject", "quantity", "period"], ascending=[True, False, True]).drop_duplicates("subject")
    return _priced(found.assign(kind="excess"), tables)


def slow_stock(tables: Tables, *, cutoff: str, months: int) -> pd.DataFrame:
    """Stock at the cutoff beyond the demand of the next `months`: to be sold off or written down.

    Returns:
        kind, subject (item), quantity (units), amount (standard cost), period (M0); one row per item.
    """
    plan = tables["supply_plan"]
    first = shifted(cutoff, 1)
    opening = plan[plan["period"] == first].set_index("item")["opening_stock"]
    window = plan[plan["period"].isin(period_range(first, months))]
    left = (opening - window.groupby("item")["demand"].sum().reindex(opening.index, fill_value=0.0)).clip(lower=0.0)
    left = left[left >= 1]
    found = pd.DataFrame({"kind": "slow_stock", "subject": left.index.astype("str"), "quantity": left.to_numpy(), "period": first})
    return _priced(found, tables)


def untouched_safety_stock(tables: Tables, *, cutoff: str, cut_share: float) -> pd.DataFrame:
    """Safety stock of items outside tier A that the plan of the next twelve months never goes below: a share of it may fall.

    Returns:
        kind, subject (family), quantity (units: mean target x share), amount (standard cost), period (month after M0); one row per family.
    """
    items = tables["items"]
    plan = tables["supply_plan"]
    plan = plan[plan["period"].isin(period_range(shifted(cutoff, 1), YEAR))]
    plan = plan[plan["item"].isin(items.loc[items["tier"].notna() & items["tier"].ne("A"), "item"])]
    short = plan.loc[plan["closing_stock"] < plan["target_stock"] - 1e-6, "item"].unique()
    safe = plan[~plan["item"].isin(short)].groupby("item", sort=True)["target_stock"].mean()
    found = pd.DataFrame({"subject": safe.index.astype("str"), "quantity": safe.to_numpy() * cut_share, "period": shifted(cutoff, 2)})
    priced = _priced(found.assign(kind="safety_stock"), tables)
    family = priced["subject"].map(items.set_index("item")["family"])
    priced = priced.assign(family=family, unvalued=priced["amount"].isna())
    sums = priced.groupby(["kind", "family", "period"])[["quantity", "amount", "unvalued"]].sum()
    sums["amount"] = sums["amount"].where(sums["unvalued"].eq(0))
    return sums[sums["quantity"] >= 1].reset_index().rename(columns={"family": "subject"})[COLUMNS]


def overrides_in_vain(tables: Tables) -> pd.DataFrame:
    """Overrides that ask for more of what cannot be shipped: units late or lost in their scope and months, up to what they add.

    Returns:
        kind, subject (override), quantity (units), amount (their part of the override's net sales), period (its first month).
    """
    log, overrides = tables["override_log"], tables["overrides"]
    adding = log[(log["outcome"] == "applied") & (log["quantity_change"] >= 1)]
    asked = overrides.merge(adding[["override", "quantity_change", "revenue_change"]], on="override")
    rows = tables["demand_fulfilment"]
    rows = rows.assign(short=rows["late"] + rows["lost"], family=rows["item"].map(tables["items"].set_index("item")["family"]))
    found = []
    for override in asked.sort_values("override").to_dict("records"):
        first, last, added = str(override["first_period"]), str(override["last_period"]), float(override["quantity_change"])
        meant = rows["period"].between(first, last)
        for key in ("family", "item", "region", "channel"):
            meant = meant & rows[key].eq(str(override[key])) if override[key] != ANY else meant
        vain = min(float(rows.loc[meant, "short"].sum()), added)
        if vain >= 1:
            amount = max(float(override["revenue_change"]), 0.0) * vain / added
            found.append(("override", str(override["override"]), vain, amount, first))
    return pd.DataFrame(found, columns=COLUMNS)


def _matrix(plan: pd.DataFrame, column: str) -> np.ndarray:
    """A column of the supply plan as item x month, both sorted."""
    return plan.pivot(index="item", columns="period", values=column).sort_index().sort_index(axis=1).to_numpy(dtype="float64", copy=True)


def _priced(found: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    costs = standard_costs(found[["subject", "period"]].set_axis(["item", "period"], axis=1), tables["items"], tables["unit_costs"])
    return found.assign(amount=found["quantity"] * costs)[COLUMNS]


def _dearest(found: pd.DataFrame, most: int) -> pd.DataFrame:
    order = found.sort_values(["amount", "kind", "subject"], ascending=[False, True, True], na_position="last", kind="stable")
    return order.head(most).reset_index(drop=True)
