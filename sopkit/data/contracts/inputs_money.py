"""Input tables of money: costs, targets, budget, ledger, balances, payment, currencies."""

from sopkit.data.contracts.column import Contract, choice, code, day, money, number, share
from sopkit.data.contracts.keys import ANY_CHANNEL, ANY_FAMILY, ANY_REGION, CUSTOMER, FAMILY, ITEM, PERIOD, QUANTITY, REGION, VALID_FROM


class UnitCosts(Contract):
    """Standard cost and what it costs to keep or to miss a unit, dated."""

    name, key = "unit_costs", ("item", "valid_from")
    grain = "one row per item and date"
    without = "cost of goods, margin and the value of stock are not available"
    title_sv = "Standardkostnad och vad det kostar att lagerhålla eller sakna en enhet, med datum."
    grain_sv = "en rad per artikel och datum"
    columns = (
        ITEM,
        day("valid_from", "first day of the cost")
        .in_swedish("kostnadens första dag")
        .named("Gäller från", "Giltig från", "Valid from", "Start date")
        .such_as("2026-01-01"),
        number("unit_cost", "standard cost", "money per unit", least=0)
        .in_swedish("standardkostnad")
        .named("Standardkostnad", "Självkostnad", "Kalkylpris", "Standard cost", "Unit cost")
        .such_as("1940"),
        number(
            "variable_cost", "part of the standard cost that is paid per unit made: material and variable work", "money per unit", least=0
        )
        .in_swedish("del av standardkostnaden som betalas per tillverkad enhet: material och rörligt arbete")
        .named("Rörlig kostnad", "Särkostnad", "Variable cost")
        .such_as("1450")
        .optional(),
        number("holding_rate", "cash cost of holding, share of standard cost per year", "share per year", least=0)
        .in_swedish("betald kostnad för lagerhållning, andel av standardkostnaden per år")
        .named("Lagerhållningskostnad", "Lagerränta", "Holding rate")
        .such_as("0.08")
        .optional(),
        number("subcontract_premium", "extra cost per unit when a subcontractor makes it; empty where none can", "money per unit", least=0)
        .in_swedish("merkostnad per enhet när en legotillverkare gör den; tomt där ingen kan")
        .named("Legotillägg", "Subcontract premium")
        .such_as("85")
        .optional(),
    )


class Targets(Contract):
    """Targets of the KPIs and of stock."""

    name, key = "targets", ("target", "scope")
    grain = "one row per target and what it is for; scope `*` is the company"
    without = "KPIs are shown without target, and stock is planned without safety stock"
    title_sv = "Mål för nyckeltal och lager."
    grain_sv = "en rad per mål och vad det gäller; `*` är företaget"
    columns = (
        code("target", "KPI, or `safety_days` (days of demand kept in stock)")
        .in_swedish("nyckeltal, eller `safety_days` (dagars efterfrågan som hålls i lager)")
        .named("Mål", "Nyckeltal", "KPI")
        .such_as("safety_days"),
        code("scope", "family, resource, or `*`")
        .in_swedish("produktfamilj, resurs, eller `*`")
        .named("Omfattning", "Gäller")
        .such_as("Grills"),
        number("value", "target", "unit of the KPI").in_swedish("målvärde").named("Målvärde", "Värde").such_as("14"),
        number("tolerance", "departure that is still green, same unit", "unit of the KPI", least=0)
        .in_swedish("avvikelse som ännu är grön, samma enhet")
        .named("Tolerans")
        .such_as("3")
        .optional(),
    )


class Budget(Contract):
    """The year's budget by month."""

    name, key = "budget", ("family", "region", "channel", "period")
    grain = "one row per family, region, channel and month; region and channel may be `*`"
    without = "the plan is not compared with a budget"
    title_sv = "Årets budget per månad."
    grain_sv = "en rad per produktfamilj, region, kanal och månad; region och kanal får vara `*`"
    columns = (
        FAMILY.meant("family", "produktfamilj"),
        ANY_REGION,
        ANY_CHANNEL,
        PERIOD,
        QUANTITY.meant("units; empty where the budget is money only", "antal; tomt där budgeten bara är pengar").optional(),
        money("revenue", "net sales")
        .in_swedish("nettoomsättning")
        .named("Belopp", "Omsättning", "Nettoomsättning", "Intäkt", "Net sales")
        .such_as("34800000"),
        money("contribution", "operating contribution")
        .in_swedish("täckningsbidrag")
        .named("Täckningsbidrag", "TB")
        .such_as("11200000")
        .optional(),
    )


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
            "gross_sales | returns | discounts | other_income | net_sales | cost_of_goods | gross_margin | overtime | expedite | holding | "
            "write_down | other_cost | operating_contribution",
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
        money("amount", "amount").in_swedish("belopp").named("Belopp", "Utfall", "Actual").such_as("348000"),
    )


