# SPDX-License-Identifier: Apache-2.0
"""Deployed models, ready to run: compiled processes and loaded decision models, kept in memory.

A version never changes, so what was compiled stays right whatever other processes write; which version is the newest is
asked of the database each time.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from taktloom.decisions import DecisionModel, DecisionResult, load_model
from taktloom.feel import from_python
from taktloom.feel.values import FeelDateTime, FeelValue
from taktloom.formats.bpmn import read_bpmn
from taktloom.kernel import ExecutableProcess, compile_process
from taktloom.kernel.dead_joins import JoinOutlook
from taktloom.kernel.migration_plan import MigrationPlan
from taktloom.model.errors import IncidentError, NotFoundError, TaktloomError
from taktloom.model.identifiers import DefinitionKey, ProcessId, TenantId
from taktloom.model.places import Place
from taktloom.storage import Row, Session

_PROCESSES_KEPT = 200
_DECISIONS_KEPT = 100
_PLANS_KEPT = 20
_OUTLOOKS_KEPT = 50

Item = TypeVar("Item")


class UnknownProcessError(NotFoundError):
    """No process of that id, version or key is deployed."""

    code = "TL-2592"


class DecisionFailedError(IncidentError):
    """A decision gave null and said why."""

    code = "TL-3520"


class UnknownDecisionError(NotFoundError):
    """No decision of that id is deployed."""

    code = "TL-2593"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunnableDefinition:
    """One deployed version with its compiled process."""

    definition_key: DefinitionKey
    process_id: ProcessId
    name: str
    version: int
    executable: ExecutableProcess

    def element_name(self, element_id: str) -> str:
        """The label of a flow node; its id where it has none."""
        at = self.executable.node_index.get(element_id)  # type: ignore[call-overload]
        return (self.executable.nodes[at].name if at is not None else "") or element_id


class Catalogue:
    """Finds and keeps runnable models; safe to use from several threads."""

    def __init__(self) -> None:
        self._processes = _Kept[RunnableDefinition](_PROCESSES_KEPT)
        self._decisions = _Kept[DecisionModel](_DECISIONS_KEPT)
        self._plans = _Kept[MigrationPlan](_PLANS_KEPT)
        self._outlooks = _Kept[JoinOutlook](_OUTLOOKS_KEPT)

    def copy(self) -> "Catalogue":
        """One that has what this one has, and gets the rest by itself."""
        made = Catalogue()
        made._processes = self._processes.copy()
        made._decisions = self._decisions.copy()
        made._plans = self._plans.copy()
        made._outlooks = self._outlooks.copy()
        return made

    def by_key(self, session: Session, tenant_id: TenantId, definition_key: DefinitionKey) -> RunnableDefinition:
        """The deployed version named *definition_key*; raises UnknownProcessError."""

        def load() -> RunnableDefinition:
            row = session.first("definition_by_key", tenant_id=tenant_id, definition_key=definition_key)
            if row is None:
                raise _unknown_process(definition_key)
            return _runnable(session, tenant_id, row)

        return self._processes.get((tenant_id, definition_key), load)

    def forget(self, tenant_id: TenantId, definition_key: DefinitionKey) -> None:
        """The version was deleted."""
        self._processes.forget((tenant_id, definition_key))
        self._outlooks.forget((tenant_id, definition_key))

    def migration_plan(self, name: Hashable, make: Callable[[], MigrationPlan]) -> MigrationPlan:
        """The plan of that name, made once: versions never change."""
        return self._plans.get(name, make)

    def outlook(self, tenant_id: TenantId, definition: RunnableDefinition) -> JoinOutlook:
        """What becomes of the joins of a version."""
        name = (tenant_id, definition.definition_key)
        return self._outlooks.get(name, lambda: JoinOutlook(definition.executable))

    def startable(
        self, session: Session, tenant_id: TenantId, process_id: ProcessId, version: int | None
    ) -> RunnableDefinition:
        """The newest version of a process, or the one asked for; raises UnknownProcessError."""
        row = (
            session.kept("latest_definition", tenant_id=tenant_id, process_id=process_id)
            if version is None
            else session.first("definition_of_version", tenant_id=tenant_id, process_id=process_id, version=version)
        )
        if row is None:
            raise _unknown_process(process_id if version is None else f"{process_id}:{version}")
        return self.by_key(session, tenant_id, DefinitionKey(row.text("definition_key")))

    def evaluate(
        self,
        session: Session,
        tenant_id: TenantId,
        decision_id: str,
        inputs: Mapping[str, FeelValue],
        *,
        now: datetime,
    ) -> "Decided":
        """Evaluate the newest version of a decision. Raises UnknownDecisionError and FeelBudgetError."""
        row = session.kept("latest_decision", tenant_id=tenant_id, decision_id=decision_id)
        if row is None:
            raise UnknownDecisionError(
                f"No decision {decision_id} is deployed.",
                Place(element_id=decision_id),
                "Deploy a DMN file that holds it.",
                {"decision_id": decision_id},
            )
        checksum = row.text("checksum")
        model = self._decisions.get(checksum, lambda: load_model(resource(session, tenant_id, checksum)))
        clock = from_python(now)
        result = model.evaluate(decision_id, inputs, now=clock if isinstance(clock, FeelDateTime) else None)
        return Decided(decision_id=decision_id, checksum=checksum, model=model, result=result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """An answer, with the model that gave it; *checksum* is that of its file."""

    decision_id: str
    checksum: str
    model: DecisionModel
    result: DecisionResult

    def require_answer(self) -> FeelValue:
        """The value; raises DecisionFailedError where it is null for a reason."""
        if self.result.value is None and self.result.warnings:
            raise _without_answer(self.decision_id, self.result)
        return self.result.value


def _without_answer(decision_id: str, result: DecisionResult) -> DecisionFailedError:
    # The kinds only: what a warning says in full may quote a value.
    kinds = ", ".join(sorted({warning.kind.value for warning in result.warnings}))
    return DecisionFailedError(
        f"The decision {decision_id} has no answer for these inputs ({kinds}).",
        Place(element_id=decision_id),
        "Look at the inputs and at the rules of the table, then try again.",
        {"decision_id": decision_id, "kinds": kinds},
    )


def resource(session: Session, tenant_id: TenantId, checksum: str) -> bytes:
    """The bytes of a deployed file."""
    row = session.first("resource_content", tenant_id=tenant_id, checksum=checksum)
    if row is None:
        raise UnknownProcessError(f"No file with the checksum {checksum} is deployed.")
    return row.blob("content")


def _runnable(session: Session, tenant_id: TenantId, row: Row) -> RunnableDefinition:
    content = resource(session, tenant_id, row.text("checksum"))
    definitions = read_bpmn(content, name=row.text("resource_name"), most=None)
    process_id = ProcessId(row.text("process_id"))
    definition = next(process for process in definitions.processes if process.id == process_id)
    return RunnableDefinition(
        definition_key=DefinitionKey(row.text("definition_key")),
        process_id=process_id,
        name=row.text("name"),
        version=row.integer("version"),
        executable=compile_process(definition),
    )


def _unknown_process(name: str) -> TaktloomError:
    return UnknownProcessError(
        f"No process {name} is deployed.",
        Place(element_id=name),
        "Deploy it, or look at the list of processes for its id and versions.",
        {"name": name},
    )


class _Kept(Generic[Item]):
    """The most recently used items."""

    def __init__(self, limit: int) -> None:
        self._limit, self._items, self._lock = limit, OrderedDict[Hashable, Item](), threading.Lock()

    def copy(self) -> "_Kept[Item]":
        """The same items, kept apart from now on."""
        made = _Kept[Item](self._limit)
        with self._lock:
            made._items = self._items.copy()
        return made

    def forget(self, key: Hashable) -> None:
        """Load it anew when it is asked for."""
        with self._lock:
            self._items.pop(key, None)

    def get(self, key: Hashable, load: Callable[[], Item]) -> Item:
        """The kept item or, at first, what *load* gives."""
        with self._lock:
            if key in self._items:
                self._items.move_to_end(key)
                return self._items[key]
        item = load()  # outside the lock: two threads may load the same, which does no harm
        with self._lock:
            self._items[key] = item
            while len(self._items) > self._limit:
                self._items.popitem(last=False)
        return item
