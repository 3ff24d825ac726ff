# SPDX-License-Identifier: Apache-2.0
"""Variables and their scopes.

What is visible in a scope is its own variables and those of the scopes around it, the nearest first. A variable that is
handed out is set in the nearest scope that has it, else in the instance. A mapping's target may be a path
(`order.address.city`); the contexts on the path are copied, since values are shared between scopes.
"""

from collections.abc import Mapping

from taktloom.feel.values import FeelValue
from taktloom.kernel.kept_variables import with_variables
from taktloom.kernel.state import InstanceState, Scope, Token
from taktloom.model.identifiers import ScopeId

__all__ = ["add_variables", "hand_out", "hand_out_in", "set_local", "set_path", "visible_to", "visible_variables"]


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


def visible_to(state: InstanceState, token: Token) -> Mapping[str, FeelValue]:
    """All that is visible to the token where it is; read only, as above."""
    if token.inner is None and token.around.parent is None:
        return token.around.variables
    return visible_variables(state, token.inner or token.scope)


def hand_out(state: InstanceState, scope_id: ScopeId, variables: Mapping[str, FeelValue]) -> None:
    """Set each variable in the nearest scope from *scope_id* outwards that has it, else in the instance."""
    if variables:
        hand_out_in(state, state.scopes[scope_id], variables)


def hand_out_in(state: InstanceState, scope: Scope, variables: Mapping[str, FeelValue]) -> None:
    """As `hand_out`, in a scope at hand."""
    if variables and state.conditions:
        state.must_look = True
    if scope.parent is None:
        add_variables(scope, variables)
        return
    for name, value in variables.items():
        nearest = _nearest(state, scope, name)
        nearest.variables = with_variables(nearest.variables, {name: value})


def add_variables(scope: Scope, variables: Mapping[str, FeelValue]) -> None:
    """Set the variables in the scope where nothing can be waiting for them."""
    if variables:
        scope.variables = with_variables(scope.variables, variables)


def set_local(state: InstanceState, scope_id: ScopeId, variables: Mapping[str, FeelValue]) -> None:
    """Set the variables in this very scope."""
    if variables and state.conditions:
        state.must_look = True
    add_variables(state.scopes[scope_id], variables)


def set_path(variables: dict[str, FeelValue], path: tuple[str, ...], value: FeelValue) -> None:
    """Set *value* at *path*; what is no context on the way becomes one."""
    for name in path[:-1]:
        inner = variables.get(name)
        copy = dict(inner) if isinstance(inner, dict) else {}
        variables[name] = copy
        variables = copy
    variables[path[-1]] = value


def _nearest(state: InstanceState, scope: Scope, name: str) -> Scope:
    while name not in scope.variables and scope.parent is not None:
        scope = state.scopes[scope.parent]
    return scope
