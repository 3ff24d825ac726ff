# SPDX-License-Identifier: Apache-2.0
"""The short way through an XES file: blocks of whole traces, split at their quotes by Polars.

Nearly every XES file consists of six kinds of tags, each written in one way: `<trace>`, `<event>`, their ends, and
attributes `<kind key="…" value="…"/>`. Where every tag of a block is one of these, they nest as the standard says,
nothing but blanks lies between them and every character is one that XML allows, then the block is well-formed and
means what it seems to. Where the proof fails anywhere (nested or list attributes, comments, CDATA, a DOCTYPE, other
quotes, another encoding than UTF-8, a limit met), the caller takes the long way through the XML parser, which also
words the errors. Both give the same rows.

Blocks are independent of each other but for the names of cases, so threads take them side by side.
"""

import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl
from numpy.typing import NDArray

from taktloom.mining.distinct import distinct
from taktloom.mining.logs.coded_texts import CodedTexts, code_texts

CUT = b"</trace>"
BLOCK_BYTES = 16 * 1024 * 1024
LONGEST_TRACE = 128 * 1024 * 1024
WORKERS = 2
TRACE, EVENT, EVENT_END, TRACE_END = range(4)
STRUCTURE = {"<trace": TRACE, "<event": EVENT, "</event": EVENT_END, "</trace": TRACE_END}
FOLLOWERS = {TRACE: (EVENT, TRACE_END), EVENT: (EVENT_END,), EVENT_END: (EVENT, TRACE_END), TRACE_END: (TRACE,)}
MOST_TEXTS, MOST_KEYS = 10_000, 1_000
TAG = re.compile(r"</?(?:trace|event)")
MARKUP = re.compile(
    r"(?P<end>[ \t\n\r]*/>)?(?P<tags>(?:[ \t\n\r]*</?(?:trace|event)[ \t\n\r]*>)*)[ \t\n\r]*"
    r"(?:<(?P<kind>string|date|int|float|boolean|id) key=)?"
)
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));|&")


