"""What changed each cell between two plans, by cause: units first, then what they are worth, then what a unit is worth."""

import numpy as np
import pandas as pd

from sopkit.meeting.bridge.overridden import REST, Overridden

Causes = dict[tuple[str, str], pd.Series]  # by cause and subject: the override, or nothing


def unit_causes(same: pd.DataFrame, overridden: Overridden) -> Causes:
    """Units by cause, row by row: see `plan_bridge`."""
    layered = same["layered"] & ~same["closed"]
    change = {name: (same[name] - same[f"{name}_last"]).where(layered, 0.0) for name in ("baseline", "lifecycle", "drivers")}
    restated = (same["baseline_last"] * (same["level_ratio"] - 1)).where(layered, 0.0)
    asked = (same["quantity"] - same["quantity_last"]).where(~same["closed"], 0.0)
    override = {name: pd.Series(units, index=same.index).where(layered, 0.0) for name, units in overridden.each.items()}
    crm = pd.Series(overridden.crm, index=same.index).where(layered, 0.0)
    let_through = ((same["shipped"] - same["quantity"]) - (same["shipped_last"] - same["quantity_last"])).where(~same["closed"], 0.0)
    missed = _missed(same, let_through)
    rest = asked - change["baseline"] - change["lifecycle"] - crm - sum(override.values(), pd.Series(0.0, index=same.index))
    override[REST] = override.get(REST, 0.0) + rest.where(layered, 0.0)
    causes: Causes = {
        ("restated_history", ""): restated,
        ("model", ""): change["baseline"] - restated - change["drivers"],
        ("campaigns", ""): change["drivers"],
        **{("override", name): units for name, units in override.items()},
        ("crm", ""): crm,
        ("lifecycle", ""): change["lifecycle"],
        ("demand", ""): rest.where(~layered, 0.0),
        ("opening_stock", ""): missed,
        ("capacity", ""): let_through - missed,
    }
    settled = {key: amount.where(~same["now"], 0.0) for key, amount in causes.items()}
    moved = same["shipped"] - same["shipped_last"]
    return {
        ("actuals", ""): moved.where(same["closed"], 0.0),
        ("current_month", ""): moved.where(same["now"], 0.0),
        **settled,
        ("decisions", ""): same["shipped_decided"] - same["shipped"],
    }


def revenue_causes(same: pd.DataFrame, units: Causes) -> Causes:
    """Net sales by cause, row by row: changes of units at the last plan's price, changes of price at its units."""
    price, k = same["net_price_last"], same["rate_ratio"]
    return _valued(
        same,
        units,
        worth=price,
        now=(same["revenue"], same["revenue_decided"]),
        of_unit={"price": same["net_price"] - k * price, "currency": (k - 1) * price},
    )


def margin_causes(same: pd.DataFrame, units: Causes) -> Causes:
    """Gross margin by cause, row by row: changes of units at the last plan's margin, changes of price and cost at its units."""
    price, k = same["net_price_last"], same["rate_ratio"]
    return _valued(
        same,
        units,
        worth=price - same["unit_cost_last"],
        now=(same["revenue"] - same["cost"], same["revenue_decided"] - same["cost_decided"]),
        of_unit={
            "price": same["net_price"] - k * price,
            "currency": (k - 1) * price,
            "cost": same["unit_cost_last"] - same["unit_cost"],
        },
    )


def _valued(
    same: pd.DataFrame, units: Causes, *, worth: pd.Series, now: tuple[pd.Series, pd.Series], of_unit: dict[str, pd.Series]
) -> Causes:
    """Money by cause: units x worth, then the change of a unit's worth x units of the last plan, and both together as interaction."""
    ahead = ~same["closed"] & ~same["now"]
    moved = now[0] - same["shipped_last"] * worth
    more = (same["shipped"] - same["shipped_last"]) * sum(of_unit.values(), pd.Series(0.0, index=same.index))
    valued = {key: amount * worth for key, amount in units.items()}
    return {
        **valued,
        ("actuals", ""): moved.where(same["closed"], 0.0),
        ("current_month", ""): moved.where(same["now"], 0.0),
        ("decisions", ""): now[1] - now[0],
        **{(name, ""): (change * same["shipped_last"]).where(ahead, 0.0) for name, change in of_unit.items()},
        ("interaction", ""): more.where(ahead, 0.0),
    }


def _missed(same: pd.DataFrame, let_through: pd.Series) -> pd.Series:
    """Of what is shipped more or less than asked, the part that an item's unexpected opening stock explains, the first months first."""
    sums = let_through.groupby([same["item"], same["period"]]).sum().unstack(fill_value=0.0).sort_index(axis=1)
    miss = same.groupby("item")["stock_miss"].first().reindex(sums.index)
    side = np.sign(miss.to_numpy())[:, None]
    running = np.cumsum(np.maximum(sums.to_numpy() * side, 0.0), axis=1)
    taken = np.diff(np.minimum(running, np.abs(miss.to_numpy())[:, None]), axis=1, prepend=0.0) * side
    share = pd.DataFrame(
        np.divide(taken, sums.to_numpy(), out=np.zeros_like(taken), where=sums.to_numpy() != 0), index=sums.index, columns=sums.columns
    )
    found = share.stack().reindex(pd.MultiIndex.from_frame(same[["item", "period"]])).to_numpy()
    return let_through * found
