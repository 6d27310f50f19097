"""The demo company's two plants: lines, their calendar, people, suppliers, components and levers."""

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd

from sopkit.periods import first_day, last_day, months_between, period_range, shifted
from sopkit.run.sample.company import LAUNCH_ITEM, SIMULATED_END
from sopkit.run.sample.world import World, stream

CALENDAR_BEFORE, CALENDAR_AHEAD = 26, 36  # months of calendar written before and from M0 on
SHUTDOWN = {"coating": (6, 31), "other": (13, 17)}  # first and last day of July on which a line stands
OVEN_STOP = {"2026-01": 0.62, "2026-02": 0.55}  # share of the coating line's hours that ran while the oven was rebuilt
OVEN_FEARED = {
    "2026-02": {"2026-03": 0.62}
}  # what a cycle feared of later months; March was released on it, and the line ran again on 2 March
NIGHT_SHIFT = {"2026-04": (84.0, 67.0), "2026-05": (125.0, 101.0), "2026-06": (125.0, 101.0)}  # decided in 2026-03: available, demonstrated
NIGHT_SHIFT_FROM, NIGHT_SHIFT_PEOPLE = "2026-04", 8  # known from this cycle on; ten were wanted

# resource: name, site, skill group, demonstrated hours a day, calendar hours a day, overtime cost, crew
RESOURCES = {
    "assembly": ("Assembly, three cells", "Plant South", "assemblers", 46.0, 50.0, 1_500, 6.0),
    "coating": ("Powder coating line", "Plant South", "coaters", 13.6, 16.0, 2_400, 7.0),
    "diecast": ("Die casting", "Plant South", "casters", 18.5, 21.0, 1_200, 4.0),
    "lantern_line": ("Lantern line", "Plant North", "lantern makers", 25.0, 28.0, 900, 3.0),
    "stove_line": ("Stove line", "Plant North", "stove makers", 31.0, 34.5, 1_100, 5.0),
}
OVERTIME_LIMIT_SHARE = 0.15
PEOPLE = {"assemblers": 46, "casters": 15, "coaters": 16, "lantern makers": 17, "stove makers": 24}
ABSENCE = {"coaters": 0.09}

# supplier: name, lead time in days, agreed on-time share, true on-time share, deliveries a month
SUPPLIERS = {
    "L-100": ("Gas valve maker (single source)", 63, 0.95, 0.71, 8),
    "L-200": ("Sheet steel", 21, 0.95, 0.96, 8),
    "L-300": ("Castings", 35, 0.95, 0.94, 4),
    "L-400": ("Glass and wicks", 42, 0.95, 0.95, 3),
    "L-500": ("Cartons", 10, 0.97, 0.98, 6),
    "L-600": ("Accessories, bought in", 56, 0.92, 0.93, 6),
}
FIRST_RECEIPT, LATE_BLOCK = "2023-06", 24
VALVE_LIMIT, VALVE_STOCK, VALVE_PRICE = 9_500, 900, 118


@cache
def _days_off(year: int) -> tuple[date, ...]:
    """Red days of Sweden and the three eves on which nobody works."""
    import holidays

    red = list(holidays.country_holidays("SE", years=year, include_sundays=False))
    midsummer_day = next(day for day in red if day.month == 6 and day.day >= 20 and day.weekday() == 5)
    return (*red, midsummer_day - timedelta(days=1), date(year, 12, 24), date(year, 12, 31))


def working_days(period: str, shutdown: tuple[int, int] | None = None) -> int:
    """Working days of a month in Sweden, without the days of July on which the line stands."""
    first, last = first_day(period), last_day(period)
    stands = [first.replace(day=day) for day in range(shutdown[0], shutdown[1] + 1)] if shutdown and first.month == 7 else []
    return int(np.busday_count(np.datetime64(first), np.datetime64(last) + 1, holidays=[*_days_off(first.year), *stands]))


def hours_by_month(periods: list[str], as_of: str) -> pd.DataFrame:
    """Available and demonstrated hours of each line as a cycle knows them, one row per resource and month."""
    oven = OVEN_STOP | OVEN_FEARED.get(as_of, {})
    night = NIGHT_SHIFT if as_of >= NIGHT_SHIFT_FROM else {}
    rows = []
    for resource, (_, _, _, demonstrated, available, _, _) in RESOURCES.items():
        stands = SHUTDOWN.get(resource, SHUTDOWN["other"])
        for period in periods:
            days = working_days(period, stands)
            ran = oven.get(period, 1.0) if resource == "coating" else 1.0
            more = night.get(period, (0.0, 0.0)) if resource == "coating" else (0.0, 0.0)
            rows.append((resource, period, round(days * available + more[0], 1), round(days * demonstrated * ran + more[1], 1)))
    return pd.DataFrame(rows, columns=["resource", "period", "available_hours", "demonstrated_hours"])


def resource_calendar(world: World, production: np.ndarray, as_of: str) -> pd.DataFrame:
    """Hours of each line: months before M0 with what was worked, months from M0 on without."""
    first = max(shifted(as_of, -CALENDAR_BEFORE), world.periods[0])
    periods = [period for period in period_range(first, CALENDAR_BEFORE + CALENDAR_AHEAD) if period < shifted(as_of, CALENDAR_AHEAD)]
    frame = hours_by_month(periods, as_of)
    worked = {}
    for resource in RESOURCES:
        hours = world.items[resource].fillna(0.0).to_numpy() @ production
        for period in periods:
            if period < as_of:
                worked[resource, period] = round(float(hours[world.month(period)]), 1)
    frame["worked_hours"] = [worked.get(key, np.nan) for key in zip(frame["resource"], frame["period"], strict=True)]
    return frame


