"""Months that stand in the columns of an unknown file: which headers they are, and the file as rows; for a proposal."""

from dataclasses import dataclass

from sopkit.data.contracts import INPUTS
from sopkit.data.findings import FindingLog
from sopkit.data.sources.proposal import Proposal
from sopkit.data.sources.raw import RawTable
from sopkit.data.sources.reshaping import Unpivot
from sopkit.data.sources.table import dated_column
from sopkit.data.sources.unpivot import MonthColumns, month_of_header, unpivoted

FORMS = ("YYYY-MM", "MMM YYYY", "MMM-YYYY", "MMM YY", "MMM-YY", "MM/YYYY", "MM.YYYY", "YYYY/MM", "YYYY.MM", "YYYYMM")
LEAST_MONTHS = 3
INTO, VALUE = "period", "quantity"  # what month and cell are called until a table is proposed
MEASURES = ("number", "whole")


@dataclass(frozen=True)
class Wide:
    """A file with months in columns, and how its headers write them."""

    form: str
    months: tuple[str, ...]
    long: RawTable  # a row per record and month, with the columns INTO and VALUE

    @property
    def told(self) -> str:
        """What was seen, in words."""
        return f"months in {len(self.months)} columns, {min(self.months)} to {max(self.months)}, written as {self.form}"


def months_in_columns(raw: RawTable) -> Wide | None:
    """The file as rows where at least three headers are months in one form, each once; None where they are not."""
    best: tuple[str, dict[str, int]] = ("", {})
    for form in FORMS:
        found = {place: month for place, header in enumerate(raw.header) if (month := month_of_header(header, form))}
        months = {month: place for place, month in found.items()}
        if len(months) == len(found) > len(best[1]):
            best = (form, months)
    form, months = best
    if len(months) < LEAST_MONTHS or {INTO, VALUE} & set(raw.header):
        return None
    columns = MonthColumns(tuple(months), tuple(months.values()))
    long, _ = unpivoted(raw, {}, columns, Unpivot(columns=form, into=INTO, value=VALUE), FindingLog(), as_days=False)
    return Wide(form, tuple(months), long)


def unpivot_of(wide: Wide, proposal: Proposal) -> Unpivot:
    """How the months are declared for a table: the columns of its contract that take the month and the cells."""
    fits, contract = {fit.header: fit.column.name for fit in proposal.fits}, INPUTS[proposal.table]
    measure = next((column.name for column in contract.columns if column.kind in MEASURES and column.required), VALUE)
    return Unpivot(columns=wide.form, into=fits.get(INTO) or dated_column(contract) or INTO, value=fits.get(VALUE, measure))
