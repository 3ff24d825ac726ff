# SPDX-License-Identifier: Apache-2.0
"""Event sub-process: waits in the scope around it for its start event, beside the flow of that scope.

An interrupting one breaks off all else in the scope and takes its place; any number of the others run beside it. The
scope is complete when no token is left in it, theirs included. Source: BPMN 2.0.2, 10.3.5, 13.5.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.elements.start_event import StartEventBehaviour
from taktloom.kernel.elements.sub_process import SubProcessBehaviour
from taktloom.kernel.executable import Node
from taktloom.kernel.interruption import start_handler
from taktloom.kernel.run import Holder, Run
from taktloom.kernel.triggers import EventBehaviour

__all__ = ["EventSubProcessBehaviour", "TriggeredStartBehaviour"]


class EventSubProcessBehaviour(SubProcessBehaviour):
    """No flow leads into it: its visit begins when its start event happens."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TriggeredStartBehaviour(EventBehaviour, StartEventBehaviour):
    """A start event with a trigger: of a process, started by the host (`starts.py`), or of an event sub-process."""

    element_type: ClassVar[str] = "startEvent"

    def catch(self, run: Run, node: Node, token: Holder, variables: Mapping[str, FeelValue]) -> None:
        """*token* is the scope in which the event sub-process waits."""
        assert isinstance(token, str)
        start_handler(run, node, token, variables)
