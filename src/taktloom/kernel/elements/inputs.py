# SPDX-License-Identifier: Apache-2.0
"""What work outside is given: the mapped inputs where the activity has mappings, else all that is visible."""

from taktloom.feel.values import FeelValue
from taktloom.kernel.executable import Node
from taktloom.kernel.run import Run
from taktloom.kernel.state import Token

__all__ = ["input_variables"]


def input_variables(run: Run, node: Node, token: Token) -> dict[str, FeelValue]:
    """A copy, since the variables may change while the work waits."""
    if node.inputs and token.inner is not None:
        return dict(run.state.scopes[token.inner].variables)
    return dict(run.variables(token))
