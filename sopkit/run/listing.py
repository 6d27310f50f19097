"""What `sop params` prints."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sopkit.run.preflight import knobs
from sopkit.steps import Step


def knob_lines(steps: Sequence[Step], *, as_json: bool) -> list[str]:
    """The knobs of some notebooks, a line each: name, type, default, help."""
    found = knobs(steps)
    if as_json:
        return [json.dumps(asdict(knob), ensure_ascii=False) for knob in found]
    width = max((len(knob.name) for knob in found), default=0)
    lines = []
    for step in steps:
        lines.append(f"{step.number} {step.name}")
        lines += [f"  {knob.name:<{width}}  {knob.type:<9}  {knob.default!r:<12}  {knob.help}" for knob in found if knob.step == step.name]
    return lines
