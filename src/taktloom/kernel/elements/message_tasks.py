# SPDX-License-Identifier: Apache-2.0
"""Send task and receive task: a message out, a message in.

A send task without a worker gives its message to the engine and is done; its mapped inputs and data inputs are in the
message. An instantiating receive task that starts the instance has its message already (`starting.py`).
Source: BPMN 2.0.2, 10.3.3, 13.3.3.
"""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.elements.inputs import given_variables
from taktloom.kernel.elements.service_task import JobTaskBehaviour
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.throwing import MessageThrow
from taktloom.kernel.triggers import Trigger

__all__ = ["ReceiveTaskBehaviour", "SendJobBehaviour", "SendTaskBehaviour"]


class SendJobBehaviour(JobTaskBehaviour):
    """A worker sends."""

    __slots__ = ()
    element_type: ClassVar[str] = "sendTask"


@dataclass(frozen=True, slots=True)
class SendTaskBehaviour(ActivityBehaviour):
    """The engine delivers; thrown None: there is no message, and nothing to do."""

    thrown: MessageThrow | None
    element_type: ClassVar[str] = "sendTask"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Send and go on."""
        if self.thrown is not None:
            self.thrown.prepare(run, token, given_variables(run, token))()
        return Phase.COMPLETE


@dataclass(frozen=True, slots=True)
class ReceiveTaskBehaviour(ActivityBehaviour):
    """Waits for its message. instantiates: the message may start an instance here."""

    trigger: Trigger
    instantiates: bool
    element_type: ClassVar[str] = "receiveTask"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Subscribe."""
        node = run.node(token)
        self.trigger.plan(run.variables(token), run.now, run.rules).open(run, token, node)
        return None
