# SPDX-License-Identifier: Apache-2.0
"""A net seen from its visible steps: which activities may come next after any run of silent ones, and what must.

Markings that only silent transitions tell apart are passed over, so that a search meets a marking only where an event
was, could have been, or is to be. Silent steps wait until a visible one depends on them: on safe nets those runs are
known beforehand (`causal_steps`); elsewhere the silent transitions that lead to its inputs are followed from each
marking. Everything is found when it is first asked for and remembered.

Two facts about the way to the end come from the structure alone and so hold for every run: a token in a place can only
lead to the activities that lie behind it, and it must pass those that lie on each of its ways.
"""

from dataclasses import dataclass, field
from functools import cached_property

from taktloom.mining.conformance.causal_steps import causal_steps
from taktloom.mining.conformance.silent_search import silent_ending, silent_leading_to
from taktloom.mining.petri import MAX_TOKENS, Marking, NetMoves, PetriNet, marked_places, marking_of, tokens_in
from taktloom.mining.watching import heed, heeding
from taktloom.model.errors import LimitExceededError

MAX_SILENT_RUN = 50_000


class SilentBehaviourTooLargeError(LimitExceededError):
    """Silent transitions alone reach more markings than are looked at."""

    code = "TL-2161"


@dataclass(slots=True, eq=False)
class VisibleState:
    """A marking reached by an event, and its number in order of discovery.

    is_final: silent steps end here (None: not asked yet). found: activity code and marking of every step, once it is
    expanded; the states behind them are made when they are asked for, as most never are.
    """

    graph: "VisibleGraph"
    marking: Marking
    number: int
    is_final: bool | None = None
    is_expanded: bool = False
    found: tuple[tuple[int, Marking], ...] = ()
    _steps: dict[int, list["VisibleState"]] = field(default_factory=dict)
    _others: list[tuple[int, "VisibleState"]] | None = None
    _to_come: tuple[int, int] | None = None

    @property
    def codes(self) -> set[int]:
        """The activities that may come next."""
        return {code for code, _ in self.found}

    def steps(self, code: int) -> list["VisibleState"]:
        """The states behind one activity."""
        if code not in self._steps:
            self._steps[code] = [self.graph.state(after) for each, after in self.found if each == code]
        return self._steps[code]

    @property
    def others(self) -> list[tuple[int, "VisibleState"]]:
        """All steps: activity code and the state behind it."""
        if self._others is None:
            self._others = [(code, self.graph.state(after)) for code, after in self.found]
        return self._others

    @property
    def reachable(self) -> int:
        """Bit mask of the activity codes that may still come."""
        return self._masks()[0]

    @property
    def required(self) -> int:
        """Bit mask of the activity codes that must still come."""
        return self._masks()[1]

    def _masks(self) -> tuple[int, int]:
        if self._to_come is None:
            self._to_come = self.graph.to_come(self.marking)
        return self._to_come


