"""Work done aside: by a second process, split off from this one before it had a thread, with all that was imported by then.

What is begun is done there while this process goes on. Where there is no second process (JupyterLab, a machine with one core), and
where it cannot do the work, the work is done here when its result is asked for. The result is the same, and so is the error.
"""

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Generic, ParamSpec, TypeVar

Given = ParamSpec("Given")
Made = TypeVar("Made")
Task = tuple[int, Callable[..., object], tuple[object, ...], dict[str, object]]  # number, what to do, with what
Warned = tuple[str, type[Warning], str, int]  # message, category, file, line
Answer = tuple[object, list[Warned]]  # what was made, and what was warned of


class Aside(Generic[Made]):
    """Work that was begun; `result` waits for it."""

    def __init__(self, here: Callable[[], Made], number: int | None) -> None:
        self._here, self._number = here, number

    def result(self) -> Made:
        """What the work made; raises what it raises."""
        answer = _second.answer(self._number) if _second is not None and self._number is not None else None
        self._number = None
        if answer is None:
            return self._here()
        made, warned = answer
        for warning in warned:
            warnings.warn_explicit(*warning)
        return made  # type: ignore[return-value]


def begun(work: Callable[Given, Made], *args: Given.args, **options: Given.kwargs) -> Aside[Made]:
    """Begin work in the second process, where there is one; with what it gets and makes it must not share anything that changes."""
    return Aside(lambda: work(*args, **options), _second.begin(work, args, options) if _second is not None else None)


def split_off(first: Callable[[], None] = lambda: None) -> bool:
    """Split the second process off this one, which must have no other thread; returns whether there is one.

    It ends with this process. On one core, and on a system where a process cannot safely be split, there is none.

    Args:
        first: what the second process does before its first task, such as imports that only its tasks need.
    """
    global _second
    if _second is None and sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and _threads() == 1:
        here, there = Pipe()
        if os.fork() == 0:
            here.close()
            try:
                _serve(there, first)
            finally:
                os._exit(0)
        there.close()
        _second = _Second(here)
    return _second is not None


@dataclass
class _Second:
    """The second process, seen from this one."""

    pipe: Connection
    begun: int = 0
    answers: dict[int, Answer | None] = field(default_factory=dict)  # that came before they were asked for

    def begin(self, work: Callable[..., object], args: tuple[object, ...], options: dict[str, object]) -> int | None:
        """The number of a task that was handed over; None where it cannot be."""
        try:
            self.pipe.send((self.begun + 1, work, args, options))
        except Exception:  # what cannot be pickled, or a process that is gone
            return None
        self.begun += 1
        return self.begun

    def answer(self, number: int) -> Answer | None:
        """The answer to a task; None where there is none."""
        with suppress(EOFError, OSError):
            while number not in self.answers:
                came, answer = self.pipe.recv()
                self.answers[came] = answer
        return self.answers.pop(number, None)


_second: _Second | None = None


def _serve(pipe: Connection, first: Callable[[], None]) -> None:
    """Do task after task, until the first process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tasks: SimpleQueue[Task | None] = SimpleQueue()
    threading.Thread(target=_receive, args=(pipe, tasks), daemon=True).start()  # so that neither process waits for the other to read
    with suppress(Exception):
        first()
    while (task := tasks.get()) is not None:
        number, work, args, options = task
        try:
            with warnings.catch_warnings(record=True) as warned:
                made = work(*args, **options)
            pipe.send((number, (made, [(str(each.message), each.category, each.filename, each.lineno) for each in warned])))
        except Exception:  # the first process does it again, and tells what went wrong
            pipe.send((number, None))


def _receive(pipe: Connection, tasks: "SimpleQueue[Task | None]") -> None:
    try:
        while True:
            tasks.put(pipe.recv())
    except Exception:
        tasks.put(None)


def _threads() -> int:
    """Threads of this process, those of libraries too."""
    return len([*Path("/proc/self/task").iterdir()])
