"""The money of a plan, in one place for those who narrate it: statement, balances, gap to budget, their notes and checks."""

import pandas as pd

from sopkit.finance.budget import PRINTED, budget_checks, budget_gap, estimate_checks
from sopkit.finance.checks import money_checks
from sopkit.finance.gross_to_net import DEDUCTED, GROSS
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.notes import money_notes
from sopkit.finance.policy import MoneyPolicy
from sopkit.finance.statement import COST_LINES, MEMO, plan_statement
from sopkit.finance.working_capital import working_capital_plan

STATEMENT_LINES = (
    GROSS,
    *DEDUCTED,
    "net_sales",
    "cost_of_goods",
    "gross_margin",
    *COST_LINES,
    "operating_contribution",
    MEMO,
)  # the order that lines, causes and spans are read in
GAP_CAUSES = [*PRINTED]
MARGIN_CAUSES = ["last_year", "volume", "mix", "price", "cost", "this_year"]
SPANS = ["month", "year_to_date", "full_year"]

__all__ = [
    "GAP_CAUSES",
    "MARGIN_CAUSES",
    "SPANS",
    "STATEMENT_LINES",
    "MoneyInputs",
    "budget_gap",
    "money_notes",
    "plan_checks",
    "plan_statement",
    "working_capital_plan",
]


def plan_checks(
    inputs: MoneyInputs,
    made: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
    policy: MoneyPolicy,
    *,
    cutoff: str,
    first_month: int,
) -> pd.DataFrame:
    """All that must hold in the money of a plan: its identities, and the gap to budget.

    Args:
        inputs: what the money was computed from.
        made: plan_statement, working_capital_plan and budget_gap.
        policy: how money is valued.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.

    Returns:
        One row per rule: `rule, ok, detail`.
    """
    statement, capital, gap = made
    parts = [
        money_checks(inputs, statement, capital, policy, cutoff=cutoff),
        estimate_checks(inputs, statement, gap, cutoff=cutoff, first_month=first_month),
        budget_checks(gap),
    ]
    return pd.concat(parts, ignore_index=True)