class BalanceSheet(Contract):
    """Month-end balances."""

    name, key = "balance_sheet", ("account", "period")
    grain = "one row per account and month end"
    without = "working capital is not available"
    title_sv = "Balanser vid månadsslut."
    grain_sv = "en rad per konto och månadsslut"
    columns = (
        choice(
            "account",
            "account",
            "inventory | receivables | payables | cash | other_current_assets | other_current_liabilities | credit_line",
        )
        .in_swedish(
            "lager, kundfordringar, leverantörsskulder, kassa, övriga omsättningstillgångar, övriga kortfristiga skulder, kreditlimit"
        )
        .named("Konto", "Kontogrupp")
        .such_as("inventory"),
        PERIOD,
        money("amount", "balance; liabilities are positive")
        .in_swedish("balans; skulder är positiva")
        .named("Belopp", "Saldo", "Balans", "Balance")
        .such_as("48000000"),
    )


class PaymentTerms(Contract):
    """When customers pay and when suppliers are paid."""

    name, key = "payment_terms", ("party", "scope")
    grain = "one row per party and scope; scope `*` is all"
    without = "planned receivables, payables and cash are not available"
    title_sv = "När kunder betalar och när leverantörer får betalt."
    grain_sv = "en rad per part och omfattning; `*` är alla"
    columns = (
        choice("party", "who pays", "customer | supplier")
        .in_swedish("vem som betalar: kund, eller vi till leverantör")
        .named("Part")
        .such_as("customer"),
        code("scope", "channel, or `*`").in_swedish("säljkanal, eller `*`").named("Omfattning", "Kanal", "Gäller").such_as("*"),
        number("days", "days from invoice to payment", "days", least=0)
        .in_swedish("dagar från faktura till betalning")
        .named("Dagar", "Betalningsvillkor", "Payment days")
        .such_as("30"),
    )


class SalesTerms(Contract):
    """What lies between gross and net sales: discounts, rebates, bonus and freight allowances, for whom and from when."""

    name, key = "sales_terms", ("kind", "family", "region", "channel", "customer", "valid_from")
    grain = "one row per kind, whom it is for and date; `*` means all, of a kind the most exact row holds, from its date until the next"
    without = "gross sales and what is deducted from them are not available: the statement starts at net sales"
    title_sv = "Vad som ligger mellan brutto- och nettoförsäljning: rabatter, återbäring, bonus och fraktbidrag, för vem och från när."
    grain_sv = "en rad per slag, mottagare och datum; `*` är alla, av ett slag gäller den mest exakta raden, från sitt datum till nästa"
    columns = (
        choice("kind", "what is deducted", "discount | rebate | bonus | freight_allowance")
        .in_swedish("vad som dras av: rabatt, återbäring, bonus, fraktbidrag")
        .named("Slag", "Villkor", "Term", "Deduction")
        .such_as("rebate"),
        ANY_FAMILY,
        ANY_REGION,
        ANY_CHANNEL,
        CUSTOMER.meant("customer, or `*`", "kund, eller `*`").such_as("*"),
        VALID_FROM.meant(
            "first day; it counts in months that begin on it or later", "första dag; gäller månader som börjar då eller senare"
        ),
        choice(
            "settled",
            "in_price: prices and invoices are after it; afterwards: credited later, net sales are less by it",
            "in_price | afterwards",
        )
        .in_swedish("in_price: priser och fakturor är efter avdraget; afterwards: krediteras senare, nettoförsäljningen är så mycket lägre")
        .named("Regleras", "Settlement")
        .such_as("afterwards"),
        share("rate", "share of gross sales; 0 = it ends here")
        .in_swedish("andel av bruttoförsäljningen; 0 = upphör här")
        .named("Sats", "Andel")
        .such_as("0.03"),
        number("unit_amount", "money per unit beside the share", "money per unit", least=0)
        .in_swedish("belopp per enhet utöver andelen")
        .named("Belopp per enhet", "Per enhet", "Amount per unit")
        .such_as("12")
        .optional(),
    )


class ExchangeRates(Contract):
    """Rates against the company's currency, current and in the budget."""

    name, key = "exchange_rates", ("currency", "period")
    grain = "one row per currency and month"
    without = "the currency part of the gap to budget is not available"
    title_sv = "Kurser mot företagets valuta, aktuella och i budgeten."
    grain_sv = "en rad per valuta och månad"
    columns = (
        code("currency", "currency code").in_swedish("valutakod").named("Valuta", "Valutakod", "Currency code").such_as("EUR"),
        REGION.meant("sales region that invoices in it", "säljregion som fakturerar i den").such_as("SE"),
        PERIOD,
        number("rate", "company currency per unit", "money per currency unit", least=0)
        .in_swedish("företagets valuta per enhet")
        .named("Kurs", "Valutakurs", "Exchange rate")
        .such_as("11.20"),
        number("budget_rate", "rate in the budget", "money per currency unit", least=0)
        .in_swedish("kurs i budgeten")
        .named("Budgetkurs", "Budget rate")
        .such_as("11.35"),
    )
