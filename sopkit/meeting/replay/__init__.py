"""Whole policies replayed over past months, without looking ahead (docs/replay.md)."""

from sopkit.meeting.replay.policy import ReplayPolicy
from sopkit.meeting.replay.scores import MEASURES, paired_interval, side_by_side
from sopkit.meeting.replay.setting import Company, Setting, settings_of, told_otherwise
from sopkit.meeting.replay.view import HistoryView, provided_tables
from sopkit.meeting.replay.walk import Record, Replay, replay

__all__ = [
    "MEASURES",
    "Company",
    "HistoryView",
    "Record",
    "Replay",
    "ReplayPolicy",
    "Setting",
    "paired_interval",
    "provided_tables",
    "replay",
    "settings_of",
    "side_by_side",
    "told_otherwise",
]
