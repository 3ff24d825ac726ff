# SPDX-License-Identifier: Apache-2.0
"""XES to staged rows, streaming: one trace is in memory at a time, rows go out in batches.

What XML is accepted is decided by `formats.xml_reader`. A trace is a case, whatever its name: traces without name are
numbered, repeated names told apart. Nested attributes and those of containers become `parent.child`. Lists become JSON
texts: an array of `[key, value]`, or `[key, value, [what is nested in it]]`. Global
attributes declare what every event has; their values are for newly made events and are not filled in.
Source: IEEE 1849-2016, clause 4 (metamodel) and 5 (XML serialisation).
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import polars as pl
from lxml import etree

from taktloom.formats.xml_reader import DOCTYPE, XmlError, iterate_records
from taktloom.mining.logs.encodings import Digest, RawBytes, unpacked_chunks
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.mapping import AttributeLevel
from taktloom.mining.logs.staging import Staging
from taktloom.mining.logs.xes_columns import (
    CASE_NAME,
    CASE_PREFIX,
    XES_TYPES,
    CaseNames,
    ColumnTypes,
    StagedRows,
    xes_levels,
)
from taktloom.mining.logs.xes_plain import stage_plain_xes
from taktloom.model.places import Place

BATCH_ROWS = 50_000
SAMPLE_ROWS = 1_000
DEEPEST = 16
PIECE_BYTES = 64 * 1024

HOLDERS = frozenset((*XES_TYPES, "container"))

Row = dict[str, str]


def stage_xes(raw: RawBytes, workspace: Path) -> Staging:
    """All events of an XES or XES.gz file as staged rows; raises UnreadableLogError, LogTooLargeError."""
    return stage_plain_xes(raw, workspace) or stage_any_xes(raw, workspace)


def stage_any_xes(raw: RawBytes, workspace: Path) -> Staging:
    """The long way: every XES file, through the XML parser."""
    digest, staged = Digest(), StagedRows()
    for batch in _batches(_rows(raw, digest, staged.types)):
        names = dict.fromkeys(name for row in batch for name in row)
        staged.columns.update(names)
        staged.rows += len(batch)
        if staged.rows > raw.limits.rows:
            raise LogTooLargeError("rows", raw.limits.rows, raw.place)
        path = workspace / f"rows-{len(staged.paths):05}.parquet"
        _frame(batch, tuple(names)).write_parquet(path, compression="zstd", compression_level=1)
        staged.paths.append(path)
    if staged.rows == 0:
        raise _no_events(raw)
    return staged.finished(raw, digest)


def sample_xes(raw: RawBytes) -> tuple[pl.DataFrame, dict[str, AttributeLevel]]:
    """The first events as text columns, and the columns' levels."""
    batch: list[Row] = []
    for row in _rows(raw, Digest(), ColumnTypes()):
        batch.append(row)
        if len(batch) == SAMPLE_ROWS:
            break
    if not batch:
        raise _no_events(raw)
    names = tuple(dict.fromkeys(name for row in batch for name in row))
    return _frame(batch, names), xes_levels(names)


def _no_events(raw: RawBytes) -> UnreadableLogError:
    cause = "The log has no traces with events; object-centric logs are not read here."
    return UnreadableLogError("no-rows", cause, raw.place, "Export the log again, one case per trace.")


def _frame(batch: list[Row], names: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame([pl.Series(name, [row.get(name) for row in batch], dtype=pl.String) for name in names])


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _rows(raw: RawBytes, digest: Digest, types: ColumnTypes) -> Iterator[Row]:
    names = CaseNames()
    for trace in _traces(raw, digest):
        case: Row = {}
        events = []
        for child in trace:
            if _local(child) == "event":
                events.append(child)
            else:
                _read_attribute(child, CASE_PREFIX, case, types, raw)
        case[CASE_NAME] = names.name(case.get(CASE_NAME))
        for event in events:
            row = dict(case)
            for child in event:
                _read_attribute(child, "", row, types, raw)
            yield row


@lru_cache(maxsize=1_000)
def _kind(tag: object) -> str:
    """The tag's local name; empty for comments and processing instructions, whose tag is no text."""
    return tag[tag.rfind("}") + 1 :] if isinstance(tag, str) else ""


def _local(element: etree._Element) -> str:
    return _kind(element.tag)


def _read_attribute(element: etree._Element, prefix: str, row: Row, types: ColumnTypes, raw: RawBytes) -> None:
    """Put one attribute and those nested in it into *row*."""
    limits = raw.limits
    pending = [(element, prefix, 0)]
    while pending:
        each, before, depth = pending.pop()
        kind, key = _kind(each.tag), each.get("key")
        if kind not in HOLDERS or key is None or depth > DEEPEST:
            continue
        column = before + key
        value = _list_text(each) if kind == "list" else each.get("value")
        if value is not None and kind in XES_TYPES:
            if len(value) > limits.cell_characters:
                raise LogTooLargeError("characters in a cell", limits.cell_characters, raw.place)
            row[column] = value
            types.note(column, kind)
            if types.columns > limits.columns:  # before a million of them are made into a table
                raise LogTooLargeError("columns", limits.columns, raw.place)
        if len(each) and kind != "list":
            pending.extend((child, f"{column}.", depth + 1) for child in each)


def _list_text(element: etree._Element) -> str:
    return json.dumps(_items(element, 0), ensure_ascii=False)


def _items(element: etree._Element, depth: int) -> list[list[object]]:
    wrapped = [item for values in element if _local(values) == "values" for item in values]
    items = wrapped or list(element)  # without values: before IEEE 1849, a container, or nested attributes
    return [_item(item, depth) for item in items if _local(item) in HOLDERS]


def _item(item: etree._Element, depth: int) -> list[object]:
    nested = _items(item, depth + 1) if depth < DEEPEST else []
    return [item.get("key"), item.get("value"), nested] if nested else [item.get("key"), item.get("value")]


def _traces(raw: RawBytes, digest: Digest) -> Iterator[etree._Element]:
    """Each complete trace; it is emptied when the next is asked for."""
    try:
        yield from iterate_records(
            _pieces(raw, digest),
            "trace",
            require_root=lambda root: _require_xes(root, raw),
            source=raw.name,
            max_bytes=raw.limits.unpacked_bytes,
        )
    except XmlError as error:
        is_doctype = error.parameters.get("refused") == DOCTYPE
        raise UnreadableLogError(
            "doctype" if is_doctype else "xml-broken",
            error.cause,
            error.place,
            error.remedy if is_doctype else "Export the log again.",
        ) from error


def _pieces(raw: RawBytes, digest: Digest) -> Iterator[bytes]:
    for piece in unpacked_chunks(raw, digest):
        for begin in range(0, len(piece), PIECE_BYTES):
            yield piece[begin : begin + PIECE_BYTES]


def _require_xes(root: etree._Element, raw: RawBytes) -> None:
    if _local(root) != "log":
        cause = "The XML file is no XES log."
        raise UnreadableLogError("not-xes", cause, Place(source=raw.name, line=1), "Give a file whose root is <log>.")
