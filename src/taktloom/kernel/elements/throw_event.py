# SPDX-License-Identifier: Apache-2.0
"""Throwing events, intermediate and end: the visit is completed, then the event is thrown, then the path goes on.

With a job a worker does it: the event waits until the job is completed. Source: BPMN 2.0.2, 10.5.3, 10.5.4.
"""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.data_flow import payload_of
from taktloom.kernel.elements.job_offer import JobOffer
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.throwing import Throw
from taktloom.kernel.variables import add_variables

__all__ = [
    "JobEndBehaviour",
    "JobThrowBehaviour",
    "MilestoneBehaviour",
    "ThrowEventBehaviour",
    "ThrowingEndBehaviour",
]


class MilestoneBehaviour(Behaviour):
    """A none throw event: only its row is written."""

    __slots__ = ()
    element_type: ClassVar[str] = "intermediateThrowEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """Pass."""
        del run, token
        return Phase.COMPLETE


@dataclass(frozen=True, slots=True)
class ThrowEventBehaviour(Behaviour):
    """Throws, and does not wait for who catches."""

    thrown: Throw
    element_type: ClassVar[str] = "intermediateThrowEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """The input mappings and data inputs are what is thrown with it."""
        node = run.node(token)
        payload = payload_of(run, node, token)
        deed = self.thrown.prepare(run, token, payload)
        run.record_completion(node, token)
        run.conclude(token)
        run.close_visit(token)
        run.push(token, Phase.LEAVE)
        deed()
        return None


class ThrowingEndBehaviour(ThrowEventBehaviour):
    """Throws, then ends its path unless it is broken off."""

    __slots__ = ()
    element_type: ClassVar[str] = "endEvent"


@dataclass(frozen=True, slots=True)
class JobThrowBehaviour(Behaviour):
    """A worker throws."""

    job: JobOffer
    element_type: ClassVar[str] = "intermediateThrowEvent"

    def enter(self, run: Run, token: Token) -> Phase | None:
        """The input mappings are local to the visit."""
        node = run.node(token)
        inputs = evaluate_mappings(node.inputs, run.variables(token), run.now)
        if inputs:
            add_variables(run.open_scope(token), inputs)
        return Phase.PERFORM

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Create the job."""
        self.job.create(run, token)
        return None


class JobEndBehaviour(JobThrowBehaviour):
    """A worker throws, then the path ends."""

    __slots__ = ()
    element_type: ClassVar[str] = "endEvent"
