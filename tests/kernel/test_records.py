# SPDX-License-Identifier: Apache-2.0
"""Records that are made often are dataclasses like any other, but for the time that it takes to make one."""

from dataclasses import dataclass, field, replace

import pytest

from taktloom.model.records import made_often


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What others build on."""

    at: int
    by: str | None = None


@made_often
@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Base):
    """One with fields of its own."""

    name: str
    items: dict[str, int] = field(default_factory=dict)


def test_a_record_has_its_fields_defaults_equality_and_text() -> None:
    record = Record(at=1, name="a")

    assert (record.at, record.by, record.name, record.items) == (1, None, "a", {})
    assert record == Record(at=1, name="a") != replace(record, name="b")
    assert str(record) == "Record(at=1, by=None, name='a', items={})"
    assert Record(at=1, name="a").items is not record.items


def test_a_record_without_a_field_that_it_needs_is_refused() -> None:
    with pytest.raises(TypeError, match="name"):
        Record(at=1)  # type: ignore[call-arg]
