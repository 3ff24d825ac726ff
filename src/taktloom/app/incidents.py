# SPDX-License-Identifier: Apache-2.0
"""Incidents: list, and try again."""

from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.feel.values import FeelValue
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import IncidentId, ProcessId
from taktloom.model.operations import IncidentView, Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """resolved: ids; refused: ids with the cause."""

    resolved: tuple[str, ...]
    refused: Mapping[str, str]


_STATES: Mapping[str, str] = {"open": "open", "resolved": "resolved", "all": "any"}


@use_case(Permission.INSTANCE_VIEW)
def list_incidents(
    context: Context,
    *,
    process_id: str | None = None,
    state: str = "open",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[IncidentView]:
    """Incidents, newest first; state: open, resolved or all. Raises MisuseError for another one."""
    from taktloom.hosts.embedded import IncidentState

    if state not in _STATES:
        raise MisuseError("Incidents are open or resolved.", remedy="Give the state open, resolved or all.")
    return context.rooms.engine.incidents.search(
        process_id=None if process_id is None else ProcessId(process_id),
        state=IncidentState(_STATES[state]),
        cursor=cursor,
        limit=limit,
    )


@use_case(Permission.INSTANCE_VIEW)
def show_incident(context: Context, *, incident_id: str) -> IncidentView:
    """One incident. Raises NotFoundError."""
    return context.rooms.engine.incidents.get(IncidentId(incident_id))


@use_case(Permission.INSTANCE_OPERATE)
def resolve_incident(
    context: Context, *, incident_id: str, variables: Mapping[str, FeelValue] | None = None, reason: str = ""
) -> None:
    """Set variables where given, then try again."""
    context.rooms.engine.incidents.resolve(
        IncidentId(incident_id), variables=variables, reason=reason, actor=context.principal.name
    )
    names = ", ".join(sorted(variables or ()))
    context.audit("resolve-incident", f"incident {incident_id}", reason=f"{names}: {reason}" if names else reason)


@use_case(Permission.INSTANCE_OPERATE)
def resolve_incidents(context: Context, *, incident_ids: tuple[str, ...], reason: str = "") -> Resolved:
    """Try many again; one that is refused does not stop the others."""
    ids = tuple(IncidentId(one) for one in incident_ids)
    outcomes = context.rooms.engine.incidents.resolve_many(ids, reason=reason, actor=context.principal.name)
    resolved = tuple(one for one, error in outcomes.items() if error is None)
    context.audit("resolve-incidents", ", ".join(resolved), reason=reason)
    return Resolved(
        resolved=resolved, refused={one: error.cause for one, error in outcomes.items() if error is not None}
    )
