# SPDX-License-Identifier: Apache-2.0
"""BPMN processes as nets; language equality with trees is in the tests of sketches."""

import pytest

from taktloom.mining.conformance import Replayer
from taktloom.mining.conformance.process_net import NotAPetriNetError, process_net
from taktloom.model.event_definitions import TerminateDefinition
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.process import (
    AnyFlowNode,
    EndEvent,
    ExclusiveGateway,
    ProcessDefinition,
    SequenceFlow,
    StartEvent,
    SubProcess,
    Task,
)


def ids(*names: str) -> tuple[ElementId, ...]:
    return tuple(ElementId(name) for name in names)


def process(*nodes: AnyFlowNode) -> ProcessDefinition:
    """Flows named `from_to` as the nodes name them."""
    flows = {flow for node in nodes for flow in (*node.incoming, *node.outgoing)}
    return ProcessDefinition(
        id=ProcessId("p"),
        nodes=nodes,
        flows=tuple(
            SequenceFlow(id=flow, source=ElementId(flow.split("_")[0]), target=ElementId(flow.split("_")[1]))
            for flow in sorted(flows)
        ),
    )


CHOICE = process(
    StartEvent(id=ElementId("s"), outgoing=ids("s_g")),
    ExclusiveGateway(id=ElementId("g"), incoming=ids("s_g"), outgoing=ids("g_a", "g_ask")),
    Task(id=ElementId("a"), name="A", incoming=ids("g_a"), outgoing=ids("a_e")),
    Task(id=ElementId("ask"), name="Ask", incoming=ids("g_ask"), outgoing=ids("ask_e")),
    EndEvent(id=ElementId("e"), incoming=ids("a_e", "ask_e")),
)


def test_the_branch_taken_is_known_from_the_transition_fired() -> None:
    translated = process_net(CHOICE)

    (event,) = Replayer(translated.net).replay(("A",)).events

    fired = [*event.silent, *([] if event.transition is None else [event.transition])]
    assert [choice for index in fired for choice in translated.choices[index]] == [("g", "g_a")]


def test_silent_steps_that_only_hand_on_are_joined_with_their_neighbours() -> None:
    net = process_net(CHOICE).net

    assert [transition.label for transition in net.transitions] == ["A", "Ask"]


def test_a_task_that_leaves_no_event_is_silent() -> None:
    replayer = Replayer(process_net(CHOICE, silent=ids("ask")).net)

    assert replayer.replay(()).is_fitting
    assert not replayer.replay(("Ask",)).is_fitting


@pytest.mark.parametrize(
    "node",
    [
        SubProcess(id=ElementId("x"), incoming=ids("s_x"), outgoing=ids("x_e")),
        EndEvent(id=ElementId("x"), incoming=ids("s_x"), definition=TerminateDefinition()),
    ],
)
def test_what_a_net_cannot_hold_is_refused_by_name(node: AnyFlowNode) -> None:
    definition = process(StartEvent(id=ElementId("s"), outgoing=ids("s_x")), node)

    with pytest.raises(NotAPetriNetError, match="'x'") as caught:
        process_net(definition)

    assert caught.value.place.element_id == "x"
