# SPDX-License-Identifier: Apache-2.0
"""Transaction: a sub-process that a cancel end event undoes before the cancel boundary event is taken.

Cancelling terminates what runs in the transaction, compensates what completed in it (also inside sub-processes that
were still running: nothing done may stay), and leaves by the cancel boundary event. An error leaves it as any
sub-process, without compensation (a hazard). Source: BPMN 2.0.2, 10.3.5, 13.3.4.
"""

from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.elements.compensation import compensate_next, completed_in
from taktloom.kernel.elements.end_event import EndEventBehaviour
from taktloom.kernel.elements.sub_process import SubProcessBehaviour
from taktloom.kernel.executable import NONE
from taktloom.kernel.interruption import break_off
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["CancelEndBehaviour", "TransactionBehaviour"]


class TransactionBehaviour(SubProcessBehaviour):
    """Completes as a sub-process, unless it is being cancelled."""

    __slots__ = ()
    element_type: ClassVar[str] = "transaction"

    def complete(self, run: Run, token: Token) -> Phase | None:
        """Undo the next record, or leave."""
        assert token.inner is not None  # its scope has just become empty
        if not run.state.scopes[token.inner].is_ending:
            return Behaviour.complete(self, run, token)
        if not compensate_next(run, token):
            _leave_cancelled(run, token)
        return None


class CancelEndBehaviour(EndEventBehaviour):
    """Cancels the innermost transaction around it."""

    __slots__ = ()

    def end(self, run: Run, token: Token) -> None:
        """Terminate what runs, then undo."""
        transaction = _transaction_around(run, token)
        run.conclude(token)
        if transaction is None:  # out of place: a finding of the rules
            run.end_path(token)
            return
        assert transaction.inner is not None
        scope = run.state.scopes[transaction.inner]
        scope.undoing, scope.records = completed_in(run, scope), []
        run.clear_scope(scope)
        scope.is_ending = True
        run.push(transaction, Phase.COMPLETE)


def _transaction_around(run: Run, token: Token) -> Token | None:
    while True:
        owner = run.state.scopes[token.scope].owner
        if owner is None:
            return None
        token = run.state.tokens[owner]
        if isinstance(run.node(token).behaviour, TransactionBehaviour):
            return token


def _leave_cancelled(run: Run, token: Token) -> None:
    """By the cancel boundary event of the transaction, or of the loop around it; without one its path ends."""
    at: Token | None = token
    while at is not None and run.node(at).cancelled_by == NONE:
        owner = run.state.scopes[at.scope].owner if run.node(at).is_round else None
        at = None if owner is None else run.state.tokens[owner]
    if at is None:
        run.cancel_visit(token)
        run.end_path(token)
        return
    break_off(run, run.process.nodes[run.node(at).cancelled_by], at, {})
