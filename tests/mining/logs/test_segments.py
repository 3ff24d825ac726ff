# SPDX-License-Identifier: Apache-2.0
"""A log imported a few rows at a time into many segments equals the same log imported at once."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import BadRows, ImportLimits, ImportRequest
from taktloom.mining.logs.segments import segment_bounds
from taktloom.model.errors import TaktloomError
from tests.mining.given_logs import IMPORTED_AT, given_path

LOGS_AND_PARTS = {
    "01_running-example.xes.gz": 10,
    "BPIC13_cp.xes.gz": 500,
    "interval_event_log.xes": 150,
    "reviewing.xes": 100,
    "receipt.csv": 700,
    "receipt.parquet": 700,
    "Production.csv": 333,
    "SEPSIS.xes.gz": 2_000,
}
ACTIVITIES = ("Register", " Decide ", "Ask\u0007", "登记", "Pay")
ODD_TIMES = {
    "all with zone": ("2024-01-01 08:00:00+01:00", "2024-01-01 09:00:00+02:00", "2024-01-02T08:00:00.250Z"),
    "zones here and there": ("2024-01-01 08:00:00", "2024-01-01 09:00:00+02:00", "2024-01-02 08:00:00"),
    "two formats": ("2024-01-01 08:00", "01/02/2024 08:00", "2024-01-02 08:00"),
    "day or month first": ("01/01/2024 08:00", "02/02/2024 09:00", "02/03/2024 08:00"),
    "day first, told late": ("01/01/2024 08:00", "02/02/2024 09:00", "25/03/2024 08:00"),
    "epochs": ("1704096000", "1704096060", "1704096000000"),
    "no times": ("soon", "later", "never"),
    "the hour that occurs twice": ("2024-10-27 02:30:00", "2024-10-27 02:30:00", "2024-10-27 03:30:00"),
    "some empty": ("", "2024-01-01 09:00:00", ""),
}


def load(path: Path, folder: Path, part_rows: int, **options: object) -> CanonicalLog:
    request = ImportRequest(
        path=path,
        name="log",
        imported_at=IMPORTED_AT,
        limits=ImportLimits(part_rows=part_rows),
        timezone="Europe/Berlin",
        **options,  # type: ignore[arg-type]
    )
    return import_log(request, folder / str(part_rows))


def outcome(path: Path, folder: Path, part_rows: int, **options: object) -> object:
    """All that can be asked of the log, or the whole refusal."""
    try:
        log = load(path, folder, part_rows, **options)
    except TaktloomError as error:
        findings = tuple(str(each) for each in getattr(error, "examples", ()))
        return (error.code, str(error.cause), str(error.place), str(error.remedy), findings)
    facts = (log.metadata.counts, log.metadata.facts, log.metadata.columns, log.labels, log.cases)
    tables = (log.coded().collect(), log.events().collect(), log.case_table())
    return facts, [(table.schema, table.rows()) for table in tables]


@pytest.mark.data
@pytest.mark.parametrize(("name", "part_rows"), LOGS_AND_PARTS.items())
def test_a_log_in_many_segments_equals_the_log_in_one(name: str, part_rows: int, tmp_path: Path) -> None:
    parts = outcome(given_path(name), tmp_path, part_rows)

    assert parts == outcome(given_path(name), tmp_path, 10_000_000)
    assert len(list((tmp_path / str(part_rows) / "log").glob("coded-*.parquet"))) > 1


@pytest.mark.parametrize("times", ODD_TIMES)
@pytest.mark.parametrize("bad_rows", BadRows)
def test_times_are_read_alike_in_parts_and_refused_at_the_same_places(
    times: str, bad_rows: BadRows, tmp_path: Path
) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp\n" + "".join(f"{n % 2},A,{each}\n" for n, each in enumerate(ODD_TIMES[times]))
    )

    assert outcome(path, tmp_path, 1, bad_rows=bad_rows) == outcome(path, tmp_path, 1_000, bad_rows=bad_rows)


rows = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(ACTIVITIES),
        st.integers(0, 3),
        st.sampled_from(("start", "complete", "COMPLETE", "suspend", "")),
        st.sampled_from(("1", "2.5", "", "x")),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=25)
@given(rows, st.integers(1, 9))
def test_pairs_ties_and_types_do_not_depend_on_the_parts(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[int, str, int, str, str]], part_rows: int
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    path = folder / "log.csv"
    lines = [f"c{case},{act},2024-01-01 0{hour}:00:00,{state},{cost}\n" for case, act, hour, state, cost in found]
    path.write_text("case_id,activity,timestamp,lifecycle,cost\n" + "".join(lines), encoding="utf-8")

    assert outcome(path, folder, part_rows) == outcome(path, folder, 1_000)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=20), st.integers(1, 8))
def test_segments_hold_whole_cases_and_no_more_rows_than_asked_unless_one_case_has_them(
    lengths: list[int], part_rows: int
) -> None:
    case = np.repeat(np.arange(len(lengths)), lengths).astype(np.uint32)

    bounds = segment_bounds(case, part_rows)

    assert [begin for begin, _ in bounds[1:]] == [end for _, end in bounds[:-1]]
    assert (bounds[0][0], bounds[-1][1]) == (0, case.size)
    for begin, end in bounds:
        assert end == case.size or case[end] != case[end - 1]
        assert end - begin <= part_rows or case[begin] == case[end - 1]


def test_nothing_that_waited_on_disk_remains_in_the_log(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "case_id,activity,timestamp,cost\n" + "".join(f"{n},A,2024-01-01 08:00:00,{n}.5\n" for n in range(9))
    )

    log = load(path, tmp_path, 2)

    names = {each.name.split("-")[0] for each in log.folder.iterdir()}
    assert names == {"attributes", "cases.parquet", "coded", "labels.json", "log.json", "source.data"}
    assert pl.read_parquet(log.folder / "coded-00004.parquet").height == 1
