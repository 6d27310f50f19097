"""SQL of the params, looked at before anything is opened: one SELECT, bound parameters, names that are names.

This is a fence, not the wall: the connection itself is read-only (databases.py).
"""

import re

PARAMETER = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)(?![:\w])")
IDENTIFIER = re.compile(r"[^\W\d][\w$]{0,62}")
NOTES = ("--", "/*")
MOST_PARTS = 3  # catalogue, schema, table
_PIECES = re.compile(
    r"""
      (?P<text>(?<!\w)[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*')  # a text; E'…' knows backslashes
    | (?P<name>"(?:[^"]|"")*"|`[^`]*`)                    # a quoted name
    | (?P<dollar>\$(?P<tag>[A-Za-z_]\w*|)\$.*?\$(?P=tag)\$)
    | (?P<note>--[^\n]*|/\*.*?\*/)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPEN = re.compile(r"['\"`]|/\*|\$\w*\$")


def query_fault(sql: str) -> str:
    """Why a text is not one SELECT; empty where it is one."""
    code = "".join(piece if is_code else " " if piece.startswith(NOTES) else " x " for piece, is_code in _pieces(sql))
    body = code.strip().rstrip(";").strip()
    if not body:
        return "is empty"
    if _OPEN.search(body):
        return "opens a quote or a comment and does not close it"
    if ";" in body:
        return "holds more than one statement"
    if not re.match(r"\(*\s*(select|with)\b", body, re.IGNORECASE):
        return "is not a SELECT"
    if "\x00" in sql:
        return "holds a zero byte"
    return ""


def table_fault(table: str) -> str:
    """Why a text is not the name of a table; empty where it is one."""
    parts = table.split(".")
    if len(parts) > MOST_PARTS or not all(IDENTIFIER.fullmatch(part) for part in parts):
        return "is no table's name: letters, digits and _, with the schema in front as schema.table"
    return ""


def parameter_names(sql: str) -> set[str]:
    """The names written as `:name` in a query, outside texts and comments."""
    return {name for piece, is_code in _pieces(sql) if is_code for name in PARAMETER.findall(piece)}


def with_parameters(sql: str, sign: str) -> str:
    """The query with its parameters written for a driver: `:name` becomes `<sign>name`; other colons stay what they are."""
    return "".join(PARAMETER.sub(lambda found: sign + found[1], piece) if is_code else piece for piece, is_code in _pieces(_bare(sql)))


def with_escaped_colons(sql: str) -> str:
    r"""The query for SQLAlchemy's `text()`: colons in texts, quoted names and comments written as `\:`."""
    return "".join(piece if is_code else piece.replace(":", r"\:") for piece, is_code in _pieces(_bare(sql)))


def select_all(table: str) -> str:
    """`SELECT *` from a table whose name has passed `table_fault`, each part quoted."""
    quoted = ".".join(f'"{part}"' for part in table.split("."))
    return f"SELECT * FROM {quoted}"  # noqa: S608 - letters, digits and _ only


def _bare(sql: str) -> str:
    return sql.strip().rstrip(";").strip()


def _pieces(sql: str) -> list[tuple[str, bool]]:
    """The query in pieces, each with whether it is code (else a text, a quoted name or a comment)."""
    pieces, place = [], 0
    for found in _PIECES.finditer(sql):
        pieces += [(sql[place : found.start()], True), (found.group(), False)]
        place = found.end()
    return [*pieces, (sql[place:], True)]