class NotPlainError(ValueError):
    """The text is not of the kind that this module reads; the XML parser decides what it is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """Attributes of one level: per key the values by row, null where there is none. first: per key that some row with
    events has, that row and the number of the attribute."""

    values: dict[str, pl.Series]
    first: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TraceBlock:
    """Whole traces. trace_of: per event the number of its trace within the block. kinds: (is event's, key, kind)."""

    traces: int
    trace_of: NDArray[np.int64]
    of_traces: Columns
    of_events: Columns
    kinds: frozenset[tuple[bool, str, str]]
    longest: int


def split_head(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """What is before the first trace, and the bytes from there as far as they were read.

    Raises NotPlainError where no trace begins within a block's size.
    """
    head = b""
    for piece in pieces:
        head += piece
        if (begin := head.find(b"<trace>")) >= 0:
            return head[:begin], head[begin:]
        if len(head) > BLOCK_BYTES:
            break
    raise NotPlainError


def read_blocks(begun: bytes, pieces: Iterator[bytes]) -> Iterator[TraceBlock]:
    """The traces of the text *begun* + *pieces*, in order; raises NotPlainError, also after some blocks."""
    waiting: deque[Future[TraceBlock]] = deque()
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="xes") as pool:
        for text in _texts(begun, pieces):
            waiting.append(pool.submit(partial(read_block, text)))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _texts(begun: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    parts, size = [begun], len(begun)
    for piece in pieces:
        parts.append(piece)
        size += len(piece)
        if size < BLOCK_BYTES:
            continue
        text = b"".join(parts)
        end = text.rfind(CUT) + len(CUT)
        if end < len(CUT):
            if size > LONGEST_TRACE:
                raise NotPlainError
            parts = [text]
            continue
        yield text[:end]
        parts = [text[end:]]
        size = len(parts[0])
    rest = b"".join(parts)
    end = rest.rfind(CUT)
    end = 0 if end < 0 else end + len(CUT)
    if rest[end:].split() != [b"</log>"]:
        raise NotPlainError
    if end:
        yield rest[:end]


def read_block(text: bytes) -> TraceBlock:
    """The traces of *text*, which holds whole ones only; raises NotPlainError where that cannot be proved."""
    pieces = _pieces(text)
    between, keys, values = (pieces.gather_every(4, offset) for offset in (0, 1, 3))
    if pieces.len() % 4 != 1 or not (pieces.gather_every(4, 2) == " value=").all():
        raise NotPlainError
    texts = _Markup(code_texts([between]))
    structure, level = texts.structure, texts.level
    if (level == TRACE_END).any():
        raise NotPlainError  # an attribute of the log between traces
    coded = code_texts([keys])
    if coded.labels.len() > MOST_KEYS or coded.labels.str.contains(r"[&\t\n\r]").any():
        raise NotPlainError  # each key costs a look at all attributes
    of_event = level == EVENT
    kinds = pl.DataFrame({"event": of_event, "key": coded.codes, "text": texts.codes[:-1]}).unique()
    values = _values(values)
    events, traces = (np.cumsum(structure == code) - 1 for code in (EVENT, TRACE))
    trace_of, at = traces[structure == EVENT], texts.places
    has_events = np.bincount(trace_of, minlength=int(traces[-1]) + 1) > 0
    return TraceBlock(
        traces=int(traces[-1]) + 1,
        trace_of=trace_of,
        of_traces=_columns(coded, values, np.flatnonzero(~of_event), traces[at], has_events),
        of_events=_columns(coded, values, np.flatnonzero(of_event), events[at], np.ones(trace_of.size, dtype=np.bool_)),
        kinds=frozenset((event, coded.labels[key], texts.kinds[text]) for event, key, text in kinds.rows()),
        longest=int(np.max(values.str.len_chars().to_numpy(), initial=0)),
    )


def _pieces(text: bytes) -> pl.Series:
    """What is between the quotes: markup, key, ` value=`, value and so on, then the markup at the end."""
    letters = np.frombuffer(text, dtype=np.uint8)
    if (letters < 32).sum() != sum(text.count(each) for each in (b"\t", b"\n", b"\r")):
        raise NotPlainError
    if b"\xef\xbf\xbe" in text or b"\xef\xbf\xbf" in text:
        raise NotPlainError
    try:
        whole = pl.Series("text", [text], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.PolarsError as error:
        raise NotPlainError from error
    return whole.str.split('"').explode()


class _Markup:
    """The tags between the values: few different texts, each read once.

    kinds: by text code the kind of the attribute that it opens. structure: all tags but those of attributes, in order.
    places: per attribute the index of the last tag of `structure` before it; level: that tag.
    """

    def __init__(self, texts: CodedTexts) -> None:
        if texts.labels.len() > MOST_TEXTS:
            raise NotPlainError
        found = [MARKUP.fullmatch(label) for label in texts.labels.to_list()]
        if not all(found):
            raise NotPlainError
        tags = [[STRUCTURE[tag] for tag in TAG.findall(each["tags"])] for each in found if each]
        self.kinds = [each["kind"] for each in found if each]
        self.codes = texts.codes.to_numpy()
        self._require_ends([bool(each["end"]) for each in found if each])
        counts = np.array([len(each) for each in tags], dtype=np.int64)
        flat = np.array([code for each in tags for code in each], dtype=np.uint8)
        lengths = counts[self.codes]
        reached = np.cumsum(lengths)
        offset = np.repeat((np.cumsum(counts) - counts)[self.codes] - (reached - lengths), lengths)
        self.structure = flat[offset + np.arange(offset.size)]
        _require_nesting(self.structure)
        self.places = reached[:-1] - 1
        self.level = self.structure[self.places]

    def _require_ends(self, ends: list[bool]) -> None:
        """All but the first text end the attribute before, all but the last open one."""
        is_end, opens = np.array(ends), np.array([kind is not None for kind in self.kinds])
        first, last = self.codes[0], self.codes[-1]
        well = is_end[self.codes[1:]].all() and opens[self.codes[:-1]].all()
        if not well or is_end[first] or opens[last]:
            raise NotPlainError


def _require_nesting(structure: NDArray[np.uint8]) -> None:
    if structure.size == 0 or structure[0] != TRACE or structure[-1] != TRACE_END:
        raise NotPlainError
    allowed = np.zeros((4, 4), dtype=np.bool_)
    for before, after in FOLLOWERS.items():
        allowed[before, list(after)] = True
    if not allowed[structure[:-1], structure[1:]].all():
        raise NotPlainError


def _values(values: pl.Series) -> pl.Series:
    """The values with their references resolved and blanks made spaces, as XML wants it."""
    special = (values.str.contains("<", literal=True)).any()
    if special:
        raise NotPlainError
    marked = values.str.contains(r"[&\t\n\r]").arg_true()
    if marked.len() == 0:
        return values
    return values.scatter(marked, [_resolved(text) for text in values.gather(marked).to_list()])


def _resolved(text: str) -> str:
    spaced = text.replace("\r\n", " ").translate({9: " ", 10: " ", 13: " "})
    return REFERENCE.sub(_referred, spaced)


def _referred(found: re.Match[str]) -> str:
    name, decimal, hexadecimal = found.groups()
    if name:
        return NAMED[name]
    if decimal or hexadecimal:
        code = int(decimal) if decimal else int(hexadecimal, 16)
        if code in {9, 10, 13} or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000:
            return chr(code)
    raise NotPlainError


def _columns(
    keys: CodedTexts, values: pl.Series, tags: NDArray[np.int64], row_of: NDArray[np.int64], shown: NDArray[np.bool_]
) -> Columns:
    """The attributes at *tags*, by key; of a key's repetitions in a row the last holds. shown: by row."""
    code = keys.codes.to_numpy()[tags]
    columns: dict[str, pl.Series] = {}
    first: dict[str, tuple[int, int]] = {}
    for key in distinct(code).tolist():
        at = tags[code == key]
        rows = row_of[at]
        chosen = np.full(shown.size, -1, dtype=np.int64)
        chosen[rows] = at
        places = pl.Series(chosen)
        label = keys.labels[key]
        columns[label] = values.gather(places if (chosen >= 0).all() else places.replace(-1, None)).alias(label)
        if shown[rows].any():
            place = int(np.argmax(shown[rows]))
            first[label] = (int(rows[place]), int(at[place]))
    return Columns(values=columns, first=first)
