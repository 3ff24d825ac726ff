# SPDX-License-Identifier: Apache-2.0
"""What work outside is given: all that is visible, mapped inputs and data inputs being the nearest, or only those."""

from taktloom.feel.values import FeelValue
from taktloom.kernel.data_flow import NodeData
from taktloom.kernel.executable import ExecutableProcess
from taktloom.kernel.kept_variables import Variables
from taktloom.kernel.run import Run
from taktloom.kernel.state import InstanceState, Token
from taktloom.kernel.variables import visible_to

__all__ = ["given_variables", "input_variables", "work_variables"]


def input_variables(run: Run, token: Token) -> dict[str, FeelValue]:
    """Those of this moment, whatever changes while the work waits; without data outputs, which have no value yet."""
    return work_variables(run.process, run.state, token)


def work_variables(process: ExecutableProcess, state: InstanceState, token: Token) -> dict[str, FeelValue]:
    """What the work that *token* waits for can see at this moment."""
    variables, data = visible_to(state, token), process.nodes[token.element].data
    if data is None:
        return variables if type(variables) is Variables else Variables(variables)
    outputs = data.outputs if isinstance(data, NodeData) else ()
    return {name: value for name, value in variables.items() if value is not None or name not in outputs}


def given_variables(run: Run, token: Token) -> dict[str, FeelValue]:
    """Only the activity's data inputs and mapped inputs. Of a looping activity the data belong to the whole."""
    node, context = run.node(token), run.variables(token)
    data = run.process.nodes[run.process.node_index[node.id]].data
    names = [*(data.inputs if isinstance(data, NodeData) else ()), *(rule.path[0] for rule in node.inputs)]
    return {name: context.get(name) for name in names}
