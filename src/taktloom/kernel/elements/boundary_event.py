# SPDX-License-Identifier: Apache-2.0
"""Boundary events: an interrupting one breaks its activity off and takes its token, the other opens a new token.

Those that wait are armed while the activity runs; those for errors and escalations are looked up by the thrower
(`propagation.py`). Source: BPMN 2.0.2, 10.5.4, 13.5.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.behaviour import receive_variables
from taktloom.kernel.data_flow import own_data
from taktloom.kernel.executable import Node
from taktloom.kernel.interruption import break_off
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.triggers import EventBehaviour

__all__ = ["BoundaryEventBehaviour"]


@dataclass(frozen=True, slots=True)
class BoundaryEventBehaviour(EventBehaviour):
    """Catches beside or in the place of its activity."""

    element_type: ClassVar[str] = "boundaryEvent"

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """*token* stands in the activity, and stays there when the event does not interrupt."""
        if self.is_interrupting:
            break_off(run, node, token, variables)
            return
        opened = run.open_token(node.index, token.scope)
        run.activate(opened)
        own_data(run, node, opened)
        receive_variables(run, node, opened, variables)
        run.push(opened, Phase.COMPLETE)
