# SPDX-License-Identifier: Apache-2.0
"""The short way through a CSV file gives the rows of the long way, or leaves the file to it."""

import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.logs import csv_blocks, csv_reader
from taktloom.mining.logs.encodings import RawBytes
from taktloom.mining.logs.errors import LogTooLargeError
from taktloom.mining.logs.requests import ImportLimits, ImportWatch
from taktloom.mining.logs.staging import Staging

CELL = st.text(alphabet="ab é中0-: ", max_size=4)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=30)


def stage(folder: Path, content: bytes) -> Staging:
    path = folder / "log.csv"
    path.write_bytes(content)
    raw = RawBytes(path=path, name="log.csv", limits=ImportLimits(), watch=ImportWatch())
    workspace = Path(tempfile.mkdtemp(dir=folder))
    return csv_reader.CsvReading(raw=raw).stage(workspace)


def rows_of(staging: Staging) -> list[tuple[str | None, ...]]:
    return staging.scan().select(pl.all().replace("", None)).collect().rows()


@given(
    rows=ROWS,
    end=st.sampled_from(["\n", "\r\n"]),
    is_ended=st.booleans(),
    delimiter=st.sampled_from([",", ";", "\t"]),
    unquoted=st.sampled_from([None, 1, 5]),
)
def test_both_ways_give_the_same_rows(
    rows: list[list[str]], end: str, is_ended: bool, delimiter: str, unquoted: int | None
) -> None:
    quoted = [[cell if unquoted is None or len(cell) == unquoted else f'"{cell}"' for cell in row] for row in rows]
    lines = [delimiter.join(("x", '"y"', "z")), *(delimiter.join(row) for row in quoted)]
    content = (end.join(lines) + (end if is_ended else "")).encode()
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "BLOCK_BYTES", 40)  # several blocks even here
        short = stage(Path(folder), content)
        short_rows = rows_of(short)
        patch.setattr(csv_reader, "first_rows", lambda *_: None)
        long = stage(Path(folder), content)

        assert short.text is not None
        assert long.text is None
        assert short_rows == rows_of(long)
        assert short.source == long.source
        assert (short.rows, tuple(short.columns)) == (long.rows, ("x", "y", "z"))


@pytest.mark.parametrize(
    "rows",
    [
        b'a,"b,c",d\n',
        b'a,"b\nc",d\n',
        b'a,"b""c",d\n',
        b'a,b"",c\n',
        b'a,"b" ,c\n',
        b'a,",c\na,",c\n',
        b'a,"b,c\na,d",c\n',
        b'a,"b"c,d"e"\n',
        b"a,b\n",
        b"a,b,c,d\n",
        b"a,b,c\n\na,b,c\n",
        b"a,b\rc,d,e\n",
        b"a,b,c\n" + b" " * 9_000_000,
        b"a,b\0,c\n",
        b"a,b\xff,c\n",
    ],
    ids=[
        *(
            "delimiter",
            "line",
            "quote",
            "quotes at the end",
            "blank",
            "lone quotes",
            "two rows",
            "letters after a quote",
        ),
        "too short",
        "too long",
        "blank line",
        "lone return",
        "endless line",
        "NUL",
        "not UTF-8",
    ],
)
def test_what_the_short_way_cannot_prove_is_left_to_the_long_one(tmp_path: Path, rows: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"x,y,z\n" + rows)
    raw = RawBytes(path=path, name="log.csv", limits=ImportLimits(), watch=ImportWatch())

    text = csv_blocks.PlainText(path=path, delimiter=",", columns=3)
    assert csv_blocks.read_blocks(text, raw, lambda block: block.rows) is None


@pytest.mark.parametrize("columns", [1_001, 100_000, 400_000])
def test_a_header_without_end_is_refused_before_any_row_is_split(tmp_path: Path, columns: int) -> None:
    header = ",".join(f"column{number}" for number in range(columns))

    with pytest.raises(LogTooLargeError) as caught:
        stage(tmp_path, f"{header}\n{header}\n".encode())

    assert caught.value.parameters == {"what": "columns", "limit": "1000"}
    assert list(tmp_path.glob("*/rows*")) == []
