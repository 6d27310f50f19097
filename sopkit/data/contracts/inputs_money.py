"""Input tables of the ledger."""

from sopkit.data.contracts.column import Contract, choice, money
from sopkit.data.contracts.keys import ANY_FAMILY, PERIOD


class LedgerActuals(Contract):
    """What the ledger says of a month: flash at first, then final. Both are kept."""

    name, key = "ledger_actuals", ("account", "family", "period", "status")
    grain = "one row per account, family, month and status; family `*` is the company"
    without = "sales are not reconciled to the ledger"
    title_sv = "Vad bokföringen säger om en månad: först preliminärt, sedan slutligt. Båda sparas."
    grain_sv = "en rad per konto, produktfamilj, månad och status; familj `*` är företaget"
    columns = (
        choice(
            "account",
            "line of the P&L; costs are positive",
            "net_sales | cost_of_goods | gross_margin | overtime | expedite | holding | write_down | other_cost | operating_contribution",
        )
        .in_swedish("rad i resultaträkningen; kostnader är positiva")
        .named("Konto", "Kontogrupp")
        .such_as("net_sales"),
        ANY_FAMILY,
        PERIOD,
        choice("status", "flash until finance closes the month, then final", "flash | final")
        .in_swedish("preliminärt (flash) tills ekonomi stänger månaden, sedan slutligt (final)")
        .named("Läge")
        .such_as("final"),
        money("amount", "amount").in_swedish("belopp").named("Belopp", "Utfall", "Actual").such_as("31250000"),
    )
