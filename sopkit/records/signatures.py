"""Signatures over an event's statement: SSH keys as git uses them (`ssh-keygen -Y`), or OpenPGP where it is installed.

The keys that count are those of the company's allowed signers; whoever could write the ledger could not make a signature.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sopkit.errors import GateError, InfrastructureError, Problem

NAMESPACE = "sopkit"  # a signature for another purpose does not count
SSH_ARMOUR = "-----BEGIN SSH SIGNATURE-----"
SECONDS = 60
NOT_GOOD = {  # what gpg says of a signature that is valid and does not count all the same: it ends with 0 for these too
    "REVKEYSIG": "a signature by a key that was revoked",
    "EXPKEYSIG": "a signature by a key that has expired",
    "EXPSIG": "a signature that has expired",
}


def ssh_signature(statement: bytes, key: Path) -> str:
    """A signature by an SSH key (or by the public half of one that the agent holds); InfrastructureError where it cannot be made."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "statement"
        file.write_bytes(statement)
        _run(["ssh-keygen", "-q", "-Y", "sign", "-f", str(key), "-n", NAMESPACE, str(file)], b"", "the signature cannot be made")
        return file.with_name("statement.sig").read_text()


def gpg_signature(statement: bytes, fingerprint: str) -> str:
    """A detached OpenPGP signature in its armour; InfrastructureError where it cannot be made."""
    words = ["gpg", "--batch", "--armor", "--detach-sign", "--local-user", fingerprint]
    return _run(words, statement, "the signature cannot be made").decode()


def check_signature(statement: bytes, signature: str, who: str, allowed: Path, gpg: dict[str, str]) -> None:
    """GateError where a signature is not by the key that is allowed for `who` over exactly this statement."""
    if signature.lstrip().startswith(SSH_ARMOUR):
        _check_ssh(statement, signature, who, allowed)
    else:
        _check_gpg(statement, signature, who, gpg)


def also_signs_as(statement: bytes, signature: str, others: Sequence[str], allowed: Path) -> list[str]:
    """Those of `others` whose allowed SSH key made this signature: a key that two roles share is one person."""
    if not signature.lstrip().startswith(SSH_ARMOUR):
        return []
    found = []
    for who in others:
        with contextlib.suppress(GateError):
            _check_ssh(statement, signature, who, allowed)
            found.append(who)
    return found


def _check_ssh(statement: bytes, signature: str, who: str, allowed: Path) -> None:
    if not allowed.is_file():
        raise _unsigned(who, f"no {allowed.name}", 'a file of allowed signers: a line `role namespaces="sopkit" ssh-ed25519 …`')
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "signature"
        file.write_text(signature)
        words = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", who, "-n", NAMESPACE, "-s", str(file)]
        done = _called(words, statement)
    if done.returncode != 0:
        told = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
        raise _unsigned(who, told[-1] if told else "a signature that does not hold", f"a signature by the key of {who}")


def _check_gpg(statement: bytes, signature: str, who: str, gpg: dict[str, str]) -> None:
    wanted = gpg.get(who, "").replace(" ", "").upper()
    if not wanted:
        raise _unsigned(who, "no OpenPGP key in the params", f"approval.gpg.{who}: its fingerprint")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "signature.asc"
        file.write_text(signature)
        done = _called(["gpg", "--batch", "--status-fd", "1", "--verify", str(file), "-"], statement)
    told = [line.split() for line in done.stdout.decode(errors="replace").splitlines() if line.startswith("[GNUPG:] ")]
    valid = any(words[1] == "VALIDSIG" and wanted in (words[2].upper(), words[-1].upper()) for words in told)
    if done.returncode != 0 or not valid or not any(words[1] == "GOODSIG" for words in told):
        came = next((NOT_GOOD[words[1]] for words in told if words[1] in NOT_GOOD), "a signature that does not hold")
        raise _unsigned(who, came, f"a signature by key {wanted[-16:]}")


def _unsigned(who: str, came: str, expected: str) -> GateError:
    return GateError("the signature does not hold", [Problem(f"signature of {who}", came, expected)])


def _run(words: list[str], content: bytes, message: str) -> bytes:
    done = _called(words, content)
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise InfrastructureError(message, [Problem(words[0], told[-1] if told else "it failed", "a key that can sign")])
    return done.stdout


def _called(words: list[str], content: bytes) -> "subprocess.CompletedProcess[bytes]":
    if shutil.which(words[0]) is None:
        raise InfrastructureError("a program is missing", [Problem(words[0], "not installed", "OpenSSH 8.2 or newer, or GnuPG")])
    return subprocess.run(words, input=content, capture_output=True, check=False, timeout=SECONDS)
