# SPDX-License-Identifier: Apache-2.0
"""Object-centric graphs and nets."""

from taktloom.web.schemas.shared import Out


class ObjectActivityOut(Out):
    """objects: (type, distinct objects)."""

    activity: str
    events: int
    objects: list[tuple[str, int]]


class ObjectFlowOut(Out):
    object_type: str
    source: str
    target: str
    frequency: int
    objects: int
    median_s: float


class ObjectGateOut(Out):
    object_type: str
    activity: str
    first: int
    last: int


class ObjectGraphOut(Out):
    object_types: list[str]
    activities: list[ObjectActivityOut]
    flows: list[ObjectFlowOut]
    gates: list[ObjectGateOut]


class TypedPlaceOut(Out):
    id: str
    object_type: str
    is_initial: bool
    is_final: bool


class NetStepOut(Out):
    id: str
    label: str | None


class TypedArcOut(Out):
    source: str
    target: str
    object_type: str
    is_variable: bool


class TypeFitOut(Out):
    object_type: str
    objects: int
    fitness: float


class ObjectNetOut(Out):
    """variable: (activity, type) whose arcs move any number of objects at once."""

    places: list[TypedPlaceOut]
    transitions: list[NetStepOut]
    arcs: list[TypedArcOut]
    variable: list[tuple[str, str]]
    fits: list[TypeFitOut]
