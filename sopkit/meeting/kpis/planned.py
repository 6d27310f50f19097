"""The KPIs of planned months: facts of the constrained plan in units and money."""

import numpy as np
import pandas as pd

from sopkit.finance.family import family_of
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.kpis.inputs import KpiInputs
from sopkit.meeting.kpis.reading import as_facts, reading, readings_by
from sopkit.meeting.kpis.requirement import production_requirement
from sopkit.meeting.kpis.stock import MONTHS, standard_cost_sold, stock_by_family, turns
from sopkit.periods import period_range, shifted
from sopkit.supply.availability import not_available_of

NO_HOURS = "the resource is closed, or capacity is not provided"


def kpi_facts_plan(
    money: MoneyInputs,
    statement: pd.DataFrame,
    working_capital: pd.DataFrame,
    policy: MoneyPolicy,
    *,
    cutoff: str,
    currency: str,
    open_orders: pd.DataFrame,
) -> pd.DataFrame:
    """Facts of each planned month, where the KPI has meaning: forecast against actual and cycle time have none.

    Args:
        money: constrained plan, history and costs.
        statement: table plan_statement.
        working_capital: table working_capital_plan.
        policy: how money is valued.
        cutoff: last closed period.
        currency: the company's currency.
        open_orders: table open_orders; empty = not provided.

    Returns:
        Table facts, scenario `base`: company, families and resources; an unknown value has a reason.
    """
    planned = money.planned_periods
    found = [
        *_statement_readings(statement, planned),
        _shipped_readings(money, planned),
        *_turnover_readings(money, policy, planned, cutoff),
        *_balance_readings(working_capital, planned),
        *_load_readings(money.resource_load, planned),
        *_production_readings(money, open_orders, planned),
    ]
    return as_facts(found, scenario="base", currency=currency)


def _statement_readings(statement: pd.DataFrame, planned: list[str]) -> list[pd.DataFrame]:
    rows = statement[statement["scenario"].eq("base")]
    wide = rows.pivot_table(index="period", columns=["line", "family"], values="amount", aggfunc="sum").reindex(planned)
    lines = {
        line: wide[line] if line in wide.columns else pd.DataFrame(index=planned)
        for line in ("net_sales", "gross_margin", "operating_contribution")
    }
    total = {line: frame.sum(axis=1, min_count=1) for line, frame in lines.items()}
    sales, margin = lines["net_sales"].drop(columns="*", errors="ignore"), lines["gross_margin"].drop(columns="*", errors="ignore")
    uncosted = "units shipped without a unit cost"
    share = total["gross_margin"] / total["net_sales"].where(total["net_sales"].ne(0))
    return [
        reading("total_sales", total["net_sales"], reason="nothing is shipped"),
        readings_by("total_sales", sales, name="family"),
        reading("gross_margin", share, reason=uncosted),
        readings_by("gross_margin", margin / sales.where(sales.ne(0)).reindex(columns=margin.columns), name="family"),
        reading("gross_margin_amount", total["gross_margin"], reason=uncosted),
        readings_by("gross_margin_amount", margin, name="family"),
        reading("operating_contribution", total["operating_contribution"], reason=uncosted),
    ]


def _shipped_readings(money: MoneyInputs, planned: list[str]) -> pd.DataFrame:
    shipped = money.demand_fulfilment.groupby("period")["shipped"].sum().reindex(planned)
    return reading("total_sales_units", shipped, reason="nothing is planned")


