# SPDX-License-Identifier: Apache-2.0
"""BPMN correlation: which message belongs to which instance, by values read from the message.

Beside the name and one key text, a subscription may ask for values: pairs of FEEL text over the message's variables
and the value that it must give. Source: BPMN 2.0.2, 8.4.2.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from taktloom.feel.values import FeelValue
from taktloom.kernel.expressions import Expression, compile_feel
from taktloom.kernel.failure import ElementFailure

__all__ = ["message_matches"]


def message_matches(
    matches: tuple[tuple[str, FeelValue], ...], variables: Mapping[str, FeelValue], now: datetime
) -> bool:
    """Whether a message with *variables* fits a subscription that asks for *matches* (`Subscribe.matches`).

    A text that cannot be evaluated over this message does not fit.
    """
    try:
        return all(_compiled(text).evaluate(variables, now) == value for text, value in matches)
    except ElementFailure:
        return False


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Expression:
    return compile_feel(text, ())