class VisibleGraph:
    """The visible states of one net. Activities are coded in ascending order of their labels.

    max_silent: how many markings silent transitions alone may reach from one state. held: steps of all states that are
    expanded, which is what takes the memory.
    """

    def __init__(self, net: PetriNet, *, max_silent: int = MAX_SILENT_RUN) -> None:
        self.net, self._max_silent = net, max_silent
        self.labels = net.labels
        self.code = {label: number for number, label in enumerate(self.labels)}
        self._moves = NetMoves(net)
        self._visible = [(at, each.label) for at, each in enumerate(net.transitions) if each.label is not None]
        self._causal = causal_steps(net)
        self._behind, self._must = _labels_behind(net, self.code), _labels_required(net, self.code)
        self._unbidden = _labels_unbidden(net, self.code, self._behind)
        self._states: dict[Marking, VisibleState] = {}
        self.held = 0
        self.initial = self.state(net.initial_marking)

    def forget(self) -> None:
        """Let go of all states: those met from here on are new ones."""
        self._states = {}
        self.held = 0
        self.initial = self.state(self.net.initial_marking)

    def expanded(self, state: VisibleState) -> VisibleState:
        """*state* with its steps. Raises SilentBehaviourTooLargeError."""
        if not state.is_expanded:
            state.is_expanded = True
            self._expand(state)
        return state

    def is_final(self, state: VisibleState) -> bool:
        """Whether silent steps end the run from *state*. Raises SilentBehaviourTooLargeError."""
        if state.is_final is None:
            state.is_final = self._ends(state.marking)
        return state.is_final

    def _ends(self, marking: Marking) -> bool:
        if self._causal is not None:
            return self._causal.ends(marking)
        places, silent = self._ending
        return not marking & ~places and self.net.final_marking in self._silent_run(marking, silent)

    def _expand(self, state: VisibleState) -> None:
        found = self._steps_forwards(state.marking) if self._causal is None else self._causal.enabled(state.marking)
        state.found = tuple((self.code[label], after) for label, after in dict.fromkeys(found))
        self.held += len(state.found)

    def _steps_forwards(self, marking: Marking) -> list[tuple[str, Marking]]:
        """The visible steps, each after any run of the silent ones that it may depend on."""
        found: list[tuple[str, Marking]] = []
        for at, label in self._visible:
            sources, silent = self._leading[at]
            if all(marking & places for places in sources):
                for between in self._silent_run(marking, silent):
                    if self._moves.is_enabled(at, between):
                        after = self._moves.fire(at, between)
                        if self._is_safe(at, after):
                            found.append((label, after))
        return found

    @cached_property
    def _leading(self) -> dict[int, tuple[list[int], tuple[int, ...]]]:
        """Per visible transition: for each input the places its token can silently come from, and all silent ones."""
        return {
            at: (
                [_mask(silent_leading_to(self.net, (place,))[0]) for place in self.net.transitions[at].inputs],
                silent_leading_to(self.net, self.net.transitions[at].inputs)[1],
            )
            for at, _ in heeding(self._visible)
        }

    @cached_property
    def _ending(self) -> tuple[int, tuple[int, ...]]:
        places, silent = silent_ending(self.net)
        return _mask(places), silent

    def _silent_run(self, start: Marking, silent: tuple[int, ...]) -> list[Marking]:
        seen, queue = {start}, [start]
        for marking in heeding(queue):
            for at in self._moves.enabled(marking, silent):
                after = self._moves.fire(at, marking)
                if after not in seen and self._is_safe(at, after):
                    seen.add(after)
                    queue.append(after)
            if len(seen) > self._max_silent:
                raise SilentBehaviourTooLargeError(
                    f"Silent steps of the net reach more than {self._max_silent} markings.",
                    remedy="Discover a simpler model, or check fitness by token replay.",
                    parameters={"limit": str(self._max_silent)},
                )
        return queue

    def _is_safe(self, at: int, after: Marking) -> bool:
        """Whether no place that transition *at* fills is near its bound; what collects more leads to no end."""
        return all(tokens_in(after, place) < MAX_TOKENS for place in self.net.transitions[at].outputs)

    def state(self, marking: Marking) -> VisibleState:
        """The state of a marking; the same marking has one state."""
        known = self._states.get(marking)
        if known is None:
            known = self._states[marking] = VisibleState(self, marking, len(self._states))
        return known

    def to_come(self, marking: Marking) -> tuple[int, int]:
        """Bit masks of the activity codes that may, and that must, still come from a marking."""
        reachable, required = self._unbidden, 0
        for place in marked_places(marking):
            reachable |= self._behind[place]
            required |= self._must[place]
        return reachable, required

    @property
    def size(self) -> int:
        """How many states have been met."""
        return len(self._states)


def _mask(places: tuple[int, ...]) -> int:
    """All bits of these places in a marking."""
    mask: int = MAX_TOKENS * marking_of(places)
    return mask


def _labels_behind(net: PetriNet, code: dict[str, int]) -> list[int]:
    """Per place, the activities on any way from it, as a bit mask."""
    behind = [0] * len(net.places)
    changed = True
    while changed:
        heed()
        changed = False
        for transition in net.transitions:
            mask = 0 if transition.label is None else 1 << code[transition.label]
            for place in transition.outputs:
                mask |= behind[place]
            for place in transition.inputs:
                if mask & ~behind[place]:
                    behind[place] |= mask
                    changed = True
    return behind


def _labels_unbidden(net: PetriNet, code: dict[str, int], behind: list[int]) -> int:
    """The activities that need no token at all, and those behind them: transitions without input may always fire."""
    unbidden = 0
    for transition in net.transitions:
        if not transition.inputs:
            unbidden |= 0 if transition.label is None else 1 << code[transition.label]
            for place in transition.outputs:
                unbidden |= behind[place]
    return unbidden


def _labels_required(net: PetriNet, code: dict[str, int]) -> list[int]:
    """Per place, the activities on every way from it to the end: greatest solution, from all activities downwards."""
    everything = (1 << len(code)) - 1
    required = [everything] * len(net.places)
    required[net.final] = 0
    takers: list[list[int]] = [[] for _ in net.places]
    for at, transition in enumerate(net.transitions):
        for place in transition.inputs:
            takers[place].append(at)
    changed = True
    while changed:
        heed()
        changed = False
        for place, ways in enumerate(takers):
            if place == net.final:
                continue
            common = everything
            for at in ways:
                transition = net.transitions[at]
                mask = 0 if transition.label is None else 1 << code[transition.label]
                for output in transition.outputs:
                    mask |= required[output]
                common &= mask
            if common != required[place]:
                required[place], changed = common, True
    return required
