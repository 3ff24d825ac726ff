# SPDX-License-Identifier: Apache-2.0
"""Whether a complex gateway fires with so many tokens, as far as its condition asks for nothing else."""

from decimal import Decimal

from taktloom.feel import compile_expression
from taktloom.kernel.soundness.net import Activation
from taktloom.model.errors import DefinitionError, LimitExceededError
from taktloom.model.process import ComplexGateway

__all__ = ["activation_of"]


def activation_of(gateway: ComplexGateway) -> Activation | None:
    """By the number of tokens that are there: true, false, or None where other data decides; None for no condition.

    Source: BPMN 2.0.2, 10.6.5 (activationCount) and 13.4.5.
    """
    if not gateway.activation_condition:
        return None
    try:
        condition = compile_expression(gateway.activation_condition.strip().removeprefix("="), ())
    except DefinitionError:  # said by the rules
        return None

    def decide(count: int) -> bool | None:
        try:
            value = condition.evaluate({"activationCount": Decimal(count)}, now=None).value
        except LimitExceededError:
            return None
        return value if isinstance(value, bool) else None

    return decide
