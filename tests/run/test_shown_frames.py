"""Frames as notebooks show them: money in whole units, what is not known a dash, codes as they are."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sopkit.run.shown_frames import frame_html, frame_text, series_text, settle_display, shown, shown_number


@pytest.fixture(autouse=True)
def _settled():
    with pd.option_context("display.max_rows", 60, "display.float_format", None):
        settle_display()
        yield
    pd.reset_option("display")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.4e7, "14,000,000"), (-18_060_000.4, "-18,060,000"), (0.9714, "0.971"), (118.0, "118"), (-0.0001, "0"), (0.0, "0"), (-2.5, "-2.5")],
)
def test_a_number_is_shown_as_it_is_read(number, text):
    assert shown_number(number) == text


def gaps() -> pd.DataFrame:
    """A cell of each kind, known in the first row and unknown in the second."""
    return pd.DataFrame(
        {
            "code": pd.array(["00123", None], dtype="str"),
            "money": [1234567.8, np.nan],
            "rows": [63603, 2026],
            "day": pd.to_datetime(["2026-03-01", None]),
            "count": pd.array([4, None], dtype="Int64"),
            "flag": pd.array([True, None], dtype="boolean"),
            "any": [pd.NA, None],
        },
        index=pd.MultiIndex.from_tuples([("Grills", "B"), ("Grills", None)], names=["family", "subject"]),
    )


def test_what_is_not_known_is_a_dash_in_cells_and_labels():
    frame = gaps()
    text, html = frame_text(frame), frame_html(frame)
    for told in (text, html, frame_html(frame.T), series_text(frame["money"])):
        assert not any(word in told for word in ("NaN", "NaT", "None", "<NA>", "nan"))
    known, unknown = (line.split() for line in text.splitlines()[2:])
    assert known == ["Grills", "B", "00123", "1,234,568", "63,603", "2026-03-01", "4", "True", "–"]
    assert unknown == ["–", "–", "–", "2026", "–", "–", "–", "–"]
    assert frame["money"].isna().sum() == 1  # the frame itself keeps its gaps


def test_a_long_frame_shows_its_ends_and_tells_its_size():
    long = pd.DataFrame({"n": range(70_000)})
    text = frame_text(long).split()
    assert text[1:3] == ["0", "0"] and "69,999" in text and text[-5:] == ["[70,000", "rows", "×", "1", "columns]"]
    assert frame_html(long).endswith("<p>70,000 rows × 1 columns</p>\n</div>") and frame_html(long).count("<tr>") == 11
    assert "rows ×" not in frame_text(long.head(60)) and shown(long.head(0)).empty


def test_names_that_come_twice_and_texts_with_marks_stay_what_they_are():
    twice = pd.DataFrame([["<b>", "x\ny"]], columns=["a", "a"])
    assert list(shown(twice).columns) == ["a", "a"]
    assert "&lt;b&gt;" in frame_html(twice) and "<b>" not in frame_html(twice)


def test_a_notebook_that_starts_a_step_shows_every_frame_so():
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "import pandas as pd\n"
        "shell = InteractiveShell.instance()\n"
        "from sopkit.run.shown_frames import settle_display\n"
        "settle_display()\n"
        "told, _ = shell.display_formatter.format(pd.DataFrame({'a': [None, 20000.0]}))\n"
        "assert '<td>–</td>' in told['text/html'] and '20,000' in told['text/html'], told\n"
        "told, _ = shell.display_formatter.format(pd.Series([None, 20000.0]))\n"
        "assert told['text/plain'].split() == ['0', '–', '1', '20,000'], told\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
