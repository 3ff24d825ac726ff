# SPDX-License-Identifier: Apache-2.0
import gzip
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from taktloom.mining.filters import apply_filter, keep_cases
from taktloom.mining.filters.case_conditions import TopVariants
from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportLimits, ImportRequest
from taktloom.mining.logs.xes_writer import write_xes
from tests.mining.given_logs import CASE_LEVEL_LOGS, given_log

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
# of the rows: not where in the source they stood, and not the numbers that codes happen to be
UNLIKE = ("event_id", "position")
TEXT = st.text(alphabet="ab é中<>&\"'\n\t=0", min_size=1, max_size=6).filter(lambda text: text.strip() == text)


def again(log: CanonicalLog, folder: Path, name: str = "again.xes") -> CanonicalLog:
    write_xes(log, folder / name)
    request = ImportRequest(path=folder / name, name="again", imported_at=BEGIN, limits=ImportLimits(part_rows=1_000))
    return import_log(request, folder / "logs")


def events_of(log: CanonicalLog) -> pl.DataFrame:
    return log.events().drop(*UNLIKE).collect()


@pytest.mark.data
@pytest.mark.parametrize("name", CASE_LEVEL_LOGS)
def test_what_is_written_is_read_again_as_the_same_log(tmp_path: Path, name: str) -> None:
    log = given_log(name)

    found = again(log, tmp_path)

    expected = events_of(log)
    assert set(found.events().collect_schema().names()) == set(log.events().collect_schema().names())
    columns = expected.columns
    assert events_of(found).select(columns).equals(expected)
    assert found.coded().select("offset_min").collect().equals(log.coded().select("offset_min").collect())
    assert [one.id for one in found.variants().variants] == [one.id for one in log.variants().variants]


ROW = st.tuples(
    st.sampled_from(["c1", "c2"]), TEXT, st.integers(0, 20), st.none() | TEXT, st.none() | st.integers(-5, 5)
)


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(ROW, min_size=1, max_size=12))
def test_any_texts_and_times_survive(rows: list[tuple[str, str, int, str | None, int | None]]) -> None:
    frame = pl.DataFrame(
        [(case, what, BEGIN + timedelta(seconds=at, microseconds=7), who, n) for case, what, at, who, n in rows],
        schema={"case_id": pl.String, "activity": pl.String, "timestamp": pl.Datetime("us", "UTC"),
                "resource": pl.String, "amount": pl.Int64},
        orient="row",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frame.write_parquet(folder / "log.parquet")
        log = import_log(ImportRequest(path=folder / "log.parquet", name="a<b", imported_at=BEGIN), folder / "logs")

        found = again(log, folder)

        shared = ["case_id", "activity", "occurred_at", "resource", "lifecycle"]
        assert events_of(found).select(shared).equals(events_of(log).select(shared))


@pytest.mark.data
def test_a_view_is_written_as_it_stands_and_packed_by_its_name(tmp_path: Path) -> None:
    view = apply_filter(given_log("running-example.xes"), keep_cases(TopVariants(count=1)))

    found = again(view, tmp_path, "view.xes.gz")

    assert gzip.decompress((tmp_path / "view.xes.gz").read_bytes()).startswith(b"<?xml")
    assert (found.counts.cases, found.counts.variants) == (view.counts.cases, 1)


@pytest.mark.data
def test_the_file_declares_what_the_standard_asks_for(tmp_path: Path) -> None:
    write_xes(given_log("running-example.xes"), tmp_path / "log.xes")

    root = etree.parse(tmp_path / "log.xes").getroot()
    names = [etree.QName(child).localname for child in root]

    assert etree.QName(root).namespace == "http://www.xes-standard.org/"
    order = ["extension", "global", "classifier", "string", "trace"]  # as the schema's sequence has it
    assert sorted(dict.fromkeys(names), key=order.index) == list(dict.fromkeys(names)) == order
    assert {child.get("scope") for child in root if etree.QName(child).localname == "global"} == {"trace", "event"}
    prefixes = {child.get("prefix") for child in root if etree.QName(child).localname == "extension"}
    keys = {str(key).split(":")[0] for key in root.xpath("//*[contains(@key, ':')]/@key")}  # type: ignore[union-attr]
    assert {"concept", "time", "lifecycle", "org"} == prefixes
    assert {"concept", "time", "lifecycle", "org"} >= keys & {"concept", "time", "lifecycle", "org"}
