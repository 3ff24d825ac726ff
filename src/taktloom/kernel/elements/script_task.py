# SPDX-License-Identifier: Apache-2.0
"""Script task: a FEEL expression whose value becomes a variable."""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.behaviour import receive_variables
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.expressions import Expression
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token

__all__ = ["ScriptTaskBehaviour"]


@dataclass(frozen=True, slots=True)
class ScriptTaskBehaviour(ActivityBehaviour):
    """Done at once."""

    script: Expression
    result_variable: str
    element_type: ClassVar[str] = "scriptTask"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Evaluate and go on."""
        value = self.script.evaluate(run.variables(token), run.now)
        receive_variables(run, run.node(token), token, {self.result_variable: value})
        return Phase.COMPLETE
