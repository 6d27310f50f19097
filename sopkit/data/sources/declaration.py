"""How one input table is read: declared in the params, nothing guessed. No pandas, so that the command line stays light."""

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from sopkit.data.finding_rules import ASKED, RULES
from sopkit.data.sources.dialect import Dialect, Scalar
from sopkit.data.sources.folders import is_pattern, matching_files
from sopkit.data.sources.reshaping import Conversion, Unpivot
from sopkit.data.sources.statements import parameter_names, query_fault, table_fault

DATABASES = "databases"  # folder of a snapshot: what came from databases
BOUND_BY_CYCLE = ("cycle", "cycle_day", "cutoff", "cutoff_day")  # parameters that every query may use
MONTH_LABEL = r"[0-9]{4}-(0[1-9]|1[0-2])"


class QueryFile(Dialect):
    """A file that a query reads; columns are text unless a kind is given."""

    kinds: dict[str, Literal["text", "number", "day"]] = Field(
        default_factory=dict, description="header: text, number or day; text where not named"
    )
    date_formats: dict[str, str] = Field(
        default_factory=dict, description="header: date format, for a column that is written in another one than the file's"
    )

    @field_validator("date_formats")
    @classmethod
    def _date_formats(cls, forms: dict[str, str]) -> dict[str, str]:
        return {header: cls._a_date_format(form) for header, form in forms.items()}

    @model_validator(mode="after")
    def _one_origin(self) -> "QueryFile":
        if (self.file is None) == (not self.rows):
            raise ValueError("give either `file` or `rows`")
        return self

    @model_validator(mode="before")
    @classmethod
    def _no_database(cls, given: object) -> object:
        if isinstance(given, dict) and (named := sorted({"connection", "table", "query"} & set(given))):
            raise ValueError(
                f"{named[0]!r}: a query over files reads no database. Give the database a source of its own with `connection` and `query`, "
                "or save what it answers as a file"
            )
        return given

    @property
    def is_folder(self) -> bool:
        """Whether it means a folder of monthly files."""
        return self.file is not None and is_pattern(self.file)


class Acknowledgement(BaseModel):
    """A question of the intake that a person has answered: the run goes on, and the answer is recorded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(description="rule of the finding (docs/findings.md)")
    who: str = Field(min_length=2, description="role that answers for it")
    reason: str = Field(min_length=3, description="why it is right as it is")
    file: str | None = Field(default=None, description="answers only for this file")
    column: str | None = Field(default=None, description="answers only for this column, by its header or its name in the contract")
    period: str | None = Field(
        default=None, pattern=rf"^{MONTH_LABEL}(\.\.{MONTH_LABEL})?$", description="answers only for this month, or `first..last`"
    )


class Control(BaseModel):
    """What the sender says the file holds: the file is refused where it holds something else."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: int | None = Field(default=None, ge=0, description="rows under the header")
    total: dict[str, float] = Field(default_factory=dict, description="contract column: sum over the file")
    file: str | None = Field(
        default=None,
        description="a manifest beside the files, .csv or .json: rows of `file` or `table`, `measure` (rows, or a column), `value`",
    )


