"""What the other inputs of step 1 have shown: campaigns, market indicators, cycle times, suppliers, the pipeline."""

from sopkit.data.measures.campaign_months import campaign_months
from sopkit.data.measures.campaigns import CampaignInputs, campaign_results
from sopkit.data.measures.cycle_times import cycle_times
from sopkit.data.measures.deductions import deductions
from sopkit.data.measures.indicators import indicator_correlations
from sopkit.data.measures.pipeline import counted_share, pipeline_hygiene
from sopkit.data.measures.suppliers import supplier_performance

__all__ = [
    "CampaignInputs",
    "campaign_months",
    "campaign_results",
    "counted_share",
    "cycle_times",
    "deductions",
    "indicator_correlations",
    "pipeline_hygiene",
    "supplier_performance",
]
