"""Input tables of purchasing: suppliers, what they deliver, how well they did, and what can be changed."""

from sopkit.data.contracts.column import Contract, choice, code, day, number, share, text
from sopkit.data.contracts.keys import COMPONENT, ITEM, QUANTITY, SUPPLIER, VALID_FROM


class Suppliers(Contract):
    """Who delivers."""

    name, key = "suppliers", ("supplier",)
    grain = "one row per supplier"
    without = "suppliers do not limit the plan"
    title_sv = "Vem som levererar."
    grain_sv = "en rad per leverantör"
    columns = (
        SUPPLIER,
        text("supplier_name", "name")
        .in_swedish("namn")
        .named("Leverantörsnamn", "Namn", "Supplier name", "Vendor name")
        .such_as("Valve maker"),
        number("lead_time_days", "agreed lead time; empty where none is known", "days", least=0)
        .in_swedish("avtalad ledtid i dagar; tomt där ingen är känd")
        .named("Ledtid", "Ledtid dagar", "Leveranstid", "Lead time")
        .such_as("63")
        .optional(),
        share("on_time_target_share", "agreed share of deliveries on time")
        .in_swedish("avtalad andel leveranser i tid")
        .named("Mål leveransprecision", "On-time target")
        .such_as("0.95")
        .optional(),
    )


class SupplierContracts(Contract):
    """What is agreed with a supplier, from when to when: prices by quantity, most and least, the smallest order."""

    name, key = "supplier_contracts", ("supplier", "component", "valid_from", "from_quantity")
    grain = "one row per supplier, component, contract and price step; outside its contracts a supplier that has any delivers nothing"
    without = "suppliers deliver at the price and limit of their items in each month"
    title_sv = "Vad som är avtalat med en leverantör, från när till när: priser efter kvantitet, mest och minst, minsta order."
    grain_sv = "en rad per leverantör, komponent, avtal och prissteg; utanför sina avtal levererar en leverantör med avtal ingenting"
    columns = (
        SUPPLIER,
        COMPONENT,
        VALID_FROM.meant(
            "first day; it counts in months that begin on it or later", "första dag; gäller månader som börjar då eller senare"
        ),
        day("valid_to", "last day; empty = without end; it counts in months that begin before it")
        .in_swedish("sista dag; tomt = tills vidare; gäller månader som börjar före den")
        .named("Gäller till", "Giltig till", "Valid to")
        .such_as("2026-12-31")
        .optional(),
        number(
            "from_quantity", "components a month beyond which the price of the row counts; 0 = the first", "components per month", least=0
        )
        .in_swedish("komponenter per månad bortom vilka radens pris gäller; 0 = den första")
        .named("Från kvantitet", "From quantity")
        .such_as("0"),
        number("price", "price of a component beyond that quantity; empty = as in supplier_items", "money per component", least=0)
        .in_swedish("pris för en komponent bortom kvantiteten; tomt = som i supplier_items")
        .named("Pris")
        .such_as("85")
        .optional(),
        number("monthly_limit", "most components a month, told in the first step; empty = no limit", "components per month", least=0)
        .in_swedish("flest komponenter per månad, anges i första steget; tomt = ingen gräns")
        .named("Högst per månad", "Monthly limit")
        .such_as("9500")
        .optional(),
        number("least_quantity", "least components taken each month, told in the first step", "components per month", least=0)
        .in_swedish("minsta uttag av komponenter varje månad, anges i första steget")
        .named("Minst per månad", "Minsta uttag", "Least quantity")
        .such_as("2000")
        .optional(),
        number("minimum_order", "least components of a month in which anything is ordered, told in the first step", "components", least=0)
        .in_swedish("minst antal komponenter en månad då något beställs, anges i första steget")
        .named("Minsta order", "Minimum order", "MOQ")
        .such_as("500")
        .optional(),
        choice(
            "price_holds_for", "components of the month that a step's price counts for once it is reached; empty = beyond", "beyond | all"
        )
        .in_swedish("månadens komponenter som stegets pris gäller när det nåtts; tomt = beyond, de som ligger bortom det")
        .named("Priset gäller", "Price holds for")
        .such_as("beyond")
        .optional(),
    )


