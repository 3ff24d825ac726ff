# SPDX-License-Identifier: Apache-2.0
"""CSV out of a log: events, map, variants.

Spreadsheets run a cell that begins with = + - @, a tab or a carriage return as a formula: such texts get an apostrophe
in front. Numbers are written as numbers.
"""

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path

import polars as pl

from taktloom.mining.logs.canonical import BLOCK_ROWS, CanonicalLog
from taktloom.mining.watching import heed, tell

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FORMULA = r"^([=+\-@\t\r])"


def neutralise(text: str) -> str:
    """*text* as a cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A CSV text with texts neutralised; None is empty. Lines end in CR LF (RFC 4180)."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow([neutralise(name) for name in header])
    for row in rows:
        writer.writerow([neutralise(cell) if isinstance(cell, str) else cell for cell in row])
    return buffer.getvalue()


def table_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """As `write_csv`, in UTF-8 with a byte order mark, which spreadsheets need to see Chinese labels; what is neither
    text nor number is written as text."""
    cells = ([cell if isinstance(cell, int | float) or cell is None else str(cell) for cell in row] for row in rows)
    return write_csv(header, cells).encode("utf-8-sig")


def variants_csv(log: CanonicalLog) -> str:
    """One line per variant: id, cases, share of cases, number of steps, activities joined by an arrow."""
    table = log.variants()
    total = max(1, table.case_codes.size)
    return write_csv(
        ("variant", "cases", "share", "steps", "activities"),
        (
            (variant.id, variant.cases, variant.cases / total, len(variant.activities), " → ".join(variant.activities))
            for variant in table.variants
        ),
    )


def events_csv(log: CanonicalLog) -> Iterator[str]:
    """One line per activity instance in canonical order, the columns of the event schema, times with offset UTC; block
    by block, telling how far it is."""
    is_first = True
    for frame in _told_blocks(log):
        known = frame.drop("element_id", "process_key", "process_version", "instance_key", "position")
        instants = [name for name, dtype in known.schema.items() if isinstance(dtype, pl.Datetime)]
        texts = [name for name, dtype in known.schema.items() if dtype == pl.String]
        harmless = known.with_columns(
            *(pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S%.6f+00:00") for name in instants),
            *(pl.col(name).str.replace(FORMULA, "'${1}") for name in texts),
        )
        yield harmless.write_csv(line_terminator="\r\n", include_header=is_first)
        is_first = False


def write_parquet(log: CanonicalLog, path: Path) -> None:
    """The columns of the event schema as Parquet, block by block, telling how far it is."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        pieces = []
        for number, frame in enumerate(_told_blocks(log)):
            pieces.append(Path(folder) / f"{number:06}.parquet")
            frame.write_parquet(pieces[-1], compression="lz4")
        heed()
        pl.scan_parquet(pieces).sink_parquet(path, compression="zstd", maintain_order=True)


def _told_blocks(log: CanonicalLog) -> Iterator[pl.DataFrame]:
    total = log.metadata.counts.activity_instances
    for number, frame in enumerate(log.event_blocks()):
        tell("writing", min(total, number * BLOCK_ROWS), total)
        yield frame
    tell("writing", total, total)
