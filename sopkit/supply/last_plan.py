"""What the last plan makes."""

import pandas as pd


def last_production(previous_supply_plan: pd.DataFrame) -> pd.DataFrame:
    """Units that the plan of the cycle before makes.

    Args:
        previous_supply_plan: supply_plan of the cycle before; empty where it was not run.

    Returns:
        last_production contract: one row per item and month of that plan.
    """
    made = previous_supply_plan.rename(columns={"production": "quantity"})[["item", "period", "quantity"]]
    return made.sort_values(["item", "period"], ignore_index=True)
