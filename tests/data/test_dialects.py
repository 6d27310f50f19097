"""What is accepted means exactly what the dialect says: random valid frames in random dialects, read back against `conform`."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sopkit.data.cell_words import FALSE_WORDS, MONTH_NAMES, TRUE_WORDS
from sopkit.data.contracts import INPUTS
from sopkit.data.contracts.conform import conform
from sopkit.data.findings import FindingLog
from sopkit.data.parsing import Fault, Grammar, date_of, flag_of, month_of, number_of
from sopkit.data.sources.declaration import Source
from sopkit.data.sources.opened import OpenedFiles
from sopkit.data.sources.table import typed_table

pytestmark = pytest.mark.bad_inputs

FEW = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
MANY = settings(max_examples=300, deadline=None, derandomize=True)
DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
ENCODINGS = ("utf-8", "cp1252", "iso-8859-1", "utf-16")
NAMES = {number: name for name, number in reversed(MONTH_NAMES.items())}


# -- the grammar -----------------------------------------------------------------------------------------------------


@MANY
@given(
    number=st.decimals(-(10**12), 10**12, places=4, allow_nan=False),
    marks=st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ","), (",", " "), (".", "'")]),
    behind=st.booleans(),
)
def test_a_number_written_in_the_dialect_is_that_number(number: Decimal, marks: tuple[str, str], behind: bool):
    decimal, thousands = marks
    whole, _, fraction = f"{abs(number):,f}".partition(".")
    text = whole.replace(",", thousands) + decimal + fraction
    negative = number < 0
    written = f"{text}-" if negative and behind else f"-{text}" if negative else text
    assert number_of(written, Grammar(decimal, thousands, trailing_minus=behind)) == float(number)
    if negative and behind:
        assert isinstance(number_of(written, Grammar(decimal, thousands)), Fault)


@MANY
@given(text=st.text(alphabet="0123456789.,-+eE%€krSEK \u00a0\u202f'()", max_size=10))
def test_currencies_percent_and_brackets_are_no_part_of_a_number(text: str):
    accepted = not isinstance(number_of(text, Grammar(",", " ", trailing_minus=True)), Fault)
    assert not (accepted and any(sign in text for sign in "%€krSKE()'" if sign != "E"))
    assert not (accepted and text.strip() != text)


FORMS: dict[str, Callable[[date], str]] = {
    "YYYY-MM-DD": lambda day: f"{day:%Y-%m-%d}",
    "DD.MM.YYYY": lambda day: f"{day:%d.%m.%Y}",
    "MM/DD/YYYY": lambda day: f"{day:%m/%d/%Y}",
    "YYYYMMDD": lambda day: f"{day:%Y%m%d}",
    "DD-MM-YY": lambda day: f"{day:%d-%m-%y}",
    "D MMM YYYY": lambda day: f"{day.day} {NAMES[day.month]} {day:%Y}",
    "D-M-YYYY": lambda day: f"{day.day}-{day.month}-{day:%Y}",
}


@MANY
@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)), form=st.sampled_from(list(FORMS)))
def test_a_day_is_read_in_its_own_format_and_in_no_other(day: date, form: str):
    text = FORMS[form](day)
    assert date_of(text, Grammar(date_format=form)) == day
    assert all(isinstance(date_of(text, Grammar(date_format=other)), Fault) for other in FORMS if other != form)


@MANY
@given(day=DAYS)
def test_a_month_is_its_label_its_first_or_its_last_day(day: date):
    is_edge = day.day == 1 or date.fromordinal(day.toordinal() + 1).day == 1
    assert month_of(f"{day:%Y-%m}", Grammar()) == f"{day:%Y-%m}"
    came = month_of(day.isoformat(), Grammar())
    assert came == f"{day:%Y-%m}" if is_edge else isinstance(came, Fault)


@MANY
@given(text=st.text(max_size=6))
def test_a_flag_is_one_of_its_words(text: str):
    known = text.casefold() in TRUE_WORDS | FALSE_WORDS
    assert isinstance(flag_of(text), Fault) != known


# -- whole files -----------------------------------------------------------------------------------------------------


class Writing(NamedTuple):
    """How a file is written: what is declared, and how the values of each kind look."""

    encoding: str
    delimiter: str
    decimal: str
    thousands: str
    date_format: str
    header_row: int
    footer_rows: int
    quoted: bool
    end: str

    @property
    def declared(self) -> dict[str, object]:
        return {name: value for name, value in self._asdict().items() if name not in ("quoted", "end")}


WRITINGS = st.builds(
    Writing,
    encoding=st.sampled_from(ENCODINGS),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    thousands=st.sampled_from(["", " ", "'", "."]),
    date_format=st.sampled_from(["YYYY-MM-DD", "DD.MM.YYYY", "MM/DD/YYYY", "YYYYMMDD"]),
    header_row=st.integers(1, 4),
    footer_rows=st.integers(0, 2),
    quoted=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
).filter(lambda how: how.decimal != how.thousands)

LETTERS = st.sampled_from("ABKåäöÅÄÖ019-/.&_")
CODES = st.text(LETTERS, min_size=1, max_size=6).filter(lambda text: not text.casefold().startswith(("sum", "tot")))


def values_of(kind: str, choices: tuple[str, ...], least: float | None, most: float | None) -> st.SearchStrategy[object]:
    """Valid values of a kind of column, within its bounds."""
    low, high = least if least is not None else -1e7, most if most is not None else 1e7
    kinds: dict[str, Callable[[], st.SearchStrategy[object]]] = {
        "code": lambda: CODES,
        "text": lambda: CODES,
        "choice": lambda: st.sampled_from(choices),
        "period": lambda: st.dates(date(2020, 1, 1), date(2029, 12, 31)).map(lambda day: f"{day:%Y-%m}"),
        "day": lambda: st.dates(date(2020, 1, 1), date(2029, 12, 31)).map(pd.Timestamp),
        "number": lambda: st.decimals(low, high, places=3, allow_nan=False).map(float),
        "whole": lambda: st.integers(int(low), int(high)),
        "flag": st.booleans,
    }
    return kinds[kind]()


@st.composite
def frames(draw: st.DrawFn, name: str) -> pd.DataFrame:
    """A valid frame of an input table; each optional cell may be empty."""
    contract = INPUTS[name]
    columns = {}
    rows = draw(st.integers(1, 6))
    for column in contract.columns:
        value = values_of(column.kind, column.choices, column.least, column.most)
        cell = value if column.required else st.none() | value
        columns[column.name] = draw(st.lists(cell, min_size=rows, max_size=rows))
    frame = pd.DataFrame(columns, dtype=object)
    return frame.drop_duplicates(list(contract.key), ignore_index=True)


def written(frame: pd.DataFrame, how: Writing) -> str:
    """A frame as text."""
    lines = ["exported"] * (how.header_row - 1)
    lines.append(how.delimiter.join(frame.columns))
    for row in frame.itertuples(index=False, name=None):
        lines.append(how.delimiter.join(_cell(value, how) for value in row))
    return how.end.join([*lines, *["end of list"] * how.footer_rows]) + how.end


def _cell(value: object, how: Writing) -> str:
    if value is None or value != value:
        text = ""
    elif isinstance(value, pd.Timestamp):
        text = f"{value:{how.date_format.replace('YYYY', '%Y').replace('MM', '%m').replace('DD', '%d')}}"
    elif isinstance(value, float) and not isinstance(value, bool):
        whole, _, fraction = f"{Decimal(str(value)):,f}".partition(".")
        text = whole.replace(",", how.thousands) + (how.decimal + fraction if fraction else "")
    else:
        text = str(value)
    return '"' + text.replace('"', '""') + '"' if how.quoted or any(sign in text for sign in (how.delimiter, '"')) else text


def typed_by_contract(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame by the contract's own conversion."""
    contract = INPUTS[name]
    kinds = {"number": "float64", "whole": "float64", "flag": "boolean", "day": "datetime64[s]"}
    typed = {column.name: frame[column.name].astype(kinds.get(column.kind, "str")) for column in contract.columns}
    return conform(pd.DataFrame(typed), contract)


@pytest.mark.parametrize("name", ["items", "sales_history", "orders", "inventory", "prices", "workforce", "campaigns", "calendar"])
@FEW
@given(data=st.data(), how=WRITINGS)
def test_what_is_read_is_what_conform_makes_of_it(name: str, data: st.DataObject, how: Writing):
    frame = data.draw(frames(name))
    with TemporaryDirectory() as folder:
        (Path(folder) / "t.csv").write_bytes(written(frame, how).encode(how.encoding))
        log = FindingLog()
        source = Source.model_validate({"file": "t.csv", **how.declared})
        read = typed_table(OpenedFiles(Path(folder), log).table(source), name, INPUTS[name], source, log)
    assert [finding for finding in log.found if finding.outcome != "ACCEPT" and finding.rule != "footer"] == []
    pd.testing.assert_frame_equal(read.plain, typed_by_contract(frame, name))
