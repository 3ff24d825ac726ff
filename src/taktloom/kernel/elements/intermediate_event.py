# SPDX-License-Identifier: Apache-2.0
"""Intermediate events: the catching ones wait, the throwing none event is a milestone that is passed."""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.elements.triggers import Trigger
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["CatchEventBehaviour", "ThrowEventBehaviour"]


@dataclass(frozen=True, slots=True)
class CatchEventBehaviour(Behaviour):
    """Waits for a timer or message."""

    trigger: Trigger
    element_type: ClassVar[str] = "intermediateCatchEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Open the wait."""
        node = run.node(token)
        self.trigger.plan(run.variables(token), run.now).open(run, token, node)
        return None


class ThrowEventBehaviour(Behaviour):
    """A none throw event: only its row is written."""

    __slots__ = ()
    element_type: ClassVar[str] = "intermediateThrowEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Pass."""
        del run, token
        return Phase.COMPLETE
