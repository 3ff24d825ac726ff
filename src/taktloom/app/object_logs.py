# SPDX-License-Identifier: Apache-2.0
"""Object-centric logs in files of this machine: what they hold, and the same log in another format."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.model.errors import ConflictError, MisuseError
from taktloom.model.findings import Finding

SUFFIXES = {".json": "json", ".jsonocel": "json", ".xml": "xml", ".xmlocel": "xml", ".sqlite": "sqlite", ".zip": "csv"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTypeRecord:
    """How many objects of a type there are, and how many events touch one."""

    object_type: str
    objects: int
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectLogRecord:
    """What an object-centric log holds; findings count what is not in it or not as it should be."""

    events: int
    objects: int
    event_object_relations: int
    object_object_relations: int
    activities: int
    first_at: datetime | None
    last_at: datetime | None
    types: tuple[ObjectTypeRecord, ...]
    findings: tuple[Finding, ...]


@use_case(Permission.LOG_EDIT)
def show_object_log(context: Context, *, path: Path, timezone: str | None = None) -> ObjectLogRecord:
    """What the file holds."""
    from taktloom.mining.objects import read_object_log

    del context
    reading = read_object_log(path, timezone=timezone)
    log = reading.log
    objects = dict(log.objects.group_by("object_type").len().rows())
    return ObjectLogRecord(
        events=log.events.height,
        objects=log.objects.height,
        event_object_relations=log.event_objects.height,
        object_object_relations=log.object_objects.height,
        activities=log.events["activity"].n_unique(),
        first_at=log.events["occurred_at"][0],
        last_at=log.events["occurred_at"][-1],
        types=tuple(
            ObjectTypeRecord(object_type=kind, objects=objects.get(kind, 0), events=events)
            for kind, events in log.events_of_types().items()
        ),
        findings=reading.findings,
    )


@use_case(Permission.LOG_EDIT)
def convert_object_log(
    context: Context, *, path: Path, output: Path, timezone: str | None = None
) -> tuple[Finding, ...]:
    """Write the log as OCEL 2.0 in the format that the name of *output* tells; what was left out."""
    from taktloom.mining.objects import OcelFormat, read_object_log, write_object_log

    del context
    kind = SUFFIXES.get(output.suffix.lower())
    if kind is None:
        raise MisuseError(
            f"Cannot tell the format of {output.name}.",
            remedy="Name it .json, .xml, .sqlite, or .zip for tables in CSV.",
            parameters={"name": output.name},
        )
    if output.exists():
        raise ConflictError(
            f"The file {output.name} exists.", remedy="Choose another name.", parameters={"name": output.name}
        )
    reading = read_object_log(path, timezone=timezone)
    write_object_log(reading.log, output, OcelFormat(kind))
    return reading.findings
