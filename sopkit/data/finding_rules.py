"""Every rule that the intake keeps: what must hold, what becomes of data that does not hold it, and what to do.

One registry for the findings, the pages that show them, the answers in the params and docs/findings.md. Outcomes:

    REJECT   the run stops; nothing of the table is planned on
    REPAIR   read as written in the finding, old and new value beside each other, counted in the pack
    ASK      the run stops until somebody answers for it under `acknowledged` in the params
    ACCEPT   used as it is; told so that a reader of the plan knows
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["REJECT", "REPAIR", "ASK", "ACCEPT"]
OUTCOMES: tuple[Outcome, ...] = ("REJECT", "ASK", "REPAIR", "ACCEPT")  # the weightiest first
GROUPS = {
    "file": "Files and sheets",
    "structure": "Rows that are no records, and columns",
    "cell": "Cells",
    "time": "Months and dates",
    "submission": "Against the last submission and the sender's own figures",
    "plausibility": "What can hardly be meant",
    "across": "Across tables",
    "params": "Params",
}


@dataclass(frozen=True)
class FindingRule:
    """One rule of the intake."""

    name: str
    group: str  # one of GROUPS
    holds: str  # what is expected
    outcomes: tuple[Outcome, ...]  # what can become of data that breaks it
    do: str  # what to do about it

    @property
    def title(self) -> str:
        """Its name in words."""
        return title_of(self.name)


def title_of(rule: str) -> str:
    """The name of a rule in words; also of a check of a company's own."""
    return rule.replace("_", " ")


def _rule(name: str, group: str, outcomes: str, holds: str, do: str) -> FindingRule:
    return FindingRule(name, group, holds, tuple(outcomes.split()), do)  # type: ignore[arg-type]


