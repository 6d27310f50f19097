"""Worked examples of the KPIs: small enough to check in the head; a test computes each through the code that computes the KPI."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """An example in words, and what comes out."""

    text: str
    text_sv: str
    value: float


EXAMPLES = {
    "total_sales": Example("10 at 100 and 5 at 200 = 2,000", "10 à 100 och 5 à 200 = 2 000", 2000.0),
    "forecast_vs_actual": Example("90 came of 100 forecast = 90 %", "90 kom av prognostiserade 100 = 90 %", 0.9),
    "gross_margin": Example(
        "sales 2,000, cost of the units sold 1,400: 600 / 2,000 = 30 %",
        "försäljning 2 000, kostnad för sålt 1 400: 600 / 2 000 = 30 %",
        0.3,
    ),
    "cycle_time": Example(
        "4 units in 2 days and 1 unit in 10 days: median 2 days", "4 st på 2 dagar och 1 st på 10 dagar: median 2 dagar", 2.0
    ),
    "inventory_turnover": Example(
        "cost of sales 1,200 in twelve months, stock 300 at each of thirteen month ends: 4 turns",
        "kostnad för sålt 1 200 på tolv månader, lager 300 vid tretton månadsslut: 4 ggr",
        4.0,
    ),
    "working_capital": Example(
        "stock 300, receivables 200, cash 100 less payables 150: 450",
        "lager 300, kundfordringar 200, kassa 100 minus leverantörsskulder 150: 450",
        450.0,
    ),
    "capacity_utilisation": Example("85 hours worked of 100: 85 %", "85 timmar arbetade av 100: 85 %", 0.85),
    "production_forecast": Example(
        "two orders of 6 and 4 units finished in the month: 10", "två order om 6 och 4 st klara i månaden: 10", 10.0
    ),
    "total_sales_units": Example("10 and 5 units: 15", "10 och 5 st: 15", 15.0),
    "forecast_variance": Example("90 came of 100 forecast, at 10 each: -100", "90 kom av prognostiserade 100, à 10: -100", -100.0),
    "forecast_family_error": Example(
        "families forecast 100 and 100, 120 and 80 came: 40 / 200 = 20 %",
        "familjer med prognos 100 och 100, utfall 120 och 80: 40 / 200 = 20 %",
        0.2,
    ),
    "gross_margin_amount": Example(
        "sales 2,000, cost of the units sold 1,400: 600", "försäljning 2 000, kostnad för sålt 1 400: 600", 600.0
    ),
    "operating_contribution": Example(
        "margin 600 less overtime 50 and holding 10: 540", "marginal 600 minus övertid 50 och lagerhållning 10: 540", 540.0
    ),
    "cycle_time_p90": Example("9 units in 2 days and 1 unit in 10 days: 2 days", "9 st på 2 dagar och 1 st på 10 dagar: 2 dagar", 2.0),
    "open_production_orders": Example("three orders started, one finished: 2", "tre order startade, en klar: 2", 2.0),
    "production_requirement": Example("demand 100, target 20, stock 30: 90", "efterfrågan 100, mål 20, lager 30: 90", 90.0),
    "forward_turns": Example(
        "cost of planned sales 1,200, stock 300 at each month end: 4 turns",
        "kostnad för planerad försäljning 1 200, lager 300 vid varje månadsslut: 4 ggr",
        4.0,
    ),
    "operating_working_capital": Example(
        "stock 300, receivables 200 less payables 150: 350", "lager 300, kundfordringar 200 minus leverantörsskulder 150: 350", 350.0
    ),
    "cash_headroom": Example("cash 100 and a credit line of 400: 500", "kassa 100 och kredit 400: 500", 500.0),
    "planned_load": Example("plan 95 hours, demonstrated 100: 95 %", "plan 95 timmar, visat 100: 95 %", 0.95),
    "required_load": Example("demand asks for 178 hours, demonstrated 100: 178 %", "efterfrågan kräver 178 timmar, visat 100: 178 %", 1.78),
    "wape": Example(
        "forecast 90 and 110, 100 and 100 came: 20 / 200 = 10 %", "prognos 90 och 110, utfall 100 och 100: 20 / 200 = 10 %", 0.1
    ),
    "mape": Example("forecast 90 and 110, 100 and 100 came: 10 %", "prognos 90 och 110, utfall 100 och 100: 10 %", 0.1),
    "mase": Example("error 5; seasonal naive was off by 10 on average: 0.5", "fel 5; säsongsnaiv hade i snitt fel 10: 0,5", 0.5),
    "bias": Example("forecast 220, 200 came: over-forecast 10 %", "prognos 220, utfall 200: överprognos 10 %", 0.1),
    "tracking_signal": Example("errors +10, +10, -5: 15 / 25 = 0.6", "fel +10, +10, -5: 15 / 25 = 0,6", 0.6),
    "value_added": Example("WAPE 15 % before, 10 % after: 5 points", "WAPE 15 % före, 10 % efter: 5 enheter", 0.05),
    "plan_change": Example(
        "100 and 100 planned before, 110 and 80 now: 30 / 200 = 15 %", "100 och 100 planerat före, 110 och 80 nu: 30 / 200 = 15 %", 0.15
    ),
    "unit_fill": Example("of 10 and 10 units 10 and 5 left in time: 75 %", "av 10 och 10 st gick 10 och 5 i tid: 75 %", 0.75),
    "line_fill": Example(
        "of 10 and 10 units 10 and 5 left in time: 1 of 2 lines", "av 10 och 10 st gick 10 och 5 i tid: 1 av 2 rader", 0.5
    ),
    "order_fill": Example(
        "two lines of one order, one short, and one whole order: 1 of 2",
        "en order med två rader varav en kort, och en hel order: 1 av 2",
        0.5,
    ),
    "otif": Example("four lines, three whole and in time: 75 %", "fyra rader, tre hela och i tid: 75 %", 0.75),
    "perfect_order": Example(
        "of four orders one is late and another damaged: 50 %", "av fyra order är en sen och en annan skadad: 50 %", 0.5
    ),
    "days_inventory": Example(
        "mean stock 300, cost of sales 1,200 in 360 days: 90 days", "medellager 300, kostnad för sålt 1 200 på 360 dagar: 90 dagar", 90.0
    ),
    "days_sales": Example(
        "receivables 150; sales 100 in the last month of 30 days, 100 in the one before: 30 + 15 = 45 days",
        "kundfordringar 150; försäljning 100 senaste månaden om 30 dagar, 100 månaden före: 30 + 15 = 45 dagar",
        45.0,
    ),
    "days_payable": Example(
        "payables 60, purchases 120 in the last month of 30 days: 15 days",
        "leverantörsskulder 60, inköp 120 senaste månaden om 30 dagar: 15 dagar",
        15.0,
    ),
    "cash_conversion": Example("90 + 45 - 15 = 120 days", "90 + 45 - 15 = 120 dagar", 120.0),
    "forward_cover": Example(
        "stock 150, demand 100 in 30 days and 100 in 31: 30 + 15.5 = 45.5 days",
        "lager 150, efterfrågan 100 på 30 dagar och 100 på 31: 30 + 15,5 = 45,5 dagar",
        45.5,
    ),
    "plan_attainment": Example(
        "planned 10 and 10, made 15 and 4: 19 / 20 = 95 %", "planerat 10 och 10, gjort 15 och 4: 19 / 20 = 95 %", 0.95
    ),
    "schedule_adherence": Example(
        "planned 10 and 10, made 15 and 4: (10 + 4) / 20 = 70 %", "planerat 10 och 10, gjort 15 och 4: (10 + 4) / 20 = 70 %", 0.7
    ),
    "gap_closing": Example(
        "actions of 100 and 60, and one of 40 in the plan: 160", "åtgärder om 100 och 60, och en om 40 som är i planen: 160", 160.0
    ),
    "gap_closing_weighted": Example(
        "100 at 50 %, 60 at 100 %, 30 without a probability: 110", "100 till 50 %, 60 till 100 %, 30 utan sannolikhet: 110", 110.0
    ),
    "revenue_lost": Example("3 units lost at 50: 150", "3 st förlorade à 50: 150", 150.0),
    "revenue_waiting": Example("2 units wait at 50: 100", "2 st väntar à 50: 100", 100.0),
    "excess_stock": Example(
        "stock 15 and 5, the months take 10 each: 5 units at 20 = 100", "lager 15 och 5, månaderna tar 10 var: 5 st à 20 = 100", 100.0
    ),
    "obsolete_stock": Example("4 units at 20 that nobody will ask for: 80", "4 st à 20 som ingen efterfrågar: 80", 80.0),
    "stock_provision": Example("25 % of excess and obsolete stock of 180: 45", "25 % av överskott och inkurans om 180: 45", 45.0),
    "throughput_per_hour": Example(
        "(price 100 - variable cost 60) / 0.5 hours: 80 an hour", "(pris 100 - rörlig kostnad 60) / 0,5 timmar: 80 per timme", 80.0
    ),
    "supplier_otif": Example("eight of ten deliveries due came in time: 80 %", "åtta av tio leveranser kom i tid: 80 %", 0.8),
    "brier_score": Example(
        "stated 80 % and won, 60 % and lost: (0.04 + 0.36) / 2 = 0.2",
        "angivet 80 % och vunnet, 60 % och förlorat: (0,04 + 0,36) / 2 = 0,2",
        0.2,
    ),
    "crm_cover": Example(
        "(shipped 20 + open orders 50 + pipeline 10) / plan 100: 80 %",
        "(levererat 20 + öppna order 50 + pipeline 10) / plan 100: 80 %",
        0.8,
    ),
    "efficiency": Example("80 standard hours earned in 100 worked: 80 %", "80 standardtimmar på 100 arbetade: 80 %", 0.8),
    "actions_on_time": Example("three of four actions due are done: 75 %", "tre av fyra förfallna åtgärder är klara: 75 %", 0.75),
    "assumptions_held": Example("three assumptions held, one broke: 75 %", "tre antaganden höll, ett brast: 75 %", 0.75),
}
