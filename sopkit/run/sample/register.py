"""What people of the demo company wrote down: overrides, assumptions, risks, decisions, actions, opportunities, targets.

The texts stand in `written/*.csv`: each row says from which cycle on it was known, and a later row of the same id is its new
version. Roles, no names.
"""

from pathlib import Path

import pandas as pd

from sopkit.run.sample.company import CANNIBALISED_SHARE, LAUNCH_ITEM, LAUNCH_PERIOD, LAUNCH_UNITS, PHASE_OUT
from sopkit.run.sample.world import World

WRITTEN = Path(__file__).parent / "written"
KEYS = {
    "actions": ["action"],
    "assumptions": ["assumption"],
    "decisions": ["decision"],
    "opportunities": ["opportunity"],
    "overrides": ["override"],
    "risks": ["risk"],
    "targets": ["target", "scope"],
}
NUMBERS = {
    "value",
    "tolerance",
    "probability_share",
    "contribution_effect",
    "expected_contribution",
    "realised_contribution",
    "revenue_effect",
    "quantity",
    "tripwire_low",
    "tripwire_high",
}


def known_rows(table: str, as_of: str) -> pd.DataFrame:
    """The rows of a table known in a cycle, the latest version of each id."""
    rows = pd.read_csv(WRITTEN / f"{table}.csv", dtype="str", keep_default_na=False)
    rows = rows[rows["known_from"] <= as_of].sort_values("known_from", kind="stable").drop_duplicates(KEYS[table], keep="last")
    rows = rows.sort_values(KEYS[table], ignore_index=True).drop(columns="known_from")
    return rows.assign(**{name: pd.to_numeric(rows[name]) for name in rows.columns.intersection(list(NUMBERS))})


def registers(world: World, as_of: str) -> dict[str, pd.DataFrame]:
    """All tables that people keep by hand, by name."""
    tables = {table: known_rows(table, as_of) for table in KEYS}
    return tables | {"opportunities": _with_items(world, tables["opportunities"]), "lifecycle": lifecycle(world)}


def _with_items(world: World, opportunities: pd.DataFrame) -> pd.DataFrame:
    """Opportunities on an item: the text names a family and the item's rank in it, since sizes differ in their items."""
    codes = world.items["item"]
    ranked = opportunities[["family", "rank"]].itertuples(index=False)
    items = [codes[world.rows_of(family)[int(rank)]] for family, rank in ranked]
    columns = ["opportunity", "customer", "item", "region", "channel", "stage", "probability_share", "quantity", "period", "in_baseline"]
    return opportunities.assign(item=items)[columns]


def lifecycle(world: World) -> pd.DataFrame:
    """The launch inside the crunch, and an item that leaves."""
    reference = world.items["item"][world.rows_of("Grills")[0]]
    rows = [(LAUNCH_ITEM, "launch", LAUNCH_PERIOD, reference, float(LAUNCH_UNITS), "Grills", CANNIBALISED_SHARE)]
    columns = ["item", "event", "period", "reference_item", "annual_quantity", "cannibalised_family", "cannibalised_share"]
    leaving = [(world.items["item"][world.rows_of(family)[-1]], "phase_out", period) for family, period in PHASE_OUT.items()]
    return pd.concat([pd.DataFrame(rows, columns=columns), pd.DataFrame(leaving, columns=columns[:3])], ignore_index=True)
