# SPDX-License-Identifier: Apache-2.0
"""The engine's own history of a process as an event log, beside the imported ones: made once, renewed when asked for.

One log per process, under an id made from the process's. It is read through `EventSource`: mining never sees the
engine's tables. The log tells how far it was read and how much has happened since.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.log_records import HistoryRecord, LogRecord, log_record
from taktloom.app.long_work import WorkHandle, WorkKind
from taktloom.assure.permissions import Permission
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import ProcessId

if TYPE_CHECKING:
    from taktloom.hosts.embedded.history.event_rows import EventBatch, EventLogSource
    from taktloom.mining.logs.canonical import CanonicalLog

LONGEST_ID = 60


@dataclass(frozen=True, slots=True)
class ProcessHistory:
    """The events of one process; fits mining's `EventSource`."""

    source: "EventLogSource"
    process_id: ProcessId

    def read(self, *, after: int = 0, limit: int = 10_000) -> "EventBatch":
        """At most *limit* events after the cursor."""
        return self.source.read(after=after, limit=limit, process_id=self.process_id)

    def count_until(self, cursor: int) -> int:
        """How many events there are up to the cursor."""
        newer = self.source.count_after(cursor, process_id=self.process_id)  # first: later ones must not be missed
        return self.source.count_after(0, process_id=self.process_id) - newer


@use_case(Permission.LOG_EDIT)
def make_history_log(context: Context, *, process_id: str) -> LogRecord:
    """Make or renew the log of this process's instances now. Raises InputRefusedError while nothing has happened."""
    return _make(context, process_id)


@use_case(Permission.LOG_EDIT)
def start_history_log(context: Context, *, process_id: str) -> str:
    """Begin to make or renew it; the id to follow it by, as an import's."""
    context.rooms.engine.deployments.process(ProcessId(process_id))

    def work(handle: WorkHandle) -> LogRecord:
        handle.report("reading", 0, None)
        return _make(context, process_id)

    return context.rooms.long_work.begin(work, kind=WorkKind.IMPORT, key=(WorkKind.IMPORT, "history", process_id))


def history_of(context: Context, log: "CanonicalLog") -> HistoryRecord | None:
    """How far an engine's log was read and what it lacks; None for an imported log."""
    cursor = log.metadata.cursor
    if cursor is None:
        return None
    process_id = ProcessId(str(log.events().select("process_key").head(1).collect().item()))
    return HistoryRecord(
        process_id=process_id,
        read_at=log.metadata.imported_at,
        newer_events=context.rooms.engine.event_log.count_after(int(cursor), process_id=process_id),
    )


def history_log_id(process_id: str) -> str:
    """`engine-` and the process's id; ids that a folder cannot be named by end with a digest."""
    plain = re.sub(r"[^\w\-]", "-", process_id)
    if plain == process_id and len(plain) <= LONGEST_ID:
        return f"engine-{plain}"
    return f"engine-{plain[:LONGEST_ID]}-{hashlib.sha256(process_id.encode()).hexdigest()[:8]}"


def _make(context: Context, process_id: str) -> LogRecord:
    from taktloom.mining.logs.event_source import HistoryRequest

    logs, log_id = context.rooms.logs, history_log_id(process_id)
    process = context.rooms.engine.deployments.process(ProcessId(process_id))
    known = next((one for one in logs.catalogue.list_logs() if one.log_id == log_id), None)
    if known is not None and known.cursor is None:
        raise ConflictError(
            f"An imported log has the id {log_id} already.",
            remedy="Delete that log, or export it first.",
            parameters={"id": log_id},
        )
    request = HistoryRequest(
        log_id=log_id,
        name=known.name if known is not None else process.latest.name or process_id,
        at=context.rooms.clock(),
        timezone=context.rooms.settings.zone,
    )
    source = ProcessHistory(context.rooms.engine.event_log, ProcessId(process_id))
    with logs.changing():
        log = logs.catalogue.refresh_history(source, request)
    logs.forget_results(log_id)
    context.audit("read-history", f"log {log_id}", reason=process_id)
    return log_record(log)
