# SPDX-License-Identifier: Apache-2.0
"""What a visible transition needs and changes together with the silent ones that it depends on.

A silent transition whose tokens neither the visible one nor anything before it takes can as well fire later: a run only
has to hold the silent steps that the next visible step depends on. Searching backwards from the visible transition
finds each such run once, from the tokens it needs: no marking is met that differs only in silent steps nothing asked
for yet, and these are most markings of a net with optional steps in parallel branches.

This works on safe nets whose transitions all have inputs and whose silent ones have outputs. Which places can hold a
token at once is known from the structure, a little too generously; needs that no marking can meet are left out by it.
Sources: Best & Devillers, "Sequential and concurrent behaviour in Petri net theory", TCS 55, 1987 (runs that differ by
exchanges of independent firings are one process); Abdulla et al., "General decidability theorems for infinite-state
systems", LICS 1996 (search backwards from what must be covered); Kovalyov, "Concurrency relations and the safety
problem for Petri nets", 1992.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from taktloom.mining.petri import BITS_PER_PLACE, Marking, PetriNet, marking_of
from taktloom.mining.watching import heeding

MAX_STEPS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalStep:
    """label: of the visible transition, None for the way to the end.

    needs: places with a token before, as one bit for each place. delta: what is added to a marking.
    """

    label: str | None
    needs: int
    delta: int


class CausalSteps:
    """The visible steps of one net, found by one of the places that they need."""

    def __init__(self, net: PetriNet, steps: list[CausalStep]) -> None:
        self._final = net.final_marking
        uses = [0] * len(net.places)
        for step in steps:
            for place in _places(step.needs):
                uses[place] += 1
        self._by_place: dict[int, list[tuple[int, CausalStep]]] = {}
        for step in steps:
            rarest = min(_places(step.needs), key=lambda place: uses[place])
            lowest = marking_of(_places(step.needs))
            self._by_place.setdefault(1 << (BITS_PER_PLACE * rarest), []).append((lowest, step))

    def enabled(self, marking: Marking) -> list[tuple[str, Marking]]:
        """Labels of the visible steps from *marking*, each with the marking after it."""
        return [
            (step.label, Marking(marking + step.delta))
            for lowest, step in self._met(marking)
            if step.label is not None and marking & lowest == lowest
        ]

    def ends(self, marking: Marking) -> bool:
        """Whether silent transitions alone lead from *marking* to the final one."""
        return any(
            step.label is None and marking & lowest == lowest and marking + step.delta == self._final
            for lowest, step in self._met(marking)
        )

    def _met(self, marking: Marking) -> Iterator[tuple[int, CausalStep]]:
        rest: int = marking
        while rest:
            place = rest & -rest  # places of a safe net hold one token: the lowest of their bits
            rest ^= place
            yield from self._by_place.get(place, ())


def causal_steps(net: PetriNet, *, limit: int = MAX_STEPS) -> CausalSteps | None:
    """The steps of *net*; None where it may be unsafe, has transitions without inputs, silent ones without outputs, or
    more than *limit* steps: then silent runs have to be followed forwards."""
    together = places_marked_together(net)
    if together is None or any(not t.inputs or (t.label is None and not t.outputs) for t in net.transitions):
        return None
    search = _Backwards(net, together, limit)
    steps = [
        CausalStep(label=each.label, needs=needs, delta=delta)
        for each in net.transitions
        if each.label is not None
        for needs, delta in search.runs_before(_bits(each.inputs), marking_of(each.outputs) - marking_of(each.inputs))
    ]
    end = [CausalStep(label=None, needs=n, delta=d) for n, d in search.runs_before(1 << net.final, 0)]
    return None if search.is_exhausted else CausalSteps(net, list(dict.fromkeys(steps + end)))


def places_marked_together(net: PetriNet) -> list[int] | None:
    """Per place, the others that may hold a token at the same time, as a bit mask; None where one place may hold two.

    At least what is reachable: tokens come together where one transition makes both, or where one stays while another
    moves whose inputs it may be together with.
    """
    together = [0] * len(net.places)
    everywhere = (1 << len(net.places)) - 1
    is_grown = True
    while is_grown:
        is_grown = False
        for transition in heeding(net.transitions):
            staying, outputs = everywhere, _bits(transition.outputs)
            for place in transition.inputs:
                staying &= together[place]
            for place in transition.outputs:
                new = (staying | outputs & ~(1 << place)) & ~together[place]
                if new >> place & 1:
                    return None
                is_grown |= new != 0
                together[place] |= new
                for other in _places(new):
                    together[other] |= 1 << place
    return together


class _Backwards:
    """Runs of silent transitions that something depends on, from that backwards."""

    def __init__(self, net: PetriNet, together: list[int], limit: int) -> None:
        self._together, self._left = together, limit
        self._silent = [
            (_bits(each.inputs), _bits(each.outputs), marking_of(each.outputs) - marking_of(each.inputs))
            for each in net.transitions
            if each.label is None
        ]
        self._into: dict[int, list[int]] = {}
        for at, (_, outputs, _) in enumerate(self._silent):
            for place in _places(outputs):
                self._into.setdefault(place, []).append(at)
        self.is_exhausted = False

    def _giving(self, needed: int) -> list[tuple[int, int, int]]:
        """The silent transitions that fill one of the places *needed*, in their order."""
        found = {at for place in _places(needed) for at in self._into.get(place, ())}
        return [self._silent[at] for at in sorted(found)]

    def runs_before(self, needs: int, delta: int) -> list[tuple[int, int]]:
        """(places needed, change) of every run that ends in a step with *needs* and *delta*."""
        found = {(needs, delta): None}
        queue = [(needs, delta)]
        for needed, change in heeding(queue):
            for inputs, outputs, own in self._giving(needed):
                kept = needed & ~outputs
                before = kept | inputs, change + own
                if kept != needed and not kept & inputs and before not in found and self._is_possible(before[0]):
                    found[before] = None
                    queue.append(before)
            if len(found) > self._left:
                self.is_exhausted = True
                return []
        self._left -= len(found)
        return _smallest(found)

    def _is_possible(self, needs: int) -> bool:
        return all(not needs & ~(self._together[place] | 1 << place) for place in _places(needs))


def _smallest(runs: dict[tuple[int, int], None]) -> list[tuple[int, int]]:
    """Without those that need more than another one that changes the same."""
    by_change: dict[int, list[int]] = {}
    for needs, change in sorted(runs, key=lambda run: run[0].bit_count()):
        smaller = by_change.setdefault(change, [])
        if not any(less & ~needs == 0 for less in smaller):
            smaller.append(needs)
    return [(needs, change) for change, several in by_change.items() for needs in several]


def _bits(places: tuple[int, ...]) -> int:
    return sum(1 << place for place in places)


def _places(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1
