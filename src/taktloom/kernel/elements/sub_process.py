# SPDX-License-Identifier: Apache-2.0
"""Embedded sub-process: a scope of its own, complete when no token is left in it (BPMN 2.0.2, 10.3.5, 13.3.4)."""

from typing import ClassVar

from taktloom.kernel.arming import enter_scope
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["SubProcessBehaviour"]


class SubProcessBehaviour(ActivityBehaviour):
    """Waits while tokens run inside."""

    __slots__ = ()
    element_type: ClassVar[str] = "subProcess"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Put a token on the start event inside, or on each node without incoming flow."""
        run.open_scope(token)
        assert token.inner is not None
        enter_scope(run, token.inner, run.node(token).starts)
        return None
