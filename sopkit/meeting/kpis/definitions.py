"""What each KPI and the figures beside it mean: id, title, unit, which way is better, a sentence, its source."""

from dataclasses import dataclass
from typing import Literal

HEADLINE_LAG = 2  # months between approval and the month forecast


@dataclass(frozen=True)
class Kpi:
    """One figure: defined here and nowhere else."""

    id: str
    title: str
    unit: str
    better: Literal["higher", "lower", "near"]
    definition: str  # of closed months
    source_table: str
    planned: str = ""  # definition of planned months, where they have the figure
    planned_source: str = ""


KPIS = (
    Kpi(
        "total_sales",
        "Total sales",
        "money",
        "higher",
        "net sales invoiced in the month",
        "demand_history",
        "units that the constrained plan ships in the month x net price of that month",
        "plan_statement",
    ),
    Kpi(
        "forecast_vs_actual",
        "Forecast against actual",
        "ratio",
        "near",
        "attainment: demand that came / consensus demand frozen at the lag, both at the item's mean net price of twelve months",
        "forecast_snapshots",
    ),
    Kpi(
        "gross_margin",
        "Gross margin",
        "share",
        "higher",
        "(net sales - cost of the units sold) / net sales, the cost by the company's costing policy",
        "demand_history",
        "(net sales - cost of the units shipped) / net sales of the constrained plan",
        "plan_statement",
    ),
    Kpi(
        "cycle_time",
        "Cycle time",
        "days",
        "lower",
        "calendar days from first operation to finish: median weighted by quantity over the orders finished in the month, orders open "
        "at its end counted as censored",
        "production_history",
    ),
    Kpi(
        "inventory_turnover",
        "Inventory turnover",
        "turns",
        "higher",
        "standard cost of the units sold in twelve months / mean of thirteen month-end stocks at standard cost",
        "inventory",
        "the same over the twelve months that end with the planned month, closed and planned ones",
        "supply_plan",
    ),
    Kpi(
        "working_capital",
        "Working capital",
        "money",
        "lower",
        "current assets - current liabilities at month end",
        "balance_sheet",
        "inventory + receivables - payables + cash + other current assets - other current liabilities at the planned month end",
        "working_capital_plan",
    ),
    Kpi(
        "capacity_utilisation",
        "Capacity utilisation",
        "share",
        "near",
        "hours worked / available hours, over all resources",
        "resource_calendar",
        "standard hours of the constrained plan / available hours, over all resources; hours worked are not yet known",
        "resource_load",
    ),
    Kpi(
        "production_forecast",
        "Production",
        "units",
        "near",
        "units finished in the month",
        "production_history",
        "units that the constrained plan makes in the month; in the frozen months what is on order",
        "supply_plan",
    ),
)

BESIDE = (
    Kpi("total_sales_units", "Units sold", "units", "higher", "units invoiced", "demand_history", "units shipped", "demand_fulfilment"),
    Kpi(
        "forecast_variance",
        "Variance to forecast",
        "money",
        "near",
        "demand that came - consensus demand frozen at the lag, both at the item's mean net price of twelve months",
        "forecast_snapshots",
    ),
    Kpi(
        "forecast_family_error",
        "Family forecast error",
        "ratio",
        "lower",
        "sum over families of |forecast - actual| / sum of actual, both at the item's mean net price of twelve months",
        "forecast_snapshots",
    ),
    Kpi(
        "gross_margin_amount",
        "Gross margin, amount",
        "money",
        "higher",
        "net sales - cost of the units sold",
        "demand_history",
        "net sales - cost of the units shipped",
        "plan_statement",
    ),
    Kpi(
        "operating_contribution",
        "Operating contribution",
        "money",
        "higher",
        "",
        "",
        "gross margin - overtime - subcontract premium - expedite - holding - workforce change - one-off costs - write-down",
        "plan_statement",
    ),
    Kpi(
        "cycle_time_p90",
        "Cycle time, 90th percentile",
        "days",
        "lower",
        "calendar days within which 90 % of the quantity is finished, orders open at the month's end counted as censored",
        "production_history",
    ),
    Kpi(
        "open_production_orders",
        "Open production orders",
        "count",
        "near",
        "production orders started and not finished at the month's end",
        "production_history",
    ),
    Kpi(
        "production_requirement",
        "Production requirement",
        "units",
        "near",
        "",
        "",
        "units that unconstrained demand asks to be made: demand + backlog + target stock - opening stock - open receipts, not below "
        "zero, in M0 at least what is on order",
        "supply_plan",
    ),
    Kpi(
        "forward_turns",
        "Forward turns",
        "turns",
        "higher",
        "",
        "",
        "standard cost of the units shipped in the next twelve planned months / mean of the thirteen month-end stocks around them",
        "supply_plan",
    ),
    Kpi(
        "operating_working_capital",
        "Operating working capital",
        "money",
        "lower",
        "inventory + receivables - payables at month end",
        "balance_sheet",
        "inventory + receivables - payables at the planned month end",
        "working_capital_plan",
    ),
    Kpi(
        "cash_headroom",
        "Cash headroom",
        "money",
        "higher",
        "cash + credit line at month end",
        "balance_sheet",
        "cash by the cash bridge + credit line at the planned month end",
        "working_capital_plan",
    ),
    Kpi(
        "planned_load",
        "Planned load",
        "ratio",
        "near",
        "",
        "",
        "standard hours of the constrained plan / demonstrated hours",
        "resource_load",
    ),
    Kpi(
        "required_load",
        "Required load",
        "ratio",
        "near",
        "",
        "",
        "standard hours that unconstrained demand asks for / demonstrated hours",
        "resource_load",
    ),
)

KPI_IDS = tuple(kpi.id for kpi in KPIS)
BY_ID = {kpi.id: kpi for kpi in (*KPIS, *BESIDE)}
