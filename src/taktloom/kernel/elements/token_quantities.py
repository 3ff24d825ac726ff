# SPDX-License-Identifier: Apache-2.0
"""Token quantities of activities: how many tokens one visit takes, and how many leave on each outgoing flow.

`startQuantity`: tokens gather at the activity, whichever flow brings them; the one that makes the number full begins
the visit, surplus ones stay for the next. `completionQuantity`: so many tokens leave along each flow that is taken.
Source: BPMN 2.0.2, 10.3 (Activity), 13.3.1.
"""

from taktloom.kernel.behaviour import choose_flows
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.executable import NONE, PhaseMethod
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.joins import arrivals
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["gathering", "multiplied"]

MAX_TOKENS = 10_000  # each begins a visit of the step, of which there may be ten times as many


def gathering(enter: PhaseMethod, quantity: int) -> PhaseMethod:
    """The entering phase of an activity that needs *quantity* tokens; its node activates itself."""

    def gather(run: Run, token: Token) -> Phase | None:
        if not token.is_active:
            scope = token.around
            waiting = arrivals(scope, token.element).setdefault(NONE, [])
            waiting.append(token.id)
            if len(waiting) < quantity:
                return None
            del scope.joins[token.element]
            for other in waiting[:-1]:
                run.merge(run.state.tokens[other])
            run.activate(token)
        following: Phase | None = enter(run, token)
        return following

    return gather


def multiplied(quantity: int) -> PhaseMethod:
    """The leaving phase of an activity that gives *quantity* tokens to each flow that it takes."""

    def leave(run: Run, token: Token) -> Phase | None:
        node = run.node(token)
        flows = choose_flows(run, node, run.variables(token)) if node.is_conditional else node.outgoing
        if quantity * len(flows) > MAX_TOKENS:
            message = f"There would be {quantity * len(flows)} tokens; at most {MAX_TOKENS} leave at once."
            raise ElementFailure(IncidentKind.LIMIT, message)
        return run.take(token, tuple(flow for flow in flows for _ in range(quantity)))

    return leave
