"""Working days counted by hand, and by a plain loop over the days."""

from datetime import date, timedelta

import holidays
import pandas as pd
import pytest

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.inputs_sales import Calendar
from sopkit.data.working_days import calendar_of, working_days
from sopkit.errors import ParamsError
from sopkit.periods import first_day, last_day, period_range


def test_swedish_months_counted_on_a_wall_calendar():
    found = working_days("SE", ["2026-06", "2026-01", "2026-12"]).set_index("period")["working_days"]
    # January: 22 weekdays less New Year's Day and Epiphany; June: 22 less Midsummer Eve (National Day is a Saturday);
    # December: 23 less Christmas Eve, Christmas Day and New Year's Eve (26th is a Saturday).
    assert found.to_dict() == {"2026-01": 20.0, "2026-06": 21.0, "2026-12": 20.0}


def test_another_country_has_other_days():
    assert working_days("US", ["2025-07"])["working_days"].item() == 22  # 23 weekdays less the Fourth, a Friday
    assert working_days("SE", ["2025-07"])["working_days"].item() == 23


def test_a_shutdown_takes_each_day_once():
    july = working_days("SE", ["2026-07"], shutdown=[(date(2026, 7, 6), date(2026, 7, 17)), (date(2026, 7, 13), date(2026, 7, 19))])
    assert july["working_days"].item() == 23 - 10
    assert july["source"].item().endswith("14 days of shutdown")


@pytest.mark.parametrize("country", ["SE", "DE", "US", "AE", "SA", "IL"])
def test_as_a_plain_loop_over_the_days(country: str):
    periods = period_range("2023-11", 16)
    known = holidays.country_holidays(country, years=[2023, 2024, 2025])
    categories = [word for word in ("public", "de_facto") if word in known.supported_categories]
    known = holidays.country_holidays(country, years=[2023, 2024, 2025], categories=categories)
    expected = []
    for period in periods:
        day, count = first_day(period), 0
        while day <= last_day(period):
            count += day not in known and day.weekday() not in known.weekend
            day += timedelta(days=1)
        expected.append(float(count))
    assert working_days(country, periods)["working_days"].tolist() == expected


def test_the_companys_own_calendar_goes_first():
    row = {"start_date": "2026-06-01", "end_date": "2026-06-30", "quarter": None, "fiscal_year": None, "period": "2026-06"}
    own = pd.DataFrame([row | {"site": "*", "working_days": 15.0}, row | {"site": "PLANT", "working_days": 3.0}])
    own = conform(own.assign(start_date=pd.to_datetime(own["start_date"]), end_date=pd.to_datetime(own["end_date"])), Calendar)
    found = calendar_of(own, "SE", ["2026-06", "2026-07"])
    assert found[["period", "working_days"]].to_numpy().tolist() == [["2026-06", 15.0], ["2026-07", 23.0]]
    assert found["source"].iloc[0] == "the company's calendar" and "SE" in found["source"].iloc[1]
    assert calendar_of(own, "SE", ["2026-06"])["working_days"].tolist() == [15.0]
    assert calendar_of(empty(Calendar), "SE", []).empty


def test_what_cannot_be_known_is_refused():
    with pytest.raises(ParamsError, match="working days are not known"):
        working_days("XX", ["2026-01"])
    with pytest.raises(ParamsError, match="ends before it begins"):
        working_days("SE", ["2026-01"], shutdown=[(date(2026, 1, 2), date(2026, 1, 1))])
