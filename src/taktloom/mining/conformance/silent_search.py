# SPDX-License-Identifier: Apache-2.0
"""The shortest run of silent transitions that enables a transition or reaches the end.

Breadth first over markings, only through silent transitions from which the goal's places can be reached silently, so
that parallel branches that have nothing to do with the goal are not unfolded. Answers are remembered per marking and
goal. The search is bounded by a number of markings, never by time: the same net and marking give the same answer.
Source: Rozinat & van der Aalst, "Conformance checking of processes based on monitoring real behavior", Information
Systems 33, 2008, section 5 (invisible and duplicate tasks in log replay).
"""

from collections.abc import Callable, Iterable

from taktloom.mining.petri import Marking, NetMoves, PetriNet, count_tokens, tokens_in
from taktloom.mining.watching import heed, heeding

MAX_MARKINGS = 20_000


class SilentSearch:
    """Searches in one net; keep it as long as the net is replayed against."""

    def __init__(self, net: PetriNet) -> None:
        self.moves = NetMoves(net)
        self._net = net
        self._relevant: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._enabling: dict[tuple[int, Marking], tuple[int, ...] | None] = {}
        self._finishing: dict[Marking, tuple[int, ...]] = {}

    def path_enabling(self, index: int, marking: Marking) -> tuple[int, ...] | None:
        """Silent transitions to fire, in order, so that transition *index* is enabled; None when there are none."""
        key = (index, marking)
        if key not in self._enabling:
            relevant = self._leading_to(self._net.transitions[index].inputs)
            self._enabling[key] = self._search(marking, relevant, lambda m: self.moves.is_enabled(index, m))[0]
        return self._enabling[key]

    def path_to_end(self, marking: Marking) -> tuple[int, ...]:
        """Silent transitions to fire so that the final marking is reached, or else the marking nearest to it.

        Nearest: a token in the final place, then the fewest tokens elsewhere, then the fewest firings.
        """
        if marking not in self._finishing:
            final = self._net.final_marking
            relevant = self._leading_to((self._net.final,))
            path, seen = self._search(marking, relevant, lambda m: m == final)
            self._finishing[marking] = path if path is not None else self._nearest(seen)
        return self._finishing[marking]

    def path_between(self, marking: Marking, enabling: Marking, index: int) -> tuple[int, ...] | None:
        """Silent transitions that *index* may depend on and that lead to exactly *enabling*; None when none do."""
        relevant = self._leading_to(self._net.transitions[index].inputs)
        return self._search(marking, relevant, lambda m: m == enabling)[0]

    def after(self, marking: Marking, path: Iterable[int]) -> Marking:
        """The marking after firing *path*."""
        for index in path:
            marking = self.moves.fire(index, marking)
        return marking

    def _nearest(self, seen: dict[Marking, tuple[Marking, int] | None]) -> tuple[int, ...]:
        best = min(seen, key=lambda m: (tokens_in(m, self._net.final) == 0, count_tokens(m)))
        return _path(best, seen)

    def _leading_to(self, places: tuple[int, ...]) -> tuple[int, ...]:
        if places not in self._relevant:
            self._relevant[places] = silent_leading_to(self._net, places)[1]
        return self._relevant[places]

    def _search(
        self, start: Marking, relevant: tuple[int, ...], is_goal: Callable[[Marking], bool]
    ) -> tuple[tuple[int, ...] | None, dict[Marking, tuple[Marking, int] | None]]:
        seen: dict[Marking, tuple[Marking, int] | None] = {start: None}
        if is_goal(start):
            return (), seen
        queue = [start]
        for marking in heeding(queue):
            for index in self.moves.enabled(marking, relevant):
                after = self.moves.fire(index, marking)
                if after in seen or self._overflows(after, index):
                    continue
                seen[after] = (marking, index)
                if is_goal(after):
                    return _path(after, seen), seen
                queue.append(after)
            if len(seen) > MAX_MARKINGS:
                break
        return None, seen

    def _overflows(self, marking: Marking, index: int) -> bool:
        """Silent loops that only collect tokens lead nowhere; a few tokens in a place are more than replay needs."""
        return any(tokens_in(marking, place) > 8 for place in self._net.transitions[index].outputs)


def silent_leading_to(net: PetriNet, places: Iterable[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The silent transitions whose firing can, through silent ones only, put a token into one of *places*.

    Before them the places from which such a token comes, *places* among them. Both ascending.
    """
    into: dict[int, list[int]] = {}
    for index, transition in enumerate(net.transitions):
        if transition.label is None:
            for place in transition.outputs:
                into.setdefault(place, []).append(index)
    wanted, chosen = set(places), set[int]()
    fresh = list(wanted)
    for place in heeding(fresh):
        for index in into.get(place, ()):
            if index not in chosen:
                chosen.add(index)
                fresh += [each for each in net.transitions[index].inputs if each not in wanted]
                wanted.update(net.transitions[index].inputs)
    return tuple(sorted(wanted)), tuple(sorted(chosen))


def silent_ending(net: PetriNet) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The places whose tokens silent transitions alone can bring to the end or away, and the transitions that do."""
    good, chosen = {net.final}, set[int]()
    silent = [(index, each) for index, each in enumerate(net.transitions) if each.label is None]
    is_grown = True
    while is_grown:
        heed()
        is_grown = False
        for index, transition in silent:
            if index not in chosen and good.issuperset(transition.outputs):
                chosen.add(index)
                good.update(transition.inputs)
                is_grown = True
    return tuple(sorted(good)), tuple(sorted(chosen))


def _path(marking: Marking, seen: dict[Marking, tuple[Marking, int] | None]) -> tuple[int, ...]:
    path: list[int] = []
    step = seen[marking]
    while step is not None:
        marking, index = step
        path.append(index)
        step = seen[marking]
    return tuple(reversed(path))
