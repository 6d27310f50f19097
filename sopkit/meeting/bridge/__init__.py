"""The bridge from the last plan to this one: the same months, causes in a fixed order, a sum that is exact."""

from sopkit.meeting.bridge.bridge import plan_bridge
from sopkit.meeting.bridge.cells import BRIDGED
from sopkit.meeting.bridge.rows import CAUSES, PRINTED

__all__ = ["BRIDGED", "CAUSES", "PRINTED", "plan_bridge"]
