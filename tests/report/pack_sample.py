"""Small coherent frames of every table a pack reads: six families on one line that is too small in May. Made for the tests alone."""

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.periods import period_range, shifted
from sopkit.report.pack import About, PackInputs

CYCLE, CUTOFF = "2026-03", "2026-02"
CLOSED, PLANNED = period_range("2024-01", 26), period_range(CYCLE, 24)
FAMILIES = {  # units a year, net price, margin share, month of the peak, share that is lost in May..July, coating hours per unit
    "Gas grills": (60_000, 2_900.0, 0.33, 5, 0.22, 0.02),
    "Patio heaters": (24_000, 3_100.0, 0.31, 9, 0.12, 0.02),
    "Stoves": (148_000, 520.0, 0.41, 6, 0.0, 0.0),
    "Lanterns": (96_000, 390.0, 0.44, 11, 0.0, 0.0),
    "Accessories": (210_000, 165.0, 0.52, 6, 0.0, 0.0),
    "Spare parts": (85_000, 140.0, 0.58, 1, 0.0, 0.0),
}
REGIONS, CHANNELS = ("NO", "SE"), ("dealer", "retail")
RESOURCES = {"ASSEMBLY": 700.0, "COATING": 290.0, "DIECAST": 520.0}


def season(period: str, peak: int) -> float:
    """Share of a year's units in a month: one hill around the peak."""
    month = int(period[5:])
    away = min(abs(month - peak), 12 - abs(month - peak))
    weights = [np.exp(-0.5 * (min(abs(m - peak), 12 - abs(m - peak)) / 2.2) ** 2) + 0.25 for m in range(1, 13)]
    return float((np.exp(-0.5 * (away / 2.2) ** 2) + 0.25) / sum(weights))


