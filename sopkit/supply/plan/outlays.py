"""What moves, and what the plan pays beside the cost of the units: real money by item and month, no penalty among it."""

import numpy as np
import pandas as pd

from sopkit.supply.plan.decided import Decided, long_frame
from sopkit.supply.plan.matrices import Numbers
from sopkit.supply.plan.situation import Situation

WORTH_TELLING = 1e-6  # money, units
OUTLAY_COLUMNS = ["item", "kind", "period", "amount"]
DELIVERY_COLUMNS = ["item", "origin", "destination", "period", "kind", "arrival_period", "quantity", "cost"]


def deliveries(situation: Situation, decided: Decided) -> pd.DataFrame:
    """What leaves on each lane between sites, and from sites to regions: table deliveries, without the empty months."""
    lanes, months = situation.sites.lanes, situation.months
    item = situation.sites.items[situation.sites.item[lanes.origin]]
    frame = long_frame(
        {
            "item": item,
            "origin": [origin.rsplit(" @ ", 1)[-1] for origin, _ in lanes.labels],
            "destination": [_place(destination) for _, destination in lanes.labels],
            "kind": _kinds(situation),
        },
        months,
        quantity=decided.sent,
        cost=decided.sent * lanes.cost[:, None],
    )
    arrival = np.minimum(np.arange(len(months))[None, :] + lanes.months[:, None], len(months) - 1)
    frame["arrival_period"] = pd.Series(np.asarray(months, dtype=object)[arrival].ravel(), dtype="str", index=frame.index)
    frame = frame[frame["quantity"] > WORTH_TELLING].sort_values(["item", "origin", "destination", "period"], ignore_index=True)
    return frame[DELIVERY_COLUMNS]


def outlays(situation: Situation, decided: Decided) -> pd.DataFrame:
    """Freight, transfers, setups, alternatives, dearer sites and suppliers, temporary people by item and month: plan_outlays."""
    lanes, detours, sources, sites = situation.sites.lanes, situation.lines.detours, situation.sources, situation.sites
    steps, people = sources.steps, situation.people
    moved = sites.items[sites.item[lanes.origin]]
    kind = np.array(_kinds(situation), dtype=object)
    freight = decided.sent * lanes.cost[:, None]
    parts = [
        _part("freight", moved[kind == "delivery"], freight[kind == "delivery"], situation.months),
        _part("transfer", moved[kind == "transfer"], freight[kind == "transfer"], situation.months),
        _part("setup", sites.items[sites.item], decided.setup * situation.lots.setup_cost, situation.months),
        _part(
            "alternative_resource",
            sites.items[sites.item[detours.item]],
            decided.detour * detours.extra_cost[:, None],
            situation.months,
        ),
        _part("site", sites.items[sites.item], decided.production * sites.extra_cost[:, None], situation.months),
        _part("supplier", pd.Index(["*"] * len(sources.labels)), decided.bought * sources.price_above, situation.months),
        _part("supplier", pd.Index(["*"] * len(steps.source)), decided.beyond * steps.change[:, None], situation.months),
        _part("temporary_people", pd.Index(["*"] * len(people.names)), decided.temporary * people.temporary_cost, situation.months),
    ]
    told = pd.concat(parts, ignore_index=True)
    summed = told.groupby(["item", "kind", "period"], sort=True, as_index=False)["amount"].sum()
    return summed[OUTLAY_COLUMNS]


def _part(kind: str, item: pd.Index, amount: Numbers, months: list[str]) -> pd.DataFrame:
    paid = (np.abs(amount) > WORTH_TELLING).any(axis=1)  # of most items and kinds nothing is
    frame = long_frame({"item": pd.Index(item)[paid], "kind": [kind] * int(paid.sum())}, months, amount=amount[paid])
    return frame[frame["amount"].abs() > WORTH_TELLING]


def _place(label: str) -> str:
    """Site or region of a place."""
    return label.rsplit(" > ", 1)[-1] if " > " in label else label.rsplit(" @ ", 1)[-1]


def _kinds(situation: Situation) -> list[str]:
    """Whether a lane goes to a region (delivery) or to a site (transfer)."""
    return ["delivery" if " > " in destination else "transfer" for _, destination in situation.sites.lanes.labels]
