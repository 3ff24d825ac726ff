# SPDX-License-Identifier: Apache-2.0
"""End events: none, error, terminate."""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.commands import InstanceOutcome
from taktloom.kernel.error_propagation import find_catcher
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["EndEventBehaviour", "ErrorEndBehaviour", "TerminateEndBehaviour"]


class EndEventBehaviour(Behaviour):
    """A none end event consumes its token; the last token of a scope completes the scope."""

    __slots__ = ()
    element_type: ClassVar[str] = "endEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Record, then end the path."""
        run.record_completion(run.node(token), token)
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


@dataclass(frozen=True, slots=True)
class ErrorEndBehaviour(EndEventBehaviour):
    """Throws a BPMN error out of its scope; one that nothing catches fails the instance."""

    code: str

    def end(self, run: Run, token: Token) -> None:
        """Go on at the boundary event that catches it."""
        found = find_catcher(run, token, self.code)
        if found is None:
            run.finish(InstanceOutcome.FAILED)
            return
        event, activity_token = found
        event.catch(run, event, activity_token, {})
