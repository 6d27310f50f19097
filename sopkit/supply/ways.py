"""How HiGHS is run: its options, the ways that are tried in turn, and what its statuses mean in words."""

import highspy

TOLERANCE = 1e-7  # of HiGHS on primal and dual feasibility
Status = highspy.HighsModelStatus
# Without presolve: plans of 60 to 400 items solve 1.1 to 13 times faster from the slack basis.
OPTIONS: dict[str, object] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "solver": "simplex",
    "presolve": "off",
    "random_seed": 0,
    "simplex_iteration_limit": 2_147_483_647,
    "time_limit": float("inf"),
}
LARGE = 150_000  # variables from which an interior point method with crossover is faster than simplex from the slack basis
# How a model is solved: the first way that ends, in this order; every way ends at a vertex, with duals and a basis.
WAYS: tuple[dict[str, object], ...] = (
    {"presolve": "off", "solver": "simplex"},
    {"presolve": "on", "solver": "hipo"},
    {"presolve": "on", "solver": "ipx"},
    {"presolve": "on", "solver": "simplex"},
)
WAYS_OF_LARGE = WAYS[1:]
WAYS_OF_ELASTIC = (WAYS[3], *WAYS[:3])  # most costs are zero: what presolve finds pays
STATUS_WORDS = {
    Status.kInfeasible: "the limits contradict each other: no plan keeps all of them",
    Status.kUnbounded: "cost falls without end: a price or a cost has the wrong sign",
    Status.kUnboundedOrInfeasible: "the limits contradict each other, or a cost has the wrong sign",
    Status.kTimeLimit: "the solver reached its time limit without a plan",
    Status.kIterationLimit: "the solver reached its work limit without a plan",
    Status.kSolutionLimit: "the solver reached its number of nodes without a plan",
}
DONE = (Status.kOptimal, Status.kModelEmpty)
DEFINITE = (*DONE, Status.kInfeasible, Status.kUnbounded, Status.kUnboundedOrInfeasible)
