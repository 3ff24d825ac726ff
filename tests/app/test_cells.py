# SPDX-License-Identifier: Apache-2.0
"""Cells of an analysis' table as people read them."""

from taktloom.app.analyses.cells import row_texts
from taktloom.app.analyses.page import result_fragment
from taktloom.app.analyses.records import AnalysisOutput, OutputTable

TABLE = OutputTable(
    title="Differences",
    columns=("kind", "first", "difference", "p of the family"),
    rows=(("edge time", 5400.0, -90.0, 0.25), ("edge", 0.251, -0.1, 0.5), ("volume", 12.25, None, 1.0)),
    measured=("first", "difference"),
    units=("s", "share", ""),
)


def test_where_rows_differ_in_their_unit_each_cell_has_its_own() -> None:
    assert row_texts(TABLE, 0) == ["edge time", "1.5 h", "-1.5 min", "0.25"]
    assert row_texts(TABLE, 1) == ["edge", "25.1%", "-10.0%", "0.5"]
    assert row_texts(TABLE, 2) == ["volume", "12.2", "–", "1"]


def test_the_page_shows_the_same_cells() -> None:
    fragment = result_fragment(AnalysisOutput(data=None, tables=(TABLE,)), rows=2)

    assert "<tr><td>edge</td><td>25.1%</td><td>-10.0%</td><td>0.5</td></tr>" in fragment
    assert "volume" not in fragment
