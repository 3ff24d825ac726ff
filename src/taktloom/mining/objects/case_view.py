# SPDX-License-Identifier: Apache-2.0
"""An object-centric file as a file of cases that the import of logs reads like any other."""

from dataclasses import dataclass
from pathlib import Path

from taktloom.mining.objects.flattening import flatten
from taktloom.mining.objects.reading import read_object_log
from taktloom.model.findings import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A Parquet file with the cases of one object type. events_of_types: how many events touch each type."""

    path: Path
    object_type: str
    events_of_types: dict[str, int]
    findings: tuple[Finding, ...]


def write_case_view(
    source: Path,
    folder: Path,
    *,
    object_type: str | None = None,
    timezone: str | None = None,
    source_name: str | None = None,
) -> CaseView:
    """Write the cases of *object_type* (None: the type that most events touch) into *folder*.

    Raises what `read_object_log` raises, and UnknownObjectTypeError.
    """
    reading = read_object_log(source, timezone=timezone, source_name=source_name)
    types = reading.log.events_of_types()
    chosen = object_type or next(iter(types), "")
    path = folder / "cases.parquet"
    flatten(reading.log, chosen).write_parquet(path, compression="zstd", compression_level=1)
    return CaseView(path=path, object_type=chosen, events_of_types=types, findings=reading.findings)
