"""What the XML of a sheet says besides its values: hidden rows and columns, filters, merged cells, formulas without a value.

openpyxl's streaming reader leaves these out, and its whole-sheet reader holds every cell in memory.
"""

import re
import zipfile
from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from defusedxml.ElementTree import fromstring

CHUNK = 1 << 20
TELLING = (b"hidden", b"mergeCell", b"filterColumn", b"<f", b":f")  # a sheet without these has no marks
ADDRESS = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class Area(NamedTuple):
    """A rectangle of cells: rows and columns counted from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int
    name: str


class SheetMarks(NamedTuple):
    """Marks of one sheet; rows and columns are counted from 1."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    filtered: bool = False
    merged: tuple[Area, ...] = ()
    uncalculated: frozenset[tuple[int, int]] = frozenset()


class ForbiddenXml(ValueError):
    """XML that declares a document type or an entity: no spreadsheet writes that."""


def sheet_marks(package: zipfile.ZipFile, sheet: str) -> SheetMarks:
    """The marks of a sheet.

    Args:
        package: the workbook, opened as a zip file.
        sheet: its name.

    Raises:
        ForbiddenXml, xml.parsers.expat.ExpatError, KeyError: a part that is no sheet of a workbook.
    """
    part = _part_of(package, sheet)
    if not any(_holds(package, part, sign) for sign in TELLING):
        return SheetMarks()
    scan = _Scan()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _forbidden
    parser.EntityDeclHandler = _forbidden
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    parser.CharacterDataHandler = scan.text
    for chunk in _chunks(package, part):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return scan.marks()


def area_of(name: str) -> Area:
    """The rectangle that is called `A7:B9`, or `A7`."""
    first, _, last = name.partition(":")
    (left, top), (right, bottom) = _corner(first), _corner(last or first)
    return Area(top, left, bottom, right, name)


def _corner(address: str) -> tuple[int, int]:
    found = ADDRESS.fullmatch(address)
    if not found:
        raise KeyError(f"no cell {address!r}")
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column, int(found[2])


def _part_of(package: zipfile.ZipFile, sheet: str) -> str:
    """The part of the package that holds a sheet."""
    book = fromstring(package.read("xl/workbook.xml"))
    links = fromstring(package.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): str(link.get("Target")) for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            wanted = next((value for name, value in element.items() if name.endswith("}id")), None)
            target = targets[wanted]
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(f"no sheet {sheet!r}")


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    with package.open(part) as opened:
        while chunk := opened.read(CHUNK):
            yield chunk


def _holds(package: zipfile.ZipFile, part: str, sign: bytes) -> bool:
    before = b""
    for chunk in _chunks(package, part):
        if sign in before + chunk:
            return True
        before = chunk[-len(sign) :]
    return False


def _forbidden(*_: object) -> None:
    raise ForbiddenXml("the workbook's XML declares a document type or an entity")


class _Scan:
    """Collects the marks while the sheet is parsed."""

    def __init__(self) -> None:
        self._row, self._column = 0, 0
        self._formula = self._value = self._in_value = self._is_text = False
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._filtered = False
        self._merged: list[Area] = []
        self._uncalculated: set[tuple[int, int]] = set()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._column = _corner(attributes["r"])[0] if "r" in attributes else self._column + 1
            self._formula = self._value = self._in_value = False
            self._is_text = attributes.get("t") == "str"
        elif name == "f":
            self._formula = True
        elif name in ("v", "is"):
            self._in_value, self._value = True, self._is_text  # an empty text is a value, an empty number is none
        elif name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            if attributes.get("hidden") in ("1", "true"):
                self._hidden_rows.add(self._row)
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self._hidden_columns |= set(range(int(attributes["min"]), min(int(attributes["max"]), 16_384) + 1))
        elif name == "filterColumn":
            self._filtered = True
        elif name == "mergeCell":
            self._merged.append(area_of(attributes["ref"]))

    def text(self, _: str) -> None:
        self._value = self._value or self._in_value

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in ("v", "is"):
            self._in_value = False
        if name == "c" and self._formula and not self._value:
            self._uncalculated.add((self._row, self._column))

    def marks(self) -> SheetMarks:
        return SheetMarks(
            frozenset(self._hidden_rows),
            frozenset(self._hidden_columns),
            self._filtered,
            tuple(self._merged),
            frozenset(self._uncalculated),
        )
