# SPDX-License-Identifier: Apache-2.0
"""Works that a person waits for beside imports: an assessment of the potential, a draft, an analysis.

Progress, result, cancel.
"""

from dataclasses import dataclass

from taktloom.app.context import Context, use_case
from taktloom.app.drafting import DraftRecord
from taktloom.app.long_work import WorkKind, WorkStatus
from taktloom.assure.permissions import Permission
from taktloom.model.errors import TaktloomError

KINDS = (WorkKind.POTENTIAL, WorkKind.DRAFT, WorkKind.ANALYSIS, WorkKind.QUERY)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkProgress:
    """How far a work is. total, eta_s: None while unknown. draft: what a done draft says of itself."""

    work_id: str
    kind: str
    state: str
    stage: str
    done: int
    total: int | None
    eta_s: float | None
    draft: DraftRecord | None
    error: TaktloomError | None


@use_case(Permission.LOG_VIEW)
def show_work(context: Context, *, work_id: str) -> WorkProgress:
    """How far it is; a done assessment is read at the log's potential."""
    return work_progress(context.rooms.long_work.show(work_id, *KINDS))


@use_case(Permission.LOG_VIEW)
def cancel_work(context: Context, *, work_id: str) -> None:
    """Cancel; it ends at its next step and nothing of it remains."""
    context.rooms.long_work.cancel(work_id, *KINDS)


def work_progress(status: WorkStatus) -> WorkProgress:
    """What the doors show of a work."""
    return WorkProgress(
        work_id=status.work_id,
        kind=status.kind.value,
        state=status.state.value,
        stage=status.stage,
        done=status.done,
        total=status.total,
        eta_s=status.eta_s,
        draft=status.result if isinstance(status.result, DraftRecord) else None,
        error=status.error,
    )
