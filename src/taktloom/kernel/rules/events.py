# SPDX-License-Identifier: Apache-2.0
"""What event definitions must say: timers, messages, signals, errors, links and what is compensated. Source: 10.5.5."""

from collections import Counter
from collections.abc import Iterator

from taktloom.kernel.rules.container import Container
from taktloom.kernel.rules.structural import Breaches, StructuralRule, breach, structural, warning_rule
from taktloom.kernel.timers import TimerKind, check_literal
from taktloom.model.event_definitions import (
    CompensateDefinition,
    ConditionalDefinition,
    ErrorDefinition,
    EscalationDefinition,
    LinkDefinition,
    MessageDefinition,
    SignalDefinition,
    SingleDefinition,
    TimerDefinition,
    single_definitions,
)
from taktloom.model.process import (
    Activity,
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    StartEvent,
    SubProcess,
    UnsupportedNode,
)

__all__ = ["RULES"]

AnyEvent = StartEvent | EndEvent | IntermediateCatchEvent | IntermediateThrowEvent | BoundaryEvent
_THROWING = (EndEvent, IntermediateThrowEvent)


def _definitions(container: Container) -> Iterator[tuple[AnyEvent, SingleDefinition]]:
    for event in container.nodes.values():
        if isinstance(event, AnyEvent):
            yield from ((event, one) for one in single_definitions(event.definition))


@structural("event-definition-missing", "The event waits for nothing.", "Give it an event definition.")
def event_definition_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: a catching intermediate event and a boundary event have a trigger."""
    for node in container.of(UnsupportedNode):
        if node.reason == "no event definition":
            yield breach(node)


@structural("timer-without-text", "The timer has neither date, duration nor cycle.", "Give exactly one of them.")
def timer_without_text(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: an executable timer has one of timeDate, timeDuration and timeCycle."""
    for event, one in _definitions(container):
        if isinstance(one, TimerDefinition) and not (one.date or one.duration or one.cycle):
            yield breach(event)


