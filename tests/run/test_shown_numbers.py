"""Numbers of frames as notebooks show them: money is read in whole units, never as a power of ten."""

import pytest

from sopkit.run.step_view import shown_number


@pytest.mark.parametrize(
    ("number", "text"),
    [(1.4e7, "14,000,000"), (-18_060_000.4, "-18,060,000"), (0.9714, "0.971"), (118.0, "118"), (-0.0001, "0"), (0.0, "0"), (-2.5, "-2.5")],
)
def test_a_number_is_shown_as_it_is_read(number, text):
    assert shown_number(number) == text
