"""The near months of each plan, frozen, and the month that has closed held against them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts.conform import conform
from sopkit.data.contracts.derived_learning import PlanRecord, PlanReview
from sopkit.data.monthly import month_labels, month_numbers
from sopkit.finance.family import family_of
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import trade_by_item
from sopkit.periods import period_range, shifted

LAGS = (0, 1, 3)  # 0 is told, and is no KPI
ALL = "*"
CONSENSUS = "consensus"
MADE = ("stock", "order")  # supply strategies of what is made
Tables = Mapping[str, pd.DataFrame]


def plan_record(tables: Tables, policy: MoneyPolicy, earlier: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The months of this plan that later cycles score, behind those of earlier cycles.

    Args:
        tables: items, demand_history, unit_costs, consensus_demand, demand_fulfilment, supply_plan.
        policy: costing.
        earlier: PlanRecord of the cycle before; empty where there is none.
        cutoff: last closed period.

    Returns:
        PlanRecord: M0 to three months ahead of each cycle, item by item; a cycle that is run again replaces its own rows.
    """
    made_in = shifted(cutoff, 1)
    months = period_range(made_in, max(LAGS) + 1)
    plan = tables["supply_plan"]
    plan = plan[plan["period"].isin(months)]
    money = trade_by_item(MoneyInputs.of(tables), policy, closed=[], cutoff=cutoff)
    money = money[money["period"].isin(months)].groupby(["item", "period"])[["net_sales", "cost_of_goods"]]
    sums = money.agg({"net_sales": "sum", "cost_of_goods": lambda costs: costs.sum(skipna=False)}).reset_index()
    rows = plan[["item", "period", "demand", "shipped", "closing_stock"]].assign(
        production=plan["production"] + plan["subcontract"], made_in=made_in
    )
    rows = rows.merge(sums, on=["item", "period"], how="left").fillna({"net_sales": 0.0})
    kept = earlier[earlier["made_in"] < made_in]
    return conform(pd.concat([kept, rows], ignore_index=True) if len(kept) else rows, PlanRecord)


def plan_review(
    tables: Tables, record: pd.DataFrame, layers: pd.DataFrame, policy: MoneyPolicy, *, cutoff: str, tolerance: float
) -> pd.DataFrame:
    """The month that has closed against the plans made for it, at lags 0, 1 and 3: units and money by family, production by schedule.

    A plan that is not on record leaves its demand to the consensus that was frozen in its cycle, and the rest unknown. Schedule adherence =
    sum min(made, planned) / sum planned by item over what is made: no credit for more than was planned, nor for another item. A reason is
    asked for where the shortest lag from one month on that is known (else lag 0) departs by more than the tolerance.

    Args:
        tables: items, demand_history, unit_costs, inventory, production_history; what is not provided is empty.
        record: PlanRecord of earlier cycles.
        layers: frozen forecasts, for the consensus of cycles without a plan on record.
        policy: costing, for the margin that came.
        cutoff: last closed period.
        tolerance: share of the plan.

    Returns:
        PlanReview.
    """
    items = tables["items"]
    came = _came(tables, policy, cutoff)
    rows: list[dict[str, object]] = []
    for lag in LAGS:
        made_in = shifted(cutoff, -lag)
        plan = record[(record["made_in"] == made_in) & (record["period"] == cutoff)]
        planned = _planned(plan, layers, items, made_in, cutoff)
        for measure in ("demand", "production", "stock", "net_sales", "gross_margin", "schedule_adherence"):
            told = {"measure": measure, "lag": lag, "period": cutoff, "made_in": made_in}
            rows += [{**told, **row} for row in _scored(planned.get(measure), came.get(measure), items, measure)]
    frame = pd.DataFrame(rows).reindex(columns=PlanReview.column_names())
    return conform(frame.assign(asked=_asked(frame, tolerance)), PlanReview)


