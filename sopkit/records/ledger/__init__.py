"""The ledger: what people decided and what was made of it, append-only, in a chain that shows when it was touched."""

from sopkit.records.ledger.events import HUMAN, KINDS, Event, NewEvent
from sopkit.records.ledger.store import Ledger

__all__ = ["HUMAN", "KINDS", "Event", "Ledger", "NewEvent"]
