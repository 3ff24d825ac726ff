# SPDX-License-Identifier: Apache-2.0
"""Process trees: block-structured models, sound by construction.

A leaf is an activity or a silent step; a block joins two or more subtrees by an operator. A loop has exactly two
children: the body, which runs first and last, and the redo part between two runs of the body.
Source: Leemans, Fahland & van der Aalst, "Discovering Block-Structured Process Models from Event Logs",
Petri Nets 2013.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Operator(StrEnum):
    """How the children of a block are joined; the value is the usual sign."""

    SEQUENCE = "→"
    EXCLUSIVE = "×"
    PARALLEL = "∧"
    LOOP = "↺"


@dataclass(frozen=True, slots=True)
class ActivityLeaf:
    """One activity of the log."""

    activity: str


@dataclass(frozen=True, slots=True)
class SilentLeaf:
    """A step that leaves no event."""


@dataclass(frozen=True, slots=True)
class Block:
    """An operator over its children, in order."""

    operator: Operator
    children: tuple["ProcessTree", ...]


ProcessTree: TypeAlias = ActivityLeaf | SilentLeaf | Block

SILENT = SilentLeaf()


def sequence(*children: ProcessTree) -> Block:
    """A block whose children run one after the other."""
    return Block(Operator.SEQUENCE, children)


def exclusive(*children: ProcessTree) -> Block:
    """A block of which exactly one child runs."""
    return Block(Operator.EXCLUSIVE, children)


def parallel(*children: ProcessTree) -> Block:
    """A block whose children all run, interleaved in any way."""
    return Block(Operator.PARALLEL, children)


def loop(body: ProcessTree, redo: ProcessTree) -> Block:
    """Body, then any number of times redo and body."""
    return Block(Operator.LOOP, (body, redo))


def activities_of(tree: ProcessTree) -> Iterator[str]:
    """The activities at the leaves, left to right."""
    if isinstance(tree, ActivityLeaf):
        yield tree.activity
    elif isinstance(tree, Block):
        for child in tree.children:
            yield from activities_of(child)


def is_optional(tree: ProcessTree) -> bool:
    """Tell whether the tree can run without leaving an event."""
    if isinstance(tree, ActivityLeaf):
        return False
    if isinstance(tree, SilentLeaf):
        return True
    if tree.operator is Operator.EXCLUSIVE:
        return any(is_optional(child) for child in tree.children)
    if tree.operator is Operator.LOOP:
        return is_optional(tree.children[0])
    return all(is_optional(child) for child in tree.children)


def describe_tree(tree: ProcessTree) -> str:
    """The tree in one line: `→('a', ×('b', τ))`."""
    if isinstance(tree, ActivityLeaf):
        return f"'{tree.activity}'"
    if isinstance(tree, SilentLeaf):
        return "τ"
    return f"{tree.operator}({', '.join(describe_tree(child) for child in tree.children)})"
