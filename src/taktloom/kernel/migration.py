# SPDX-License-Identifier: Apache-2.0
"""Migration: the state of an instance is carried over to another version of its process; all of it or nothing.

Jobs, user tasks, timers, subscriptions, called instances and requests stay open under their ids: who works for the
instance notices nothing. What they were ordered with (names, due instants, variables) are recorded facts and stay too,
unless the plan says that an element's waits are renewed. Boundary events and event sub-processes follow the new
version: the waits of those that are gone are withdrawn, those that are new begin to wait, one that has happened already
does not begin again. `migration_plan` makes the event and tells beforehand what stands in the way.
"""

from collections.abc import Iterable, Mapping

from taktloom.kernel.arming import arm, plan_events
from taktloom.kernel.draft import all_or_nothing
from taktloom.kernel.events import InstanceMigrated
from taktloom.kernel.executable import NONE, Node
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Holder, Run
from taktloom.kernel.state import CompensationRecord, EventWait, IncidentWait, Phase, Scope, Token
from taktloom.kernel.triggers import trigger_of
from taktloom.kernel.variables import visible_variables
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import ElementId, IncidentId, ScopeId, TokenId
from taktloom.model.places import Place

__all__ = ["MigrationRefusedError", "migrate"]


class MigrationRefusedError(ConflictError):
    """The instance cannot be carried over as it stands now; nothing was changed."""

    code = "TL-2332"


def migrate(run: Run, event: InstanceMigrated) -> None:
    """Carry the state over to `run.process`, the target. Raises MigrationRefusedError."""
    all_or_nothing(run, lambda draft: _migrate(draft, event))


def _migrate(run: Run, event: InstanceMigrated) -> None:
    try:
        _renumber(run, event)
        _withdraw_what_is_gone(run, event)
        known = set(event.nodes.values())
        _renew(run, event)
        _arm_what_is_new(run, known, event.renewed)
    except KeyError as missing:
        raise _refused(run, None, f"Element {missing} of the source has no place in the target.") from missing
    except ElementFailure as failure:
        raise _refused(run, None, failure.message) from failure


# numbers


def _renumber(run: Run, event: InstanceMigrated) -> None:
    nodes, flows, state = event.nodes, event.flows, run.state
    for token in state.tokens.values():
        token.element = nodes[token.element]
        token.arrived_by = flows.get(token.arrived_by, NONE)
    for scope in state.scopes.values():
        _renumber_scope(scope, nodes, flows)
    for incident in state.incidents.values():
        incident.element = nodes[incident.element]


def _renumber_scope(scope: Scope, nodes: Mapping[int, int], flows: Mapping[int, int]) -> None:
    if scope.element != NONE:
        scope.element = nodes[scope.element]
    scope.joins = {
        nodes[gateway]: {(flow if flow == NONE else flows[flow]): waiting for flow, waiting in arrived.items()}
        for gateway, arrived in scope.joins.items()
    }
    scope.resets = {nodes[gateway]: [flows[flow] for flow in done] for gateway, done in scope.resets.items()}
    for records in (scope.records, scope.undoing):
        _renumber_records(records, nodes)


def _renumber_records(records: list[CompensationRecord], nodes: Mapping[int, int]) -> None:
    for record in records:
        record.element = nodes[record.element]
        _renumber_records(record.records, nodes)


# waits


def _withdraw_what_is_gone(run: Run, event: InstanceMigrated) -> None:
    for wait_id, wait in _event_waits(run):
        holder = run.holder_of(wait)
        wait.element = event.nodes.get(wait.element, NONE)
        if wait.element == NONE or wait.element not in _awaited(run, holder):
            run.withdraw(holder, wait_id)


def _event_waits(run: Run) -> list[tuple[str, EventWait]]:
    state = run.state
    stores: tuple[Mapping[str, EventWait], ...] = (
        state.timers,  # type: ignore[assignment]  # ids of all kinds are texts
        state.subscriptions,
        state.signals,
        state.conditions,
        state.gathered,
    )
    return sorted((item for store in stores for item in store.items()), key=lambda item: item[0])


def _awaited(run: Run, holder: Holder) -> set[int]:
    """Numbers of the events that the holder may wait for."""
    if not isinstance(holder, Token):
        return set(run.process.handlers_of(run.state.scopes[holder].element).armed)
    node = run.node(holder)
    own = _behind(run, node) if node.element_type == "eventBasedGateway" else (node.index,)
    return {*node.armed, *own}


