"""`sop solve DIR --by-prices ROUNDS`: a case beyond one solve, by prices of what its items share: cost and bound, round by round."""

from collections.abc import Iterator
from time import process_time

from sopkit.errors import ParamsError, Problem
from sopkit.run.cases import Case
from sopkit.supply.decomposition import Round, rounds_by_prices
from sopkit.supply.plan.blocks import item_blocks
from sopkit.supply.plan.faults import raise_problems
from sopkit.supply.plan.model import plan_model
from sopkit.supply.plan.situation import situation_of


def case_rounds(case: Case, rounds: int) -> Iterator[Round]:
    """The rounds of a case, in planning cost with what is given in it: objective, bound, what is missing.

    Raises:
        DataError: with all problems of the inputs.
        ParamsError: something is whole, which prices do not decide.
    """
    raise_problems(case.inputs, cutoff=case.cutoff, policy=case.params.supply)
    situation = situation_of(case.inputs, case.params.supply, cutoff=case.cutoff)
    model = plan_model(situation)
    if model.lp.has_whole_numbers:
        came, expected = "people, lots or orders in whole numbers", "fractions: whole_heads and orders_planned off, no lots_planned_for"
        raise ParamsError("prices decide nothing that is whole", [Problem("params.yaml, supply", came, expected)])
    return rounds_by_prices(model.lp.arrays(), item_blocks(situation, model), rounds=rounds)


def round_lines(rounds: Iterator[Round]) -> Iterator[str]:
    """Each round as a line, with the CPU seconds so far."""
    began = process_time()
    for number, found in enumerate(rounds, start=1):
        told = "no plan yet" if found.missing else f"plan {found.objective:18,.2f}, at most {found.gap_share:.3%} from the best"
        yield f"round {number:3d} {process_time() - began:9.2f} s   bound {found.bound:18,.2f}   {told}"
