# SPDX-License-Identifier: Apache-2.0
"""The cells of a block of plain CSV as places in its bytes, and what numpy makes of whole columns of them at once.

No cell becomes a text of its own: a word of eight bytes is fetched for every row where the cell begins or ends, and
whole columns of such words are compared, masked and computed with. Digits are read eight at a time (Lemire,
"Quickly parsing eight digits", 2018). Each function says None where a cell is not spelled as it reads; the caller has
the slower way for that.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.logs.attributes import NUMBER_TEXT

PADDING = 32  # bytes before and after a block, so that words may be fetched at its edges
WORD = 8
MOST_WORDS = 4
NEW_LINE, RETURN, QUOTE, DOT, MINUS, ZERO = (ord(letter) for letter in '\n\r".-0')
EXACT_DIGITS = 15  # a whole number of so many digits, and its quotient by a power of ten, is the nearest float
MOST_DIGITS = 18  # as one whole number of 64 bits
HAS_LONG_FLOATS = bool(np.finfo(np.longdouble).nmant == 63)
LONGEST_NUMBER = 16
STRANGE = 16  # of so many cells one may be read by itself
DAY_US = 86_400_000_000
TIME_LENGTH = 19
Words = NDArray[np.uint64]
Places = NDArray[np.int64]
Numbers = NDArray[np.int64] | NDArray[np.float64]


def _every(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


# [k][length]: what of the k-th word belongs to a cell of that length; the first byte is the lowest
OF_WORD: Words = np.array(
    [[(1 << 8 * min(max(length - WORD * k, 0), WORD)) - 1 for length in range(PADDING + 1)] for k in range(MOST_WORDS)],
    dtype=np.uint64,
)
# [length]: what of the last eight bytes belongs to a cell of that length
OF_END: Words = np.array(
    [(2**64 - 1) ^ ((1 << 8 * (WORD - min(length, WORD))) - 1) for length in range(PADDING + 1)], dtype=np.uint64
)
POWERS: NDArray[np.int64] = 10 ** np.arange(MOST_DIGITS + 1, dtype=np.int64)


class Room:
    """The memory for what `find_cells` makes of block after block: to fetch it anew costs more than the work in it."""

    def __init__(self) -> None:
        self._masks = np.empty((2, 0), dtype=np.bool_)
        self._places = np.empty((3, 0), dtype=np.int64)

    def masks(self, letters: int) -> NDArray[np.bool_]:
        """Two flags for each of *letters*."""
        if self._masks.shape[1] < letters:
            self._masks = np.empty((2, letters + letters // 8), dtype=np.bool_)
        return self._masks[:, :letters]

    def places(self, columns: int, rows: int) -> Places:
        """Three numbers by column and row."""
        if self._places.shape[1] < columns * rows:
            self._places = np.empty((3, columns * rows + columns * rows // 8), dtype=np.int64)
        return self._places[:, : columns * rows].reshape(3, columns, rows)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cells:
    """Where the cells are: begins and ends by column and row, in `letters`, which has PADDING on both sides, and the
    bytes between. They hold until their room is used again."""

    letters: NDArray[np.uint8]
    begins: Places
    ends: Places
    lengths: Places

    @property
    def rows(self) -> int:
        """How many rows."""
        return int(self.begins.shape[1])

    @cached_property
    def _words(self) -> Words:
        """The eight bytes from each byte on."""
        return np.ndarray((self.letters.size - WORD + 1,), dtype="<u8", buffer=self.letters.data, strides=(1,))

    @cached_property
    def _stretches(self) -> "np.ndarray[tuple[int], np.dtype[np.void]]":
        size = MOST_WORDS * WORD
        return np.ndarray((self.letters.size - size + 1,), dtype=f"V{size}", buffer=self.letters.data, strides=(1,))

    def words_at(self, places: Places) -> Words:
        """The eight bytes from each of *places* on."""
        return self._words[places]

    def stretches_at(self, places: Places) -> Words:
        """The MOST_WORDS words from each of *places* on, by place: fetched as quickly as one."""
        return self._stretches[places].view("<u8").reshape(-1, MOST_WORDS)

    def words_of(self, column: int) -> list[Words] | None:
        """The cells of a column as words, zero after their end; None where one is longer than four."""
        lengths = self.lengths[column]
        longest = int(lengths.max(initial=0))
        if longest > MOST_WORDS * WORD:
            return None
        found = self.stretches_at(self.begins[column])
        return [found[:, k] & OF_WORD[k][lengths] for k in range(max(1, -(-longest // WORD)))]

    def text(self, begin: int, end: int) -> str:
        """The bytes from one place to another as text."""
        return self.letters[begin:end].tobytes().decode()


def find_cells(letters: NDArray[np.uint8], delimiter: int, columns: int, room: Room | None = None) -> Cells | None:
    """The cells of whole lines, each with its end; None unless each has *columns* of them and the bytes are UTF-8.

    Quotes around a cell are no part of it; with any other quote there is None.

    letters: the lines with PADDING bytes of 0 on both sides.
    """
    if letters.max(initial=0) > 127 and not _is_utf8(letters):
        return None
    room = room or Room()
    is_end, is_mark = room.masks(letters.size)
    np.equal(letters, NEW_LINE, out=is_end)
    np.equal(letters, delimiter, out=is_mark)
    is_mark |= is_end
    places = np.flatnonzero(is_mark)
    rows = int(np.count_nonzero(is_end))
    if places.size != rows * columns:
        return None
    begins, ends, lengths = room.places(columns, rows)
    ends[:] = places.reshape(rows, columns).T
    if not (letters[ends[-1]] == NEW_LINE).all():
        return None
    np.add(ends[:-1], 1, out=begins[1:])
    begins[0, :1] = PADDING
    np.add(ends[-1, :-1], 1, out=begins[0, 1:])
    ends[-1] -= letters[ends[-1] - 1] == RETURN
    quotes = int(np.count_nonzero(np.equal(letters, QUOTE, out=is_mark)))
    if quotes and not _unquote(letters, begins, ends, quotes):
        return None
    np.subtract(ends, begins, out=lengths)
    return Cells(letters=letters, begins=begins, ends=ends, lengths=lengths)


def _unquote(letters: NDArray[np.uint8], begins: Places, ends: Places, quotes: int) -> bool:
    """Take the quotes around cells away; False where others than those are among all *quotes*.

    A cell that begins with a quote ends at the next one. If that is always the last letter before the delimiter, and
    no quote is left over, then none of them holds a delimiter, an end of line or a quote.
    """
    is_quoted = letters[begins] == QUOTE
    if 2 * int(np.count_nonzero(is_quoted)) != quotes:
        return False
    if (is_quoted & ((ends - begins < 2) | (letters[ends - 1] != QUOTE))).any():
        return False
    begins += is_quoted
    ends -= is_quoted
    return True


def _is_utf8(letters: NDArray[np.uint8]) -> bool:
    try:
        str(letters.data, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _digits(cells: Cells, begins: Places, ends: Places) -> NDArray[np.int64] | None:
    """Whole numbers of 1 to 16 digits from *begins* to *ends*; None where there is anything else."""
    lengths = ends - begins
    if lengths.min(initial=1) < 1 or (longest := int(lengths.max(initial=1))) > LONGEST_NUMBER:
        return None
    values = _eight_digits(cells.words_at(ends - WORD), OF_END[lengths])
    if longest > WORD and values is not None:
        upper = _eight_digits(cells.words_at(ends - 2 * WORD), OF_END[np.maximum(lengths - WORD, 0)])
        values = None if upper is None else values + upper * 100_000_000
    return values


def _eight_digits(words: Words, kept: Words) -> NDArray[np.int64] | None:
    """The numbers that end with *words*; *kept*: which of the bytes count, the others are as good as a nought."""
    digits = (words ^ _every(ZERO)) & kept
    if ((digits | (digits + _every(6))) & _every(0xF0)).any():
        return None
    return _value(digits).view(np.int64)


def _value(digits: Words) -> Words:
    pairs = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return (fours * np.uint64(10_000) + (fours >> np.uint64(32))) & np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberedTexts:
    """Texts that are one and the same beginning and a whole number, as case ids often are. shortest, longest: digits;
    has_noughts: some number begins with a nought that is not all of it."""

    values: NDArray[np.unsignedinteger[Any]]
    shortest: int
    longest: int
    has_noughts: bool


def numbered_texts(cells: Cells, column: int, beginning: bytes) -> NumberedTexts | None:
    """The numbers after *beginning* (at most 32 bytes) in the cells of a column."""
    lengths = cells.lengths[column] - len(beginning)
    if lengths.size == 0 or lengths.min() < 1:
        return None
    begins, ends = cells.begins[column], cells.ends[column]
    for k in range(-(-len(beginning) // WORD)):
        part = beginning[k * WORD : (k + 1) * WORD]
        wanted, kept = np.uint64(int.from_bytes(part, "little")), OF_WORD[0][len(part)]
        if ((cells.words_at(begins + k * WORD) & kept) != wanted).any():
            return None
    begins = begins + len(beginning)
    values = _digits(cells, begins, ends)
    if values is None:
        return None
    has_noughts = bool(((cells.letters[begins] == ZERO) & (lengths > 1)).any())
    narrow: NDArray[np.unsignedinteger[Any]] = values.astype(np.min_scalar_type(int(values.max())))
    return NumberedTexts(
        values=narrow, shortest=int(lengths.min()), longest=int(lengths.max()), has_noughts=has_noughts
    )


def exact_cells(cells: Cells, column: int) -> pl.Series | None:
    """What `exact_numbers` gives for the cells of a column; None where that is None, or many have too many digits."""
    begins, ends, is_there = cells.begins[column], cells.ends[column], cells.lengths[column] > 0
    if is_there.all():
        numbers = _exact_numbers(cells, begins, ends)
        return None if numbers is None else pl.Series(numbers)
    numbers = _exact_numbers(cells, begins[is_there], ends[is_there])
    if numbers is None or numbers.size == 0:
        return None
    values = np.zeros(begins.size, dtype=numbers.dtype)
    values[is_there] = numbers
    return pl.Series(values).set(pl.Series(~is_there), None)


def _exact_numbers(cells: Cells, begins: Places, ends: Places) -> Numbers | None:
    """The numbers of cells that are not empty: of the short ones at once, of the long ones step by step."""
    most_strange = begins.size // STRANGE + 1
    is_long = ends - begins > LONGEST_NUMBER
    if not is_long.any():
        short = _short_numbers(cells, begins, ends, are_floats=False)
        return _any_numbers(cells, begins, ends, most_strange) if short is None else short
    short = _short_numbers(cells, begins[~is_long], ends[~is_long], are_floats=True)
    if short is None:
        return _any_numbers(cells, begins, ends, most_strange)
    long = _any_numbers(cells, begins[is_long], ends[is_long], most_strange)  # floats: whole ones are read elsewhere
    if long is None:
        return None
    values = np.empty(begins.size)
    values[~is_long], values[is_long] = short, long
    return values


def _any_numbers(cells: Cells, begins: Places, ends: Places, most_strange: int) -> Numbers | None:
    """The numbers of cells that are not empty, so many of which may be read by themselves."""
    after = _after_dot(cells, begins, ends)
    is_usual = (ends - begins <= LONGEST_NUMBER) | (after >= 0)
    if is_usual.all():
        return _numbers(cells, begins, ends, after)
    strange = np.flatnonzero(~is_usual)
    others = _strange_numbers([cells.text(begins[row], ends[row]) for row in strange[:most_strange]])
    numbers = _numbers(cells, begins[is_usual], ends[is_usual], after[is_usual])
    if numbers is None or others is None or others.size < strange.size:
        return None
    values = np.empty(begins.size)
    values[is_usual], values[strange] = numbers, others
    return values


def _short_numbers(cells: Cells, begins: Places, ends: Places, *, are_floats: bool) -> Numbers | None:
    """What `_numbers` gives where no cell is longer than LONGEST_NUMBER, no float has more than EXACT_DIGITS, and no
    dot more than seven after it; None for any others. are_floats: whole ones are floats too.

    The dot is taken out of the last eight bytes, so that all digits are read as one whole number.
    """
    is_negative = cells.letters[begins] == MINUS
    begins = begins + is_negative
    lengths = ends - begins
    longest = int(lengths.max(initial=0))
    if lengths.min(initial=1) < 1 or longest > LONGEST_NUMBER:
        return None
    last = cells.words_at(ends - WORD)
    dots = _dots(last, OF_END[lengths])
    has_dot = dots != 0
    below = (dots >> np.uint64(7)) - np.uint64(1)  # the bytes before the dot, all where there is none
    decimals = np.maximum(WORD - 1 - (np.bitwise_count(below) >> 3).view(np.int8), 0)
    digits = lengths - has_dot
    is_long_nought = (cells.letters[begins] == ZERO) & (digits - decimals > 1)
    if is_long_nought.any() or (digits - decimals < 1).any() or (has_dot & (decimals == 0)).any():
        return None
    above = ~(below | (dots >> np.uint64(7)) * np.uint64(0xFF))
    without = (last & above) | ((last & below) << (has_dot.view(np.uint8) * np.uint64(WORD)))
    values = _eight_digits(without, OF_END[np.minimum(lengths, WORD) - has_dot])
    if longest > WORD and values is not None:
        upper = _eight_digits(cells.words_at(ends - 2 * WORD), OF_END[np.maximum(lengths - WORD, 0)])
        values = None if upper is None else values + upper * POWERS[WORD - has_dot.view(np.int8)]
    if values is None:
        return None
    if not (are_floats or has_dot.any()):
        return np.where(is_negative, -values, values) if is_negative.any() else values
    if digits.max(initial=0) > EXACT_DIGITS:
        return None
    floats: NDArray[np.float64] = values / POWERS[decimals]
    return np.where(is_negative, -floats, floats) if is_negative.any() else floats


def _strange_numbers(texts: list[str]) -> NDArray[np.float64] | None:
    """Numbers one by one; None where one is not spelled as a float."""
    are_floats = all(
        re.fullmatch(NUMBER_TEXT, text, re.ASCII) and ("." in text or "e" in text.lower()) for text in texts
    )
    return np.array([float(text) for text in texts]) if are_floats else None


def _numbers(cells: Cells, begins: Places, ends: Places, after: Places) -> Numbers | None:
    """Whole numbers where all are, else floats; None where one is spelled otherwise or has too many digits.

    after: of `_after_dot`.
    """
    from_sign, is_negative = begins, cells.letters[begins] == MINUS
    begins = begins + is_negative
    has_dot = after >= 0
    dots = np.where(has_dot, ends - after - 1, ends)
    whole = _digits(cells, begins, dots)
    if whole is None or (after == 0).any() or ((cells.letters[begins] == ZERO) & (dots - begins > 1)).any():
        return None
    if not has_dot.any():
        return np.where(is_negative, -whole, whole)
    decimals = np.maximum(after, 0)
    part = _digits(cells, np.where(has_dot, dots + 1, begins), ends)  # of a number without, itself, and not used
    digits = dots - begins + decimals
    if part is None or digits.max() > MOST_DIGITS:
        return None
    units = whole * POWERS[decimals] + np.where(has_dot, part, 0)
    values = units / POWERS[decimals]
    long = np.flatnonzero(digits > EXACT_DIGITS)
    values[long], is_doubtful = _nearest(units[long], POWERS[decimals[long]])
    values = np.where(is_negative, -values, values)
    for row in long[is_doubtful].tolist():
        values[row] = float(cells.text(from_sign[row], ends[row]))
    return values


def _nearest(units: NDArray[np.int64], powers: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The floats nearest to the quotients, and which are doubtful.

    A quotient of the processor's 64 binary digits is the nearest such, and so is the float nearest to it, but where it
    lies in the middle of two floats: then it depends on what was rounded away. Elsewhere than on x86 all are doubtful.
    """
    quotients = units.astype(np.longdouble) / powers.astype(np.longdouble)
    values = quotients.astype(np.float64)
    if not HAS_LONG_FLOATS:
        return values, np.ones(values.size, dtype=np.bool_)
    return values, (quotients.view(np.uint64)[::2] & np.uint64(0x7FF)) == 0x400


