# SPDX-License-Identifier: Apache-2.0
"""User task: work in a person's inbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from taktloom.kernel.commands import OpenUserTask
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.elements.inputs import input_variables
from taktloom.kernel.expressions import Context, TextExpression, evaluate_text, evaluate_texts
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.timers import plan_due_date
from taktloom.model.identifiers import UserTaskId

__all__ = ["UserTaskBehaviour"]


@dataclass(frozen=True, slots=True)
class UserTaskBehaviour(ActivityBehaviour):
    """Waits until a person completes it. The first candidate group is the role of the visit, else the lane is."""

    assignee: TextExpression | None
    candidate_groups: TextExpression | None
    due_date: TextExpression | None
    form_id: str | None
    element_type: ClassVar[str] = "userTask"
    names_resource: ClassVar[bool] = True

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Open the task."""
        context, node = run.variables(token), run.node(token)
        assignee = None if self.assignee is None else evaluate_text(self.assignee, context, run.now)
        groups = self._groups(context, run.now)
        due_at = self._due_at(context, run.now)
        task_id = UserTaskId(run.next_id())
        run.state.user_tasks[task_id] = token.id
        token.waits.append(task_id)
        run.commands.append(
            OpenUserTask(
                user_task_id=task_id,
                element_id=node.id,
                name=node.name or node.id,
                assignee=assignee or None,
                candidate_groups=groups,
                due_at=due_at,
                form_id=self.form_id,
                variables=input_variables(run, token),
            )
        )
        return None

    def role(self, context: Context, now: datetime) -> str | None:
        """The first group, None where there is none."""
        return next(iter(self._groups(context, now)), None)

    def _groups(self, context: Context, now: datetime) -> tuple[str, ...]:
        return () if self.candidate_groups is None else evaluate_texts(self.candidate_groups, context, now)

    def _due_at(self, context: Context, now: datetime) -> datetime | None:
        if self.due_date is None:
            return None
        return plan_due_date(self.due_date, context, now)
