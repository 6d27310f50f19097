"""The sales pipeline as demand: deals to units by item and month, at probabilities checked against what became of such deals."""

import numpy as np
import pandas as pd

from sopkit.demand.series import CELLS, COMPANY, month_numbers
from sopkit.periods import month_label, month_number, shifted

OPEN = ("prospect", "qualified", "proposal", "negotiation")
DECIDED = ("won", "lost")
TRUST = 20  # decided deals at which what became of them and what is stated count alike
LEAST_SLIPS = 5  # won deals with both months behind a slip
RECORD = ["opportunity", "decided_in", "stage", "stated_share", "won", "slipped_months"]
CALIBRATION = ["stage", "decided", "won_share", "stated_share", "brier_score", "calibrated_share", "open_deals"]
DEMAND = ["opportunity", *CELLS, "customer", "stage", "quantity", "stated_share", "calibrated_share", "expected_quantity", "stated_period"]


def decided_deals(opportunities: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Deals that were open in an earlier pipeline and have been decided since, with what was stated then.

    A deal is one deal in however many rows: of a delivery schedule the first month counts, then and now.

    Args:
        opportunities: opportunities contract of this cycle.
        earlier: opportunities contract of the cycle before; empty where it is not kept.

    Returns:
        opportunity, stage (then), stated_share, won (1 or 0), slipped_months (month of delivery now - month stated then; NaN where one of
        them is unknown); one row per deal.
    """
    then = _deals(earlier[earlier["stage"].isin(OPEN)]).set_index("opportunity")
    now = _deals(opportunities[opportunities["stage"].isin(DECIDED)]).set_index("opportunity")
    both = then.join(now, how="inner", lsuffix="_then")
    known = (both["period"].notna() & both["period_then"].notna()).to_numpy()
    slipped = np.full(len(both), np.nan)
    slipped[known] = month_numbers(both.loc[known, "period"]) - month_numbers(both.loc[known, "period_then"])
    table = both.assign(
        stated_share=both["probability_share_then"].astype(float), won=(both["stage"] == "won").astype(float), slipped_months=slipped
    )
    return table.assign(stage=both["stage_then"])[["stage", "stated_share", "won", "slipped_months"]].reset_index()


def _deals(opportunities: pd.DataFrame) -> pd.DataFrame:
    """One row per deal, that of its first delivery."""
    return opportunities.sort_values(["opportunity", "period", "item"]).drop_duplicates("opportunity")


def deals_on_record(decided: pd.DataFrame, record: pd.DataFrame, *, cycle: str) -> pd.DataFrame:
    """Every deal that has been decided since pipelines are kept, as it stood before: what calibration learns from.

    A deal counts once, as it was decided first; one that is opened anew and decided again is another deal only under another id.

    Args:
        decided: `decided_deals` of this cycle.
        record: crm_record contract of the cycle before; empty where there is none.
        cycle: M0.

    Returns:
        crm_record contract: one row per deal.
    """
    fresh = decided[~decided["opportunity"].isin(set(record["opportunity"]))].assign(decided_in=cycle)
    both = pd.concat([record, fresh.astype({"decided_in": "str"})], ignore_index=True) if len(record) else fresh
    return both[RECORD].sort_values("opportunity", ignore_index=True)


def crm_calibration(opportunities: pd.DataFrame, decided: pd.DataFrame) -> pd.DataFrame:
    """How far stated probabilities can be believed, by the stage that deals were in when they were stated.

    Brier score = mean (stated - outcome)^2, outcome 1 for won, 0 for lost (Brier 1950): 0 is perfect, always saying one half gives .25.
    calibrated share = (won + 20 x mean stated) / (decided + 20): what became of such deals, shrunk to what is stated.

    Args:
        opportunities: opportunities contract: deals as they stand.
        decided: `decided_deals`, or all that were ever decided (`deals_on_record`).

    Returns:
        crm_calibration contract: one row per open stage and `*`.
    """
    rows = []
    standing = _deals(opportunities[opportunities["stage"].isin(OPEN)])
    for stage in (*OPEN, COMPANY):
        ended, now = (part if stage == COMPANY else part[part["stage"] == stage] for part in (decided, standing))
        stated, won = ended["stated_share"].to_numpy(dtype=float), ended["won"].to_numpy(dtype=float)
        everything = np.r_[stated, now["probability_share"].to_numpy(dtype=float)]
        mean = float(everything.mean()) if len(everything) else np.nan
        share, brier = (float(part.mean()) if len(won) else np.nan for part in (won, (stated - won) ** 2))
        rows.append((stage, len(won), share, mean, brier, (won.sum() + TRUST * mean) / (len(won) + TRUST), len(now)))
    return pd.DataFrame(rows, columns=CALIBRATION).astype({"stage": "str"})


def slip_months(decided: pd.DataFrame) -> int:
    """Whole months by which won deals came later than was stated: their median, at least 0; 0 where fewer than five tell."""
    known = decided.loc[decided["won"] == 1, "slipped_months"].dropna()
    return max(int(np.floor(known.median() + 0.5)), 0) if len(known) >= LEAST_SLIPS else 0


def crm_demand(opportunities: pd.DataFrame, calibration: pd.DataFrame, *, cycle: str, horizon: int, slip: int = 0) -> pd.DataFrame:
    """Units that the pipeline adds to the baseline, by deal, item and month.

    An open deal counts quantity x stated x (calibrated share of its stage / mean stated share of its stage), at most all of it; a won one
    counts whole, a lost one never, whatever it states. A deal that the baseline already holds, or without a month, counts nothing here.
    An open deal is expected `slip` months after the month it states, and in M0 at the earliest: a date that has passed is a deal that is
    late, not one that is gone.

    Args:
        opportunities: opportunities contract; a delivery schedule is a row per item and month.
        calibration: crm_calibration contract.
        cycle: M0.
        horizon: months planned.
        slip: months by which deals come late (`slip_months`).

    Returns:
        crm_demand contract: one row per deal, item and stated month that counts.
    """
    counts = opportunities["stage"].isin((*OPEN, "won")) & ~opportunities["in_baseline"].eq(True) & opportunities["period"].notna()
    deals = opportunities[counts]
    won = (deals["stage"] == "won").to_numpy(dtype=bool)
    stated_month, first = month_numbers(deals["period"]), month_number(cycle)
    month = np.where(won, stated_month, np.maximum(stated_month + slip, first))
    by_stage = calibration.set_index("stage")
    trusted = (by_stage["calibrated_share"] / by_stage["stated_share"].where(by_stage["stated_share"] > 0)).reindex(deals["stage"])
    stated = np.where(won, 1.0, deals["probability_share"].astype(float))
    calibrated = np.where(won, 1.0, np.clip(stated * trusted.fillna(1.0).to_numpy(dtype=float), 0.0, 1.0))
    table = deals.rename(columns={"period": "stated_period"}).assign(
        period=pd.Series([month_label(int(number)) for number in month], index=deals.index, dtype="str"),
        stated_share=stated,
        calibrated_share=calibrated,
        expected_quantity=deals["quantity"] * calibrated,
    )
    inside = (month >= first) & (month <= month_number(shifted(cycle, horizon - 1)))
    return table.loc[inside, DEMAND].sort_values(["opportunity", "item", "stated_period"], ignore_index=True)


def crm_cover(consensus: pd.DataFrame, demand: pd.DataFrame, orders: pd.DataFrame, items: pd.DataFrame, *, months: int = 3) -> pd.DataFrame:
    """CRM cover of the plan: (shipped + open orders for the period + weighted pipeline not already in the baseline) / plan.

    Args:
        consensus: consensus_demand contract.
        demand: crm_demand contract.
        orders: orders contract, counted in the month they are requested for; empty where it is not provided: then none count.
        items: items contract.
        months: first months of the plan that are looked at.

    Returns:
        family, ordered_quantity, pipeline_quantity, plan_quantity (units), cover_ratio; one row per family and `*`, sorted.
    """
    covered = sorted(consensus["period"].unique())[:months]
    family = items.set_index("item")["family"]
    wanted = pd.to_datetime(orders["requested_date"]).dt.strftime("%Y-%m")
    booked = orders.assign(quantity=orders["quantity"] - orders["cancelled_quantity"].fillna(0.0))[wanted.isin(covered).to_numpy()]
    parts = {
        "ordered_quantity": booked,
        "pipeline_quantity": demand.assign(quantity=demand["expected_quantity"])[demand["period"].isin(covered)],
        "plan_quantity": consensus[consensus["period"].isin(covered)],
    }
    sums = {name: part["quantity"].groupby(part["item"].map(family).to_numpy()).sum() for name, part in parts.items()}
    table = pd.DataFrame(sums).reindex(sorted(set(family))).fillna(0.0).astype(float)
    table.loc[COMPANY] = table.sum()
    cover = (table["ordered_quantity"] + table["pipeline_quantity"]) / table["plan_quantity"].where(table["plan_quantity"] > 0)
    return table.assign(cover_ratio=cover).rename_axis("family").reset_index().sort_values("family", ignore_index=True)
