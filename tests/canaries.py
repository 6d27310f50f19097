"""All that a reader can get out of a file: its name, its bytes, what is zipped in it, attached to it, written or said in a PDF."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, is_zipfile

import pikepdf


def told(folder: Path) -> Iterator[tuple[str, str]]:
    """Every text below a folder with the place it was found at."""
    for path in sorted(folder.rglob("*")):
        yield path.relative_to(folder).as_posix(), path.name
        if path.is_file():
            yield from told_by(path.relative_to(folder).as_posix(), path.read_bytes())


def told_by(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    """Every text in a file's content."""
    yield name, content.decode("utf-8", errors="replace")
    if name.endswith((".xlsx", ".zip")) and is_zipfile(BytesIO(content)):
        with ZipFile(BytesIO(content)) as book:
            for inner in book.namelist():
                yield f"{name}!{inner}", inner
                yield from told_by(f"{name}!{inner}", book.read(inner))
    elif name.endswith(".eml"):
        message = message_from_bytes(content, policy=default)
        yield f"{name}!headers", "\n".join(f"{key}: {value}" for key, value in message.items())
        for part in message.walk():
            if not part.is_multipart():
                inner = part.get_filename() or "body"
                yield f"{name}!{inner}", inner
                yield from told_by(f"{name}!{inner}", part.get_payload(decode=True) or b"")
    elif name.endswith(".pdf"):
        with pikepdf.open(BytesIO(content)) as document:
            yield f"{name}!metadata", f"{document.docinfo!r} {[str(value) for value in document.docinfo.values()]}"
            yield f"{name}!xmp", str(document.open_metadata())
            yield f"{name}!attachments", " ".join(document.attachments)
            yield f"{name}!strings", " ".join(strings_of(document))
            yield f"{name}!text", " ".join(page_text(page) for page in document.pages)


def strings_of(document: pikepdf.Pdf) -> Iterator[str]:
    """Texts of the document's own objects: titles, alternative texts, bookmarks."""
    for found in document.objects:
        if isinstance(found, pikepdf.Dictionary):
            yield from (str(value) for value in found.values() if isinstance(value, pikepdf.String))


def page_text(page: pikepdf.Page) -> str:
    """The text of a page, its glyphs read by the font's own table."""
    return "".join(_drawn(page.obj, page.obj.get("/Resources", pikepdf.Dictionary())))


def _drawn(stream: pikepdf.Object, resources: pikepdf.Object) -> Iterator[str]:
    fonts = {name: _characters(font) for name, font in resources.get("/Font", pikepdf.Dictionary()).items()}
    forms = resources.get("/XObject", pikepdf.Dictionary())
    font: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(stream):
        word = str(operator)
        if word == "Tf":
            font = fonts[str(operands[0])]
        elif word in ("Tj", "TJ"):
            parts = operands[0] if word == "TJ" else operands
            yield "".join(_read(bytes(part), font) for part in parts if isinstance(part, pikepdf.String))
        elif word in ("ET", "T*"):
            yield " "
        elif word == "Do" and forms[str(operands[0])].get("/Subtype") == "/Form":
            form = forms[str(operands[0])]
            yield from _drawn(form, form.get("/Resources", resources))


def _read(glyphs: bytes, font: dict[int, str]) -> str:
    return "".join(font.get(int.from_bytes(glyphs[place : place + 2]), "") for place in range(0, len(glyphs), 2))


def _characters(font: pikepdf.Object) -> dict[int, str]:
    table = bytes(font["/ToUnicode"].read_bytes()).decode("ascii", errors="replace") if "/ToUnicode" in font else ""
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.S):
        for code, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be", errors="replace")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.S):
        for first, last, text in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", block):
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(int(text, 16) + offset)
    return found
