# SPDX-License-Identifier: Apache-2.0
"""What concerns the process as a whole: ids, lanes, correlation. Source: BPMN 2.0.2, 8.1, 10.8 and 8.4.2."""

from collections import Counter
from collections.abc import Iterator

from taktloom.kernel.rules.container import Container, containers_of
from taktloom.kernel.rules.structural import Breaches, StructuralRule, breach, structural
from taktloom.model.places import Place
from taktloom.model.process import FlowNode, Lane, SequenceFlow
from taktloom.model.process_data import CorrelationKey, CorrelationSubscription

__all__ = ["RULES"]


@structural("duplicate-id", "The id '{id}' is used twice.", "Give each element its own id.")
def duplicate_id(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.2.1: id uniquely identifies an element."""
    if not container.is_process:
        return
    counted: Counter[str] = Counter([container.definition.id])
    elements: list[FlowNode | SequenceFlow] = []
    for each in containers_of(container.definition):
        elements.extend(each.owner.nodes)
        elements.extend(each.flows)
    for element in elements:
        counted[element.id] += 1
        if counted[element.id] == 2:
            yield breach(element, id=element.id)


def _lanes(container: Container) -> Iterator[tuple[Lane, Place]]:
    for lane in container.owner.lanes:
        place = container.owner.place
        yield lane, Place(source=place.source, line=place.line, element_id=lane.id)


@structural(
    "lane-member-unknown",
    "Lane '{lane}' names '{node}', which does not exist.",
    "Remove the reference from the lane.",
)
def lane_member_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 10.8: flowNodeRefs are flow nodes of the process."""
    for lane, place in _lanes(container):
        yield from (
            breach(place, node=name, lane=lane.name or lane.id) for name in lane.nodes if name not in container.homes
        )


def _subscriptions(container: Container) -> Iterator[tuple[CorrelationSubscription, CorrelationKey | None, Place]]:
    if not container.is_process:
        return
    keys = {key.id: key for key in container.definition.correlation_keys}
    place = container.definition.place
    for one in container.definition.correlation_subscriptions:
        yield one, keys.get(one.key), Place(source=place.source, line=place.line, element_id=one.id)


@structural(
    "correlation-key-unknown",
    "The correlation subscription names the key '{key}', which its collaboration does not have.",
    "Name a correlation key of the collaboration in which the process takes part.",
)
def correlation_key_unknown(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.2: correlationKeyRef is the key of the conversation that is subscribed to."""
    for one, key, place in _subscriptions(container):
        if key is None:
            yield breach(place, key=one.key)


@structural(
    "correlation-binding-outside-key",
    "The correlation subscription binds '{property}', which is not in its key.",
    "Bind the properties of the key.",
)
def correlation_binding_outside_key(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.2: each binding is of a property of the key."""
    for one, key, place in _subscriptions(container):
        if key is not None:
            yield from (breach(place, property=name) for name, _ in one.bindings if name not in key.properties)


@structural(
    "correlation-property-unbound",
    "The correlation subscription does not bind '{property}', which is in its key.",
    "Add a binding of the property.",
)
def correlation_property_unbound(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.2: each property of the key is bound to data of the process."""
    for one, key, place in _subscriptions(container):
        bound = {name for name, _ in one.bindings}
        if key is not None:
            yield from (breach(place, property=name) for name in key.properties if name not in bound)


@structural(
    "correlation-binding-without-path",
    "The binding of '{property}' has no data path.",
    "Write a FEEL expression over the data of the process.",
)
def correlation_binding_without_path(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.2: dataPath is the expression that extracts the property's value."""
    for one, _, place in _subscriptions(container):
        yield from (breach(place, property=name) for name, path in one.bindings if not path.strip().removeprefix("="))


@structural(
    "correlation-key-without-property",
    "The correlation key '{key}' has no property.",
    "Give it at least one correlation property.",
)
def correlation_key_without_property(container: Container) -> Breaches:
    """BPMN 2.0.2, 8.4.2: correlationPropertyRef are the properties that make the partial key."""
    if not container.is_process:
        return
    place = container.definition.place
    for key in container.definition.correlation_keys:
        if not key.properties:
            yield breach(Place(source=place.source, line=place.line, element_id=key.id), key=key.id)


RULES: tuple[StructuralRule, ...] = (
    duplicate_id,
    lane_member_unknown,
    correlation_key_unknown,
    correlation_binding_outside_key,
    correlation_property_unbound,
    correlation_binding_without_path,
    correlation_key_without_property,
)
