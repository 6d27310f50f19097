"""The KPIs in Swedish: title, definition, unit, sign and level; the dictionary's Swedish edition is written from them."""

from dataclasses import dataclass

PLANNED = "*Planerade månader*: "


@dataclass(frozen=True)
class InSwedish:
    """One figure in Swedish."""

    title: str
    definition: str
    unit: str
    sign: str
    level: str = ""  # empty: company, or company and family

    @property
    def of_closed_months(self) -> str:
        """The definition without that of planned months; a figure of planned months alone has theirs."""
        closed, _, planned = self.definition.partition(PLANNED)
        return closed.rstrip(" .") or planned


SWEDISH = {
    "total_sales": InSwedish(
        "Total försäljning",
        "fakturerad nettoomsättning i månaden. *Planerade månader*: antal som den begränsade planen levererar x månadens nettopris",
        "pengar",
        "mer är bättre",
    ),
    "forecast_vs_actual": InSwedish(
        "Prognos mot utfall",
        "måluppfyllnad: efterfrågan som kom / konsensusprognosen fryst vid eftersläpningen, båda till artikelns "
        "medelpris över tolv månader",
        "kvot",
        "över 100 % = mer kom än prognosen",
    ),
    "gross_margin": InSwedish(
        "Bruttomarginal",
        "(nettoomsättning - kostnad för sålda enheter) / nettoomsättning, kostnad enligt företagets kalkylprincip. "
        "*Planerade månader*: samma på planens leveranser",
        "andel",
        "mer är bättre",
    ),
    "cycle_time": InSwedish(
        "Genomloppstid",
        "kalenderdagar från första operation till klart: median viktad med antal över månadens färdiga order, öppna "
        "order räknade som ej avslutade",
        "dagar",
        "mindre är bättre",
    ),
    "inventory_turnover": InSwedish(
        "Lageromsättning",
        "standardkostnad för sålda enheter på tolv månader / medel av tretton månadslager till samma kostnad. "
        "*Planerade månader*: tolv månader som slutar med den planerade",
        "gånger",
        "mer är bättre",
    ),
    "working_capital": InSwedish(
        "Rörelsekapital",
        "omsättningstillgångar - kortfristiga skulder vid månadsslut. *Planerade månader*: lager + kundfordringar - "
        "leverantörsskulder + kassa + övrigt",
        "pengar",
        "mindre är bättre",
    ),
    "capacity_utilisation": InSwedish(
        "Kapacitetsutnyttjande",
        "arbetade timmar / tillgängliga timmar, alla resurser. *Planerade månader*: planens standardtimmar / tillgängliga timmar",
        "andel",
        "nära målet är bäst",
    ),
    "production_forecast": InSwedish(
        "Produktion",
        "antal färdiga i månaden. *Planerade månader*: antal som den begränsade planen gör; i frysta månader det som är beställt",
        "antal",
        "nära målet är bäst",
    ),
    "total_sales_units": InSwedish("Sålda enheter", "fakturerat antal. *Planerade månader*: levererat antal", "antal", "mer är bättre"),
    "forecast_variance": InSwedish(
        "Avvikelse mot prognos",
        "efterfrågan som kom - konsensusprognosen fryst vid eftersläpningen, till medelpris",
        "pengar",
        "över noll = mer kom än prognosen",
    ),
    "forecast_family_error": InSwedish(
        "Prognosfel per familj",
        "summa över familjer av |prognos - utfall| / summa utfall: en total på 100 % döljer mix",
        "kvot",
        "mindre är bättre",
    ),
    "gross_margin_amount": InSwedish("Bruttomarginal, belopp", "nettoomsättning - kostnad för sålda enheter", "pengar", "mer är bättre"),
    "operating_contribution": InSwedish(
        "Täckningsbidrag", "*Planerade månader*: bruttomarginal - periodens kostnadsrader", "pengar", "mer är bättre"
    ),
    "cycle_time_p90": InSwedish(
        "Genomloppstid, 90:e percentilen", "kalenderdagar inom vilka 90 % av antalet är klart", "dagar", "mindre är bättre"
    ),
    "open_production_orders": InSwedish(
        "Öppna tillverkningsorder", "order som är påbörjade och inte klara vid månadens slut", "antal", "nära målet är bäst"
    ),
    "production_requirement": InSwedish(
        "Produktionsbehov",
        "*Planerade månader*: efterfrågan + restorder + mållager - ingående lager - öppna inleveranser, inte under noll",
        "antal",
        "nära målet är bäst",
    ),
    "forward_turns": InSwedish(
        "Framåtblickande omsättning",
        "*Planerade månader*: standardkostnad för de närmaste tolv månadernas leveranser / medel av tretton månadslager",
        "gånger",
        "mer är bättre",
    ),
    "operating_working_capital": InSwedish(
        "Operativt rörelsekapital", "lager + kundfordringar - leverantörsskulder vid månadsslut", "pengar", "mindre är bättre"
    ),
    "cash_headroom": InSwedish("Likviditetsutrymme", "kassa + kreditlina vid månadsslut", "pengar", "mer är bättre"),
    "planned_load": InSwedish(
        "Planerad belastning",
        "*Planerade månader*: standardtimmar i den begränsade planen / visade timmar",
        "kvot",
        "nära målet är bäst",
        "resurs",
    ),
    "required_load": InSwedish(
        "Krävd belastning",
        "*Planerade månader*: standardtimmar som obegränsad efterfrågan kräver / visade timmar",
        "kvot",
        "nära målet är bäst",
        "resurs",
    ),
    "wape": InSwedish(
        "WAPE",
        "summa |prognos - utfall| / summa utfall, över artiklar, regioner och kanaler",
        "kvot",
        "mindre är bättre",
        "artikel, region och kanal, summerat till familj och företag",
    ),
    "mape": InSwedish("MAPE", "medel av |prognos - utfall| / utfall där något efterfrågades; för analytiker", "kvot", "mindre är bättre"),
    "mase": InSwedish("MASE", "medelfel / säsongsnaivs medelfel i träningsmånaderna; för analytiker", "kvot", "mindre är bättre"),
    "bias": InSwedish(
        "Skevhet",
        "summa (prognos - utfall) / summa utfall",
        "kvot",
        "över noll = överprognos",
        "artikel, region och kanal, summerat till familj och företag",
    ),
    "tracking_signal": InSwedish(
        "Spårsignal",
        "summa fel / summa felstorlekar över tolv månader; gräns 0,35 till 0,5",
        "kvot",
        "över noll = överprognos; 1 = varje månad",
        "familj och företag",
    ),
    "value_added": InSwedish(
        "Prognosens mervärde",
        "WAPE före steget - WAPE efter, samma celler och eftersläpning",
        "kvot",
        "över noll = steget gjorde prognosen bättre",
        "artikel, region och kanal, summerat till familj och företag",
    ),
    "plan_change": InSwedish(
        "Förändring från cykel till cykel",
        "summa |plan nu - plan förut| / plan förut, månader som båda har",
        "kvot",
        "mindre är bättre",
        "familj och företag",
    ),
    "unit_fill": InSwedish(
        "Fyllnadsgrad, enheter", "antal levererat senast lovad dag / beställt antal, av månadens lovade rader", "andel", "mer är bättre"
    ),
    "line_fill": InSwedish("Fyllnadsgrad, rader", "rader hela senast lovad dag / rader lovade i månaden", "andel", "mer är bättre"),
    "order_fill": InSwedish("Fyllnadsgrad, order", "order där varje rad är hel i tid / order lovade i månaden", "andel", "mer är bättre"),
    "otif": InSwedish(
        "I tid och komplett", "rader hela senast den först lovade dagen, den önskade där ingen lovades / rader", "andel", "mer är bättre"
    ),
    "perfect_order": InSwedish(
        "Perfekt order", "order i tid och komplett och oskadad och dokumenterad / order: ett OCH per order", "andel", "mer är bättre"
    ),
    "days_inventory": InSwedish("Lagerdagar", "medellager / standardkostnad för sålt x dagar i fönstret", "dagar", "mindre är bättre"),
    "days_sales": InSwedish(
        "Kundfordringsdagar",
        "kundfordringar utan moms, räknade bakåt mot de senaste månadernas nettoomsättning",
        "dagar",
        "mindre är bättre",
    ),
    "days_payable": InSwedish(
        "Leverantörsskuldsdagar", "leverantörsskulder, räknade bakåt mot de senaste månadernas inköp", "dagar", "mer är bättre"
    ),
    "cash_conversion": InSwedish(
        "Kassacykel",
        "lagerdagar + kundfordringsdagar - leverantörsskuldsdagar",
        "dagar",
        "färre dagar = mindre bundet kapital; under noll = leverantörerna finansierar",
    ),
    "forward_cover": InSwedish(
        "Framåtblickande täckning", "dagar som utgående lager räcker för konsensusefterfrågan, räknat framåt", "dagar", "nära målet är bäst"
    ),
    "plan_attainment": InSwedish(
        "Planuppfyllnad", "gjort antal / planerat antal i förra planen, alla artiklar", "kvot", "nära målet är bäst"
    ),
    "schedule_adherence": InSwedish(
        "Körplansföljsamhet", "summa min(gjort, planerat) / planerat, per artikel och vecka", "andel", "mer är bättre"
    ),
    "gap_closing": InSwedish(
        "Gapåtgärder, brutto", "effekt på nettoomsättning av öppna åtgärder som inte är i planen", "pengar", "mer är bättre"
    ),
    "gap_closing_weighted": InSwedish(
        "Gapåtgärder, vägda", "samma, vägda med sannolikhet; en åtgärd utan sannolikhet räknas inte", "pengar", "mer är bättre"
    ),
    "revenue_lost": InSwedish(
        "Omsättning i fara, förlorad", "förlorade enheter de kommande tolv månaderna x nettopris", "pengar", "mindre är bättre"
    ),
    "revenue_waiting": InSwedish(
        "Omsättning i fara, väntande", "enheter som väntar x nettopris; varje sen enhet en gång", "pengar", "mindre är bättre"
    ),
    "excess_stock": InSwedish(
        "Överlager",
        "lager vid brytdagen över planens närmaste månader, till standardkostnad; lanseringar undantagna",
        "pengar",
        "mindre är bättre",
    ),
    "obsolete_stock": InSwedish(
        "Inkurant lager", "lager av artiklar utan planerad efterfrågan, till standardkostnad", "pengar", "mindre är bättre"
    ),
    "stock_provision": InSwedish("Inkuransreserv", "nedskrivningssats x överlager och inkurant lager", "pengar", "mindre är bättre"),
    "throughput_per_hour": InSwedish(
        "Bidrag per flaskhalstimme",
        "(nettopris - rörlig kostnad) / flaskhalstimmar per enhet",
        "pengar per timme",
        "mer är bättre",
        "produktfamilj",
    ),
    "supplier_otif": InSwedish(
        "Leverantör i tid",
        "leveranser mottagna senast lovad dag / leveranser som skulle kommit på två år",
        "andel",
        "mer är bättre",
        "leverantör",
    ),
    "brier_score": InSwedish("Pipelinens Brierpoäng", "medel av (angiven sannolikhet - utfall) i kvadrat", "kvot", "mindre är bättre"),
    "crm_cover": InSwedish(
        "CRM-täckning", "(levererat + öppna order + vägd pipeline utanför basprognosen) / månadens plan", "kvot", "nära målet är bäst"
    ),
    "efficiency": InSwedish("Effektivitet", "standardtimmar / arbetade timmar", "kvot", "mer är bättre"),
    "actions_on_time": InSwedish("Åtgärder klara i tid", "förfallna åtgärder som är klara / förfallna åtgärder", "andel", "mer är bättre"),
    "assumptions_held": InSwedish(
        "Antaganden som höll", "antaganden som höll / antaganden prövade förra månaden", "andel", "mer är bättre"
    ),
}
