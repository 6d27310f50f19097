"""Small tables for the demand tests."""

from collections.abc import Callable

import pandas as pd
import pytest

from sopkit.data.contracts import CONTRACTS
from sopkit.data.contracts.conform import conform, empty


@pytest.fixture
def table() -> Callable[..., pd.DataFrame]:
    """A conformed table from rows; optional columns may be left out, and without rows it is the empty table."""

    def make(name: str, rows: list[dict] | None = None) -> pd.DataFrame:
        return conform(pd.DataFrame(rows), CONTRACTS[name]) if rows else empty(CONTRACTS[name])

    return make
