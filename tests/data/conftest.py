"""Modules beside the tests that tests import, and the number of bad inputs that were tried."""

import sys
from pathlib import Path

from pytest import TerminalReporter

sys.path.insert(0, str(Path(__file__).parent))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Tell how many cases of bad input the tests hold: those of a matrix count each, not as the one test they are run by."""
    passed = [report for report in terminalreporter.stats.get("passed", []) if "bad_inputs" in report.keywords]
    if passed:
        cases = sum(dict(report.user_properties).get("cases", 1) for report in passed)
        terminalreporter.write_line(f"bad inputs: {cases:,} cases, in {len(passed):,} tests that passed")
