"""The eight KPIs and the figures beside them: defined once, computed for closed and for planned months."""

from sopkit.meeting.kpis.achievement import target_achievement
from sopkit.meeting.kpis.closed import kpi_facts_actual, kpi_history
from sopkit.meeting.kpis.definitions import BESIDE, BY_ID, HEADLINE_LAG, KPI_IDS, KPIS, Kpi
from sopkit.meeting.kpis.estimate import estimate_facts
from sopkit.meeting.kpis.inputs import KpiInputs
from sopkit.meeting.kpis.others import kpi_facts_other
from sopkit.meeting.kpis.planned import kpi_facts_plan
from sopkit.meeting.kpis.report_card import report_card

__all__ = [
    "BESIDE",
    "BY_ID",
    "HEADLINE_LAG",
    "KPIS",
    "KPI_IDS",
    "Kpi",
    "KpiInputs",
    "estimate_facts",
    "kpi_facts_actual",
    "kpi_facts_other",
    "kpi_facts_plan",
    "kpi_history",
    "report_card",
    "target_achievement",
]
