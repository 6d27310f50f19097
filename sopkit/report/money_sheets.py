"""The sheets of money in the plan's workbook: each a table of step 4, and the figures that are not available, with the reason."""

from typing import TYPE_CHECKING

from sopkit.report.narrative import N_

if TYPE_CHECKING:
    import pandas as pd

# label, question, table
MONEY_SHEETS = (
    (N_("Money"), N_("Statement of the plan, by line and month"), "plan_statement"),
    (N_("Working capital"), N_("Stock, receivables, payables and cash headroom at month ends"), "working_capital_plan"),
    (N_("Gap to budget"), N_("Latest estimate of the fiscal year against budget, by family and cause"), "budget_gap"),
    (N_("Gap actions"), N_("What is done about the gap, by when, how likely, and whether the plan holds it"), "gap_actions"),
    (N_("Estimate"), N_("The month, the year to date and the year beside budget, target, last plan and last year"), "estimate_comparison"),
    (N_("Margin"), N_("What moved gross margin: volume, mix, price and cost"), "margin_change"),
    (N_("Bridge"), N_("What changed since the last plan, cause by cause"), "plan_bridge"),
    (N_("Ledger"), N_("The ledger beside invoiced lines, gross and net"), "ledger_gap"),
    (N_("Scenarios"), N_("Base, scenarios, crises and options in the same columns"), "scenarios"),
    (N_("Options"), N_("What each option of each decision changes"), "options"),
    (N_("Ranges"), N_("How certain sales, contribution, stock and cash are"), "plan_ranges"),
    (N_("Range drivers"), N_("What drives the range of the contribution"), "range_drivers"),
    (N_("Range record"), N_("How often what came fell inside its range"), "range_record"),
    (N_("Customers"), N_("Who buys, against the year before, and what each asks of us"), "customer_review"),
    (N_("Pricing"), N_("What each family's price is worth"), "pricing"),
    (N_("Outside"), N_("What moved outside the company, and which assumption it touches"), "outside_view"),
    (N_("Assumptions"), N_("Each assumption against what tests it"), "assumption_tests"),
)
MONEY_TABLES = frozenset(table for _, _, table in MONEY_SHEETS)
FIGURES = (N_("Figures"), N_("Every figure with its definition; one that is not available says why"))


def figures(facts: "pd.DataFrame") -> "pd.DataFrame":
    """Facts as a sheet: id, level, period, value, unit, definition, and why a value is not available."""
    columns = ["id", "level", "period", "scenario", "value", "unit", "currency", "definition", "reason"]
    table = facts.sort_values(["id", "level", "period", "scenario"], ignore_index=True)[columns]
    return table.assign(reason=("not available, because " + table["reason"].astype("str")).where(table["value"].isna()))
