# SPDX-License-Identifier: Apache-2.0
"""End events: none and terminate; those that throw are in `throw_event.py`."""

from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["EndEventBehaviour", "TerminateEndBehaviour"]


class EndEventBehaviour(Behaviour):
    """A none end event consumes its token; the last token of a scope completes the scope."""

    __slots__ = ()
    element_type: ClassVar[str] = "endEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Record, then end the path."""
        run.record_completion(run.node(token), token)
        run.close_visit(token)
        self.end(run, token)
        return None

    def end(self, run: Run, token: Token) -> None:
        """What the end event does to its scope."""
        run.end_path(token)


class TerminateEndBehaviour(EndEventBehaviour):
    """Ends the scope at once: a sub-process completes and its process goes on, at the top the instance ends."""

    __slots__ = ()

    def end(self, run: Run, token: Token) -> None:
        """Break off all else in the scope."""
        run.terminate(token)
