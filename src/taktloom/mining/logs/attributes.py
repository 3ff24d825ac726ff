# SPDX-License-Identifier: Apache-2.0
"""Attribute columns: typed by what all of their values are, and told apart by level.

A column belongs to the case when the source says so, or when no case holds two values of it (empty counts as a value:
what becomes known later is an event's). A column the source calls a case's that varies is kept as an event's.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.coded_texts import CodedTexts, used_codes
from taktloom.mining.logs.errors import DateFormatNeededError, TimeZoneNeededError
from taktloom.mining.logs.mapping import AttributeType
from taktloom.mining.logs.times import ClockRules, fitting_formats, parse_times

BOOLEANS = {"true": True, "false": False}
ABSENT = ("null", "(null)", "n/a", "na", "n.a.", "#n/a", "nan", "none", "nil", "-", "--", "?", "\\n")
SAMPLE_SIZE = 1_000
INTEGER_TEXT = r"^-?(?:0|[1-9]\d{0,17})$"
NUMBER_TEXT = r"^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$"
COMMA_NUMBER_TEXT = r"^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?$"
SURE_COMMA = r",(?:\d{1,2}|\d{4,})$|\..*,|^-?0,"  # 1,234 alone might be a thousand
INSTANT = pl.Datetime("us", "UTC")


def typed_attribute(values: pl.Series, wanted: AttributeType, rules: ClockRules) -> pl.Series:
    """*values* in the narrowest type that every one of them fits; text stays text where nothing narrower does.

    Words such as NULL and N/A are values of a text, and none where all others are numbers, booleans or instants.
    """
    if values.dtype != pl.String:
        return _keep_typed(values, rules)
    texts = values.replace("", None)
    typed = _typed_texts(texts, wanted, rules)
    if typed.dtype != pl.String or wanted is AttributeType.TEXT:
        return typed
    present = without_absent(texts)
    if present.null_count() in {texts.null_count(), present.len()}:
        return typed
    narrower = _typed_texts(present, wanted, rules)
    return typed if narrower.dtype == pl.String else narrower


def without_absent(texts: pl.Series) -> pl.Series:
    """*texts* with null for the words by which systems say that there is no value."""
    return pl.select(pl.when(~texts.str.strip_chars().str.to_lowercase().is_in(ABSENT)).then(texts)).to_series()


def _typed_texts(texts: pl.Series, wanted: AttributeType, rules: ClockRules) -> pl.Series:
    sample = texts.drop_nulls().head(SAMPLE_SIZE)
    if wanted is AttributeType.TEXT or sample.len() == 0:
        return texts
    if wanted in {AttributeType.AUTO, AttributeType.BOOLEAN} and sample.str.to_lowercase().is_in(list(BOOLEANS)).all():
        typed = texts.str.to_lowercase().replace_strict(BOOLEANS, default=None, return_dtype=pl.Boolean)
        return typed if typed.null_count() == texts.null_count() else texts
    if wanted in {AttributeType.AUTO, AttributeType.INTEGER, AttributeType.NUMBER}:
        number = _number(texts, sample, wanted)
        if number is not None:
            return number
    if wanted in {AttributeType.AUTO, AttributeType.INSTANT} and _looks_like_time(sample):
        return _instant(texts, rules)
    return texts


def typed_codes(coded: CodedTexts, wanted: AttributeType, rules: ClockRules) -> pl.Series:
    """What `typed_attribute` gives for the texts that *coded* stands for, decided on those where it can."""
    typed = typed_labels(coded, wanted, rules)
    if typed is None:
        return typed_attribute(coded.labels.replace("", None).gather(coded.codes), wanted, rules)
    return typed.gather(coded.codes)


def typed_labels(coded: CodedTexts, wanted: AttributeType, rules: ClockRules) -> pl.Series | None:
    """By code what `typed_attribute` makes of its text; None where that depends on the rows, as it does for times.

    Numbers and booleans are such for all values or for none; whether texts are times is judged by the first of them.
    """
    texts = coded.labels.replace("", None)
    if wanted is AttributeType.INSTANT:
        return None
    if wanted is AttributeType.TEXT:
        return texts
    used = used_codes(coded.codes, texts.len())
    typed = typed_attribute(texts.gather(used), wanted, rules)
    if typed.dtype in {pl.Boolean, pl.Int64, pl.Float64}:
        return pl.repeat(None, texts.len() + 1, dtype=typed.dtype, eager=True).scatter(used, typed)
    if wanted is AttributeType.AUTO and any(
        first.len() and _looks_like_time(first)
        for first in (_first(coded, texts), _first(coded, without_absent(texts)))
    ):
        return None
    return texts


def _first(coded: CodedTexts, texts: pl.Series) -> pl.Series:
    """The values of the first rows that have one, of *texts* by code."""
    absent = pl.Series(np.flatnonzero(texts.is_null().to_numpy()))
    there = coded.codes.is_not_null() & ~coded.codes.is_in(absent.cast(coded.codes.dtype).implode())
    return texts.gather(coded.codes.filter(there).head(SAMPLE_SIZE))


def exact_numbers(texts: pl.Series) -> pl.Series | None:
    """*texts* as whole numbers or floats; None where one of them is spelled otherwise; Null typed where all are empty.

    The rules are those of `typed_attribute` for columns of no declared type.
    """
    if texts.null_count() == texts.len():
        return pl.repeat(None, texts.len(), dtype=pl.Null(), eager=True)
    for pattern, dtype in ((INTEGER_TEXT, pl.Int64()), (NUMBER_TEXT, pl.Float64())):
        sample = texts.head(SAMPLE_SIZE).drop_nulls()
        if sample.str.contains(pattern).all() and texts.str.contains(pattern).all():
            numbers = texts.cast(dtype, strict=False)
            return numbers if numbers.null_count() == texts.null_count() else None
    return None


def seconds_of(durations: pl.Series) -> pl.Series:
    """*durations* as seconds: a number of microseconds or days would have to name its unit."""
    return durations.dt.total_microseconds() / 1_000_000


def _number(texts: pl.Series, sample: pl.Series, wanted: AttributeType) -> pl.Series | None:
    if wanted is not AttributeType.NUMBER and sample.str.contains(INTEGER_TEXT).all():
        present = texts.drop_nulls()
        if present.str.contains(INTEGER_TEXT).all():
            return texts.cast(pl.Int64)
    # 007 and 1e5 as a code would lose their spelling; an XES float says itself what it is
    pattern = NUMBER_TEXT if wanted is AttributeType.AUTO else r"^[-+0-9.eE]+$"
    if wanted is not AttributeType.INTEGER and sample.str.contains(pattern).all():
        number = texts.cast(pl.Float64, strict=False)
        present = texts.drop_nulls()
        if number.null_count() == texts.null_count() and present.str.contains(pattern).all():
            return number
    return None if wanted is AttributeType.INTEGER else _with_comma(texts, sample)


def _with_comma(texts: pl.Series, sample: pl.Series) -> pl.Series | None:
    """Numbers with a decimal comma; None unless all are spelled so and one of them cannot be read otherwise."""
    if not sample.str.contains(COMMA_NUMBER_TEXT).all():
        return None
    present = texts.drop_nulls()
    if not present.str.contains(COMMA_NUMBER_TEXT).all() or not present.str.contains(SURE_COMMA).any():
        return None
    plain = texts.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return plain.cast(pl.Float64, strict=False)


def _looks_like_time(sample: pl.Series) -> bool:
    return bool(sample.str.contains(r"^\d{1,4}[-/.年]\d").all()) and bool(
        sample.str.contains(r"\d:\d\d").all() or fitting_formats(sample)
    )


def _instant(texts: pl.Series, rules: ClockRules) -> pl.Series:
    """Instants in UTC; text where they cannot be placed in time: a wrong instant is worse than a text."""
    try:
        parsed = parse_times(texts, rules)
    except (DateFormatNeededError, TimeZoneNeededError):
        return texts
    if parsed.is_bad.any():
        return texts
    return parsed.utc.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").rename(texts.name)


def _keep_typed(values: pl.Series, rules: ClockRules) -> pl.Series:
    dtype = values.dtype
    if dtype == pl.Boolean:
        return values
    if isinstance(dtype, pl.Datetime) or dtype == pl.Date:
        try:
            parsed = parse_times(values, rules)
        except TimeZoneNeededError:
            return values.cast(pl.String)
        return parsed.utc.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").rename(values.name)
    if isinstance(dtype, pl.Duration):
        return seconds_of(values)
    if dtype.is_integer():
        whole = values.cast(pl.Int64, strict=False)
        return whole if whole.null_count() == values.null_count() else values.cast(pl.String)
    if dtype.is_numeric():
        return values.cast(pl.Float64, strict=False)
    if dtype.is_nested() or dtype == pl.Binary:
        return pl.Series(values.name, [None if each is None else str(each) for each in values.to_list()], pl.String)
    return values.cast(pl.String)


def is_constant_per_case(values: pl.Series, case: NDArray[np.uint32]) -> bool:
    """Whether no case holds two values; *values* and *case* in canonical order."""
    same_case = pl.Series(case[1:] == case[:-1])
    differs = values.slice(1).ne_missing(values.slice(0, values.len() - 1))
    return not bool((differs & same_case).any())
