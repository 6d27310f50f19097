"""Options interact: the recommended ones taken together against the sum of the parts, as facts."""

from typing import Any

import pandas as pd

from sopkit.data.facts import fact, fact_rows
from sopkit.periods import fiscal_year_periods, period_range

YEAR = 12
NOTICED = 0.02  # of the larger of the two: a whole that differs from the sum of its parts by more is told
MEASURES = {
    "net_sales": ("net_sales_change", "net sales of the fiscal year"),
    "contribution": ("contribution_change", "operating contribution of the next twelve months"),
}


def depend(whole: float, parts: float) -> bool:
    """Whether changes made together are not the sum of what they are apart; unknown ones are not said to depend."""
    return abs(whole - parts) > NOTICED * max(abs(whole), abs(parts))


def interaction_facts(scenarios: pd.DataFrame, options: pd.DataFrame, cycle: str, fiscal_first_month: int, currency: str) -> pd.DataFrame:
    """What the recommended options bring together, what their separate effects add up to, and the difference.

    interaction = effect of the recommended options in one plan - sum of the effects of each alone.

    Args:
        scenarios: Scenarios with a row of kind `together`.
        options: Options.
        cycle: M0.
        fiscal_first_month: 1..12.
        currency: the company's.

    Returns:
        Facts `together_<measure>_change`, `sum_of_parts_<measure>_change`, `interaction_<measure>_change` for net_sales and contribution;
        none where fewer than two decisions are asked.
    """
    together = scenarios[scenarios["kind"] == "together"]
    if together.empty:
        return fact_rows([])
    base = scenarios[scenarios["kind"] == "base"].iloc[0]
    parts = options[options["recommended"]]
    spans = {"net_sales": fiscal_year_periods(cycle, fiscal_first_month), "contribution": period_range(cycle, YEAR)}
    rows: list[dict[str, Any]] = []
    for measure, (column, words) in MEASURES.items():
        whole = float(together.iloc[0][measure]) - float(base[measure])
        added = float(parts[column].sum(skipna=False))
        told = {
            "together": (whole, f"{words}: the recommended options in one plan, less doing nothing", "scenarios"),
            "sum_of_parts": (added, f"{words}: sum of what each recommended option brings alone", "options"),
            "interaction": (whole - added, f"{words}: the recommended options in one plan, less the sum of each alone", "scenarios"),
        }
        rows += [
            fact(
                f"{name}_{measure}_change",
                value,
                unit="money",
                period=f"{spans[measure][0]}..{spans[measure][-1]}",
                scenario="base",
                definition=definition,
                source_table=table,
                source_key=f"scenario={together.iloc[0]['scenario']}" if table == "scenarios" else "recommended=True",
                currency=currency,
                reason="unit costs are not provided",
            )
            for name, (value, definition, table) in told.items()
        ]
    return fact_rows(rows)
