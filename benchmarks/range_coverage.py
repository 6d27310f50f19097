"""How often the range of a family, a region or the company held what came: rolling origins on a company's own history.

python -m benchmarks.range_coverage RUN_FOLDER|pbs_pharma|stallion_beverages [--level item,channel] [--origins 6] [--apart 2] [--ahead 6]
    [--tier standard]

RUN_FOLDER is a finished run, as reports/adventure_works/2013-12; the two names are data sets in the folder that SOPKIT_DATA names. At each
of the last origins, so many months apart, the baseline is made from what was known, with its range of P10 to P90; 80 % of what came in
the months after should lie inside. Beside it stand each third of the months ahead, what lay below the range, how often it held before
levels were widened by their own earlier errors (`plain`), and the bias: a range that is missed on one side only is missed by the level.
"""

import argparse
from pathlib import Path

import pandas as pd

from benchmarks.forecast_sets import data_folder
from sopkit.demand.hierarchy import coherent_forecast
from sopkit.demand.models import pool_models
from sopkit.demand.policy import DemandPolicy
from sopkit.demand.ranges import node_range, with_width
from sopkit.demand.series import SERIES, training_quantity, with_family
from sopkit.periods import month_label, month_number, shifted

NODES = {"family": ["family"], "region": ["region"], "channel": ["channel"], "total": ["total"]}
COLUMNS = {  # data set: file, columns of item, family, region, channel, month, quantity
    "pbs_pharma": ("pbs_monthly.csv.gz", ["atc2", "atc1", "concession", "type", "month", "scripts"]),
    "stallion_beverages": ("stallion_monthly.csv.gz", ["sku", None, "agency", None, "date", "volume"]),
}


def histories(where: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Demand history and items of a run's folder or of a data set; units."""
    if where not in COLUMNS:
        history, items = (pd.read_parquet(Path(where) / "tables" / f"{name}.parquet") for name in ("demand_history", "items"))
        return history.assign(quantity=training_quantity(history)), items
    file, (item, family, region, channel, month, quantity) = COLUMNS[where]
    raw = pd.read_csv(data_folder() / where / file, dtype={month: "str"})
    named = {"item": item, "family": family, "region": region, "channel": channel}
    table = pd.DataFrame({name: raw[column].astype("str") if column else "-" for name, column in named.items()})
    table = table.assign(period=raw[month].str[:7], quantity=raw[quantity].astype(float))
    items = table[["item", "family"]].drop_duplicates("item", ignore_index=True)
    return _whole(table.groupby([*SERIES, "period"], as_index=False)["quantity"].sum()), items


def _whole(history: pd.DataFrame) -> pd.DataFrame:
    """Every month of each series from its first one on, zero where none is named."""
    first = history.groupby(SERIES)["period"].min().map(month_number).rename("first").reset_index()
    low, high = month_number(history["period"].min()), month_number(history["period"].max())
    months = pd.DataFrame({"number": range(low, high + 1), "period": [month_label(number) for number in range(low, high + 1)]})
    grid = first.merge(months, how="cross").query("number >= first").drop(columns=["first", "number"])
    full = grid.merge(history, on=[*SERIES, "period"], how="left").fillna({"quantity": 0.0})
    return full.astype(dict.fromkeys([*SERIES, "period"], "str"))


def scored(history: pd.DataFrame, items: pd.DataFrame, policy: DemandPolicy, asked: argparse.Namespace, cutoff: str) -> pd.DataFrame:
    """The nodes' ranges made at a cutoff, beside what came: level, period, p10, p50, p90, plain (held before widening), came; units."""
    past = history[history["period"] <= cutoff]
    made = coherent_forecast(past, items, policy, cutoff=cutoff, horizon=asked.ahead, models=pool_models(asked.tier), origins=4)
    plan = made.table.assign(net_price=1.0, revenue=made.table["quantity"])
    cells = with_width(plan, made.table, items).assign(total="*")
    came = with_family(history[(history["period"] > cutoff) & (history["period"] <= shifted(cutoff, asked.ahead))], items).assign(total="*")
    parts = []
    for level, keys in NODES.items():
        told, plain = (node_range(cells, keys, made.correlation, policy, track=track) for track in (made.track, None))
        known = came.groupby([*keys, "period"])["quantity"].sum().rename("came").reset_index()
        both = told.assign(low=plain["p10"], high=plain["p90"])
        both = both[both["period"] <= str(history["period"].max())].merge(known, on=[*keys, "period"], how="left").fillna({"came": 0.0})
        plainly = both["came"].between(both["low"], both["high"])
        parts.append(both[["period", "p10", "p50", "p90", "came"]].assign(level=level, cutoff=cutoff, plain=plainly))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("where")
    parser.add_argument("--level", default=",".join(SERIES))
    for name, default in (("origins", 6), ("apart", 2), ("ahead", 6)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--tier", default="standard")
    asked = parser.parse_args()
    history, items = histories(asked.where)
    policy = DemandPolicy.model_validate({"forecast_level": tuple(asked.level.split(","))})
    last = shifted(str(history["period"].max()), -asked.ahead // 2)
    cutoffs = [shifted(last, -asked.apart * back) for back in range(asked.origins)]
    found = pd.concat([scored(history, items, policy, asked, cutoff) for cutoff in cutoffs])
    found = found.assign(inside=found["came"].between(found["p10"], found["p90"]), below=found["came"] < found["p10"])
    ahead = found["period"].map(month_number) - found["cutoff"].map(month_number) - 1
    by_level = found.groupby("level", sort=False)
    table = by_level.agg(cells=("inside", "size"), inside=("inside", "mean"), plain=("plain", "mean"), below=("below", "mean"))
    thirds = found.assign(third="third " + (ahead * 3 // asked.ahead + 1).astype("str")).pivot_table(
        index="level", columns="third", values="inside"
    )
    error = found.assign(error=found["p50"] - found["came"]).groupby("level", sort=False)[["error", "came"]].sum()
    print(table.join(thirds).assign(bias=error["error"] / error["came"]).round(3).to_string())
    print(found.pivot_table(index="cutoff", columns="level", values="inside", sort=False).round(2).to_string())


if __name__ == "__main__":
    main()
