# SPDX-License-Identifier: Apache-2.0
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from taktloom.mining.logs import event_source
from taktloom.mining.logs.catalogue import LogCatalogue
from taktloom.mining.logs.errors import UnreadableLogError
from taktloom.mining.logs.event_source import HistoryRequest
from taktloom.mining.review import review
from taktloom.model.events import Event

AT = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = HistoryRequest(log_id="history", name="History", at=AT, timezone="Europe/Amsterdam")


@dataclass(frozen=True)
class Batch:
    """A batch as the hosts' readers give it."""

    events: tuple[Event, ...]
    cursor: int


@dataclass
class Recorded:
    """Events in memory; the cursor is how many were read."""

    events: list[Event] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def read(self, *, after: int = 0, limit: int = 10) -> Batch:
        self.asked.append(after)
        found = tuple(self.events[after : after + limit])
        return Batch(found, after + len(found))

    def count_until(self, cursor: int) -> int:
        return len(self.events[:cursor])


def step(number: int, lifecycle: str = "complete", **attributes: object) -> Event:
    return Event(
        event_id=f"e{number}",
        case_id=f"case {number // 4}",
        activity=("Register", "Decide")[number // 2 % 2],
        occurred_at=AT + timedelta(minutes=number),
        lifecycle=lifecycle,
        resource="Ann",
        role="clerk",
        element_id="register",
        process_key="permit",
        process_version=3,
        instance_key=f"{number // 4}",
        attributes=attributes,
    )


def test_the_engines_history_becomes_a_log_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source, "BATCH_EVENTS", 3)
    transitions = ("start", "complete")
    source = Recorded([step(n, transitions[n % 2], **{"case.amount": Decimal(5), "event.ok": True}) for n in range(8)])

    log = LogCatalogue(tmp_path / "logs").refresh_history(source, REQUEST)

    assert (log.counts.cases, log.counts.events, log.counts.activity_instances, log.counts.variants) == (2, 8, 4, 1)
    row = log.events().collect().to_dicts()[0]
    assert (row["element_id"], row["process_key"], row["process_version"]) == ("register", "permit", 3)
    assert (row["started_at"], row["occurred_at"]) == (AT, AT + timedelta(minutes=1))
    assert (row["case.amount"], row["event.ok"], row["event_id"]) == (5.0, True, "e1")
    assert log.metadata.cursor == "8"
    assert review(log).durations.summary.median_s == 180


def test_a_start_on_the_completion_row_itself_is_kept_beside_joined_ones(tmp_path: Path) -> None:
    begun = replace(step(1), started_at=AT)
    source = Recorded([begun, step(2, "start"), step(3)])

    log = LogCatalogue(tmp_path / "logs").refresh_history(source, REQUEST)

    rows = log.events().select("started_at", "occurred_at").collect().rows()
    assert rows == [(AT, AT + timedelta(minutes=1)), (AT + timedelta(minutes=2), AT + timedelta(minutes=3))]


def test_a_refresh_takes_the_old_logs_place(tmp_path: Path) -> None:
    catalogue, source = LogCatalogue(tmp_path / "logs"), Recorded([step(0)])
    catalogue.refresh_history(source, REQUEST)
    source.events.append(step(4))

    log = catalogue.refresh_history(source, REQUEST)

    assert (log.counts.cases, log.metadata.cursor) == (2, "2")
    assert [each.name for each in catalogue.folder.iterdir()] == ["history"]


def test_a_history_without_events_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    catalogue = LogCatalogue(tmp_path / "logs")

    with pytest.raises(UnreadableLogError):
        catalogue.refresh_history(Recorded(), REQUEST)
    assert list(catalogue.folder.iterdir()) == []


def log_of(catalogue: LogCatalogue, source: Recorded) -> object:
    log = catalogue.refresh_history(source, REQUEST)
    batches = sorted((log.folder / "batches-1").iterdir())
    assert sum(pl.read_parquet(path).height for path in batches) == len(source.events)
    return log.events().collect().to_dict(as_series=False), log.metadata, log.labels


def mixed(number: int) -> Event:
    """Attributes whose type differs from one event to the next."""
    values = ({"event.x": Decimal(1)}, {"event.x": True}, {"event.y": AT}, {"event.x": "no", "event.y": 5})
    return step(number, ("start", "complete")[number % 2], **values[number % 7 % 4])


def test_a_refresh_reads_what_is_new_and_gives_the_log_of_a_full_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_source, "BATCH_EVENTS", 4)
    catalogue, source = LogCatalogue(tmp_path / "logs"), Recorded()
    for count in (3, 8, 9, 9, 21):
        source.events = [mixed(number) for number in range(count)]
        source.asked.clear()
        renewed = log_of(catalogue, source)

        full_batches = {3: 0, 8: 0, 9: 2, 21: 2}[count]
        assert source.asked[0] == 4 * full_batches
        assert renewed == log_of(LogCatalogue(tmp_path / f"anew-{count}-{len(source.asked)}"), source)


def test_events_that_the_engine_deleted_leave_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_source, "BATCH_EVENTS", 4)
    catalogue, source = LogCatalogue(tmp_path / "logs"), Deleting()
    source.events = [step(number) for number in range(12)]
    catalogue.refresh_history(source, REQUEST)
    source.gone = {4, 5, 6, 7}

    log = catalogue.refresh_history(source, REQUEST)

    assert log.cases == ["case 0", "case 2"]
    assert "case 1" not in pl.read_parquet(log.folder / "batches-1")["case_id"].to_list()


@dataclass
class Deleting(Recorded):
    """Events at positions, some of which are gone; the cursor is the last position read."""

    gone: set[int] = field(default_factory=set)

    def read(self, *, after: int = 0, limit: int = 10) -> Batch:
        left = [index for index in range(after, len(self.events)) if index not in self.gone][:limit]
        return Batch(tuple(self.events[index] for index in left), left[-1] + 1 if left else after)

    def count_until(self, cursor: int) -> int:
        return len([index for index in range(cursor) if index not in self.gone])
