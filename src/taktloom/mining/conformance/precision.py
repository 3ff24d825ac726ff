# SPDX-License-Identifier: Apache-2.0
"""Precision by escaping edges: how much the model allows that the log never does.

For every prefix of a trace that the net can replay, the activities that the net allows next are compared with those
that the log shows next; precision = 1 − Σ w·|allowed but not seen| / Σ w·|allowed|, where w is the number of cases
with that prefix. A trace counts up to its first deviation. An end of the case is no activity.

Allowed is what follows the prefix in any run of the net, whether or not that run can end: the prefix is walked through
the visible states of the net (`visible_moves`), all states that it can lead to at a time, as fitness does. So no silent
choice, such as which branches of an inclusive split are taken, is made before later events have told which one it was.
Equal sets of states are one, so that cost grows with what differs. Where silent transitions alone reach more than
MAX_SILENT markings, or a prefix leads to more than MAX_STATES states, the whole log is walked by lazy replay instead,
which follows the nearest silent choice; bounds count states, so that the same net and log get the same answer.
Source: Muñoz-Gama & Carmona, "A fresh look at precision in process conformance", BPM 2010 (ETConformance).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from taktloom.mining.conformance.fitting_runs import MAX_SILENT, MAX_STATES
from taktloom.mining.conformance.replay import Replayer
from taktloom.mining.conformance.visible_moves import SilentBehaviourTooLargeError, VisibleGraph, VisibleState
from taktloom.mining.petri import Marking, PetriNet
from taktloom.mining.watching import telling

PRECISION_METHOD = "escaping edges (ETConformance), Muñoz-Gama & Carmona 2010"

At = TypeVar("At")
"""Where the net stands after a prefix."""


class _Walk(Protocol[At]):
    """initial: before any event."""

    initial: At

    def allowed(self, at: At) -> frozenset[str]:
        """The activities that may come next."""

    def after(self, at: At, activity: str) -> At | None:
        """Where the net stands after an activity; None where it cannot follow."""


@dataclass(slots=True)
class _Prefix(Generic[At]):
    """A node of the prefix automaton: cases through it, where the net stands, what follows."""

    at: At
    cases: int = 0
    following: "dict[str, _Prefix[At] | None]" = field(default_factory=dict)  # None: the net cannot follow


def measure_precision(net: PetriNet, variants: Mapping[tuple[str, ...], int]) -> float:
    """Precision in 0..1; 1 when the net never allows anything (or the log is empty)."""
    try:
        return _precision(_StatesWalk(net), variants)
    except (SilentBehaviourTooLargeError, _TooManyStates):
        return _precision(_LazyWalk(net), variants)


def _precision(walk: _Walk[At], variants: Mapping[tuple[str, ...], int]) -> float:
    escaping = allowed_total = 0
    for prefix in _prefixes(walk, variants):
        allowed = walk.allowed(prefix.at)
        seen = {activity for activity, after in prefix.following.items() if after is not None}
        allowed_total += prefix.cases * len(allowed)
        escaping += prefix.cases * len(allowed - seen)
    return 1 - escaping / allowed_total if allowed_total else 1.0


def _prefixes(walk: _Walk[At], variants: Mapping[tuple[str, ...], int]) -> list[_Prefix[At]]:
    root = _Prefix(walk.initial)
    prefixes = [root]
    for activities, cases in telling(variants.items(), "replaying"):
        prefix = root
        prefix.cases += cases
        for activity in activities:
            if activity not in prefix.following:
                at = walk.after(prefix.at, activity)
                after = None if at is None else _Prefix(at)
                prefix.following[activity] = after
                prefixes.extend((after,) if after is not None else ())
            following = prefix.following[activity]
            if following is None:
                break
            prefix = following
            prefix.cases += cases
    return prefixes


class _TooManyStates(Exception):
    """A prefix leads to more states than are followed."""


@dataclass(slots=True, eq=False)
class _States:
    """Visible states that a prefix can lead to, and what was found out about them."""

    members: frozenset[VisibleState]
    allowed: frozenset[str] | None = None
    after: "dict[str, _States | None]" = field(default_factory=dict)


class _StatesWalk:
    """All visible states that a prefix can lead to; equal sets are one object."""

    def __init__(self, net: PetriNet) -> None:
        self._graph = VisibleGraph(net, max_silent=MAX_SILENT)
        self._known: dict[frozenset[VisibleState], _States] = {}
        self.initial = self._states(frozenset((self._graph.initial,)))

    def allowed(self, at: _States) -> frozenset[str]:
        if at.allowed is None:
            codes = {code for state in at.members for code in self._graph.expanded(state).codes}
            at.allowed = frozenset(self._graph.labels[code] for code in codes)
        return at.allowed

    def after(self, at: _States, activity: str) -> _States | None:
        if activity not in at.after:
            code = self._graph.code.get(activity, -1)
            found = frozenset(after for state in at.members for after in self._graph.expanded(state).steps(code))
            at.after[activity] = self._states(found) if found else None
        return at.after[activity]

    def _states(self, members: frozenset[VisibleState]) -> _States:
        if len(members) > MAX_STATES:
            raise _TooManyStates
        known = self._known.get(members)
        if known is None:
            known = self._known[members] = _States(members)
        return known


class _LazyWalk:
    """The one marking that lazy replay leads to; allowed: enabled after any run of silent transitions from there."""

    def __init__(self, net: PetriNet) -> None:
        self._replayer = Replayer(net)
        self._known: dict[Marking, frozenset[str]] = {}
        self.initial = net.initial_marking

    def allowed(self, at: Marking) -> frozenset[str]:
        if at not in self._known:
            search = self._replayer.search
            self._known[at] = frozenset(
                label
                for label, indices in self._replayer.by_label.items()
                if any(search.path_enabling(index, at) is not None for index in indices)
            )
        return self._known[at]

    def after(self, at: Marking, activity: str) -> Marking | None:
        index, path = self._replayer.choose(activity, at)
        if index is None:
            return None
        search = self._replayer.search
        at = search.after(at, path)
        return search.after(at, (index,)) if search.moves.is_enabled(index, at) else None
