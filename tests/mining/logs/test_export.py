# SPDX-License-Identifier: Apache-2.0
import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.mining.logs.export import events_csv, neutralise, variants_csv
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from taktloom.mining.statistics.arrays import load_arrays
from taktloom.mining.statistics.directly_follows import discover_directly_follows_graph
from taktloom.mining.statistics.export import map_csv

EVIL = "=cmd|' /C calc'!A0"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_would_compute_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize("text", ["Decide", "a=b", "1-2", "", "'quoted"])
def test_any_other_text_stays(text: str) -> None:
    assert neutralise(text) == text


def test_no_export_holds_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        f'case_id,activity,timestamp,resource,note\n"=1",{EVIL},2024-01-01T00:00:00Z,@Ann,-x\n"=1",B,2024-01-02T00:00:00Z,+Bo,=y\n'
    )
    log = import_log(ImportRequest(path=path, name="log", imported_at=datetime(2026, 1, 1, tzinfo=UTC)), tmp_path)
    graph = discover_directly_follows_graph(load_arrays(log))

    for text in ("".join(events_csv(log)), variants_csv(log), map_csv(graph)):
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert "'" + EVIL in "".join(events_csv(log))


def test_the_map_and_the_variants_as_rows(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp\n1,A,2024-01-01T00:00:00Z\n1,B,2024-01-01T00:01:00Z\n2,A,2024-01-01T00:00:00Z\n"
    )
    log = import_log(ImportRequest(path=path, name="log", imported_at=datetime(2026, 1, 1, tzinfo=UTC)), tmp_path)

    flows = list(csv.DictReader(io.StringIO(map_csv(discover_directly_follows_graph(load_arrays(log))))))
    variants = list(csv.DictReader(io.StringIO(variants_csv(log))))

    assert [(row["source"], row["target"], row["frequency"], row["median_s"]) for row in flows] == [
        ("A", "B", "1", "60.0")
    ]
    assert [(row["activities"], row["cases"], row["share"]) for row in variants] == [
        ("A → B", "1", "0.5"),
        ("A", "1", "0.5"),
    ]
