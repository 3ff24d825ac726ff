# SPDX-License-Identifier: Apache-2.0
"""A drawing for models that have none: left to right, lanes as bands, crossing-free on block-structured models.

How: `graph` cuts cycles and finds columns and where branches meet, `rows` stacks branches, `text` and `sizes` tell how
much room names need, `grid` and `drawing` make pixels, `labels` puts the names beside events, gateways and flows,
`beside` places data and annotations, `pools` stacks the processes of a collaboration.
"""

from taktloom.formats.layout.drawing import Drawing, draw
from taktloom.formats.layout.pools import draw_pools
from taktloom.model.diagram import Diagram
from taktloom.model.process import Definitions, ProcessDefinition

__all__ = ["layout", "layout_definitions"]

ORIGIN = (160.0, 80.0)  # where modelers put the first element


def layout(definition: ProcessDefinition) -> Diagram:
    """Shapes of all nodes and lanes, edges of all flows that connect two nodes; pixels, y grows downwards."""
    return _diagram(draw(definition))


def layout_definitions(definitions: Definitions) -> Diagram:
    """All processes of a file: in their pools with the messages between them, else one below the other."""
    if not definitions.collaborations and len(definitions.processes) == 1:
        return layout(definitions.processes[0])
    return _diagram(draw_pools(definitions.processes, definitions.collaborations))


def _diagram(drawing: Drawing) -> Diagram:
    whole = Drawing(width=0, height=0)
    whole.add_moved(drawing, ORIGIN)
    return Diagram(shapes=tuple(whole.shapes), edges=tuple(whole.edges))
