"""From the last plan to this one, in units, net sales and gross margin."""

from collections.abc import Mapping

import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_meeting import PlanBridge
from sopkit.demand.policy import DemandPolicy
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.bridge.causes import margin_causes, revenue_causes, unit_causes
from sopkit.meeting.bridge.cells import both_plans
from sopkit.meeting.bridge.overridden import override_changes
from sopkit.meeting.bridge.rows import measure_rows

Tables = Mapping[str, pd.DataFrame]


def plan_bridge(
    tables: Tables,
    previous: Tables | None = None,
    proposed: Tables | None = None,
    *,
    cutoff: str,
    demand: DemandPolicy | None = None,
    money: MoneyPolicy | None = None,
) -> pd.DataFrame:
    """Units shipped, net sales and gross margin of the last plan, what changed them, in a fixed order, and this plan.

    Over the months of the last plan that are closed or planned now, for each item, region, channel and month, with S units shipped, D units
    of demand, B baseline, P price and c cost of a unit, in the last plan (L) and in this one (N; the proposed one where decisions follow):

        actuals          closed months: sold - S_L; in money what was invoiced - P_L S_L
        current_month    M0: all that changed in it
        restated_history B_L (H_N / H_L - 1): H the units of the twelve months before the last plan's M0, as they are told now and then
        model            B_N - B_L less the rows above and below
        campaigns        change of what campaigns and other drivers put on the baseline
        override         change of what each override adds, one row each; `*` is what rounding to whole units leaves
        crm              the same of overrides whose reason or evidence names a deal
        lifecycle        launches and phase-outs
        demand           D_N - D_L, where the last plan came without its layers
        price            (P_N - k P_L) S_L; currency (k - 1) P_L S_L, k = rate of the region's currency now / then; cost (c_L - c_N) S_L
        opening_stock    of (S_N - D_N) - (S_L - D_L) what the stock that the plan starts with, less what the last one expected, explains
        capacity         the rest of it: what stock, backlog and limits let through
        decisions        this plan less the proposed one, where something was decided
        interaction      (P_N - P_L - c_N + c_L) (S_N - S_L), where it is above 2 % of all changes together; else it is part of `price`

    so that L + causes = N in each measure. Changes of units are valued at P_L, or P_L - c_L; a row that the last plan has not is valued at
    P_N and c_N. `horizon_roll` stands apart: this plan's months beyond the last plan's horizon.

    Args:
        tables: by name: last_plan (empty = there is none), consensus_demand, demand_fulfilment, demand_history; and, where they are there,
            items, statistical_forecast, overrides, opportunities, exchange_rates, unit_costs, supply_plan.
        previous: the same names of the cycle before, as far as it was run: what the last plan was made from.
        proposed: consensus_demand and demand_fulfilment of the plan that was decided on; empty where nothing was decided.
        cutoff: last closed period.
        demand: reasons of overrides that are refused; None = the policy as it comes.
        money: costing; None = the policy as it comes.

    Returns:
        PlanBridge; empty without a last plan; gross margin is left out where a unit has no cost.

    Raises:
        DataError: the causes miss the change by more than rounding: a row of a plan contradicts itself.
    """
    last_plan = tables["last_plan"]
    if last_plan.empty:
        return empty(PlanBridge)
    both = both_plans(tables, previous or {}, proposed or {}, cutoff=cutoff, policy=money or MoneyPolicy())
    first, last = last_plan["period"].min(), last_plan["period"].max()
    beyond = both[both["period"] > last]
    same = both[both["period"].between(first, last)].reset_index(drop=True)
    overridden = override_changes(same, tables, previous or {}, demand or DemandPolicy())
    units = unit_causes(same, overridden)
    measured = {"units": units, "revenue": revenue_causes(same, units)}
    if same["cost_known"].all() and beyond["cost_known"].all():
        measured["gross_margin"] = margin_causes(same, units)
    rows = [measure_rows(measure, same, beyond, causes) for measure, causes in measured.items()]
    return conform(pd.concat(rows, ignore_index=True), PlanBridge)
