# SPDX-License-Identifier: Apache-2.0
"""What makes activities more than their plain behaviour: loops, token quantities, compensation, ad-hoc order.

Only the nodes of activities that have it are changed; the others keep their plain phases and pay nothing. Nodes that
the model does not name (rounds and work of loops, undoing) come after all others, so that adding them renumbers none.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from taktloom.kernel.arming import open_handlers
from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.compilation import Compilation
from taktloom.kernel.data_flow import in_each_round, with_data
from taktloom.kernel.elements.ad_hoc_sub_process import in_turn, leaving_ad_hoc
from taktloom.kernel.elements.compensation import UndoingBehaviour, UndoingCallBehaviour, recording
from taktloom.kernel.elements.event_compilers import compile_throw
from taktloom.kernel.elements.instance_events import InstanceEvents
from taktloom.kernel.elements.multi_instance import CollectedItems, MultiInstanceBehaviour, collecting
from taktloom.kernel.elements.rounds import LoopBehaviour, RoundBehaviour
from taktloom.kernel.elements.standard_loop import StandardLoopBehaviour
from taktloom.kernel.elements.token_quantities import gathering, multiplied
from taktloom.kernel.executable import NO_HANDLERS, NONE, Node, PhaseMethod
from taktloom.kernel.state import Phase
from taktloom.kernel.throwing import Throw, without_catching_here
from taktloom.model.event_definitions import CancelDefinition, CompensateDefinition, EventDefinition
from taktloom.model.identifiers import ElementId
from taktloom.model.process import (
    Activity,
    AdHocSubProcess,
    AnyFlowNode,
    BoundaryEvent,
    CallActivity,
    MultiInstanceBehavior,
    MultiInstanceLoop,
    StandardLoop,
    StartEvent,
    SubProcess,
)

__all__ = ["finish_activities", "phases_of"]


def finish_activities(compilation: Compilation, models: Sequence[AnyFlowNode], nodes: list[Node]) -> int:
    """Change and extend *nodes*, one per model; gives the number of the undoing node, NONE where none is needed."""
    rounds: dict[int, int] = {}
    for index, model in enumerate(models):
        if isinstance(model, Activity) and model.loop is not None:
            rounds[index] = len(nodes)
            behaviour = _loop(compilation, model, model.loop)
            _add_rounds(behaviour, nodes, index)
            nodes[-1] = _collected(behaviour, in_each_round(nodes[-1]))
        nodes[index] = with_data(nodes[index])
    for index, model in enumerate(models):
        if isinstance(model, Activity):
            nodes[index] = _with_quantities(model, nodes[index])
    _mark_ad_hoc(models, nodes)
    return _mark_compensation(models, nodes, rounds)


# loops


def _add_rounds(behaviour: LoopBehaviour, nodes: list[Node], index: int) -> None:
    """The loop takes the activity's place; the round, then the work come at the end."""
    plain, at_round, at_work = nodes[index], len(nodes), len(nodes) + 1
    nodes[index] = _without_work(_with_behaviour(plain, behaviour), at_round)
    work = replace(
        plain,
        index=at_work,
        incoming=(),
        outgoing=(),
        default_flow=NONE,
        is_conditional=False,
        armed=(),
        catches=(),
        escalations=(),
        is_round=True,
    )
    middle = _without_work(_with_behaviour(work, RoundBehaviour()), at_work)
    nodes.append(replace(middle, index=at_round))
    nodes.append(work)


def _without_work(node: Node, start: int) -> Node:
    """What is said of the activity's work belongs to each round of it."""
    return replace(node, starts=(start,), inputs=(), outputs=(), attributes=(), handlers=NO_HANDLERS)


def _collected(behaviour: LoopBehaviour, work: Node) -> Node:
    """The work with a completing phase that keeps its result, where results are collected."""
    if not isinstance(behaviour, MultiInstanceBehaviour):
        return work
    collection = behaviour.collection
    if collection.element is None or collection.outputs is None:
        return work
    return _with_phase(work, Phase.COMPLETE, collecting(work.phases[Phase.COMPLETE], collection.element))


