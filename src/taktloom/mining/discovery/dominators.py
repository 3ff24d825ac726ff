# SPDX-License-Identifier: Apache-2.0
"""Immediate dominators of a graph: the last node that every way from the start must pass.

Source: Cooper, Harvey & Kennedy, "A simple, fast dominance algorithm", Rice University TR-06-33870, 2001.
"""

from collections.abc import Mapping, Sequence


def immediate_dominators(successors: Mapping[int, Sequence[int]], start: int) -> dict[int, int]:
    """Node -> its immediate dominator, for every node but *start* that can be reached from it."""
    order = _postorder(successors, start)
    rank = {node: number for number, node in enumerate(order)}
    before: dict[int, list[int]] = {}
    for node in order:
        for after in successors.get(node, ()):
            before.setdefault(after, []).append(node)
    dominator = {start: start}
    changed = True
    while changed:
        changed = False
        for node in reversed(order):
            known = [each for each in before.get(node, ()) if each in dominator]
            if node == start or not known:
                continue
            new = known[0]
            for each in known[1:]:
                new = _meet(new, each, dominator, rank)
            if dominator.get(node) != new:
                dominator[node], changed = new, True
    del dominator[start]
    return dominator


def _meet(one: int, other: int, dominator: Mapping[int, int], rank: Mapping[int, int]) -> int:
    while one != other:
        while rank[one] < rank[other]:
            one = dominator[one]
        while rank[other] < rank[one]:
            other = dominator[other]
    return one


def _postorder(successors: Mapping[int, Sequence[int]], start: int) -> list[int]:
    order: list[int] = []
    seen = {start}
    stack = [(start, iter(successors.get(start, ())))]
    while stack:
        node, rest = stack[-1]
        for after in rest:
            if after not in seen:
                seen.add(after)
                stack.append((after, iter(successors.get(after, ()))))
                break
        else:
            order.append(node)
            stack.pop()
    return order
