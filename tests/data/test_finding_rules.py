"""The registry of rules: each is told somewhere, none is told that it does not have, and the guide is what it renders."""

import ast
from pathlib import Path

import pytest

from sopkit.data.finding_rules import ASKED, GROUPS, OUTCOMES, RULES, findings_guide

SUITE = Path(__file__).resolve().parents[2]
PLACE = {"Finding": 1, "Oddity": 1, "Fault": 0}  # where the rule stands among the arguments


def told_rules() -> dict[str, set[str]]:
    """The rules that the package names in a finding, with the modules that do."""
    found: dict[str, set[str]] = {}
    for path in sorted((SUITE / "sopkit" / "data").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in PLACE:
                named = [word.value for word in node.keywords if word.arg == "rule"]
                place = PLACE[node.func.id]
                rule = named[0] if named else node.args[place] if len(node.args) > place else None
                if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                    found.setdefault(rule.value, set()).add(path.name)
    return found


def test_every_rule_that_is_told_is_in_the_registry():
    unknown = {rule: modules for rule, modules in told_rules().items() if rule not in RULES}
    assert not unknown, "add them to sopkit/data/finding_rules.py"


def test_every_rule_of_the_registry_is_told_somewhere():
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in (SUITE / "sopkit" / "data").rglob("*.py") if path.name != "finding_rules.py"
    )
    assert [rule for rule in RULES if f'"{rule}"' not in source] == []


def test_the_guide_is_rendered_from_the_registry():
    assert (SUITE / "docs" / "findings.md").read_text(encoding="utf-8") == findings_guide()


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_each_rule_says_what_holds_and_what_to_do(rule):
    assert rule.group in GROUPS and rule.holds and rule.do
    assert set(rule.outcomes) <= set(OUTCOMES) and rule.outcomes
    assert ("ASK" in rule.outcomes) == (rule.name in ASKED)
