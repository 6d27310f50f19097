"""The KPIs of closed months: their history, and the facts of the cutoff month."""

import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.finance.policy import MoneyPolicy
from sopkit.meeting.kpis.definitions import BY_ID, HEADLINE_LAG, KPI_IDS
from sopkit.meeting.kpis.inputs import KpiInputs
from sopkit.meeting.kpis.production import cycle_time_readings, production_readings, utilisation_readings
from sopkit.meeting.kpis.reading import as_facts
from sopkit.meeting.kpis.sales import forecast_readings, last_plan_readings, margin_readings, sales_readings
from sopkit.meeting.kpis.stock import balance_readings, turnover_readings
from sopkit.periods import fiscal_year_periods, period_range, shifted

HISTORY_MONTHS = 25  # thirteen for the trend, twelve more for the same month a year before
LAGGED = ("forecast_vs_actual", "forecast_variance", "forecast_family_error")


def kpi_history(
    inputs: KpiInputs, policy: MoneyPolicy, *, cutoff: str, months: int = HISTORY_MONTHS, lag: int = HEADLINE_LAG
) -> pd.DataFrame:
    """The eight KPIs of the last closed months, for the company.

    Args:
        inputs: history and what else is provided.
        policy: how money is valued.
        cutoff: last closed period.
        months: closed months wanted.
        lag: months between approval and the month forecast.

    Returns:
        Table kpi_history: one row per KPI and closed month; an empty value has a reason.
    """
    found = pd.concat(
        _readings(inputs, policy, period_range(shifted(cutoff, 1 - months), months), cutoff=cutoff, lag=lag), ignore_index=True
    )
    company = found[found["level"].eq("*") & found["kpi"].isin(KPI_IDS)].drop(columns="level")
    return conform(company.assign(unit=[BY_ID[kpi].unit for kpi in company["kpi"]]), CONTRACTS["kpi_history"])


def kpi_facts_actual(
    inputs: KpiInputs, policy: MoneyPolicy, *, cutoff: str, first_month: int, currency: str, lag: int = HEADLINE_LAG
) -> pd.DataFrame:
    """Facts of the cutoff month: the eight KPIs and the figures beside them, for the company, families and resources.

    Total sales also come for the quarter, the fiscal year to date and twelve months. Where no forecast is on record at
    the lag, forecast against actual is that of the last plan at its own lag; a plan made in the month itself is no forecast.

    Args:
        inputs: history and what else is provided.
        policy: how money is valued.
        cutoff: last closed period.
        first_month: month the fiscal year starts in, 1..12.
        currency: the company's currency.
        lag: months between approval and the month forecast.

    Returns:
        Table facts, scenario `actual`; an unknown value has a reason.
    """
    found = pd.concat(_readings(inputs, policy, [cutoff], cutoff=cutoff, lag=lag), ignore_index=True)
    instead, own_lag = last_plan_readings(inputs, cutoff=cutoff)
    missing = found.loc[found["kpi"].eq("forecast_vs_actual") & found["level"].eq("*"), "value"].isna().all()
    if missing and own_lag is not None:
        found = pd.concat([found[~found["kpi"].isin(LAGGED)], instead], ignore_index=True)
        lag = own_lag
    spans = _sales_of_spans(inputs, cutoff, first_month)
    return as_facts([found, spans], scenario="actual", currency=currency, lags=pd.Series(lag, index=list(LAGGED), dtype="Int64"))


def _readings(inputs: KpiInputs, policy: MoneyPolicy, periods: list[str], *, cutoff: str, lag: int) -> list[pd.DataFrame]:
    return [
        sales_readings(inputs, periods),
        forecast_readings(inputs, periods, lag=lag),
        margin_readings(inputs, policy, periods, cutoff=cutoff),
        cycle_time_readings(inputs, periods),
        turnover_readings(inputs, policy, periods, cutoff=cutoff),
        balance_readings(inputs, policy, periods),
        utilisation_readings(inputs, periods),
        production_readings(inputs, periods),
    ]


def _sales_of_spans(inputs: KpiInputs, cutoff: str, first_month: int) -> pd.DataFrame:
    """Total sales of the fiscal quarter to date, the fiscal year to date and the last twelve months."""
    year = fiscal_year_periods(cutoff, first_month)
    place = year.index(cutoff)
    starts = {year[place - place % 3], year[0], shifted(cutoff, -11)} - {cutoff}
    parts = []
    for start in sorted(starts):
        months = period_range(start, 36)
        months = months[: months.index(cutoff) + 1]
        monthly = sales_readings(inputs, months)
        sums = monthly.groupby(["kpi", "level"], as_index=False)["value"].sum(min_count=len(months))
        known = sums.dropna(subset="value")
        parts.append(known.assign(period=f"{start}..{cutoff}", reason=None).astype({"reason": "str"}))
    return pd.concat(parts, ignore_index=True)
