"""What changed since the plan of the cycle before, on the months that both plan: by cause in units, by volume, price and currency."""

import numpy as np
import pandas as pd

from sopkit.demand.series import CELLS, COMPANY, with_family

CAUSES = ("baseline", "lifecycle", "override")
COLUMNS = [
    "family",
    "last_quantity",
    "quantity",
    *(f"{cause}_change" for cause in CAUSES),
    "last_revenue",
    "revenue",
    "volume",
    "price",
    "currency",
]


def changes_since(
    consensus: pd.DataFrame,
    last_plan: pd.DataFrame,
    items: pd.DataFrame,
    *,
    rates: pd.DataFrame | None = None,
    last_rates: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The plan against the last one, by family and for the company.

    Units: change = change of baseline + of launches and phase-outs + of overrides; empty where the last plan does not tell its parts.
    Money: revenue - last revenue = volume + price + currency, which sums exactly: volume = sum (q - q0) p0 (Laspeyres); sum q (p - p0)
    (Paasche) is currency as far as it comes from rates, sum q p (1 - r0 / r) limited to cells whose price moved, and price for the rest.
    A cell that only one of the two plans has is volume at its own price. Currency is empty, and all of it price, where the rates of one of
    the two cycles are not known.

    Args:
        consensus: consensus_demand contract.
        last_plan: last_plan contract; empty where there is none.
        items: items contract.
        rates, last_rates: exchange_rates contract of this cycle and of the one before: which regions invoice in which currency.

    Returns:
        family (and `*`), units and money over the months that both plan; empty where there are none.
    """
    months = set(consensus["period"]) & set(last_plan["period"])
    if not months:
        return pd.DataFrame(columns=COLUMNS)
    wanted = [*CELLS, "quantity", "net_price", *CAUSES]
    now, then = (frame.loc[frame["period"].isin(months), wanted] for frame in (consensus, last_plan))
    both = now.merge(then, on=CELLS, how="outer", suffixes=("", "_last"), validate="one_to_one")
    told = bool(then[list(CAUSES)].notna().all().all())
    price = both["net_price"].fillna(both["net_price_last"])
    last_price = both["net_price_last"].fillna(both["net_price"])
    filled = both.fillna({name: 0.0 for name in both.columns if name not in CELLS})
    quantity, last = filled["quantity"], filled["quantity_last"]
    table = filled[CELLS].assign(
        last_quantity=last,
        quantity=quantity,
        **{f"{cause}_change": filled[cause] - filled[f"{cause}_last"] for cause in CAUSES},
        last_revenue=last * last_price,
        revenue=quantity * price,
        volume=(quantity - last) * last_price,
        price=quantity * (price - last_price),
    )
    turned = _turned(table, rates, last_rates)
    share = np.where(np.abs(price - last_price) > 1e-12, turned, 0.0)
    table = table.assign(currency=table["revenue"] * share, price=table["price"] - table["revenue"] * share)
    measures = COLUMNS[1:]
    sums = with_family(table, items).groupby("family", sort=True)[measures].sum()
    sums = pd.concat([sums.sum().to_frame(COMPANY).T, sums])
    if rates is None or last_rates is None or rates.empty or last_rates.empty:
        sums["currency"] = float("nan")
    if not told:
        sums[[f"{cause}_change" for cause in CAUSES]] = float("nan")
    return sums.rename_axis("family").reset_index()[COLUMNS]


def _turned(cells: pd.DataFrame, rates: pd.DataFrame | None, last_rates: pd.DataFrame | None) -> np.ndarray:
    """1 - last rate / rate of the region's currency in the month, by row: 0 where the region has none, or a rate is not known."""
    if rates is None or last_rates is None or rates.empty or last_rates.empty:
        return np.zeros(len(cells))
    now, then = (frame.drop_duplicates(["region", "period"]).set_index(["region", "period"])["rate"] for frame in (rates, last_rates))
    share = (1 - then.reindex(now.index) / now.where(now > 0)).dropna()
    return share.reindex(pd.MultiIndex.from_frame(cells[["region", "period"]])).fillna(0.0).to_numpy(dtype=float)