def resources_frame() -> pd.DataFrame:
    """The lines."""
    rows = [
        (code, name, site, group, OVERTIME_LIMIT_SHARE, cost, crew) for code, (name, site, group, _, _, cost, crew) in RESOURCES.items()
    ]
    names = ["resource", "resource_name", "site", "skill_group", "overtime_limit_share", "overtime_cost", "crew"]
    return pd.DataFrame(rows, columns=names)


def workforce_frame(as_of: str) -> pd.DataFrame:
    """The 118 people of the lines, by skill group, and the temporary coaters once they are there."""
    temporary = {"coaters": NIGHT_SHIFT_PEOPLE} if as_of >= NIGHT_SHIFT_FROM else {}
    rows = [
        (group, heads + temporary.get(group, 0), 160, ABSENCE.get(group, 0.06), 46_000, 28_000, 60_000, 4)
        for group, heads in PEOPLE.items()
    ]
    names = ["skill_group", "heads", "hours_per_head", "absence_share", "wage", "hire_cost", "layoff_cost", "max_hire"]
    return pd.DataFrame(rows, columns=names)


def bill_of_resources(world: World) -> pd.DataFrame:
    """Standard hours per unit, for items that are made."""
    long = world.items.melt(id_vars="item", value_vars=list(RESOURCES), var_name="resource", value_name="hours")
    return long.dropna().sort_values(["item", "resource"], ignore_index=True)


def suppliers_frame() -> pd.DataFrame:
    """The suppliers and what was agreed."""
    rows = [(code, name, days, target) for code, (name, days, target, _, _) in SUPPLIERS.items()]
    return pd.DataFrame(rows, columns=["supplier", "supplier_name", "lead_time_days", "on_time_target_share"])


def supplier_items(world: World) -> pd.DataFrame:
    """The single-source gas valve of the gas grills; the pellet grill needs none."""
    grills = world.items[(world.items["family"] == "Grills") & (world.items["item"] != LAUNCH_ITEM)]
    return pd.DataFrame(
        {
            "supplier": "L-100",
            "component": "gas_valve",
            "item": grills["item"].to_numpy(),
            "quantity_per_unit": 1.0,
            "monthly_limit": float(VALVE_LIMIT),
            "opening_stock": float(VALVE_STOCK),
            "component_price": float(VALVE_PRICE),
        }
    )


def _late_flags(count: int, on_time_share: float, random: np.random.Generator) -> np.ndarray:
    """Which deliveries are late: of each LATE_BLOCK in a row the agreed share's complement, in random order."""
    blocks = -(-count // LATE_BLOCK)
    late = np.arange(LATE_BLOCK) < round(LATE_BLOCK * (1 - on_time_share))
    return random.permuted(np.tile(late, (blocks, 1)), axis=1).ravel()[:count]


def purchase_receipts(world: World, as_of: str, day: np.datetime64) -> pd.DataFrame:
    """Deliveries of the last 24 months and those on the way: promised, and received where they have come by `day`."""
    random = stream(world.seed, "receipts")
    rows = []
    months = period_range(FIRST_RECEIPT, months_between(FIRST_RECEIPT, SIMULATED_END) + 4)
    for supplier, (_, lead, _, on_time, count) in SUPPLIERS.items():
        late_of = _late_flags(len(months) * count, on_time, random).reshape(len(months), count)
        for month, period in enumerate(months):
            days = np.sort(random.integers(0, 28, count))
            late = late_of[month]
            delay = np.where(late, 3 + random.gamma(2.0, 7.0 if supplier == "L-100" else 3.0, count), -random.integers(0, 3, count))
            quantity = random.integers(60, 140, count) * (12 if supplier == "L-100" else 30)
            for number in range(count):
                promised = np.datetime64(f"{period}-01") + int(days[number])
                received = promised + int(delay[number])
                rows.append(
                    (f"R-{supplier[2:]}-{period}-{number + 1}", supplier, promised - lead, promised, received, float(quantity[number]))
                )
    frame = pd.DataFrame(rows, columns=["receipt", "supplier", "order_date", "promised_date", "receipt_date", "quantity"])
    known = (frame["order_date"] <= day) & (frame["promised_date"] >= np.datetime64(f"{shifted(as_of, -24)}-01"))
    frame = frame[known].reset_index(drop=True)
    return frame.assign(receipt_date=frame["receipt_date"].where(frame["receipt_date"] <= day))


def levers_frame() -> pd.DataFrame:
    """What can be changed, how far and at what price."""
    rows = [
        ("V1", "Night shift on the coating line, ten temporary coaters", "shift", "coating", 126, 2_600, 1_050_000, 3),
        ("V2", "Subcontracted coating", "subcontract", "Grills", 500, 85, 0, 2),
        ("V3", "Second source of the gas valve", "supplier", "gas_valve", 4_000, 131, 900_000, 14),
        ("V4", "Valves by air, six weeks' buffer", "expedite", "gas_valve", 13_000, 27, 350_000, 2),
        ("V5", "Overtime on Saturdays", "overtime", "coating", 40, 2_400, 0, 1),
    ]
    return pd.DataFrame(rows, columns=["lever", "statement", "kind", "target", "maximum", "unit_price", "fixed_cost", "lead_time_weeks"])
