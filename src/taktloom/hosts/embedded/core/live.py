# SPDX-License-Identifier: Apache-2.0
"""Live instances: their state in memory while the writer works on them, loaded from and saved to the database.

Only the writer's thread touches them. What is remembered is right as long as nobody else commits; the writer forgets
everything when somebody did, and forgets what a failed piece of work had touched.

How many are remembered is told by the size of what is stored of them: most of them are small, so that those
which wait for a day need no look into the database when they go on.
"""

import json
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded.core.catalogue import Catalogue, RunnableDefinition
from taktloom.hosts.embedded.core.limits import EngineLimits
from taktloom.hosts.embedded.core.stored_states import entries_since_states, load_stored_state, may_wait
from taktloom.hosts.embedded.core.values import ValueCodec, ValueOwner
from taktloom.kernel.sparse import NO_ENTRIES
from taktloom.kernel.state import InstanceState
from taktloom.kernel.state_json import save_state
from taktloom.model.errors import ConflictError, NotFoundError
from taktloom.model.identifiers import ChildId, DefinitionKey, InstanceKey, SubjectKey, TenantId
from taktloom.model.interventions import HistoryLevel
from taktloom.model.places import Place
from taktloom.storage import Row, Session

# Of stored states and of entries since then, which is some 100,000 small ones; in memory each takes three times that.
_KEPT_BYTES = 96 * 1024 * 1024
_LEAST_BYTES = 256  # that an instance is taken to need, however little is stored of it
FEW_LONG_VALUES = 8  # of one instance, before it is asked which of them are in use


class UnknownInstanceError(NotFoundError):
    """No process instance has that key."""

    code = "TL-2594"


