# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taktloom.mining.logs.canonical import CanonicalLog
from taktloom.mining.logs.errors import LogTooLargeError
from taktloom.mining.logs.importing import import_log, sniff_log
from taktloom.mining.logs.requests import ImportLimits, ImportRequest, LogFormat
from taktloom.mining.logs.xes_reader import BATCH_ROWS


def event(name: str, at: str, *more: str) -> str:
    named = f'<string key="concept:name" value="{name}"/>'
    timed = f'<date key="time:timestamp" value="{at}"/>'
    return f"<event>{named}{timed}{''.join(more)}</event>"


def load(folder: Path, body: str, *, encoding: str = "utf-8", limits: ImportLimits | None = None) -> CanonicalLog:
    path = folder / "log.xes"
    path.write_bytes(
        f'<?xml version="1.0" encoding="{encoding}"?><log xmlns="http://www.xes-standard.org/">{body}</log>'.encode(
            encoding
        )
    )
    request = ImportRequest(
        path=path, name="log", imported_at=datetime(2026, 1, 1, tzinfo=UTC), limits=limits or ImportLimits()
    )
    return import_log(request, folder / "logs")


def trace(name: str, *children: str) -> str:
    return f'<trace><string key="concept:name" value="{name}"/>{"".join(children)}</trace>'


def test_attributes_keep_level_and_declared_type(tmp_path: Path) -> None:
    log = load(
        tmp_path,
        trace(
            "1",
            '<int key="amount" value="5"/><id key="ref" value="a-1"/>',
            event("A", "2024-01-01T08:00:00+01:00", '<float key="rate" value="3"/><boolean key="ok" value="true"/>'),
            event("B", "2024-01-01T09:00:00+01:00", '<float key="rate" value="2.5"/><string key="code" value="17"/>'),
        ),
    )

    frame = log.events().collect()

    assert frame["case.amount"].to_list() == [5, 5]
    assert frame["case.ref"].to_list() == ["a-1", "a-1"]
    assert frame["event.rate"].to_list() == [3.0, 2.5]
    assert frame["event.ok"].to_list() == [True, None]
    assert frame["event.code"].to_list() == [None, "17"]


def test_nested_attributes_lists_comments_and_cdata(tmp_path: Path) -> None:
    log = load(
        tmp_path,
        "<!-- a comment --><global scope='event'><string key='colour' value='UNKNOWN'/></global>"
        + trace(
            "1",
            event(
                "A &amp; B &#x4E2D;",
                "2024-01-01T08:00:00Z",
                '<!-- inside --><string key="person" value="Ann">',
                '<string key="team" value="x"><int key="size" value="3"/></string></string>',
                '<list key="tags"><values><string key="t" value="red"/><string key="t" value="blue"/></values></list>',
                '<list key="old"><string key="t" value="green"/></list>',
                "<string key='note' value='none'><![CDATA[ ignored ]]></string>",
            ),
        ),
    )

    row = log.events().collect().to_dicts()[0]

    assert row["activity"] == "A & B 中"
    assert (row["event.person"], row["event.person.team"], row["event.person.team.size"]) == ("Ann", "x", 3)
    assert row["event.tags"] == '[["t", "red"], ["t", "blue"]]'
    assert row["event.old"] == '[["t", "green"]]'  # written so before IEEE 1849
    assert row["event.note"] == "none"
    assert "event.colour" not in row  # a global's value is for new events and is filled in nowhere


def test_containers_and_what_lists_hold_are_kept(tmp_path: Path) -> None:
    container = '<container key="address"><string key="town" value="X"/><container key="at"><int key="n" value="3"/>'
    nested = '<list key="parts"><values><list key="m"><values><string key="q" value="z"/></values></list>'
    nested += (
        '<container key="c"><string key="d" value="e"><int key="f" value="1"/></string></container></values></list>'
    )

    log = load(
        tmp_path,
        trace("1", f"{container}</container></container>", event("A", "2024-01-01T08:00:00Z", nested)),
    )
    row = log.events().collect().to_dicts()[0]

    assert (row["case.address.town"], row["case.address.at.n"]) == ("X", 3)
    assert row["event.parts"] == '[["m", null, [["q", "z"]]], ["c", null, [["d", "e", [["f", "1"]]]]]]'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_the_declared_encoding_is_honoured(tmp_path: Path, encoding: str) -> None:
    log = load(tmp_path, trace("1", event("Prüfen", "2024-01-01T08:00:00Z")), encoding=encoding)

    assert log.activities == ["Prüfen"]


def test_a_trace_is_a_case_whatever_its_name(tmp_path: Path) -> None:
    one = event("A", "2024-01-01T08:00:00Z")

    log = load(tmp_path, trace("x", one) + trace("x", one) + f"<trace>{one}</trace>")

    assert log.cases == ["x", "x #2", "trace 3"]


def test_starts_and_completions_become_one_step_with_both_times(tmp_path: Path) -> None:
    def step(at: str, transition: str) -> str:
        return event("A", at, f'<string key="lifecycle:transition" value="{transition}"/>')

    log = load(
        tmp_path,
        trace(
            "1",
            step("2024-01-01T08:00:00Z", "start"),
            step("2024-01-01T08:05:00Z", "complete"),
            step("2024-01-01T09:00:00Z", "start"),
        )
        + trace("2", step("2024-01-01T08:00:00Z", "start")),
    )

    row = log.events().collect().to_dicts()
    assert [(each["started_at"], each["occurred_at"]) for each in row] == [
        (datetime(2024, 1, 1, 8, 0, tzinfo=UTC), datetime(2024, 1, 1, 8, 5, tzinfo=UTC))
    ]
    assert (log.counts.events, log.counts.activity_instances, log.counts.cases) == (4, 1, 1)
    assert (log.metadata.facts.orphan_starts, log.metadata.facts.cases_without_completion) == (2, 1)
    assert log.cases == ["1"]


def test_columns_that_appear_in_a_later_batch_are_empty_before(tmp_path: Path) -> None:
    body = "".join(trace(str(n), event("A", "2024-01-01T08:00:00Z")) for n in range(BATCH_ROWS + 1))

    log = load(tmp_path, body + trace("last", event("B", "2024-01-01T08:00:00Z", '<string key="late" value="v"/>')))

    assert log.counts.cases == BATCH_ROWS + 2
    assert log.events().collect()["event.late"].drop_nulls().to_list() == ["v"]


def test_a_value_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogTooLargeError):
        load(tmp_path, trace("1", event("A" * 50, "2024-01-01T08:00:00Z")), limits=ImportLimits(cell_characters=40))


def test_the_sniff_of_xes_needs_no_zone_and_maps_everything(tmp_path: Path) -> None:
    load(tmp_path, trace("1", event("A", "2024-01-01T08:00:00Z", '<string key="org:resource" value="Ann"/>')))

    sniff = sniff_log(tmp_path / "log.xes")

    assert (sniff.format, sniff.needs_timezone, sniff.missing_parts) == (LogFormat.XES, False, ())
    assert sniff.mapping is not None
    assert (sniff.mapping.case, sniff.mapping.resource) == ("case:concept:name", "org:resource")
