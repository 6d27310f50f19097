"""Params hold no secrets: a value under a name such as `password` is refused before anything starts, and never shown."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from sopkit.errors import ParamsError, Problem

SECRET_NAME = re.compile(r"pass(?!ed|enger)|pwd|secret|token|dsn|credential|api_?key|(?:^|[_\-. ])key$", re.IGNORECASE)
IN_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@", re.IGNORECASE)
IN_SETTINGS = re.compile(r"\b(?:password|passwd|pwd)\s*=\s*\S", re.IGNORECASE)
NAMES_OF_DATA = ("columns", "kinds", "rows")  # mappings whose names are headers of the company's files
QUERIES = ("query", "sql")  # a condition on a column of that name is no secret
REFERENCES = ("env", "keyring", "file")
NOT_SHOWN = "a value that is not shown"

Place = tuple[str, ...]


def refuse_literal_secrets(content: Mapping[str, object], path: Path, lines: Mapping[Place, int]) -> None:
    """Refuse params that hold a secret.

    Raises ParamsError with every place, its line and how to refer to a secret, and no value.
    """
    hint = "Write {env: NAME}, {keyring: service/user} or {file: /full/path} in its place, and change the secret that stood here."
    problems = [
        Problem(f"{path}, line {lines.get(place, 1)}, {'.'.join(place)}", NOT_SHOWN, "where the secret is kept, not the secret", hint)
        for place, value in _values_of(content, ())
        if _is_literal_secret(place, value)
    ]
    if problems:
        raise ParamsError("params hold no secrets", problems)


def shown(value: object, place: Place) -> str:
    """A value in a message; not where its name, or a name below it, says that it may be a secret."""
    inside = [inner for inner, _ in _values_of(value, place)] if isinstance(value, (dict, list)) else [place]
    if any(SECRET_NAME.search(part) for where in inside for part in where):
        return NOT_SHOWN
    return repr(value)[:80]


def _is_literal_secret(place: Place, value: object) -> bool:
    if isinstance(value, str) and (IN_ADDRESS.search(value) or (place[-1] not in QUERIES and IN_SETTINGS.search(value))):
        return True
    if value is None or isinstance(value, bool) or any(part in NAMES_OF_DATA for part in place[:-1]):
        return False
    if not SECRET_NAME.search(place[-1]):
        return len(place) > 1 and bool(SECRET_NAME.search(place[-2])) and place[-1] not in REFERENCES
    return True


def _values_of(content: object, place: Place) -> Iterator[tuple[Place, object]]:
    """Every plain value with the names that lead to it."""
    if isinstance(content, Mapping):
        for name, value in content.items():
            yield from _values_of(value, (*place, str(name)))
    elif isinstance(content, list):
        for position, value in enumerate(content):
            yield from _values_of(value, (*place, str(position)))
    else:
        yield place, content
