"""YAML that means what it says: `NO` stays a country, `0123` a code, `2026-03` a month.

YAML 1.1 turns these into False, 83 and (as `2026-03-01`) a date. This loader knows true, false, null, plain integers and
plain decimals, and nothing else; everything else is a string. Repeated keys and aliases are refused.
"""

import re
from pathlib import Path

import yaml

from sopkit.errors import ParamsError, Problem


class _StrictLoader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "an alias (*name); write the value out", self.peek_event().start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
        first_lines: dict[object, int] = {}
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            line = key_node.start_mark.line + 1
            if key in first_lines:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} stands twice, on lines {first_lines[key]} and {line}", key_node.start_mark
                )
            first_lines[key] = line
        return super().construct_mapping(node, deep)


for tag, pattern, first in (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:null", r"~|null|", ["~", "n", ""]),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"[-+]?(0|[1-9][0-9]*)\.[0-9]+([eE][-+]?[0-9]+)?", "-+0123456789"),
):
    _StrictLoader.add_implicit_resolver(tag, re.compile(rf"^(?:{pattern})$"), list(first))


def read_yaml(path: Path) -> tuple[dict[str, object], dict[tuple[str, ...], int]]:
    """The mapping in a YAML file, and the line each key stands on by its path.

    Raises ParamsError where the file is missing, is no YAML, uses tags, aliases or repeated keys, or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        near = sorted(other.stem for other in path.parent.glob("*.yaml")) if path.parent.is_dir() else []
        hint = f"There are: {', '.join(near)}." if near else ""
        raise ParamsError("no such params file", [Problem(str(path), "nothing", "a YAML file", hint)]) from None
    except UnicodeDecodeError as error:
        raise ParamsError("the params file is not UTF-8", [Problem(str(path), str(error), "UTF-8 text")]) from None
    try:
        loader = _StrictLoader(text)
        node = loader.get_single_node()
        content = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ParamsError("the file cannot be read", [Problem(f"{path}, line {line}", error.problem or "no YAML", "plain YAML")]) from None
    if node is None or not isinstance(content, dict):
        raise ParamsError("the file cannot be read", [Problem(str(path), type(content).__name__, "a mapping of names to values")])
    return content, dict(_lines_of(node, ()))


def _lines_of(node: yaml.Node, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], int]]:
    found = [(path, node.start_mark.line + 1)]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, str(key.value))
            found += [*_lines_of(value, inner)[1:], (inner, key.start_mark.line + 1)]
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            found += _lines_of(value, (*path, str(position)))
    return found
