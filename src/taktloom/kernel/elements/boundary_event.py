# SPDX-License-Identifier: Apache-2.0
"""Boundary events: an interrupting one breaks its activity off and takes its token, the other opens a new token.

Timer and message boundary events are armed while the activity runs; error boundary events are looked up when an error
is thrown (`error_propagation.py`). Source: BPMN 2.0.2, 10.5.4, 13.5.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.behaviour import Behaviour, receive_variables
from taktloom.kernel.elements.triggers import Trigger
from taktloom.kernel.executable import Node
from taktloom.kernel.history import VisitLifecycle
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["ArmedBoundary", "ErrorBoundary"]


class InterruptingCatch(Behaviour):
    """Breaks the activity off; its token goes on from the boundary event."""

    __slots__ = ()
    element_type: ClassVar[str] = "boundaryEvent"
    leaves_as: ClassVar[VisitLifecycle] = VisitLifecycle.TERMINATED

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """*token* stands in the activity."""
        run.cancel_visit(token, self.leaves_as)
        token.element, token.entered_at = node.index, run.now
        run.activate(token)
        receive_variables(run, node, token, variables)
        run.push(token, Phase.COMPLETE)


class ErrorBoundary(InterruptingCatch):
    """Catches a BPMN error; always interrupting, and the activity has failed."""

    __slots__ = ()
    leaves_as: ClassVar[VisitLifecycle] = VisitLifecycle.FAILED


@dataclass(frozen=True, slots=True)
class ArmedBoundary(InterruptingCatch):
    """Waits for a timer or message beside its activity."""

    trigger: Trigger
    is_interrupting: bool

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """*token* stands in the activity, and stays there when the event does not interrupt."""
        if self.is_interrupting:
            InterruptingCatch.catch(self, run, node, token, variables)
            return
        opened = run.open_token(node.index, token.scope)
        run.activate(opened)
        receive_variables(run, node, opened, variables)
        run.push(opened, Phase.COMPLETE)
