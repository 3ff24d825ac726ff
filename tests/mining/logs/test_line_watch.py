# SPDX-License-Identifier: Apache-2.0
"""Endless lines and quotes are refused with their line, however the text is cut into pieces; others pass."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.line_watch import LineWatch
from taktloom.mining.logs.requests import ImportLimits, ImportRequest
from tests.mining.given_logs import IMPORTED_AT

HEAD = "case,activity,time\n"
ROW = "1,a,2026-01-01T00:00:00Z\n"
LIMITS = ImportLimits(line_characters=20)


def follow(text: str, sizes: list[int]) -> LineWatch:
    watch, begin = LineWatch("log.csv", LIMITS), 0
    for size in [*sizes, *[9] * len(text)]:
        watch.follow(text[begin : begin + size])
        begin += size
    return watch


@given(st.lists(st.integers(1, 9), max_size=30))
def test_a_line_over_the_limit_is_refused_wherever_the_text_is_cut(sizes: list[int]) -> None:
    text = "short\nshort\n" + "x" * 60 + "\nshort\n"

    with pytest.raises(LogTooLargeError) as refused:
        follow(text, sizes)

    assert (refused.value.place.line, refused.value.parameters["what"]) == (3, "characters in a line")


@given(st.lists(st.integers(1, 9), max_size=30))
def test_a_quote_that_opens_a_cell_and_does_not_end_is_refused_with_its_line(sizes: list[int]) -> None:
    text = 'a,"b ""c"""\nd,"' + "e\n" * 60

    with pytest.raises(UnreadableLogError) as refused:
        follow(text, sizes)

    assert (refused.value.reason, refused.value.place.line) == ("quote-not-closed", 2)


@given(st.lists(st.integers(1, 9), max_size=30), st.sampled_from("\n\r"))
def test_short_lines_and_quotes_that_open_no_cell_pass(sizes: list[int], end: str) -> None:
    text = end.join(('a,"b, ""c""",d', 'pipe 5",x', *["short"] * 40, "")) + 'inch 3",' + end

    assert follow(text, sizes).number == 1 + text.count("\n")


def test_a_row_longer_than_the_buffers_of_duckdb_is_no_longer_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress((HEAD + ROW + "1," + "x" * 90_000_000 + "\n" + ROW).encode(), compresslevel=1))
    request = ImportRequest(path=path, name="log", imported_at=IMPORTED_AT)

    with pytest.raises(LogTooLargeError) as refused:
        import_log(request, tmp_path / "logs")

    assert (refused.value.place.line, refused.value.parameters["what"]) == (3, "characters in a line")
