# SPDX-License-Identifier: Apache-2.0
"""What the texts of a complex gateway decide by the gateway's own state alone, as far as they ask for nothing else.

Source: BPMN 2.0.2, 10.6.5 (activationCount, waitingForStart) and 13.4.5.
"""

from decimal import Decimal

from taktloom.feel import FeelValue, compile_expression
from taktloom.kernel.soundness.net import Activation
from taktloom.model.errors import DefinitionError, LimitExceededError
from taktloom.model.process import ComplexGateway, SequenceFlow

__all__ = ["activation_of", "is_taken"]


def activation_of(gateway: ComplexGateway) -> Activation | None:
    """By the number of tokens that are there: true, false, or None where other data decides; None for no condition."""
    text = gateway.activation_condition
    return None if not text else lambda count: _decided(text, "activationCount", Decimal(count))


def is_taken(flow: SequenceFlow, *, waiting_for_start: bool) -> bool | None:
    """Whether the flow is taken when the gateway fires (*waiting_for_start*) or resets; None where data decides."""
    return None if flow.condition is None else _decided(flow.condition, "waitingForStart", waiting_for_start)


def _decided(text: str, name: str, value: FeelValue) -> bool | None:
    try:
        condition = compile_expression(text.strip().removeprefix("="), ())
        if condition.unknown_names - {name}:
            return None
        found = condition.evaluate({name: value}, now=None).value
    except (DefinitionError, LimitExceededError):  # what is no FEEL is said by the rules
        return None
    return found if isinstance(found, bool) else None
