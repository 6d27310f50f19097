"""A PostgreSQL server of the test run's own: in a folder of its own, on loopback, on a free port; stopped at the end."""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SUPERUSER = "keeper"


@dataclass(frozen=True)
class Server:
    """Where the server is, and its superuser's password."""

    port: int
    password: str

    def connect(self, **options: Any) -> Any:
        """A connection of the superuser that commits each statement."""
        import psycopg

        told = {"host": "127.0.0.1", "port": self.port, "user": SUPERUSER, "password": self.password, "dbname": "postgres"}
        return psycopg.connect(**(told | options), autocommit=True)

    def run(self, *statements: str) -> None:
        """Run statements as the superuser."""
        with self.connect() as connection:
            for statement in statements:
                connection.execute(statement)


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl: the newest of Debian's, or what the path has."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    anywhere = shutil.which("initdb")
    return found[-1].parent if found else Path(anywhere).resolve().parent if anywhere else None


@contextmanager
def running_server() -> Iterator[Server]:
    """A server while the context lasts; skips the test where PostgreSQL or its driver is not installed."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    there = binaries()
    if there is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    account = _account()
    folder = Path(tempfile.mkdtemp(prefix="sopkit-pg-"))
    try:
        password = secrets.token_hex(12)
        (folder / "password").write_text(password)
        if account:
            for path in (folder, folder / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
        data, port = folder / "data", _free_port()
        _as(
            account,
            there / "initdb",
            "-D",
            data,
            "-U",
            SUPERUSER,
            "-E",
            "UTF8",
            "-A",
            "scram-sha-256",
            f"--pwfile={folder / 'password'}",
            "--no-sync",
        )
        settings = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        _as(account, there / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o", settings, "start")
        try:
            yield Server(port, password)
        finally:
            _as(account, there / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> "pwd.struct_passwd | None":
    """Whose account runs the server: initdb refuses root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("root may not start PostgreSQL, and there is no account `postgres`")


def _as(account: "pwd.struct_passwd | None", *command: object) -> None:
    whose: dict[str, Any] = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    words = [str(word) for word in command]
    done = subprocess.run(
        words, cwd="/", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=120, check=False, **whose
    )
    assert done.returncode == 0, f"{Path(words[0]).name}: {done.stderr.decode()[-400:]}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
