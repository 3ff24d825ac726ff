# SPDX-License-Identifier: Apache-2.0
"""Incidents: what waits for an operator, and trying it again."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.instances import COUNTED_UP_TO
from taktloom.hosts.embedded.advancing.message_targets import deliver_again
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action
from taktloom.hosts.embedded.core.limits import page_size, require_count
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.views import incident_view
from taktloom.kernel.events import IncidentResolved
from taktloom.model.errors import ConflictError, NotFoundError, TaktloomError
from taktloom.model.identifiers import IncidentId, InstanceKey, ProcessId, TenantId
from taktloom.model.operations import IncidentView, Page
from taktloom.model.places import Place
from taktloom.storage import Row, Session


class IncidentState(Enum):
    """Which incidents a list shows."""

    OPEN = "open"
    RESOLVED = "resolved"
    ANY = "any"


class UnknownIncidentError(NotFoundError):
    """No incident has that id."""

    code = "TL-2550"


class IncidentResolvedError(ConflictError):
    """The incident is over already."""

    code = "TL-2551"


_IS_OPEN = {IncidentState.OPEN: 1, IncidentState.RESOLVED: 0, IncidentState.ANY: None}


class Incidents:
    """Incidents of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def search(
        self,
        *,
        process_id: ProcessId | None = None,
        state: IncidentState = IncidentState.OPEN,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[IncidentView]:
        """Incidents, newest first."""
        limit = page_size(limit, self._core.limits)
        filters = {"tenant_id": self._tenant_id, "process_id": process_id, "is_open": _IS_OPEN[state]}
        with self._core.database.reading() as session:
            rows = session.all("list_incidents", **filters, before=cursor, limit=limit + 1)
            total = session.count("count_incidents", **filters, limit=COUNTED_UP_TO + 1)
        items = tuple(map(incident_view, rows[:limit]))
        next_cursor = items[-1].incident_id if len(rows) > limit else None
        return Page(items=items, next_cursor=next_cursor, total=total if total <= COUNTED_UP_TO else None)

    def get(self, incident_id: IncidentId) -> IncidentView:
        """One incident; raises UnknownIncidentError."""
        with self._core.database.reading() as session:
            return incident_view(incident_row(session, self._tenant_id, incident_id))

    def resolve(
        self,
        incident_id: IncidentId,
        *,
        variables: Mapping[str, object] | None = None,
        reason: str = "",
        actor: str | None = None,
    ) -> None:
        """Set variables where the incident is, then try again what raised it; it may fail again as a new incident.

        Raises UnknownIncidentError, IncidentResolvedError.
        """
        order, values = Order(actor=actor, reason=reason), values_from_python(variables or {})
        self._core.submit(self._tenant_id, lambda unit: resolve_incident(unit, incident_id, values, order))

    def resolve_many(
        self, incident_ids: Sequence[IncidentId], *, reason: str = "", actor: str | None = None
    ) -> Mapping[IncidentId, TaktloomError | None]:
        """Try many again, each for itself; by id None or why not."""
        require_count("incident_ids", incident_ids, self._core.limits.batch_items)
        futures = {
            one: self._core.post(self._tenant_id, _resolving(one, Order(actor=actor, reason=reason)))
            for one in incident_ids
        }
        return {incident_id: _refusal(future.exception()) for incident_id, future in futures.items()}


def _resolving(incident_id: IncidentId, order: Order) -> Callable[[Unit], None]:
    return lambda unit: resolve_incident(unit, incident_id, {}, order)


def resolve_incident(unit: Unit, incident_id: IncidentId, variables: Mapping[str, FeelValue], order: Order) -> None:
    """As Incidents.resolve, inside the present unit of work."""
    row = incident_row(unit.session, unit.tenant_id, incident_id)
    if row.value("resolved_at") is not None:
        raise IncidentResolvedError(
            f"Incident {incident_id} is already resolved.",
            Place(element_id=incident_id),
            "Look at the list of incidents again.",
            {"incident_id": incident_id},
        )
    if row.text_or_none("outbox_id") is not None:
        deliver_again(unit, row, order)
        return
    instance = unit.instance(InstanceKey(row.text("instance_key")))
    occurred_at = event_time(unit, instance)
    event = IncidentResolved(occurred_at=occurred_at, actor=order.actor, incident_id=incident_id, variables=variables)
    advance(unit, instance, event)
    record_action(
        unit,
        "retry-incident",
        order,
        instance_key=instance.instance_key,
        process_id=instance.definition.process_id,
        incident_id=incident_id,
        variables=sorted(variables),
    )


def incident_row(session: Session, tenant_id: TenantId, incident_id: IncidentId) -> Row:
    """The incident's row; raises UnknownIncidentError."""
    row = session.first("incident_by_id", tenant_id=tenant_id, incident_id=incident_id)
    if row is None:
        raise UnknownIncidentError(
            f"There is no incident {incident_id}.",
            Place(element_id=incident_id),
            "Look at the list of incidents.",
            {"incident_id": incident_id},
        )
    return row


def _refusal(error: BaseException | None) -> TaktloomError | None:
    if error is None or isinstance(error, TaktloomError):
        return error
    raise error
