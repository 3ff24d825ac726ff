# SPDX-License-Identifier: Apache-2.0
"""Readers of the gateways. Source: BPMN 2.0.2, 10.6."""

from collections.abc import Callable, Mapping

from lxml import etree

from taktloom.formats.bpmn.names import bpmn
from taktloom.formats.bpmn.reading import NodeFields, Reading, default_flow, is_true
from taktloom.model.process import (
    AnyFlowNode,
    ComplexGateway,
    EventBasedGateway,
    ExclusiveGateway,
    GatewayDirection,
    InclusiveGateway,
    ParallelGateway,
)

__all__ = ["GATEWAY_READERS"]

_DIRECTIONS = {direction.value: direction for direction in GatewayDirection}


class _GatewayFields(NodeFields):
    direction: GatewayDirection


def _fields(reading: Reading, element: etree._Element) -> _GatewayFields:
    return _GatewayFields(
        **reading.node(element),
        direction=_DIRECTIONS.get(element.get("gatewayDirection") or "", GatewayDirection.UNSPECIFIED),
    )


def _read_exclusive(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return ExclusiveGateway(**_fields(reading, element), default_flow=default_flow(element))


def _read_parallel(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return ParallelGateway(**_fields(reading, element))


def _read_inclusive(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return InclusiveGateway(**_fields(reading, element), default_flow=default_flow(element))


def _read_complex(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return ComplexGateway(
        **_fields(reading, element),
        default_flow=default_flow(element),
        activation_condition=reading.expression(element.find(bpmn("activationCondition"))),
    )


def _read_event_based(reading: Reading, element: etree._Element) -> AnyFlowNode:
    return EventBasedGateway(
        **_fields(reading, element),
        instantiate=is_true(element, "instantiate"),
        is_parallel=element.get("eventGatewayType") == "Parallel",
    )


GATEWAY_READERS: Mapping[str, Callable[[Reading, etree._Element], AnyFlowNode]] = {
    "exclusiveGateway": _read_exclusive,
    "parallelGateway": _read_parallel,
    "inclusiveGateway": _read_inclusive,
    "complexGateway": _read_complex,
    "eventBasedGateway": _read_event_based,
}
