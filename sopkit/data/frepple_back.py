"""The plan read back from frePPLe's tables, and held against the plan that was written: what is handed over is not less than the plan."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform
from sopkit.errors import Problem

TOLERANCE = 1e-5  # units: what is rolled from month to month over a horizon of rounded figures
SHOWN = 10
SERVICE = "service"  # an item's subcategory: delivered as it ships, never in stock


def plan_from_frepple(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The plan as frePPLe's tables tell it: supply_plan and demand_fulfilment.

    Stock is not written by month: it is rolled from what is on hand at the cutoff, closing = opening + made + subcontracted + received -
    shipped - used inside. What is neither made nor bought nor kept (services) is delivered as it ships.

    Args:
        tables: by frePPLe's names, as `frepple_tables` writes them; numbers may be text, as a file holds them.

    Returns:
        The tables by contract.
    """
    told = {name: _typed(frame) for name, frame in tables.items()}
    plan = told["forecastplan"]
    plan = plan.assign(period=plan["startdate"].str[:7])
    customer = told["customer"].set_index("name")
    fulfilment = pd.DataFrame(
        {
            "item": plan["item"],
            "region": plan["customer"].map(customer["category"]),
            "channel": plan["customer"].map(customer["subcategory"]),
            "period": plan["period"],
            "demand": plan["forecastoverride"],
            "shipped": plan["forecastplanned"],
            "late": plan["late"],
            "lost": plan["lost"],
            "closing_backlog": plan["waiting"],
        }
    )
    return {
        "supply_plan": conform(_supply_plan(told, fulfilment), CONTRACTS["supply_plan"]),
        "demand_fulfilment": conform(fulfilment, CONTRACTS["demand_fulfilment"]),
    }


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Numbers of the columns that hold numbers; everything else as it is."""
    numbers = ("quantity", "value", "onhand", "minimum", "forecastoverride", "forecastplanned", "late", "lost", "waiting")
    return frame.assign(**{name: pd.to_numeric(frame[name]) for name in numbers if name in frame})


def _supply_plan(told: Mapping[str, pd.DataFrame], fulfilment: pd.DataFrame) -> pd.DataFrame:
    months = sorted({*told["calendarbucket"]["startdate"].str[:7]})
    items = pd.Index(sorted(told["buffer"]["item"]))
    asked = {
        name: _grid(fulfilment, items, months, column)
        for name, column in (("demand", "demand"), ("shipped", "shipped"), ("lost", "lost"), ("closing_backlog", "closing_backlog"))
    }
    buys = told["purchaseorder"].assign(period=told["purchaseorder"]["receipt date"].str[:7])
    made = told["manufacturingorder"].assign(period=told["manufacturingorder"]["start date"].str[:7])
    outside, confirmed = buys["supplier"] == "subcontractor", buys["status"] == "confirmed"
    production = _grid(made, items, months, "quantity") + _grid(buys[~outside & ~confirmed], items, months, "quantity")
    subcontract, receipts = _grid(buys[outside], items, months, "quantity"), _grid(buys[confirmed], items, months, "quantity")
    used = told["operationplanmaterial"]
    inside = -_grid(used.assign(period=used["date"].str[:7]), items, months, "quantity")
    service = (told["item"].set_index("name")["subcategory"].reindex(items) == SERVICE).to_numpy()[:, None]
    production = np.where(service, asked["shipped"], production)
    onhand = told["buffer"].set_index("item")["onhand"].reindex(items).fillna(0.0).clip(lower=0.0).to_numpy(float)
    flow = np.where(service, 0.0, production + subcontract + receipts - asked["shipped"] - inside)
    closing = np.maximum(onhand[:, None] + np.cumsum(flow, axis=1), 0.0)
    calendar = told["calendarbucket"]
    targets = calendar.assign(item=calendar["calendar"].str.removeprefix("safety stock of "), period=calendar["startdate"].str[:7])
    measures = {
        "demand": asked["demand"],
        "opening_stock": np.hstack([onhand[:, None], closing[:, :-1]]),
        "production": production,
        "subcontract": subcontract,
        "receipts": receipts,
        "shipped": asked["shipped"],
        "lost": asked["lost"],
        "closing_backlog": asked["closing_backlog"],
        "closing_stock": closing,
        "target_stock": _grid(targets, items, months, "value"),
        "used_inside": inside,
    }
    keys = {"item": np.repeat(items.to_numpy(object), len(months)), "period": np.tile(np.array(months, dtype=object), len(items))}
    return pd.DataFrame(keys | {name: values.ravel() for name, values in measures.items()})


def _grid(frame: pd.DataFrame, items: pd.Index, months: list[str], column: str) -> np.ndarray:
    """A column summed by item and month; 0 where nothing is told."""
    own = frame[frame["item"].isin(items) & frame["period"].isin(months)]
    grid = np.zeros((len(items), len(months)))
    np.add.at(grid, (items.get_indexer(own["item"]), pd.Index(months).get_indexer(own["period"])), own[column].to_numpy(float))
    return grid


def plan_differences(written: Mapping[str, pd.DataFrame], back: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Where the plan that was read back is not the one that was written: rows that are missing or added, numbers that differ.

    Args:
        written: supply_plan and demand_fulfilment, of the run.
        back: the same, of `plan_from_frepple`.

    Returns:
        At most ten problems a table; none where nothing was lost.
    """
    problems: list[Problem] = []
    for name, frame in back.items():
        keys = list(CONTRACTS[name].key)
        both = written[name].merge(frame, on=keys, how="outer", suffixes=("", " back"), indicator=True)
        apart = both[both["_merge"] != "both"]
        found = [
            Problem(f"{name}, {' '.join(map(str, key))}", "only in the plan" if side == "left_only" else "only read back", "in both")
            for *key, side in apart[[*keys, "_merge"]].head(SHOWN).itertuples(index=False, name=None)
        ]
        for column in [column.name for column in CONTRACTS[name].columns if column.kind == "number"]:
            ours, theirs = both[column].fillna(0.0), both[f"{column} back"].fillna(0.0)
            off = both[(both["_merge"] == "both") & ((ours - theirs).abs() > TOLERANCE)]
            found += [
                Problem(f"{name}.{column}, {' '.join(str(row[key]) for key in keys)}", f"{row[f'{column} back']:g}", f"{row[column]:g}")
                for row in off.head(SHOWN).to_dict("records")
            ]
        problems += found[:SHOWN]
    return problems
