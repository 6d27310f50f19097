"""Secrets by reference: fetched when a connection opens, held by nobody, never part of a message."""

import os
from pathlib import Path

from sopkit.data.sources.connections import Secret
from sopkit.errors import InfrastructureError, Problem

HIDDEN = "***"
MOST_BYTES = 10_000


def secret_of(place: Secret, where: str) -> str:
    """The secret that stands in a place; `where` names who asks.

    Raises InfrastructureError that names the place where nothing is there.
    """
    value = _read(place, where)
    if not value:
        raise _missing(place, where, "nothing there")
    return value


def hidden(text: str, secret: str | None) -> str:
    """A message without the secret, should a driver have put it there."""
    return text.replace(secret, HIDDEN) if secret else text


def _read(place: Secret, where: str) -> str | None:
    if place.env:
        return os.environ.get(place.env)
    if place.file:
        return _file(Path(place.file).expanduser(), place, where)
    return _keyring(str(place.keyring), place, where)


def _file(path: Path, place: Secret, where: str) -> str:
    try:
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES).decode("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as reason:
        told = reason.strerror if isinstance(reason, OSError) else "no UTF-8 text"
        raise _missing(place, where, str(told)) from None


def _keyring(word: str, place: Secret, where: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise _missing(place, where, "keyring is not installed (extra `postgres`)") from None
    service, user = word.split("/")
    try:
        return keyring.get_password(service, user)
    except KeyringError as reason:
        raise _missing(place, where, type(reason).__name__) from None


def _missing(place: Secret, where: str, came: str) -> InfrastructureError:
    hint = "Put it there; params hold the place of a secret, never the secret."
    return InfrastructureError("a secret cannot be found", [Problem(f"{where}: {place}", came, "the secret", hint)])
