# SPDX-License-Identifier: Apache-2.0
import csv
import errno
import gzip
import io
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.logs import importing
from taktloom.mining.logs.canonical import CODED_COLUMNS, CanonicalLog
from taktloom.mining.logs.errors import (
    BadRowsError,
    ColumnsNeededError,
    DateFormatNeededError,
    ImportCancelledError,
    LogStorageError,
    LogTooLargeError,
    TimeZoneNeededError,
    UnknownTimeZoneError,
    UnreadableLogError,
)
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.mapping import ColumnMapping
from taktloom.mining.logs.requests import BadRows, ImportLimits, ImportRequest, ImportStage, LogFormat, Progress
from taktloom.model.errors import TaktloomError
from tests.mining import log_oracle
from tests.mining.given_logs import CASE_LEVEL_LOGS, IMPORTED_AT, given_log, given_path

HEADER = "case_id,activity,timestamp,resource\n"
ROWS = (
    "1,Register,2024-01-01 08:00:00+01:00,Ann\n"
    "1,Decide,2024-01-01 09:00:00+01:00,Bo\n"
    "2,Register,2024-01-02 08:00:00+01:00,Ann\n"
)


def write(folder: Path, data: str | bytes, name: str = "log.csv") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def request(path: Path, **options: object) -> ImportRequest:
    return ImportRequest(path=path, name="log", imported_at=IMPORTED_AT, **options)  # type: ignore[arg-type]


def load(path: Path, **options: object) -> CanonicalLog:
    return import_log(request(path, **options), path.parent / "logs")


def nothing_left(folder: Path) -> bool:
    logs = folder / "logs"
    return not logs.exists() or list(logs.iterdir()) == []


@pytest.mark.data
@pytest.mark.parametrize("name", CASE_LEVEL_LOGS)
def test_cases_and_their_steps_equal_the_plain_reading(name: str) -> None:
    plain = log_oracle.read_plain_log(given_path(name))

    log = given_log(name)
    rows = log.events().select("case_id", "activity", "resource", "started_at", "occurred_at").collect()

    expected = {
        case: [(s.activity, s.resource, s.started_at, s.occurred_at) for s in steps]
        for case, steps in plain.cases.items()
    }
    found: dict[str, list[tuple[str, str | None, int | None, int]]] = {}
    epochs = rows.with_columns(pl.col("started_at", "occurred_at").cast(pl.Int64))
    for case, activity, resource, started_at, occurred_at in epochs.iter_rows():
        found.setdefault(case, []).append((activity, resource, started_at, occurred_at))
    assert found == expected
    assert log.counts.events == plain.rows
    assert log.counts.cases == len(plain.cases)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "timezone"),
    [("receipt.csv", None), ("08_receipt.xes.gz", None), ("receipt.parquet", "Europe/Amsterdam")],
)
def test_receipt_has_its_known_counts_in_every_format(name: str, timezone: str | None) -> None:
    counts = given_log(name, timezone).counts

    assert (counts.cases, counts.events, counts.activities, counts.variants) == (1_434, 8_577, 27, 116)


@pytest.mark.data
def test_receipt_is_the_same_log_from_csv_and_xes() -> None:
    columns = ["case_id", "activity", "resource", "role", "occurred_at"]

    from_csv = given_log("receipt.csv").events().select(columns).collect().sort(columns)
    from_xes = given_log("08_receipt.xes.gz").events().select(columns).collect().sort(columns)

    assert from_csv.equals(from_xes)


@pytest.mark.data
def test_parquet_without_zone_asks_for_the_zone_by_its_option(tmp_path: Path) -> None:
    with pytest.raises(TimeZoneNeededError) as caught:
        import_log(request(given_path("receipt.parquet")), tmp_path / "logs")

    assert caught.value.code == "TL-2103"
    assert "--timezone" in caught.value.remedy
    assert nothing_left(tmp_path)


@pytest.mark.data
def test_a_log_without_times_is_refused_and_told_what_it_needs(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLogError) as caught:
        import_log(request(given_path("09_a32f0n00.xes.gz")), tmp_path / "logs")

    assert caught.value.reason == "no-times"
    assert "time:timestamp" in caught.value.remedy
    assert "--timestamp-column" in caught.value.remedy


