"""What the plan holds in service and stock, as facts: the figures of page one, or why they are not available."""

from typing import Any

import pandas as pd

from sopkit.data.facts import fact, fact_rows
from sopkit.meeting.scenarios.table import FILL_MONTHS, YEAR
from sopkit.periods import period_range
from sopkit.supply.availability import Unavailable

UNVALUED = "items in stock have no unit cost"
# column of Scenarios: fact, unit, months, definition, the figure of the plan that it rests on
FIGURES = {
    "fill_rate": ("fill_rate", "share", FILL_MONTHS, "units shipped on time / units ordered", "service"),
    "lost": ("units_lost", "units", YEAR, "units of demand that are lost", "service"),
    "late": ("units_late", "units", YEAR, "units of demand that wait, each counted once", "service"),
    "stock_peak": ("stock_peak", "money", YEAR, "highest inventory at standard cost at a month end", "stock"),
}


def service_facts(scenarios: pd.DataFrame, unavailable: Unavailable, *, cycle: str, currency: str) -> pd.DataFrame:
    """Fill rate, lost and late units and the highest stock of the plan.

    Args:
        scenarios: by contract, with the row `base`.
        unavailable: what the plan cannot tell, by the tables that are not provided.
        cycle: M0; the months are counted from it.
        currency: the company's currency.

    Returns:
        Table facts, scenario `base`; an unknown value has a reason.
    """
    base = scenarios.set_index("scenario").loc["base"]
    rows: list[dict[str, Any]] = []
    for column, (name, unit, months, definition, figure) in FIGURES.items():
        span = period_range(cycle, months)
        rows.append(
            fact(
                name,
                base[column],
                unit=unit,
                currency=currency,
                period=f"{span[0]}..{span[-1]}",
                scenario="base",
                definition=f"{definition}, {months} months from the cycle's on",
                source_table="scenarios",
                source_key="scenario=base",
                reason=unavailable.reason(figure) or (UNVALUED if figure == "stock" else "nothing is ordered"),
            )
        )
    return fact_rows(rows)
