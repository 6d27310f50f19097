"""The money of a plan, in one place for those who narrate it: statement, gap to budget, their notes and checks."""

from sopkit.finance.budget import budget_checks, budget_gap, estimate_checks
from sopkit.finance.checks import money_checks
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.notes import money_notes
from sopkit.finance.statement import plan_statement

__all__ = [
    "MoneyInputs",
    "budget_checks",
    "budget_gap",
    "estimate_checks",
    "money_checks",
    "money_notes",
    "plan_statement",
]
