"""What finance asks of the plan beside its statement: comparisons, what moved the margin, the ledger, customers, prices, KPIs."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from sopkit.finance.actions import gap_actions, gap_facts
from sopkit.finance.comparison import estimate_comparison, margin_change
from sopkit.finance.customers import customer_checks, customer_statement
from sopkit.finance.inputs import MoneyInputs
from sopkit.finance.ledger import ledger_gap
from sopkit.meeting.assumption_tests import assumption_tests, observed
from sopkit.meeting.customers import concentration_facts, customer_review
from sopkit.meeting.kpis.control import budget_signals, control_limits
from sopkit.meeting.kpis.definitions import HEADLINE_LAG
from sopkit.meeting.kpis.others import kpi_facts_other
from sopkit.meeting.outside import outside_view
from sopkit.meeting.pricing import pricing
from sopkit.meeting.scenarios.inputs import PlanInputs
from sopkit.meeting.scenarios.outcome import PlanOutcome


@dataclass(frozen=True)
class MoneyReview:
    """Tables of a review of the money, each of its contract; empty where its inputs are not provided."""

    comparison: pd.DataFrame  # EstimateComparison
    margin_change: pd.DataFrame  # MarginChange
    ledger: pd.DataFrame  # LedgerGap
    by_customer: pd.DataFrame  # CustomerStatement
    customers: pd.DataFrame  # CustomerReview
    pricing: pd.DataFrame  # Pricing
    control: pd.DataFrame  # KpiControl
    signals: pd.DataFrame  # BudgetSignals
    assumptions: pd.DataFrame  # AssumptionTests
    outside: pd.DataFrame  # OutsideView
    gap_actions: pd.DataFrame  # GapActions
    facts: pd.DataFrame  # KPIs beyond the eight, concentration of customers, what actions leave of the gap
    checks: pd.DataFrame  # rule, ok, detail


def money_review(
    inputs: PlanInputs, base: PlanOutcome, gap: pd.DataFrame, tables: Mapping[str, pd.DataFrame], *, currency: str
) -> MoneyReview:
    """The review of a plan's money.

    Args:
        inputs, base: the plan.
        gap: table budget_gap.
        tables: by name, those of step 4: last_plan, targets, ledger_actuals, sales_history, orders, opportunities, actions, assumptions …
        currency: the company's.
    """
    money, policy, cutoff, first_month = MoneyInputs.of(tables), inputs.money, inputs.cutoff, inputs.fiscal_year_first_month
    by_customer = customer_statement(money, tables["sales_history"], policy, cutoff=cutoff, first_month=first_month)
    customers = customer_review(by_customer, money, tables, policy, cutoff=cutoff)
    tests = assumption_tests(tables["assumptions"], observed(tables, cutoff=cutoff), cycle=inputs.cycle)
    closing = gap_actions(tables["actions"], cutoff=cutoff, first_month=first_month)
    facts = [kpi_facts_other(tables, policy, cutoff=cutoff, currency=currency), concentration_facts(customers, cutoff=cutoff)]
    facts.append(gap_facts(gap, closing, cutoff=cutoff, first_month=first_month, currency=currency))
    return MoneyReview(
        estimate_comparison(money, base.plan_statement, tables["last_plan"], tables["targets"], cutoff=cutoff, first_month=first_month),
        margin_change(money, policy, cutoff=cutoff, first_month=first_month),
        ledger_gap(tables["ledger_actuals"], money, cutoff=cutoff, first_month=first_month),
        by_customer,
        customers,
        pricing(inputs, base),
        control_limits(tables["kpi_history"], cutoff=cutoff),
        budget_signals(gap, tables["forecast_accuracy"], lag=HEADLINE_LAG),
        tests,
        outside_view(tables, tests, cutoff=cutoff),
        closing,
        pd.concat(facts, ignore_index=True),
        customer_checks(by_customer, base.plan_statement),
    )
