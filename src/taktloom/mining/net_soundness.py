# SPDX-License-Identifier: Apache-2.0
"""Is a workflow net sound? Decided by exploring its markings, up to a stated number of them.

Sound: from every reachable marking the final one can be reached (option to complete), where a token is in the final
place nothing else is left (proper completion), and every transition can fire (no dead transition). Unbounded, and so
not sound, is a net with a reachable marking that another one, reachable from it, covers with more tokens: what lies
between can be repeated for ever. It is looked for on the way by which a marking was found, once a place holds more than
eight tokens; the search of an unbounded net, were it not cut short, always meets such a pair (Dickson's lemma). More
than MAX_MARKINGS markings, or a place with more than MAX_PLACE_TOKENS tokens, leave the question undecided.
Sources: van der Aalst, "The application of Petri nets to workflow management", 1998, definition of soundness; Karp &
Miller, "Parallel program schemata", Journal of Computer and System Sciences 3, 1969 (covering markings).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from taktloom.mining.petri import Marking, NetMoves, PetriNet, marking_of, tokens_in
from taktloom.mining.watching import heeding

MAX_MARKINGS = 50_000
SUSPECT_ABOVE = 8
MAX_PLACE_TOKENS = 127


class SoundnessVerdict(StrEnum):
    """undecided: the net has more markings, or more tokens in a place, than were looked at."""

    SOUND = "sound"
    UNSOUND = "unsound"
    UNDECIDED = "undecided"


class SoundnessDefect(StrEnum):
    """What is wrong, in the words of the definition. disconnected: a transition without input or output place."""

    CANNOT_COMPLETE = "cannot-complete"
    IMPROPER_COMPLETION = "improper-completion"
    DEAD_TRANSITION = "dead-transition"
    UNBOUNDED = "unbounded"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetSoundness:
    """defects: each once, with the transitions that never fire by label (silent ones by id). markings: looked at."""

    verdict: SoundnessVerdict
    defects: tuple[SoundnessDefect, ...] = ()
    dead: tuple[str, ...] = ()
    markings: int = 0

    @property
    def is_sound(self) -> bool:
        """Proved sound."""
        return self.verdict is SoundnessVerdict.SOUND


def check_soundness(net: PetriNet, *, limit: int = MAX_MARKINGS) -> NetSoundness:
    """Explore at most *limit* markings of *net* and judge; cost grows with markings times transitions."""
    if any(not transition.inputs or not transition.outputs for transition in net.transitions):
        return NetSoundness(verdict=SoundnessVerdict.UNSOUND, defects=(SoundnessDefect.DISCONNECTED,))
    search = _Search(net, limit)
    if search.is_unbounded:
        return NetSoundness(
            verdict=SoundnessVerdict.UNSOUND, defects=(SoundnessDefect.UNBOUNDED,), markings=len(search.index)
        )
    if search.is_cut_short:
        return NetSoundness(verdict=SoundnessVerdict.UNDECIDED, markings=len(search.index))
    dead = tuple(t.label or t.id for at, t in enumerate(net.transitions) if at not in search.fired)
    checks = (
        (SoundnessDefect.CANNOT_COMPLETE, not search.always_completes()),
        (SoundnessDefect.IMPROPER_COMPLETION, search.completes_improperly()),
        (SoundnessDefect.DEAD_TRANSITION, bool(dead)),
    )
    defects = tuple(defect for defect, is_there in checks if is_there)
    verdict = SoundnessVerdict.UNSOUND if defects else SoundnessVerdict.SOUND
    return NetSoundness(verdict=verdict, defects=defects, dead=dead, markings=len(search.index))


class _Search:
    def __init__(self, net: PetriNet, limit: int) -> None:
        self._net = net
        self.index: dict[Marking, int] = {net.initial_marking: 0}
        self.fired: set[int] = set()
        self.is_unbounded = self.is_cut_short = False
        self._before: list[list[int]] = [[]]
        self._high_bits = Marking((MAX_PLACE_TOKENS + 1) * marking_of(range(len(net.places))))
        self._explore(limit)

    def _explore(self, limit: int) -> None:
        moves, queue = NetMoves(self._net), [self._net.initial_marking]
        transitions = range(len(self._net.transitions))
        for number, marking in enumerate(heeding(queue)):
            for at in moves.enabled(marking, transitions):
                self.fired.add(at)
                after = moves.fire(at, marking)
                if after not in self.index:
                    most = max(tokens_in(after, place) for place in self._net.transitions[at].outputs)
                    self.is_unbounded = most > SUSPECT_ABOVE and self._covers_one_before(after, queue, number)
                    self.is_cut_short = most > MAX_PLACE_TOKENS or len(queue) >= limit
                    if self.is_unbounded or self.is_cut_short:
                        return
                    self.index[after] = len(queue)
                    queue.append(after)
                    self._before.append([])
                self._before[self.index[after]].append(number)

    def _covers_one_before(self, marking: Marking, found: Sequence[Marking], number: int) -> bool:
        """Whether *marking*, which is new, has at least the tokens of one on the way to it, the last of which is
        *number*. With a spare high bit in each place one subtraction compares all places."""
        topped = marking | self._high_bits
        while (topped - found[number]) & self._high_bits != self._high_bits:
            if not self._before[number]:
                return False
            number = self._before[number][0]
        return True

    def always_completes(self) -> bool:
        final = self.index.get(self._net.final_marking)
        if final is None:
            return False
        seen, queue = {final}, [final]
        for number in queue:
            for before in self._before[number]:
                if before not in seen:
                    seen.add(before)
                    queue.append(before)
        return len(seen) == len(self.index)

    def completes_improperly(self) -> bool:
        final = self._net.final_marking
        return any(tokens_in(marking, self._net.final) and marking != final for marking in self.index)
