# SPDX-License-Identifier: Apache-2.0
"""A log as plain records, for the loops that filters are held against."""

from collections import defaultdict
from datetime import UTC

from taktloom.mining.logs.canonical import CanonicalLog
from tests.mining.filters.filter_oracle import Log, PlainCase, PlainEvent


def plain_cases(log: CanonicalLog) -> Log:
    """The cases of *log* in its order."""
    rows = log.events().collect()
    names = [column for column in rows.columns if column.startswith(("case.", "event."))]
    by_case: dict[str, list[dict[str, object]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        by_case[row["case_id"]].append(row)
    codes = {case_id: code for code, case_id in enumerate(log.cases)}
    return [
        PlainCase(
            code=codes[case_id],
            case_id=case_id,
            attributes={each: steps[0][each] for each in names if each.startswith("case.")},
            events=tuple(_event(row, names) for row in steps),
        )
        for case_id, steps in by_case.items()
    ]


def _event(row: dict[str, object], names: list[str]) -> PlainEvent:
    at, begun = row["occurred_at"], row["started_at"] or row["occurred_at"]
    return PlainEvent(
        position=int(str(row["position"])),
        activity=str(row["activity"]),
        resource=None if row["resource"] is None else str(row["resource"]),
        begun_at=begun.astimezone(UTC),  # type: ignore[attr-defined]
        at=at.astimezone(UTC),  # type: ignore[attr-defined]
        attributes={each: row[each] for each in names if each.startswith("event.")},
    )