def frame(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows as a frame of the contract: its columns, missing ones empty, keys sorted."""
    contract = CONTRACTS[name]
    made = pd.DataFrame(rows).reindex(columns=contract.column_names())
    for column in contract.columns:
        kind = {"number": "float64", "whole": "Int64" if not column.required else "int64", "flag": "boolean", "day": "datetime64[s]"}
        made[column.name] = made[column.name].astype(kind.get(column.kind, "str"))
    return made.sort_values(list(contract.key), ignore_index=True)


def series() -> list[tuple[str, str, str, str, float]]:
    """Item, family, region, channel and its share of the family."""
    shares = {"1": 0.7, "2": 0.3}
    return [
        (f"{family[:3].upper()}-0{number}", family, region, channel, share / 4)
        for family in FAMILIES
        for number, share in shares.items()
        for region in REGIONS
        for channel in CHANNELS
    ]


def basic_tables() -> dict[str, pd.DataFrame]:
    """Tables of a company with items and sales history alone; made once, tests put their own beside them."""
    return dict(_made_basic_tables())


@lru_cache(maxsize=1)
def _made_basic_tables() -> dict[str, pd.DataFrame]:
    """What even a company with items and sales history alone has."""
    items = [
        {"item": f"{family[:3].upper()}-0{number}", "item_name": f"{family} model {number}", "family": family, "supply_strategy": "stock"}
        for family in FAMILIES
        for number in (1, 2)
    ]
    history, consensus, fulfilment, statistical = [], [], [], []
    for item, family, region, channel, share in series():
        units, price, margin, peak, lost_share, _ = FAMILIES[family]
        key = {"item": item, "region": region, "channel": channel}
        for period in CLOSED:
            quantity = round(units * share * season(period, peak) * (0.96 if period < "2025" else 1.0))
            money = {"revenue": quantity * price, "cost": quantity * price * (1 - margin)}
            history.append(key | {"period": period, "quantity": quantity, "sold_quantity": quantity, "source": "sales"} | money)
        for period in PLANNED:
            quantity = round(units * share * season(period, peak) * 1.03)
            override = 25.0 if (family, period) == ("Gas grills", "2026-06") else 0.0
            demand = {"baseline": quantity - override, "lifecycle": 0.0, "override": override, "quantity": quantity}
            consensus.append(key | {"period": period, "net_price": price, "revenue": quantity * price} | demand)
            crunch = "2026-05" <= period <= "2026-07"
            lost = round(quantity * lost_share) if crunch else 0
            late = round(lost / 2)
            result = {"demand": quantity, "shipped": quantity - lost, "late": late, "lost": lost, "closing_backlog": late}
            fulfilment.append(key | {"period": period} | result)
            spread = {"p10": quantity * 0.8, "p50": quantity, "p90": quantity * 1.2, "naive": quantity / 1.03}
            statistical.append(key | {"period": period, "quantity": quantity - override, "method": "pool"} | spread)
    tables = {
        "items": frame("items", items),
        "demand_history": frame("demand_history", history),
        "consensus_demand": frame("consensus_demand", consensus),
        "demand_fulfilment": frame("demand_fulfilment", fulfilment),
        "statistical_forecast": frame("statistical_forecast", statistical),
    }
    tables |= _supply(tables["demand_fulfilment"])
    return tables | _planned(tables)


def _supply(fulfilment: pd.DataFrame) -> dict[str, pd.DataFrame]:
    rows = []
    for item, group in fulfilment.groupby("item"):
        months = group.groupby("period")[["demand", "shipped", "lost", "closing_backlog"]].sum()
        stock = 800.0
        for period, month in months.iterrows():
            target = 0.25 * month["demand"]
            made = max(0.0, month["shipped"] + target - stock)
            closing = stock + made - month["shipped"]
            result = {"opening_stock": stock, "production": made, "closing_stock": closing, "target_stock": target}
            rows.append({"item": item, "period": period, "subcontract": 0.0, "receipts": 0.0, **month.to_dict(), **result})
            stock = closing
    return {"supply_plan": frame("supply_plan", rows)}


def _planned(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    family_of = tables["items"].set_index("item")["family"]
    fulfilment = tables["demand_fulfilment"].assign(family=lambda rows: rows["item"].map(family_of))
    fulfilment["revenue"] = fulfilment["shipped"] * fulfilment["family"].map({name: told[1] for name, told in FAMILIES.items()})
    gaps, ranges, statement = [], [], []
    for (family, period), rows in fulfilment.groupby(["family", "period"]):
        _, price, margin, *_ = FAMILIES[family]
        total = rows[["demand", "shipped", "late", "lost"]].sum().to_dict()
        gaps.append(
            {"family": family, "period": period, "lost_revenue": total["lost"] * price, "lost_margin": total["lost"] * price * margin}
            | total
        )
        ranges.append(
            {
                "family": family,
                "period": period,
                "unit": "units",
                "p10": total["demand"] * 0.85,
                "p50": total["demand"],
                "p90": total["demand"] * 1.17,
            }
        )
    for period, rows in pd.DataFrame(gaps).groupby("period"):
        money = sum(row["demand"] * FAMILIES[row["family"]][1] for row in rows.to_dict("records"))
        ranges.append({"family": "*", "period": period, "unit": "money", "p10": money * 0.9, "p50": money, "p90": money * 1.1})
    for scenario, source, quantity in (
        ("actual", tables["demand_history"], "sold_quantity"),
        ("base", tables["demand_fulfilment"], "shipped"),
    ):
        source = source.assign(family=source["item"].map(family_of))
        source = source[source["period"] >= "2026-01"]
        for (family, region, channel, period), rows in source.groupby(["family", "region", "channel", "period"]):
            _, price, margin, *_ = FAMILIES[family]
            sales = rows[quantity].sum() * price
            key = {"family": family, "region": region, "channel": channel, "period": period, "scenario": scenario}
            lines = {
                "net_sales": sales,
                "cost_of_goods": sales * (1 - margin),
                "gross_margin": sales * margin,
                "operating_contribution": sales * margin,
            }
            statement += [key | {"line": line, "amount": amount} for line, amount in lines.items()]
    scored = [
        {
            "model": model,
            "family": family,
            "series": 48,
            "origins": 6,
            "mase": mase,
            "wape_ratio": wape,
            "rmsse": mase * 1.1,
            "bias_ratio": 0.01,
        }
        for model, mase, wape in (("naive", 1.02, 0.24), ("theta", 0.88, 0.2), ("damped", 0.9, 0.21), ("pool", 0.84, 0.19))
        for family in ("*", *FAMILIES)
    ]
    kpis = []
    sold = tables["demand_history"].groupby("period")[["revenue", "cost"]].sum()
    for period in CLOSED:
        values = {
            "total_sales": (sold.loc[period, "revenue"], "money"),
            "gross_margin": (sold.loc[period, "revenue"] - sold.loc[period, "cost"], "money"),
        }
        values |= {"forecast_vs_actual": (None, "ratio"), "cycle_time": (None, "days"), "inventory_turnover": (None, "turns")}
        values |= {"working_capital": (None, "money"), "capacity_utilisation": (None, "ratio"), "production_forecast": (None, "units")}
        kpis += [
            {"kpi": kpi, "period": period, "value": value, "unit": unit, "reason": None if value else "not provided"}
            for kpi, (value, unit) in values.items()
        ]
    base = {"scenario": "base", "title": "Plan", "kind": "base", "net_sales": 414e6, "contribution": 152e6, "fiscal_contribution": 152.9e6}
    base |= {"fill_rate": 0.92, "lost": 4013, "late": 2200, "stock_peak": 61e6, "load_peak": 1.78, "load_peak_at": "COATING 2026-05"}
    return {
        "gaps": frame("gaps", gaps),
        "demand_range": frame("demand_range", ranges),
        "plan_statement": frame("plan_statement", statement),
        "backtest": frame("backtest", scored),
        "kpi_history": frame("kpi_history", kpis),
        "scenarios": frame("scenarios", [base]),
        "family_sheets": frame("family_sheets", _sheets(gaps, tables["supply_plan"], family_of)),
        "coverage": frame("coverage", _coverage({"items", "sales_history"})),
        "findings": frame("findings", []),
    }


def _sheets(gaps: list[dict[str, object]], supply: pd.DataFrame, family_of: pd.Series) -> list[dict[str, object]]:
    by_family = (
        supply.assign(family=supply["item"].map(family_of))
        .groupby(["family", "period"])[["production", "closing_stock", "target_stock", "closing_backlog"]]
        .sum()
    )
    rows = []
    for family, (units, price, _, peak, _, hours) in FAMILIES.items():
        for period in period_range(shifted(CYCLE, -3), 16):
            scenario = "actual" if period < CYCLE else "current" if period == CYCLE else "base"
            values: dict[str, float | None]
            if scenario == "actual":
                booked = round(units * season(period, peak))
                values = {
                    "bookings": booked,
                    "shipments": booked,
                    "revenue": booked * price,
                    "last_plan": None if period != CUTOFF else booked * 1.04,
                }
            else:
                gap = next(row for row in gaps if row["family"] == family and row["period"] == period)
                plan = by_family.loc[(family, period)]
                values = {
                    "bookings": gap["demand"],
                    "shipments": gap["shipped"],
                    "late": gap["late"],
                    "lost": gap["lost"],
                    "revenue": gap["shipped"] * price,
                }
                values |= {
                    "production": plan["production"],
                    "inventory": plan["closing_stock"],
                    "target_stock": plan["target_stock"],
                    "backlog": plan["closing_backlog"],
                }
                values |= {
                    "cover_days": 14.0,
                    "bottleneck_hours": plan["production"] * hours if hours else None,
                    "budget_revenue": gap["demand"] * price,
                }
            rows += [
                {"family": family, "measure": name, "period": period, "scenario": scenario, "value": value}
                for name, value in values.items()
            ]
    return rows


def _coverage(provided: set[str]) -> list[dict[str, object]]:
    from sopkit.data.contracts import INPUTS

    return [
        {
            "table": name,
            "status": "provided" if name in provided else "not_provided",
            "rows": 100 if name in provided else 0,
            "first_period": "2024-01" if name == "sales_history" else None,
            "last_period": CUTOFF if name == "sales_history" else None,
            "origin": f"{name}.csv" if name in provided else None,
            "consequence": None if name in provided else contract.without,
            "assumption": "standard cost is 0.62 of net price" if name == "unit_costs" else None,
        }
        for name, contract in INPUTS.items()
    ]


def full_tables() -> dict[str, pd.DataFrame]:
    """All tables of a company that has everything; made once, tests put their own beside them."""
    return dict(_made_full_tables())


@lru_cache(maxsize=1)
def _made_full_tables() -> dict[str, pd.DataFrame]:
    """All that a company with everything has."""
    tables = basic_tables()
    return tables | _operations() | _meeting(tables) | _record(tables)


def _operations() -> dict[str, pd.DataFrame]:
    loads, people, supplier = [], [], []
    for resource, hours in RESOURCES.items():
        for period in PLANNED:
            closed = resource == "COATING" and period.endswith("-07")
            capacity = 0.0 if closed and period == "2027-07" else 41.0 if closed else hours
            required = (0.6 + 1.18 * season(period, 5) / season("2026-05", 5)) * hours if resource == "COATING" else 0.7 * hours
            planned = min(required, capacity * 1.15)
            ratios = {"load_ratio": required / capacity, "planned_load_ratio": planned / capacity} if capacity else {}
            row = {
                "required_hours": required,
                "planned_hours": planned,
                "overtime_hours": max(0.0, planned - capacity),
                "available_hours": capacity * 1.1,
            }
            row |= {
                "demonstrated_hours": capacity,
                "overtime_limit_hours": capacity * 0.15,
                "hour_value": 4_120.0 if required > capacity else 0.0,
            }
            loads.append({"resource": resource, "site": "WEST", "period": period} | row | ratios)
    for group, heads in (("assembly", 62.0), ("coating", 18.0)):
        for place, period in enumerate(PLANNED):
            hired = 4.0 if group == "coating" and place == 1 else 0.0
            heads += hired
            people.append(
                {
                    "skill_group": group,
                    "period": period,
                    "heads": heads,
                    "hired": hired,
                    "laid_off": 0.0,
                    "required_hours": heads * 120,
                    "available_hours": heads * 140,
                }
            )
    for place, period in enumerate(PLANNED):
        row = {
            "required_quantity": 12_400.0 if place in (1, 2, 3) else 6_000.0,
            "limit_quantity": 9_500.0,
            "purchased_quantity": 9_500.0 if place < 4 else 6_000.0,
        }
        row |= {
            "planned_quantity": min(row["required_quantity"], 9_500.0),
            "closing_stock": 500.0,
            "component_value": 210.0 if place == 2 else 0.0,
        }
        supplier.append({"supplier": "S-GAS", "component": "VALVE", "period": period} | row)
    bottleneck = {
        "kind": "resource",
        "limit": "COATING",
        "period": "2026-05",
        "value": 4_120.0,
        "extra": 20.0,
        "resolved_value": 3_980.0,
        "lost": 1_300.0,
        "families": "Gas grills, Patio heaters",
    }
    shortage = {
        "item": "GAS-01",
        "period": "2026-05",
        "late": 600.0,
        "lost": 1_200.0,
        "lost_revenue": 3.48e6,
        "reason": "COATING is full in 2026-05",
    }
    costs = [
        {"component": name, "planning_cost": cost} for name, cost in (("lost sales", 12.2e6), ("overtime", 1.1e6), ("production", 240e6))
    ]
    receipts = [
        {
            "receipt": f"R{number}",
            "supplier": "S-GAS",
            "order_date": "2025-10-01",
            "promised_date": "2026-01-10",
            "receipt_date": "2026-01-08" if number < 5 else "2026-01-22",
            "quantity": 500,
        }
        for number in range(7)
    ]
    performance = [
        {"supplier": "S-GAS", "deliveries": 7, "open_deliveries": 0}
        | {"on_time_share": 5 / 7, "on_time_low": 0.41, "on_time_high": 0.90, "target_share": 0.95, "days_late_mean": 12.0}
        | {"lead_time_agreed": 60.0, "lead_time_p90": 113.0, "without_lead_time": 0, "verdict": "below"}
    ]
    return {
        "resource_load": frame("resource_load", loads),
        "workforce_plan": frame("workforce_plan", people),
        "supplier_load": frame("supplier_load", supplier),
        "bottlenecks": frame(
            "bottlenecks",
            [bottleneck, bottleneck | {"kind": "supplier", "limit": "VALVE", "value": 210.0, "resolved_value": 200.0, "extra": 500.0}],
        ),
        "shortages": frame("shortages", [shortage, shortage | {"item": "PAT-01", "period": "2026-06", "lost": 90.0}]),
        "plan_costs": frame("plan_costs", costs),
        "purchase_receipts": frame("purchase_receipts", receipts),
        "supplier_performance": frame("supplier_performance", performance),
    }


def _meeting(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    base = tables["scenarios"].iloc[0].to_dict() | {"cash_low": 6e6, "breaks_first": "coating, week 20"}

    def scenario(
        name: str, title: str, kind: str, sales: float, contribution: float, fill: float, cash: float, load: float
    ) -> dict[str, object]:
        changed = {
            "net_sales": 414e6 + sales,
            "contribution": 152e6 + contribution,
            "fiscal_contribution": 152.9e6 + contribution,
            "fill_rate": fill,
        }
        return (
            base
            | changed
            | {"scenario": name, "title": title, "kind": kind, "cash_low": cash, "load_peak": load, "lost": max(0.0, 4013 - sales / 3000)}
        )

    table = [
        base,
        scenario("D1=B", "Night shift 13 Apr to 26 Jun, 10 temps", "option", 12e6, 4e6, 0.99, 3e6, 0.97),
        scenario("D1=C", "Subcontract 900 a month", "option", 5.6e6, 2.1e6, 0.96, 5e6, 1.5),
        scenario("D2=B", "Second source", "option", 0.0, -0.9e6, 0.92, 5e6, 1.78),
        scenario("D2=C", "Air freight of a buffer", "option", 0.0, -0.35e6, 0.92, 4.6e6, 1.78),
        scenario("D3=B", "Launch in August", "option", -2e6, -0.9e6, 0.93, 6e6, 1.7),
        scenario("D1=B+D2=C+D3=A", "All recommended together", "together", 12e6, 3.6e6, 0.985, 3e6, 0.97),
        scenario("supplier_out", "Valve supplier out for 4 weeks", "scenario", -9e6, -6.1e6, 0.85, 1e6, 1.78),
        scenario("weak_spring", "Weak spring: grills 15 % below plan", "scenario", -15e6, -5e6, 0.97, 2e6, 1.4),
    ]
    asked = {
        "D1": (
            "Coating line too small in May: add capacity?",
            "head_of_operations",
            "2026-03-27",
            [
                ("A", "Do nothing", 0, 0, 0, 0, 0),
                ("B", "Night shift 13 Apr to 26 Jun, 10 temps", 12e6, 4e6, 0.07, -0.7e6, -3e6),
                ("C", "Subcontract 900 a month", 5.6e6, 2.1e6, 0.04, 1.3e6, -1e6),
            ],
            "B",
        ),
        "D2": (
            "Gas valve: one late source, second one?",
            "head_of_materials",
            "2026-03-27",
            [
                ("A", "Stay", 0, 0, 0, 0, 0),
                ("B", "Second source", 0, -0.9e6, 0, 0, -1e6),
                ("C", "Air freight of a buffer", 0, -0.35e6, 0, 1.4e6, -1.4e6),
            ],
            "C",
        ),
        "D3": (
            "Launch Pellet 57 in May or August?",
            "product_manager",
            "2026-04-02",
            [("A", "May as planned", 0, 0, 0, 0, 0), ("B", "17 August", -2e6, -0.9e6, 0.01, 0, 0)],
            "A",
        ),
    }
    options = []
    for decision, (question, owner, last_date, choices, recommended) in asked.items():
        for option, title, sales, contribution, fill, stock, cash in choices:
            key = {"decision": decision, "option": option, "question": question, "title": title, "owner": owner, "last_date": last_date}
            key |= {
                "scenario": "base" if option == "A" else f"{decision}={option}",
                "fixed_cost": 1.05e6 if (decision, option) == ("D1", "B") else 0.0,
            }
            change = {
                "net_sales_change": sales,
                "contribution_change": contribution,
                "fill_rate_change": fill,
                "stock_peak_change": stock,
                "cash_low_change": cash,
            }
            hazard = 1.2e6 if (decision, option) == ("D2", "A") else 0.0
            change["expected_contribution_change"] = contribution - hazard
            note = "10 temps not found" if (decision, option) == ("D1", "B") else None
            options.append(key | change | {"recommended": option == recommended, "note": note})
    causes = [
        ("last_plan", 419.5e6),
        ("actuals", -1.4e6),
        ("model", 2.1e6),
        ("lifecycle", 1.6e6),
        ("override", 1.7e6),
        ("price", 0.0),
        ("capacity", -9.5e6),
        ("this_plan", 414e6),
    ]
    bridge = [
        {"measure": "revenue", "position": place, "cause": cause, "amount": amount} for place, (cause, amount) in enumerate(causes, start=1)
    ]
    bridge += [
        {"measure": "units", "position": place, "cause": cause, "amount": round(amount / 640)}
        for place, (cause, amount) in enumerate(causes, start=1)
    ]
    budget, gap = [], []
    for family, (units, price, margin, *_rest) in FAMILIES.items():
        for period in period_range("2026-01", 12):
            amount = units * price * season(period, FAMILIES[family][3]) * 1.05
            budget.append(
                {
                    "family": family,
                    "region": "*",
                    "channel": "*",
                    "period": period,
                    "quantity": amount / price,
                    "revenue": amount,
                    "contribution": amount * margin,
                }
            )
        whole = sum(row["revenue"] for row in budget if row["family"] == family)
        parts = {"volume": -0.01 * whole, "capacity": -0.03 * whole, "price": -0.005 * whole, "currency": 0.0}
        gap += [
            {"family": family, "cause": cause, "amount": amount}
            for cause, amount in {
                "budget": whole,
                **parts,
                "gap": sum(parts.values()),
                "latest_estimate": whole + sum(parts.values()),
            }.items()
        ]
    for cause in ("budget", "volume", "capacity", "price", "currency", "gap", "latest_estimate"):
        gap.append({"family": "*", "cause": cause, "amount": sum(row["amount"] for row in gap if row["cause"] == cause)})
    ratify = [
        {"position": 1, "kind": "excess", "subject": "Patio heaters", "quantity": 1_500.0, "amount": 2.8e6, "period": "2026-07"},
        {"position": 2, "kind": "safety_stock", "subject": "SPA-01", "quantity": 420.0, "amount": 0.06e6, "period": "2026-04"},
    ]
    capital = []
    for place, period in enumerate([*period_range("2025-02", 13), *PLANNED]):
        inventory = 38e6 + 23e6 * np.sin(place / 12 * 2 * np.pi + 1) ** 2
        row = {
            "inventory": inventory,
            "receivables": 66e6,
            "payables": 34e6,
            "operating_working_capital": inventory + 32e6,
            "cash_headroom": 46e6 - 0.6 * inventory,
        }
        capital.append(
            {
                "period": period,
                "scenario": "actual" if period <= CUTOFF else "base",
                "working_capital": inventory + 40e6 if period <= CUTOFF else None,
            }
            | row
        )
    return {
        "scenarios": frame("scenarios", table),
        "options": frame("options", options),
        "plan_bridge": frame("plan_bridge", bridge),
        "budget": frame("budget", budget),
        "budget_gap": frame("budget_gap", gap),
        "ratify_list": frame("ratify_list", ratify),
        "working_capital_plan": frame("working_capital_plan", capital),
    }


def _record(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    layers = (
        ("naive", 0.31, 0.02),
        ("statistical", 0.22, 0.01),
        ("sales", 0.24, 0.09),
        ("marketing", 0.27, 0.12),
        ("consensus", 0.205, 0.03),
    )
    accuracy = [
        {
            "layer": layer,
            "family": family,
            "lag": lag,
            "months": 12,
            "wape_ratio": wape + 0.01 * lag,
            "bias_ratio": bias,
            "value_added_ratio": None if layer == "naive" else 0.31 - wape,
        }
        for layer, wape, bias in layers
        for family in ("*", *FAMILIES)
        for lag in (1, 2, 3)
    ]
    score = [
        {
            "family": family,
            "period": CUTOFF,
            "planned_quantity": 4_000,
            "actual_quantity": 3_700 + 100 * place,
            "planned_revenue": 4e6,
            "actual_revenue": 3.8e6 + 1e5 * place,
            "lag": 2,
        }
        for place, family in enumerate(("*", *FAMILIES))
    ]
    kpis = tables["kpi_history"].copy()
    values = {
        "forecast_vs_actual": 0.96,
        "cycle_time": 6.5,
        "inventory_turnover": 5.1,
        "working_capital": 71e6,
        "capacity_utilisation": 0.81,
        "production_forecast": 41_000.0,
    }
    for kpi, value in values.items():
        mine = kpis["kpi"] == kpi
        kpis.loc[mine, "value"] = [value * (1 + 0.04 * np.sin(place)) for place in range(int(mine.sum()))]
        kpis.loc[mine, "reason"] = None
    override = {
        "function": "sales",
        "owner": "head_of_sales",
        "scope": "Gas grills, SE retail",
        "first_period": "2026-06",
        "last_period": "2026-06",
        "reason": "garden chain framework, 60 % sure",
    }
    overrides = [
        override | {"override": "O1", "quantity_change": 600, "revenue_change": 1.74e6, "outcome": "applied"},
        override
        | {
            "override": "O2",
            "quantity_change": 0,
            "revenue_change": 0,
            "outcome": "refused",
            "reason": "close the gap to budget",
            "note": "a gap to budget is no reason to change demand",
        },
    ]
    functions = [
        {"function": name, "family": family, "months": 6, "quantity": 9_000 * factor, "consensus": 9_000}
        for name, factor in (("sales", 1.08), ("marketing", 1.15), ("finance", 0.98))
        for family in FAMILIES
    ]
    targets = [
        {"target": "fill_rate", "scope": "*", "value": 0.97, "tolerance": 0.02},
        {"target": "inventory_turnover", "scope": "*", "value": 5.5, "tolerance": 0.3},
        {"target": "forecast_vs_actual", "scope": "*", "value": 1.0, "tolerance": 0.05},
        {"target": "capacity_utilisation", "scope": "*", "value": 0.85, "tolerance": 0.1},
    ]
    assumptions = [
        {
            "assumption": "A3",
            "statement": "Normal spring: first warm week in week 16",
            "owner": "head_of_sales",
            "evidence": "ten-year mean",
            "expires": "2026-05",
            "last_result": "untested",
        },
        {
            "assumption": "A5",
            "statement": "Steel 3 % down",
            "owner": "head_of_materials",
            "evidence": "contract",
            "expires": "2026-03",
            "last_result": "broke",
            "last_result_note": "steel rose 2 %",
        },
    ]
    risks = [
        {
            "risk": "R1",
            "kind": "risk",
            "statement": "Valve supplier stops for 4 weeks",
            "owner": "head_of_materials",
            "probability_share": 0.2,
            "contribution_effect": -6.1e6,
            "mitigation": "buffer by air",
            "due_date": "2026-03-27",
        },
        {
            "risk": "R2",
            "kind": "opportunity",
            "statement": "Garden chain takes 2,400 grills",
            "owner": "head_of_sales",
            "probability_share": 0.41,
            "contribution_effect": 2.3e6,
            "mitigation": None,
            "due_date": "2026-04-15",
        },
    ]
    decisions = [
        {
            "decision": "2026-02-D1",
            "made_in": "2026-02",
            "statement": "Saturday overtime on coating",
            "owner": "head_of_operations",
            "status": "done",
            "expected_contribution": 1.1e6,
            "realised_contribution": 0.7e6,
            "note": "absence 9 %",
        },
        {
            "decision": "2026-02-D2",
            "made_in": "2026-02",
            "statement": "Stop lantern promotion",
            "owner": "head_of_marketing",
            "status": "open",
            "expected_contribution": 0.4e6,
        },
    ]
    actions = [
        {
            "action": "X1",
            "statement": "Ask three temp agencies for quotes",
            "owner": "head_of_hr",
            "due_date": "2026-03-18",
            "status": "open",
            "revenue_effect": 2e6,
            "probability_share": 0.6,
            "in_plan": False,
        },
        {
            "action": "X2",
            "statement": "Raise dealer price of stoves by 2 %",
            "owner": "head_of_sales",
            "due_date": "2026-02-28",
            "status": "late",
        },
    ]
    findings = [
        {
            "finding": 1,
            "file": "orders.csv",
            "row": 812,
            "column": "Antal",
            "cell": "F812",
            "value": "1.000",
            "rule": "number",
            "message": "decimal or thousands?",
            "hint": "declare the separator",
            "outcome": "REPAIR",
            "rows": 1,
        },
        {
            "finding": 2,
            "file": "customers.csv",
            "row": 14,
            "column": "Kundnr",
            "value": "00123",
            "rule": "key",
            "message": "appears twice",
            "outcome": "REJECT",
            "rows": 1,
        },
        {
            "finding": 3,
            "file": "inventory.csv",
            "row": 5,
            "column": "quantity",
            "value": "-5",
            "rule": "negative_stock",
            "message": "stock below zero",
            "outcome": "ACCEPT",
            "table": "inventory",
            "rows": 1,
            "answered_by": "head_of_materials",
            "answer": "booked late",
        },
    ]
    full = {"complete_share": 1.0, "fresh_share": 1.0, "consistent_share": 1.0, "repaired_share": 0.0, "score_share": 1.0}
    trust = [
        {"table": "*", "rows": 900, **full, "score_share": 0.97, "consistent_share": 0.97},
        {"table": "items", "owner": "head_of_product", "rows": 100, **full, "at_risk": "total_sales, decisions"},
        {
            "table": "inventory",
            "owner": "head_of_materials",
            "rows": 800,
            **full,
            "score_share": 0.88,
            "consistent_share": 0.88,
            "weakest": "negative_stock",
            "at_risk": "inventory_turnover, supply",
        },
    ]
    part = {"rows": 3, "last_period": "2026-02", "delivered": "for this cycle"}
    contributions = [
        {"function": "sales", "table": "sales_forecast", "status": "delivered", **part},
        {"function": "marketing", "table": "sales_forecast", "status": "unchanged", "due_date": "2026-03-06", **part},
        {"function": "finance", "table": "sales_forecast", "status": "missing", **part, "rows": 0},
    ]
    campaigns = [
        {
            "campaign": "Spring grills",
            "family": "Gas grills",
            "region": "*",
            "channel": "retail",
            "start_date": "2026-05-04",
            "end_date": "2026-05-17",
            "claimed_uplift_share": 0.35,
            "cost": 6e5,
        }
    ]
    opportunities = [
        {
            "opportunity": "C-77",
            "customer": "K-01",
            "item": "GAS-01",
            "region": "SE",
            "channel": "retail",
            "stage": "negotiation",
            "probability_share": 0.6,
            "quantity": 2_400,
            "period": "2026-06",
            "in_baseline": False,
        }
    ]
    opportunities.append(opportunities[0] | {"opportunity": "C-78", "stage": "lost", "probability_share": 0.01})
    provided = set(_names_with_rows(tables)) | {"orders", "targets", "budget", "campaigns", "assumptions", "risks", "decisions", "actions"}
    provided |= {"inventory", "resources", "resource_calendar", "bill_of_resources", "suppliers", "supplier_items"}
    return {
        "kpi_history": kpis,
        "forecast_accuracy": frame("forecast_accuracy", accuracy),
        "plan_score": frame("plan_score", score),
        "override_log": frame("override_log", overrides),
        "function_forecasts": frame("function_forecasts", functions),
        "targets": frame("targets", targets),
        "assumptions": frame("assumptions", assumptions),
        "risks": frame("risks", risks),
        "decisions": frame("decisions", decisions),
        "actions": frame("actions", actions),
        "findings": frame("findings", findings),
        "data_trust": frame("data_trust", trust),
        "participation": frame("participation", contributions),
        "campaigns": frame("campaigns", campaigns),
        "campaign_results": frame("campaign_results", _campaign_results()),
        "history_adjustments": frame("history_adjustments", _adjustments()),
        "points_to_chase": frame("points_to_chase", _points()),
        "opportunities": frame("opportunities", opportunities),
        "coverage": frame("coverage", _coverage(provided | {"items", "sales_history"})),
    }


def _campaign_results() -> list[dict[str, object]]:
    mean = {"campaign": "*", "region": "*", "channel": "*", "start_date": "2023-05-01", "end_date": "2025-05-18", "campaigns": 6}
    mean |= {"claimed_uplift_share": 0.35, "uplift_ratio": 0.19, "uplift_low": 0.12, "uplift_high": 0.26, "cost": 6e5, "return_ratio": -0.4}
    mean |= {"verdict": "worked", "claim": "missed", "why": "mean over 6 campaigns"}
    unsure = {
        "family": "Patio heaters",
        "uplift_ratio": 0.05,
        "uplift_low": -0.08,
        "uplift_high": 0.18,
        "verdict": "cannot_tell",
        "campaigns": 2,
    }
    return [mean | {"family": "*"}, mean | unsure]


def _adjustments() -> list[dict[str, object]]:
    cell = {"family": "*", "item": "GAS-01", "region": "SE", "channel": "retail", "rule": "a rule", "why": "12 units were cancelled"}
    changed = cell | {"kind": "cancellation", "period": "2025-04", "from_quantity": 100.0, "to_quantity": 88.0, "outcome": "applied"}
    hidden = cell | {"kind": "stock_out", "period": "2025-06", "from_quantity": 40.0, "to_quantity": 90.0, "outcome": "applied"}
    seen = cell | {"kind": "outlier", "period": "2025-09", "from_quantity": 300.0, "to_quantity": 300.0, "outcome": "flagged"}
    return [changed, changed | {"period": "2025-05"}, hidden, seen]


def _points() -> list[dict[str, object]]:
    hidden = {"position": 1, "topic": "stock_out", "subject": "GAS-01 2025-06", "function": "sales", "value": 150_000.0}
    late = {"position": 2, "topic": "supplier", "subject": "L-1", "function": "materials", "question": "71 % on time: when is it better?"}
    return [hidden | {"question": "some 50 units were not asked for: does that match what customers say?"}, late]


def _names_with_rows(tables: dict[str, pd.DataFrame]) -> list[str]:
    return [name for name, rows in tables.items() if len(rows)]


def facts(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The eight KPIs of the cutoff month, as facts."""
    last = tables["kpi_history"][tables["kpi_history"]["period"] == CUTOFF]
    rows = [
        {
            "id": row["kpi"],
            "level": "*",
            "period": CUTOFF,
            "scenario": "actual",
            "value": row["value"],
            "unit": row["unit"],
            "currency": "SEK" if row["unit"] == "money" else None,
            "definition": f"{row['kpi'].replace('_', ' ')} of the month",
            "source_table": "kpi_history",
            "source_key": f"kpi={row['kpi']}&period={CUTOFF}",
            "reason": row["reason"],
        }
        for row in last.to_dict("records")
    ]
    return frame("facts", rows)


def about(language: str = "en") -> About:
    """What the pack says of itself."""
    return About(
        company="demo",
        title="Fjällglöd AB",
        cycle=CYCLE,
        run_id="a41f0b7c22d9",
        data_as_of=date(2026, 2, 28),
        currency="SEK",
        language=language,
        prepared_by="s_and_op_lead",
        accountable="managing_director",
        commit="5d2c9e1",
        inputs_hash="77aa01bc42ff",
        gates_passed_over=("demand sign-off (head_of_sales)", "supply sign-off (head_of_operations)"),
    )


def sample(size: str = "full", language: str = "en") -> PackInputs:
    """Inputs of a pack: `full`, or `basic` for a company with items and sales history alone."""
    tables = full_tables() if size == "full" else basic_tables()
    return PackInputs(tables, facts(tables), about(language))


CODES = ("item", "family", "resource", "supplier", "component", "skill_group", "limit")


def larger(tables: dict[str, pd.DataFrame], times: int) -> dict[str, pd.DataFrame]:
    """The tables of a company so many times as large: each item, family, resource, supplier and group again under another code."""
    grown = {}
    for name, whole in tables.items():
        codes = [code for code in CODES if code in whole]
        again = [
            whole.assign(**{code: whole[code].map(lambda told: told if told in ("*", "") else f"{told} {copy}") for code in codes})  # noqa: B023
            for copy in range(2, times + 1)
        ]
        grown[name] = pd.concat([whole, *again], ignore_index=True).drop_duplicates(list(CONTRACTS[name].key), ignore_index=True)
    return grown
