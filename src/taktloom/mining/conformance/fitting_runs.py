# SPDX-License-Identifier: Apache-2.0
"""A run of a net that yields a trace exactly, where there is one, with its silent transitions.

The trace is walked through the visible states of the net (`visible_moves`), all states that its events can lead to at a
time, so that no silent choice is made before later events have told which one it was. The silent transitions between
two states of a walk that ends are found afterwards. A trace with n events costs at most n · MAX_STATES steps; states
from which silent transitions alone reach more than MAX_SILENT markings are not walked through, and more than MAX_STATES
states at a time, or MAX_HELD over the whole trace, end the walk without an answer. Bounds count states, never time: the
same trace gets the same answer.
Sources: Rozinat & van der Aalst, Information Systems 33, 2008, section 5 (a trace fits where some run of invisible
tasks replays it); Berti & van der Aalst, "Reviving token-based replay: increasing speed while improving diagnostics",
ATAED 2019 (invisible transitions on the way to what is enabled next).
"""

from dataclasses import dataclass

from taktloom.mining.conformance.silent_search import SilentSearch
from taktloom.mining.conformance.visible_moves import SilentBehaviourTooLargeError, VisibleGraph, VisibleState
from taktloom.mining.petri import Marking, PetriNet, marking_of, tokens_in
from taktloom.mining.watching import heeding

MAX_STATES = 500
MAX_SILENT = 1_000
MAX_HELD = 2_000_000

Step = tuple[tuple[int, ...], int]
"""The silent transitions before a visible one, and that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FittingRun:
    """One step for each event, and the silent transitions from the last of them to the final marking."""

    steps: tuple[Step, ...]
    ending: tuple[int, ...]


class FittingRuns:
    """Finds runs of one net; keeps what it learned about the net. search: of the same net."""

    def __init__(self, net: PetriNet, search: SilentSearch) -> None:
        self._net, self._search = net, search
        self._graph = VisibleGraph(net, max_silent=MAX_SILENT)
        self._steps: dict[tuple[Marking, str, Marking], Step | None] = {}

    def find(self, trace: tuple[str, ...]) -> FittingRun | None:
        """A run that yields *trace* from the initial to the final marking; None where none was found."""
        if any(activity not in self._graph.code for activity in trace):
            return None
        states = self._walk(tuple(self._graph.code[activity] for activity in trace))
        if states is None:
            return None
        steps: list[Step] = []
        for activity, before, after in zip(trace, states, states[1:], strict=False):
            step = self._step(before.marking, activity, after.marking)
            if step is None:
                return None
            steps.append(step)
        ending = self._search.path_to_end(states[-1].marking)
        if self._search.after(states[-1].marking, ending) != self._net.final_marking:
            return None
        return FittingRun(steps=tuple(steps), ending=ending)

    def _walk(self, codes: tuple[int, ...]) -> list[VisibleState] | None:
        """The states before, between and after the events of a run that ends; the first found of several."""
        rest = _masks_of_rests(codes)
        came_from: list[dict[VisibleState, VisibleState]] = []
        current = [self._graph.initial]
        held = 0
        for at, code in enumerate(heeding(codes)):
            reached: dict[VisibleState, VisibleState] = {}
            for state in current:
                for after in self._expanded(state).steps(code):
                    if after not in reached and _may_end(after, rest[at + 1]):
                        reached[after] = state
            held += len(reached)
            if not reached or len(reached) > MAX_STATES or held > MAX_HELD:
                return None
            came_from.append(reached)
            current = list(reached)
        last = next((state for state in current if self._is_final(state)), None)
        if last is None:
            return None
        states = [last]
        for reached in reversed(came_from):
            states.append(reached[states[-1]])
        return states[::-1]

    def _expanded(self, state: VisibleState) -> VisibleState:
        """*state* with its steps; with none where silent transitions reach too much."""
        try:
            return self._graph.expanded(state)
        except SilentBehaviourTooLargeError:
            return state

    def _is_final(self, state: VisibleState) -> bool:
        try:
            return self._graph.is_final(state)
        except SilentBehaviourTooLargeError:
            return False

    def _step(self, before: Marking, activity: str, after: Marking) -> Step | None:
        key = (before, activity, after)
        if key not in self._steps:
            self._steps[key] = self._find_step(before, activity, after)
        return self._steps[key]

    def _find_step(self, before: Marking, activity: str, after: Marking) -> Step | None:
        for index, transition in enumerate(self._net.transitions):
            if transition.label == activity and all(tokens_in(after, place) for place in transition.outputs):
                enabled = Marking(after - marking_of(transition.outputs) + marking_of(transition.inputs))
                silent = self._search.path_between(before, enabled, index)
                if silent is not None:
                    return silent, index
        return None


def _masks_of_rests(codes: tuple[int, ...]) -> list[int]:
    """Per position, the activities that still come, as a bit mask."""
    masks = [0]
    for code in reversed(codes):
        masks.append(masks[-1] | 1 << code)
    return masks[::-1]


def _may_end(state: VisibleState, rest: int) -> bool:
    """Whether the activities that still come are among those that may, and all that must still come are."""
    return not rest & ~state.reachable and not state.required & ~rest
