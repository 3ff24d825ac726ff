# SPDX-License-Identifier: Apache-2.0
"""Process tree to Petri net: a safe and sound workflow net by construction.

Each operator is a small net between an entry and an exit place; a loop has an entry and an exit step of its own, so
that neighbouring loops never share a place.
Source: Leemans, Fahland & van der Aalst, Petri Nets 2013, translation of process trees.
"""

from collections.abc import Sequence
from typing import assert_never

from taktloom.mining.discovery.process_tree import ActivityLeaf, Block, Operator, ProcessTree, SilentLeaf
from taktloom.mining.petri import PetriNet, Transition


def petri_net_from_tree(tree: ProcessTree) -> PetriNet:
    """The net of the tree. Place 0 is initial, place 1 final; transitions are in the order of the leaves."""
    builder = _NetBuilder()
    initial, final = builder.place(), builder.place()
    builder.add(tree, initial, final)
    return PetriNet(
        places=tuple(f"p{index}" for index in range(builder.places)),
        transitions=tuple(builder.transitions),
        initial=initial,
        final=final,
    )


class _NetBuilder:
    def __init__(self) -> None:
        self.places = 0
        self.transitions: list[Transition] = []

    def place(self) -> int:
        self.places += 1
        return self.places - 1

    def connect(self, label: str | None, inputs: Sequence[int], outputs: Sequence[int]) -> None:
        self.transitions.append(
            Transition(
                id=f"t{len(self.transitions)}",
                label=label,
                inputs=tuple(sorted(inputs)),
                outputs=tuple(sorted(outputs)),
            )
        )

    def add(self, tree: ProcessTree, entry: int, leave: int) -> None:
        if isinstance(tree, ActivityLeaf):
            self.connect(tree.activity, (entry,), (leave,))
        elif isinstance(tree, SilentLeaf):
            self.connect(None, (entry,), (leave,))
        else:
            self._add_block(tree, entry, leave)

    def _add_block(self, block: Block, entry: int, leave: int) -> None:
        match block.operator:
            case Operator.SEQUENCE:
                inner = [self.place() for _ in block.children[1:]]
                for child, before, after in zip(block.children, [entry, *inner], [*inner, leave], strict=True):
                    self.add(child, before, after)
            case Operator.EXCLUSIVE:
                for child in block.children:
                    self.add(child, entry, leave)
            case Operator.PARALLEL:
                entries = [self.place() for _ in block.children]
                leaves = [self.place() for _ in block.children]
                self.connect(None, (entry,), entries)
                for child, before, after in zip(block.children, entries, leaves, strict=True):
                    self.add(child, before, after)
                self.connect(None, leaves, (leave,))
            case Operator.LOOP:
                first, last = self.place(), self.place()
                self.connect(None, (entry,), (first,))
                self.add(block.children[0], first, last)
                self.add(block.children[1], last, first)
                self.connect(None, (last,), (leave,))
            case _:
                assert_never(block.operator)