@structural(
    "timer-with-several-texts", "The timer has {count} of date, duration and cycle.", "Give exactly one of them."
)
def timer_with_several_texts(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: timeDate, timeDuration and timeCycle are mutually exclusive."""
    for event, one in _definitions(container):
        if isinstance(one, TimerDefinition):
            count = sum(1 for text in (one.date, one.duration, one.cycle) if text)
            if count > 1:
                yield breach(event, count=str(count))


@warning_rule(
    "timer-cycle-out-of-place",
    "The event happens once: only the first instant of the cycle is waited for.",
    "Use a date or duration, or let the boundary event not interrupt.",
)
def timer_cycle_out_of_place(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: each timer may have a timeCycle; what waits once has no use for its other instants."""
    for event, one in _definitions(container):
        repeats = isinstance(event, StartEvent) or (isinstance(event, BoundaryEvent) and not event.is_interrupting)
        if isinstance(one, TimerDefinition) and one.cycle and not repeats:
            yield breach(event)


@warning_rule("timer-never-fires", "The timer's interval is zero.", "Write how long to wait.")
def timer_never_fires(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: a timer without delay fires at once, which is seldom meant."""
    for event, one in _definitions(container):
        text = one.duration if isinstance(one, TimerDefinition) else None
        if text and check_literal(TimerKind.DURATION, text) is None and not any(c in "123456789" for c in text):
            yield breach(event)


@structural("message-missing", "The event names no message.", "Refer to a message.")
def message_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: messageRef MUST be supplied if the process is executable."""
    for event, one in _definitions(container):
        works = isinstance(event, EndEvent | IntermediateThrowEvent) and event.job is not None
        if isinstance(one, MessageDefinition) and not one.name and one.root_id is None and not works:
            yield breach(event)


@structural("message-without-name", "The event's message has no name.", "Refer to a message that has a name.")
def message_without_name(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.11: a message is known by its name."""
    for event, one in _definitions(container):
        if isinstance(one, MessageDefinition) and not one.name and one.root_id is not None:
            yield breach(event)


@structural("signal-missing", "The event names no signal.", "Refer to a signal that has a name.")
def signal_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: signalRef names the signal that is thrown or caught."""
    for event, one in _definitions(container):
        if isinstance(one, SignalDefinition) and not one.name:
            yield breach(event)


@structural("error-missing", "The end event names no error to throw.", "Refer to an error with a code.")
def error_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: the error MUST be supplied where it is thrown and the process is executable."""
    for event, one in _definitions(container):
        if isinstance(one, ErrorDefinition) and isinstance(event, _THROWING) and not one.code and one.root_id is None:
            yield breach(event)


@structural("error-without-code", "The error that is thrown has no code.", "Give the error a code.")
def error_without_code(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.3: for an end event, if the trigger is an error, errorCode MUST be supplied."""
    for event, one in _definitions(container):
        if (
            isinstance(one, ErrorDefinition)
            and isinstance(event, _THROWING)
            and not one.code
            and one.root_id is not None
        ):
            yield breach(event)


def _thrown_escalations(container: Container) -> Iterator[tuple[AnyEvent, EscalationDefinition]]:
    for event, one in _definitions(container):
        if isinstance(one, EscalationDefinition) and isinstance(event, _THROWING):
            yield event, one


@structural("escalation-missing", "The event names no escalation to throw.", "Refer to an escalation with a code.")
def escalation_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: escalationRef MUST be supplied where it is thrown and the process is executable."""
    for event, one in _thrown_escalations(container):
        if not one.code and one.root_id is None:
            yield breach(event)


@structural("escalation-without-code", "The escalation that is thrown has no code.", "Give the escalation a code.")
def escalation_without_code(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.4: for an end event or a throwing event, escalationCode MUST be supplied."""
    for event, one in _thrown_escalations(container):
        if not one.code and one.root_id is not None:
            yield breach(event)


@structural("event-condition-missing", "The conditional event has no condition.", "Write a FEEL condition.")
def event_condition_missing(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: condition is the expression that triggers the event."""
    for event, one in _definitions(container):
        if isinstance(one, ConditionalDefinition) and not one.condition.strip().removeprefix("=").strip():
            yield breach(event)


@structural("link-without-name", "The link event has no name.", "Give both ends of the link the same name.")
def link_without_name(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: name MUST be supplied if the trigger is a link."""
    for event, one in _definitions(container):
        if isinstance(one, LinkDefinition) and not one.name:
            yield breach(event)


def _links(container: Container, kind: type[AnyEvent]) -> Iterator[tuple[AnyEvent, str]]:
    for event, one in _definitions(container):
        if isinstance(event, kind) and isinstance(one, LinkDefinition) and one.name:
            yield event, one.name


@structural(
    "link-without-catch",
    "No catching link event has the name '{link}'.",
    "Add the other end of the link in the same process or sub-process.",
)
def link_without_catch(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: links are used in pairs within a single process level."""
    caught = {name for _, name in _links(container, IntermediateCatchEvent)}
    for event, name in _links(container, IntermediateThrowEvent):
        if name not in caught:
            yield breach(event, link=name)


@structural(
    "link-without-throw",
    "No throwing link event has the name '{link}'.",
    "Add the other end of the link in the same process or sub-process.",
)
def link_without_throw(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: links are used in pairs within a single process level."""
    thrown = {name for _, name in _links(container, IntermediateThrowEvent)}
    for event, name in _links(container, IntermediateCatchEvent):
        if name not in thrown:
            yield breach(event, link=name)


@structural(
    "link-caught-twice",
    "Another catching link event has the name '{link}': it is not clear where to go on.",
    "Keep one of them, or give it another name.",
)
def link_caught_twice(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.4: there MAY be multiple source link events, but only one target link event."""
    seen: Counter[str] = Counter()
    for event, name in _links(container, IntermediateCatchEvent):
        seen[name] += 1
        if seen[name] > 1:
            yield breach(event, link=name)


def _compensations(container: Container) -> Iterator[tuple[AnyEvent, CompensateDefinition]]:
    for event, one in _definitions(container):
        if isinstance(one, CompensateDefinition) and isinstance(event, _THROWING):
            yield event, one


@structural(
    "compensated-activity-unknown",
    "The activity '{activity}' that is to be compensated does not exist.",
    "Name an activity of the same process or sub-process.",
)
def compensated_activity_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: activityRef names the activity to be compensated."""
    for event, one in _compensations(container):
        if one.activity is not None and one.activity not in container.homes:
            yield breach(event, activity=one.activity)


@structural(
    "compensated-activity-out-of-reach",
    "The activity '{activity}' that is to be compensated is not visible from here.",
    "Compensate activities of this level, or from an event sub-process those of the level around it.",
)
def compensated_activity_out_of_reach(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: compensation is thrown for activities of the same level, or from an event sub-process."""
    visible = {container.owner.id}
    if container.is_event_sub_process:
        visible.add(container.around[-1].id)
    for event, one in _compensations(container):
        home = None if one.activity is None else container.homes.get(one.activity)
        if one.activity is not None and home is not None and home not in visible:
            yield breach(event, activity=one.activity)


@structural(
    "compensated-element-no-activity",
    "'{activity}', which is to be compensated, is no activity.",
    "Name an activity.",
)
def compensated_element_no_activity(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.5.5: activityRef refers to an activity."""
    for event, one in _compensations(container):
        node = None if one.activity is None else container.nodes.get(one.activity)
        if node is not None and one.activity is not None and not isinstance(node, Activity):
            yield breach(event, activity=one.activity)


@warning_rule(
    "compensated-activity-without-handler",
    "Nothing compensates the activity '{activity}'.",
    "Attach a compensation event to it.",
)
def compensated_activity_without_handler(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.7.1: an activity without compensation handler is not compensated."""
    for event, one in _compensations(container):
        node = None if one.activity is None else container.nodes.get(one.activity)
        if not isinstance(node, Activity) or isinstance(node, SubProcess) or node.is_for_compensation:
            continue
        events = container.boundaries.get(node.id, ())
        if not any(isinstance(d, CompensateDefinition) for e in events for d in single_definitions(e.definition)):
            yield breach(event, activity=node.id)


RULES: tuple[StructuralRule, ...] = (
    event_definition_missing,
    timer_without_text,
    timer_with_several_texts,
    timer_cycle_out_of_place,
    message_missing,
    message_without_name,
    signal_missing,
    error_missing,
    error_without_code,
    escalation_missing,
    escalation_without_code,
    event_condition_missing,
    link_without_name,
    link_without_catch,
    link_without_throw,
    link_caught_twice,
    compensated_activity_unknown,
    compensated_activity_out_of_reach,
    compensated_element_no_activity,
    compensated_activity_without_handler,
    timer_never_fires,
)
