# SPDX-License-Identifier: Apache-2.0
"""Instances without a reason to wait: active, not suspended, and nothing can ever come for them.

The tables tell quickly who has no open job, task, timer, subscription, called instance, incident or pending batch; the
states of those few tell whether a condition, data or an answer is waited for. What remains is stuck: a model with a
deadlock, such as a parallel join after an exclusive split, or a defect of ours.
"""

from taktloom.hosts.embedded.core.limits import page_size
from taktloom.hosts.embedded.core.unit import Core
from taktloom.hosts.embedded.history.stored_instances import StoredInstance, stored_instances
from taktloom.kernel.state import InstanceState
from taktloom.model.identifiers import ProcessId, TenantId
from taktloom.model.interventions import StuckInstance
from taktloom.model.operations import Page

__all__ = ["StuckInstances"]

_LOOKED_AT_MOST = 5_000  # candidates per call


class StuckInstances:
    """Finds stuck instances of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def search(
        self, *, process_id: ProcessId | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[StuckInstance]:
        """Stuck instances by key, oldest first."""
        limit = page_size(limit, self._core.limits)
        found: list[StuckInstance] = []
        after, looked_at = cursor or "", 0
        while len(found) <= limit and looked_at < _LOOKED_AT_MOST:
            with self._core.database.reading() as session:
                rows = session.all(
                    "instances_without_waits",
                    tenant_id=self._tenant_id,
                    process_id=process_id,
                    after=after,
                    limit=limit + 1,
                )
                for stored in stored_instances(self._core, session, self._tenant_id, rows):
                    if not _waits(stored.state):
                        found.append(_stuck(stored))
            if len(rows) <= limit:
                break
            after, looked_at = rows[-1].text("instance_key"), looked_at + len(rows)
        next_cursor = found[limit - 1].instance_key if len(found) > limit else None
        return Page(items=tuple(found[:limit]), next_cursor=next_cursor)


def _waits(state: InstanceState) -> bool:
    """Whether something is waited for that has no row of its own."""
    return bool(state.conditions or state.awaiting_data or state.requests or state.held or state.must_look)


def _stuck(stored: StoredInstance) -> StuckInstance:
    nodes, state = stored.definition.executable.nodes, stored.state
    elements = dict.fromkeys(nodes[token.element].id for token in state.tokens.values())
    return StuckInstance(
        instance_key=stored.instance_key,
        process_id=stored.definition.process_id,
        version=stored.definition.version,
        business_key=stored.row.text_or_none("business_key"),
        advanced_at=stored.advanced_at,
        elements=tuple(elements),
    )
