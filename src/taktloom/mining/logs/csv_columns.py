# SPDX-License-Identifier: Apache-2.0
"""What the columns of a plain CSV file are made into, block by block, while it is read for the only time.

Which columns are wanted how is told by the mapping and a look at the first rows: parts of an event and attributes of
few different texts become codes, times instants, numbers numbers, and case ids that are numbers after one and the same
beginning their numbers. Nothing is decided by the look: a column that turns out otherwise (a text among numbers, times
of two spellings) is not ready then and is read again as it stands.

Cells are read as they lie in the block (`csv_cells`, `cell_dictionary`); columns of a block that are spelled otherwise
than those can read are split by Polars, with the same result.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import polars as pl

from taktloom.mining.logs.attributes import exact_numbers
from taktloom.mining.logs.cell_dictionary import CellDictionary
from taktloom.mining.logs.coded_texts import CodedTexts, Dictionary
from taktloom.mining.logs.csv_blocks import Block, PlainRows
from taktloom.mining.logs.csv_cells import (
    LONGEST_NUMBER,
    PADDING,
    Cells,
    NumberedTexts,
    exact_cells,
    numbered_texts,
    plain_times,
)
from taktloom.mining.logs.errors import DateFormatNeededError, TimeZoneNeededError
from taktloom.mining.logs.mapping import AttributeType, ColumnMapping
from taktloom.mining.logs.side_by_side import each_side_by_side
from taktloom.mining.logs.staging import ReadyColumns
from taktloom.mining.logs.times import ClockRules, ParsedTimes, join_times, parse_times, place_plain_times

FEW = 0.2  # of the first rows: a column with fewer different texts is read as categories at once
MANY = 0.5  # with more of them a dictionary only costs
LOOKED_AT = 1_000
Joined = TypeVar("Joined")
SPARSE = 4  # numbers that might be, for each that is, are worth a table


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The columns of one block, by stored name; None where it is not what was expected."""

    codes: Mapping[str, pl.Series]
    numbered: Mapping[str, NumberedTexts | None]
    times: Mapping[str, ParsedTimes | None]
    numbers: Mapping[str, pl.Series | None]


@dataclass(slots=True, kw_only=True)
class ColumnPlan:
    """coded: stored column to the dictionary it is coded by. at_once: those whose cells are looked up as they lie.
    numbered: stored column to the beginning of all its texts."""

    rules: ClockRules
    coded: dict[str, Dictionary] = field(default_factory=dict)
    at_once: dict[str, CellDictionary] = field(default_factory=dict)
    numbered: dict[str, str] = field(default_factory=dict)
    times: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)

    def make(self, block: Block) -> _Block:
        """The columns of one block."""
        cells = block.cells
        codes = {name: known.code(cells, _place(name)) for name, known in self.at_once.items()}
        times = {name: _plain_times(cells, _place(name), self.rules) for name in self.times}
        numbers = {name: exact_cells(cells, _place(name)) for name in self.numbers}
        lacking = [name for found in (codes, times, numbers) for name, each in found.items() if each is None]
        lacking += [name for name in self.coded if name not in self.at_once]
        frame = block.frame(self._schema(block), lacking) if lacking else pl.DataFrame()
        return _Block(
            codes={
                name: dictionary.code(frame[name]) if (each := codes.get(name)) is None else each
                for name, dictionary in self.coded.items()
            },
            numbered={
                name: numbered_texts(cells, _place(name), beginning.encode())
                for name, beginning in self.numbered.items()
            },
            times={name: _times(frame[name], self.rules) if each is None else each for name, each in times.items()},
            numbers={name: exact_numbers(frame[name]) if each is None else each for name, each in numbers.items()},
        )

    def _schema(self, block: Block) -> dict[str, pl.DataType]:
        """Texts; categories for what is looked up at once but has too many labels, or too long ones."""
        return block.text.schema | {
            name: self.coded[name].dtype for name in self.at_once if name not in self.times | self.numbers
        }

    def gather(self, found: PlainRows[_Block], name_of: Mapping[str, str]) -> ReadyColumns:
        """The columns of all blocks by their names in the source; *name_of*: by stored name."""
        blocks = found.made

        def texts(name: str) -> CodedTexts:
            return self.coded[name].together([block.codes[name] for block in blocks])

        def numbered(name: str) -> CodedTexts | None:
            return _join_numbered([block.numbered[name] for block in blocks], self.numbered[name])

        def times(name: str) -> ParsedTimes | None:
            return _joined([block.times[name] for block in blocks])

        def numbers(name: str) -> pl.Series | None:
            return _numbers([block.numbers[name] for block in blocks])

        return ReadyColumns(
            texts=_each(texts, self.coded, name_of) | _each(numbered, self.numbered, name_of),
            times=_each(times, self.times, name_of),
            numbers=_each(numbers, self.numbers, name_of),
        )


