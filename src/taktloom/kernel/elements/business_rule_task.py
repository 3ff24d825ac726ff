# SPDX-License-Identifier: Apache-2.0
"""Business rule task: asks the host for a decision; the answer is in the journal, so that a replay needs no DMN."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from taktloom.feel.values import FeelValue
from taktloom.kernel.behaviour import Behaviour
from taktloom.kernel.commands import EvaluateDecision, IncidentKind
from taktloom.kernel.elements.activity import ActivityBehaviour
from taktloom.kernel.elements.inputs import input_variables
from taktloom.kernel.executable import Node
from taktloom.kernel.expressions import TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Phase, Token
from taktloom.model.identifiers import RequestId

__all__ = ["DECISION_RESULT", "BusinessRuleTaskBehaviour"]

DECISION_RESULT = ""  # under this name `step` hands the answer in; no variable can have it


@dataclass(frozen=True, slots=True)
class BusinessRuleTaskBehaviour(ActivityBehaviour):
    """Waits for the decision's value, which becomes a variable."""

    decision_id: TextExpression
    result_variable: str
    element_type: ClassVar[str] = "businessRuleTask"

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Ask."""
        decision_id = evaluate_text(self.decision_id, run.variables(token), run.now)
        if not decision_id:
            raise ElementFailure(IncidentKind.EXPRESSION, "The decision's id is empty.")
        node = run.node(token)
        request_id = RequestId(run.next_id())
        run.state.requests = with_entry(run.state.requests, request_id, token)
        token.waits += (request_id,)
        run.commands.append(
            EvaluateDecision(
                request_id=request_id,
                element_id=node.id,
                decision_id=decision_id,
                inputs=input_variables(run, token),
            )
        )
        return None

    def catch(self, run: Run, node: Node, token: Token, variables: Mapping[str, FeelValue]) -> None:
        """The answer becomes the result variable; without one the entries of a context become variables."""
        value = variables[DECISION_RESULT]
        results = {self.result_variable: value} if self.result_variable else value
        Behaviour.catch(self, run, node, token, results if isinstance(results, dict) else {})
