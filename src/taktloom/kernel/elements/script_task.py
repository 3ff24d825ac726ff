# SPDX-License-Identifier: Apache-2.0
"""Script task: a FEEL expression whose value becomes a variable, or what the host runs in its place."""

from dataclasses import dataclass
from typing import ClassVar

from taktloom.kernel.behaviour import receive_variables
from taktloom.kernel.compilation import ScriptRunner
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.expressions import Expression
from taktloom.kernel.run import Run
from taktloom.kernel.state import Phase, Token
from taktloom.model.process import ScriptTask

__all__ = ["DelegatedScriptBehaviour", "ScriptTaskBehaviour"]


@dataclass(frozen=True, slots=True)
class ScriptTaskBehaviour(ActivityBehaviour):
    """Done at once. result_variable "": the value is a context, whose entries become variables, or is dropped."""

    script: Expression
    result_variable: str
    element_type: ClassVar[str] = "scriptTask"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Evaluate and go on."""
        value = self.script.evaluate(run.variables(token), run.now)
        results = {self.result_variable: value} if self.result_variable else value
        if isinstance(results, dict):
            receive_variables(run, run.node(token), token, results)
        return Phase.COMPLETE


@dataclass(frozen=True, slots=True)
class DelegatedScriptBehaviour(ActivityBehaviour):
    """A test kit or simulator runs the script, in the same step."""

    task: ScriptTask
    runner: ScriptRunner
    element_type: ClassVar[str] = "scriptTask"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Let it run and go on."""
        results = self.runner(self.task, run.variables(token))
        receive_variables(run, run.node(token), token, results)
        return Phase.COMPLETE
