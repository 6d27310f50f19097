"""What step 1 says against what was planted: the demo company's known truth, over many seeds.

python -m benchmarks.known_truth [number of worlds] [small|full]

Each world is simulated anew; the suite sees only the tables that a company would send. Beside each estimate stands what is left where
nothing is estimated: the recorded demand as it is, and the uplift that marketing claims.
"""

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sopkit.data.cleaning import demand_history, known_at_cutoff
from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.data.history import StockOutInputs, stock_outs, uncensored_history
from sopkit.data.measures import CampaignInputs, campaign_results, indicator_correlations, supplier_performance
from sopkit.periods import shifted
from sopkit.run.sample.company import CLAIMED_UPLIFT, DEFAULT_SEED, TRUE_UPLIFT, Size
from sopkit.run.sample.files import sample_tables
from sopkit.run.sample.truth import known_truth
from sopkit.run.sample.world import simulated_world

CYCLE, WORLDS = "2026-03", 24
USED = (
    *("items", "sales_history", "orders", "inventory", "production_history", "campaigns", "unit_costs", "market_indicators"),
    *("purchase_receipts", "suppliers"),
)


@dataclass(frozen=True)
class Recovered:
    """What step 1 said of one world, beside its truth."""

    truth: dict
    stock_outs: pd.DataFrame
    campaigns: pd.DataFrame
    indicators: pd.DataFrame
    suppliers: pd.DataFrame

    @property
    def hidden(self) -> pd.DataFrame:
        """Hidden units by item that was out: planted, estimated, and the interval; nothing estimated where nothing was found."""
        planted = pd.Series(self.truth["stock_out_hidden_by_item"], name="planted")
        found = self.stock_outs[
            (self.stock_outs["period"] == self.truth["stock_out_period"]) & (self.stock_outs["outcome"] == "uncensored")
        ].set_index("item")
        table = planted.to_frame().join(found[["hidden_quantity", "hidden_p10", "hidden_p90"]])
        return table.fillna({"hidden_quantity": 0.0})

    @property
    def false_alarms(self) -> pd.DataFrame:
        """Item-months that were un-censored without anything planted in them."""
        taken = self.stock_outs[self.stock_outs["outcome"] == "uncensored"]
        real = (taken["period"] == self.truth["stock_out_period"]) & taken["item"].isin(self.truth["stock_out_hidden_by_item"])
        return taken[~real]

    @property
    def uplift(self) -> pd.Series:
        """The mean over all campaigns."""
        return self.campaigns[(self.campaigns["campaign"] == "*") & (self.campaigns["family"] == "*")].iloc[0]


def recovered(seed: int, size: Size) -> Recovered:
    """Simulate a world, and say what step 1 finds in its tables."""
    world, cutoff = simulated_world(size, seed), shifted(CYCLE, -1)
    frames, hidden = sample_tables(world, CYCLE)
    tables = {name: conform(known_at_cutoff(frames[name], name, cutoff=cutoff).frame, CONTRACTS[name]) for name in USED}
    tables["demand_history"] = demand_history(tables["sales_history"], tables["orders"], cutoff=cutoff)
    found = stock_outs(StockOutInputs.of(tables), cutoff=cutoff)
    tables["demand_history"] = uncensored_history(tables["demand_history"], found)
    return Recovered(
        known_truth(world, hidden),
        found,
        campaign_results(CampaignInputs.of(tables), cutoff=cutoff),
        indicator_correlations(tables["market_indicators"], tables["demand_history"], tables["items"], cutoff=cutoff),
        supplier_performance(tables["purchase_receipts"], tables["suppliers"], cutoff=cutoff),
    )


