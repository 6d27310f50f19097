import pytest

from sopkit.errors import ParamsError
from sopkit.periods import (
    cutoff_of,
    first_day,
    fiscal_year_periods,
    last_day,
    month_label,
    month_number,
    months_between,
    other_cadence,
    period_range,
    shifted,
)


def test_months_roll_over_the_year():
    assert shifted("2025-11", 3) == "2026-02"
    assert shifted("2026-02", -3) == "2025-11"
    assert period_range("2025-12", 3) == ["2025-12", "2026-01", "2026-02"]
    assert months_between("2025-12", "2026-03") == 3
    assert months_between("2026-03", "2025-12") == -3


def test_label_is_the_inverse_of_number():
    for label in ("0001-01", "1999-12", "2026-03"):
        assert month_label(month_number(label)) == label


def test_cutoff_is_the_month_before_the_cycle():
    assert cutoff_of("2026-01") == "2025-12"


def test_days_of_a_month():
    assert str(first_day("2024-02")) == "2024-02-01"
    assert str(last_day("2024-02")) == "2024-02-29"
    assert str(last_day("2025-12")) == "2025-12-31"


def test_fiscal_year_starts_where_the_company_says():
    assert fiscal_year_periods("2026-03")[0] == "2026-01"
    broken = fiscal_year_periods("2026-03", first_month=7)
    assert (broken[0], broken[-1]) == ("2025-07", "2026-06")
    assert fiscal_year_periods("2026-07", first_month=7)[0] == "2026-07"


@pytest.mark.parametrize("label", ["2026-13", "2026-3", "26-03", "2026-00", "2026–03", "２０２６-03", "../x", "2026-03\n", ""])
def test_what_is_no_month_is_refused(label):
    with pytest.raises(ParamsError, match="YYYY-MM"):
        month_number(label)


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("2026-Q2", "a quarter. Cycles are months: who meets less often runs the month of the meeting, such as 2026-04"),
        ("2026q4", "such as 2026-10"),
        ("2026", "This is a year."),
        ("2026-2028", "This is several years."),
        ("2026-13", ""),
    ],
)
def test_a_cycle_of_another_cadence_is_told_which_month_to_run(label: str, says: str):
    assert says in other_cadence(label) and bool(other_cadence(label)) == bool(says)
