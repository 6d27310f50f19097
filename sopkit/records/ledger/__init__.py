"""The ledger: what people decided and what was made of it, append-only, in a chain that shows when it was touched."""

from typing import TYPE_CHECKING

from sopkit.records.ledger.events import HUMAN, KINDS, Event, NewEvent

if TYPE_CHECKING:
    from sopkit.records.ledger.store import Ledger

__all__ = ["HUMAN", "KINDS", "Event", "Ledger", "NewEvent"]


def __getattr__(name: str) -> object:
    """`Ledger` when it is first asked for: who only speaks of events does not import the database."""
    if name != "Ledger":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from sopkit.records.ledger.store import Ledger

    return Ledger
