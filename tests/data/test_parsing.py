"""The grammar: what is accepted means exactly what the dialect says, and the rest is refused with a reason."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopkit.data.parsing import PLAIN, Fault, Grammar, choice_of, code_of, date_of, flag_of, is_total_label, month_of, number_of, trimmed
from sopkit.data.sources.dialect import Dialect

pytestmark = pytest.mark.bad_inputs

SWEDISH = Grammar(",", " ", "YYYY-MM-DD")
GERMAN = Grammar(",", ".", "DD.MM.YYYY")


@pytest.mark.parametrize(
    ("text", "grammar", "value"),
    [
        ("1,5", SWEDISH, 1.5),
        ("1\u00a0234,5", SWEDISH, 1234.5),
        ("1\u202f234,5", SWEDISH, 1234.5),
        ("1 234 567", SWEDISH, 1234567),
        ("\u22125", SWEDISH, -5),
        ("-0,25", SWEDISH, -0.25),
        ("1.234,50", GERMAN, 1234.5),
        ("1234,50", GERMAN, 1234.5),
        ("1.234", PLAIN, 1.234),
        ("007", PLAIN, 7),
        ("1.2E+05", PLAIN, 120000),
        ("1,2e-3", SWEDISH, 0.0012),
    ],
)
def test_numbers_of_the_dialect(text: str, grammar: Grammar, value: float):
    assert number_of(text, grammar) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    "text",
    [
        "inf",
        "-inf",
        "nan",
        "NaN",
        "1_000",
        "1e400",
        "0x1F",
        "1,2,3",
        "12,",
        ",5",
        "--5",
        "(12)",
        "100-",
        "SEK 100",
        "12 st",
        "12 %",
        "²",
        "",
        "True",
        "1e",
        "#SAKNAS!",
        "#N/A",
        "1.234",
        "2.5",
    ],
)
def test_texts_that_are_no_number_in_swedish(text: str):
    assert isinstance(number_of(text, SWEDISH), Fault)


@pytest.mark.parametrize(
    ("text", "grammar", "rule"),
    [
        ("1.234", SWEDISH, "other_dialect"),
        ("1,234.5", PLAIN, "other_dialect"),
        ("1,5", PLAIN, "other_dialect"),
        ("1 23,4", SWEDISH, "not_a_number"),
        ("12 st", SWEDISH, "not_a_number"),
        ("#DIVISION/0!", SWEDISH, "spreadsheet_error"),
        ("#n/a", PLAIN, "spreadsheet_error"),
    ],
)
def test_the_reason_is_named(text: str, grammar: Grammar, rule: str):
    fault = number_of(text, grammar)
    assert isinstance(fault, Fault) and fault.rule == rule and text in fault.message


def plain_meaning(text: str, decimal: str, thousands: str) -> float | None:
    """Oracle: sign by sign."""
    signs = {"-": -1.0, "\u2212": -1.0}
    sign = signs.get(text[:1], 1.0)
    whole, _, fraction = (text[1:] if text[:1] in signs else text).partition(decimal)
    groups = whole.split(thousands) if thousands else [whole]
    digits = all(group and all(letter in "0123456789" for letter in group) for group in groups)
    well_grouped = len(groups) == 1 or (len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:]))
    well_ended = (decimal not in text) or (fraction != "" and all(letter in "0123456789" for letter in fraction))
    return sign * float("".join(groups) + "." + (fraction or "0")) if digits and well_grouped and well_ended else None


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    text=st.text(alphabet="0123456789.,-\u2212' ", min_size=1, max_size=9),
    marks=st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ","), (".", "'")]),
)
def test_what_is_accepted_is_what_the_dialect_says(text: str, marks: tuple[str, str]):
    got = number_of(text, Grammar(*marks))
    wanted = plain_meaning(text, *marks)
    assert (None if isinstance(got, Fault) else got) == wanted


@pytest.mark.parametrize(
    ("text", "form", "day"),
    [
        ("2026-03-05", "YYYY-MM-DD", date(2026, 3, 5)),
        ("05.03.2026", "DD.MM.YYYY", date(2026, 3, 5)),
        ("03/05/2026", "MM/DD/YYYY", date(2026, 3, 5)),
        ("20260305", "YYYYMMDD", date(2026, 3, 5)),
        ("2026-03", "YYYY-MM", date(2026, 3, 1)),
        ("2024-02-29", "YYYY-MM-DD", date(2024, 2, 29)),
        ("3/5/2026", "M/D/YYYY", date(2026, 3, 5)),
        ("12/31/2026", "M/D/YYYY", date(2026, 12, 31)),
        ("03/05/2026", "M/D/YYYY", date(2026, 3, 5)),
        ("2-Jun-06", "D-MMM-YY", date(2006, 6, 2)),
        ("02-maj-2026", "DD-MMM-YYYY", date(2026, 5, 2)),
        ("15 okt 26", "D MMM YY", date(2026, 10, 15)),
        ("260305", "YYMMDD", date(2026, 3, 5)),
    ],
)
def test_dates_of_the_format(text: str, form: str, day: date):
    assert date_of(text, Grammar(date_format=form)) == day


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("2026-02-30", "impossible_date"),
        ("2026-13-01", "impossible_date"),
        ("2025-02-29", "impossible_date"),
        ("0202-01-01", "impossible_date"),
        ("02.01.2026", "other_date_format"),
        ("2026/01/02", "other_date_format"),
        ("2026-1-2", "other_date_format"),
        ("2026-01-02 00:00", "other_date_format"),
        ("2026-08-31T22:30Z", "other_date_format"),
        ("46054", "not_a_date"),
        ("v.9 2026", "not_a_date"),
        ("#SAKNAS!", "spreadsheet_error"),
    ],
)
def test_texts_that_are_no_date(text: str, rule: str):
    fault = date_of(text, PLAIN)
    assert isinstance(fault, Fault) and fault.rule == rule


@pytest.mark.parametrize(
    ("text", "form", "rule"),
    [
        ("2/30/2026", "M/D/YYYY", "impossible_date"),
        ("13/1/2026", "M/D/YYYY", "impossible_date"),
        ("0/1/2026", "M/D/YYYY", "impossible_date"),
        ("2-Jux-06", "D-MMM-YY", "other_date_format"),
        ("2-06-06", "D-MMM-YY", "other_date_format"),
        ("2-Jun-2006", "D-MMM-YY", "other_date_format"),
        ("2-Jun-06", "YYYY-MM-DD", "other_date_format"),
        ("Date Not Captured", "M/D/YY", "not_a_date"),
    ],
)
def test_texts_that_are_not_of_the_format(text: str, form: str, rule: str):
    fault = date_of(text, Grammar(date_format=form))
    assert isinstance(fault, Fault) and fault.rule == rule


@given(
    day=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    parts=st.permutations(["Y", "M", "D"]),
    year=st.sampled_from(["YYYY", "YY"]),
    month=st.sampled_from(["MM", "M", "MMM"]),
    token=st.sampled_from(["DD", "D"]),
    sign=st.sampled_from("-/. "),
)
def test_a_date_that_is_written_in_a_format_is_read_back(day: date, parts: list[str], year: str, month: str, token: str, sign: str):
    names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    written = {
        "Y": f"{day.year:04d}" if year == "YYYY" else f"{day.year % 100:02d}",
        "M": {"MM": f"{day.month:02d}", "M": str(day.month), "MMM": names[day.month - 1].title()}[month],
        "D": f"{day.day:02d}" if token == "DD" else str(day.day),
    }
    form = sign.join({"Y": year, "M": month, "D": token}[part] for part in parts)
    assert date_of(sign.join(written[part] for part in parts), Grammar(date_format=form)) == day


@pytest.mark.parametrize("form", ["YYYYMD", "DMYY", "YYYY-MM-MM", "YYYY-DD", "MM-DD", "YYYY-MM-DDThh", "DD.MM.YYYY YY", ""])
def test_what_is_no_date_format_is_refused(form: str):
    with pytest.raises(ValueError, match="no date format"):
        Dialect(file="a.csv", date_format=form)


def test_months():
    assert month_of("2026-03", PLAIN) == "2026-03"
    assert month_of("2026-03-01", PLAIN) == "2026-03"
    assert month_of("2026-02-28", PLAIN) == "2026-02"
    assert month_of("31.03.2026", GERMAN) == "2026-03"
    for text in ("2026-13", "2609", "202603", "2026-03-15", "March", "2026-W09", "0206-01"):
        assert isinstance(month_of(text, PLAIN), Fault), text


@pytest.mark.parametrize("text", ["00123", "1E5", "NA", "None", "null", "nan", "NO", "-", "2-3", "12345.0"])
def test_codes_stay_what_they_are(text: str):
    assert code_of(text) == text


def test_words():
    assert flag_of("Ja") is True and flag_of("0") is False and isinstance(flag_of("maybe"), Fault)
    assert choice_of("Buy", ("stock", "buy")) == "buy"
    assert isinstance(choice_of("bought", ("stock", "buy")), Fault)
    assert isinstance(code_of("#REFERENS!"), Fault)
    assert trimmed("\u00a0A\u200b \t") == "A"
    assert all(is_total_label(text) for text in ("Summa:", " grand total ", "TOTALT", "Total 2026-03", "Subtotal", "A total"))
    assert not any(is_total_label(text) for text in ("Totally", "Summary", "A totally", ""))
