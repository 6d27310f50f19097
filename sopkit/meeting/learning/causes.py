"""Why a month came out otherwise than its plan: cause codes, who answers, and what was said."""

from collections.abc import Mapping, Sequence

import pandas as pd

from sopkit.data.contracts.conform import conform, empty
from sopkit.data.contracts.derived_learning import Reviews

CAUSES = {
    "market": "demand moved with the market or the weather",
    "forecast": "the baseline was wrong",
    "override": "what somebody changed in the forecast was wrong",
    "campaign": "a campaign brought more or less, or moved",
    "price": "prices moved demand or margin",
    "launch": "a launch or a phase-out came otherwise",
    "customer": "one customer bought otherwise",
    "supplier": "a supplier was late or short",
    "breakdown": "a line stood still",
    "people": "people were missing",
    "quality": "units were scrapped or held back",
    "priority": "something else was made or shipped first",
    "cost": "costs came out otherwise",
    "currency": "rates moved",
    "data": "the records were wrong",
    "decision": "a decision was not carried out, or late",
    "other": "something else, as the sentence says",
}
ANSWERS_FOR = {
    "demand": "sales",
    "net_sales": "sales",
    "production": "operations",
    "schedule_adherence": "operations",
    "stock": "logistics",
    "gross_margin": "finance",
}


def reviews(said: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """What people said in earlier cycles of why months departed from their plans: the Reviews contract.

    Args:
        said: entries with made_in, measure, subject, period, cause, why, who; the last of each stands.
    """
    if not said:
        return empty(Reviews)
    rows = pd.DataFrame(list(said))
    rows = rows.assign(function=rows["measure"].map(ANSWERS_FOR)).drop_duplicates(list(Reviews.key), keep="last")
    return conform(rows[Reviews.column_names()], Reviews)
