# SPDX-License-Identifier: Apache-2.0
"""User task: work in a person's inbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypedDict

from taktloom.kernel.commands import USUAL_PRIORITY, IncidentKind, OpenUserTask, Reckoning
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.elements.inputs import input_variables
from taktloom.kernel.expressions import Context, TextExpression, evaluate_text, evaluate_texts
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.timers import plan_due_date
from taktloom.model.identifiers import UserTaskId

__all__ = ["Dates", "UserTaskBehaviour"]

HIGHEST_PRIORITY = 100


@dataclass(frozen=True, slots=True)
class Dates:
    """When the task is due, and when it is to be looked at again; calendar: by which business calendar."""

    due: TextExpression | None = None
    follow_up: TextExpression | None = None
    calendar: str | None = None

    def plan(self, context: Context, now: datetime) -> "_PlannedDates":
        """Both dates; raises ElementFailure."""
        due = None if self.due is None else plan_due_date(self.due, context, now, self.calendar)
        follow_up = None if self.follow_up is None else plan_due_date(self.follow_up, context, now, self.calendar)
        return _PlannedDates(
            due_at=due if isinstance(due, datetime) else None,
            due_by=due if isinstance(due, Reckoning) else None,
            follow_up_at=follow_up if isinstance(follow_up, datetime) else None,
            follow_up_by=follow_up if isinstance(follow_up, Reckoning) else None,
        )


class _PlannedDates(TypedDict):
    """The dates of OpenUserTask."""

    due_at: datetime | None
    due_by: Reckoning | None
    follow_up_at: datetime | None
    follow_up_by: Reckoning | None


@dataclass(frozen=True, slots=True)
class UserTaskBehaviour(ActivityBehaviour):
    """Waits until a person completes it. The first candidate group is the role of the visit, else the lane is."""

    assignee: TextExpression | None
    candidate_users: TextExpression | None
    candidate_groups: TextExpression | None
    dates: Dates
    priority: TextExpression | None
    form_id: str | None
    element_type: ClassVar[str] = "userTask"
    names_resource: ClassVar[bool] = True
    names_role: ClassVar[bool] = True

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Open the task."""
        context, node = run.variables(token), run.node(token)
        assignee = None if self.assignee is None else evaluate_text(self.assignee, context, run.now)
        users, groups = _texts(self.candidate_users, context, run.now), self._groups(context, run.now)
        dates = self.dates.plan(context, run.now)
        priority = _priority(self.priority, context, run.now)
        task_id = UserTaskId(run.next_id())
        run.state.user_tasks = with_entry(run.state.user_tasks, task_id, token)
        token.waits += (task_id,)
        run.commands.append(
            OpenUserTask(
                user_task_id=task_id,
                element_id=node.id,
                name=node.name or node.id,
                assignee=assignee or None,
                candidate_groups=groups,
                candidate_users=users,
                priority=priority,
                form_id=self.form_id,
                variables=input_variables(run, token),
                **dates,
            )
        )
        return None

    def role(self, context: Context, now: datetime) -> str | None:
        """The first group, None where there is none."""
        return next(iter(self._groups(context, now)), None)

    def _groups(self, context: Context, now: datetime) -> tuple[str, ...]:
        return _texts(self.candidate_groups, context, now)


def _texts(text: TextExpression | None, context: Context, now: datetime) -> tuple[str, ...]:
    return () if text is None else evaluate_texts(text, context, now)


def _priority(text: TextExpression | None, context: Context, now: datetime) -> int:
    """From 0 to 100; where nothing or null is given the usual one."""
    given = None if text is None else evaluate_text(text, context, now)
    if given is None or given == "":
        return USUAL_PRIORITY
    if given.isascii() and given.isdigit() and int(given) <= HIGHEST_PRIORITY:
        return int(given)
    raise ElementFailure(IncidentKind.EXPRESSION, f"The priority is no whole number from 0 to {HIGHEST_PRIORITY}.")