def test_rows_are_sorted_once_by_case_completion_and_place_in_the_source(tmp_path: Path) -> None:
    text = HEADER + (
        "b,Late,2024-01-02T00:00:00Z,\n"
        "a,Two,2024-01-01T00:00:00Z,\n"
        "a,One,2024-01-01T00:00:00Z,\n"
        "b,Early,2024-01-01T00:00:00Z,\n"
    )

    log = load(write(tmp_path, text))
    coded = log.coded().collect()

    assert {name: coded.schema[name] for name in coded.columns} == CODED_COLUMNS
    assert coded["case"].to_list() == [0, 0, 1, 1]
    assert [log.activities[code] for code in coded["activity"]] == ["Early", "Late", "Two", "One"]
    assert coded["position"].to_list() == [3, 0, 1, 2]
    assert log.cases == ["b", "a"]
    assert log.metadata.facts.out_of_order_rows == 1


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognised(tmp_path: Path, delimiter: str) -> None:
    path = write(tmp_path, (HEADER + ROWS).replace(",", delimiter))

    assert sniff_log(path).delimiter == delimiter
    assert load(path).counts.events == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_text_in_any_usual_encoding_reads_the_same(tmp_path: Path, encoding: str) -> None:
    header = "案例编号,活动,完成时间,办理人\n"
    text = header + "甲-1,登记申请,2024-01-01 08:00:00,王敏\n甲-1,审查申请,2024-01-01 09:00:00,李雷\n"
    path = write(tmp_path, text.encode(encoding))

    log = load(path, timezone="Asia/Shanghai")

    rows = log.events().select("case_id", "activity", "resource").collect().rows()
    assert rows == [("甲-1", "登记申请", "王敏"), ("甲-1", "审查申请", "李雷")]


def test_western_text_is_not_taken_for_chinese(tmp_path: Path) -> None:
    text = (
        "case_id,activity,timestamp\n"
        "1,Prüfung der Unterlagen,2024-01-01T00:00:00Z\n"
        "1,Größe ändern,2024-01-02T00:00:00Z\n"
    )
    path = write(tmp_path, text.encode("cp1252"))

    assert load(path).activities == ["Größe ändern", "Prüfung der Unterlagen"]


def test_an_encoding_that_shows_late_in_the_file_is_still_found(tmp_path: Path) -> None:
    ascii_rows = "".join(f"{n},Step,2024-01-01T00:00:00Z,Ann\n" for n in range(20_000))
    path = write(tmp_path, (HEADER + ascii_rows + "x,登记申请登记申请,2024-01-01T00:00:00Z,王敏\n").encode("gb18030"))

    assert "登记申请登记申请" in load(path).activities


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + '1,"Check, ""twice""\nand again",2024-01-01T00:00:00Z,Ann\n')

    assert load(path).activities == ['Check, "twice"\nand again']


def test_bad_rows_are_refused_with_row_column_and_reason_and_nothing_is_imported(tmp_path: Path) -> None:
    text = (
        HEADER
        + ROWS
        + (
            ",Register,2024-01-01T00:00:00Z,\n"
            "3,,2024-01-01T00:00:00Z,\n"
            "3,Check,yesterday,\n"
            "3,Check,,\n"
            "3,short\n"
            "3,Check,2024-01-01T00:00:00Z,Ann,more\n"
        )
    )

    with pytest.raises(BadRowsError) as caught:
        load(write(tmp_path, text))

    found = [(example.place.line, example.rule, example.place.element_id) for example in caught.value.examples]
    assert found == [
        (5, "case-missing", "case_id"),
        (6, "activity-missing", "activity"),
        (7, "time-unreadable", "timestamp"),
        (8, "time-missing", "timestamp"),
        (9, "row-too-short", None),
        (10, "row-too-long", None),
    ]
    assert caught.value.parameters["bad_rows"] == "6"
    assert nothing_left(tmp_path)


def test_only_the_first_twenty_bad_rows_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    text = HEADER + ROWS + "9,Check,never,\n" * 35

    with pytest.raises(BadRowsError) as caught:
        load(write(tmp_path, text))

    assert len(caught.value.examples) == 20
    assert caught.value.bad_rows == 35


