# SPDX-License-Identifier: Apache-2.0
"""Loop characteristics by short names."""

from typing import TypedDict, Unpack

from taktloom.model.event_definitions import EventDefinition
from taktloom.model.process import ComplexBehavior, MultiInstanceBehavior, MultiInstanceLoop, StandardLoop

__all__ = ["many", "repeat"]


class Many(TypedDict, total=False):
    """The fields of a multi-instance loop."""

    is_sequential: bool
    cardinality: str
    input_collection: str
    input_element: str
    output_collection: str
    output_element: str
    completion_condition: str
    behavior: MultiInstanceBehavior
    none_event: EventDefinition
    one_event: EventDefinition
    complex_behaviors: tuple[ComplexBehavior, ...]


def repeat(condition: str | None = None, *, test_before: bool = False, maximum: int | None = None) -> StandardLoop:
    """Again and again while the FEEL condition holds."""
    return StandardLoop(condition=condition, test_before=test_before, maximum=maximum)


def many(**fields: Unpack[Many]) -> MultiInstanceLoop:
    """Many instances: `many(input_collection="orders", input_element="order")`."""
    return MultiInstanceLoop(**fields)
