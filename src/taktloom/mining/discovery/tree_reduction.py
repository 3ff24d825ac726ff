# SPDX-License-Identifier: Apache-2.0
"""Shorter trees of the same language.

Rules, applied bottom-up until none fits: a block of one child is the child; nested sequences, choices and parallels
are flattened; silent steps leave sequences and parallels; a choice keeps one silent step, and none when another branch
is optional; `↺(×(τ, A), τ)` becomes `×(τ, ↺(A, τ))`, so that a loop never turns without an event where that can be had.
Source: Leemans, "Robust Process Mining with Guarantees", 2017, chapter 5 (reduction of process trees).
"""

from taktloom.mining.discovery.process_tree import (
    SILENT,
    Block,
    Operator,
    ProcessTree,
    SilentLeaf,
    exclusive,
    is_optional,
    loop,
)


def reduce_tree(tree: ProcessTree) -> ProcessTree:
    """The same language in fewer nodes; a reduced tree is returned unchanged."""
    if not isinstance(tree, Block):
        return tree
    children = tuple(reduce_tree(child) for child in tree.children)
    if tree.operator is Operator.LOOP:
        return _reduce_loop(children[0], children[1])
    children = _flatten(tree.operator, children)
    children = _drop_silent_steps(tree.operator, children)
    if not children:
        return SILENT
    return children[0] if len(children) == 1 else Block(tree.operator, children)


def _flatten(operator: Operator, children: tuple[ProcessTree, ...]) -> tuple[ProcessTree, ...]:
    flat: list[ProcessTree] = []
    for child in children:
        same = isinstance(child, Block) and child.operator is operator
        flat.extend(child.children if same and isinstance(child, Block) else (child,))
    return tuple(flat)


def _drop_silent_steps(operator: Operator, children: tuple[ProcessTree, ...]) -> tuple[ProcessTree, ...]:
    visible = tuple(child for child in children if not isinstance(child, SilentLeaf))
    if operator is not Operator.EXCLUSIVE or len(visible) == len(children):
        return visible
    if any(is_optional(child) for child in visible):
        return visible
    return (*visible, SILENT)


def _reduce_loop(body: ProcessTree, redo: ProcessTree) -> ProcessTree:
    if isinstance(body, SilentLeaf):
        return SILENT if isinstance(redo, SilentLeaf) else reduce_tree(exclusive(loop(redo, SILENT), SILENT))
    if not isinstance(redo, SilentLeaf):
        return loop(body, redo)
    if isinstance(body, Block) and body.operator is Operator.LOOP and isinstance(body.children[1], SilentLeaf):
        return body
    if isinstance(body, Block) and body.operator is Operator.EXCLUSIVE:
        visible = tuple(_without_own_loop(child) for child in body.children if not isinstance(child, SilentLeaf))
        inner = reduce_tree(Block(Operator.EXCLUSIVE, visible))
        if len(visible) < len(body.children):
            return reduce_tree(exclusive(_reduce_loop(inner, SILENT), SILENT))
        return loop(inner, SILENT)
    return loop(body, redo)


def _without_own_loop(branch: ProcessTree) -> ProcessTree:
    """`↺(×(↺(A, τ), B), τ)` says no more than `↺(×(A, B), τ)`."""
    if isinstance(branch, Block) and branch.operator is Operator.LOOP and isinstance(branch.children[1], SilentLeaf):
        return branch.children[0]
    return branch
