# SPDX-License-Identifier: Apache-2.0
"""Bad logs in every format: a clear error with its place, in bounded memory, or an import with a warning that counts.

What CSV files can be like is in test_importing, single cells in test_hostile_logs and test_xlsx_reader.
"""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import BadRowsError, LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import BadRows, ImportLimits, ImportRequest
from taktloom.mining.review import review
from tests.mining.given_logs import IMPORTED_AT

MEGABYTE = 1024 * 1024
EVENT = '<event><string key="concept:name" value="{}"/>{}</event>'
TIME = '<date key="time:timestamp" value="{}"/>'
BOMB = """
import sys
from pathlib import Path
from taktloom.mining.logs.errors import LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.importing import import_log
from taktloom.mining.logs.requests import ImportRequest
from tests.mining.given_logs import IMPORTED_AT
path = Path(sys.argv[1])
try:
    import_log(ImportRequest(path=path, name="bomb", imported_at=IMPORTED_AT, timezone="UTC"), path.parent / "logs")
except (LogTooLargeError, UnreadableLogError) as error:
    peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    print(type(error).__name__, int(peak.split()[1]) // 1024)  # of this program alone, unlike ru_maxrss
"""


def _write(folder: Path, content: str | bytes, name: str = "log.xes") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def _load(path: Path, **options: object) -> CanonicalLog:
    request = ImportRequest(path=path, name="log", imported_at=IMPORTED_AT, **options)  # type: ignore[arg-type]
    return import_log(request, path.parent / "logs")


def _xes(*events: str) -> str:
    return f'<log><trace><string key="concept:name" value="1"/>{"".join(events)}</trace></log>'


def _nothing_left(folder: Path) -> bool:
    return not (folder / "logs").exists() or not list((folder / "logs").iterdir())


TIMED = EVENT.format("a", TIME.format("2024-01-01T00:00:00Z"))


def test_events_without_time_are_refused_with_their_rows_or_left_out_and_counted(tmp_path: Path) -> None:
    path = _write(tmp_path, _xes(TIMED, EVENT.format("b", ""), TIMED, EVENT.format("c", TIME.format(""))))

    with pytest.raises(BadRowsError) as caught:
        _load(path)
    log = _load(path, bad_rows=BadRows.SKIP)

    assert [(each.rule, each.place.line) for each in caught.value.examples] == [
        ("time-missing", 2),
        ("time-missing", 4),
    ]
    assert (log.metadata.facts.skipped_rows, log.counts.events) == (2, 2)
    assert "rows-skipped" in {finding.rule for finding in review(log).quality.findings}


def test_times_in_several_zones_are_one_time_line_and_told(tmp_path: Path) -> None:
    times = ("2024-01-01T12:00:00+09:00", "2024-01-01T04:00:00Z", "2024-01-01T00:00:00-05:00")
    path = _write(tmp_path, _xes(*(EVENT.format(name, TIME.format(at)) for name, at in zip("abc", times, strict=True))))

    log = _load(path)

    assert log.coded().collect()["occurred_at"].diff().drop_nulls().to_list() == [3_600_000_000, 3_600_000_000]
    assert log.metadata.facts.offsets == (-300, 0, 540)


@pytest.mark.parametrize(
    ("content", "reason", "line"),
    [
        (gzip.compress(_xes(*[TIMED] * 5_000).encode())[:-20], "gzip-broken", None),
        (_xes(TIMED).replace("<trace>", "\n<trace>").replace('"a"', '"a\0"'), "xml-broken", 2),
        (_xes(TIMED).replace("<trace>", "\n\n<trace>").replace('"a"', '"é"').encode("latin-1"), "xml-broken", 3),
        (_xes(TIMED).replace("<trace>", "\n<trace>")[:-30], "xml-broken", 2),
    ],
    ids=["truncated gzip", "NUL byte", "wrong encoding", "truncated"],
)
def test_a_damaged_xes_file_is_refused_with_its_line(
    content: str | bytes, reason: str, line: int | None, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableLogError) as caught:
        _load(_write(tmp_path, content))

    assert (caught.value.reason, caught.value.place.source, caught.value.place.line) == (reason, "log.xes", line)
    assert _nothing_left(tmp_path)


def test_an_event_of_a_hundred_thousand_attributes_is_over_the_limit(tmp_path: Path) -> None:
    wide = "".join(f'<int key="k{number}" value="1"/>' for number in range(100_000))

    with pytest.raises(LogTooLargeError) as caught:
        _load(_write(tmp_path, _xes(EVENT.format("a", wide))))

    assert caught.value.parameters["what"] == "columns"
    assert _nothing_left(tmp_path)


def test_a_gzip_bomb_of_xes_stops_at_the_limit(tmp_path: Path) -> None:
    path = _write(tmp_path, gzip.compress(_xes(*[TIMED] * 20_000).encode()))

    with pytest.raises(LogTooLargeError) as caught:
        _load(path, limits=ImportLimits(unpacked_bytes=MEGABYTE))

    assert caught.value.parameters["what"] == "unpacked bytes"
    assert _nothing_left(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"<log>" + b" " * 80 * MEGABYTE,
        b"<log><trace>" + b'"' * 48 * MEGABYTE,
        b'<log><trace><event><string key="' + b"k" * 48 * MEGABYTE,
    ],
    ids=["blanks", "quotes", "one name"],
)
def test_a_small_file_that_unpacks_to_much_is_refused_in_bounded_memory(content: bytes, tmp_path: Path) -> None:
    path = _write(tmp_path, gzip.compress(content, compresslevel=1), "log.xes.gz")

    done = subprocess.run([sys.executable, "-c", BOMB, str(path)], capture_output=True, text=True, check=True)

    error, megabytes = done.stdout.split()
    assert error == "UnreadableLogError"
    assert int(megabytes) < 1_000
