# SPDX-License-Identifier: Apache-2.0
"""What all writers of object-centric logs need: rows by owner, and times as the standard spells them."""

from collections import defaultdict
from datetime import UTC, datetime

import polars as pl

Row = tuple[object, ...]


def attributes_by_owner(table: pl.DataFrame) -> dict[str, list[Row]]:
    """By owner its rows without it, in order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for owner, *rest in table.rows():
        found[owner].append(tuple(rest))
    return found


def relations_by_owner(table: pl.DataFrame) -> dict[str, list[tuple[str, str]]]:
    """By owner what it is related to, with the qualifier."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for owner, other, qualifier in table.rows():
        found[owner].append((other, qualifier))
    return found


def iso(at: object) -> str:
    """The instant in ISO 8601 and UTC, with as many decimals as needed."""
    assert isinstance(at, datetime)
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
