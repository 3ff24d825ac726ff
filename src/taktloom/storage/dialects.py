# SPDX-License-Identifier: Apache-2.0
"""One SQL text for both stores, in the words of SQLite; PostgreSQL's is derived from it by a few rules.

What the rules do not cover is written by hand beside it: `sql/postgresql/*.sql` holds statements that replace the
portable one of the same name, `migrations/postgresql/0007_*.sql` replaces migration 7 or, where there is none of that
number, comes after the portable ones of lower number.

Text compares by bytes in both: columns of PostgreSQL get the collation "C". Whole numbers are 64 bits wide.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# Comments go; literals, quoted names and casts (which begin as parameters do) stay; then come parameters.
_PARTS = re.compile(
    r"""(?P<comment>--[^\n]*)|(?P<kept>'(?:[^']|'')*'|"(?:[^"]|"")*"|::)|:(?P<name>[a-z_][a-z0-9_]*)|[^'":-]+|.""",
    re.DOTALL,
)
# A list given as one JSON text, and the position of a text in another.
_STATEMENT_RULES = (
    (re.compile(r"\bjson_each\(\s*(\$\d+)\s*\)"), r"jsonb_array_elements_text(CAST(\1 AS jsonb)) AS item(value)"),
    (re.compile(r"\binstr\("), "strpos("),
)
_OPTIONAL = re.compile(r"\(\s*(\$\d+) IS NULL\s+OR\s")
_QUOTED_OR_PARENTHESIS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]""")
_SCHEMA_RULES = (
    (re.compile(r"\bINTEGER PRIMARY KEY AUTOINCREMENT\b"), "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bREAL\b"), "DOUBLE PRECISION"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    (re.compile(r"\bTEXT\b"), 'TEXT COLLATE "C"'),
    (re.compile(r"\)\s*WITHOUT ROWID\b"), ")"),
)


_URL = re.compile(r"^postgres(ql)?://")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresqlStatement:
    """A statement with numbered parameters, and the names that belong to the numbers in order."""

    text: str
    names: tuple[str, ...]


def is_postgresql_url(text: str) -> bool:
    """Whether *text* is the address of a PostgreSQL database."""
    return _URL.match(text) is not None


@lru_cache(maxsize=2048)
def postgresql_statement(text: str) -> PostgresqlStatement:
    """Translate a statement with `:name` parameters; the same name is the same number wherever it stands."""
    numbers: dict[str, int] = {}
    parts: list[str] = []
    for match in _PARTS.finditer(text):
        if match["name"] is not None:
            parts.append(f"${numbers.setdefault(match['name'], len(numbers) + 1)}")
        elif match["comment"] is None:
            parts.append(match[0])
    translated = "".join(parts).strip()
    for pattern, replacement in _STATEMENT_RULES:
        translated = pattern.sub(replacement, translated)
    return PostgresqlStatement(text=_with_types_first(translated), names=tuple(numbers))


def _with_types_first(text: str) -> str:
    """`($1 IS NULL OR a = $1)` -> `(a = $1 OR $1 IS NULL)`: a parameter gets its type where it first stands."""
    match = _OPTIONAL.search(text)
    while match is not None:
        end = _closing(text, match.start())
        text = f"{text[: match.start()]}({text[match.end() : end]} OR {match[1]} IS NULL{text[end:]}"
        match = _OPTIONAL.search(text)
    return text


def _closing(text: str, opening: int) -> int:
    depth = 0
    for match in _QUOTED_OR_PARENTHESIS.finditer(text, opening):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if depth == 0:
            return match.start()
    raise ValueError(f"a parenthesis is not closed: {text[opening : opening + 60]}")


def postgresql_schema(text: str) -> str:
    """Translate a migration: types, identity columns and table options; comments go, literals stay as they are."""
    parts: list[str] = []
    plain: list[str] = []
    for match in _PARTS.finditer(text):
        if match["kept"] is not None:
            parts += [_schema_words("".join(plain)), match[0]]
            plain = []
        elif match["comment"] is None:
            plain.append(match[0])
    return "".join([*parts, _schema_words("".join(plain))])


def _schema_words(text: str) -> str:
    for pattern, replacement in _SCHEMA_RULES:
        text = pattern.sub(replacement, text)
    return text