class SupplierItems(Contract):
    """What a supplier delivers, how much goes into a unit, and the most it delivers in a month."""

    name, key = "supplier_items", ("supplier", "component", "item")
    grain = "one row per supplier, component and item that uses it"
    without = "suppliers do not limit the plan"
    title_sv = "Vad en leverantör levererar, hur mycket som går åt per enhet, och hur mycket den levererar högst per månad."
    grain_sv = "en rad per leverantör, komponent och artikel som använder den"
    columns = (
        SUPPLIER,
        COMPONENT,
        ITEM.meant("article number that uses it", "artikelnummer som använder den"),
        number("quantity_per_unit", "components per unit", "components per unit", least=0)
        .in_swedish("komponenter per enhet")
        .named("Antal per enhet", "Åtgång", "Quantity per", "Usage")
        .such_as("1"),
        number("monthly_limit", "most components a month over all items; empty where none is agreed", "components per month", least=0)
        .in_swedish("flest komponenter per månad över alla artiklar; tomt där inget är avtalat")
        .named("Högst per månad", "Kapacitet per månad", "Monthly limit")
        .such_as("9500")
        .optional(),
        number("opening_stock", "components on hand at the cutoff", "components", least=0)
        .in_swedish("komponenter i lager vid brytpunkten")
        .named("Lager", "Saldo", "Opening stock")
        .such_as("12000")
        .optional(),
        number("component_price", "price of a component", "money per component", least=0)
        .in_swedish("pris för en komponent")
        .named("Inköpspris", "Pris", "Component price", "Purchase price")
        .such_as("85")
        .optional(),
    )


class PurchaseReceipts(Contract):
    """Deliveries from suppliers: promised and received."""

    name, key = "purchase_receipts", ("receipt",)
    grain = "one row per delivery"
    without = "supplier delivery performance is not available"
    title_sv = "Leveranser från leverantörer: lovade och mottagna."
    grain_sv = "en rad per leverans"
    columns = (
        code("receipt", "delivery")
        .in_swedish("leverans")
        .named("Inleverans", "Inleveransnr", "Mottagning", "Receipt no", "Goods receipt")
        .such_as("R4001"),
        SUPPLIER,
        day("order_date", "ordered; empty where it is not known")
        .in_swedish("beställd; tomt där det inte är känt")
        .named("Orderdatum", "Beställningsdatum", "Inköpsdatum", "Order date")
        .such_as("2025-12-01")
        .optional(),
        day("promised_date", "promised")
        .in_swedish("lovad")
        .named("Lovat datum", "Bekräftat datum", "Utlovat datum", "Promised date", "Confirmed date", "Due date")
        .such_as("2026-02-02"),
        day("receipt_date", "received; empty while it is late or due")
        .in_swedish("mottagen; tomt så länge den är sen eller väntad")
        .named("Mottaget datum", "Mottaget", "Inleveransdatum", "Ankomstdatum", "Receipt date", "Received")
        .such_as("2026-02-05")
        .optional(),
        QUANTITY,
    )


class Levers(Contract):
    """What can be changed, how far and at what price."""

    name, key = "levers", ("lever",)
    grain = "one row per lever"
    without = "options to decide on cannot be priced"
    title_sv = "Vad som kan ändras, hur mycket och till vilket pris."
    grain_sv = "en rad per möjlighet"
    columns = (
        code("lever", "id").in_swedish("id").named("Möjlighet", "Åtgärd").such_as("V1"),
        text("statement", "what it is").in_swedish("vad det är").named("Beskrivning", "Description").such_as("Night shift at coating"),
        choice("kind", "kind", "shift | subcontract | supplier | expedite | overtime | stock | hire | temporary | allocate | demand")
        .in_swedish(
            "slag: skift, legotillverkning, leverantör, expressfrakt, övertid, lager, anställning, inhyrd personal, fördelning, efterfrågan"
        )
        .named("Slag", "Typ")
        .such_as("shift"),
        code("target", "what it acts on: a resource, a family or item, a component, a skill group, a channel")
        .in_swedish("vad den verkar på: en resurs, en produktfamilj eller artikel, en komponent, en kompetensgrupp, en kanal")
        .named("Verkar på", "Gäller", "Acts on")
        .such_as("coating"),
        number("maximum", "most per month", "units, hours or people per month", least=0)
        .in_swedish("högst per månad")
        .named("Högst", "Max per month")
        .such_as("156"),
        number("unit_price", "cost per unit, hour, or person and month", "money", least=0)
        .in_swedish("kostnad per enhet, timme, eller person och månad")
        .named("Styckpris", "Pris", "Unit price")
        .such_as("620"),
        number("fixed_cost", "cost once", "money", least=0)
        .in_swedish("engångskostnad")
        .named("Fast kostnad", "Startkostnad", "Start-up cost")
        .such_as("120000"),
        number("lead_time_weeks", "from decision to effect", "weeks", least=0)
        .in_swedish("veckor från beslut till effekt")
        .named("Ledtid veckor", "Lead time weeks")
        .such_as("3"),
        number("minimum_commitment", "least that has to be taken once it is started", "units or hours per month", least=0)
        .in_swedish("minsta uttag när den väl har startats")
        .named("Minsta uttag", "Minimum")
        .such_as("80")
        .optional(),
    )
