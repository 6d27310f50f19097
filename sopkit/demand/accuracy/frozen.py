"""Forecasts frozen by layer and cycle, the plan of the cycle before, and its score: error = forecast - actual, bias > 0 = over-forecast."""

import numpy as np
import pandas as pd

from sopkit.demand.series import CELLS, COMPANY, with_family
from sopkit.errors import DataError, Problem
from sopkit.periods import months_between

PARTS = ["baseline", "lifecycle", "override"]  # of the plan's quantity; a published plan that was handed in may lack them
LAST_PLAN = ["made_in", *CELLS, "quantity", "shipped", "net_price", *PARTS]
SNAPSHOT_KEY = ["layer", "made_in", *CELLS]


def all_snapshots(forecast_snapshots: pd.DataFrame, previous_layers: pd.DataFrame) -> pd.DataFrame:
    """The frozen forecasts of all earlier cycles: those handed in and those of earlier runs, which win where both have a row.

    Args:
        forecast_snapshots: forecast_snapshots contract; empty where none was handed in.
        previous_layers: forecast_layers contract of the cycle before; empty where there is no earlier run.

    Returns:
        forecast_snapshots contract: layer x made_in x item x region x channel x month, units.
    """
    columns = [*SNAPSHOT_KEY, "quantity"]
    both = [frame[columns] for frame in (previous_layers, forecast_snapshots) if len(frame)]
    if not both:
        return forecast_snapshots[columns].copy()
    return pd.concat(both, ignore_index=True).drop_duplicates(SNAPSHOT_KEY).sort_values(SNAPSHOT_KEY, ignore_index=True)


def frozen_layers(
    statistical_forecast: pd.DataFrame,
    consensus: pd.DataFrame,
    fulfilment: pd.DataFrame,
    sales_forecast: pd.DataFrame,
    earlier: pd.DataFrame,
    *,
    crm: pd.DataFrame,
    items: pd.DataFrame,
) -> pd.DataFrame:
    """The forecasts of this cycle, frozen by layer, behind those of earlier cycles.

    Args:
        statistical_forecast: statistical_forecast contract, which gives the layers naive and statistical.
        consensus: consensus_demand contract; its first month is the cycle.
        fulfilment: demand_fulfilment contract: what is shipped is the layer constrained.
        sales_forecast: sales_forecast contract; functions that are layers are kept, others left out.
        earlier: forecast_layers of the cycle before; empty where there is none.
        crm: crm_demand contract: the layer crm is the baseline of the families with deals, and what the deals add to it.
        items: items contract.

    Returns:
        forecast_layers contract: layer x made_in x item x region x channel x month, units.
    """
    cycle = consensus["period"].min()
    named = {
        "naive": statistical_forecast[[*CELLS, "naive"]].rename(columns={"naive": "quantity"}),
        "statistical": statistical_forecast[[*CELLS, "quantity"]],
        "consensus": consensus[[*CELLS, "quantity"]],
        "constrained": fulfilment[[*CELLS, "shipped"]].rename(columns={"shipped": "quantity"}),
    }
    for function in sorted(set(sales_forecast["function"]) & {"sales", "marketing", "finance"}):
        named[function] = sales_forecast.loc[sales_forecast["function"] == function, [*CELLS, "quantity"]]
    if len(crm):
        named["crm"] = _with_deals(statistical_forecast, crm, items)
    frozen = [frame.assign(layer=layer, made_in=cycle) for layer, frame in named.items() if len(frame)]
    mine = pd.concat(frozen, ignore_index=True).astype({"layer": "str", "made_in": "str"})
    return all_snapshots(earlier[earlier["made_in"] != cycle], mine)


def _with_deals(statistical_forecast: pd.DataFrame, crm: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The baseline of the families that have deals, with the units that the deals add."""
    base = with_family(statistical_forecast[[*CELLS, "quantity"]], items)
    base = base[base["family"].isin(set(with_family(crm, items)["family"]))]
    added = crm[CELLS].assign(quantity=crm["expected_quantity"])
    return pd.concat([base, added], ignore_index=True).groupby(CELLS, sort=True)["quantity"].sum().reset_index()


def last_plan(published_plan: pd.DataFrame, previous_consensus: pd.DataFrame, previous_fulfilment: pd.DataFrame) -> pd.DataFrame:
    """The plan of the cycle before: of its run where there was one, else the published plan that was handed in.

    Args:
        published_plan: published_plan contract; empty where none was handed in.
        previous_consensus: consensus_demand of the cycle before; empty where there was no run. Its first month is its cycle.
        previous_fulfilment: demand_fulfilment of the cycle before.

    Returns:
        last_plan contract: item x region x channel x month, units and money per unit; empty where there is no last plan.

    Raises:
        DataError: demand of the cycle before whose fulfilment its run did not plan.
    """
    if previous_consensus.empty or previous_fulfilment.empty:
        absent = {part: np.nan for part in PARTS if part not in published_plan}
        return published_plan.assign(**absent)[LAST_PLAN].sort_values(CELLS, ignore_index=True)
    plan = previous_consensus[[*CELLS, "quantity", "net_price", *PARTS]].merge(
        previous_fulfilment[[*CELLS, "shipped"]], on=CELLS, how="left", validate="one_to_one"
    )
    if unplanned := int(plan["shipped"].isna().sum()):
        problem = Problem(
            "demand_fulfilment of the cycle before", f"{unplanned} of {len(plan)} cells are missing", "each cell of its demand"
        )
        raise DataError("the last plan cannot be read", [problem])
    made_in = pd.Series(previous_consensus["period"].min(), index=plan.index, dtype="str")
    return plan.assign(made_in=made_in)[LAST_PLAN].sort_values(CELLS, ignore_index=True)


def plan_score(last_plan: pd.DataFrame, history: pd.DataFrame, items: pd.DataFrame, *, cutoff: str) -> pd.DataFrame:
    """The last plan against what happened in the month that has just closed.

    Args:
        last_plan: last_plan contract.
        history: demand_history contract.
        items: items contract.
        cutoff: the month that has just closed.

    Returns:
        plan_score contract: one row per family and `*`, units and money; empty where the last plan does not cover the month.
    """
    planned = last_plan[last_plan["period"] == cutoff]
    columns = ["family", "period", "planned_quantity", "actual_quantity", "planned_revenue", "actual_revenue", "lag"]
    if planned.empty:
        return pd.DataFrame(columns=columns)
    plan = with_family(planned, items).assign(planned_revenue=planned["shipped"] * planned["net_price"])
    came = with_family(history[history["period"] == cutoff], items)
    score = pd.concat(
        [
            plan.groupby("family")[["quantity", "planned_revenue"]].sum().rename(columns={"quantity": "planned_quantity"}),
            came.groupby("family")[["quantity", "revenue"]].sum().set_axis(["actual_quantity", "actual_revenue"], axis=1),
        ],
        axis=1,
    ).fillna(0.0)
    score = pd.concat([score, score.sum().to_frame(COMPANY).T]).rename_axis("family").reset_index()
    lag = months_between(str(planned["made_in"].iloc[0]), cutoff)
    score = score.assign(period=pd.Series(cutoff, index=score.index, dtype="str"), lag=lag)
    return score.astype({"family": "str", "lag": "int64"})[columns].sort_values("family", ignore_index=True)
