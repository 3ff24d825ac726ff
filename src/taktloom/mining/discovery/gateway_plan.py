# SPDX-License-Identifier: Apache-2.0
"""Which gateways tell several branches apart: a tree of exclusive and parallel groups from pairwise concurrency.

Each branch begins as a group of its own with the set of branches that run beside it. Groups with the same companions
are alternatives; groups that together are each other's companions run in parallel. Joined groups take the place of
their members until one is left. The same plan read backwards joins branches.
Source: Augusto, Conforti, Dumas, La Rosa & Polyvyanyy, "Split miner: automated discovery of accurate and simple
business process models from event logs", Knowledge and Information Systems 59, 2019, algorithms 5–7.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more members that exclude each other, or run in parallel."""

    is_parallel: bool
    members: tuple["Plan", ...]


Plan: TypeAlias = int | Group
"""The index of a branch, or a group."""


@dataclass(frozen=True, slots=True)
class _Branch:
    plan: Plan
    covers: frozenset[int]
    beside: frozenset[int]


def plan_gateways(count: int, are_concurrent: Callable[[int, int], bool]) -> Plan:
    """The plan over branches 0 … count-1 (count >= 1); are_concurrent is symmetric.

    Where the relation fits no tree, what is left is joined as alternatives: a choice never waits for what cannot come.
    """
    branches = [
        _Branch(i, frozenset((i,)), frozenset(j for j in range(count) if j != i and are_concurrent(i, j)))
        for i in range(count)
    ]
    while len(branches) > 1:
        group = _alternatives(branches) or _parallel(branches) or (list(range(len(branches))), False)
        members, is_parallel = group
        branches = _joined(branches, members, is_parallel=is_parallel)
    return branches[0].plan


def _alternatives(branches: Sequence[_Branch]) -> tuple[list[int], bool] | None:
    for i, first in enumerate(branches):
        same = [j for j in range(i, len(branches)) if branches[j].beside == first.beside]
        if len(same) > 1:
            return same, False
    return None


def _parallel(branches: Sequence[_Branch]) -> tuple[list[int], bool] | None:
    for i, first in enumerate(branches):
        whole = first.covers | first.beside
        same = [j for j in range(i, len(branches)) if branches[j].covers | branches[j].beside == whole]
        if len(same) > 1 and all(branches[b].covers <= branches[a].beside for a, b in combinations(same, 2)):
            return same, True
    return None


def _joined(branches: Sequence[_Branch], members: list[int], *, is_parallel: bool) -> list[_Branch]:
    parts = [branches[at] for at in members]
    covers = frozenset[int]().union(*(part.covers for part in parts))
    beside = frozenset.intersection(*(part.beside for part in parts)) - covers
    plans = tuple(member for part in parts for member in _members(part.plan, is_parallel=is_parallel))
    joined = _Branch(Group(is_parallel, plans), covers, beside)
    rest = [branch for at, branch in enumerate(branches) if at not in members]
    return [joined, *rest]


def _members(plan: Plan, *, is_parallel: bool) -> tuple[Plan, ...]:
    return plan.members if isinstance(plan, Group) and plan.is_parallel is is_parallel else (plan,)
