# SPDX-License-Identifier: Apache-2.0
"""What work outside is given: all that is visible, mapped inputs and data inputs being the nearest."""

from taktloom.feel.values import FeelValue
from taktloom.kernel.run import Run
from taktloom.kernel.state import Token

__all__ = ["input_variables"]


def input_variables(run: Run, token: Token) -> dict[str, FeelValue]:
    """A copy, since the variables may change while the work waits."""
    return dict(run.variables(token))
