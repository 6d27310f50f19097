"""The KPIs beyond the eight, of the cutoff month: service, days of cash, stock that is too much, gap closing, the pipeline, follow-up."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.valuation import item_costs
from sopkit.meeting.kpis.formulas import (
    cash_conversion_cycle,
    crm_cover,
    days_on_hand,
    days_payable_outstanding,
    days_sales_outstanding,
    excess_value,
    gap_closing,
    line_fill,
    on_time_share,
    order_fill,
    revenue_at_risk,
    unit_fill,
)
from sopkit.meeting.kpis.reading import as_facts
from sopkit.periods import first_day, last_day, period_range, shifted

Told = tuple[float, str]  # value, and why it is not available
WINDOW = 12  # months of days of inventory, sales and payables
YEAR = 12
UNKNOWN = float("nan")
LAUNCH_MONTHS = 12  # months from its launch in which an item's stock is no excess
Tables = Mapping[str, pd.DataFrame]


def kpi_facts_other(tables: Tables, policy: MoneyPolicy, *, cutoff: str, currency: str) -> pd.DataFrame:
    """Facts of the KPIs beyond the eight for the cutoff month, each with its value or why it is not available.

    Args:
        tables: by name, those of step 4: orders, balance_sheet, inventory, demand_history, unit_costs, supply_plan, demand_fulfilment,
            consensus_demand, actions, assumptions, opportunities, lifecycle, items; empty = not provided.
        policy: how money is valued.
        cutoff: last closed period.
        currency: the company's currency.

    Returns:
        Table facts, scenario `actual`, level `*`.
    """
    told: dict[str, Told] = {
        **_service(tables["orders"], cutoff),
        **_days(tables, policy, cutoff),
        **_stock(tables, policy, cutoff),
        **_closing(tables["actions"], cutoff),
        **_at_risk(tables, cutoff),
        **_pipeline(tables, shifted(cutoff, 1)),
        **_assumptions(tables["assumptions"]),
    }
    rows = [(name, "*", cutoff, value, reason if np.isnan(value) else None) for name, (value, reason) in told.items()]
    frame = pd.DataFrame(rows, columns=["kpi", "level", "period", "value", "reason"])
    return as_facts([frame.astype({"kpi": "str", "level": "str", "period": "str", "reason": "str"})], scenario="actual", currency=currency)


def _service(orders: pd.DataFrame, cutoff: str) -> dict[str, Told]:
    """Fill rates and OTIF of the lines promised (else requested) in the month; a shipment by the date counts, a later one does not."""
    names = ("unit_fill", "line_fill", "order_fill", "otif")
    if orders.empty:
        return dict.fromkeys(names, (UNKNOWN, "orders are not provided")) | _no_perfect_order()
    promised = orders["promised_date"].fillna(orders["requested_date"])
    due = orders[_within(promised, cutoff)]
    wanted = due["quantity"] - due["cancelled_quantity"].fillna(0.0) if "cancelled_quantity" in due else due["quantity"]
    in_time = due["ship_date"].le(promised[due.index])
    shipped = due["shipped_quantity"].fillna(due["quantity"]) if "shipped_quantity" in due else due["quantity"]
    kept = wanted > 0
    on_time = shipped.where(in_time, 0.0)[kept].to_numpy(dtype="float64")
    asked = wanted[kept].to_numpy(dtype="float64")
    lines = line_fill(on_time, asked)
    reason = "no order line is promised in the month"
    told = {
        "unit_fill": (unit_fill(on_time, asked), reason),
        "line_fill": (lines, reason),
        "order_fill": (order_fill(due.loc[kept, "order"].tolist(), on_time >= asked), reason),
        "otif": (lines, reason),
    }
    return told | _no_perfect_order()


def _within(days: pd.Series, month: str) -> pd.Series:
    return days.between(pd.Timestamp(first_day(month)), pd.Timestamp(last_day(month)))


def _no_perfect_order() -> dict[str, Told]:
    return {"perfect_order": (UNKNOWN, "damage and documents of deliveries are not recorded")}


def _days(tables: Tables, policy: MoneyPolicy, cutoff: str) -> dict[str, Told]:
    """Days of inventory, sales and payables over one window, and the cash conversion cycle."""
    months = period_range(shifted(cutoff, 1 - WINDOW), WINDOW)
    lengths = [float(last_day(month).day) for month in months]
    history, stock = tables["demand_history"], tables["inventory"]
    held = tables["balance_sheet"].pivot(index="account", columns="period", values="amount").reindex(columns=[cutoff])[cutoff]
    sales = history.groupby("period")["revenue"].sum().reindex(months).to_numpy(dtype="float64")
    all_months = [shifted(months[0], -1), *months]
    costs = item_costs(tables["items"], history, tables["unit_costs"], policy, periods=all_months, cutoff=cutoff)
    sold, ends = (_at_cost(rows, costs, all_months) for rows in (history.assign(quantity=history["sold_quantity"]), stock))
    cogs, made = sold.reindex(months), sold.reindex(months) + ends.reindex(all_months).diff().reindex(months)
    dio = days_on_hand(float(ends.reindex(all_months).mean(skipna=False)), float(cogs.sum(skipna=False)), sum(lengths))
    no_sheet = "balance_sheet has no such account at the cutoff"
    dso = _counted(
        lambda: days_sales_outstanding(float(held["receivables"]), list(sales), lengths, vat_rate=policy.vat_rate), held, "receivables"
    )
    dpo = _counted(lambda: days_payable_outstanding(float(held["payables"]), list(made), lengths), held, "payables")
    dpo = UNKNOWN if made.isna().any() else dpo
    return {
        "days_inventory": (dio, "thirteen valued month-end stocks and twelve months of sales are needed"),
        "days_sales": (dso, no_sheet),
        "days_payable": (dpo, f"{no_sheet}, or purchases are not known"),
        "cash_conversion": (cash_conversion_cycle(dio, dso, dpo), "one of its three parts is not available"),
    }


def _counted(days: Callable[[], float], held: pd.Series, account: str) -> float:
    return days() if account in held.index and not np.isnan(held[account]) else UNKNOWN


def _at_cost(rows: pd.DataFrame, costs: pd.DataFrame, months: list[str]) -> pd.Series:
    """Units at standard cost by month; NaN in a month without rows or with an uncosted item."""
    kept = rows[rows["period"].isin(months)]
    priced = kept[["item", "period", "quantity"]].merge(costs[["item", "period", "unit_cost"]], on=["item", "period"], how="left")
    value = (priced["quantity"] * priced["unit_cost"]).where(priced["quantity"].ne(0), 0.0)
    return value.groupby(priced["period"]).agg(lambda cells: cells.sum(skipna=False))


def _stock(tables: Tables, policy: MoneyPolicy, cutoff: str) -> dict[str, Told]:
    """Excess, obsolete and provision: three numbers; items launched in the last twelve months are exempt from excess."""
    stock, plan = tables["inventory"], tables["supply_plan"]
    names, reason = ("excess_stock", "obsolete_stock", "stock_provision"), "inventory or unit costs are not provided"
    own = stock[stock["period"].eq(cutoff) & stock["quantity"].gt(0)]
    costs = item_costs(tables["items"], tables["demand_history"], tables["unit_costs"], policy, periods=[cutoff], cutoff=cutoff)
    unit = costs.set_index("item")["unit_cost"]
    if own.empty or plan.empty or own["item"].map(unit).isna().any():
        return dict.fromkeys(names, (UNKNOWN, reason))
    covered = _covered(plan, policy.excess_months)
    launched = tables["lifecycle"]
    new = set(launched.loc[launched["event"].eq("launch") & launched["period"].gt(shifted(cutoff, -LAUNCH_MONTHS)), "item"])
    asked = plan.groupby("item")["demand"].sum()
    quantity = own.set_index("item")["quantity"]
    unwanted = quantity[~quantity.index.isin(asked.index[asked > 0])]
    kept = quantity[~quantity.index.isin(new) & ~quantity.index.isin(unwanted.index)]
    excess = excess_value(kept, covered.reindex(kept.index).fillna(0.0), unit.reindex(kept.index))
    obsolete = float((unwanted * unit.reindex(unwanted.index)).sum())
    return dict(zip(names, [(excess, ""), (obsolete, ""), (policy.write_down_rate * (excess + obsolete), "")], strict=True))


def _covered(plan: pd.DataFrame, months: float) -> pd.Series:
    """Demand of the next `months` planned months by item, units; a fraction of a month counts in proportion."""
    periods = sorted(plan["period"].unique())
    weight = {period: float(np.clip(months - at, 0.0, 1.0)) for at, period in enumerate(periods)}
    return (plan["demand"] * plan["period"].map(weight)).groupby(plan["item"]).sum()


def _closing(actions: pd.DataFrame, cutoff: str) -> dict[str, Told]:
    """Gap-closing actions that are open and not in the plan, and how many of those due are done."""
    if actions.empty:
        reason = "actions are not provided"
        return dict.fromkeys(("gap_closing", "gap_closing_weighted", "actions_on_time"), (UNKNOWN, reason))
    open_ones = actions[actions["status"].isin(["open", "late"]) & actions["revenue_effect"].notna()]
    in_plan = open_ones["in_plan"].fillna(False).astype(bool)
    chances = open_ones["probability_share"].astype("float64")
    gross, weighted = gap_closing(open_ones["revenue_effect"], chances.fillna(0.0), in_plan)
    judged = in_plan.all() or bool(chances[~in_plan].notna().any())
    due = actions[actions["due_date"].le(pd.Timestamp(last_day(cutoff))) & actions["status"].ne("stopped")]
    return {
        "gap_closing": (gross, ""),
        "gap_closing_weighted": (weighted, "") if judged else (UNKNOWN, "no open action outside the plan has a probability"),
        "actions_on_time": (on_time_share(int(due["status"].eq("done").sum()), len(due)), "no action was due by the cutoff"),
    }


def _at_risk(tables: Tables, cutoff: str) -> dict[str, Told]:
    """Revenue of what is lost and of what waits in the next twelve planned months, apart."""
    months, key = period_range(shifted(cutoff, 1), YEAR), ["item", "region", "channel", "period"]
    rows = tables["demand_fulfilment"].merge(tables["consensus_demand"][[*key, "net_price"]], on=key, how="left")
    rows = rows[rows["period"].isin(months)].dropna(subset="net_price")
    return {
        "revenue_lost": (revenue_at_risk(rows["lost"], rows["net_price"]), ""),
        "revenue_waiting": (revenue_at_risk(rows["late"], rows["net_price"]), ""),
    }


def _pipeline(tables: Tables, month: str) -> dict[str, Told]:
    """Cover of M0's plan by orders and pipeline."""
    deals, orders = tables["opportunities"], tables["orders"]
    if deals.empty:
        return {"crm_cover": (UNKNOWN, "opportunities are not provided")}
    plan = float(tables["consensus_demand"].loc[tables["consensus_demand"]["period"].eq(month), "quantity"].sum())
    asked = orders.loc[_within(orders["requested_date"], month), "quantity"].sum() if len(orders) else 0.0
    live = deals[deals["period"].eq(month) & ~deals["stage"].isin(["won", "lost"]) & ~deals["in_baseline"].astype(bool)]
    weighted = float((live["quantity"] * live["probability_share"]).sum())
    return {
        "crm_cover": (crm_cover(0.0, float(asked), weighted, plan), "nothing is planned in the month"),
    }


def _assumptions(assumptions: pd.DataFrame) -> dict[str, Told]:
    tested = assumptions[assumptions["last_result"].isin(["held", "broke"])]
    held = on_time_share(int(tested["last_result"].eq("held").sum()), len(tested))
    return {"assumptions_held": (held, "no assumption is provided, or none was tested last month")}
