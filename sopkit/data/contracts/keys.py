"""Columns that mean the same in every input table: written once, in both languages, with the headers that senders use."""

from sopkit.data.contracts.column import code, day, period, units

ITEM = (
    code("item", "article number")
    .in_swedish("artikelnummer")
    .named("Artikelnr", "Artikelnummer", "Artikel", "Art nr", "Art.nr", "Produktnr", "Item no", "Item number", "Product code", "SKU")
    .such_as("10023")
)
FAMILY = (
    code("family", "sales family")
    .in_swedish("produktfamilj")
    .named("Familj", "Produktfamilj", "Produktgrupp", "Varugrupp", "Product family", "Product group")
    .such_as("Grills")
)
REGION = (
    code("region", "sales region")
    .in_swedish("säljregion")
    .named("Säljregion", "Marknad", "Distrikt", "Land", "Sales region", "Country")
    .such_as("SE")
)
CHANNEL = (
    code("channel", "sales channel")
    .in_swedish("säljkanal")
    .named("Kanal", "Säljkanal", "Försäljningskanal", "Sales channel")
    .such_as("retail")
)
CUSTOMER = (
    code("customer", "customer; `-` where the source has none")
    .in_swedish("kund; `-` där källan inte har någon")
    .named("Kundnr", "Kundnummer", "Kund", "Customer no", "Customer number", "Customer code")
    .such_as("K1001")
)
SITE = code("site", "plant").in_swedish("fabrik").named("Fabrik", "Anläggning", "Plant", "Factory").such_as("NORTH")
RESOURCE = (
    code("resource", "line or work centre")
    .in_swedish("linje eller maskingrupp")
    .named("Resurs", "Maskingrupp", "Produktionsgrupp", "Linje", "Work centre", "Work center")
    .such_as("coating")
)
SUPPLIER = (
    code("supplier", "supplier")
    .in_swedish("leverantör")
    .named("Leverantör", "Leverantörsnr", "Leverantörsnummer", "Vendor", "Supplier no", "Supplier number")
    .such_as("L200")
)
SKILL_GROUP = (
    code("skill_group", "skill group")
    .in_swedish("kompetensgrupp")
    .named("Kompetensgrupp", "Yrkesgrupp", "Arbetslag", "Skill group")
    .such_as("coaters")
)
COMPONENT = (
    code("component", "component").in_swedish("komponent").named("Komponent", "Ingående artikel", "Part", "Component no").such_as("valve")
)
PERIOD = period().in_swedish("månad, som 2026-03").named("Månad", "Månadsslut", "Month", "Year-month").such_as("2026-02")
QUANTITY = units().in_swedish("antal").named("Antal", "Kvantitet", "Mängd", "Volym", "Qty", "Units", "Volume").such_as("120")

ANY_FAMILY = FAMILY.meant("family, or `*`", "produktfamilj, eller `*`").such_as("*")
ANY_REGION = REGION.meant("sales region, or `*`", "säljregion, eller `*`").such_as("*")
ANY_CHANNEL = CHANNEL.meant("sales channel, or `*`", "säljkanal, eller `*`").such_as("*")
VALID_FROM = day("valid_from", "first day").in_swedish("första dag").named("Gäller från", "Giltig från", "Valid from").such_as("2026-01-01")