def _loop(compilation: Compilation, model: Activity, loop: StandardLoop | MultiInstanceLoop) -> LoopBehaviour:
    if isinstance(loop, StandardLoop):
        condition = compilation.optional_expression(loop.condition, model, "loop condition")
        return StandardLoopBehaviour(condition, loop.test_before, loop.maximum)
    collection = CollectedItems(
        inputs=compilation.optional_expression(loop.input_collection, model, "input collection"),
        item=loop.input_element,
        outputs=loop.output_collection,
        element=compilation.optional_expression(loop.output_element, model, "output element"),
    )
    return MultiInstanceBehaviour(
        loop.is_sequential,
        compilation.optional_expression(loop.cardinality, model, "number of instances"),
        collection,
        compilation.optional_expression(loop.completion_condition, model, "completion condition"),
        _events(compilation, model, loop),
    )


def _events(compilation: Compilation, model: Activity, loop: MultiInstanceLoop) -> InstanceEvents:
    match loop.behavior:
        case MultiInstanceBehavior.NONE if loop.none_event is not None:
            return InstanceEvents(each=_thrown(compilation, model, loop.none_event))
        case MultiInstanceBehavior.ONE if loop.one_event is not None:
            return InstanceEvents(first=_thrown(compilation, model, loop.one_event))
        case MultiInstanceBehavior.COMPLEX:
            conditional = [
                (
                    compilation.expression(part.condition or "null", model, "condition of the behavior"),
                    _thrown(compilation, model, part.event),
                )
                for part in loop.complex_behaviors
            ]
            return InstanceEvents(conditional=tuple(conditional))
        case _:
            return InstanceEvents()


def _thrown(compilation: Compilation, model: Activity, definition: EventDefinition) -> Throw:
    """The activity's own boundary events get it with the numbers of instances: see `instance_events.py`."""
    return without_catching_here(compile_throw(compilation, model, definition))


# token quantities


def _with_quantities(model: Activity, node: Node) -> Node:
    if model.start_quantity > 1:
        enter = gathering(node.phases[Phase.ENTER], model.start_quantity)
        node = replace(_with_phase(node, Phase.ENTER, enter), activates_itself=True)
    if model.completion_quantity > 1:
        node = _with_phase(node, Phase.LEAVE, multiplied(model.completion_quantity))
    return node


# ad-hoc order


def _mark_ad_hoc(models: Sequence[AnyFlowNode], nodes: list[Node]) -> None:
    """Activities inside an ad-hoc sub-process ask it when they leave, in a sequential one when they come too."""
    for index, model in enumerate(models):
        around = models[nodes[index].parent] if nodes[index].parent != NONE else None
        if not isinstance(around, AdHocSubProcess) or not isinstance(model, Activity) or model.is_for_compensation:
            continue
        if isinstance(model, SubProcess) and model.triggered_by_event:
            continue
        node = replace(nodes[index], is_selectable=True)
        node = _with_phase(node, Phase.LEAVE, leaving_ad_hoc(node.phases[Phase.LEAVE]))
        if around.is_sequential:
            node = replace(_with_phase(node, Phase.ENTER, in_turn(node.phases[Phase.ENTER])), activates_itself=True)
        nodes[index] = node


# compensation


def _mark_compensation(models: Sequence[AnyFlowNode], nodes: list[Node], rounds: Mapping[int, int]) -> int:
    """Activities that can be compensated leave a record; the round has the handler of a looping one."""
    numbers = {model.id: index for index, model in enumerate(models)}
    handlers = _handlers(models, numbers)
    undos = _undos(models, nodes)
    calls = [index for index, model in enumerate(models) if isinstance(model, CallActivity) and not model.called_task]
    compensable = _with_all_around(nodes, {*handlers, *undos, *calls})
    for index in sorted(compensable):
        if not isinstance(models[index], Activity):
            continue
        at_round = rounds.get(index)
        if at_round is None:
            nodes[index] = _recorded(
                replace(nodes[index], undone_by=handlers.get(index), undo_start=undos.get(index, NONE))
            )
            continue
        nodes[index] = _recorded(nodes[index])
        nodes[at_round] = _recorded(replace(nodes[at_round], undone_by=handlers.get(index)))
        if isinstance(models[index], SubProcess | CallActivity):
            nodes[at_round + 1] = _recorded(replace(nodes[at_round + 1], undo_start=undos.get(index, NONE)))
    cancels = _cancel_boundaries(models, numbers)
    for index, event in cancels.items():
        nodes[index] = replace(nodes[index], cancelled_by=event)
    if not compensable and not cancels and not undos:
        return NONE
    nodes.append(_with_behaviour(_UNDOING, UndoingBehaviour()))
    nodes[-1] = replace(nodes[-1], index=len(nodes) - 1)
    undoing = len(nodes) - 1
    _add_calls_to_undo(models, nodes, {index: rounds[index] + 1 if index in rounds else index for index in calls})
    return undoing


