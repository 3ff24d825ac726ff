# SPDX-License-Identifier: Apache-2.0
"""Who did what to running processes, and why: written in the transaction of what was done, so that neither can lack.

The names of variables and elements are told, never values.
"""

import json
from dataclasses import dataclass

from taktloom.hosts.embedded.core.limits import page_size, require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.model.errors import MisuseError
from taktloom.model.identifiers import BatchId, InstanceKey, ProcessId, TenantId
from taktloom.model.interventions import OperatorAction
from taktloom.model.operations import Page
from taktloom.storage import Row, to_micros

__all__ = ["OperatorActions", "Order", "ReasonMissingError", "record_action", "require_reason"]


class ReasonMissingError(MisuseError):
    """This action asks for a reason, and none was given."""

    code = "TL-2580"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who wants something done, and why; batch_id: as part of which batch.

    allows_stuck: also where an instance would then wait for ever at a join.
    """

    actor: str | None = None
    reason: str = ""
    batch_id: BatchId | None = None
    allows_stuck: bool = False


def require_reason(order: Order, limit: int) -> None:
    """Raise ReasonMissingError for an empty reason, LimitExceededError for one that is too long."""
    require_within("reason", len(order.reason), limit)
    if not order.reason.strip():
        raise ReasonMissingError(
            "This action needs a reason.", remedy="Say why, in a few words: it is kept with the action."
        )


def record_action(
    unit: Unit,
    action: str,
    order: Order,
    *,
    instance_key: InstanceKey | None = None,
    process_id: ProcessId | None = None,
    **details: object,
) -> None:
    """Write down what is done in this unit of work."""
    unit.session.run(
        "insert_operator_action",
        tenant_id=unit.tenant_id,
        action_id=unit.core.ids.record_id(unit.now),
        occurred_at=to_micros(unit.now),
        actor=order.actor,
        action=action,
        reason=order.reason,
        process_id=process_id,
        instance_key=instance_key,
        batch_id=order.batch_id,
        details=json.dumps(details, ensure_ascii=False, sort_keys=True),
    )


class OperatorActions:
    """The record of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def search(
        self,
        *,
        instance_key: InstanceKey | None = None,
        batch_id: BatchId | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[OperatorAction]:
        """Actions, newest first."""
        limit = page_size(limit, self._core.limits)
        with self._core.database.reading() as session:
            rows = session.all(
                "list_operator_actions",
                tenant_id=self._tenant_id,
                instance_key=instance_key,
                batch_id=batch_id,
                before=cursor,
                limit=limit + 1,
            )
        items = tuple(map(_action, rows[:limit]))
        return Page(items=items, next_cursor=items[-1].action_id if len(rows) > limit else None)


def _action(row: Row) -> OperatorAction:
    process_id, key, batch = (row.text_or_none(name) for name in ("process_id", "instance_key", "batch_id"))
    return OperatorAction(
        action_id=row.text("action_id"),
        occurred_at=row.instant("occurred_at"),
        actor=row.text_or_none("actor"),
        action=row.text("action"),
        reason=row.text("reason"),
        process_id=None if process_id is None else ProcessId(process_id),
        instance_key=None if key is None else InstanceKey(key),
        batch_id=None if batch is None else BatchId(batch),
        details=json.loads(row.text("details")),
    )
