# SPDX-License-Identifier: Apache-2.0
"""From the model's event definitions to triggers and throws, at every position that an event can have."""

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.compilation import Compilation
from taktloom.kernel.elements.boundary_event import BoundaryEventBehaviour
from taktloom.kernel.elements.compensation import (
    CompensationEndBehaviour,
    CompensationThrow,
    CompensationThrowBehaviour,
)
from taktloom.kernel.elements.end_event import EndEventBehaviour, TerminateEndBehaviour
from taktloom.kernel.elements.event_sub_process import TriggeredStartBehaviour
from taktloom.kernel.elements.intermediate_event import CatchEventBehaviour, LinkCatchBehaviour, LinkThrowBehaviour
from taktloom.kernel.elements.job_offer import JobOffer
from taktloom.kernel.elements.start_event import StartEventBehaviour
from taktloom.kernel.elements.throw_event import (
    JobEndBehaviour,
    JobThrowBehaviour,
    MilestoneBehaviour,
    ThrowEventBehaviour,
    ThrowingEndBehaviour,
)
from taktloom.kernel.elements.transaction import CancelEndBehaviour
from taktloom.kernel.pauses import pause_of
from taktloom.kernel.throwing import (
    ErrorThrow,
    EscalationThrow,
    MessageThrow,
    SeveralThrows,
    SignalThrow,
    TerminateThrow,
    Throw,
)
from taktloom.kernel.triggers import (
    ConditionTrigger,
    MessageTrigger,
    SeveralTriggers,
    SignalTrigger,
    TimerTrigger,
    Trigger,
)
from taktloom.model.event_definitions import (
    CancelDefinition,
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    EventDefinition,
    LinkDefinition,
    MessageDefinition,
    MultipleDefinition,
    SignalDefinition,
    TerminateDefinition,
    TimerDefinition,
    single_definitions,
)
from taktloom.model.process import (
    BoundaryEvent,
    EndEvent,
    FlowNode,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    JobDefinition,
    StartEvent,
)

__all__ = [
    "compile_boundary_event",
    "compile_catch_event",
    "compile_end_event",
    "compile_job_offer",
    "compile_start_event",
    "compile_throw",
    "compile_throw_event",
    "compile_trigger",
]


def compile_start_event(compilation: Compilation, node: StartEvent) -> Behaviour:
    """A start event."""
    if node.definition is None:
        return StartEventBehaviour()
    return TriggeredStartBehaviour(compile_trigger(compilation, node, node.definition), node.is_interrupting)


def compile_catch_event(compilation: Compilation, node: IntermediateCatchEvent) -> Behaviour:
    """An intermediate catching event."""
    if isinstance(node.definition, LinkDefinition):
        return LinkCatchBehaviour()
    return CatchEventBehaviour(compile_trigger(compilation, node, node.definition))


def compile_boundary_event(compilation: Compilation, node: BoundaryEvent) -> Behaviour:
    """A boundary event."""
    return BoundaryEventBehaviour(compile_trigger(compilation, node, node.definition), node.is_interrupting)


def compile_throw_event(compilation: Compilation, node: IntermediateThrowEvent) -> Behaviour:
    """An intermediate throwing event."""
    if node.definition is None:
        return MilestoneBehaviour()
    if isinstance(node.definition, LinkDefinition):
        return LinkThrowBehaviour()
    if isinstance(node.definition, CompensateDefinition):
        return CompensationThrowBehaviour(node.definition.activity, node.definition.wait_for_completion)
    if node.job is not None:
        return JobThrowBehaviour(compile_job_offer(compilation, node, node.job))
    return ThrowEventBehaviour(compile_throw(compilation, node, node.definition))


def compile_end_event(compilation: Compilation, node: EndEvent) -> Behaviour:
    """An end event."""
    if node.definition is None:
        return EndEventBehaviour()
    if isinstance(node.definition, TerminateDefinition):
        return TerminateEndBehaviour()
    if isinstance(node.definition, CompensateDefinition):
        return CompensationEndBehaviour(node.definition.activity, node.definition.wait_for_completion)
    if isinstance(node.definition, CancelDefinition):
        return CancelEndBehaviour()
    if node.job is not None:
        return JobEndBehaviour(compile_job_offer(compilation, node, node.job))
    return ThrowingEndBehaviour(compile_throw(compilation, node, node.definition))


def compile_trigger(compilation: Compilation, node: FlowNode, definition: EventDefinition) -> Trigger | None:
    """What the event waits for; None for what is found by its thrower: error, escalation, compensation, cancel."""
    match definition:
        case TimerDefinition():
            return TimerTrigger(compilation.timer(definition, node))
        case MessageDefinition(name=name, correlation_key=key, retrievals=retrievals):
            text = compilation.text(name, node, "message's name")
            return MessageTrigger(text, compilation.key(key, node), retrievals)
        case SignalDefinition(name=name):
            return SignalTrigger(compilation.text(name, node, "signal's name"))
        case ConditionalDefinition(condition=condition):
            return ConditionTrigger(compilation.expression(condition or "null", node, "condition"))
        case MultipleDefinition(is_parallel=is_parallel):
            triggers = [compile_trigger(compilation, node, single) for single in single_definitions(definition)]
            parts = tuple(trigger for trigger in triggers if trigger is not None)
            return SeveralTriggers(parts, is_parallel) if parts else None
        case _:
            return None


def compile_throw(compilation: Compilation, node: FlowNode, definition: EventDefinition) -> Throw:
    """What is thrown at *node*; what cannot be thrown is a finding of the rules, and the result is not run."""
    match definition:
        case SignalDefinition(name=name):
            return SignalThrow(compilation.text(name, node, "signal's name"))
        case MessageDefinition(name=name, correlation_key=key):
            return MessageThrow(compilation.text(name, node, "message's name"), compilation.key(key, node))
        case EscalationDefinition(code=code):
            return EscalationThrow(code)
        case ErrorDefinition(code=code):
            return ErrorThrow(code or "")
        case TerminateDefinition():
            return TerminateThrow()
        case CompensateDefinition(activity=activity):
            return CompensationThrow(activity)
        case _:
            singles = single_definitions(definition) if isinstance(definition, MultipleDefinition) else ()
            return SeveralThrows(tuple(compile_throw(compilation, node, single) for single in singles))


def compile_job_offer(compilation: Compilation, node: FlowNode, job: JobDefinition) -> JobOffer:
    """The job of *node*."""
    return JobOffer(
        compilation.text(job.type, node, "job type"),
        job.retries,
        job.headers,
        compilation.optional_text(job.priority, node, "job priority"),
        tuple(pause for text in job.back_off if (pause := pause_of(text)) is not None),  # the rules refuse the others
    )
