# SPDX-License-Identifier: Apache-2.0
"""Where a BPMN error goes: to the innermost activity around its thrower that has a fitting error boundary event.

A boundary event with the error's code goes before one that catches every code. Source: BPMN 2.0.2, 10.5.4.
"""

from taktloom.kernel.executable import Node
from taktloom.kernel.run import Run
from taktloom.kernel.state import Token

__all__ = ["find_catcher"]


def find_catcher(run: Run, thrower: Token, code: str) -> tuple[Node, Token] | None:
    """The boundary event and the token in its activity; None when nothing catches the code. Changes nothing."""
    token = thrower
    while True:
        event = _catching_event(run, run.node(token), code)
        if event is not None:
            return event, token
        owner = run.state.scopes[token.scope].owner
        if owner is None:
            return None
        token = run.state.tokens[owner]


def _catching_event(run: Run, activity: Node, code: str) -> Node | None:
    catches_all = None
    for caught, index in activity.catches:
        if caught == code:
            return run.process.nodes[index]
        if caught is None and catches_all is None:
            catches_all = run.process.nodes[index]
    return catches_all
