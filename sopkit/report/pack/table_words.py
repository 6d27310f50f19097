"""Input tables as a reader of a pack calls them; their names in the data dictionary are the same words, joined."""

from sopkit.report.narrative import N_, Writer

TABLES = (
    *(N_("items"), N_("customers"), N_("sales history"), N_("orders"), N_("shipments"), N_("prices"), N_("calendar"), N_("campaigns")),
    *(N_("opportunities"), N_("market indicators"), N_("sales forecast"), N_("forecast snapshots"), N_("lifecycle")),
    *(N_("launch references"), N_("published plan"), N_("inventory"), N_("stock adjustments"), N_("open orders")),
    *(N_("production history"), N_("resources"), N_("resource calendar"), N_("workforce"), N_("bill of resources")),
    *(N_("bill of materials"), N_("sourcing"), N_("planning costs"), N_("alternative resources"), N_("stock limits"), N_("lot sizes")),
    *(N_("workforce calendar"), N_("site items"), N_("transfers"), N_("stock rules"), N_("suppliers"), N_("supplier contracts")),
    *(N_("supplier items"), N_("purchase receipts"), N_("levers"), N_("unit costs"), N_("targets"), N_("budget")),
    *(N_("ledger actuals"), N_("balance sheet"), N_("payment terms"), N_("sales terms"), N_("exchange rates"), N_("overrides")),
    *(N_("assumptions"), N_("risks"), N_("initiatives"), N_("decisions"), N_("actions"), N_("tasks")),
)


def table_words(writer: Writer, table: str) -> str:
    """A table in words of the pack's language; one that is no input is its name, written with spaces."""
    return writer.text(table.replace("_", " "))
