"""Errors a planner can act on: where, what came, what was expected, what to do.

Every module collects all its problems first and raises once. The exit codes of the command line stand here and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of `sop` (docs/architecture.md)."""

    OK = 0
    FAILED = 1  # a step failed, or anything else
    USAGE = 2  # command line or parameters
    DATA = 3  # input data
    GATE = 4  # a gate or an approval is missing
    INFRASTRUCTURE = 5  # dead kernel, timeout, disk, source
    LOCKED = 6  # another run holds the cycle
    INTEGRITY = 7  # a stored file is not what its hash says


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, told for the person who must mend it."""

    where: str  # file, sheet, line, column, item, period: whatever finds the place
    came: str
    expected: str
    hint: str = ""

    def __str__(self) -> str:
        told = f"{self.where}: {self.came}; expected {self.expected}"
        return f"{told}. {self.hint}" if self.hint else told


class SopError(Exception):
    """A problem, or several found in one pass, that a person can mend."""

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        self.message = message
        self.problems = tuple(problems)
        super().__init__("\n".join([message, *(f"  - {problem}" for problem in self.problems)]))


class StepError(SopError):
    """A step did not finish, or a rule that it checks is broken."""


class ParamsError(SopError):
    """A parameter, a params file or an argument cannot be used."""

    exit_code = ExitCode.USAGE


class DataError(SopError):
    """Input data breaks its contract."""

    exit_code = ExitCode.DATA


class GateError(SopError):
    """A gate is closed: a sign-off or an approval is missing."""

    exit_code = ExitCode.GATE


class InfrastructureError(SopError):
    """The kernel died, a cell timed out, the disk is full, or a source cannot be reached."""

    exit_code = ExitCode.INFRASTRUCTURE


class LockedError(SopError):
    """Another run works on this cycle."""

    exit_code = ExitCode.LOCKED


class IntegrityError(SopError):
    """A stored file is not what its record says."""

    exit_code = ExitCode.INTEGRITY


def unusable_file(error: OSError) -> InfrastructureError:
    """What the system said of a file, or of the disk, as an error of ours."""
    problem = Problem(str(error.filename or "the disk"), error.strerror or str(error), "a file that can be used, a disk with room")
    return InfrastructureError("a file cannot be used", [problem])
