"""What changed since the plan of the cycle before, on the months that both plan: by cause in units, by price and volume in money."""

import pandas as pd

from sopkit.demand.series import CELLS, COMPANY, with_family

CAUSES = ("baseline", "lifecycle", "override")
COLUMNS = ["family", "last_quantity", "quantity", *(f"{cause}_change" for cause in CAUSES), "last_revenue", "revenue", "volume", "price"]


def changes_since(consensus: pd.DataFrame, last_plan: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """The plan against the last one, by family and for the company.

    Units: change = change of baseline + of launches and phase-outs + of overrides; empty where the last plan does not tell its parts.
    Money: revenue - last revenue = volume + price, volume = sum (q - q0) p0, price = sum q (p - p0), which sums exactly (Laspeyres for
    volume, Paasche for price). A cell that only one of the two plans has is volume at its own price.

    Args:
        consensus: consensus_demand contract.
        last_plan: last_plan contract; empty where there is none.
        items: items contract.

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
    measures = COLUMNS[1:]
    sums = with_family(table, items).groupby("family", sort=True)[measures].sum()
    sums = pd.concat([sums.sum().to_frame(COMPANY).T, sums])
    if not told:
        sums[[f"{cause}_change" for cause in CAUSES]] = float("nan")
    return sums.rename_axis("family").reset_index()[COLUMNS]