def _each(join: Callable[[str], Joined | None], names: Iterable[str], name_of: Mapping[str, str]) -> dict[str, Joined]:
    """What *join* gives by column, those of which it gives something."""
    wanted = list(names)
    found = zip(wanted, each_side_by_side(join, wanted), strict=True)
    return {name_of[name]: each for name, each in found if each is not None}


def plan_columns(
    mapping: ColumnMapping | None, stored: Mapping[str, str], head: pl.DataFrame, rules: ClockRules
) -> ColumnPlan:
    """How to read the columns. stored: source column to its name in *head*, the first rows; no mapping: nothing."""
    plan = ColumnPlan(rules=rules)
    if mapping is None:
        return plan
    head = head.head(LOOKED_AT)
    parts = (mapping.case, mapping.activity, mapping.resource, mapping.role, mapping.lifecycle, mapping.instance)
    for name in {stored[part] for part in parts if part is not None and part in stored}:
        plan.coded[name] = Dictionary()
    plan.times = {stored[part] for part, clock in mapping.time_columns() if clock is None and part in stored}
    for attribute in mapping.attributes:
        name = stored.get(attribute.source, "")
        if not name or name in plan.coded:
            continue
        varied = _variety(head[name])
        if varied > FEW and attribute.type is AttributeType.AUTO and exact_numbers(head[name]) is not None:
            plan.numbers.add(name)
        elif varied <= MANY:
            plan.coded[name] = Dictionary()
    case = stored.get(mapping.case, "")
    for name in list(plan.coded):
        beginning = _beginning(head[name])
        if name != case and _variety(head[name]) <= FEW:
            plan.at_once[name] = CellDictionary(plan.coded[name])
        elif beginning is not None:
            plan.numbered[name] = beginning
            del plan.coded[name]
    return plan


def _place(name: str) -> int:
    """The column of a stored name."""
    return int(name[1:])


def _beginning(texts: pl.Series) -> str | None:
    """What comes before the number in all *texts*; None where they are not such."""
    if texts.len() == 0 or texts.null_count():
        return None
    beginning = str(texts[0]).rstrip("0123456789")
    numbers = texts.str.strip_prefix(beginning)
    are_such = texts.str.starts_with(beginning).all() and numbers.str.contains(rf"^[0-9]{{1,{LONGEST_NUMBER}}}$").all()
    return beginning if are_such and len(beginning.encode()) <= PADDING else None


def _variety(texts: pl.Series) -> float:
    return texts.n_unique() / max(1, texts.len())


def _plain_times(cells: Cells, column: int, rules: ClockRules) -> ParsedTimes | None:
    wall = None if rules.date_format is not None else plain_times(cells, column)
    if wall is None:
        return None
    try:
        return place_plain_times(wall, rules)
    except TimeZoneNeededError:
        return None


def _times(values: pl.Series, rules: ClockRules) -> ParsedTimes | None:
    try:
        return parse_times(values, rules)
    except (DateFormatNeededError, TimeZoneNeededError):
        return None


def _joined(found: list[ParsedTimes | None]) -> ParsedTimes | None:
    known = [each for each in found if each is not None]
    return join_times(known) if len(known) == len(found) else None


def _numbers(found: list[pl.Series | None]) -> pl.Series | None:
    """One column: whole numbers where all are, else floats; None where a block holds others, or none holds any."""
    known = [each for each in found if each is not None]
    kinds = {each.dtype for each in known} - {pl.Null()}
    if len(known) < len(found) or not kinds:
        return None
    wanted = pl.Int64() if kinds == {pl.Int64()} else pl.Float64()
    return pl.concat([each.cast(wanted) for each in known], rechunk=True)


def _join_numbered(found: list[NumberedTexts | None], beginning: str) -> CodedTexts | None:
    """One column; None where a block holds others, or where noughts at the beginning make numbers ambiguous."""
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    width = max(each.longest for each in known) if any(each.has_noughts for each in known) else 0
    if width and min(each.shortest for each in known) < width:
        return None
    values = np.concatenate([each.values for each in known])
    low, high = int(values.min()), int(values.max())
    if high - low <= SPARSE * values.size:
        values -= values.dtype.type(low)
        numbers = pl.int_range(low, high + 1, dtype=pl.Int64(), eager=True)
    else:
        different, values = np.unique(values, return_inverse=True)
        numbers = pl.Series(different).cast(pl.Int64)
    labels = (beginning + numbers.cast(pl.String).str.zfill(width)).rename("")
    return CodedTexts(codes=pl.Series(values.astype(np.uint32, copy=False)), labels=labels)
