"""Input tables of stock: what is there, what changed it, what is on order, what was made."""

from sopkit.data.contracts.column import Contract, choice, code, day, text, units
from sopkit.data.contracts.keys import ITEM, PERIOD, QUANTITY, SITE


class Inventory(Contract):
    """Closing stock at month ends."""

    name, key = "inventory", ("item", "period")
    grain = "one row per item and month end, all sites together"
    without = "stock, turnover and cover are not available; the plan starts from empty shelves"
    title_sv = "Lager vid månadsslut."
    grain_sv = "en rad per artikel och månadsslut, alla anläggningar tillsammans"
    columns = (
        ITEM,
        PERIOD,
        units("quantity", "units on hand at the end of the month", least=None)
        .in_swedish("antal i lager vid månadens slut")
        .named("Antal", "Saldo", "Lagersaldo", "Utgående lager", "On hand", "Stock", "Closing stock", "Qty")
        .such_as("640"),
    )


class StockAdjustments(Contract):
    """What changed stock besides production, purchase and sales: counts, scrap, transfers."""

    name, key = "stock_adjustments", ("adjustment",)
    grain = "one row per adjustment of an item"
    without = "counts, scrap and transfers of stock are part of what the stock roll leaves unexplained"
    title_sv = "Vad som ändrade lagret utöver tillverkning, inköp och försäljning: inventeringar, kassationer, omflyttningar."
    grain_sv = "en rad per justering av en artikel"
    columns = (
        code("adjustment", "id").in_swedish("id").named("Justering", "Verifikat", "Document").such_as("J900"),
        ITEM,
        SITE.meant("site whose stock changes", "plats vars lager ändras").optional(),
        day("date", "day of the adjustment")
        .in_swedish("justeringens dag")
        .named("Datum", "Bokföringsdatum", "Posting date")
        .such_as("2026-02-27"),
        choice("kind", "why stock changed", "count | scrap | transfer | return | other")
        .in_swedish("varför lagret ändrades: inventering, kassation, omflyttning, retur, annat")
        .named("Orsak", "Typ")
        .such_as("scrap"),
        units("quantity", "units added; negative where they were taken off", least=None)
        .in_swedish("antal som lades till; negativt där det togs bort")
        .named("Antal", "Kvantitet", "Qty")
        .such_as("-4"),
        text("reason", "in words").in_swedish("i ord").named("Kommentar", "Comment").such_as("Transport damage").optional(),
    )


class OpenOrders(Contract):
    """Receipts that are already ordered: purchase and production."""

    name, key = "open_orders", ("kind", "item", "period")
    grain = "one row per kind, item and month of arrival"
    without = "nothing is known to be on order: no receipts are planned on, and no month is frozen"
    title_sv = "Inleveranser som redan är beställda: inköp och tillverkning."
    grain_sv = "en rad per slag, artikel och ankomstmånad"
    columns = (
        choice("kind", "made by us, which takes hours, or bought", "production | purchase")
        .in_swedish("tillverkas av oss, vilket tar timmar (production), eller köps (purchase)")
        .named("Ordertyp", "Typ", "Order type")
        .such_as("production"),
        ITEM,
        PERIOD.meant("month of arrival", "ankomstmånad").named("Leveransmånad", "Ankomst", "Arrival").such_as("2026-03"),
        QUANTITY,
    )


class ProductionHistory(Contract):
    """Finished production orders, and open ones without a finish."""

    name, key = "production_history", ("production_order",)
    grain = "one row per production order"
    without = "cycle time is not available"
    title_sv = "Färdiga tillverkningsorder, och öppna utan slutdatum."
    grain_sv = "en rad per tillverkningsorder"
    columns = (
        code("production_order", "order number")
        .in_swedish("ordernummer")
        .named("Tillverkningsorder", "TO-nr", "Ordernr", "Work order", "Production order", "Order no")
        .such_as("T8001"),
        ITEM,
        day("start_date", "first operation started")
        .in_swedish("första operationen började")
        .named("Startdatum", "Start", "Started")
        .such_as("2026-02-03"),
        day("finish_date", "last operation finished; empty while it is open")
        .in_swedish("sista operationen klar; tomt så länge den är öppen")
        .named("Slutdatum", "Klardatum", "Färdigdatum", "Finish", "Finished", "End date")
        .such_as("2026-02-06")
        .optional(),
        QUANTITY.meant("units finished, or ordered while it is open", "färdigt antal, eller beställt så länge den är öppen").named(
            "Färdigt antal", "Produced"
        ),
    )
