# SPDX-License-Identifier: Apache-2.0
"""Texts, numbers and typed times to UTC microseconds plus the local clock's offset.

Which format a column has is decided on all of its values: the reading that fits every one. Two readings that both fit
and differ (day or month first) are the caller's choice, never a guess. A time without zone needs one from the caller.
Local hours that occur twice are taken as the earlier one, hours that never occur as if the clock had not been put
forward; both are counted.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.calendars.zones import zone_exists
from taktloom.mining.logs.clock import fixed_offset, offsets_at, place_wall_times
from taktloom.mining.logs.errors import DateFormatNeededError, TimeZoneNeededError, UnknownTimeZoneError
from taktloom.mining.logs.zone_words import OFFSETS, ZONE_WORD, without_unclear_zone
from taktloom.model.places import Place

ZONE_NAME = r"(?:\[[\w/+-]+\])?"  # after the offset, which alone tells the instant: RFC 9557
ZONE_SUFFIX = (
    r"(?i)(?:^\d{4}-?\d\d-?\d\d[T ].*|\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s*[ap]m)?)\s*"
    rf"(?:{ZONE_WORD}|[+-]\d\d(?::?\d\d)?){ZONE_NAME}$"
)
ZONE_PART = rf"(?i)\s*({ZONE_WORD}|[+-]\d\d(?::?\d\d)?){ZONE_NAME}$"
DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y.%m.%d",
    "%Y年%m月%d日",
    "%d-%b-%Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H%M%S",
    "%d/%m/%y",
    "%m/%d/%y",
    "%y/%m/%d",
    "%d.%m.%y",
    "%d-%m-%y",
    "%m-%d-%y",
    "%y-%m-%d",
    "%d-%b-%y",
)
# whole seconds first: their widths are fixed, which Polars reads four times as fast; the next reads the same and more
TIME_FORMATS = (" %H:%M:%S", " %H:%M:%S%.f", " %H:%M", "", " %I:%M:%S %p", " %I:%M %p", " %I.%M.%S%.f %p")
DAY_NUMBER = r"^(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(([01]\d|2[0-3])[0-5]\d[0-5]\d)?$"
SHEET_DAYS = r"^[2-7]\d{4}(?:[.,]\d+)?$"  # of the years 1954 to 2118
SHEET_FORMAT, SHEET_FORMAT_1904 = "excel-1900", "excel-1904"
SHEET_EPOCHS = {SHEET_FORMAT: date(1899, 12, 30), SHEET_FORMAT_1904: date(1904, 1, 1)}
FIRST_PLAIN_YEAR = 1000  # a year before it is written with noughts, or is only half of a year
EPOCH_SINCE_2001 = r"^(1\d|2[0-2])\d{8}(\d{3})?$"
EPOCH = r"^\d{9,10}(?:\.\d{1,9})?$|^\d{12,13}$|^\d{15,16}$|^\d{18,19}$"
MIDNIGHT = r"[ T]00:00(:00(\.0+)?)?$"
SPREADSHEET_DAY = r"^1(899-12-3[01]|900-01-0[01]|904-01-01)[ T]"
UNITS_US = (86_400_000_000, 3_600_000_000, 60_000_000, 1_000_000, 1_000)
PLAIN_TIME = r"^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d$"
PLAIN_LENGTH = 19
SEPARATORS = re.compile(r"[^%A-Za-z]")
SAMPLE_SIZE = 2_000
MINUTE_US = 60_000_000
MICROSECONDS = pl.Datetime("us")


def _shape(date_format: str) -> re.Pattern[str]:
    """What `_told_short` texts begin with that *date_format* may read; it also finds some that it does not."""
    parts = re.findall(r"(?:%[YymdHMS]\s*)+|%[bB]|\s|.", date_format)
    shapes = []
    for part in parts:
        is_short = part in {"%d", "%m", "%y"} and part is not parts[-1]  # a clock may follow without a blank
        number = r"\s*[0-9]" if is_short else r"\s*[+-]?[0-9](?:\s*[0-9])*"
        known = {"%b": r"\s*[A-Za-z]+", "%B": r"\s*[A-Za-z]+", " ": r"\s*"}
        shapes.append(known.get(part, number if part[0] == "%" else rf"\s*{re.escape(part)}"))
    return re.compile("".join(shapes) + r"(?=[\s:.0-9]|$)")


def _told_short(texts: pl.Series) -> list[str]:
    """The different texts with 000 for every number of three or more digits, and 0 for the shorter ones."""
    shortened = texts.str.replace_all("[0-9]{3,}", "___").str.replace_all("[0-9]+", "0")
    return shortened.str.replace_all("___", "000", literal=True).unique().to_list()


# To let Polars try each format on a column costs a hundred times as much as to see that most have another shape.
SHAPES = {each: _shape(each) for each in DATE_FORMATS}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRules:
    """How the times of a source are to be read; place is the file, for errors."""

    timezone: str | None = None
    date_format: str | None = None
    place: Place = field(default_factory=Place)

    def __post_init__(self) -> None:
        if self.timezone is not None and not zone_exists(self.timezone):
            raise UnknownTimeZoneError(self.timezone)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParsedTimes:
    """utc: Int64 µs, null where empty or unreadable. offset_min: Int16. is_bad: text was there but is no time.

    The counts are of values; date_format is the reading chosen (None for typed times and epochs). is_mixed: some texts
    have a zone and some have none.
    """

    utc: pl.Series
    offset_min: pl.Series
    is_bad: pl.Series
    had_zone: bool
    ambiguous: int = 0
    missing: int = 0
    finest_unit_us: int = 1
    date_format: str | None = None
    is_mixed: bool = False


def with_clock(dates: pl.Series, clocks: pl.Series) -> pl.Series:
    """Texts of dates and times of day that stand in two columns; null where one of them is missing."""
    days = dates.cast(pl.String).str.strip_chars().replace("", None).str.replace(MIDNIGHT, "")
    return (days + " " + _with_colons(without_date(clocks))).rename(dates.name)


def without_date(clocks: pl.Series) -> pl.Series:
    """Times of day as texts: bare numbers as six digits, without the day that spreadsheets put before a time."""
    if isinstance(clocks.dtype, pl.Datetime):
        clocks = clocks.dt.time()
    texts = clocks.cast(pl.String).str.strip_chars().replace("", None)
    if clocks.dtype.is_integer():
        texts = texts.str.zfill(6)
    return texts.str.replace(SPREADSHEET_DAY, "")


def _with_colons(clocks: pl.Series) -> pl.Series:
    return (
        clocks.str.replace(r"^(\d\d)(\d\d)(\d\d)$", "${1}:${2}:${3}")
        .str.replace(r"^(\d\d?)\.(\d\d)(?:\.(\d\d))?$", "${1}:${2}:${3}")
        .str.strip_suffix(":")
    )


def parse_times(values: pl.Series, rules: ClockRules) -> ParsedTimes:
    """UTC instants of *values* (text, number or Datetime), in their order.

    Raises TimeZoneNeededError and DateFormatNeededError naming the option.
    """
    if isinstance(values.dtype, pl.Datetime):
        return _typed(values, rules)
    if values.dtype == pl.Date:
        return _localise(values.cast(MICROSECONDS), rules, _none_bad(values))
    plainly = _read_at_a_glance(values, rules)
    if plainly is not None:
        return plainly
    if values.dtype.is_numeric():
        whole = values.cast(pl.Int64, strict=False)
        values = (whole if (whole.cast(values.dtype) == values).all() else values).cast(pl.String)
    texts = values.cast(pl.String).str.strip_chars().replace("", None)
    sample = texts.drop_nulls().head(SAMPLE_SIZE)
    if rules.date_format is None and sample.len() and sample.str.contains(EPOCH).all():
        return _epochs(texts, rules)
    has_zone = texts.str.contains(ZONE_SUFFIX)
    if has_zone.all():
        return _zoned(texts, rules)
    texts = without_unclear_zone(texts)
    if not has_zone.any():
        wall, date_format = _read_wall(texts, rules)
        bad = texts.is_not_null() & wall.is_null()
        return replace(_localise(wall, rules, bad), date_format=date_format)
    return _mixed(texts, has_zone, rules)


def _read_at_a_glance(values: pl.Series, rules: ClockRules) -> ParsedTimes | None:
    """Times that are all spelled `2024-01-31 08:00:00`, with blank or T: one pass, which no other reading fits."""
    if values.dtype != pl.String or rules.date_format is not None:
        return None
    first = values.head(SAMPLE_SIZE).drop_nulls()
    letter = first[0][10:11] if first.len() else ""
    if letter not in {" ", "T"} or not first.str.contains(PLAIN_TIME).all():
        return None
    wall = _read_as(values, f"%Y-%m-%d{letter}%H:%M:%S")
    if wall.null_count() > values.null_count() or values.str.len_bytes().max() != PLAIN_LENGTH:
        return None
    return replace(_localise(wall, rules, _none_bad(values)), date_format="%Y-%m-%d")


def place_plain_times(wall: NDArray[np.int64], rules: ClockRules) -> ParsedTimes:
    """What `parse_times` gives for times spelled `2024-01-31 08:00:00`, of what their clocks show in microseconds."""
    values = pl.Series(wall).cast(MICROSECONDS)
    return replace(_localise(values, rules, _none_bad(values)), date_format="%Y-%m-%d")


def parse_times_in_parts(parts: Callable[[], Iterator[pl.Series]], rules: ClockRules) -> ParsedTimes:
    """What `parse_times` gives for all *parts* as one, holding the texts of one part at a time.

    Parts that are read alike are read as the whole would be. Where they are not, or a choice is the caller's, the whole
    is read, because one reading must hold for all values.
    """
    found = []
    try:
        for part in parts():
            found.append(parse_times(part, rules))
    except (DateFormatNeededError, TimeZoneNeededError):
        return parse_times(pl.concat(list(parts())), rules)
    whole = join_times(found)
    return whole if whole is not None else parse_times(pl.concat(list(parts())), rules)


def join_times(found: Sequence[ParsedTimes]) -> ParsedTimes | None:
    """The times of parts that were read alike as those of the whole; None when one reading does not hold for all."""
    if len(found) == 1:
        return found[0]
    told = [each for each in found if each.utc.null_count() < each.utc.len() or each.is_bad.any()]
    are_alike = len({(each.date_format, each.had_zone) for each in told}) == 1
    if not are_alike or any(each.is_mixed for each in told):
        return None
    units = [each.finest_unit_us for each in told if each.utc.null_count() < each.utc.len()]
    return ParsedTimes(
        utc=pl.concat([each.utc for each in found], rechunk=True),
        offset_min=pl.concat([each.offset_min for each in found], rechunk=True),
        is_bad=pl.concat([each.is_bad for each in found], rechunk=True),
        had_zone=told[0].had_zone,
        ambiguous=sum(each.ambiguous for each in found),
        missing=sum(each.missing for each in found),
        finest_unit_us=min(units, default=1),
        date_format=told[0].date_format,
    )


def agreed_format(parts: Callable[[], Iterator[pl.Series]], rules: ClockRules) -> str | None:
    """The date format by which `parse_times` would read all *parts* as one, holding one at a time.

    None where no choice is left to a part of them: typed times, epochs, the year first. Raises as `parse_times` does.
    """
    if rules.date_format is not None:
        return None
    found: set[str] = set()
    is_open = False
    for part in parts():
        try:
            date_format = parse_times(part, rules).date_format
            found |= set() if date_format is None else {date_format}
        except DateFormatNeededError as error:
            found |= set(error.formats)
            is_open = True
    if len(found) > 1 or is_open:
        return _most_reading(sorted(found, key=(*DATE_FORMATS, *SHEET_EPOCHS).index), parts, rules)
    return next((each for each in found if not each.startswith("%Y")), None)


def _most_reading(formats: list[str], parts: Callable[[], Iterator[pl.Series]], rules: ClockRules) -> str:
    """The one of *formats* that leaves the fewest texts unread; two of them must not read any text differently."""
    unread = dict.fromkeys(formats, 0)
    differing: dict[tuple[str, str], tuple[str, str]] = {}
    for part in parts():
        texts = part.cast(pl.String).str.strip_chars().replace("", None)
        readings = {each: _read_date(_without_zone(texts), each) for each in formats}
        for each, reading in readings.items():
            unread[each] += reading.null_count()
        for pair in itertools.combinations(formats, 2):
            if pair not in differing and not readings[pair[0]].equals(readings[pair[1]]):
                differing[pair] = (part.name, str(texts.drop_nulls()[0]))
    best = [each for each in formats if unread[each] == min(unread.values())]
    for pair in itertools.combinations(best, 2):
        if pair in differing:
            raise DateFormatNeededError(*differing[pair], pair, rules.place)
    return best[0]


def _without_zone(texts: pl.Series) -> pl.Series:
    texts = without_unclear_zone(texts)
    plain = pl.when(texts.str.contains(ZONE_SUFFIX)).then(texts.str.replace(ZONE_PART, "")).otherwise(texts)
    return _plain(pl.select(plain).to_series())


def _none_bad(values: pl.Series) -> pl.Series:
    return pl.Series(np.zeros(values.len(), dtype=np.bool_))


def _typed(values: pl.Series, rules: ClockRules) -> ParsedTimes:
    zone = values.dtype.time_zone if isinstance(values.dtype, pl.Datetime) else None
    instants = values.dt.cast_time_unit("us")
    if zone is None:
        return _localise(instants, rules, _none_bad(values))
    utc = instants.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    shown = replace(rules, timezone=rules.timezone or (None if zone == "UTC" else zone))
    return _instants(utc, shown, _none_bad(values))


def _instants(utc: pl.Series, rules: ClockRules, bad: pl.Series) -> ParsedTimes:
    """Times that are UTC already; the named zone only tells the local clock."""
    offset = pl.repeat(0, utc.len(), eager=True, dtype=pl.Int16)
    if rules.timezone is not None:
        offset = _offsets_in(utc, rules.timezone)
    unit = _finest_unit(utc.cast(pl.Int64))
    return ParsedTimes(utc=utc.cast(pl.Int64), offset_min=offset, is_bad=bad, had_zone=True, finest_unit_us=unit)


def _offsets_in(utc: pl.Series, zone: str) -> pl.Series:
    """Minutes that clocks of *zone* are ahead of UTC; null where *utc* is."""
    offset = offsets_at(utc.cast(pl.Int64).fill_null(0).to_numpy(), zone)
    return _where(utc.is_not_null(), offset // MINUTE_US, pl.Int16())


def _where(present: pl.Series, values: NDArray[np.int64], dtype: pl.DataType) -> pl.Series:
    if present.all():
        return pl.Series(values).cast(dtype)
    return pl.select(pl.when(present).then(pl.Series(values))).to_series().cast(dtype)


def _epochs(texts: pl.Series, rules: ClockRules) -> ParsedTimes:
    seconds = texts.cast(pl.Float64, strict=False)
    digits = texts.str.len_chars()
    whole = texts.cast(pl.Int64, strict=False)
    frame = pl.DataFrame({"s": seconds, "n": digits, "w": whole, "dot": texts.str.contains(".", literal=True)})
    utc = frame.select(
        pl.when(pl.col("dot") | (pl.col("n") <= 11))
        .then((pl.col("s") * 1e6).round().cast(pl.Int64))
        .when(pl.col("n") <= 14)
        .then(pl.col("w") * 1_000)
        .when(pl.col("n") <= 17)
        .then(pl.col("w"))
        .otherwise(pl.col("w") // 1_000)
    ).to_series()
    return _instants(utc.cast(MICROSECONDS), rules, texts.is_not_null() & utc.is_null())


def _zoned(texts: pl.Series, rules: ClockRules) -> ParsedTimes:
    if texts.str.contains(r"[+-]\d\d:\d\d$").all():  # the usual spelling: cut by length, no captures
        wall_texts, suffixes = texts.str.head(-6), texts.str.tail(6)
    else:
        wall_texts, suffixes = texts.str.replace(ZONE_PART, ""), texts.str.extract(ZONE_PART, 1)
    wall, date_format = _read_wall(wall_texts, rules)
    known = {suffix: _offset_minutes(suffix) for suffix in suffixes.unique().drop_nulls().to_list()}
    offset = suffixes.replace_strict(known, return_dtype=pl.Int16, default=None)
    utc = (wall.cast(pl.Int64) - offset.cast(pl.Int64) * 60_000_000).cast(MICROSECONDS)
    bad = texts.is_not_null() & utc.is_null()
    parsed = _instants(utc, rules, bad)
    if rules.timezone is None:
        parsed = replace(parsed, offset_min=offset)
    return replace(parsed, date_format=date_format, finest_unit_us=_finest_unit(wall.cast(pl.Int64)))


def _offset_minutes(suffix: str) -> int | None:
    if suffix.upper() in OFFSETS:
        return OFFSETS[suffix.upper()]
    sign = -1 if suffix[0] == "-" else 1
    hours, minutes = int(suffix[1:3]), int(suffix[-2:]) if len(suffix) > 3 else 0
    return sign * (hours * 60 + minutes) if hours < 19 and minutes < 60 else None


def _mixed(texts: pl.Series, has_zone: pl.Series, rules: ClockRules) -> ParsedTimes:
    marks = has_zone.fill_null(value=True)
    zoned = _zoned(pl.select(pl.when(marks).then(texts)).to_series(), rules)
    wall, date_format = _read_wall(pl.select(pl.when(~marks).then(texts)).to_series(), rules)
    naive = _localise(wall, rules, ~marks & wall.is_null())
    return ParsedTimes(
        utc=pl.select(pl.coalesce(zoned.utc, naive.utc)).to_series(),
        offset_min=pl.select(pl.coalesce(zoned.offset_min, naive.offset_min)).to_series(),
        is_bad=zoned.is_bad | naive.is_bad,
        had_zone=False,
        ambiguous=naive.ambiguous,
        missing=naive.missing,
        finest_unit_us=min(zoned.finest_unit_us, naive.finest_unit_us),
        date_format=date_format or zoned.date_format,
        is_mixed=True,
    )


def _localise(wall: pl.Series, rules: ClockRules, bad: pl.Series) -> ParsedTimes:
    """Wall-clock times to UTC in the caller's zone."""
    if rules.timezone is None and wall.null_count() < wall.len():
        raise TimeZoneNeededError(wall.name, str(wall.drop_nulls()[0]), rules.place)
    zone = rules.timezone or "UTC"
    numbers = wall.cast(pl.Int64)
    if wall.null_count() == 0 and (offset := fixed_offset(numbers.to_numpy(), zone)) is not None:
        minutes = pl.Series(np.full(wall.len(), offset // MINUTE_US, dtype=np.int16))
        utc = numbers - offset if offset else numbers
        unit = _finest_unit(numbers)
        return ParsedTimes(utc=utc, offset_min=minutes, is_bad=bad, had_zone=False, finest_unit_us=unit)
    present = wall.is_not_null()
    placed = place_wall_times(wall.cast(pl.Int64).fill_null(0).to_numpy(), zone)
    there = present.to_numpy()
    return ParsedTimes(
        utc=_where(present, placed.utc, pl.Int64()),
        offset_min=_where(present, placed.offset // MINUTE_US, pl.Int16()),
        is_bad=bad,
        had_zone=False,
        ambiguous=int((placed.is_ambiguous & there).sum()),
        missing=int((placed.is_missing & there).sum()),
        finest_unit_us=_finest_unit(wall.cast(pl.Int64)),
    )


def _finest_unit(instants: pl.Series) -> int:
    """The coarsest unit that divides every time: what the source's clock resolved. A sample refutes most units."""
    values = instants.drop_nulls() if instants.null_count() else instants
    sample = values.head(SAMPLE_SIZE)
    possible = [unit for unit in UNITS_US if values.len() and (sample % unit == 0).all()]
    return next((unit for unit in possible if (values % unit == 0).all()), 1)


def _read_wall(texts: pl.Series, rules: ClockRules) -> tuple[pl.Series, str | None]:
    """Naive times of *texts* and the format that reads most of them (all, where one does)."""
    if texts.null_count() == texts.len():
        return texts.cast(MICROSECONDS), None
    plain = _plain(texts)
    if rules.date_format is not None:
        read = _read_as if _has_clock(rules.date_format) else _read_date
        return read(plain, rules.date_format), rules.date_format
    candidates = fitting_formats(plain) or _sheet_formats(plain)
    if not candidates:
        return pl.Series(texts.name, [None] * texts.len(), dtype=MICROSECONDS), None
    readings = {each: _read_date(plain, each) for each in candidates}
    fewest = min(reading.null_count() for reading in readings.values())
    best = [each for each, reading in readings.items() if reading.null_count() == fewest]
    for one, other in itertools.combinations(best, 2):
        if not readings[one].equals(readings[other]):
            example = str(texts.drop_nulls()[0])
            raise DateFormatNeededError(texts.name, example, (one, other), rules.place)
    return readings[best[0]], best[0]


def _sheet_formats(texts: pl.Series) -> list[str]:
    return [SHEET_FORMAT] if texts.drop_nulls().head(SAMPLE_SIZE).str.contains(SHEET_DAYS).all() else []


def _plain(texts: pl.Series) -> pl.Series:
    """A blank for the T of ISO 8601 and a point for its comma; most columns have neither and are not rewritten."""
    if texts.str.contains("T", literal=True).any():
        texts = texts.str.replace(r"^(\d{4}-?\d\d-?\d\d)T", "${1} ")
    if texts.str.contains(",", literal=True).any():
        texts = texts.str.replace(r"(\d),(\d+)$", "${1}.${2}")
    return texts


def fitting_formats(texts: pl.Series) -> list[str]:
    """Date formats that read at least half of a sample of *texts*, else those that read most, in the order of
    DATE_FORMATS; none when none reads any."""
    sample = texts.drop_nulls().head(SAMPLE_SIZE)
    seen = set("".join(sample.unique().head(200).to_list()))
    shapes = _told_short(sample)
    possible = [
        each
        for each, shape in SHAPES.items()
        if set(SEPARATORS.findall(each)) <= seen and any(map(shape.match, shapes))
    ]
    read = {each: sample.len() - _read_date(sample, each).null_count() for each in possible}
    needed = min(max(read.values(), default=0), (sample.len() + 1) // 2)
    return [each for each, count in read.items() if count >= max(1, needed)]


def sample_times(texts: pl.Series) -> pl.Series:
    """A sample of *texts* as times whose zones are not looked at, null where one is no time; for recognition only.

    Bare numbers are times only as epochs from 2001 to 2042 in seconds or milliseconds, or as days such as 20240131.
    """
    present = texts.drop_nulls()
    if present.len() and present.str.contains(r"^\d+$").all():
        if present.str.contains(EPOCH_SINCE_2001).all():
            scale = pl.when(texts.str.len_chars() > 10).then(1_000).otherwise(1_000_000)
            return pl.select((texts.cast(pl.Int64) * scale).cast(MICROSECONDS)).to_series()
        if not present.str.contains(DAY_NUMBER).all():
            return pl.Series(texts.name, [None] * texts.len(), dtype=MICROSECONDS)
    plain = _without_zone(texts)
    readings = [_read_date(plain, each) for each in fitting_formats(plain)]
    nothing = pl.Series(texts.name, [None] * texts.len(), dtype=MICROSECONDS)
    return min(readings, key=lambda reading: reading.null_count(), default=nothing)


def _read_date(texts: pl.Series, date_format: str) -> pl.Series:
    """Times whose date part is *date_format*, with any of the time formats; null where none fits."""
    if date_format in SHEET_EPOCHS:
        return _read_sheet_days(texts, SHEET_EPOCHS[date_format])
    reading: pl.Series | None = None
    for time_format in TIME_FORMATS:
        if reading is None or reading.null_count() == texts.len():
            reading = _read_as(texts, date_format + time_format)
        elif reading.null_count() > texts.null_count():
            rest = pl.select(pl.when(reading.is_null()).then(texts)).to_series()
            reading = reading.fill_null(_read_as(rest, date_format + time_format))
    assert reading is not None
    return reading


def _read_as(texts: pl.Series, date_format: str) -> pl.Series:
    if _has_clock(date_format):
        reading = texts.str.to_datetime(date_format, strict=False, time_unit="us", exact=True)
    else:
        reading = texts.str.to_date(date_format, strict=False).cast(MICROSECONDS)
    has_read = reading.null_count() < texts.len()
    return _whole_years(reading, texts) if has_read and "%Y" in date_format else reading


def _whole_years(reading: pl.Series, texts: pl.Series) -> pl.Series:
    """*reading* without the years that are written in fewer than four digits: 24 is no year, %y reads it as 2024."""
    year = reading.dt.year()
    if not (year < FIRST_PLAIN_YEAR).any():
        return reading
    written = pl.lit(year.cast(pl.String).str.zfill(4))
    is_whole = pl.lit(texts).str.contains(written, literal=True)
    return pl.select(pl.when(is_whole).then(reading)).to_series().rename(reading.name)


def _read_sheet_days(texts: pl.Series, epoch: date) -> pl.Series:
    """Days since *epoch* as a spreadsheet counts them, to the millisecond: more the fraction of a day does not tell."""
    spelled = pl.select(pl.when(texts.str.contains(SHEET_DAYS)).then(texts)).to_series()
    days = spelled.str.replace(",", ".", literal=True).cast(pl.Float64)
    micros = (days * (UNITS_US[0] // 1_000)).round().cast(pl.Int64) * 1_000
    since = int(pl.Series([epoch]).cast(MICROSECONDS).cast(pl.Int64)[0])
    return (micros + since).cast(MICROSECONDS).rename(texts.name)


def _has_clock(date_format: str) -> bool:
    return any(part in date_format for part in ("%H", "%I", "%T", "%R"))
