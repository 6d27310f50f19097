"""Who approved the plan of a cycle, for a notebook to show: what the record says when it is looked at; no table keeps it."""

from typing import TYPE_CHECKING

from sopkit.run.approving import WORDS, approval_standing, run_to_approve
from sopkit.run.params import load_params
from sopkit.run.places import params_file

if TYPE_CHECKING:
    import pandas as pd


def approved(company: str, cycle: str) -> "pd.DataFrame":
    """Where the approval of a cycle's plan stands, for exactly the numbers that it holds now.

    Args:
        company: its short name, or the path of its params, as the notebook was given it.
        cycle: M0.

    Returns:
        One row per approval that was given for this plan: state, role, who, on, how, conditions, plan; where nobody has, one row with
        the state and the reason.
    """
    import pandas as pd

    params = load_params(params_file(company), cycle)
    plan, standing = approval_standing(params, run_to_approve(params))
    digest = plan.plan_hash[:12] if plan else ""
    rows = [
        (standing.state, one.role, one.who, one.at[:10], WORDS.get(one.identity, one.identity), one.conditions, digest, standing.reason)
        for one in standing.given
    ]
    columns = ["state", "role", "who", "on", "how", "conditions", "plan", "reason"]
    return pd.DataFrame(rows or [(standing.state, params.accountable, "", "", "", "", digest, standing.reason)], columns=columns)
