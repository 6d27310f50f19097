"""What the intake, the KPIs and the plan say of a figure or a cell, in the language of the reader.

Findings and reasons are kept as English sentences, made where the fault is found. A sentence whose form is listed here is told
in another language with what stands in its places; one that is not stays as it was found.
"""

import re
from collections.abc import Callable
from functools import cache

from sopkit.report.language import NBSP
from sopkit.report.narrative import N_

OF_CELLS = (  # what is wrong with a cell, or was done to it
    N_("{value} is not a number"),
    N_("{value} is a number with a unit or currency"),
    N_("{value} has its minus behind the number"),
    N_("{value} is too large for a number"),
    N_("{value} is written in another way than declared (decimal sign {decimal}, thousands separator {thousands})"),
    N_("{value} is written in another way than declared (decimal sign {decimal}, no thousands separator)"),
    N_("the cell holds the spreadsheet error {value}"),
    N_("{value} lies outside the years {first} to {last}"),
    N_("{value} is no day of the calendar"),
    N_("{value} is a number, not a date"),
    N_("{value} is not written as {form}"),
    N_("{value} may be a week or a month (YYWW or YYMM)"),
    N_("{value} is not a date"),
    N_("{value} is a moment, not a day"),
    N_("{value} is not a month"),
    N_("{value} is a day inside a month, where a month is expected"),
    N_("{value} is a week, where a month is expected"),
    N_("{value} is neither true nor false"),
    N_("{value} is a long number that a spreadsheet has shortened"),
    N_("{value} is none of {choices}"),
    N_("{value} is less than {bound}"),
    N_("{value} is more than {bound}"),
    N_("{value} is no whole number"),
    N_("{value} is a truth value, not a number"),
    N_("{value} has a time of day"),
    N_("a code cell holds the date {value}"),
    N_("a code cell holds the number {value}"),
    N_("the cell's formula has no value"),
    N_("an empty cell, where a value is needed"),
    N_("the number {value} is shown as {shown}, and was taken so"),
    N_("the number {value} was taken as the code {code}"),
    N_("{value} is a number written as text"),
    N_("blanks around {value} were left out"),
    N_("invisible signs in {value} were left out"),
    N_("accents that were signs of their own in {value} were put on their letters"),
    N_("{count} more cells of this column, not listed one by one"),
    N_("{column}: {count} of {all} cells are empty: unknown, not zero"),
    N_("the constant of {column}: {fault}; it stands for every row"),
    N_("nothing, where a value is needed"),
)
OF_FILES = (  # with rows, headers, files, months, tables
    N_("{cells} cells, fewer than the {columns} of the header"),
    N_("{cells} cells, more than the {columns} of the header"),
    N_("a quote opens and does not close"),
    N_("a blank line was left out"),
    N_("the header comes again and was left out"),
    N_("a row of the footer was left out, as declared"),
    N_("one cell alone is filled: a note, not a record"),
    N_("a totals row was left out; it is the sum of its column"),
    N_("a totals row was left out; it is the sum of the rows since the one before"),
    N_("a totals row without numbers"),
    N_("a totals row whose {column} {value} is not the column's sum {sum}"),
    N_("the same key ({key}) stands on rows {first} and {second}"),
    N_("the cells {area} are merged"),
    N_("{count} hidden rows were read, the first is row {row}"),
    N_("{count} hidden columns were read: {columns}"),
    N_("a filter is set on the sheet: what it hides was read too"),
    N_("header {came} was read as {wanted}"),
    N_("headers read by their alias in {table}: {read}"),
    N_("header {name} stands {count} times"),
    N_("no column {name} ({meaning}); the file has: {headers}"),
    N_("column {name} is not known to {table}"),
    N_("the file is empty ({size} bytes, written {when})"),
    N_("the file {path} is not there"),
    N_("no file is called {pattern}"),
    N_("{file} is byte for byte the file {other} of the same folder"),
    N_("{table}: a header and no rows"),
    N_("{table}: {count} rows of {month}, a month that is not over, were left out"),
    N_("{table}: {count} rows dated after {month} were left out: at the cutoff {cutoff} they were not known"),
    N_("{table}: {count} rows finish after the cutoff {cutoff} and count as open"),
    N_("dated after {month}, the current month: at the cutoff {cutoff} it cannot have happened"),
    N_("{table} has no row in {months}"),
    N_("{table}: no row of {kind} {name} in {months}, while it sells in {count} of {all} months"),
    N_("{table}: {count} months without a row inside {series} series are read as zero ({share} of their months)"),
    N_("{table}: {column} is more than {times} times the next largest of its series (usual is {usual})"),
    N_(
        "{table}: {count} of {all} rows have a revenue per unit more than {times} times, or less than {part} of, the item's median: "
        "another unit or currency?"
    ),
    N_("{table}: {count} codes in {rows} rows ({shares}) are not in {other}: {codes}"),
    N_("{table}: {count} of {all} month ends close with less than nothing in stock"),
    N_("{table}: {count} of {all} sales rows ({share} of net sales) are sold below their cost, by {amount} in all"),
    N_("{table}: {count} of {all} sales rows are negative: they are taken as returns and netted"),
    N_("{table}: {count} of {all} rows end before they begin"),
    N_("{table}: the answer of {who} to {rule} matches no question"),
    N_("{table}: net sales of {period} are {sold} in the sales lines and {booked} in the ledger: {apart}"),
    N_(
        "{table}: in {count} of {all} item months opening + made - sold is not the closing stock: {units} units are "
        "unexplained ({share} of units made and sold); most in {where}"
    ),
    N_("{table}: {column} of {month} is {value}, {part} of the {usual} of the months around it"),
)
TO_DO = (  # what to do about it
    N_("blank is never zero: write the value"),
    N_("check the cell"),
    N_("check day and month"),
    N_("check the year"),
    N_("correct the cell, or declare date_format"),
    N_("correct the cell, or declare decimal and thousands"),
    N_("format the column as text and enter the code again"),
    N_("leave the unit out of the cell"),
    N_("mend the formula in the sender's file"),
    N_("write the minus in front, or declare trailing_minus"),
    N_("write it as {form}"),
    N_("write a number"),
    N_("write a number with decimal sign {decimal}, thousands separator {thousands}"),
    N_("write a number with decimal sign {decimal}, no thousands separator"),
    N_("the line is cut"),
    N_("put quotes around cells that hold the delimiter, or declare decimal and delimiter"),
    N_("remove it, or find the missing rows"),
    N_("remove one, or add the lines up where they are lines of one record"),
    N_("remove the row, or declare footer_rows where it stands at the end of the file"),
    N_("show them and look, or acknowledge that they belong to the data"),
    N_("split them and fill in each cell, or declare fill_merged"),
    N_("was a code, or a zero too many, typed into it?"),
    N_("convert the rows to the item's unit"),
    N_("add them to {table}, or correct the codes"),
    N_("add them to {table}, or correct the codes; did you mean {codes}?"),
    N_("open the workbook in the spreadsheet, let it calculate, save it"),
    N_("send the file again"),
    N_("use one of these words"),
    N_("name it under `columns`, or give a constant"),
    N_("nothing, if that is what they mean"),
    N_("as a spreadsheet counts days it would be {day}: write it as {form}, or declare allow_serial"),
    N_("remove it from the params, so that it does not answer a later fault"),
    N_("correct it under `constants`"),
    N_("correct it under `constants`: {hint}"),
    N_("close or remove the quote"),
)
REASONS = (  # why a figure is not available
    N_("nothing is shipped"),
    N_("nothing is planned"),
    N_("nothing is planned in the month"),
    N_("nothing is made by the company"),
    N_("hours worked or available are not known in the month"),
    N_("no consensus forecast at lag {lag} is on record"),
    N_("thirteen valued month-end stocks and twelve months of sales are needed"),
    N_("units sold without a unit cost"),
    N_("no sales in these months"),
    N_("nothing finished in the month, or too much of the quantity is still open to tell"),
    N_("no order line is promised in the month"),
    N_("no action was due by the cutoff"),
    N_("no row in kpi_history"),
    N_("not known in the last twelve months"),
    N_("not provided: {tables}"),
    N_("{table} is not provided"),
    N_("{table} is not provided for these months"),
    N_("{table} lacks an account in the month"),
    N_("{table} has no such account at the cutoff"),
    N_("{reason}, or the credit line is not known"),
    N_("{reason}, or purchases are not known"),
    N_("the last plan holds no demand"),
    N_("one of its three parts is not available"),
    N_("no assumption is provided, or none was tested last month"),
)
OF_SHORTAGES = (  # the limit that keeps an item from being there in time
    N_("{name} is full in {month}: {asked} h asked for, {there} h there, overtime counted"),
    N_("{name} is full in {month}: {asked} h asked for, {there} h there, overtime costs more than it saves"),
    N_("{name} is full in {month} with work ahead of later months: {there} h there, overtime counted"),
    N_("{name} is short in {month}: {asked} asked for, at most {most} a month"),
    N_("{name} is short in {month}: {asked} asked for, what is agreed limits it"),
    N_("Too few people in {name} in {month}: as many as allowed are hired"),
    N_("The storage is full in {month}: no more can be made ahead"),
    N_("What is bought for {month} is ordered already: {asked} asked for, {ordered} on order, {there} in stock or arriving"),
    N_("Production of {month} is frozen: {asked} asked for, {ordered} on order, {there} in stock or arriving"),
    N_("No limit binds in {month}: overtime, subcontracting or stock for one unit more costs more than losing it"),
)

