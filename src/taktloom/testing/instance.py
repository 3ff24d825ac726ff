# SPDX-License-Identifier: Apache-2.0
"""One running or ended instance of a process as a test sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taktloom.kernel import InstanceState
from taktloom.kernel.events import IncidentResolved, InstanceCancelled, KernelEvent, VariablesSet
from taktloom.kernel.history import HistoryItem, VisitLifecycle
from taktloom.model.identifiers import ChildId, ElementId, IncidentId
from taktloom.testing.values import as_feel, as_python

if TYPE_CHECKING:
    from taktloom.testing.library import Deployed

__all__ = ["Caller", "Incident", "Instance"]

Send = Callable[["Instance", Callable[..., KernelEvent], Mapping[str, object]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Why an element cannot go on; it waits until somebody resolves it."""

    id: str
    element_id: str = field(compare=False)
    kind: str = field(compare=False)
    message: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who waits for an instance: the calling instance, and under which id it knows the called one."""

    instance: "Instance"
    child_id: ChildId


class Instance:
    """One instance; the engine keeps it up to date, ended ones too."""

    __slots__ = ("_active", "_deployed", "_incidents", "_send", "_state", "_told", "caller", "children", "history")

    def __init__(self, deployed: "Deployed", state: InstanceState, send: Send, caller: Caller | None) -> None:
        self._deployed, self._state, self._send = deployed, state, send
        self._incidents: dict[IncidentId, Incident] = {}
        self._active: list[str] = []
        self._told = 0
        self.caller = caller
        self.children: list[Instance] = []
        self.history: list[HistoryItem] = []

    def __repr__(self) -> str:
        return f"<Instance {self.id} of {self.process_id}: {self.state}>"

    @property
    def id(self) -> str:
        """Its key."""
        return self._state.instance_key

    @property
    def process_id(self) -> str:
        """The process that it runs."""
        return self._deployed.id

    @property
    def state(self) -> str:
        """active, completed, terminated, cancelled or failed."""
        return self._state.status.value

    @property
    def variables(self) -> dict[str, object]:
        """The variables of the instance itself, also after its end; those of inner scopes are in jobs and tasks."""
        root = self._state.root
        return {} if root is None else as_python(self._state.scopes[root].variables)

    @property
    def active(self) -> list[str]:
        """Ids of the elements that are being visited, in order of their beginning."""
        for item in self.history[self._told :]:
            if item.lifecycle is VisitLifecycle.ACTIVATED:
                self._active.append(item.element_id)
            else:
                self._active.remove(item.element_id)
        self._told = len(self.history)
        return list(self._active)

    @property
    def incidents(self) -> list[Incident]:
        """The open ones, oldest first."""
        return list(self._incidents.values())

    def resolve(self, incident: Incident, variables: Mapping[str, object] = {}) -> None:
        """Let the element try again, with *variables* set before."""
        facts = {"incident_id": IncidentId(incident.id), "variables": as_feel(variables)}
        self._send(self, IncidentResolved, facts)

    def set_variables(self, variables: Mapping[str, object], element_id: str | None = None) -> None:
        """Change variables of the instance, or of an active element that has some of its own."""
        element = None if element_id is None else ElementId(element_id)
        self._send(self, VariablesSet, {"variables": as_feel(variables), "element_id": element})

    def cancel(self) -> None:
        """End it as an operator does: its state becomes cancelled."""
        self._send(self, InstanceCancelled, {})
