"""How a file writes its text, numbers and dates: declared in the params, nothing guessed."""

import re
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sopkit.data.parsing import DATE_TOKENS, WEEK_FORMATS, Grammar, date_tokens
from sopkit.data.sources.folders import is_pattern, pattern_fault

Scalar = str | bool | int | float
KINDS_OF_FILE = (".csv", ".txt", ".csv.gz", ".txt.gz", ".xlsx", ".parquet")


class Dialect(BaseModel):
    """How a file writes its text, numbers and dates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str | None = Field(
        default=None, description="path below the data folder: .csv, .txt (also .gz), .xlsx or .parquet; sales/*.csv means all of a folder"
    )
    sheet: str | None = Field(default=None, description="sheet of a workbook; may be left out where it has one sheet")
    encoding: Literal["utf-8", "cp1252", "iso-8859-1", "utf-16"] = Field(default="utf-8", description="encoding of a text file")
    delimiter: Literal[",", ";", "|", "\t"] = Field(default=",", description="what separates the columns of a text file")
    decimal: Literal[".", ","] = Field(default=".", description="decimal sign of numbers written as text")
    thousands: Literal["", " ", ".", ",", "'"] = Field(
        default="", description="thousands separator; a space also means the two no-break spaces; empty = none"
    )
    date_format: str = Field(
        default="YYYY-MM-DD",
        description="dates as text: YYYY or YY (20YY), MM, M or MMM (its name), DD or D; without a day it is the first of the month",
    )
    trailing_minus: bool = Field(default=False, description="`100-` means -100, as some ERP systems write it")
    allow_serial: bool = Field(default=False, description="a day may be a spreadsheet's number of days (46054); each is told as repaired")
    time_zone: str = Field(default="", description="zone, such as Europe/Stockholm, in which moments (2026-08-31T22:30Z) fall on a day")
    empty_marks: tuple[str, ...] = Field(default=(), description="cells that mean empty, such as `-` or `n/a`; a blank always does")
    header_row: int = Field(default=1, ge=1, description="physical row of the header, first row = 1")
    footer_rows: int = Field(default=0, ge=0, description="rows at the end that are no records; each is told as left out")
    cell_range: str = Field(default="", description="range of a sheet, such as B3:H200, header included; empty = the whole sheet")
    fill_merged: bool = Field(default=False, description="merged cells of a sheet are filled downwards with their value, and told")
    detect: bool = Field(
        default=False, description="encoding, delimiter, decimal, thousands, date_format and header_row, where not declared, are detected"
    )
    rows: tuple[dict[str, Scalar | None], ...] = Field(default=(), description="rows given here instead of a file: header: value")

    @field_validator("file")
    @classmethod
    def _file_below_the_data_folder(cls, file: str | None) -> str | None:
        if file is None:
            return None
        path = PurePosixPath(file)
        if path.is_absolute() or ".." in path.parts or ":" in file or "\\" in file or not path.name:
            raise ValueError(f"{file!r} is no path below the data folder: write it with / and without .. or a drive or address")
        if is_pattern(file) and (fault := pattern_fault(file)):
            raise ValueError(f"{file!r}: a pattern {fault}")
        if not path.name.lower().endswith(KINDS_OF_FILE):
            raise ValueError(f"{file!r} cannot be read: save it as one of {', '.join(KINDS_OF_FILE)}")
        return file

    @field_validator("date_format")
    @classmethod
    def _a_date_format(cls, form: str) -> str:
        if form in WEEK_FORMATS:
            return form
        parts = date_tokens(form)
        tokens = [part for part in parts if part in DATE_TOKENS]
        if sorted(token[0] for token in tokens) not in (["D", "M", "Y"], ["M", "Y"]):
            raise ValueError(f"{form!r} is no date format: it holds a year, a month and at most one day, such as DD.MM.YYYY or D-MMM-YY")
        if any({"M", "D"} & {here, there} for here, there in pairwise(parts) if here in DATE_TOKENS and there in DATE_TOKENS):
            raise ValueError(f"{form!r} is no date format: M and D have one or two digits, so a sign must stand beside them")
        if any(token.isalnum() for token in parts if token not in DATE_TOKENS):
            raise ValueError(f"{form!r} is no date format: only YYYY, YY, MMM, MM, M, DD, D and signs between them")
        return form

    @field_validator("time_zone")
    @classmethod
    def _a_time_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{zone!r} is no time zone: write it as Europe/Stockholm") from None
        return zone

    @field_validator("cell_range")
    @classmethod
    def _a_range(cls, cells: str) -> str:
        if cells and not re.fullmatch(r"[A-Z]{1,3}[1-9][0-9]{0,6}:[A-Z]{1,3}[1-9][0-9]{0,6}", cells):
            raise ValueError(f"{cells!r} is no range: write it as B3:H200")
        return cells

    @model_validator(mode="after")
    def _two_signs(self) -> "Dialect":
        if self.decimal == self.thousands:
            raise ValueError(f"decimal and thousands are both {self.decimal!r}")
        return self

    def grammar(self, date_format: str = "") -> Grammar:
        """How its numbers and dates are written; of a column with a date format of its own, that one."""
        form = date_format or self.date_format
        return Grammar(self.decimal, self.thousands, form, self.trailing_minus, self.allow_serial, self.time_zone)
