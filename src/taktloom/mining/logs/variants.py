# SPDX-License-Identifier: Apache-2.0
"""Variants: the distinct sequences of activities, found by one scan over the canonical order.

Each case gets a 64-bit hash of its sequence; cases of equal hash are then compared event by event with the first of
them, so that a collision cannot join two variants (it would only cost another round with other weights).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

SEPARATOR = "\x1f"
MIX = 0x9E3779B97F4A7C15
ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A sequence of activities and how many cases follow it. The id depends on the sequence alone."""

    id: str
    activities: tuple[str, ...]
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VariantTable:
    """Variants, most frequent first (ties: earliest first case). case_codes/case_variants: per case, ascending code,
    the index into `variants`."""

    variants: tuple[Variant, ...]
    case_codes: NDArray[np.uint32]
    case_variants: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.variants)


def variant_id(activities: Sequence[str]) -> str:
    """12 hexadecimal digits of the sequence's SHA-256: the same in every log and view."""
    return hashlib.sha256(SEPARATOR.join(activities).encode()).hexdigest()[:12]


def case_starts(case: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Index of each case's first row; *case* is sorted."""
    if case.size == 0:
        return np.empty(0, dtype=np.int64)
    changes = np.flatnonzero(case[1:] != case[:-1]) + 1
    return np.concatenate([np.zeros(1, dtype=np.int64), changes])


def tabulate_variants(case: NDArray[np.uint32], activity: NDArray[np.uint32], labels: Sequence[str]) -> VariantTable:
    """Variants of the rows (case, activity), sorted in canonical order; *labels* by activity code."""
    starts = case_starts(case)
    if starts.size == 0:
        return VariantTable(variants=(), case_codes=case[:0], case_variants=starts)
    lengths = np.diff(np.append(starts, case.size))
    group = _group_sequences(activity, starts, lengths)
    counts = np.bincount(group)
    first_case = np.full(counts.size, starts.size, dtype=np.int64)
    np.minimum.at(first_case, group, np.arange(starts.size))
    order = np.lexsort((first_case, -counts))
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    variants = []
    for index in order:
        begin = starts[first_case[index]]
        sequence = tuple(labels[code] for code in activity[begin : begin + lengths[first_case[index]]].tolist())
        variants.append(Variant(id=variant_id(sequence), activities=sequence, cases=int(counts[index])))
    return VariantTable(variants=tuple(variants), case_codes=case[starts], case_variants=rank[group])


def merge_variants(tables: Iterable[VariantTable]) -> VariantTable:
    """The table of a log from those of its parts, in the order of cases; no case is in two parts."""
    known: dict[str, int] = {}
    variants: list[Variant] = []
    codes, groups = [], []
    for table in tables:
        # in the order of first cases, which is how ties are ranked
        first = np.full(len(table), table.case_codes.size, dtype=np.int64)
        np.minimum.at(first, table.case_variants, np.arange(table.case_codes.size))
        number = np.empty(len(table), dtype=np.int64)
        for index in np.argsort(first, kind="stable").tolist():
            variant = table.variants[index]
            place = number[index] = known.setdefault(variant.id, len(known))
            if place == len(variants):
                variants.append(variant)
            else:
                variants[place] = replace(variant, cases=variants[place].cases + variant.cases)
        codes.append(table.case_codes)
        groups.append(number[table.case_variants])
    if not variants:
        return tabulate_variants(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.uint32), ())
    order = np.argsort(-np.array([variant.cases for variant in variants]), kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return VariantTable(
        variants=tuple(variants[index] for index in order.tolist()),
        case_codes=np.concatenate(codes),
        case_variants=rank[np.concatenate(groups)],
    )


def count_variants(parts: Iterable[tuple[NDArray[np.uint32], NDArray[np.uint32]]]) -> int:
    """How many variants the rows (case, activity) of *parts* have, without spelling them out; no case is in two parts.

    Variants are told apart by 128 bits: among a billion of them two would coincide by chance once in 10^20 logs.
    """
    known = pl.DataFrame(schema={"one": pl.UInt64, "other": pl.UInt64})
    for case, activity in parts:
        starts = case_starts(case)
        hashes = {name: _hash_cases(activity, starts, seed) for seed, name in enumerate(known.columns)}
        known = pl.concat([known, pl.DataFrame(hashes)]).unique()
    return known.height


def _hash_cases(activity: NDArray[np.uint32], starts: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """A hash per case of its sequence, made of some ten thousand rows at a time: what is between stays in the cache."""
    hashes = np.empty(starts.size, dtype=np.uint64)
    for begin, end, rows in _blocks(starts, activity.size):
        own = starts[begin:end] - rows.start
        offset = np.arange(rows.stop - rows.start) - np.repeat(own, np.diff(np.append(own, rows.stop - rows.start)))
        hashes[begin:end] = np.add.reduceat(_mix(activity[rows], offset, seed), own)
    return hashes


def _blocks(starts: NDArray[np.int64], size: int) -> Iterator[tuple[int, int, slice]]:
    """Cases in portions of some ten thousand rows: the first case, the one after the last, and their rows."""
    ends = np.append(starts[1:], size)
    begin = 0
    while begin < starts.size:
        end = max(begin + 1, int(np.searchsorted(ends, starts[begin] + ROWS_AT_ONCE, side="right")))
        yield begin, end, slice(int(starts[begin]), int(ends[end - 1]))
        begin = end


def _group_sequences(
    activity: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Group number per case, equal exactly when the sequences are equal."""
    for seed in range(8):
        hashes = _hash_cases(activity, starts, seed)
        _, first, group = np.unique(hashes, return_index=True, return_inverse=True)
        if _are_alike(activity, starts, lengths, first[group]):
            return group.astype(np.int64)
    return _group_slowly(activity, starts, lengths)


def _are_alike(
    activity: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int64], twin: NDArray[np.int64]
) -> bool:
    """Whether each case has the sequence of its *twin*, the number of another case."""
    if not np.array_equal(lengths, lengths[twin]):
        return False
    for begin, end, rows in _blocks(starts, activity.size):
        away = np.repeat(starts[twin[begin:end]] - starts[begin:end], lengths[begin:end])
        if not np.array_equal(activity[rows], activity[np.arange(rows.start, rows.stop) + away]):
            return False
    return True


def _mix(activity: NDArray[np.uint32], offset: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    """A well spread 64-bit value per (activity, place in the case): the splitmix64 finaliser."""
    begin = np.uint64((seed + 1) * MIX % 2**64)
    value = (offset.astype(np.uint64) << np.uint64(32)) + activity.astype(np.uint64) + begin
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def mix_codes(codes: NDArray[np.uint32], seed: int) -> NDArray[np.uint64]:
    """A number per code, the same on every machine: no two codes share one, and each seed spreads them anew."""
    return _mix(codes, np.zeros(codes.size, dtype=np.int64), seed)


def _group_slowly(
    activity: NDArray[np.uint32], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    known: dict[bytes, int] = {}
    groups = [
        known.setdefault(activity[begin : begin + length].tobytes(), len(known))
        for begin, length in zip(starts.tolist(), lengths.tolist(), strict=True)
    ]
    return np.array(groups, dtype=np.int64)