_ALL = (
    # -- files and sheets
    _rule("missing_file", "file", "REJECT", "a file there", "send it, or correct its name in the params"),
    _rule("empty_file", "file", "REJECT", "a file with a header and rows", "send the file again"),
    _rule("unreadable_file", "file", "REJECT", "a file of the kind that its name says", "open it, save it again, send it again"),
    _rule("too_large", "file", "REJECT", "a file within the stated size", "send the data alone, or in parts"),
    _rule("encoding", "file", "REJECT", "text in the declared encoding", "declare the encoding, or save the file as Unicode (UTF)"),
    _rule("missing_sheet", "file", "REJECT", "the declared sheet", "declare `sheet`"),
    _rule("no_rows", "file", "REJECT", "at least one row under the header", "send the rows, or declare may_be_empty"),
    _rule("query", "file", "REJECT", "one SELECT that runs", "mend `sql` in the params"),
    _rule("row_limit", "file", "ASK", "fewer rows than a spreadsheet can hold", "look whether the last rows are missing; send a text file"),
    _rule("unsafe_file", "file", "REJECT", "a file without document types and entities", "do not open it; ask the sender what made it"),
    _rule("dialect_detected", "file", "ACCEPT", "a declared dialect", "look that it is right, and declare it"),
    _rule("ambiguous_dialect", "file", "REJECT", "texts that can be read in one way only", "declare decimal, thousands and date_format"),
    _rule("header_not_found", "file", "REJECT", "the header on its row", "declare header_row"),
    _rule("hidden_rows", "file", "ASK", "no hidden rows", "show them and look, or answer that they belong to the data"),
    _rule("hidden_columns", "file", "ASK", "no hidden columns", "show them and look, or answer that they belong to the data"),
    _rule("active_filter", "file", "ASK", "no filter on the sheet", "remove it, or answer that all rows belong to the data"),
    _rule("not_a_form", "file", "REJECT", "a form that the suite sent out", "fill in the form that was sent"),
    _rule("changed_form", "structure", "REJECT", "a form whose fixed cells are as they were sent", "fill in a fresh form"),
    _rule("moved_rows", "structure", "REJECT", "the form's rows in their places", "fill in a fresh form"),
    _rule("missing_reason", "cell", "REJECT", "a reason beside each change", "write the reason"),
    _rule("control_rows", "file", "REJECT", "as many rows as the control count says", "send the whole file, or correct `control`"),
    _rule("control_total", "file", "REJECT", "the control total", "send the whole file, or correct `control`"),
    _rule("control_file", "file", "REJECT", "a readable manifest with file or table, measure and value", "send the manifest again"),
    _rule("wrong_slot", "file", "REJECT ASK", "the table that the source is declared for", "put the file in its own place"),
    _rule("same_file_twice", "file", "ASK", "one file for one table", "send the missing file, or answer that it is right"),
    _rule("other_form", "file", "REJECT", "the form of this company and this cycle's published plan", "answer the form that was sent last"),
    # -- structure
    _rule("short_row", "structure", "REJECT", "as many cells as the header has", "complete the row"),
    _rule("long_row", "structure", "REJECT", "as many cells as the header has", "remove the cells, or put the text in quotes"),
    _rule("stray_quote", "structure", "REJECT", "quotes that open and close around a cell", "close or remove the quote"),
    _rule("blank_line", "structure", "REPAIR", "no blank line", "nothing; it was left out"),
    _rule("repeated_header", "structure", "REPAIR", "the header once", "nothing; it was left out"),
    _rule(
        "totals_row", "structure", "REPAIR REJECT", "records only, or a total that is the sum of its column", "remove it, or find the rows"
    ),
    _rule(
        "footer", "structure", "REPAIR REJECT", "records only", "nothing where the footer is declared; else remove the row, or declare it"
    ),
    _rule("header_alias", "structure", "ACCEPT", "headers by the contract's own names", "look that each means what it was read as"),
    _rule("header_drift", "structure", "REPAIR", "headers as the contract or the params write them", "nothing; it was read as told"),
    _rule("merged_cells", "structure", "REPAIR REJECT", "no merged cells in key columns", "split them, or declare fill_merged"),
    _rule("missing_column", "structure", "REJECT", "the column, by its name or an alias", "name it under `columns`, or give a constant"),
    _rule("unknown_column", "structure", "REJECT", "only columns of the contract", "name it under `columns` or under `ignored`"),
    _rule("duplicate_header", "structure", "REJECT", "each header once", "give each column its own header"),
    _rule("column_type", "structure", "REJECT", "the column in the type of its contract", "send it in its own type, or CAST it in `sql`"),
    _rule("ambiguous_header", "structure", "REJECT", "one header for each column", "name the right one under `columns`"),
    _rule("months_in_columns", "structure", "REJECT", "months in rows, or a declared `unpivot`", "declare `unpivot`"),
    _rule("blank_month", "structure", "ACCEPT", "a value in each month's column", "nothing; a blank is no row"),
    _rule("other_header", "structure", "REJECT", "the same header in all files of a folder", "send the file with that header"),
    _rule("duplicate_key", "structure", "REJECT", "each key once", "remove one row, or add the lines up"),
    # -- cells
    _rule("empty_cell", "cell", "REJECT", "a value in every row", "write the value; a blank is never zero"),
    _rule("not_a_number", "cell", "REJECT", "a number in the declared dialect", "write the number alone"),
    _rule("other_dialect", "cell", "REJECT", "a number in the declared dialect", "correct the cell, or declare decimal and thousands"),
    _rule("spreadsheet_error", "cell", "REJECT", "a value", "mend the formula in the sender's file"),
    _rule("not_a_date", "cell", "REJECT", "a date in the declared format", "write the date"),
    _rule("other_date_format", "cell", "REJECT", "a date in the declared format", "correct the cell, or declare date_format"),
    _rule("impossible_date", "cell", "REJECT", "a day of the calendar", "correct the date"),
    _rule("time_of_day", "cell", "REJECT", "a date without time", "send the date alone, in the company's own time zone"),
    _rule("not_a_month", "cell", "REJECT", "a month", "give the month, or its first or last day"),
    _rule("not_a_flag", "cell", "REJECT", "true or false", "write true or false"),
    _rule("not_a_choice", "cell", "REJECT", "one of the words of the contract", "use one of these words"),
    _rule("code_is_a_date", "cell", "REJECT", "a code, as text", "format the column as text and enter the code again"),
    _rule("code_is_a_number", "cell", "REJECT", "a code, as text", "format the column as text and enter the code again"),
    _rule("precision_lost", "cell", "REJECT", "a code with all its digits", "format the column as text and enter the code again"),
    _rule("leading_zeros", "cell", "REPAIR", "codes as text", "nothing; the number was read as it is shown"),
    _rule("code_was_number", "cell", "REPAIR", "codes as text", "nothing; the number was read as a code"),
    _rule("number_as_text", "cell", "REPAIR ACCEPT", "numbers as numbers", "nothing; the text was read as a number"),
    _rule("date_serial", "cell", "REPAIR", "dates as dates", "nothing; the days were read as a date, as declared"),
    _rule("not_calculated", "cell", "REJECT", "formulas with a value", "open the workbook, let it calculate, save it"),
    _rule("unicode_minus", "cell", "ACCEPT", "the plain minus sign", "nothing; it was read as a minus"),
    _rule("scientific", "cell", "ACCEPT", "numbers without a power of ten", "nothing; they were read as they are"),
    _rule("blank_cells", "cell", "ACCEPT", "values in optional columns", "nothing; a blank is unknown, not zero"),
    _rule("empty_mark", "cell", "ACCEPT", "blanks for nothing", "nothing; the mark means empty, as declared"),
    _rule("out_of_bounds", "cell", "REJECT", "a value within the bounds of its column", "check the cell"),
    _rule("trimmed", "cell", "REPAIR", "no blanks around a value", "nothing; they were left out"),
    _rule("more_of_the_same", "cell", "REJECT REPAIR", "what the findings before it say", "see the findings before it"),
    # -- months and dates
    _rule("partial_month", "time", "REPAIR", "closed months only", "nothing; the rows were left out"),
    _rule(
        "after_cutoff",
        "time",
        "REJECT REPAIR",
        "no row dated after the current month",
        "correct the dates, or declare later_rows: left_out",
    ),
    _rule("later_event", "time", "REPAIR", "what was known at the cutoff", "nothing; the rows count as open"),
    _rule("missing_month", "time", "ASK", "rows in every month", "send the months, or answer that nothing happened in them"),
    _rule(
        "silent_group",
        "time",
        "ASK",
        "rows of each channel, region and family in every month",
        "send the rows, or answer that nothing happened",
    ),
    _rule(
        "series_gap",
        "time",
        "ASK ACCEPT",
        "no month missing inside a series, by gap_policy",
        "send the months, or declare gap_policy: zero",
    ),
    _rule("duplicate_month", "time", "REJECT", "one file for each month", "keep one of them"),
    _rule("other_month", "time", "REJECT", "rows of the month that the file's name says", "send the rows in their own file"),
    _rule(
        "overlapping_files", "time", "ASK", "months that stand in one file each", "remove what was sent twice, or answer that it is right"
    ),
    # -- against the last submission
    _rule("resubmitted", "submission", "ASK", "new rows since the last cycle", "send this month's file, or answer that nothing changed"),
    _rule(
        "scale", "submission", "ASK", "totals in the unit that they always come in", "correct the unit, or answer that the total is right"
    ),
    _rule(
        "fewer_rows",
        "submission",
        "ASK",
        "no fewer rows than the last submission had",
        "send the whole table, or answer that the rows are gone",
    ),
    _rule(
        "restated_history",
        "submission",
        "ASK ACCEPT",
        "closed months as they were sent before",
        "explain the change, or send the months as they were",
    ),
    # -- what can hardly be meant
    _rule("outlier", "plausibility", "ASK", "values of the size that the series knows", "correct the cell, or answer that it is right"),
    _rule(
        "mixed_units", "plausibility", "ASK", "one unit and one currency in a column", "convert the rows, or answer that the price is right"
    ),
    _rule("negative_stock", "plausibility", "ASK", "stock that is not below zero", "correct the balance, or answer why it is negative"),
    _rule("returned_units", "plausibility", "ACCEPT", "returns netted as sales below zero", "nothing; they are netted"),
    _rule("below_cost", "plausibility", "ACCEPT", "lines sold above their cost", "look at the prices"),
    _rule(
        "implausible_rate", "plausibility", "REJECT", "a rate of company currency per unit, within its band", "correct it; is it inverted?"
    ),
    _rule("missing_rate", "plausibility", "REJECT", "a rate of each currency in each month", "send the missing rates"),
    _rule("unknown_unit", "plausibility", "REJECT", "units that the params know a factor for", "add the factor, or correct the unit"),
    _rule("amount_without_currency", "plausibility", "ASK", "a currency beside every amount", "write it, or answer what a blank means"),
    _rule("unconverted", "plausibility", "REJECT", "one unit and one currency, or a conversion", "declare `convert`, or send one only"),
    _rule("translated", "cell", "ACCEPT", "the contract's own words and codes", "nothing; the words were read as declared"),
    _rule("converted", "plausibility", "REPAIR", "one unit and one currency", "nothing; the rows were converted as declared"),
    # -- across tables
    _rule("unknown_code", "across", "REJECT", "codes that the other table has", "add them to the other table, or correct them"),
    _rule(
        "unknown_place",
        "across",
        "ASK",
        "regions and channels that are sold in, sites that work",
        "correct them, or answer that they are new",
    ),
    _rule("hierarchy", "across", "REJECT", "a tree: each child one parent, no circle", "break the circle, or correct the codes"),
    _rule(
        "similar_codes", "across", "ASK", "codes that differ by more than case and blanks", "use one spelling, or answer that they are two"
    ),
    _rule("ends_before", "plausibility", "REJECT", "a last day or month that is not before the first", "correct one of the two"),
    _rule(
        "calendar_periods",
        "across",
        "REJECT",
        "periods that adjoin, each called after the month it mostly lies in",
        "correct first and last days in the calendar",
    ),
    _rule(
        "fiscal_year",
        "across",
        "REJECT",
        "the fiscal years and periods of a year that starts in the month of the params",
        "correct the calendar, or fiscal_year_first_month in the params",
    ),
    _rule(
        "calendar_short",
        "across",
        "REJECT ASK",
        "a calendar that covers the horizon, and each resource's hours in each planned month",
        "send the months, or plan fewer; for own periods answer that a shorter reach is enough",
    ),
    _rule("launch_weights", "across", "ACCEPT", "weights of a launch's reference items that add up to one", "correct the weights"),
    _rule("silent_reference", "across", "ACCEPT", "reference items of launches that have sold", "name items that have a history"),
    _rule("stock_unexplained", "across", "ACCEPT", "opening + made + received - sold = closing", "look at counts, scrap and transfers"),
    _rule("price_missing", "across", "ASK ACCEPT", "a price for each item that is sold", "send the prices"),
    _rule("cost_missing", "across", "ASK ACCEPT", "a cost for each item that is sold", "send the costs"),
    _rule("ledger_gap", "across", "ASK ACCEPT", "net sales that tie to the ledger", "name the difference, or answer for it"),
    # -- params
    _rule("missing_table", "params", "ACCEPT", "a source for each table that planning needs", "declare it"),
    _rule("unused_acknowledgement", "params", "ACCEPT", "answers to questions that were asked", "remove the answer from the params"),
)
RULES = {rule.name: rule for rule in _ALL}
ASKED = tuple(rule.name for rule in _ALL if "ASK" in rule.outcomes)  # questions that the params can answer


def findings_guide() -> str:
    """docs/findings.md as Markdown: every rule, by group."""
    parts = [
        "# Findings",
        "",
        "Written from the rules in `sopkit/data/finding_rules.py`; do not edit. What becomes of data that breaks a rule:",
        "REJECT stops the run; REPAIR is read as the finding says and counted in the pack; ASK stops the run until somebody answers",
        "for it under `acknowledged` in the params (`rule`, `who`, `reason`, and to narrow it `file`, `column`, `period`), which is",
        "recorded and shown in the pack; ACCEPT is used as it is.",
        "",
    ]
    for group, title in GROUPS.items():
        parts += [f"## {title}", "", "| rule | what must hold | outcome | what to do |", "|---|---|---|---|"]
        parts += [f"| `{rule.name}` | {rule.holds} | {', '.join(rule.outcomes)} | {rule.do} |" for rule in _ALL if rule.group == group]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"
