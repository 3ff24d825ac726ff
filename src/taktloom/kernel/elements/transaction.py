# SPDX-License-Identifier: Apache-2.0
"""Transaction: a sub-process that a cancel end event undoes before the cancel boundary event is taken.

Cancelling terminates what runs in the transaction, compensates what completed in it (also inside sub-processes that
were still running, and in all instances of a looping transaction: nothing done may stay), and leaves by the cancel
boundary event. An error leaves it as any sub-process, without compensation (a hazard).
Source: BPMN 2.0.2, 10.3.5, 13.3.4.
"""

from typing import ClassVar

from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.elements.compensation import compensate_next, completed_in
from taktloom.kernel.elements.end_event import EndEventBehaviour
from taktloom.kernel.elements.sub_process import SubProcessBehaviour
from taktloom.kernel.executable import NONE
from taktloom.kernel.interruption import break_off
from taktloom.kernel.run import Run
from taktloom.kernel.state import CompensationRecord, Phase, Token

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
        scope.undoing, scope.records = _end_other_instances(run, transaction), []
        run.clear_scope(scope)
        scope.is_ending = True
        run.push(transaction, Phase.COMPLETE)


def _transaction_around(run: Run, token: Token) -> Token | None:
    while True:
        owner = token.around.owner
        if owner is None:
            return None
        token = run.state.tokens[owner]
        if isinstance(run.node(token).behaviour, TransactionBehaviour):
            return token


def _instances(run: Run, token: Token) -> list[Token]:
    """The token, then of one instance of a looping activity those around it, up to the one that stands for all."""
    tokens = [token]
    while run.node(tokens[-1]).is_round:
        owner = run.state.scopes[tokens[-1].scope].owner
        assert owner is not None  # a round stands in the scope of its loop
        tokens.append(run.state.tokens[owner])
    return tokens


def _end_other_instances(run: Run, transaction: Token) -> list[CompensationRecord]:
    """What has completed in all instances of the transaction; only *transaction* goes on, to undo it."""
    *instances, whole = _instances(run, transaction)
    assert whole.inner is not None  # what runs in it cancels it
    scope = run.state.scopes[whole.inner]
    found, scope.records = completed_in(run, scope), []
    if instances:
        run.terminate_others(instances[-1])
    return found


def _leave_cancelled(run: Run, token: Token) -> None:
    """By the cancel boundary event; without one its path ends."""
    at = _instances(run, token)[-1]
    cancelled_by = run.node(at).cancelled_by
    if cancelled_by == NONE:
        run.cancel_visit(at)
        run.end_path(at)
        return
    break_off(run, run.process.nodes[cancelled_by], at, {})