def _add_calls_to_undo(models: Sequence[AnyFlowNode], nodes: list[Node], calls: Mapping[int, int]) -> None:
    """Per call activity a node at which its called instance is compensated, under its id. calls: where each calls."""
    for index, at_work in calls.items():
        undo = replace(_with_behaviour(_UNDOING, UndoingCallBehaviour()), index=len(nodes), id=models[index].id)
        nodes[at_work] = replace(nodes[at_work], undo_call=len(nodes))
        nodes.append(undo)


def _handlers(models: Sequence[AnyFlowNode], numbers: Mapping[ElementId, int]) -> dict[int, tuple[int, int]]:
    """By activity its compensation boundary event and the handler behind it."""
    found: dict[int, tuple[int, int]] = {}
    for index, model in enumerate(models):
        if isinstance(model, BoundaryEvent) and isinstance(model.definition, CompensateDefinition):
            activity, handler = numbers.get(model.attached_to), numbers.get(model.compensation_handler or ElementId(""))
            if activity is not None and handler is not None:
                found[activity] = (index, handler)
    return found


def _undos(models: Sequence[AnyFlowNode], nodes: Sequence[Node]) -> dict[int, int]:
    """By sub-process the start event of its compensation event sub-process."""
    found: dict[int, int] = {}
    for index, model in enumerate(models):
        around = nodes[index].parent
        if isinstance(model, StartEvent) and isinstance(model.definition, CompensateDefinition) and around != NONE:
            found[nodes[around].parent] = index
    return found


def _cancel_boundaries(models: Sequence[AnyFlowNode], numbers: Mapping[ElementId, int]) -> dict[int, int]:
    return {
        numbers[model.attached_to]: index
        for index, model in enumerate(models)
        if isinstance(model, BoundaryEvent)
        and isinstance(model.definition, CancelDefinition)
        and model.attached_to in numbers
    }


def _with_all_around(nodes: Sequence[Node], inner: Collection[int]) -> set[int]:
    """The activities and every sub-process around them: what completed inside is undone with it."""
    found: set[int] = set()
    for index in inner:
        around = index
        while around != NONE and around not in found:
            found.add(around)
            around = nodes[around].parent
    return found


def _recorded(node: Node) -> Node:
    complete = recording(node.phases[Phase.COMPLETE], is_round=isinstance(node.behaviour, RoundBehaviour))
    return _with_phase(node, Phase.COMPLETE, complete)


# nodes


def _with_phase(node: Node, phase: Phase, method: PhaseMethod) -> Node:
    phases = list(node.phases)
    phases[phase] = method
    return replace(node, phases=tuple(phases))


def _with_behaviour(node: Node, behaviour: Behaviour) -> Node:
    return replace(node, behaviour=behaviour, phases=phases_of(behaviour), catch=behaviour.catch)


def phases_of(behaviour: Behaviour) -> tuple[PhaseMethod, ...]:
    """The behaviour's methods by Phase."""
    return (behaviour.enter, behaviour.perform, behaviour.complete, behaviour.leave, open_handlers, behaviour.go_on)


_PLAIN = Behaviour()
_UNDOING = Node(
    index=NONE,
    id=ElementId(""),
    name="",
    element_type="",
    behaviour=_PLAIN,
    phases=(),
    catch=_PLAIN.catch,
    is_round=True,
)
