"""What a unit of a line is worth: in money, and in hours of the resource that the line uses most."""

from collections.abc import Mapping

import pandas as pd

from sopkit.demand.asking.asked import Asked
from sopkit.demand.asking.lines import KEYS, lined
from sopkit.demand.series import with_family
from sopkit.periods import period_range

COLUMNS = [*KEYS, "price", "resource", "hours"]


def worth_of_units(tables: Mapping[str, pd.DataFrame], asked: Asked, *, cycle: str) -> pd.DataFrame:
    """Net price and hours of a unit of each line, by the mix of the plan over the months asked about.

    price = sum revenue / sum units; hours = sum units x standard hours of the resource on which the line asks for most hours / sum units.
    A line without units in the plan has the mean price of its cells, and the hours of its items counted alike.

    Args:
        tables: items, consensus_demand, bill_of_resources (may be empty: then no hours are known).
        asked: what the owner is asked about.
        cycle: M0.

    Returns:
        KEYS, price (money per unit), resource, hours (per unit; both empty where none are known); one row per line, sorted.
    """
    plan = with_family(tables["consensus_demand"], tables["items"])
    plan = plan[plan["period"].isin(period_range(cycle, asked.months))]
    rows = lined(asked, plan.assign(made=plan["item"]))
    silent = rows.groupby(KEYS)["quantity"].transform("sum") <= 0
    rows = rows.assign(weight=rows["quantity"].where(~silent, 1.0))
    rows = rows.assign(value=rows["weight"] * rows["net_price"])
    lines = rows.groupby(KEYS, sort=True)[["weight", "value"]].sum()
    table = lines.assign(price=lines["value"] / lines["weight"])[["price"]]
    needed = rows.merge(tables["bill_of_resources"][["item", "resource", "hours"]].rename(columns={"item": "made"}), on="made")
    hours = needed.assign(hours=needed["hours"] * needed["weight"]).groupby([*KEYS, "resource"], sort=True)["hours"].sum().reset_index()
    most = hours.sort_values([*KEYS, "hours"], ascending=[True] * len(KEYS) + [False]).drop_duplicates(KEYS).set_index(KEYS)
    both = table.join(most.astype({"resource": "str"}))
    return both.assign(hours=both["hours"] / lines["weight"]).reset_index()[COLUMNS]
