"""Work done aside: the same results and errors with a second process, without one, and with one that died."""

import subprocess
import sys
import textwrap

import pytest
from command_line import ROOT

from sopkit.aside import begun

SPLIT = """
    import os, signal, sys, time, warnings
    from operator import mul

    def numbers(size): return list(range(size))
    def sizes(given): return len(given), os.getpid()
    def warned():
        warnings.warn("look here", UserWarning)
        warnings.warn("an open file", UserWarning, source=open(os.devnull))
        return os.getpid()
    def fails(): raise ValueError("no such month")

    from sopkit.aside import begun, split_off
    assert split_off() and split_off()
"""


def told(code: str) -> str:
    """What a process that splits off a second one prints."""
    source = textwrap.dedent(SPLIT) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_without_a_second_process_work_is_done_when_it_is_asked_for() -> None:
    done: list[str] = []
    work = begun(done.append, "once")
    assert done == []
    work.result()
    assert done == ["once"]


def test_an_error_is_raised_where_the_result_is_asked_for() -> None:
    work = begun(int, "not a number")
    with pytest.raises(ValueError, match="not a number"):
        work.result()


def test_the_second_process_works_while_this_one_goes_on_and_each_result_finds_its_work() -> None:
    code = """
        works = [begun(mul, number, 10) for number in range(5)]
        print([work.result() for work in reversed(works)])
        size, other = begun(sizes, [1, 2]).result()
        print(size, other != os.getpid())
    """
    assert told(code).splitlines() == ["[40, 30, 20, 10, 0]", "2 True"]


def test_much_goes_both_ways_at_once() -> None:
    """Each message is larger than a pipe holds: neither process may wait for the other to read."""
    code = """
        works = [begun(numbers, 300_000) for _ in range(4)] + [begun(sizes, list(range(300_000))) for _ in range(4)]
        print([len(work.result()) for work in works[:4]], [work.result()[0] for work in works[4:]])
    """
    assert told(code).strip() == "[300000, 300000, 300000, 300000] [300000, 300000, 300000, 300000]"


def test_what_cannot_be_handed_over_is_done_here() -> None:
    code = """
        print(begun(lambda: 1).result(), begun(sizes, [print, lambda: 2]).result()[1] == os.getpid(), begun(mul, 2, 3).result())
    """
    assert told(code).strip() == "1 True 6"


def test_errors_and_warnings_come_as_if_the_work_were_done_here() -> None:
    code = """
        try: begun(fails).result()
        except ValueError as error: print(error)
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            print(begun(warned).result() != os.getpid(), [str(each.message) for each in found])
    """
    assert told(code).splitlines() == ["no such month", "True ['look here', 'an open file']"]


def test_a_second_process_that_died_is_done_without() -> None:
    code = """
        other = begun(sizes, []).result()[1]
        later = begun(time.sleep, 30)
        os.kill(other, signal.SIGKILL)
        print(begun(mul, 2, 4).result(), begun(sizes, [1]).result()[1] == os.getpid())
    """
    assert told(code).strip() == "8 True"


def test_the_second_process_ends_with_the_first() -> None:
    code = """
        print(begun(sizes, []).result()[1], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    source = textwrap.dedent(SPLIT) + textwrap.dedent(code)
    done = subprocess.run([sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    waits = "import os, sys, time\nwhile os.path.exists('/proc/' + sys.argv[1] + '/exe'): time.sleep(0.05)"
    subprocess.run([sys.executable, "-c", waits, done.stdout.strip()], timeout=60, check=True)


def test_a_process_with_a_thread_is_not_split() -> None:
    code = """
        import threading, time
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        from sopkit.aside import split_off
        print(split_off())
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "False"
