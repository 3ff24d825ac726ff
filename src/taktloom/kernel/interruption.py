# SPDX-License-Identifier: Apache-2.0
"""How an event takes effect on what runs: a boundary event on its activity, an event sub-process on its scope.

Source: BPMN 2.0.2, 13.5.3 (boundary events), 13.5.4 (event sub-processes).
"""

from collections.abc import Collection, Mapping

from taktloom.feel.values import FeelValue
from taktloom.kernel.arming import first_phase
from taktloom.kernel.behaviour import receive_variables
from taktloom.kernel.data_flow import own_data
from taktloom.kernel.executable import Node
from taktloom.kernel.run import NO_TOKENS, Run
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.triggers import EventBehaviour
from taktloom.model.identifiers import ScopeId, TokenId

__all__ = ["break_off", "start_handler"]


def break_off(
    run: Run, event: Node, token: Token, variables: Mapping[str, FeelValue], failed: Collection[TokenId] = NO_TOKENS
) -> None:
    """The interrupting boundary event takes the token of its activity. failed: see `Run.cancel_visit`."""
    run.cancel_visit(token, failed)
    token.element, token.entered_at = event.index, run.now
    run.activate(token)
    own_data(run, event, token)
    receive_variables(run, event, token, variables)
    run.push(token, Phase.COMPLETE)


def start_handler(
    run: Run,
    start: Node,
    scope_id: ScopeId,
    variables: Mapping[str, FeelValue],
    failed: Collection[TokenId] = NO_TOKENS,
) -> None:
    """Begin a visit of the event sub-process in the scope. failed: see `Run.cancel_visit`."""
    handler = run.process.nodes[start.parent]
    assert isinstance(start.behaviour, EventBehaviour)
    if start.behaviour.is_interrupting:
        run.interrupt_scope(scope_id, failed)
    token = run.open_token(handler.index, scope_id)
    run.activate(token)
    run.record_start(handler, token)
    run.open_scope(token)
    own_data(run, handler, token)
    assert token.inner is not None
    inside = run.open_token(start.index, token.inner)
    run.activate(inside)
    own_data(run, start, inside)
    receive_variables(run, start, inside, variables)
    run.push(inside, first_phase(run, token.inner))