def test_skipping_bad_rows_imports_the_rest_and_counts_them(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "9,Check,never,\n9,short\n" + ROWS)

    log = load(path, bad_rows=BadRows.SKIP)

    assert log.counts.events == 3
    assert log.metadata.facts.skipped_rows == 2
    assert log.events().select("case_id").collect()["case_id"].to_list() == ["1", "1", "2"]


def test_a_log_of_bad_rows_alone_is_refused_even_when_they_may_be_skipped(tmp_path: Path) -> None:
    with pytest.raises(BadRowsError):
        load(write(tmp_path, HEADER + "9,Check,never,\n"), bad_rows=BadRows.SKIP)


def test_local_hours_that_occur_twice_or_never_are_counted(tmp_path: Path) -> None:
    rows = "1,A,2024-10-27 02:30:00,x\n1,B,2024-03-31 02:30:00,x\n1,C,2024-06-01 12:00:00,x\n"

    log = load(write(tmp_path, HEADER + rows), timezone="Europe/Amsterdam")

    assert (log.metadata.facts.ambiguous_local_times, log.metadata.facts.missing_local_times) == (1, 1)
    times = log.events().select("activity", "occurred_at").collect().rows()
    assert times[0] == ("B", datetime(2024, 3, 31, 1, 30, tzinfo=UTC))
    assert times[2] == ("A", datetime(2024, 10, 27, 0, 30, tzinfo=UTC))


def test_an_unknown_zone_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnknownTimeZoneError, match="Mars/Olympus"):
        load(write(tmp_path, HEADER + ROWS), timezone="Mars/Olympus")


def test_dates_that_read_both_ways_are_asked_for_and_the_answer_is_used(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "1,A,01/02/2024 08:00,x\n1,B,03/04/2024 08:00,x\n")

    with pytest.raises(DateFormatNeededError) as caught:
        load(path, timezone="UTC")
    log = load(path, timezone="UTC", date_format="%d/%m/%Y %H:%M")

    assert caught.value.formats == ("%d/%m/%Y", "%m/%d/%Y")
    assert log.events().collect()["occurred_at"][0] == datetime(2024, 2, 1, 8, 0, tzinfo=UTC)


def test_one_day_beyond_twelve_anywhere_decides_the_order_for_all(tmp_path: Path) -> None:
    rows = "1,A,01/02/2024 08:00,x\n" * 3_000 + "1,B,25/02/2024 08:00,x\n"

    log = load(write(tmp_path, HEADER + rows), timezone="UTC")

    assert log.events().collect()["occurred_at"][0] == datetime(2024, 2, 1, 8, 0, tzinfo=UTC)


def test_a_column_that_is_not_there_is_refused_naming_those_that_are(tmp_path: Path) -> None:
    mapping = ColumnMapping(case="case_id", activity="what", timestamp="timestamp")

    with pytest.raises(ColumnsNeededError, match="case_id, activity, timestamp, resource"):
        load(write(tmp_path, HEADER + ROWS), mapping=mapping)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (HEADER.encode(), "no-rows"),
        ((HEADER + "1,Reg\0ister,2024-01-01T00:00:00Z,\n").encode(), "nul-byte"),
        (gzip.compress((HEADER + ROWS * 500).encode())[:-40], "gzip-broken"),
        (b"<?xml version='1.0'?><log><trace></log>", "xml-broken"),
        (b"<?xml version='1.0'?><definitions/>", "not-xes"),
        (b"<?xml version='1.0'?><!DOCTYPE log [<!ENTITY a 'b'>]><log><trace/></log>", "doctype"),
        (b"<?xml version='1.0'?><!DOCTYPE log SYSTEM 'file:///etc/passwd'><log><trace/></log>", "doctype"),
        (b"<log/>", "no-rows"),
        (b'{"ocel:events": {}}', "json"),
        (b"SQLite format 3\0 and more", "sqlite"),
        (b"PK\x03\x04 a workbook", "zip"),
        (b"PAR1 and then nonsense", "parquet-damaged"),
    ],
)
def test_what_is_no_log_is_refused_with_its_reason_and_nothing_is_left(
    tmp_path: Path, data: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableLogError) as caught:
        load(write(tmp_path, data))

    assert caught.value.reason == reason
    assert nothing_left(tmp_path)