class Check(BaseModel):
    """A rule of the company on what it sends: the rows that a query returns become a finding."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: str = Field(pattern=r"^[a-z][a-z0-9_]{0,40}$", description="name of the rule, as findings and `acknowledged` name it")
    of: str = Field(default="", description="name in `from` whose rows it is about; may be left out where there is one")
    sql: str = Field(description="one SELECT of the rows concerned; `source_row` is the physical row, `value` what is shown of it")
    message: str = Field(
        min_length=10, description="what the rows are, and what the mapping makes of them; `{rows}` stands for their number"
    )
    outcome: Literal["ACCEPT", "REPAIR", "ASK", "REJECT"] = Field(
        default="ACCEPT", description="told; told and changed by the mapping; a question; a stop"
    )
    hint: str = Field(default="", description="what to do about it")


class Source(Dialect):
    """Where one input table comes from: a file, rows written here, one query over several files, or a database."""

    columns: dict[str, str] = Field(
        default_factory=dict, description="contract column: header in the file; else the contract's names and aliases"
    )
    constants: dict[str, Scalar] = Field(default_factory=dict, description="contract column: value of all rows")
    words: dict[str, dict[str, Scalar]] = Field(
        default_factory=dict, description="contract column: what the sender writes: the contract's word for it, or the code meant"
    )
    ignored: tuple[str, ...] = Field(default=(), description="headers that are not read; `*` = all that nothing else names")
    sql: str | None = Field(default=None, description="one SELECT over the names in `from`; returns contract columns")
    files: dict[str, QueryFile] = Field(default_factory=dict, alias="from", description="name in the query: file")
    checks: tuple[Check, ...] = Field(
        default=(), description="rules on the files in `from`, each told as a finding with its count and rows"
    )
    connection: str | None = Field(default=None, description="database that the table comes from: a name under `connections`")
    table: str | None = Field(default=None, description="table or view of the database, as schema.table; all its columns")
    query: str | None = Field(default=None, description="or one SELECT in the database's own SQL; parameters as :name")
    parameters: dict[str, Scalar] = Field(
        default_factory=dict, description="values bound in `query`, besides :cycle, :cycle_day, :cutoff and :cutoff_day"
    )
    unpivot: Unpivot | None = Field(default=None, description="months that stand in columns")
    convert: dict[str, Conversion] = Field(default_factory=dict, description="contract column: units or currencies it comes in")
    may_be_empty: bool = Field(default=False, description="a header without rows is right")
    assumption: str = Field(default="", description="what is assumed because the source does not measure it; listed in coverage and pack")
    acknowledged: tuple[Acknowledgement, ...] = Field(default=(), description="answers to questions of the intake")
    owner: str = Field(default="", description="data owner: the role that answers for the source")
    frequency: Literal["monthly", "quarterly", "yearly", "when_changed"] | None = Field(
        default=None, description="how often it is due; else monthly for what tells of the past, when_changed for the rest"
    )
    due_working_day: int | None = Field(
        default=None, ge=1, le=23, description="working day of the cycle's month it is due on, the first = 1"
    )
    control: Control | None = Field(default=None, description="count and totals that the file must hold")
    gap_policy: Literal["regular", "ask", "zero"] = Field(
        default="regular",
        description="months missing inside a series: ask where the series is regular, ask always, or read them as zero and count them",
    )
    later_rows: Literal["reject", "left_out"] = Field(
        default="reject", description="rows dated after the current month: a fault, or left out because the source reaches further"
    )
    sensitive: tuple[str, ...] = Field(default=(), description="contract columns or headers whose values findings do not tell")

    @field_validator("words", mode="before")
    @classmethod
    def _words_are_texts(cls, given: object) -> object:
        """What stands in a cell may be a number or a YAML truth value: `1: stock`, `no: false`."""
        if not isinstance(given, dict):
            return given
        return {
            name: {str(word): meant for word, meant in words.items()} if isinstance(words, dict) else words for name, words in given.items()
        }

    @field_validator("columns", "constants", mode="after")
    @classmethod
    def _no_empty_names(cls, named: dict[str, Scalar]) -> dict[str, Scalar]:
        if any(not str(name).strip() for name in named):
            raise ValueError("a column without a name")
        return named

    @model_validator(mode="after")
    def _answers_to_questions(self) -> "Source":
        own = {check.rule: check.outcome for check in self.checks}
        asked = (*ASKED, *(rule for rule, outcome in own.items() if outcome == "ASK"))
        for rule in [answer.rule for answer in self.acknowledged if answer.rule not in asked]:
            near = get_close_matches(rule, asked, n=1, cutoff=0.5)
            came = f"{rule!r} cannot be answered: it is no question" if rule in (*RULES, *own) else f"no rule {rule!r}"
            raise ValueError(f"{came}; a question is one of {', '.join(asked)}" + (f"; did you mean {near[0]}?" if near else ""))
        return self

    @model_validator(mode="after")
    def _one_origin(self) -> "Source":
        origins = (("file", self.file), ("rows", self.rows), ("sql", self.sql), ("connection", self.connection))
        given = [name for name, there in origins if there]
        if len(given) != 1:
            raise ValueError(f"give one of file, rows and sql, or a connection, not {' and '.join(given) or 'none'}")
        if bool(self.files) != (self.sql is not None):
            raise ValueError("`sql` and `from` belong together")
        if strange := [check.rule for check in self.checks if not self.files or (check.of and check.of not in self.files)]:
            raise ValueError(f"checks {', '.join(strange)}: they need `sql` and `from`, and `of` is a name in `from`")
        if vague := [check.rule for check in self.checks if not check.of and len(self.files) > 1]:
            raise ValueError(f"checks {', '.join(vague)}: name in `of` the file whose rows they are about")
        if both := sorted(set(self.columns) & set(self.constants)):
            raise ValueError(f"{', '.join(both)}: given as a column and as a constant")
        return self

    @model_validator(mode="after")
    def _a_database_is_asked_once(self) -> "Source":
        if self.connection is None:
            if self.table or self.query or self.parameters:
                raise ValueError("`table`, `query` and `parameters` belong to a `connection`")
            return self
        if (self.table is None) == (self.query is None):
            raise ValueError("a `connection` needs either `table` or `query`")
        if self.table is not None and (fault := table_fault(self.table)):
            raise ValueError(f"`table` {fault}")
        if self.query is not None and (fault := query_fault(self.query)):
            raise ValueError(f"`query` {fault}; write one SELECT")
        self._check_parameters()
        return self

    def _check_parameters(self) -> None:
        used = parameter_names(self.query or "")
        if unbound := sorted(used - set(self.parameters) - set(BOUND_BY_CYCLE)):
            raise ValueError(
                f"`query` names :{unbound[0]}, which stands neither under `parameters` nor is one of {', '.join(BOUND_BY_CYCLE)}"
            )
        if unused := sorted(set(self.parameters) - used):
            raise ValueError(f"`parameters` holds {unused[0]}, which `query` does not name")
        if taken := sorted(set(self.parameters) & set(BOUND_BY_CYCLE)):
            raise ValueError(f"`parameters` holds {taken[0]}, which the cycle gives")

    @property
    def is_folder(self) -> bool:
        """Whether it means a folder of monthly files."""
        return self.file is not None and is_pattern(self.file)

    @property
    def beside(self) -> tuple[str, ...]:
        """Headers that are read besides the contract's columns: of units and currencies."""
        return tuple(sorted({conversion.header for conversion in self.convert.values()}))

    @property
    def file_names(self) -> tuple[str, ...]:
        """The files it reads, relative to the data folder; a folder's as their pattern."""
        manifest = [self.control.file] if self.control and self.control.file else []
        return (*(dialect.file for dialect in (self, *self.files.values()) if dialect.file), *manifest)


def input_files(sources: Mapping[str, Source], root: Path) -> list[Path]:
    """The files that the sources read, each once, sorted; single ones need not exist, those of folders are the ones there."""
    names = {name for source in sources.values() for name in source.file_names}
    of_folders = {file.name for name in names if is_pattern(name) for file in matching_files(name, root)}
    return sorted(root / name for name in {name for name in names if not is_pattern(name)} | of_folders)


def received_name(name: str, source: Source) -> str:
    """Where in a folder of received tables the one for an input table stands."""
    return f"{source.connection}/{name}.parquet"


def database_origin(source: Source, name: str) -> str:
    """What findings call a table that came from a database."""
    return f"{source.connection}: {source.table or f'query for {name}'}"
