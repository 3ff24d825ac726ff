# SPDX-License-Identifier: Apache-2.0
"""Variables and their scopes.

What is visible in a scope is its own variables and those of the scopes around it, the nearest first. A variable that is
handed out is set in the nearest scope that has it, else in the instance. A mapping's target may be a path
(`order.address.city`); the contexts on the path are copied, since values are shared between scopes.
"""

from collections.abc import Mapping

from taktloom.feel.values import FeelValue
from taktloom.kernel.state import InstanceState
from taktloom.model.identifiers import ScopeId

__all__ = ["hand_out", "set_local", "set_path", "visible_variables"]


def visible_variables(state: InstanceState, scope_id: ScopeId) -> Mapping[str, FeelValue]:
    """All that is visible in the scope. Not a copy where one scope holds everything: read only."""
    scope = state.scopes[scope_id]
    if scope.parent is None:
        return scope.variables
    chain = [scope.variables]
    while scope.parent is not None:
        scope = state.scopes[scope.parent]
        chain.append(scope.variables)
    visible: dict[str, FeelValue] = {}
    for variables in reversed(chain):
        visible.update(variables)
    return visible


def hand_out(state: InstanceState, scope_id: ScopeId, variables: Mapping[str, FeelValue]) -> None:
    """Set each variable in the nearest scope from *scope_id* outwards that has it, else in the instance."""
    if not variables:
        return
    if state.conditions:
        state.must_look = True
    scope = state.scopes[scope_id]
    if scope.parent is None:
        scope.variables.update(variables)
        return
    for name, value in variables.items():
        _nearest(state, scope_id, name)[name] = value


def set_local(state: InstanceState, scope_id: ScopeId, variables: Mapping[str, FeelValue]) -> None:
    """Set the variables in this very scope."""
    if variables and state.conditions:
        state.must_look = True
    state.scopes[scope_id].variables.update(variables)


def set_path(variables: dict[str, FeelValue], path: tuple[str, ...], value: FeelValue) -> None:
    """Set *value* at *path*; what is no context on the way becomes one."""
    for name in path[:-1]:
        inner = variables.get(name)
        copy = dict(inner) if isinstance(inner, dict) else {}
        variables[name] = copy
        variables = copy
    variables[path[-1]] = value


def _nearest(state: InstanceState, scope_id: ScopeId, name: str) -> dict[str, FeelValue]:
    scope = state.scopes[scope_id]
    while name not in scope.variables and scope.parent is not None:
        scope = state.scopes[scope.parent]
    return scope.variables
