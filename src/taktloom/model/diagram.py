# SPDX-License-Identifier: Apache-2.0
"""Diagram interchange: where the elements of a model are drawn. Source: BPMN 2.0.2, 12."""

from dataclasses import dataclass

from taktloom.model.identifiers import ElementId


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelBounds:
    """Where a name stands that is written beside its element, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Diagram interchange of one node, lane or pool: pixels, y grows downwards.

    is_expanded, is_horizontal, is_marker_visible (the X of an exclusive gateway): None where the file does not say.
    """

    element_id: ElementId
    x: float
    y: float
    width: float
    height: float
    is_expanded: bool | None = None
    is_horizontal: bool | None = None
    is_marker_visible: bool | None = None
    label: LabelBounds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Diagram interchange of one flow: waypoints in pixels, at least two."""

    element_id: ElementId
    waypoints: tuple[tuple[float, float], ...]
    label: LabelBounds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """The drawing of one process."""

    shapes: tuple[Shape, ...] = ()
    edges: tuple[Edge, ...] = ()
