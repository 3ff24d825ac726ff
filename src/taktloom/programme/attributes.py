# SPDX-License-Identifier: Apache-2.0
"""Log attributes as process variables: a name that FEEL and forms can hold, a kind, and the values seen.

Columns needed: `activity`, `case.*`, `event.*`. A text with at most 20 values that are not nearly all different
becomes a selection. Dates stay texts in forms.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX

MAX_SELECTION = 20
MAX_FIELDS = 12
LEAST_RECORDED = 0.2

# FEEL 1.5 keywords and literals; a variable with such a name could not be read in an expression
_RESERVED_WORDS = """and between context else every external false for function if in instance item list not null of or
    partial return satisfies some then true"""
_RESERVED = frozenset(_RESERVED_WORDS.split())


class AttributeKind(StrEnum):
    """What a form field holds."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    SELECTION = "selection"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessAttribute:
    """column: full column name; variable: its process variable; options: values of a selection, commonest first.

    n: values seen.
    """

    column: str
    variable: str
    label: str
    kind: AttributeKind
    options: tuple[str, ...] = ()
    n: int = 0


def name_variables(columns: Iterable[str], *, taken: Iterable[str] = ()) -> Mapping[str, str]:
    """Column -> variable name: letters, digits and underscores, unique, no FEEL keyword. In the order given."""
    used = set(taken)
    names: dict[str, str] = {}
    for column in columns:
        plain = re.sub(r"\W+", "_", column.partition(".")[2]).strip("_")
        base = plain if plain and not plain[0].isdigit() and plain.lower() not in _RESERVED else f"v_{plain}"
        name, number = base, 2
        while name in used:
            name, number = f"{base}_{number}", number + 1
        used.add(name)
        names[column] = name
    return names


def attribute_columns(events: pl.DataFrame) -> tuple[str, ...]:
    """`case.*` and `event.*` columns that hold any value, in the frame's order."""
    prefixes = (CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX)
    return tuple(name for name in events.columns if name.startswith(prefixes) and events[name].count())


def describe_attribute(column: str, variable: str, values: pl.Series) -> ProcessAttribute:
    """The attribute with the kind that its non-null *values* suggest."""
    known = values.drop_nulls()
    label = _words(column.partition(".")[2])
    options: tuple[str, ...] = ()
    kind = AttributeKind.TEXT
    if known.dtype == pl.Boolean:
        kind = AttributeKind.BOOLEAN
    elif known.dtype.is_numeric():
        kind = AttributeKind.NUMBER
    elif known.dtype in (pl.String, pl.Categorical):
        counted = known.cast(pl.String).value_counts().sort(["count", known.name], descending=[True, False])
        if counted.height <= MAX_SELECTION and counted.height <= max(2, known.len() // 2):
            kind, options = AttributeKind.SELECTION, tuple(counted[known.name].to_list())
    return ProcessAttribute(column=column, variable=variable, label=label, kind=kind, options=options, n=known.len())


def _words(name: str) -> str:
    """A column's name as the label of a field: `permit_type` is "Permit type"; other spellings stay."""
    words = " ".join(part for part in name.split("_") if part)
    return words[:1].upper() + words[1:]


def fields_by_activity(
    events: pl.DataFrame, variables: Mapping[str, str], activities: Sequence[str]
) -> Mapping[str, tuple[ProcessAttribute, ...]]:
    """Per activity, the attributes recorded in at least a fifth of its events, most often first, at most 12."""
    columns = [name for name in variables if name.startswith(EVENT_ATTRIBUTE_PREFIX)]
    found: dict[str, tuple[ProcessAttribute, ...]] = {}
    for activity in activities:
        rows = events.filter(pl.col("activity") == activity)
        counted = [(rows[name].count(), -index, name) for index, name in enumerate(columns)]
        often = [each for each in counted if each[0] and each[0] >= LEAST_RECORDED * rows.height]
        chosen = [name for _, _, name in sorted(often, reverse=True)[:MAX_FIELDS]]
        found[activity] = tuple(describe_attribute(name, variables[name], events[name]) for name in chosen)
    return found


def case_fields(events: pl.DataFrame, variables: Mapping[str, str]) -> tuple[ProcessAttribute, ...]:
    """The case attributes, in the frame's order."""
    return tuple(
        describe_attribute(column, variable, events[column])
        for column, variable in variables.items()
        if column.startswith(CASE_ATTRIBUTE_PREFIX)
    )
