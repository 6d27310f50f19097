"""Pages and workbooks are hundreds of thousands of small things that all live to the end: looking for garbage among them is a waste."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """No search for garbage while a document is made: it takes a fifth of the time of a layout, and finds none."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
