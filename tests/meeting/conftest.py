"""Makes `plan_frames` importable for the tests of this folder, and plans the tiny company once."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def inputs():
    """Inputs of the tiny company; tests do not change them."""
    from plan_frames import tiny_company

    return tiny_company()


@pytest.fixture(scope="session")
def base(inputs):
    """The plan of the tiny company."""
    from sopkit.meeting.scenarios import replan

    return replan(inputs)
