"""What overtime and the change of the workforce cost."""

import pandas as pd

from sopkit.errors import DataError, Problem
from sopkit.finance.inputs import MoneyInputs


def overtime(inputs: MoneyInputs) -> pd.Series:
    """Overtime hours x extra cost of an overtime hour, by month: the calendar's where it says one, else the resource's."""
    load = inputs.resource_load if len(inputs.resources) else inputs.resource_load.iloc[:0]
    prices = _prices_of(load["resource"], inputs.resources.set_index("resource")["overtime_cost"])
    key = ["resource", "period"]
    dated = _dated(prices, load[key], inputs.resource_calendar.set_index(key)["overtime_cost"].dropna())
    return (load["overtime_hours"] * dated).groupby(load["period"]).sum()


def workforce_change(inputs: MoneyInputs) -> pd.Series:
    """People hired and laid off x what each costs, by month: the calendar's where it says one, else the skill group's."""
    plan = inputs.workforce_plan if len(inputs.workforce) else inputs.workforce_plan.iloc[:0]
    group = inputs.workforce.set_index("skill_group")
    key, calendar = ["skill_group", "period"], inputs.workforce_calendar
    hired, laid_off = (
        _dated(_prices_of(plan["skill_group"], group[cost]), plan[key], calendar.set_index(key)[cost].dropna())
        for cost in ("hire_cost", "layoff_cost")
    )
    return (plan["hired"] * hired + plan["laid_off"] * laid_off).groupby(plan["period"]).sum()


def _dated(prices: pd.Series, places: pd.DataFrame, told: pd.Series) -> pd.Series:
    """Prices by row of `places`; where `told`, by the same keys, says another, that one."""
    if told.empty:
        return prices
    own = told.reindex(pd.MultiIndex.from_frame(places))
    return pd.Series(own.to_numpy(), index=prices.index).fillna(prices)


def _prices_of(codes: pd.Series, prices: pd.Series) -> pd.Series:
    """The price of each code; DataError where one has none: its cost would be lost."""
    found = codes.map(prices).astype("float64")
    unknown = sorted(set(codes[found.isna()]))
    if unknown:
        raise DataError("costs without a price", [Problem(f"{codes.name} {code}", f"no {prices.name}", "a price") for code in unknown])
    return found
