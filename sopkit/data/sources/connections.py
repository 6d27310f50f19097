"""Databases that a company's sources come from: where they are, who asks, and where the password is kept. Never the password.

Pydantic only, so that the command line stays light; `databases.py` opens the connections.
"""

import re
from pathlib import PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

KINDS_OF_DATABASE_FILE = (".sqlite", ".sqlite3", ".db", ".duckdb")
CONNECTION_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


class Secret(BaseModel):
    """Where a secret is kept: one of an environment variable, the system's keyring, or a file of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = Field(default=None, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", description="name of an environment variable")
    keyring: str | None = Field(default=None, pattern=r"^[^/]+/[^/]+$", description="service/user in the system's keyring")
    file: str | None = Field(default=None, pattern=r"^[/~]", description="full path of a file that holds the secret alone")

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if sum(place is not None for place in (self.env, self.keyring, self.file)) != 1:
            raise ValueError("give one of env, keyring and file")
        return self

    def __str__(self) -> str:
        name = next(name for name in ("env", "keyring", "file") if getattr(self, name))
        return f"{name} {getattr(self, name)}"


class Connection(BaseModel):
    """One database, opened for reading only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["sqlite", "postgres", "duckdb"] = Field(description="what it is; postgres needs the extra `postgres`")
    file: str | None = Field(default=None, description="sqlite, duckdb: path below the data folder")
    host: str | None = Field(default=None, pattern=r"^(/[^:@\s]+|[A-Za-z0-9.:_-]+)$", description="postgres: host, or folder of its socket")
    port: int = Field(default=5432, ge=1, le=65535, description="postgres: port")
    database: str | None = Field(default=None, pattern=r"^[^\s:/@=]+$", description="postgres: name of the database")
    user: str | None = Field(default=None, pattern=r"^[^\s:/@=]+$", description="postgres: role; best one that may only read")
    password: Secret | None = Field(default=None, description="where the password is kept: {env: …}, {keyring: service/user} or {file: …}")
    tls: Literal["disable", "prefer", "require", "verify-full"] = Field(default="prefer", description="postgres: encryption")
    time_zone: str = Field(default="UTC", pattern=r"^[A-Za-z0-9_+/-]+$", description="zone in which a moment is a day, as Europe/Stockholm")
    connect_seconds: int = Field(default=10, ge=1, le=600, description="seconds to wait for a connection")
    statement_seconds: int = Field(default=300, ge=1, le=86400, description="seconds that one query may take")
    most_rows: int = Field(default=20_000_000, ge=1, description="rows that one query may return; beyond it nothing is received")
    most_mib: int = Field(default=2_048, ge=1, description="MiB that one query may return")

    @field_validator("file")
    @classmethod
    def _file_below_the_data_folder(cls, file: str | None) -> str | None:
        if file is None:
            return None
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts or any(sign in file for sign in ":\\?#%") or not path.name:
            raise ValueError(f"{file!r} is no path below the data folder: write it with / and without .. or a drive or address")
        if not path.name.lower().endswith(KINDS_OF_DATABASE_FILE):
            raise ValueError(f"{file!r} is no database file: one of {', '.join(KINDS_OF_DATABASE_FILE)}")
        return file

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "Connection":
        remote = {"host": self.host, "database": self.database, "user": self.user}
        if self.kind == "postgres":
            if self.file or not all(remote.values()):
                raise ValueError("postgres needs host, database and user, and has no file")
        elif not self.file or any(remote.values()) or self.password:
            raise ValueError(f"{self.kind} needs file, and has no host, database, user or password")
        return self
