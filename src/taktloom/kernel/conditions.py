# SPDX-License-Identifier: Apache-2.0
"""Conditional events: looked at when variables have changed, and only where one waits.

A condition fires when it becomes true, and again only after it was false. Whatever sets variables marks the state
(`variables.py`); the look comes when the node that set them is left, so that its visit is told as completed first.
Source: BPMN 2.0.2, 10.5.5 (Conditional).
"""

from collections.abc import Mapping

from taktloom.feel.values import FeelValue
from taktloom.kernel.arming import in_order
from taktloom.kernel.arrival import deliver
from taktloom.kernel.run import Run
from taktloom.kernel.state import ConditionWait, Token
from taktloom.kernel.triggers import ConditionTrigger, SeveralTriggers, condition_holds, trigger_of
from taktloom.kernel.variables import visible_variables
from taktloom.model.identifiers import ConditionId

__all__ = ["look_at_conditions"]

NOTHING: Mapping[str, FeelValue] = {}


def look_at_conditions(run: Run, overlay: Mapping[str, FeelValue] = NOTHING) -> None:
    """Evaluate all that are watched, as if *overlay* were set, and let those happen that have become true.

    In order of arrival; one that an earlier one has withdrawn does not happen. The overlay comes with what happens.
    """
    run.state.must_look = False
    risen = []
    for condition_id, wait in run.state.conditions.items():
        is_true = _holds(run, wait, overlay)
        if is_true and not wait.was_true:
            risen.append((condition_id, wait))
        wait.was_true = is_true
    in_order(run, ((_happen, (run, condition_id, wait, overlay)) for condition_id, wait in risen))


def _happen(run: Run, condition_id: ConditionId, wait: ConditionWait, variables: Mapping[str, FeelValue]) -> None:
    if condition_id in run.state.conditions:
        deliver(run, condition_id, wait, variables)


def _holds(run: Run, wait: ConditionWait, overlay: Mapping[str, FeelValue]) -> bool:
    holder = run.holder_of(wait)
    scope = holder.inner or holder.scope if isinstance(holder, Token) else holder
    context = visible_variables(run.state, scope)
    trigger = trigger_of(run.process.nodes[wait.element])
    if isinstance(trigger, SeveralTriggers):
        trigger = trigger.parts[wait.part]
    assert isinstance(trigger, ConditionTrigger)
    return condition_holds(trigger.condition, {**context, **overlay} if overlay else context, run.now)
