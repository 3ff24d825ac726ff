# SPDX-License-Identifier: Apache-2.0
"""Work for a machine, whatever the element that orders it: service, send, script and rule tasks, and throw events."""

from dataclasses import dataclass

from taktloom.kernel.commands import CreateJob, IncidentKind
from taktloom.kernel.elements.inputs import input_variables
from taktloom.kernel.expressions import TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.state import Token
from taktloom.model.identifiers import JobId

__all__ = ["JobOffer"]


@dataclass(frozen=True, slots=True)
class JobOffer:
    """A compiled JobDefinition."""

    job_type: TextExpression
    retries: int
    headers: tuple[tuple[str, str], ...]

    def create(self, run: Run, token: Token) -> None:
        """Offer the work and let *token* wait for it. Raises ElementFailure before anything is changed."""
        job_type = evaluate_text(self.job_type, run.variables(token), run.now)
        if not job_type:
            raise ElementFailure(IncidentKind.EXPRESSION, "The job's type is empty.")
        job_id = JobId(run.next_id())
        run.state.jobs[job_id] = token.id
        token.waits.append(job_id)
        run.commands.append(
            CreateJob(
                job_id=job_id,
                element_id=run.node(token).id,
                job_type=job_type,
                retries=self.retries,
                headers=dict(self.headers),
                variables=input_variables(run, token),
            )
        )
