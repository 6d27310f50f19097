"""Whether the code that made a run is released: committed, unchanged since, and with the libraries of the lock.

A company's params, overrides and agenda are no code: the run's own hashes cover them.
"""

import subprocess
from pathlib import Path

from sopkit.run import keys, places
from sopkit.run.cycle import RunFolder
from sopkit.run.doctor import lock_check
from sopkit.run.files import read_json
from sopkit.steps import STEPS

RELEASED = ("notebooks", "templates", "requirements.lock", "params/process.yaml")
MOST = 5  # changed files that are named


def code_obstacles(run: RunFolder) -> list[str]:
    """Why the code of a run does not count as released, a sentence each; none where it does."""
    root = places.suite_root()
    found = [*_uncommitted(keys.PACKAGE.parent, (keys.PACKAGE.name,)), *_uncommitted(root, RELEASED)]
    lock = lock_check()
    if not lock.ok:
        found.append(f"the installed libraries are not those of the lock: {lock.detail}")
    return [*dict.fromkeys(found), *_other_code(run, root)]


def _uncommitted(folder: Path, names: tuple[str, ...]) -> list[str]:
    there = [name for name in names if (folder / name).exists()]
    words = ["git", "status", "--porcelain", "--", *there]
    try:
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ["whether the code is released cannot be told: git does not answer"]
    if done.returncode != 0:
        return ["whether the code is released cannot be told: it is not under version control"]
    changed = [line[3:] for line in done.stdout.splitlines()]
    more = f" and {len(changed) - MOST} more" if len(changed) > MOST else ""
    return [f"code that is not committed: {', '.join(changed[:MOST])}{more}"] if changed else []


def _other_code(run: RunFolder, root: Path) -> list[str]:
    """What of the run's code is another one here now: what is rendered at publication must be of the same release."""
    code = (read_json(run.manifest) or {}).get("code")
    made_by: dict[str, object] = code if isinstance(code, dict) else {}
    lock = root / "requirements.lock"
    now: dict[str, object] = {
        "package": keys.tree_hash(keys.PACKAGE),
        "notebooks": {step.name: keys.notebook_hash(places.notebook_file(step.notebook)) for step in STEPS},
        "lock": keys.file_hash(lock) if lock.is_file() else keys.ABSENT,
    }
    other = [name for name, value in now.items() if made_by.get(name) != value]
    return [f"the run was made by other code than what is here now ({', '.join(other)}): run the cycle again"] if other else []
