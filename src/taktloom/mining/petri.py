# SPDX-License-Identifier: Apache-2.0
"""Petri nets: places, labelled and silent transitions, arcs of weight one, workflow nets.

A marking is one integer of eight bits per place, so that enabling, firing and hashing are single operations on
Python's integers; a place holds at most 255 tokens.
Sources: Murata, "Petri nets: properties, analysis and applications", Proc. IEEE 1989; van der Aalst,
workflow nets, 1998.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NewType

from taktloom.model.errors import LimitExceededError

Marking = NewType("Marking", int)

BITS_PER_PLACE = 8
MAX_TOKENS = 2**BITS_PER_PLACE - 1
MOST_NODES = 10_000


class TooManyTokensError(LimitExceededError):
    """A place would hold more than 255 tokens: the net is unbounded or the trace far too long for it."""

    code = "TL-2127"


class NetTooLargeError(LimitExceededError):
    """A given model has so many places and transitions that comparing with it would take minutes before it begins."""

    code = "TL-2166"


def require_small(nodes: int) -> None:
    """Raise NetTooLargeError above 10,000 places and transitions."""
    if nodes > MOST_NODES:
        raise NetTooLargeError(
            f"The model has {nodes} places and transitions, more than {MOST_NODES}.",
            remedy="Give a model of a part of the process.",
            parameters={"nodes": str(nodes), "most": str(MOST_NODES)},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """label None: silent. inputs, outputs: ascending indices of distinct places."""

    id: str
    label: str | None
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PetriNet:
    """A net with one initial and one final place. places: names; transitions refer to them by index."""

    places: tuple[str, ...]
    transitions: tuple[Transition, ...]
    initial: int
    final: int

    @property
    def initial_marking(self) -> Marking:
        """One token in the initial place."""
        return marking_of((self.initial,))

    @property
    def final_marking(self) -> Marking:
        """One token in the final place."""
        return marking_of((self.final,))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the visible transitions, ascending, each once."""
        return tuple(sorted({transition.label for transition in self.transitions if transition.label is not None}))


def marking_of(places: Iterable[int]) -> Marking:
    """The marking with one token for each place named (a place named twice holds two)."""
    total = 0
    for place in places:
        total += 1 << (BITS_PER_PLACE * place)
    return Marking(total)


def tokens_in(marking: Marking, place: int) -> int:
    """How many tokens *place* holds."""
    tokens: int = (marking >> (BITS_PER_PLACE * place)) & MAX_TOKENS
    return tokens


def marked_places(marking: Marking) -> Iterator[int]:
    """The places with a token, ascending."""
    rest: int = marking
    while rest:
        place = ((rest & -rest).bit_length() - 1) // BITS_PER_PLACE
        yield place
        rest &= ~(MAX_TOKENS << (BITS_PER_PLACE * place))


def count_tokens(marking: Marking) -> int:
    """How many tokens there are in all places."""
    return sum(marking.to_bytes((marking.bit_length() + 7) // 8, "little"))


def missing_places(transition: Transition, marking: Marking) -> tuple[int, ...]:
    """The input places without a token; empty when the transition is enabled."""
    return tuple(place for place in transition.inputs if not tokens_in(marking, place))


def fire(transition: Transition, marking: Marking) -> Marking:
    """The marking after firing an enabled transition. Raises TooManyTokensError past 255 tokens in a place."""
    for place in transition.outputs:
        if tokens_in(marking, place) == MAX_TOKENS and place not in transition.inputs:
            raise TooManyTokensError(
                f"A place of the net would hold more than {MAX_TOKENS} tokens.",
                remedy="Check that the net is bounded.",
                parameters={"limit": str(MAX_TOKENS)},
            )
    return Marking(marking - marking_of(transition.inputs) + marking_of(transition.outputs))


class NetMoves:
    """A net prepared for many firings: masks and deltas per transition. Indices are those of `net.transitions`."""

    def __init__(self, net: PetriNet) -> None:
        self.net = net
        everywhere = marking_of(range(len(net.places)))
        self._high, self._low = everywhere << (BITS_PER_PLACE - 1), everywhere * (MAX_TOKENS >> 1)
        self._needs = tuple(marking_of(t.inputs) << (BITS_PER_PLACE - 1) for t in net.transitions)
        self._deltas = tuple(marking_of(t.outputs) - marking_of(t.inputs) for t in net.transitions)

    def is_enabled(self, index: int, marking: Marking) -> bool:
        """Tell whether transition *index* may fire."""
        return not self._needs[index] & self._empty(marking)

    def enabled(self, marking: Marking, among: Iterable[int]) -> list[int]:
        """Those of the transitions *among* that may fire, in their order."""
        empty, needs = self._empty(marking), self._needs
        return [index for index in among if not needs[index] & empty]

    def _empty(self, marking: Marking) -> int:
        """The highest bit of every place without a token.

        Adding 127 to a place's seven lower bits carries into its highest one just when one of them is set.
        """
        empty: int = ~((marking & self._low) + self._low | marking) & self._high
        return empty

    def fire(self, index: int, marking: Marking) -> Marking:
        """The marking after firing an enabled transition of a safe part of the net (no bound is checked)."""
        return Marking(marking + self._deltas[index])


def reachable_markings(net: PetriNet, *, limit: int = 100_000) -> Iterator[tuple[Marking, tuple[int, ...]]]:
    """Every reachable marking with the transitions enabled there, breadth first; stops after *limit* markings.

    A place that collects more than 255 tokens ends the search with TooManyTokensError.
    """
    seen = {net.initial_marking}
    queue = [net.initial_marking]
    moves = NetMoves(net)
    for marking in queue:
        enabled = tuple(moves.enabled(marking, range(len(net.transitions))))
        yield marking, enabled
        for index in enabled:
            after = fire(net.transitions[index], marking)
            if after not in seen and len(seen) < limit:
                seen.add(after)
                queue.append(after)