def test_a_nul_byte_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UnreadableLogError) as caught:
        load(write(tmp_path, HEADER + ROWS + "3,Reg\0ister,2024-01-01T00:00:00Z,\n"))

    assert caught.value.place.line == 5


def test_bytes_that_are_not_of_the_named_encoding_are_refused_with_their_line(tmp_path: Path) -> None:
    path = write(tmp_path, (HEADER + ROWS).encode() + b"3,\xff\xfe,2024-01-01T00:00:00Z,\n")

    with pytest.raises(UnreadableLogError) as caught:
        load(path, encoding="utf-8")

    assert (caught.value.reason, caught.value.place.line) == ("encoding", 5)


def test_a_header_of_a_hundred_thousand_columns_is_over_the_limit(tmp_path: Path) -> None:
    header = ",".join(f"c{n}" for n in range(100_000))

    with pytest.raises(LogTooLargeError) as caught:
        load(write(tmp_path, f"{header}\n1,2\n"))

    assert caught.value.parameters["what"] == "columns"


def test_a_gzip_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress((HEADER + ROWS * 100_000).encode()))

    with pytest.raises(LogTooLargeError) as caught:
        load(path, limits=ImportLimits(unpacked_bytes=1_000_000))

    assert caught.value.parameters["what"] == "unpacked bytes"
    assert nothing_left(tmp_path)


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (ImportLimits(file_bytes=10), "bytes"),
        (ImportLimits(rows=2), "rows"),
        (ImportLimits(cell_characters=2), "characters in a cell"),
    ],
)
def test_limits_are_named_when_exceeded(tmp_path: Path, limits: ImportLimits, what: str) -> None:
    with pytest.raises(LogTooLargeError) as caught:
        load(write(tmp_path, HEADER + ROWS), limits=limits)

    assert caught.value.parameters["what"] == what


def test_a_full_disk_is_the_operators_affair_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("taktloom.mining.logs.layout.os.fsync", full)

    with pytest.raises(LogStorageError, match="No space left on device"):
        load(write(tmp_path, HEADER + ROWS))
    assert nothing_left(tmp_path)


def test_an_encoding_that_does_not_exist_is_refused_by_name(tmp_path: Path) -> None:
    for look in (sniff_log, load):
        with pytest.raises(UnreadableLogError, match="klingon"):
            look(write(tmp_path, HEADER + ROWS), encoding="klingon")


def test_gzip_of_several_members_is_read_whole(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(HEADER.encode()) + gzip.compress(ROWS.encode()))

    assert load(path).counts.events == 3


def test_progress_passes_through_the_stages_and_never_beyond_its_total(tmp_path: Path) -> None:
    heard: list[Progress] = []

    import_log(request(write(tmp_path, HEADER + ROWS * 50)), tmp_path / "logs", progress=heard.append)

    assert list(dict.fromkeys(each.stage for each in heard)) == list(ImportStage)
    assert all(0 <= each.done <= each.total for each in heard)


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 5])
def test_cancelling_at_any_point_leaves_nothing_behind(tmp_path: Path, after: int) -> None:
    asked = iter(range(1_000))

    with pytest.raises(ImportCancelledError):
        import_log(request(write(tmp_path, HEADER + ROWS)), tmp_path / "logs", cancelled=lambda: next(asked) >= after)

    assert nothing_left(tmp_path)


def test_attributes_get_the_type_all_values_have_and_the_level_they_show(tmp_path: Path) -> None:
    header = "case_id,activity,timestamp,amount,code,urgent,rate,due,note\n"
    rows = (
        "1,A,2024-01-01T00:00:00Z,100,007,true,1.5,2024-03-01T00:00:00Z,x\n"
        "1,B,2024-01-02T00:00:00Z,100,007,false,2,2024-03-01T00:00:00Z,\n"
        "2,A,2024-01-01T00:00:00Z,250,008,true,0.25,2024-04-01T00:00:00Z,y\n"
    )

    log = load(write(tmp_path, header + rows))
    frame = log.events().collect()

    types = {name: str(frame.schema[name]) for name in frame.columns if "." in name}
    assert types == {
        "case.amount": "Int64",
        "case.code": "String",
        "event.urgent": "Boolean",
        "event.rate": "Float64",
        "case.due": "Datetime(time_unit='us', time_zone='UTC')",
        "event.note": "String",
    }
    assert frame["event.note"].to_list() == ["x", None, "y"]
    assert log.case_table()["case.amount"].to_list() == [100, 250]