class InstanceEndedError(ConflictError):
    """The instance has ended; it takes nothing any more."""

    code = "TL-2595"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The instance whose call activity waits; child_id: the call as that instance knows it; depth: 1 for its child."""

    instance_key: InstanceKey
    child_id: ChildId
    depth: int


@dataclass(slots=True, kw_only=True)
class LiveInstance:
    """An instance with all that an advance needs. advanced_at: time of the last event; time never goes back in one.

    caller: of a called instance who waits for it. history_level: what it writes to the event log.
    traceparent: the trace of the call that started it.
    saved_bytes: the size of its state as it was written last; saved_size: of its journal then, 0 where it never was;
    later_bytes: of the entries since then. kept_bytes: what it counts for in the writer's memory.
    owner: whose values it holds.
    long_values: those that are written for its jobs, with their digests, by their identity; see `job_values`.
    most_long_values: when to look which of them are in use. has_long_values: whether any may be written.
    user_task_values: as long_values, of its user tasks; some that are written may not be in it.
    """

    tenant_id: TenantId
    instance_key: InstanceKey
    definition: RunnableDefinition
    business_key: str | None
    subject_key: SubjectKey | None
    state: InstanceState
    journal_size: int
    advanced_at: datetime
    caller: "Caller | None" = None
    history_level: HistoryLevel = HistoryLevel.FULL
    traceparent: str | None = None
    saved_bytes: int = 0
    saved_size: int = 0
    later_bytes: int = 0
    kept_bytes: int = 0
    long_values: dict[int, tuple[FeelValue, str]] = NO_ENTRIES
    most_long_values: int = FEW_LONG_VALUES
    has_long_values: bool = False
    user_task_values: dict[int, tuple[FeelValue, str]] = NO_ENTRIES
    owner: ValueOwner = field(init=False)

    def __post_init__(self) -> None:
        self.owner = ValueOwner(tenant_id=self.tenant_id, subject_key=self.subject_key)


_Name: TypeAlias = tuple[TenantId, InstanceKey]


class LiveInstances:
    """The writer's memory of instances."""

    def __init__(
        self, catalogue: Catalogue, codec: ValueCodec, limits: EngineLimits, is_shared: Callable[[], bool]
    ) -> None:
        """is_shared: whether other engines are there, who read at every step what this one has written."""
        self._catalogue, self._codec, self._is_shared = catalogue, codec, is_shared
        self._steps = limits.steps_between_states
        self._kept: OrderedDict[_Name, LiveInstance] = OrderedDict()
        self._kept_bytes = 0
        self._greatest: InstanceKey | None = None

    def load(
        self, session: Session, tenant_id: TenantId, instance_key: InstanceKey, *, even_ended: bool = False
    ) -> LiveInstance:
        """The active instance; raises UnknownInstanceError or InstanceEndedError."""
        name = (tenant_id, instance_key)
        kept = self._kept.get(name)
        if kept is not None:
            self._kept.move_to_end(name)
            return kept
        row = session.first_of("live_instance", instance_key, tenant_id=tenant_id, instance_key=instance_key)
        if row is None:
            raise unknown_instance(instance_key)
        if row.text("status") != "active" and not even_ended:
            raise InstanceEndedError(
                f"Instance {instance_key} has ended.",
                Place(element_id=instance_key),
                "Start a new one.",
                {"instance_key": instance_key, "status": row.text("status")},
            )
        entries = entries_since_states(session, tenant_id, [instance_key])
        return self._remember(self._instance_of(session, tenant_id, row, entries[instance_key]))

    def load_ahead(self, session: Session, tenant_id: TenantId, instance_keys: Iterable[InstanceKey]) -> None:
        """Read those that are not in memory in one query, since they are about to be asked for."""
        missing = sorted({key for key in instance_keys if (tenant_id, key) not in self._kept})
        if len(missing) < 2:
            return
        text = json.dumps(missing)
        rows = session.all_of("live_instances", missing, tenant_id=tenant_id, instance_keys=text)
        entries = entries_since_states(session, tenant_id, [InstanceKey(row.text("instance_key")) for row in rows])
        for row in rows:
            key = InstanceKey(row.text("instance_key"))
            self._remember(self._instance_of(session, tenant_id, row, entries[key]))

    def _instance_of(self, session: Session, tenant_id: TenantId, row: Row, entries: Sequence[Row]) -> LiveInstance:
        subject = row.text_or_none("subject_key")
        owner = ValueOwner(tenant_id=tenant_id, subject_key=None if subject is None else SubjectKey(subject))
        definition = self._catalogue.by_key(session, tenant_id, DefinitionKey(row.text("definition_key")))
        stored = load_stored_state(self._codec, owner, row, entries, definition.executable)
        return LiveInstance(
            tenant_id=tenant_id,
            instance_key=InstanceKey(row.text("instance_key")),
            definition=definition,
            business_key=row.text_or_none("business_key"),
            subject_key=owner.subject_key,
            state=stored.state,
            journal_size=stored.journal_size,
            advanced_at=stored.advanced_at,
            caller=_caller(row),
            history_level=HistoryLevel(row.text("history_level")),
            traceparent=row.text_or_none("traceparent"),
            saved_bytes=stored.saved_bytes,
            saved_size=stored.saved_size,
            later_bytes=stored.later_bytes,
            has_long_values=bool(row.integer("has_long_values")),
        )

    def kept_state(self, tenant_id: TenantId, instance_key: InstanceKey) -> tuple[int, bytes] | None:
        """Of an instance in memory the size of its journal and its state; None of one that would be read."""
        instance = self._kept.get((tenant_id, instance_key))
        return None if instance is None else (instance.journal_size, save_state(instance.state))

    def is_current(self, instance: LiveInstance) -> bool:
        """Whether *instance* is what the next load would give, or has ended."""
        name = (instance.tenant_id, instance.instance_key)
        return instance.state.status != "active" or self._kept.get(name) is instance

    def add(self, session: Session, instance: LiveInstance) -> None:
        """Take in a new instance after its first step."""
        self._save_in_time(session, instance)
        if instance.state.status == "active":
            self._remember(instance)

    def save(self, session: Session, instance: LiveInstance) -> None:
        """After an advance: write the state if it is time to; an ended instance is remembered no longer."""
        self._save_in_time(session, instance)
        if instance.state.status != "active":
            self.forget([(instance.tenant_id, instance.instance_key)])

    def save_whole(self, session: Session, instance: LiveInstance) -> None:
        """Write the state at any rate: what comes next may not be understood with what came before."""
        self._save(session, instance)

    def greatest_key(self, session: Session) -> InstanceKey | None:
        """The greatest key of an instance of any tenant, None where there is none."""
        if self._greatest is None:
            row = session.first("greatest_instance_key")
            greatest = None if row is None else row.text_or_none("instance_key")
            self._greatest = None if greatest is None else InstanceKey(greatest)
        return self._greatest

    def note_key(self, key: InstanceKey) -> None:
        """*key* is the greatest one now."""
        self._greatest = key

    def forget(self, names: Iterable[tuple[TenantId, InstanceKey]]) -> None:
        """Load these anew when they are asked for."""
        for name in names:
            instance = self._kept.pop(name, None)
            if instance is not None:
                self._kept_bytes -= instance.kept_bytes
                instance.kept_bytes = 0

    def take_back(self, names: Iterable[tuple[TenantId, InstanceKey]]) -> None:
        """Work on these was taken back, and the keys that it gave."""
        self.forget(names)
        self._greatest = None

    def forget_all(self) -> None:
        """Load all anew."""
        self._kept.clear()
        self._kept_bytes = 0
        self._greatest = None

    def _save_in_time(self, session: Session, instance: LiveInstance) -> None:
        least = 0 if self._is_shared() else self._steps
        steps = instance.journal_size - instance.saved_size
        if not may_wait(instance.saved_bytes, instance.later_bytes, steps, least):
            self._save(session, instance)
        if instance.kept_bytes:
            self._count(instance)

    def _save(self, session: Session, instance: LiveInstance) -> None:
        """Now as bytes, since the state goes on moving; several advances in a group write it once, the last one."""
        sealed = self._codec.seal(save_state(instance.state), instance.owner)
        session.defer_newest(
            "save_instance_state",
            instance.instance_key,
            tenant_id=instance.tenant_id,
            instance_key=instance.instance_key,
            journal_size=instance.journal_size,
            state_sealed=sealed,
        )
        instance.saved_bytes, instance.saved_size, instance.later_bytes = len(sealed), instance.journal_size, 0

    def _remember(self, instance: LiveInstance) -> LiveInstance:
        name = (instance.tenant_id, instance.instance_key)
        self.forget([name])
        self._kept[name] = instance
        self._count(instance)
        return instance

    def _count(self, instance: LiveInstance) -> None:
        """Its size as far as it is known; lets go of those not used for longest, but never of the last one used."""
        size = _LEAST_BYTES + instance.saved_bytes + instance.later_bytes
        self._kept_bytes += size - instance.kept_bytes
        instance.kept_bytes = size
        while self._kept_bytes > _KEPT_BYTES and len(self._kept) > 1:
            self.forget([next(iter(self._kept))])


def _caller(row: Row) -> Caller | None:
    caller_key, child_id = row.text_or_none("caller_key"), row.text_or_none("child_id")
    if caller_key is None or child_id is None:
        return None
    depth = row.integer("call_depth")
    return Caller(instance_key=InstanceKey(caller_key), child_id=ChildId(child_id), depth=depth)


def unknown_instance(instance_key: str) -> UnknownInstanceError:
    """The error that names a missing instance."""
    return UnknownInstanceError(
        f"There is no instance {instance_key}.",
        Place(element_id=instance_key),
        "Look it up in the list of instances.",
        {"instance_key": instance_key},
    )