def _turnover_readings(money: MoneyInputs, policy: MoneyPolicy, planned: list[str], cutoff: str) -> list[pd.DataFrame]:
    """Turnover of the twelve months that end with each planned month, and forward turns over the first twelve."""
    months = period_range(shifted(cutoff, -MONTHS), MONTHS + 1 + len(planned))
    inputs = _closed_and_planned(money)
    sold = standard_cost_sold(inputs, policy, months, cutoff=cutoff).sum(axis=1, skipna=False)
    stock = stock_by_family(inputs, policy, months, cutoff=cutoff).sum(axis=1, skipna=False)
    trailing = turns(sold, stock, planned)
    forward = pd.Series(np.nan, index=planned[:1])
    if len(planned) >= MONTHS:
        forward = turns(sold, stock, planned[MONTHS - 1 : MONTHS])
    forward = forward.set_axis([f"{planned[0]}..{planned[:MONTHS][-1]}"])
    reason = "month-end stocks, unit costs or the last months' sales are not complete"
    short = reason if len(planned) >= MONTHS else "the horizon is shorter than twelve months"
    if money.inventory.empty:
        trailing, forward = trailing * np.nan, forward * np.nan
        reason = short = "inventory is not provided"
    return [reading("inventory_turnover", trailing, reason=reason), reading("forward_turns", forward, reason=short)]


def _closed_and_planned(money: MoneyInputs) -> KpiInputs:
    """History and stock of the closed months with the plan's shipments and stock behind them."""
    shipped = money.demand_fulfilment.rename(columns={"shipped": "sold_quantity"})[["item", "period", "sold_quantity"]]
    sold = pd.concat([money.history[["item", "period", "sold_quantity", "revenue"]], shipped], ignore_index=True)
    plan = money.supply_plan.rename(columns={"closing_stock": "quantity"})[["item", "period", "quantity"]]
    return KpiInputs(
        items=money.items,
        history=sold.assign(quantity=sold["sold_quantity"]),
        unit_costs=money.unit_costs,
        inventory=pd.concat([money.inventory, plan], ignore_index=True),
    )


def _balance_readings(working_capital: pd.DataFrame, planned: list[str]) -> list[pd.DataFrame]:
    held = working_capital.set_index("period").reindex(planned)
    reason = "balances, payment terms or payments outside the statement are not provided"
    return [reading(kpi, held[kpi], reason=reason) for kpi in ("working_capital", "operating_working_capital", "cash_headroom")]


def _load_readings(load: pd.DataFrame, planned: list[str]) -> list[pd.DataFrame]:
    """Utilisation and loads over all resources, weighted by hours, and by resource."""
    shares = (
        ("capacity_utilisation", "planned_hours", "available_hours"),
        ("planned_load", "planned_hours", "demonstrated_hours"),
        ("required_load", "required_hours", "demonstrated_hours"),
    )
    found = []
    for kpi, top, bottom in shares:
        hours = load.groupby("period")[[top, bottom]].sum().reindex(planned)
        by_resource = load.assign(value=load[top] / load[bottom].where(load[bottom] > 0)).pivot(
            index="period", columns="resource", values="value"
        )
        company = hours[top] / hours[bottom].where(hours[bottom] > 0)
        found += [reading(kpi, company, reason=NO_HOURS), readings_by(kpi, by_resource.reindex(planned), name="resource")]
    return found


def _production_readings(money: MoneyInputs, open_orders: pd.DataFrame, planned: list[str]) -> list[pd.DataFrame]:
    """Units made and required; the plan's production of M0 is what is on order. Bought items and services are not made."""
    plan = money.supply_plan
    unknown = not_available_of({"items": money.items, "inventory": money.inventory}).reason("production")
    if unknown:
        empty = pd.Series(np.nan, index=planned)
        return [reading(kpi, empty, reason=unknown) for kpi in ("production_forecast", "production_requirement")]
    found = []
    for kpi, made in (
        ("production_forecast", plan[["item", "period"]].assign(quantity=plan["production"])),
        ("production_requirement", production_requirement(plan, open_orders)),
    ):
        wide = _by_family(money.items, made, planned)
        found += [
            reading(kpi, wide.sum(axis=1, min_count=1), reason="nothing is made by the company"),
            readings_by(kpi, wide, name="family"),
        ]
    return found


def _by_family(items: pd.DataFrame, made: pd.DataFrame, planned: list[str]) -> pd.DataFrame:
    """Units of the items that the company makes: one row per planned month, one column per family."""
    here = items.loc[items["supply_strategy"].isin(["stock", "order"]), "item"]
    made = made[made["item"].isin(here)]
    return made["quantity"].groupby([made["period"], family_of(items, made["item"])]).sum().unstack(fill_value=0.0).reindex(planned)
