# SPDX-License-Identifier: Apache-2.0
"""Service task: a job for a worker."""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.commands import CreateJob, IncidentKind
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.elements.inputs import input_variables
from taktloom.kernel.expressions import TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.model.identifiers import JobId

__all__ = ["ServiceTaskBehaviour"]


@dataclass(frozen=True, slots=True)
class ServiceTaskBehaviour(ActivityBehaviour):
    """Waits until its job is completed; a failed job raises an incident, the host having no retries left."""

    job_type: TextExpression
    retries: int
    headers: tuple[tuple[str, str], ...]
    element_type: ClassVar[str] = "serviceTask"
    names_resource: ClassVar[bool] = True

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Create the job."""
        job_type = evaluate_text(self.job_type, run.variables(token), run.now)
        if not job_type:
            raise ElementFailure(IncidentKind.EXPRESSION, "The job's type is empty.")
        node = run.node(token)
        job_id = JobId(run.next_id())
        run.state.jobs[job_id] = token.id
        token.waits.append(job_id)
        run.commands.append(
            CreateJob(
                job_id=job_id,
                element_id=node.id,
                job_type=job_type,
                retries=self.retries,
                headers=dict(self.headers),
                variables=input_variables(run, token),
            )
        )
        return None
