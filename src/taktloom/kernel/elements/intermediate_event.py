# SPDX-License-Identifier: Apache-2.0
"""Intermediate catching events, and links.

A throwing link jumps to the catching link of its name, found when the process is compiled (BPMN 2.0.2, 10.5.5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.behaviour import Behaviour, receive_variables
from taktloom.kernel.executable import NONE, Node
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.triggers import EventBehaviour

__all__ = ["CatchEventBehaviour", "LinkCatchBehaviour", "LinkThrowBehaviour"]


@dataclass(frozen=True, slots=True)
class CatchEventBehaviour(EventBehaviour):
    """Waits for its trigger."""

    element_type: ClassVar[str] = "intermediateCatchEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Open the wait, unless what is waited for is the case already."""
        assert self.trigger is not None
        plan = self.trigger.plan(run.variables(token), run.now, run.rules)
        if plan.holds:
            return Phase.COMPLETE
        plan.open(run, token, run.node(token))
        return None

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """Of a multiple event the other waits are withdrawn."""
        run.close_waits(token)
        receive_variables(run, node, token, variables)
        run.push(token, Phase.COMPLETE)


class LinkCatchBehaviour(Behaviour):
    """Where a link leads: passed through."""

    __slots__ = ()
    element_type: ClassVar[str] = "intermediateCatchEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Nothing is waited for."""
        del run, token
        return Phase.COMPLETE


class LinkThrowBehaviour(Behaviour):
    """Goes on at the catching link."""

    __slots__ = ()
    element_type: ClassVar[str] = "intermediateThrowEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Record, then jump."""
        del run, token
        return Phase.COMPLETE

    def leave(self, run: Run, token: Token) -> Phase | None:
        """The jump."""
        target = run.node(token).link
        run.conclude(token)
        token.element, token.arrived_by = target, NONE
        return Phase.ENTER
