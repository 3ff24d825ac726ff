# SPDX-License-Identifier: Apache-2.0
"""Plain XES files to staged rows by the short way (xes_blocks); None where a file is not of this kind."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from lxml import etree

from taktloom.formats.xml_reader import XmlError, iterate_records, local_name
from taktloom.mining.logs.encodings import Digest, RawBytes, unpacked_chunks
from taktloom.mining.logs.staging import Staging
from taktloom.mining.logs.xes_blocks import NotPlainError, TraceBlock, read_blocks, split_head
from taktloom.mining.logs.xes_columns import CASE_NAME, CASE_PREFIX, CaseNames, StagedRows

ENCODING = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']*)[\"']")


def stage_plain_xes(raw: RawBytes, workspace: Path) -> Staging | None:
    """All events of *raw* as Arrow files of text columns, one per block; None when the XML parser is to read it.

    Raises ImportCancelledError, and LogTooLargeError for the limits of bytes.
    """
    digest, reader = Digest(), _PlainReader(raw, workspace)
    try:
        pieces = unpacked_chunks(raw, digest)
        head, begun = split_head(pieces)
        _require_head(head, raw)
        for block in read_blocks(begun, pieces):
            reader.take(block)
    except NotPlainError:
        reader.forget()
        return None
    return reader.staged.finished(raw, digest) if reader.staged.rows else None


def _require_head(head: bytes, raw: RawBytes) -> None:
    """What is before the traces is XML in UTF-8 with the root of a log; the XML parser says so."""
    declared = ENCODING.search(head)
    if declared is not None and declared[1].lower() != b"utf-8":
        raise NotPlainError
    try:
        for _ in iterate_records(
            iter((head, b"</log>")), "trace", require_root=_require_log, source=raw.name, max_bytes=len(head) + 6
        ):
            raise NotPlainError
    except XmlError as error:
        raise NotPlainError from error


def _require_log(root: etree._Element) -> None:
    if local_name(root) != "log" or root.prefix is not None:
        raise NotPlainError


class _PlainReader:
    """Blocks to files, in order."""

    def __init__(self, raw: RawBytes, workspace: Path) -> None:
        self._limits, self._workspace = raw.limits, workspace
        self._names = CaseNames()
        self.staged = StagedRows()

    def take(self, block: TraceBlock) -> None:
        """Stage the events of *block*; a limit met is for the long way to tell."""
        for is_event, key, kind in block.kinds:
            self.staged.types.note(key if is_event else CASE_PREFIX + key, kind)
        names = [self._names.name(name) for name in _given_names(block)]
        cases = {CASE_PREFIX + key: values for key, values in block.of_traces.values.items()}
        cases[CASE_NAME] = pl.Series(names, dtype=pl.String)
        if block.trace_of.size == 0:
            return
        trace = pl.Series(block.trace_of)
        columns = {key: values.gather(trace) for key, values in cases.items()}
        # an attribute of an event that is called as one of the case hides it, as it does where rows are dictionaries
        hidden = {key: columns[key] for key in block.of_events.values if key in columns}
        columns |= block.of_events.values
        columns |= {key: columns[key].fill_null(below) for key, below in hidden.items()}
        frame = pl.DataFrame([columns[key].alias(key) for key in _order(block)])
        staged, limits = self.staged, self._limits
        staged.columns.update(dict.fromkeys(frame.columns))
        staged.rows += frame.height
        if len(staged.columns) > limits.columns or staged.rows > limits.rows or block.longest > limits.cell_characters:
            raise NotPlainError
        staged.paths.append(self._workspace / f"rows-{len(staged.paths):05}.arrow")
        frame.write_ipc(staged.paths[-1])

    def forget(self) -> None:
        """Remove what was staged."""
        for path in self.staged.paths:
            path.unlink()


def _given_names(block: TraceBlock) -> Iterator[str | None]:
    given = block.of_traces.values.get(CASE_NAME.removeprefix(CASE_PREFIX))
    return iter([None] * block.traces if given is None else given.to_list())


def _order(block: TraceBlock) -> list[str]:
    """Columns as they first appear reading row by row, attributes of the case before those of the event."""
    places: dict[str, tuple[int, int, int]] = {CASE_NAME: (0, 0, np.iinfo(np.int64).max)}  # last where it was made up
    for key, (trace, tag) in block.of_traces.first.items():
        place = (int(np.searchsorted(block.trace_of, trace)), 0, tag)
        places[CASE_PREFIX + key] = min(places.get(CASE_PREFIX + key, place), place)
    for key, (row, tag) in block.of_events.first.items():
        places[key] = min(places.get(key, (row, 1, tag)), (row, 1, tag))
    return sorted(places, key=lambda key: places[key])