def figures(worlds: list[Recovered]) -> dict[str, float]:
    """Errors and coverages over some worlds, by name; shares and uplift in points."""
    hidden = pd.concat([world.hidden for world in worlds])
    told = hidden.dropna(subset=["hidden_p10"])
    single = pd.concat([world.campaigns[world.campaigns["campaign"] != "*"].dropna(subset=["uplift_low"]) for world in worlds])
    mean = np.array([float(world.uplift["uplift_ratio"]) for world in worlds])
    low, high = (np.array([float(world.uplift[end]) for world in worlds]) for end in ("uplift_low", "uplift_high"))
    leading = [_company(world, world.truth["leading_indicator"]) for world in worlds]
    unrelated = [_company(world, world.truth["unrelated_indicator"]) for world in worlds]
    late = [world.suppliers.set_index("supplier").loc[world.truth["late_supplier"]] for world in worlds]
    truth = np.array([world.truth["late_supplier_on_time_share"] for world in worlds])
    return {
        "stock-outs found": float((hidden["hidden_quantity"] > 0).mean()),
        "hidden demand, error of the estimate": _error(hidden),
        "hidden demand, error of the recorded demand": 1.0,
        "hidden demand, all items of a world together": float(np.mean([_total_error(world.hidden) for world in worlds])),
        "hidden demand, 80 % interval covers": float(told["planted"].between(told["hidden_p10"], told["hidden_p90"]).mean()),
        "false alarms a world": float(np.mean([len(world.false_alarms) for world in worlds])),
        "uplift, mean absolute error of the estimate": float(np.abs(mean - TRUE_UPLIFT).mean()),
        "uplift, bias of the estimate": float(mean.mean() - TRUE_UPLIFT),
        "uplift, error of the claim": CLAIMED_UPLIFT - TRUE_UPLIFT,
        "uplift, 90 % interval of the mean covers": float(((low <= TRUE_UPLIFT) & (high >= TRUE_UPLIFT)).mean()),
        "uplift, 90 % interval of one campaign covers": float(
            ((single["uplift_low"] <= TRUE_UPLIFT) & (single["uplift_high"] >= TRUE_UPLIFT)).mean()
        ),
        "leading indicator found at its lead": float(
            np.mean(
                [
                    row["verdict"] == "earned" and row["lag"] == world.truth["leading_indicator_months"]
                    for row, world in zip(leading, worlds, strict=True)
                ]
            )
        ),
        "unrelated indicator taken for a leading one": float(np.mean([row["verdict"] == "earned" for row in unrelated])),
        "late supplier named": float(np.mean([row["verdict"] == "below" for row in late])),
        "its on-time share, mean absolute error": float(np.abs(np.array([row["on_time_share"] for row in late]) - truth).mean()),
    }


def _company(world: Recovered, indicator: str) -> pd.Series:
    table = world.indicators
    return table[(table["indicator"] == indicator) & (table["family"] == "*")].iloc[0]


def _error(hidden: pd.DataFrame) -> float:
    """Sum of absolute errors over what was hidden; leaving the recorded demand as it is has the error 1."""
    return float((hidden["hidden_quantity"] - hidden["planted"]).abs().sum() / hidden["planted"].sum())


def _total_error(hidden: pd.DataFrame) -> float:
    return float(abs(hidden["hidden_quantity"].sum() - hidden["planted"].sum()) / hidden["planted"].sum())


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else WORLDS
    size: Size = "full" if sys.argv[2:] == ["full"] else "small"
    worlds = [recovered(DEFAULT_SEED + number, size) for number in range(count)]
    first = worlds[0]
    planted, estimate = first.hidden["planted"].sum(), first.hidden["hidden_quantity"].sum()
    uplift = first.uplift
    print(f"{count} worlds of the {size} demo company; seed {DEFAULT_SEED} first:")
    print(f"  hidden demand {planted:,.0f} units, estimated {estimate:,.0f}; recorded demand alone misses all of it")
    interval = f"[{uplift['uplift_low']:+.1%}, {uplift['uplift_high']:+.1%}]"
    print(f"  uplift {TRUE_UPLIFT:+.0%}, measured {uplift['uplift_ratio']:+.1%} {interval}, claimed {CLAIMED_UPLIFT:+.0%}")
    for name, value in figures(worlds).items():
        print(f"  {name:50} {value:8.1%}" if name != "false alarms a world" else f"  {name:50} {value:8.2f}")


if __name__ == "__main__":
    main()
