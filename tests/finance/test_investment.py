import numpy as np
import pytest

from sopkit.finance.investment import discounted, payback_months


def test_present_value_of_a_textbook_project():
    """Brealey, Myers, Allen, ch. 2: 370,000 now, 420,000 in a year, at 5 %: 420,000 / 1.05 - 370,000 = 30,000."""
    flow = np.zeros(13)
    flow[0], flow[12] = -370_000, 420_000
    assert discounted(flow, 0.05) == pytest.approx(30_000)
    assert discounted(flow, 0.0) == 50_000


def test_payback_is_the_month_from_which_the_sum_stays_above_zero():
    assert payback_months(np.array([-100.0, 40, 40, 40])) == 4
    assert payback_months(np.array([-100.0, 120, -50, 60])) == 4  # below again in the third month
    assert np.isnan(payback_months(np.array([-100.0, 40, 40])))  # never
    assert np.isnan(payback_months(np.array([10.0, 10])))  # it costs nothing
    assert np.isnan(payback_months(np.array([-1.0, np.nan, 9])))