def _after_dot(cells: Cells, begins: Places, ends: Places) -> Places:
    """How many bytes follow the last dot among the last sixteen of a cell, -1 where there is none.

    A dot elsewhere is no digit, and is found by who reads the digits.
    """
    lengths = np.minimum(ends - begins, LONGEST_NUMBER)
    after = _after_dot_of(cells.words_at(ends - WORD), OF_END[lengths])
    if lengths.max(initial=0) > WORD:
        before = _after_dot_of(cells.words_at(ends - 2 * WORD), OF_END[np.maximum(lengths - WORD, 0)])
        after = np.where((after < 0) & (before >= 0), before + WORD, after)
    return after


def _dots(words: Words, kept: Words) -> Words:
    """The highest bit of each byte that is a dot, of those *kept*."""
    differs = (words ^ _every(DOT)) | ~kept
    return ~(((differs & _every(0x7F)) + _every(0x7F)) | differs) & _every(0x80)  # exact: no carry between bytes


def _after_dot_of(words: Words, kept: Words) -> Places:
    below = _dots(words, kept)
    for shift in (1, 2, 4, 8, 16, 32):
        below = below | (below >> np.uint64(shift))
    until_dot: Places = (np.bitwise_count(below) // 8).astype(np.int64)
    return np.where(until_dot > 0, WORD - until_dot, -1)


def plain_times(cells: Cells, column: int) -> NDArray[np.int64] | None:
    """Microseconds since 1970 on the wall of cells that are all spelled `2024-01-31 08:00:00`, with blank or T."""
    begins, lengths = cells.begins[column], cells.lengths[column]
    if lengths.size == 0 or lengths.min() != TIME_LENGTH or lengths.max() != TIME_LENGTH:
        return None
    blank = bytes(cells.letters[begins[:1] + 10])
    if blank not in {b" ", b"T"}:
        return None
    words = cells.stretches_at(begins)
    date, clock = _pairs(words[:, 0], b"0000-00-"), _pairs(words[:, 1], b"00" + blank + b"00:00")
    end = _pairs(words[:, 2] & OF_WORD[0][TIME_LENGTH - 2 * WORD], b":00")
    if date is None or clock is None or end is None:
        return None
    month_number = (_byte(date, 0) * 100 + _byte(date, 2)) * 12 + _byte(date, 5) - 1
    month, day = _byte(date, 5), _byte(clock, 0)
    hour, minute, second = _byte(clock, 3), _byte(clock, 6), _byte(end, 1)
    months = _months()
    if ((month < 1) | (month > 12) | (hour > 23) | (minute > 59) | (second > 59)).any():
        return None
    first = months[month_number]
    if ((day < 1) | (day > months[month_number + 1] - first)).any():
        return None
    seconds = (hour * 60 + minute) * 60 + second
    times: NDArray[np.int64] = (first + day - 1) * DAY_US + seconds * 1_000_000
    return times


def _pairs(words: Words, spelling: bytes) -> Words | None:
    """Digits where *spelling* has noughts, the same bytes elsewhere: at the first byte of two digits their value."""
    digits = words ^ np.uint64(int.from_bytes(spelling, "little"))
    is_digit = bytes(each == ZERO for each in spelling.ljust(WORD, b"\0"))
    six = np.uint64(int.from_bytes(bytes(6 * each for each in is_digit), "little"))
    wrong = np.uint64(int.from_bytes(bytes(0xF0 if each else 0xFF for each in is_digit), "little"))
    if ((digits | (digits + six)) & wrong).any():
        return None
    return digits * np.uint64(10) + (digits >> np.uint64(8))


def _byte(words: Words, place: int) -> NDArray[np.int64]:
    return ((words >> np.uint64(8 * place)) & np.uint64(0xFF)).view(np.int64)


@lru_cache(maxsize=1)
def _months() -> NDArray[np.int64]:
    """Days from 1970 to the first of each month, of the years 0 to 9999 and one month more."""
    return np.arange("0000-01", "10000-02", dtype="datetime64[M]").astype("datetime64[D]").astype(np.int64)
