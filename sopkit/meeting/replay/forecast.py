"""The demand plan of a replayed month, from what was known then, through the functions of steps 1 and 2."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.data import history as planned_on
from sopkit.data import measures
from sopkit.data.cleaning import demand_history
from sopkit.data.contracts import CONTRACTS, INPUTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.own_periods import in_own_periods, own_periods
from sopkit.data.working_days import planning_calendar
from sopkit.demand.consensus import DemandInputs, consensus_demand
from sopkit.demand.drivers import DriverInputs, driver_effects
from sopkit.demand.hierarchy import coherent_forecast, whole_cells
from sopkit.demand.series import CELLS
from sopkit.meeting.replay.policy import STATISTICAL
from sopkit.meeting.replay.setting import Company, Setting
from sopkit.meeting.replay.view import FROZEN, HELD, LEFT_OUT, PAST, HistoryView
from sopkit.periods import shifted


@dataclass(frozen=True, eq=False)
class Known:
    """What was known when a month closed, made ready to plan on; shared by all policies."""

    cutoff: str
    tables: Mapping[str, pd.DataFrame]  # inputs as they were known, and what step 1 makes of them

    @property
    def cycle(self) -> str:
        """M0: the month after the cutoff, in which the plan is made."""
        return shifted(self.cutoff, 1)


def known_of(view: HistoryView, company: Company) -> Known:
    """The tables of a month as step 1 would have written them: the demand history with what empty shelves hid, classes, campaigns."""
    tables = {name: view.read(name) for name in INPUTS if name in PAST or name in HELD or name in LEFT_OUT}
    dated = in_own_periods(tables, own_periods(tables["calendar"]))
    recorded = demand_history(dated["sales_history"], dated["orders"], cutoff=view.cutoff)
    found = planned_on.stock_outs(planned_on.StockOutInputs.of({**dated, "demand_history": recorded}), cutoff=view.cutoff)
    history = planned_on.uncensored_history(recorded, found)
    made = {**tables, "demand_history": history, "stock_outs": found}
    if len(history):
        made["item_classes"] = planned_on.item_classes(history, tables["items"], tables["lifecycle"], cutoff=view.cutoff)
        span = (str(history["period"].min()), view.cutoff)
        made["planning_calendar"] = planning_calendar(
            tables["calendar"], company.country, span, ahead=company.horizon, first_month=company.first_month
        )
    return Known(view.cutoff, made)


def with_measures(known: Known, kinds: tuple[str, ...], company: Company) -> Known:
    """The same with what drivers are told by: what past campaigns brought, which indicators move with demand."""
    tables = dict(known.tables)
    history, items = tables["demand_history"], tables["items"]
    effects = planned_on.working_day_effects(history, items, tables["planning_calendar"])
    tables |= {"working_day_effects": effects, "working_day_factors": planned_on.working_day_factors(tables["planning_calendar"], effects)}
    tables |= {name: empty(CONTRACTS[name]) for name in ("campaign_results", "campaign_months", "indicator_correlations", "findings")}
    if "campaign" in kinds and len(tables["campaigns"]):
        sources = planned_on.AdjustmentInputs.of(tables)
        tables["history_adjustments"] = planned_on.history_adjustments(sources, cutoff=known.cutoff)
        tables["campaign_results"] = measures.campaign_results(measures.CampaignInputs.of(tables), cutoff=known.cutoff)
        tables["campaign_months"] = measures.campaign_months(tables, cutoff=known.cutoff)
    if "indicator" in kinds and len(tables["market_indicators"]):
        told = measures.indicator_correlations(tables["market_indicators"], history, items, cutoff=known.cutoff)
        tables["indicator_correlations"] = told
    return Known(known.cutoff, tables)


def statistical_forecast(known: Known, setting: Setting, company: Company) -> pd.DataFrame:
    """What history alone said, as step 2 makes it: the statistical_forecast contract.

    Campaigns that begin after the cutoff are not known; those before are taken out of what models learn from.
    """
    tables, factors = known.tables, None
    if setting.drivers:
        tables = with_measures(known, setting.drivers, company).tables
        inputs = DriverInputs.of(tables, country=company.country, horizon=company.horizon)
        factors = driver_effects(
            inputs, cutoff=known.cutoff, horizon=company.horizon, steps=company.backtest_horizon, kinds=setting.drivers
        ).factors
    return coherent_forecast(
        tables["demand_history"],
        tables["items"],
        setting.demand,
        cutoff=known.cutoff,
        horizon=company.horizon,
        models=setting.models,
        origins=setting.origins,
        factors=factors,
    ).table


def consensus_of(known: Known, setting: Setting, statistical: pd.DataFrame) -> pd.DataFrame:
    """The demand plan of a month under a policy: the layers that were frozen in it, weighed, else what history says.

    quantity = sum(w f) / sum(w) over the layers that cover the cell and month; a layer covers the family months in which it has any row,
    and a cell there without a row is forecast at zero. Rounded to whole units as the consensus is.

    Returns:
        consensus_demand contract. Overrides and launches of today are not in it.
    """
    mixed = statistical.assign(quantity=_weighed(known, setting, statistical))
    tables = {**known.tables, "statistical_forecast": mixed}
    return conform(consensus_demand(DemandInputs.of(tables), setting.demand), CONTRACTS["consensus_demand"])


def _weighed(known: Known, setting: Setting, statistical: pd.DataFrame) -> np.ndarray:
    weights = {name: weight for name, weight in setting.policy.consensus.items() if weight > 0 and name != STATISTICAL}
    own = setting.policy.consensus[STATISTICAL]
    total, sums = np.full(len(statistical), own), own * statistical["quantity"].to_numpy(dtype=float)
    frozen = known.tables[FROZEN]
    frozen = frozen[(frozen["made_in"] == known.cycle) & frozen["layer"].isin(list(weights))]
    if frozen.empty:
        return statistical["quantity"].to_numpy(dtype=float)
    cells = pd.MultiIndex.from_frame(statistical[CELLS])
    family = known.tables["items"].set_index("item")["family"]
    months = pd.MultiIndex.from_arrays([statistical["item"].map(family), statistical["period"]])
    for name, weight in weights.items():
        layer = frozen[frozen["layer"] == name]
        said = layer.set_index(CELLS)["quantity"].reindex(cells).fillna(0.0).to_numpy(dtype=float)
        covered = months.isin(pd.MultiIndex.from_arrays([layer["item"].map(family), layer["period"]]).unique())
        sums, total = sums + np.where(covered, weight * said, 0.0), total + np.where(covered, weight, 0.0)
    mixed = statistical.assign(quantity=sums / total)
    return whole_cells(mixed, "quantity", known.tables["items"])
