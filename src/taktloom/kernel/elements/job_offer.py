# SPDX-License-Identifier: Apache-2.0
"""Work for a machine, whatever the element that orders it: service, send, script and rule tasks, and throw events."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from taktloom.kernel.commands import CreateJob, IncidentKind
from taktloom.kernel.elements.inputs import input_variables
from taktloom.kernel.expressions import Context, TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Token
from taktloom.model.identifiers import JobId

__all__ = ["JobOffer"]

GREATEST_PRIORITY = 2**31 - 1


@dataclass(frozen=True, slots=True)
class JobOffer:
    """A compiled JobDefinition."""

    job_type: TextExpression
    retries: int
    headers: tuple[tuple[str, str], ...]
    priority: TextExpression | None = None
    back_off: tuple[timedelta, ...] = ()

    def create(self, run: Run, token: Token) -> None:
        """Offer the work and let *token* wait for it. Raises ElementFailure before anything is changed."""
        context = run.variables(token)
        job_type = evaluate_text(self.job_type, context, run.now)
        if not job_type:
            raise ElementFailure(IncidentKind.EXPRESSION, "The job's type is empty.")
        priority = 0 if self.priority is None else _whole_number(self.priority, context, run.now)
        job_id = JobId(run.next_id())
        run.state.jobs = with_entry(run.state.jobs, job_id, token)
        token.waits += (job_id,)
        run.commands.append(
            CreateJob(
                job_id=job_id,
                element_id=run.node(token).id,
                job_type=job_type,
                retries=self.retries,
                headers=dict(self.headers),
                variables=input_variables(run, token),
                priority=priority,
                back_off=self.back_off,
            )
        )


def _whole_number(text: TextExpression, context: Context, now: datetime) -> int:
    """A number of 32 bits; 0 where FEEL gives null or nothing."""
    given = (evaluate_text(text, context, now) or "0").strip()
    digits = given.removeprefix("-")
    if digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) <= GREATEST_PRIORITY:
        return int(given)
    raise ElementFailure(IncidentKind.EXPRESSION, "The job's priority is no whole number of 32 bits.")
