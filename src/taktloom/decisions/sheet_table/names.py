# SPDX-License-Identifier: Apache-2.0
"""Names for columns and decisions: what FEEL can spell, and ids for XML."""

import re

from taktloom.feel.compiler import BUILT_IN_NAMES
from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.parser import parse_expression
from taktloom.feel.scope import Scope
from taktloom.feel.syntax import Name
from taktloom.feel.token_stream import KEYWORDS

__all__ = ["feel_name", "is_feel_name", "xml_id"]

_SPELLED = re.compile(r"[^\W\d][\w\s./\-'’+*]*")


def is_feel_name(text: str) -> bool:
    """Whether an expression can name *text*, in other tools too (DMN 1.5, 10.3.1.2, rules 25 to 31)."""
    if text in KEYWORDS or _SPELLED.fullmatch(text) is None:
        return False
    try:
        form = parse_expression(text, Scope.of([text]), BUILT_IN_NAMES)
    except FeelSyntaxError:
        return False
    return isinstance(form, Name) and form.name == text


def feel_name(text: str, taken: set[str]) -> str:
    """*text* as a name that FEEL can spell and nothing else has; added to *taken*."""
    bare = " ".join(text.split())
    if not is_feel_name(bare):
        bare = " ".join(re.sub(r"[^\w\s]+", " ", bare).split())
        if not is_feel_name(bare):
            bare = " ".join(f"{word}_" if word in KEYWORDS else word for word in bare.split())
        if not is_feel_name(bare):
            bare = f"column {bare}".strip()
        if not is_feel_name(bare):
            bare = "column"
    name, number = bare, 1
    while name in taken:
        number += 1
        name = f"{bare} {number}"
    taken.add(name)
    return name


def xml_id(text: str, taken: set[str]) -> str:
    """An id for XML made of *text*; added to *taken*."""
    slug = re.sub(r"[^\w-]+", "_", text).strip("_-") or "table"
    base = slug if slug[0].isalpha() or slug[0] == "_" else f"_{slug}"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    taken.add(name)
    return name