PLACE = re.compile(r"\\{(\w+)\\}")
GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?%?|[-+]?[0-9]+\.[0-9]+%?")  # figures as English sentences write them


def retold(sentence: str, text: Callable[[str], str]) -> str:
    """A sentence of a finding, or of a reason, in another language; as it is where its form is not known.

    Args:
        sentence: in English.
        text: the translation of a message.
    """
    for pattern, message in _forms():
        if (found := pattern.fullmatch(sentence)) and (told := text(message)) != message:
            return told.format(**{name: _part(part, text) for name, part in found.groupdict().items()})
    return sentence


def _part(part: str, text: Callable[[str], str]) -> str:
    """What stands in a place: a figure with a comma before its decimals, a sentence of its own, or what it is."""
    if GROUPED.fullmatch(part):
        return part.replace(",", NBSP).replace(".", ",")
    return retold(part, text) if " " in part else part


@cache
def _forms() -> list[tuple[re.Pattern[str], str]]:
    """Every form as a pattern, the one with most words of its own first."""
    forms = sorted((*OF_CELLS, *OF_FILES, *TO_DO, *REASONS, *OF_SHORTAGES), key=lambda message: -len(re.sub(r"{\w+}", "", message)))
    return [(re.compile(PLACE.sub(r"(?P<\1>.+?)", re.escape(message)), re.DOTALL), message) for message in forms]
