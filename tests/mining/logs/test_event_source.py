# SPDX-License-Identifier: Apache-2.0
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

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

    def read(self, *, after: int = 0, limit: int = 10) -> Batch:
        found = tuple(self.events[after : after + limit])
        return Batch(found, after + len(found))


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
