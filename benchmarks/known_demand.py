"""What step 2 says against what was planted: the demo company's expected demand, uplift, launch and the bias of its sales people.

python -m benchmarks.known_demand [number of worlds]

Each world is simulated anew (small); step 2's functions see only the tables that a company would send. The truth of the forecast is the
demand that one expects who knows the market: level, season, growth and campaigns, before chance. `python -m benchmarks.known_truth`
does the same for step 1.
"""

import sys

import numpy as np
import pandas as pd

from sopkit.data.cleaning import demand_history, known_at_cutoff
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty
from sopkit.data.history import StockOutInputs, stock_outs, uncensored_history
from sopkit.data.measures import CampaignInputs, campaign_months, campaign_results, indicator_correlations
from sopkit.demand import consensus as agreement
from sopkit.demand.accuracy import forecast_accuracy
from sopkit.demand.drivers import DriverInputs, driver_effects
from sopkit.demand.hierarchy import coherent_forecast
from sopkit.demand.models import TIERS
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.series import CELLS, with_family
from sopkit.demand.views import unbiased_forecasts
from sopkit.periods import period_range, shifted
from sopkit.run.sample.company import (
    CANNIBALISED_SHARE,
    CLAIMED_UPLIFT,
    DEFAULT_SEED,
    LAUNCH_ITEM,
    LAUNCH_UNITS,
    MARKETS,
    SALES_BIAS,
    TRUE_UPLIFT,
)
from sopkit.run.sample.files import sample_tables
from sopkit.run.sample.world import World, simulated_world

CYCLE, WORLDS, HORIZON, SCORED, LAG = "2026-03", 8, 24, 9, 2
POLICY = DemandPolicy()
USED = (
    *("items", "sales_history", "orders", "inventory", "production_history", "campaigns", "unit_costs", "market_indicators", "prices"),
    *("lifecycle", "launch_references", "open_orders", "forecast_snapshots", "sales_forecast", "calendar"),
)


def tables_of(world: World) -> dict[str, pd.DataFrame]:
    """What step 1 hands to step 2 in one world."""
    cutoff = shifted(CYCLE, -1)
    frames, _ = sample_tables(world, CYCLE)
    given = {name: frames.get(name, empty(CONTRACTS[name])) for name in USED}
    tables = {name: conform(known_at_cutoff(frame, name, cutoff=cutoff).frame, CONTRACTS[name]) for name, frame in given.items()}
    history = demand_history(tables["sales_history"], tables["orders"], cutoff=cutoff)
    tables["demand_history"] = history
    tables["demand_history"] = uncensored_history(history, stock_outs(StockOutInputs.of(tables), cutoff=cutoff))
    tables["campaign_results"] = campaign_results(CampaignInputs.of(tables), cutoff=cutoff)
    tables["campaign_months"] = campaign_months(tables, cutoff=cutoff)
    indicators = indicator_correlations(tables["market_indicators"], tables["demand_history"], tables["items"], cutoff=cutoff)
    return tables | {"indicator_correlations": indicators}


def expected_demand(world: World) -> pd.DataFrame:
    """The truth: item, region, channel, period, expected (units), in the months that are scored."""
    months = period_range(CYCLE, SCORED)
    places = [world.month(month) for month in months]
    keys = [(item, region, channel, month) for item in world.items["item"] for region, channel in MARKETS for month in months]
    return pd.DataFrame(keys, columns=CELLS).assign(expected=world.expected[:, :, places].ravel())


