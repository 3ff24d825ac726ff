# SPDX-License-Identifier: Apache-2.0
"""What the columns of a plain CSV file are made into, block by block, while it is read for the only time.

Which columns are wanted how is told by the mapping and a look at the first rows: parts of an event and attributes of
few different texts become codes, times instants, numbers numbers. Nothing is decided by the look: a column that turns
out otherwise (a text among numbers, times of two spellings) is not ready then and is read again as it stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from taktloom.mining.logs.attributes import exact_numbers
from taktloom.mining.logs.coded_texts import Dictionary
from taktloom.mining.logs.csv_blocks import PlainRows
from taktloom.mining.logs.errors import DateFormatNeededError, TimeZoneNeededError
from taktloom.mining.logs.mapping import AttributeType, ColumnMapping
from taktloom.mining.logs.staging import ReadyColumns
from taktloom.mining.logs.times import ClockRules, ParsedTimes, join_times, parse_times

FEW = 0.2  # of the first rows: a column with fewer different texts is read as categories at once
MANY = 0.5  # with more of them a dictionary only costs
LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """The columns of one block, by stored name; None where it is not what was expected."""

    codes: Mapping[str, pl.Series]
    times: Mapping[str, ParsedTimes | None]
    numbers: Mapping[str, pl.Series | None]


@dataclass(slots=True, kw_only=True)
class ColumnPlan:
    """coded: stored column to the dictionary it is coded by. at_once: those read as categories by the splitter."""

    rules: ClockRules
    coded: dict[str, Dictionary] = field(default_factory=dict)
    at_once: set[str] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)

    def schema(self, texts: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
        """*texts* with categories for what is coded at once."""
        return {name: self.coded[name].dtype if name in self.at_once else dtype for name, dtype in texts.items()}

    def make(self, frame: pl.DataFrame) -> _Block:
        """The columns of one block."""
        return _Block(
            codes={name: dictionary.code(frame[name]) for name, dictionary in self.coded.items()},
            times={name: _times(frame[name], self.rules) for name in self.times},
            numbers={name: exact_numbers(frame[name]) for name in self.numbers},
        )

    def gather(self, found: PlainRows[_Block], name_of: Mapping[str, str]) -> ReadyColumns:
        """The columns of all blocks by their names in the source; *name_of*: by stored name."""
        blocks = found.made
        texts = {
            name_of[name]: dictionary.together([block.codes[name] for block in blocks])
            for name, dictionary in self.coded.items()
        }
        times = {name_of[name]: _joined([block.times[name] for block in blocks]) for name in self.times}
        numbers = {name_of[name]: _numbers([block.numbers[name] for block in blocks]) for name in self.numbers}
        return ReadyColumns(
            texts=texts,
            times={name: each for name, each in times.items() if each is not None},
            numbers={name: each for name, each in numbers.items() if each is not None},
        )


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
    times = (mapping.timestamp, mapping.start_timestamp)
    plan.times = {stored[part] for part in times if part is not None and part in stored}
    for attribute in mapping.attributes:
        name = stored.get(attribute.source, "")
        if not name or name in plan.coded:
            continue
        varied = _variety(head[name])
        if varied > FEW and attribute.type is AttributeType.AUTO and exact_numbers(head[name]) is not None:
            plan.numbers.add(name)
        elif varied <= MANY:
            plan.coded[name] = Dictionary()
    read_as_texts = plan.times | plan.numbers | {stored.get(mapping.case, "")}
    plan.at_once = {name for name in plan.coded if name not in read_as_texts and _variety(head[name]) <= FEW}
    return plan


def _variety(texts: pl.Series) -> float:
    return texts.n_unique() / max(1, texts.len())


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
