# SPDX-License-Identifier: Apache-2.0
"""Migration of running instances to another version of their process: plan, dry run, and each instance for itself.

What migrates and why not says `kernel/migration_plan.py`. Jobs, user tasks, timers and subscriptions keep their rows
under their ids; the rows are told the new version and, where they differ, the new ids of elements.
"""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action, require_reason
from taktloom.hosts.embedded.core.catalogue import RunnableDefinition
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.limits import page_size, require_count
from taktloom.hosts.embedded.core.live import LiveInstance
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.history.stored_instances import StoredInstance, read_active, stored_instances
from taktloom.kernel.dead_joins import require_live_joins
from taktloom.kernel.events import InstanceMigrated
from taktloom.kernel.migration import MigrationRefusedError
from taktloom.kernel.migration_plan import (
    MigrationPlan,
    Obstacle,
    Verdict,
    check_instance,
    dead_joins_after,
    migration_event,
    plan_migration,
)
from taktloom.kernel.state import InstanceState
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import ElementId, InstanceKey, TenantId
from taktloom.model.interventions import InstanceVerdict, MigrationRequest, MigrationRun
from taktloom.model.places import Place
from taktloom.storage import Session

__all__ = ["Migrations", "VersionDiffersError", "migrate_instance"]

_CHECKED_AT_MOST = 10_000  # instances of one dry run that are counted; beyond that the counts are of the first ones
_PER_READ = 200


class VersionDiffersError(ConflictError):
    """The instance does not run by the version that the plan starts from."""

    code = "TL-2583"


class _Joint(NamedTuple):
    """The two versions of a request with the plan between them."""

    source: RunnableDefinition
    target: RunnableDefinition
    plan: MigrationPlan