def measured(seed: int) -> dict[str, float]:
    """The figures of one world; ratios and shares."""
    world, cutoff = simulated_world("small", seed), shifted(CYCLE, -1)
    tables, truth = tables_of(world), expected_demand(world)
    items, history = tables["items"], tables["demand_history"]
    effects = driver_effects(DriverInputs.of(tables, country="SE", horizon=HORIZON), cutoff=cutoff, horizon=HORIZON, steps=6)
    knobs = {"cutoff": cutoff, "horizon": HORIZON, "models": TIERS["standard"], "origins": 4}
    made = coherent_forecast(history, items, POLICY, **knobs, factors=effects.factors).table
    found = _forecast(made, truth, items)
    used = effects.table[(effects.table["driver"] == "campaign") & effects.table["verdict"].eq("earned")]["effect"].to_numpy(dtype=float)
    found |= {"uplift": float(np.abs(used - TRUE_UPLIFT).mean()) if len(used) else np.nan, "families": float(len(used))}
    inputs = agreement.DemandInputs.of({**tables, "statistical_forecast": made, "overrides": empty(CONTRACTS["overrides"])})
    return found | _launch(inputs) | _sales(tables, truth)


def _forecast(made: pd.DataFrame, truth: pd.DataFrame, items: pd.DataFrame) -> dict[str, float]:
    """Error of the baseline and of seasonal naive against the truth, by series and by family; share of it inside P10 to P90."""
    both = with_family(made.merge(truth, on=CELLS, how="inner"), items)
    names = ["quantity", "naive", "expected"]
    family = both.groupby(["family", "period"])[names].sum()
    return {
        f"{name} {level}": float((table[name] - table["expected"]).abs().sum() / table["expected"].sum())
        for level, table in (("series", both), ("families", family))
        for name in ("quantity", "naive")
    }


def _launch(inputs: agreement.DemandInputs) -> dict[str, float]:
    """Units of the launch in its first year and what it takes from others, in relation to what was planted."""
    plan = agreement.consensus_demand(inputs, POLICY)
    own = plan[plan["item"] == LAUNCH_ITEM].groupby("period")["quantity"].sum()
    log = agreement.lifecycle_log(inputs, POLICY).set_index("item").loc[LAUNCH_ITEM]
    return {
        "launch": float(own[own > 0].head(12).sum() / LAUNCH_UNITS - 1),
        "cannibalised": float(log["cannibalised_quantity"] / own.sum() - CANNIBALISED_SHARE),
    }


def _sales(tables: dict[str, pd.DataFrame], truth: pd.DataFrame) -> dict[str, float]:
    """Bias against the truth of what sales said of grills, and of the same without the bias that its record shows."""
    items, cutoff = tables["items"], shifted(CYCLE, -1)
    accuracy = forecast_accuracy(tables["forecast_snapshots"], tables["demand_history"], items, cutoff=cutoff)
    said = tables["sales_forecast"]
    said = said[(said["function"] == "sales") & (said["item"] != LAUNCH_ITEM)]
    views = {"sales": said, "unbiased": unbiased_forecasts(said, accuracy, items, lag=LAG)}
    found = {}
    for name, view in views.items():
        both = with_family(view.merge(truth, on=CELLS, how="inner"), items).query("family == 'Grills'")
        found[name] = float(both["quantity"].sum() / both["expected"].sum() - 1)
    return found


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS
    worlds = pd.DataFrame([measured(DEFAULT_SEED + number) for number in range(count)])
    mean, size = worlds.mean(), worlds.abs().mean()
    print(f"{count} worlds of the small demo company, {SCORED} months ahead of {CYCLE}")
    for level in ("series", "families"):
        told = f"{mean[f'quantity {level}']:6.1%}  (seasonal naive {mean[f'naive {level}']:.1%})"
        print(f"  baseline against expected demand, {level:40} {told}")
    lines = {
        f"uplift planned with, mean error (true {TRUE_UPLIFT:+.0%}, claimed {CLAIMED_UPLIFT:+.0%})": size["uplift"],
        "launch, first twelve months against what was planted": size["launch"],
        f"cannibalised share against the true {CANNIBALISED_SHARE:.0%}": size["cannibalised"],
        f"sales on grills, mean bias (planted at retail: {SALES_BIAS:+.0%})": mean["sales"],
        "the same without the bias of its record": mean["unbiased"],
        "mean size of that bias, as said": size["sales"],
        "mean size of that bias, without that of its record": size["unbiased"],
    }
    for name, value in lines.items():
        print(f"  {name:74} {value:+7.1%}")


if __name__ == "__main__":
    main()
