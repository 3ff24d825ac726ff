# SPDX-License-Identifier: Apache-2.0
"""Service task, and every other activity whose work is a job for a worker."""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.elements.job_offer import JobOffer
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["BusinessRuleJobBehaviour", "JobTaskBehaviour", "ScriptJobBehaviour", "ServiceTaskBehaviour"]


@dataclass(frozen=True, slots=True)
class JobTaskBehaviour(ActivityBehaviour):
    """Waits until its job is completed; a failed job raises an incident, the host having no retries left."""

    job: JobOffer
    names_resource: ClassVar[bool] = True

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Create the job."""
        self.job.create(run, token)
        return None


class ServiceTaskBehaviour(JobTaskBehaviour):
    """A service task."""

    __slots__ = ()
    element_type: ClassVar[str] = "serviceTask"


class ScriptJobBehaviour(JobTaskBehaviour):
    """A script in a language that is not ours."""

    __slots__ = ()
    element_type: ClassVar[str] = "scriptTask"


class BusinessRuleJobBehaviour(JobTaskBehaviour):
    """Rules that a worker evaluates."""

    __slots__ = ()
    element_type: ClassVar[str] = "businessRuleTask"
