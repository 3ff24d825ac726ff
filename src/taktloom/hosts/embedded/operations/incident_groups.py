# SPDX-License-Identifier: Apache-2.0
"""Open incidents by cause: how many, since when, how much of what runs is hit; `causes.py` says what a cause is."""

from taktloom.hosts.embedded.advancing.causes import Cause, cause_signature
from taktloom.hosts.embedded.core.limits import page_size
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.model.cursors import not_a_cursor, number_of_cursor
from taktloom.model.identifiers import ElementId, IncidentId, ProcessId, TenantId
from taktloom.model.interventions import IncidentGroup
from taktloom.model.operations import Page
from taktloom.storage import Row

__all__ = ["IncidentGroups"]

_SIGNED_AT_ONCE = 500
_MORE_THAN_ANY = 2**62


class IncidentGroups:
    """Groups of one tenant's incidents."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def search(
        self, *, process_id: ProcessId | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[IncidentGroup]:
        """Groups, the largest first. A page begins behind the last group of the one before, whatever has gone since."""
        self._sign()
        limit, (incidents, signature) = page_size(limit, self._core.limits), _behind(cursor)
        names = {"tenant_id": self._tenant_id, "process_id": process_id}
        with self._core.database.reading() as session:
            rows = session.all(
                "incident_groups",
                **names,
                after_incidents=incidents,
                after_signature=signature,
                limit=limit + 1,
            )
            total = session.count("count_incident_groups", **names)
            items = []
            for row in rows[:limit]:
                group = {"tenant_id": self._tenant_id, "signature": row.text("signature")}
                latest = session.first("latest_incident_of_group", **group)
                live = session.count(
                    "count_live_of_version",
                    tenant_id=self._tenant_id,
                    process_id=row.text("process_id"),
                    version=row.integer("version"),
                )
                if latest is not None:
                    items.append(_group(row, latest, live))
        last = rows[limit - 1] if len(rows) > limit else None
        next_cursor = None if last is None else f"{last.integer('incidents')}.{last.text('signature')}"
        return Page(items=tuple(items), next_cursor=next_cursor, total=total)

    def incidents(self, signature: str, limit: int) -> tuple[IncidentId, ...]:
        """Ids of the group's open incidents, oldest first."""
        self._sign()
        with self._core.database.reading() as session:
            rows = session.all("incidents_of_group", tenant_id=self._tenant_id, signature=signature, limit=limit)
        return tuple(IncidentId(row.text("incident_id")) for row in rows)

    def _sign(self) -> None:
        """Give a signature to open incidents that have none: of older versions, or migrated since."""
        while True:
            with self._core.database.reading() as session:
                rows = session.all("unsigned_incidents", tenant_id=self._tenant_id, limit=_SIGNED_AT_ONCE)
            if not rows:
                return
            self._core.submit(self._tenant_id, lambda unit, found=rows: _sign_rows(unit, found))  # type: ignore[misc]


def _behind(cursor: str | None) -> tuple[int, str]:
    """How many incidents the last group of the page before had, and its signature. Raises InvalidCursorError."""
    if cursor is None:
        return _MORE_THAN_ANY, ""
    incidents, _, signature = cursor.partition(".")
    if not signature:
        raise not_a_cursor()
    return number_of_cursor(incidents) or 0, signature


def _sign_rows(unit: Unit, rows: list[Row]) -> None:
    for row in rows:
        cause = Cause(
            process_id=row.text("process_id"),
            version=row.integer("version"),
            element_id=row.text("element_id"),
            kind=row.text("kind"),
            message=row.text("message"),
        )
        unit.session.run(
            "sign_incident",
            tenant_id=unit.tenant_id,
            incident_id=row.text("incident_id"),
            signature=cause_signature(cause),
        )


def _group(row: Row, latest: Row, live: int) -> IncidentGroup:
    instances = row.integer("instances")
    return IncidentGroup(
        signature=row.text("signature"),
        process_id=ProcessId(row.text("process_id")),
        process_name=latest.text("process_name"),
        version=row.integer("version"),
        element_id=ElementId(row.text("element_id")),
        element_name=latest.text("element_name"),
        kind=row.text("kind"),
        message=latest.text("message"),
        incidents=row.integer("incidents"),
        instances=instances,
        live=live,
        share=instances / live if live else 0.0,
        first_raised_at=row.instant("first_raised_at"),
        last_raised_at=row.instant("last_raised_at"),
    )
