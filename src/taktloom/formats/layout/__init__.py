# SPDX-License-Identifier: Apache-2.0
"""A drawing for models that have none: left to right, lanes as bands, crossing-free on block-structured models.

How: `graph` cuts cycles and finds columns and where branches meet, `rows` stacks branches, `text` and `sizes` tell how
much room names need, `grid` and `drawing` make pixels, `labels` puts the names beside events, gateways and flows.
"""

from taktloom.formats.layout.drawing import Drawing, draw
from taktloom.model.diagram import Diagram
from taktloom.model.process import ProcessDefinition

__all__ = ["layout"]

ORIGIN = (160.0, 80.0)  # where modelers put the first element


def layout(definition: ProcessDefinition) -> Diagram:
    """Shapes of all nodes and lanes, edges of all flows that connect two nodes; pixels, y grows downwards."""
    whole = Drawing(width=0, height=0)
    whole.add_moved(draw(definition.nodes, definition.flows, definition.lanes), ORIGIN)
    return Diagram(shapes=tuple(whole.shapes), edges=tuple(whole.edges))
