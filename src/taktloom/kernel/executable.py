# SPDX-License-Identifier: Apache-2.0
"""The compiled process: immutable, integer-indexed, made once by `compile` and shared by all instances.

Nodes and flows are numbered in document order, the nodes of a sub-process right after it. The numbers are stored in
the state of instances, so they belong to one deployed version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeAlias

from taktloom.kernel.correlation import MessageCorrelation
from taktloom.kernel.expressions import Expression
from taktloom.kernel.state import Phase
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import ProcessDefinition

__all__ = [
    "NONE",
    "NO_HANDLERS",
    "Attribute",
    "Catches",
    "ExecutableProcess",
    "Flow",
    "Handlers",
    "MappingRule",
    "Node",
]

NONE = -1  # no such node or flow

# Methods of `behaviour.Behaviour`, which is made of what this module defines and so cannot be named here:
# phases take (run, token), catching takes (run, node, token, variables).
PhaseMethod: TypeAlias = Callable[..., Phase | None]
CatchMethod: TypeAlias = Callable[..., None]
Catches: TypeAlias = tuple[tuple[str | None, int], ...]  # codes (None: every) and numbers of the events for them


class NodeBehaviour(Protocol):
    """What the compiled process knows of a behaviour without running it; see `behaviour.Behaviour`."""

    element_type: ClassVar[str]
    is_recorded_from_start: ClassVar[bool]
    names_resource: ClassVar[bool]
    activates_itself: ClassVar[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingRule:
    """A compiled variable mapping: value of *source* into *path*, the names from the variable inwards."""

    source: Expression
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A compiled event log attribute; *column* is the full name (`event.amount`)."""

    column: str
    source: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A compiled sequence flow; source and target are node numbers."""

    index: int
    id: ElementId
    source: int
    target: int
    condition: Expression | None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handlers:
    """The start events of a scope's event sub-processes: those that wait, those for errors and for escalations."""

    armed: tuple[int, ...] = ()
    catches: Catches = ()
    escalations: Catches = ()


NO_HANDLERS = Handlers()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A compiled flow node.

    incoming, outgoing: flow numbers in document order. parent: number of the enclosing sub-process, NONE at the top.
    armed: its boundary events that wait. catches, escalations: its boundary events for errors and for escalations.
    handlers: of a sub-process those inside. link: of a throwing link where it leads.
    starts: of a sub-process where its tokens begin. role: name of its lane. phases: the behaviour's methods by
    Phase; catch: its method for what it waits for. activates_itself: whether a token that arrives may have to wait
    before the visit begins. is_round: one round of a loop, told of only in the event log. undone_by: numbers of the
    compensation boundary event and of the activity that it leads to. undo_start: of a sub-process the start event of
    its compensation event sub-process. undo_call: of a call activity where the called instance is compensated.
    cancelled_by: of a transaction its cancel boundary event. is_selectable: an
    activity that an ad-hoc sub-process may start. data: what it does with data, None for nothing.
    """

    index: int
    id: ElementId
    name: str
    element_type: str
    behaviour: NodeBehaviour
    phases: tuple[PhaseMethod, ...]
    catch: CatchMethod
    parent: int = NONE
    incoming: tuple[int, ...] = ()
    outgoing: tuple[int, ...] = ()
    default_flow: int = NONE
    is_conditional: bool = False
    starts: tuple[int, ...] = ()
    armed: tuple[int, ...] = ()
    catches: Catches = ()
    escalations: Catches = ()
    handlers: Handlers = NO_HANDLERS
    link: int = NONE
    inputs: tuple[MappingRule, ...] = ()
    outputs: tuple[MappingRule, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    role: str | None = None
    data: object | None = None
    activates_itself: bool = False
    is_round: bool = False
    undone_by: tuple[int, int] | None = None
    undo_start: int = NONE
    undo_call: int = NONE
    is_event_sub_process: bool = False
    cancelled_by: int = NONE
    is_selectable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutableProcess:
    """What `step` runs. none_start: number of the only none start event, NONE where there is none.

    starts: where tokens begin without an event: at the none start event, else at each node without incoming flow.
    nodes: after the model's come those for rounds of loops and for compensation, which the model does not name.
    undoing: number of the one at which compensation runs, NONE where nothing can be compensated. undo_start: start
    event of the process' own compensation event sub-process. compensates: whether anything in it throws compensation.

    findings: the warnings of reading and compiling. external_choices: gateways whose flow the host chooses.
    upstream: of each inclusive or complex gateway that joins, per node the incoming flows of the gateway that a token
    in the node can reach without passing the gateway, as bits in the order of `incoming`. correlations: of the nodes
    whose messages are correlated by properties, one per event definition.
    """

    definition: ProcessDefinition
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]
    node_index: Mapping[ElementId, int]
    flow_index: Mapping[ElementId, int]
    none_start: int
    starts: tuple[int, ...]
    external_choices: frozenset[ElementId]
    case_attributes: tuple[Attribute, ...]
    findings: tuple[Finding, ...]
    upstream: Mapping[int, Mapping[int, int]]
    correlations: Mapping[ElementId, tuple[MessageCorrelation, ...]]
    handlers: Handlers = NO_HANDLERS
    undoing: int = NONE
    undo_start: int = NONE
    compensates: bool = False

    def handlers_of(self, element: int) -> Handlers:
        """Those of the scope of this activity, of the process for NONE."""
        return self.handlers if element == NONE else self.nodes[element].handlers

    @property
    def id(self) -> ProcessId:
        """The key of all versions."""
        return self.definition.id
