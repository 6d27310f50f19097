"""Whether a file is a workbook that may be opened: told apart by its first bytes and its parts, before any of it is parsed."""

import zipfile
from pathlib import Path

from sopkit.data.findings import Finding
from sopkit.data.sources.text_blocks import written_at

MOST_UNPACKED = 512 << 20
MOST_RATIO = 200  # unpacked / packed size: beyond it a file is a bomb, not a workbook
SMALL = 10 << 20  # below this size the ratio does not matter
MOST_PARTS = 10_000
HEAD = 4_096
FORBIDDEN = ("<!DOCTYPE", "<!ENTITY")
SAVE_AS = "open it in the spreadsheet, save it as .xlsx or CSV"


def package_fault(path: Path, origin: str) -> Finding | None:
    """Why a file is no workbook, or one that must not be opened; None where it may be.

    Args:
        path: the file.
        origin: what it is called in findings.
    """
    with path.open("rb") as opened:
        head = opened.read(512)
    if path.name.startswith("~$"):
        told = "the file is the lock that a spreadsheet writes beside an open workbook"
        return Finding(origin, "unreadable_file", told, "REJECT", "name the workbook itself")
    if not head:
        return Finding(origin, "empty_file", f"the file is empty (0 bytes, written {written_at(path)})", "REJECT", "send the file again")
    if not head.startswith(b"PK"):
        return Finding(origin, "unreadable_file", f"the file is {_kind_of(head)}, not a workbook", "REJECT", SAVE_AS)
    try:
        with zipfile.ZipFile(path) as package:
            return _size_fault(package, origin) or _parts_fault(package, origin)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return Finding(origin, "unreadable_file", "the workbook is cut or damaged", "REJECT", "send the file again")


def _kind_of(head: bytes) -> str:
    if head.startswith(b"\xd0\xcf"):
        return "an old .xls workbook or one with a password"
    return "HTML" if b"<" in head.lstrip()[:1] else "text"


def _size_fault(package: zipfile.ZipFile, origin: str) -> Finding | None:
    sizes = [(part.file_size, part.compress_size) for part in package.infolist()]
    total = sum(size for size, _ in sizes)
    bomb = any(size > SMALL and size > MOST_RATIO * max(packed, 1) for size, packed in sizes)
    if total > MOST_UNPACKED or bomb or len(sizes) > MOST_PARTS:
        told = f"{total >> 20} MiB in {len(sizes)} parts when unpacked"
        return Finding(origin, "too_large", told, "REJECT", "save the data alone in a new workbook")
    return None


def _parts_fault(package: zipfile.ZipFile, origin: str) -> Finding | None:
    names = set(package.namelist())
    if "xl/workbook.bin" in names or "xl/workbook.xml" not in names:
        kinds = {"xl/workbook.bin": "a binary workbook (.xlsb)", "content.xml": "an .ods workbook", "word/document.xml": "a text document"}
        kind = next((word for part, word in kinds.items() if part in names), "a package without a workbook")
        return Finding(origin, "unreadable_file", f"the file is {kind}, not an .xlsx workbook", "REJECT", SAVE_AS)
    for name in names:
        if name.endswith((".xml", ".rels")) and _declares_entities(package, name):
            told = f"the part {name} declares a document type or an entity, which no spreadsheet writes"
            return Finding(origin, "unsafe_file", told, "REJECT", "do not open it; ask the sender what made it")
    return None


def _declares_entities(package: zipfile.ZipFile, name: str) -> bool:
    with package.open(name) as part:
        head = part.read(HEAD)
    plain = head.replace(b"\x00", b"").decode("latin-1").upper()
    return any(word in plain for word in FORBIDDEN)
