"""What the ledger says of a month: the final figure where there is one, else the flash; the company's row, else its families together."""

import pandas as pd


def booked_by_month(ledger: pd.DataFrame, account: str) -> tuple[pd.Series, pd.Series]:
    """An account of the company by month, the final figure where there is one, else the flash; and whether it is final.

    Args:
        ledger: ledger_actuals; rows of `*` are the company, families are added up where there are none.
        account: its account.
    """
    rows = ledger[ledger["account"].eq(account)]
    company = rows[rows["family"].eq("*")] if rows["family"].eq("*").any() else rows
    final = company["status"].eq("final").groupby(company["period"]).any()
    chosen = company[company["status"].eq("final") | ~company["period"].map(final).astype(bool)]
    return chosen.groupby("period")["amount"].sum(), final
