"""A process of its own for test_cycle.py: hands the second process what step 4 hands it, and tells what came back and from where."""

import sys

from sopkit import aside
from sopkit.meeting.alternatives import alternatives
from sopkit.meeting.scenarios import base_outcome, same_again
from sopkit.meeting.uncertainty import hazards_of, plan_certainty
from sopkit.run.amending import inputs_of
from sopkit.run.cycle import CompanyFolder
from sopkit.run.params import load_params
from sopkit.run.places import params_file
from sopkit.run.step_view import start


def main(cycle: str) -> None:
    """Print `process, rows` of the scenarios, and whether they are those that the run wrote."""
    assert aside.split_off(), "there is no second process"
    view, later = (start(name, {"company": "demo", "cycle": cycle, "scenario": "base"}) for name in ("pre_sop", "executive"))
    run = CompanyFolder.of("demo").good_run(cycle)
    assert run is not None
    tables, params = {**view.read_all(), **later.read_all()}, load_params(params_file("demo"), cycle)
    inputs = inputs_of(params, run)
    base = base_outcome(tables, tables["plan_statement"], tables["working_capital_plan"])
    sure = plan_certainty(inputs, base, tables, paths=20, seed=1, cash_floor=None, hazards=hazards_of(params.meeting))
    options = {"unusable": view.unusable, "ranged": sure.contribution}
    second = aside._second
    assert second is not None
    number = second.begin(alternatives, (inputs, base, view.scenarios, view.playbooks), options)
    again = second.begin(same_again, (inputs, base), {})
    assert number is not None and again is not None, "what step 4 hands over cannot be pickled"
    there, checked = second.answer(number), second.answer(again)
    assert there is not None and checked is not None, "what the second process made cannot be handed back"
    here = alternatives(inputs, base, view.scenarios, view.playbooks, **options)
    assert here.equals(there[0]), "another plan in the second process"
    assert checked[0]["ok"].all()
    print(len(here))


if __name__ == "__main__":
    main(sys.argv[1])
