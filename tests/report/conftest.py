"""Makes `pack_sample` and `source_reading` importable for the tests of this folder; the full sample, rendered once."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from pack_sample import sample  # noqa: E402


@pytest.fixture(scope="session")
def full_page() -> str:
    """The print page of the full sample, without charts."""
    from sopkit.report.pack.build import printed_pages

    return printed_pages(sample("full"))[1]
