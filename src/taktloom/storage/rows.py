# SPDX-License-Identifier: Apache-2.0
"""Rows by column name, with the type that the caller expects; instants are stored as whole microseconds since 1970."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from taktloom.storage.sqlite import SqlValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@lru_cache(maxsize=4096)  # those of a group of instances are asked for several times
def to_micros(instant: datetime) -> int:
    """Whole microseconds since 1970; a naive time is refused."""
    if instant.tzinfo is None:
        raise ValueError("a naive time names no instant; attach a time zone")
    return (instant - _EPOCH) // _MICROSECOND


def to_micros_or_none(instant: datetime | None) -> int | None:
    """As to_micros; None stays None."""
    return None if instant is None else to_micros(instant)


def from_micros(micros: int) -> datetime:
    """The UTC instant."""
    return _EPOCH + timedelta(microseconds=micros)


class Row:
    """One row of a result. Asking for a column as a type it does not have raises TypeError: our defect, not data's."""

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: Mapping[str, int], values: tuple[SqlValue, ...]) -> None:
        self._columns, self._values = columns, values

    def value(self, column: str) -> SqlValue:
        """The value as stored."""
        return self._values[self._columns[column]]

    def text(self, column: str) -> str:
        """A text that is never null."""
        value = self._values[self._columns[column]]
        if isinstance(value, str):
            return value
        raise TypeError(f"column {column} holds {type(value).__name__}, not text")

    def text_or_none(self, column: str) -> str | None:
        """A text or null."""
        return None if self.value(column) is None else self.text(column)

    def integer(self, column: str) -> int:
        """A whole number that is never null."""
        value = self._values[self._columns[column]]
        if isinstance(value, int):
            return value
        raise TypeError(f"column {column} holds {type(value).__name__}, not an integer")

    def integer_or_none(self, column: str) -> int | None:
        """A whole number or null."""
        return None if self.value(column) is None else self.integer(column)

    def blob(self, column: str) -> bytes:
        """Bytes that are never null."""
        value = self._values[self._columns[column]]
        if isinstance(value, bytes):
            return value
        raise TypeError(f"column {column} holds {type(value).__name__}, not bytes")

    def blob_or_none(self, column: str) -> bytes | None:
        """Bytes or null."""
        return None if self.value(column) is None else self.blob(column)

    def instant(self, column: str) -> datetime:
        """A stored instant that is never null."""
        return from_micros(self.integer(column))

    def instant_or_none(self, column: str) -> datetime | None:
        """A stored instant or null."""
        return None if self.value(column) is None else self.instant(column)
