# SPDX-License-Identifier: Apache-2.0
"""Points of a shape that lines start from and end at, and lines without needless points."""

from dataclasses import replace

from taktloom.model.diagram import Edge, LabelBounds, Shape

__all__ = ["Point", "below", "left", "middle", "moved_edge", "moved_shape", "right", "tidy"]

Point = tuple[float, float]


def middle(shape: Shape) -> Point:
    """The centre."""
    return shape.x + shape.width / 2, shape.y + shape.height / 2


def right(shape: Shape) -> Point:
    """The middle of the right edge."""
    return shape.x + shape.width, shape.y + shape.height / 2


def left(shape: Shape) -> Point:
    """The middle of the left edge."""
    return shape.x, shape.y + shape.height / 2


def below(shape: Shape, towards: float) -> Point:
    """The middle of the lower edge, or of the upper one where the height *towards* lies above the centre."""
    x, y = middle(shape)
    return x, shape.y + shape.height if towards >= y else shape.y


def moved_shape(shape: Shape, by: Point) -> Shape:
    """The shape elsewhere, its label with it."""
    return replace(shape, x=shape.x + by[0], y=shape.y + by[1], label=_moved_label(shape.label, by))


def moved_edge(edge: Edge, by: Point) -> Edge:
    """The edge elsewhere, its label with it."""
    points = tuple((x + by[0], y + by[1]) for x, y in edge.waypoints)
    return replace(edge, waypoints=points, label=_moved_label(edge.label, by))


def _moved_label(label: LabelBounds | None, by: Point) -> LabelBounds | None:
    return None if label is None else replace(label, x=label.x + by[0], y=label.y + by[1])


def tidy(points: list[Point]) -> tuple[Point, ...]:
    """Without repeated points and without points in the middle of a straight line; at least two."""
    kept: list[Point] = []
    for point in points:
        if kept and abs(kept[-1][0] - point[0]) < 0.5 and abs(kept[-1][1] - point[1]) < 0.5:
            continue
        if len(kept) >= 2 and _is_straight(kept[-2], kept[-1], point):
            kept[-1] = point
        else:
            kept.append(point)
    return tuple(kept) if len(kept) > 1 else (points[0], points[-1])


def _is_straight(a: Point, b: Point, c: Point) -> bool:
    return (a[0] == b[0] == c[0]) or (a[1] == b[1] == c[1])
