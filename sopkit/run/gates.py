"""Gates: what must be signed before the steps behind it may run."""

from collections.abc import Sequence

from sopkit.errors import GateError, Problem
from sopkit.run.process import load_process
from sopkit.steps import Step


def passed_gates(mode: str, steps: Sequence[Step]) -> list[str]:
    """Names of the gates that a rehearsal of these steps passes over."""
    if mode == "enforce":
        return []
    names = {step.name for step in steps}
    return [gate.name for gate in load_process().gates if gate.after in names]


def check_gate_before(mode: str, step: Step, steps: Sequence[Step]) -> None:
    """With gates enforced, GateError where the gate behind the step before this one is not signed."""
    before = [other for other in steps if other.number < step.number]
    gate = load_process().gate_after(before[-1].name) if mode == "enforce" and before else None
    if gate is None:
        return
    waits = f"{gate.title}, due on working day {gate.working_day} ({', '.join(gate.signed_by)})"
    hint = "Run with --gates rehearse to go on with DRAFT on every page."
    raise GateError(f"waiting for: {waits}", [Problem(f"gate {gate.name}", "no sign-off", "one by each of them", hint)])