def test_numbers_may_have_a_decimal_comma_where_none_can_be_a_thousand(tmp_path: Path) -> None:
    header = "case_id;activity;timestamp;price;sum;weight;thousand;version;both\n"
    rows = (
        "1;A;2024-01-01T00:00:00Z;1,5;1.234,50;0,125;1,234;1,5;1,5\n1;B;2024-01-02T00:00:00Z;12;7;-3;2,345;1,5,2;1.5\n"
    )

    frame = load(write(tmp_path, header + rows)).events().collect()

    assert {name.partition(".")[2]: frame[name].to_list() for name in frame.columns if "." in name} == {
        "price": [1.5, 12.0],
        "sum": [1234.5, 7.0],
        "weight": [0.125, -3.0],
        "thousand": ["1,234", "2,345"],
        "version": ["1,5", "1,5,2"],
        "both": ["1,5", "1.5"],
    }


def test_times_of_fourteen_digits_need_a_zone(tmp_path: Path) -> None:
    sniff = sniff_log(write(tmp_path, "case_id,activity,timestamp\n1,A,20240315130700\n1,B,20240315140700\n"))

    assert sniff.parts["timestamp"] == "timestamp"
    assert sniff.needs_timezone


def test_the_sniff_suggests_a_mapping_with_samples_and_confidence(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "工单号;环节;结束时间;经办人;金额\n1;登记;2024-01-01 08:00;王敏;12.5\n1;审查;2024-01-02 08:00;李雷;12.5\n",
    )

    sniff = sniff_log(path)

    assert sniff.format is LogFormat.CSV
    assert (sniff.delimiter, sniff.encoding) == (";", "utf-8")
    assert sniff.mapping is not None
    assert (sniff.mapping.case, sniff.mapping.activity) == ("工单号", "环节")
    assert (sniff.mapping.timestamp, sniff.mapping.resource) == ("结束时间", "经办人")
    assert [column.name for column in sniff.mapping.attributes] == ["金额"]
    assert sniff.needs_timezone
    assert sniff.date_formats == ("%Y-%m-%d",)
    assert sniff.confidence["case"] >= 0.8
    assert sniff.columns[3].samples == ("王敏", "李雷")


def test_the_sniff_names_the_parts_it_did_not_recognise(tmp_path: Path) -> None:
    sniff = sniff_log(write(tmp_path, "a,b,c\n1,2,x\n"))

    assert sniff.mapping is None
    assert sniff.missing_parts == ("case", "activity", "timestamp")


def test_times_in_epoch_milliseconds_need_no_zone(tmp_path: Path) -> None:
    log = load(write(tmp_path, HEADER + "1,A,1704067200123,x\n"))

    assert log.events().collect()["occurred_at"][0] == datetime(2024, 1, 1, 0, 0, 0, 123_000, tzinfo=UTC)


def test_a_parquet_file_with_nanoseconds_and_gaps_in_case_numbers_is_read(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "case_id": [7.0, 7.0, 8.0],
            "activity": ["A", "B", "A"],
            "timestamp": pl.Series([1_704_067_200_123_456_789, 1_704_067_201_000_000_000, 0]).cast(pl.Datetime("ns")),
            "__index_level_0__": [0, 1, 2],
        }
    )
    path = tmp_path / "frame.parquet"
    frame.write_parquet(path)

    log = load(path, timezone="UTC")

    assert log.cases == ["7", "8"]
    assert log.events().collect()["occurred_at"][0] == datetime(2024, 1, 1, 0, 0, 0, 123_456, tzinfo=UTC)
    assert log.metadata.columns == ()