def _planned(plan: pd.DataFrame, layers: pd.DataFrame, items: pd.DataFrame, made_in: str, cutoff: str) -> dict[str, pd.Series]:
    """By measure: planned by item; measures that no plan tells are left out."""
    if plan.empty:
        own = layers[(layers["made_in"] == made_in) & (layers["period"] == cutoff) & (layers["layer"] == CONSENSUS)]
        return {"demand": own.groupby("item")["quantity"].sum()} if len(own) else {}
    by_item = plan.set_index("item")
    made = by_item["production"][by_item.index.isin(items.loc[items["supply_strategy"].isin(MADE), "item"])]
    return {
        "demand": by_item["demand"],
        "production": made,
        "schedule_adherence": made,
        "stock": by_item["closing_stock"],
        "net_sales": by_item["net_sales"],
        "gross_margin": by_item["net_sales"] - by_item["cost_of_goods"],
    }


def _came(tables: Tables, policy: MoneyPolicy, cutoff: str) -> dict[str, pd.Series]:
    """By measure: what came by item; measures that are not on record are left out."""
    history = tables["demand_history"]
    month = history[history["period"] == cutoff].groupby("item")
    found = {"demand": month["quantity"].sum(), "net_sales": month["revenue"].sum()}
    stock = tables["inventory"]
    stock = stock[stock["period"] == cutoff]
    if len(stock):
        found["stock"] = stock.groupby("item")["quantity"].sum()
    orders = tables["production_history"]
    finished = month_labels(month_numbers(orders["finish_date"])) if len(orders) else pd.Series([], dtype="str")
    if len(orders) and finished.min() <= cutoff:
        made = orders[(finished == cutoff).to_numpy()].groupby("item")["quantity"].sum()
        found |= {"production": made, "schedule_adherence": made}
    bare = MoneyInputs(items=tables["items"], history=history, unit_costs=tables["unit_costs"])
    trade = trade_by_item(bare, policy, closed=[cutoff], cutoff=cutoff)
    if len(trade):
        margin = (trade["net_sales"] - trade["cost_of_goods"]).groupby(trade["item"]).sum(min_count=1)
        found["gross_margin"] = margin if trade["cost_of_goods"].notna().any() else margin.iloc[:0]
    return found


def _scored(planned: pd.Series | None, came: pd.Series | None, items: pd.DataFrame, measure: str) -> list[dict[str, object]]:
    """Rows of one measure and lag."""
    if planned is None or planned.isna().any():
        return [
            {"subject": ALL, "reason": "no plan of that cycle is on record" if planned is None else "the plan has items without a cost"}
        ]
    if came is None or came.empty:
        return [{"subject": ALL, "reason": "what came is not on record"}]
    both = pd.DataFrame({"planned": planned, "actual": came})
    if measure in ("production", "schedule_adherence"):
        both = both.reindex(planned.index)
    if measure == "gross_margin" and came.isna().any():
        return [{"subject": ALL, "reason": "units were sold whose cost is not known"}]
    both = both.fillna(0.0)
    if measure == "schedule_adherence":
        both["actual"] = np.minimum(both["actual"], both["planned"])
    family = family_of(items, pd.Series(both.index.astype("str"), index=both.index))
    sums = both.groupby(family.to_numpy()).sum()
    sums = pd.concat([sums, both.sum().to_frame(ALL).T])
    change = sums["actual"] - sums["planned"]
    share = change / sums["planned"].abs().where(sums["planned"].abs() > 0)
    return [
        {"subject": str(name), **row.to_dict(), "difference": change[name], "difference_share": share[name]}
        for name, row in sums.iterrows()
    ]


def _asked(frame: pd.DataFrame, tolerance: float) -> pd.Series:
    """Whether a reason is asked for; unknown where nothing is scored."""
    known = frame["planned"].notna() & (frame["subject"] == ALL)
    lags = frame[known].groupby("measure")["lag"].agg(lambda own: min((lag for lag in own if lag > 0), default=0))
    counts = frame["measure"].map(lags) == frame["lag"]
    beyond = frame["difference_share"].astype(float).abs() > tolerance
    nothing = frame["difference_share"].isna() & (frame["difference"].astype(float).abs() > 0)  # came unplanned
    return (counts & (beyond | nothing)).astype("boolean").where(frame["planned"].notna())
