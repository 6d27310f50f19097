"""How often the range of a family, a region or the company held what came: rolling origins on a company's own history.

python -m benchmarks.range_coverage RUN_FOLDER [forecast level, as item,channel] [origins] [tier]

RUN_FOLDER is a finished run, as reports/adventure_works/2013-12. At each of the last origins, two months apart, the baseline is made from
what was known, with its range of P10 to P90; 80 % of what came in the six months after should lie inside. Beside it stand what lay
below the range and the bias: a range that is missed on one side only is missed by the level, not by its width.
"""

import sys
from pathlib import Path

import pandas as pd

from sopkit.demand.hierarchy import coherent_forecast
from sopkit.demand.models import pool_models
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.ranges import node_range, with_width
from sopkit.demand.series import with_family
from sopkit.periods import shifted

AHEAD, APART, ORIGINS = 6, 2, 6
NODES = {"family": ["family"], "region": ["region"], "channel": ["channel"], "total": ["total"]}


def scored(history: pd.DataFrame, items: pd.DataFrame, policy: DemandPolicy, *, cutoff: str, tier: str) -> pd.DataFrame:
    """The nodes' ranges made at a cutoff, beside what came: level, p10, p50, p90, came; units."""
    past = history[history["period"] <= cutoff]
    made = coherent_forecast(past, items, policy, cutoff=cutoff, horizon=AHEAD, models=pool_models(tier), origins=4)
    plan = made.table.assign(net_price=1.0, revenue=made.table["quantity"])
    cells = with_width(plan, made.table, items).assign(total="*")
    after = history[(history["period"] > cutoff) & (history["period"] <= shifted(cutoff, AHEAD))]
    came = with_family(after, items).assign(total="*")
    parts = []
    for level, keys in NODES.items():
        told = node_range(cells, keys, made.correlation, policy)
        known = came.groupby([*keys, "period"])["quantity"].sum().rename("came").reset_index()
        both = told[told["period"] <= str(history["period"].max())].merge(known, on=[*keys, "period"], how="left").fillna({"came": 0.0})
        parts.append(both[["p10", "p50", "p90", "came"]].assign(level=level, cutoff=cutoff))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) / "tables"
    history, items = (pd.read_parquet(folder / f"{name}.parquet") for name in ("demand_history", "items"))
    level = tuple(sys.argv[2].split(",")) if len(sys.argv) > 2 else ("item", "region", "channel")
    origins, tier = int(sys.argv[3]) if len(sys.argv) > 3 else ORIGINS, sys.argv[4] if len(sys.argv) > 4 else "standard"
    policy = DemandPolicy.model_validate({"forecast_level": level})
    last = shifted(str(history["period"].max()), -3)
    found = pd.concat([scored(history, items, policy, cutoff=shifted(last, -APART * back), tier=tier) for back in range(origins)])
    found = found.assign(inside=found["came"].between(found["p10"], found["p90"]), below=found["came"] < found["p10"])
    by_level = found.groupby("level", sort=False)
    table = by_level.agg(cells=("inside", "size"), inside=("inside", "mean"), below=("below", "mean"))
    error = found.assign(error=found["p50"] - found["came"]).groupby("level", sort=False)[["error", "came"]].sum()
    print(table.assign(bias=error["error"] / error["came"]).round(3).to_string())
    print(found.pivot_table(index="cutoff", columns="level", values="inside", sort=False).round(2).to_string())


if __name__ == "__main__":
    main()