SEEDS = [HEADER + ROWS, "a;b\n\n;;", '"unclosed\n1,2', "case_id,activity,timestamp\r1,A,2024\r", "<log><trace/></log>"]


@given(
    st.sampled_from(SEEDS).map(str.encode) | st.binary(max_size=200),
    st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=3)), max_size=4),
)
def test_any_bytes_give_a_log_or_a_typed_error_and_nothing_else(data: bytes, damage: list[tuple[int, bytes]]) -> None:
    for place, piece in damage:
        data = data[:place] + piece + data[place + 1 :]
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), data)
        try:
            outcome = str(load(path, timezone="UTC", bad_rows=BadRows.SKIP).counts.events)
        except TaktloomError as error:
            outcome = error.code
        assert outcome.startswith("TL-2") or int(outcome) > 0
        assert outcome.isdecimal() or nothing_left(Path(folder))


def test_log_json_names_source_hash_and_mapping(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ROWS)

    log = load(path, is_synthetic=True)

    record = json.loads((log.folder / "log.json").read_text())
    assert record["format"] == 1
    assert record["source"]["bytes"] == path.stat().st_size
    assert len(record["source"]["sha256"]) == 64
    assert record["mapping"]["case"] == "case_id"
    assert record["is_synthetic"] is True
    assert CanonicalLog.open(log.folder).metadata == log.metadata


def test_every_row_of_a_wide_quoted_file_survives(tmp_path: Path) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["case_id", "activity", "timestamp", "text"])
    texts = [f'line {n}, "quoted"\nnext;|\t' for n in range(300)]
    writer.writerows(["1", "A", f"2024-01-01T00:00:00.{n:03}Z", text] for n, text in enumerate(texts))

    log = load(write(tmp_path, buffer.getvalue()))

    assert log.events().collect()["event.text"].to_list() == texts


@pytest.mark.parametrize("given", [errno.EXDEV, errno.EOPNOTSUPP, 0], ids=["other disk", "not supported", "nothing"])
def test_the_source_is_kept_whole_where_the_system_cannot_copy_it(
    given: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_nothing(*_: int) -> int:
        if given:
            raise OSError(given, "cannot copy")
        return 0

    monkeypatch.setattr("os.copy_file_range", copy_nothing, raising=False)
    monkeypatch.setattr(importing, "CHUNK_BYTES", 7)
    path = write(tmp_path, HEADER + ROWS)

    log = load(path)

    assert (log.folder / "source.data").read_bytes() == path.read_bytes()


def test_the_preview_tells_the_types_that_the_import_gives(tmp_path: Path) -> None:
    columns = {
        "numbers with words": ("12.5", "N/A", "3"),
        "whole numbers with words": ("12", "null", "3"),
        "booleans with words": ("true", "N/A", "false"),
        "decimal commas": ("1,5", "2,75", "3"),
        "leading zeros": ("007", "008", "009"),
        "words only": ("N/A", "n/a", "NULL"),
        "texts": ("12", "a", "3"),
        "instants": ("2024-01-01T00:00:00Z", "N/A", "2024-02-01T00:00:00Z"),
    }
    names, rows = list(columns), zip(*columns.values(), strict=True)
    lines = [f"{n % 2}\ta\t2024-01-0{1 + n}T00:00:00Z\t" + "\t".join(row) for n, row in enumerate(rows)]
    (tmp_path / "log.tsv").write_text(
        "\n".join(["case\tactivity\ttime\t" + "\t".join(names), *lines]), encoding="utf-8"
    )

    preview = {each.name: each.type for each in sniff_log(tmp_path / "log.tsv").columns}
    request = ImportRequest(path=tmp_path / "log.tsv", name="log", imported_at=datetime(2026, 1, 1, tzinfo=UTC))
    imported = {each.name.split(".", 1)[1]: each.type for each in import_log(request, tmp_path / "to").metadata.columns}

    told = {"integer": "Int64", "number": "Float64", "boolean": "Boolean", "text": "String"}
    assert {name: told.get(preview[name], preview[name]) for name in names} == {
        name: "instant" if "Datetime" in imported[name] else imported[name] for name in names
    }
    assert (preview["numbers with words"], preview["leading zeros"]) == ("number", "text")
