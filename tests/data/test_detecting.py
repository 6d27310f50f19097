"""`detect: true`: what the params leave open is detected and told; what could mean two things is rejected."""

from pathlib import Path

import pytest
from bad_inputs import FORMATS, VALID, lines_of, read, text_of, told, write

PLAIN = FORMATS["plain"]


@pytest.mark.parametrize("form", ["swedish", "german", "plain", "tabs"])
@pytest.mark.parametrize("name", ["sales_history", "orders"])
def test_a_dialect_is_detected_and_told(tmp_path: Path, name: str, form: str):
    table = VALID[name]
    write(tmp_path, table, FORMATS[form], lines_of(table))
    result = read(tmp_path, table, PLAIN, detect=True)
    assert told(result, notes=True) == [("dialect_detected", "ACCEPT", 0, "")]
    assert len(result.tables[name]) == len(table.rows)
    assert result.tables[name]["quantity"].sum() == sum(float(row[table.place("quantity")]) for row in table.rows)  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["swedish", "german", "tabs"])
def test_without_it_another_dialect_is_rejected(tmp_path: Path, form: str):
    table = VALID["sales_history"]
    write(tmp_path, table, FORMATS[form], lines_of(table))
    found = told(read(tmp_path, table, PLAIN))
    assert found and all(outcome == "REJECT" for _, outcome, _, _ in found)


def test_dates_that_two_formats_read_are_rejected(tmp_path: Path):
    table = VALID["prices"]
    text = text_of(PLAIN, lines_of(table))
    for _, _, _, day, _ in table.rows:
        text = text.replace(str(day), f"{day:%d/%m/%Y}")  # type: ignore[str-format]
    (tmp_path / "prices.csv").write_text(text)
    assert ("ambiguous_dialect", "REJECT") in {finding[:2] for finding in told(read(tmp_path, table, PLAIN, detect=True))}
    declared = told(read(tmp_path, table, PLAIN, detect=True, decimal=".", thousands="", date_format="DD/MM/YYYY"))
    assert declared == []
