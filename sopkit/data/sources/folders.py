"""Folders of monthly files: a pattern in the params, and the files that it means. No pandas.

sales/*.csv                 every such file of the folder, in the order of their names
sales/sales_{period}.csv    a file per month, 2026-03 in its name
sales/{YYYY}{MM}_*.xlsx     the month written as 202603; {YY} is a year of two digits
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

PARTS = {"{YYYY}": "(?P<Y>[0-9]{4})", "{YY}": "(?P<Y>[0-9]{2})", "{MM}": "(?P<M>0[1-9]|1[0-2])", "*": "[^/]*", "?": "[^/]"}
_SPLIT = re.compile(r"(\{YYYY\}|\{YY\}|\{MM\}|\*|\?)")


@dataclass(frozen=True)
class MonthlyFile:
    """One file of a folder: its path below the data folder, and the month in it where the pattern has one."""

    name: str
    period: str | None


def is_pattern(file: str) -> bool:
    """Whether a declared file means a folder of files."""
    return any(sign in file for sign in "*?{}")


def pattern_fault(file: str) -> str:
    """Why a text is no pattern; empty where it is one."""
    plain = file.replace("{period}", "{YYYY}-{MM}")
    tokens = re.findall(r"\{[^}]*\}?", plain)
    if any(token not in PARTS for token in tokens) or "}" in re.sub(r"\{[^}]*\}", "", plain):
        return "knows {period}, {YYYY}, {YY} and {MM} only"
    years, months = sum(token in ("{YYYY}", "{YY}") for token in tokens), tokens.count("{MM}")
    if years != months or years > 1:
        return "names the month once: {period}, or a year and {MM}"
    if "**" in plain:
        return "goes into no deeper folders: write one * per folder"
    return ""


def matching_files(pattern: str, root: Path) -> list[MonthlyFile]:
    """The files below `root` that a pattern means, by month and name; hidden files and a spreadsheet's lock files are none."""
    plain = pattern.replace("{period}", "{YYYY}-{MM}")
    expression = re.compile("".join(PARTS.get(part, re.escape(part)) for part in _SPLIT.split(plain)))
    depth = len(PurePosixPath(plain).parts)
    found = []
    for path in _below(root, depth):
        name = path.relative_to(root).as_posix()
        if (match := expression.fullmatch(name)) and not path.name.startswith((".", "~$")):
            found.append(MonthlyFile(name, _period(match)))
    return sorted(found, key=lambda file: (file.period or "", file.name))


def _below(root: Path, depth: int) -> Iterable[Path]:
    """All files exactly so many levels below a folder."""
    folders = [root]
    for _ in range(depth - 1):
        folders = [inner for folder in folders if folder.is_dir() for inner in folder.iterdir() if inner.is_dir()]
    return [path for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_file()]


def _period(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    if "Y" not in parts:
        return None
    year = parts["Y"] if len(parts["Y"]) == 4 else f"20{parts['Y']}"
    return f"{year}-{parts['M']}"