def _behind(run: Run, gateway: Node) -> tuple[int, ...]:
    return tuple(run.process.flows[flow].target for flow in gateway.outgoing)


# new waits


def _arm_what_is_new(run: Run, known: set[int], renewed: Iterable[ElementId]) -> None:
    again = {run.process.node_index[element_id] for element_id in renewed if element_id in run.process.node_index}
    for token in list(run.state.tokens.values()):
        node = run.node(token)
        if token.id not in run.state.tokens or not token.is_active or _begins_again(run, token):
            continue
        fresh = [event for event in node.armed if event not in known or event in again]
        if fresh:
            _end_waits_for(run, token, fresh)
            arm(run, token, plan_events(run, fresh, run.variables(token)))
        if node.element_type == "eventBasedGateway" and token.waits:
            _open_behind(run, token, [event for event in _behind(run, node) if event not in known])
    for scope_id in list(run.state.scopes):
        scope = run.state.scopes.get(scope_id)
        if scope is None or scope.is_interrupted or _opens_again(run, scope):
            continue
        armed = run.process.handlers_of(scope.element).armed
        fresh = [event for event in armed if event not in known or event in again]
        if fresh:
            _end_waits_for(run, scope_id, fresh)
            arm(run, scope_id, plan_events(run, fresh, visible_variables(run.state, scope_id)))


def _incidents_of(run: Run, token: Token) -> list[IncidentWait]:
    incidents = run.state.incidents
    return [incidents[IncidentId(wait)] for wait in token.waits if wait in incidents]


def _kept(run: Run) -> list[tuple[TokenId, Phase]]:
    """What tokens are to do once the instance is resumed or its caller has answered."""
    return [entry for stack in (run.state.parked, *run.state.held) for entry in stack]


def _begins_again(run: Run, token: Token) -> bool:
    """Whether the token's visit is still to be entered, and arms its events by itself."""
    if token.id in run.state.awaiting_data or (token.id, Phase.ENTER) in _kept(run):
        return True
    return any(incident.phase in {Phase.ENTER, Phase.OPEN} for incident in _incidents_of(run, token))


def _opens_again(run: Run, scope: Scope) -> bool:
    """Whether the scope's event sub-processes are still to be opened by its first token."""
    tokens = (run.state.tokens[token_id] for token_id in scope.tokens)
    return any(
        (token.id, Phase.OPEN) in _kept(run)
        or any(incident.phase is Phase.OPEN for incident in _incidents_of(run, token))
        for token in tokens
    )


def _end_waits_for(run: Run, holder: Token | ScopeId, events: Iterable[int]) -> None:
    waits = dict(_event_waits(run))
    for wait_id in list(run.waits_of(holder)):
        wait = waits.get(wait_id)
        if wait is not None and wait.element in events:
            run.withdraw(holder, wait_id)


def _open_behind(run: Run, token: Token, events: Iterable[int]) -> None:
    """New events behind the gateway at which the token waits; one that holds already is a reason to wait no longer."""
    for index in events:
        event = run.process.nodes[index]
        trigger = trigger_of(event)
        if trigger is None:
            continue
        plan = trigger.plan(run.variables(token), run.now, run.rules)
        if plan.holds:
            raise _refused(run, event.id, f"What the new event '{event.id}' waits for is the case already.")
        plan.open(run, token, event)


def _renew(run: Run, event: InstanceMigrated) -> None:
    """Let the tokens at renewed elements order their work or open their waits again."""
    for token in list(run.state.tokens.values()):
        node = run.node(token)
        if node.id not in event.renewed or not token.is_active or _incidents_of(run, token):
            continue
        waits = dict(_event_waits(run))
        own = [wait for wait in token.waits if wait not in waits or waits[wait].element not in node.armed]
        if not own:
            continue
        for wait in own:
            run.withdraw(token, wait)
        run.push(token, Phase.PERFORM if node.behaviour.is_recorded_from_start else Phase.ENTER)


def _refused(run: Run, element_id: ElementId | None, reason: str) -> MigrationRefusedError:
    return MigrationRefusedError(
        reason,
        Place(source=run.process.id, element_id=element_id),
        "Look at the plan's dry run for this instance; it may migrate when it has gone on.",
        {"instance_key": run.state.instance_key, "element_id": element_id or ""},
    )
