# SPDX-License-Identifier: Apache-2.0
"""Which column is the case, the activity, the time …: by name in several languages, checked against sample values.

Confidence: 1.0 for the names of XES and of this product, 0.9 for usual names, 0.6 for names that contain a usual word
(Chinese: that end in one, the longest deciding, as 活动开始时间 is a time and no activity);
a time column whose samples are no times is suggested only when its name leaves no doubt, at 0.5.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from taktloom.mining.logs.attributes import seconds_of, typed_attribute, without_absent
from taktloom.mining.logs.column_names import EXACT, USUAL, without_accents
from taktloom.mining.logs.mapping import AttributeColumn, AttributeLevel, AttributeType, ColumnMapping
from taktloom.mining.logs.requests import SniffedColumn
from taktloom.mining.logs.times import (
    DAY_NUMBER,
    EPOCH,
    SHEET_DAYS,
    ZONE_PART,
    ZONE_SUFFIX,
    ClockRules,
    fitting_formats,
)
from taktloom.mining.logs.zone_words import without_unclear_zone

CASE_PREFIX = "case:"
REQUIRED_PARTS = ("case", "activity", "timestamp")

TIME_PARTS = frozenset({"timestamp", "start_timestamp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognition:
    """Parts and their columns, with confidence 0-1; `missing` are the required parts without a column."""

    parts: Mapping[str, str]
    confidence: Mapping[str, float]
    missing: tuple[str, ...]


TYPES: Mapping[object, AttributeType] = {
    pl.Boolean(): AttributeType.BOOLEAN,
    pl.Int64(): AttributeType.INTEGER,
    pl.Float64(): AttributeType.NUMBER,
}


def describe_column(values: pl.Series) -> SniffedColumn:
    """Samples, likely type and share of empty values of a column's first rows."""
    if isinstance(values.dtype, pl.Duration):
        values = seconds_of(values)
    texts = values.cast(pl.String).replace("", None)
    present = texts.drop_nulls()
    samples = tuple(text[:200] for text in present.unique(maintain_order=True).head(5).to_list())
    empty_share = texts.null_count() / max(1, texts.len())
    return SniffedColumn(name=values.name, samples=samples, type=_type_of(values, present), empty_share=empty_share)


def _type_of(values: pl.Series, present: pl.Series) -> AttributeType:
    if values.dtype == pl.Date or isinstance(values.dtype, pl.Datetime):
        return AttributeType.INSTANT
    if present.len() == 0:
        return AttributeType.TEXT
    imported = typed_attribute(values if values.dtype.is_numeric() else present, AttributeType.AUTO, ClockRules()).dtype
    if imported in TYPES:
        return TYPES[imported]
    present = without_absent(present).drop_nulls()
    dated = present.filter(present.str.contains(r"^\d{1,4}[-/.年]\d|\d:\d\d"))
    looks_dated = 0 < present.len() <= 2 * dated.len()  # some values may be bad: the import tells which
    return AttributeType.INSTANT if looks_dated and _reads_as_time(dated) else AttributeType.TEXT


def _reads_as_time(present: pl.Series) -> bool:
    present = without_unclear_zone(present)
    zoned = present.str.contains(ZONE_SUFFIX)
    plain = present.str.replace(ZONE_PART, "") if zoned.any() else present
    return bool(fitting_formats(plain.str.replace(r"^(\d{4}-?\d\d-?\d\d)T", "${1} ")))


def recognise(columns: Sequence[SniffedColumn]) -> Recognition:
    """Suggest a column for every part; each column plays at most one."""
    candidates = sorted(
        (
            (-_score(part, column), order, part, column.name)
            for part in EXACT
            for order, column in enumerate(columns)
            if _score(part, column) > 0
        ),
    )
    parts: dict[str, str] = {}
    confidence: dict[str, float] = {}
    for negative, _, part, name in candidates:
        if part not in parts and name not in parts.values():
            parts[part], confidence[part] = name, min(1.0, round(-negative, 2))
    missing = tuple(part for part in REQUIRED_PARTS if part not in parts)
    return Recognition(parts=parts, confidence=confidence, missing=missing)


def _score(part: str, column: SniffedColumn) -> float:
    name = column.name.strip().lower()
    if part in TIME_PARTS and not _can_be_time(column):
        return 0.5 if name in EXACT[part] or name == part else 0.0  # so that the import can say what is wrong with it
    if name in EXACT[part]:
        return 1.0 - EXACT[part].index(name) * 0.01
    plain = re.sub(r"[\s_\-.:,;/()]+", " ", without_accents(name)).strip()
    usual = USUAL[part]
    if plain in usual or plain.replace(" ", "") in usual:
        return 0.9 - min(usual.index(plain) if plain in usual else 0, 30) * 0.001
    if name.startswith(CASE_PREFIX):
        return 0.0
    if re.search(r"[\u4e00-\u9fff]", name):
        return _score_of_ending(part, name)
    words = set(plain.split())
    return 0.6 if part not in {"role", "event_id", "instance"} and any(word in words for word in usual) else 0.0


def _score_of_ending(part: str, name: str) -> float:
    if part in {"event_id", "instance"}:
        return 0.0
    endings = [usual for usual in USUAL[part] if not usual.isascii() and name.endswith(usual)]
    return 0.6 + 0.01 * max(map(len, endings)) if endings else 0.0


def _can_be_time(column: SniffedColumn) -> bool:
    if column.type is AttributeType.INSTANT:
        return True
    spellings = "|".join((EPOCH, DAY_NUMBER, SHEET_DAYS))
    return bool(column.samples) and all(re.search(spellings, sample) for sample in column.samples)


def mapping_of(parts: Mapping[str, str], columns: Sequence[str], levels: Mapping[str, AttributeLevel]) -> ColumnMapping:
    """The mapping with every remaining column as attribute; the instance column is one as well."""
    return ColumnMapping(
        case=parts["case"],
        activity=parts["activity"],
        timestamp=parts["timestamp"],
        start_timestamp=parts.get("start_timestamp"),
        resource=parts.get("resource"),
        role=parts.get("role"),
        lifecycle=parts.get("lifecycle"),
        instance=parts.get("instance"),
        event_id=parts.get("event_id"),
        time_of_day=parts.get("time_of_day"),
        start_time_of_day=parts.get("start_time_of_day"),
        attributes=attributes_of(parts, columns, levels),
    )


def attributes_of(
    parts: Mapping[str, str], columns: Sequence[str], levels: Mapping[str, AttributeLevel]
) -> tuple[AttributeColumn, ...]:
    """The columns that play no part, and that of the instance."""
    playing = {column for part, column in parts.items() if part != "instance"}
    return tuple(
        AttributeColumn(source=name, name=attribute_name(name), level=levels.get(name, AttributeLevel.AUTO))
        for name in columns
        if name not in playing
    )


def attribute_name(source: str) -> str:
    """The attribute's name in the event schema: the source column without the level's prefix."""
    for prefix in (CASE_PREFIX, "case.", "event."):
        if source.startswith(prefix) and len(source) > len(prefix):
            return source[len(prefix) :]
    return source
