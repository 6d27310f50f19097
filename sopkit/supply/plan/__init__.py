"""The constrained plan: what is made, shipped, late and lost within all limits, at the least planning cost."""

from sopkit.supply.optimum import Starts, one_optimum, work_of
from sopkit.supply.plan.assumptions import assumed
from sopkit.supply.plan.checks import checks
from sopkit.supply.plan.contradiction import contradiction_of
from sopkit.supply.plan.faults import inputs_problems, raise_problems
from sopkit.supply.plan.inputs import SupplyInputs
from sopkit.supply.plan.model import plan_model
from sopkit.supply.plan.result import SupplyResult, supply_result
from sopkit.supply.plan.situation import situation_of
from sopkit.supply.policy import SupplyPolicy
from sopkit.supply.solver import Contradiction

__all__ = ["Starts", "SupplyInputs", "SupplyResult", "assumed", "checks", "constrained_plan", "inputs_problems", "plan_of_checked"]


def constrained_plan(inputs: SupplyInputs, policy: SupplyPolicy, *, cutoff: str, starts: Starts | None = None) -> SupplyResult:
    """The plan of least planning cost; of equally cheap plans the one that ships most and makes latest.

    Args:
        inputs: tables by contract; the planned months are those of `inputs.demand`.
        policy: the company's supply policy.
        cutoff: last closed period.
        starts: plans like this one, solved before, to begin from; None = from nothing. The plan is the same; values of limits
            (duals) may be others where several are true.

    Returns:
        The tables of step 3 by contract, and every limit that binds.

    Raises:
        DataError: with all problems of the inputs.
        Contradiction: unmet demand is refused and cannot be avoided; says which limit is short, when, and by how much.
    """
    raise_problems(inputs, cutoff=cutoff, policy=policy)
    return plan_of_checked(inputs, policy, cutoff=cutoff, starts=starts)


def plan_of_checked(inputs: SupplyInputs, policy: SupplyPolicy, *, cutoff: str, starts: Starts | None = None) -> SupplyResult:
    """`constrained_plan` of inputs that are known to have no problems: of a plan made before, with other units asked for."""
    situation = situation_of(inputs, policy, cutoff=cutoff)
    model = plan_model(situation)
    try:
        solution = one_optimum(model.lp, model.second_cost, starts, work_of(policy))
    except Contradiction:
        raise contradiction_of(situation) from None
    return supply_result(situation, model, solution, inputs.demand)
