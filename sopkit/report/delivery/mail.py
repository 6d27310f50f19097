"""Delivery files: a letter with its attachments as `.eml`, to be opened and sent by the user's own mail program; dates as `.ics`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from hashlib import sha256

TYPES = {
    "pdf": ("application", "pdf"),
    "csv": ("text", "csv"),
    "png": ("image", "png"),
    "ics": ("text", "calendar"),
    "html": ("text", "html"),
    "xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Date:
    """A day with something due."""

    name: str  # stays the same when the date moves: the calendar then moves its entry
    title: str
    day: date
    detail: str = ""


def letter(subject: str, lines: Sequence[str], files: Mapping[str, bytes], *, to: str = "", sender: str = "") -> bytes:
    """A letter that is not sent yet; the same content gives the same bytes.

    Args:
        subject: one line.
        lines: the short text.
        files: attachments by file name.
        to: address; left out where it is not known.
        sender: address; left out where it is not known.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(subject.split())
    if sender:
        message["From"] = sender
    if to:
        message["To"] = to
    message["X-Unsent"] = "1"
    message.set_content("\n".join(lines) + "\n", charset="utf-8", cte="quoted-printable")
    for name, content in files.items():
        kind, subtype = TYPES.get(name.rpartition(".")[2], ("application", "octet-stream"))
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    if message.is_multipart():
        digest = sha256(b"\0".join([subject.encode(), *(part.as_bytes() for part in message.iter_parts())])).hexdigest()
        message.set_boundary(f"part_{digest[:32]}")
    return message.as_bytes()


def calendar(name: str, dates: Sequence[Date], stamp: date) -> bytes:
    """Dates as a calendar file; `stamp` stands for when it was made, so that the same dates give the same bytes."""
    from icalendar import Calendar, Event

    book = Calendar()
    book.add("prodid", "-//sopkit//plan//EN")
    book.add("version", "2.0")
    book.add("x-wr-calname", name)
    for one in dates:
        entry = Event()
        entry.add("uid", f"{sha256(f'{name} {one.name}'.encode()).hexdigest()[:24]}@sopkit")
        entry.add("dtstamp", datetime(stamp.year, stamp.month, stamp.day, tzinfo=UTC))
        entry.add("dtstart", one.day)
        entry.add("dtend", one.day + timedelta(days=1))
        entry.add("summary", one.title)
        if one.detail:
            entry.add("description", one.detail)
        book.add_component(entry)
    return book.to_ical()