class Migrations:
    """Migrates instances of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def plan(self, request: MigrationRequest) -> MigrationPlan:
        """Match the two versions; raises UnknownProcessError, MigrationPlanError."""
        with self._core.database.reading() as session:
            return _join(self._core, session, self._tenant_id, request).plan

    def dry_run(
        self,
        request: MigrationRequest,
        *,
        verdict: Verdict | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> MigrationRun:
        """Whether each active instance of the source migrates, and why not; by key. Nothing is changed.

        verdict: only these are listed. The counts are of all, and made with the first page only. Raises as plan.
        """
        limit = page_size(limit, self._core.limits)
        counts: Counter[str] = Counter()
        items: list[InstanceVerdict] = []
        after, looked_at, is_complete = cursor or "", 0, False
        per_read = _PER_READ if cursor is None or verdict is not None else limit + 1
        while looked_at < _CHECKED_AT_MOST and (cursor is None or len(items) <= limit):
            with self._core.database.reading() as session:
                joint = _join(self._core, session, self._tenant_id, request)
                rows = session.all(
                    "active_instances_of_version",
                    tenant_id=self._tenant_id,
                    definition_key=joint.source.definition_key,
                    after=after,
                    limit=per_read,
                )
                for stored in stored_instances(self._core, session, self._tenant_id, rows):
                    found = _verdict(stored, joint, self._event(joint, stored))
                    counts[found.verdict] += 1
                    if len(items) <= limit and verdict in {None, found.verdict}:
                        items.append(found)
            looked_at += len(rows)
            if not rows:
                is_complete = True
                break
            after = rows[-1].text("instance_key")
        left = None if is_complete else after
        next_cursor = items[limit - 1].instance_key if len(items) > limit else left
        return MigrationRun(
            items=tuple(items[:limit]),
            next_cursor=next_cursor,
            counts=dict(counts) if cursor is None else {},
            is_complete=is_complete,
        )

    def check(self, instance_key: InstanceKey, request: MigrationRequest) -> InstanceVerdict:
        """As dry_run, for one instance; raises UnknownInstanceError, InstanceEndedError, VersionDiffersError."""
        with self._core.database.reading() as session:
            stored = read_active(self._core, session, self._tenant_id, instance_key)
            joint = _join(self._core, session, self._tenant_id, request)
        _require_source(stored.definition, joint, instance_key)
        return _verdict(stored, joint, self._event(joint, stored))

    def migrate(self, instance_key: InstanceKey, request: MigrationRequest, order: Order) -> None:
        """Carry one instance over, or leave it as it is.

        Raises UnknownInstanceError, InstanceEndedError, VersionDiffersError, UnknownProcessError, MigrationPlanError,
        MigrationRefusedError with what stands in the way, WouldBeStuckError unless the order allows it,
        ReasonMissingError.
        """
        require_reason(order, self._core.limits.text_characters)
        self._core.submit(self._tenant_id, lambda unit: migrate_instance(unit, instance_key, request, order))

    def _event(self, joint: _Joint, stored: StoredInstance) -> InstanceMigrated:
        return migration_event(
            joint.plan,
            source=joint.source.definition_key,
            target=joint.target.definition_key,
            occurred_at=max(self._core.clock.now(), stored.advanced_at),
        )


def migrate_instance(unit: Unit, instance_key: InstanceKey, request: MigrationRequest, order: Order) -> None:
    """As Migrations.migrate, inside the present unit of work."""
    joint = _join(unit.core, unit.session, unit.tenant_id, request)
    instance = unit.instance(instance_key)
    _require_source(instance.definition, joint, instance_key)
    event = migration_event(
        joint.plan,
        source=joint.source.definition_key,
        target=joint.target.definition_key,
        occurred_at=event_time(unit, instance),
        actor=order.actor,
        reason=order.reason,
    )
    obstacles = check_instance(joint.plan, instance.state, event)
    stuck_at = [one.element_id for one in obstacles if one.verdict is Verdict.STUCK]
    if stuck_at and not order.allows_stuck:
        require_live_joins(instance_key, dead_joins_after(joint.plan, instance.state, event))
    elif obstacles and not stuck_at:
        raise _refused(instance_key, obstacles)
    instance.definition = joint.target
    try:
        advance(unit, instance, event)
    except BaseException:
        instance.definition = joint.source
        raise
    _tell_rows(unit, instance)
    record_action(
        unit,
        "migrate-instance",
        order,
        instance_key=instance_key,
        process_id=request.process_id,
        source=request.source_version,
        target=request.target_version,
        **({"stuck_at": stuck_at} if stuck_at else {}),
    )
    unit.note(Topic.INSTANCES, "migrated", instance)


def _join(core: Core, session: Session, tenant_id: TenantId, request: MigrationRequest) -> _Joint:
    require_count("mapping", request.mapping, core.limits.batch_items)
    source = core.catalogue.startable(session, tenant_id, request.process_id, request.source_version)
    target = core.catalogue.startable(session, tenant_id, request.process_id, request.target_version)
    name = (tenant_id, source.definition_key, target.definition_key, _frozen(request.mapping), request.renewed)
    plan = core.catalogue.migration_plan(
        name, lambda: plan_migration(source.executable, target.executable, request.mapping, request.renewed)
    )
    return _Joint(source, target, plan)


def _frozen(mapping: Mapping[ElementId, ElementId | None]) -> tuple[tuple[ElementId, ElementId | None], ...]:
    return tuple(sorted(mapping.items(), key=lambda pair: pair[0]))


def _require_source(definition: RunnableDefinition, joint: _Joint, instance_key: InstanceKey) -> None:
    if definition.definition_key != joint.source.definition_key:
        raise VersionDiffersError(
            f"Instance {instance_key} runs by {definition.definition_key}, not by {joint.source.definition_key}.",
            Place(element_id=instance_key),
            "Make a plan that starts from its version.",
            {"instance_key": instance_key, "version": str(definition.version)},
        )


def _verdict(stored: StoredInstance, joint: _Joint, event: InstanceMigrated) -> InstanceVerdict:
    obstacles = check_instance(joint.plan, stored.state, event)
    verdict = Verdict.MIGRATES
    for found in (Verdict.CANNOT, Verdict.WAITS, Verdict.STUCK):
        if any(one.verdict is found for one in obstacles):
            verdict = found
            break
    return InstanceVerdict(
        instance_key=stored.instance_key,
        business_key=stored.row.text_or_none("business_key"),
        verdict=verdict.value,
        obstacles=tuple((one.element_id, one.reason) for one in obstacles),
    )


def _refused(instance_key: InstanceKey, obstacles: tuple[Obstacle, ...]) -> MigrationRefusedError:
    first = obstacles[0]
    waits = all(one.verdict is Verdict.WAITS for one in obstacles)
    remedy = "Try again when it has gone on from there." if waits else "Change the mapping, or let it end as it is."
    verdict = Verdict.WAITS if waits else Verdict.CANNOT
    at = f" at {first.element_id}" if first.element_id else ""
    return MigrationRefusedError(
        f"Instance {instance_key} {verdict.value}{at}: {first.reason}",
        Place(source=instance_key, element_id=first.element_id or None),
        remedy,
        {"instance_key": instance_key, "element_id": first.element_id, "verdict": verdict.value},
    )


def _tell_rows(unit: Unit, instance: LiveInstance) -> None:
    """The rows of the instance and of all that it waits for."""
    target = instance.definition
    name: dict[str, str] = {"tenant_id": unit.tenant_id, "instance_key": instance.instance_key}
    version: dict[str, str | int] = {"version": target.version, "process_name": target.name}
    unit.session.run("migrate_instance", **name, **version, definition_key=target.definition_key)
    unit.session.run("migrate_user_tasks", **name, **version, definition_key=target.definition_key)
    unit.session.run("migrate_incidents", **name, **version)
    for statement, wait_id, element in _waits(instance.state):
        element_id = target.executable.nodes[element].id
        more: dict[str, str] = {"element_name": target.element_name(element_id)} if statement == "move_incident" else {}
        unit.session.run(statement, tenant_id=unit.tenant_id, wait_id=wait_id, element_id=element_id, **more)


def _waits(state: InstanceState) -> list[tuple[str, str, int]]:
    """Of each open wait the statement that tells its row, its id, and the number of its element."""
    found = [("move_job", str(job), token.element) for job, token in state.jobs.items()]
    found += [("move_user_task", str(task), token.element) for task, token in state.user_tasks.items()]
    found += [("move_timer", str(timer), wait.element) for timer, wait in state.timers.items()]
    found += [("move_subscription", str(one), wait.element) for one, wait in state.subscriptions.items()]
    found += [("move_signal", str(one), wait.element) for one, wait in state.signals.items()]
    found += [("move_incident", str(one), wait.element) for one, wait in state.incidents.items()]
    return found
