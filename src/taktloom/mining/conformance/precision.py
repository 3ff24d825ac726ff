# SPDX-License-Identifier: Apache-2.0
"""Precision by escaping edges: how much the model allows that the log never does.

For every prefix of a trace that the net can replay, the activities that the net allows next are compared with those
that the log shows next; precision = 1 − Σ w·|allowed but not seen| / Σ w·|allowed|, where w is the number of cases
with that prefix. A trace counts up to its first deviation. An end of the case is no activity. Allowed: enabled after
any run of silent transitions from the marking that lazy replay reached.
Source: Muñoz-Gama & Carmona, "A fresh look at precision in process conformance", BPM 2010 (ETConformance).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from taktloom.mining.conformance.replay import Replayer
from taktloom.mining.petri import Marking, PetriNet
from taktloom.mining.watching import telling

PRECISION_METHOD = "escaping edges (ETConformance), Muñoz-Gama & Carmona 2010"


@dataclass(slots=True)
class _PrefixState:
    """A node of the prefix automaton: cases through it, where the net stands, what follows."""

    marking: Marking
    cases: int = 0
    following: dict[str, "_PrefixState | None"] = field(default_factory=dict)  # None: the net cannot follow


def measure_precision(net: PetriNet, variants: Mapping[tuple[str, ...], int]) -> float:
    """Precision in 0..1; 1 when the net never allows anything (or the log is empty)."""
    replayer = Replayer(net)
    allowed_at = _AllowedActivities(replayer)
    escaping = allowed_total = 0
    for state in _prefix_states(replayer, variants):
        allowed = allowed_at.marking(state.marking)
        seen = {activity for activity, after in state.following.items() if after is not None}
        allowed_total += state.cases * len(allowed)
        escaping += state.cases * len(allowed - seen)
    return 1 - escaping / allowed_total if allowed_total else 1.0


def _prefix_states(replayer: Replayer, variants: Mapping[tuple[str, ...], int]) -> list[_PrefixState]:
    root = _PrefixState(replayer.net.initial_marking)
    states = [root]
    for activities, cases in telling(variants.items(), "replaying"):
        state = root
        state.cases += cases
        for activity in activities:
            if activity not in state.following:
                after = _advance(replayer, state.marking, activity)
                state.following[activity] = after
                states.extend((after,) if after is not None else ())
            following = state.following[activity]
            if following is None:
                break
            state = following
            state.cases += cases
    return states


def _advance(replayer: Replayer, marking: Marking, activity: str) -> _PrefixState | None:
    index, path = replayer.choose(activity, marking)
    if index is None:
        return None
    marking = replayer.search.after(marking, path)
    if not replayer.search.moves.is_enabled(index, marking):
        return None
    return _PrefixState(replayer.search.after(marking, (index,)))


class _AllowedActivities:
    """The activities enabled after silent runs, per marking."""

    def __init__(self, replayer: Replayer) -> None:
        self._replayer = replayer
        self._known: dict[Marking, frozenset[str]] = {}

    def marking(self, marking: Marking) -> frozenset[str]:
        if marking not in self._known:
            search = self._replayer.search
            self._known[marking] = frozenset(
                label
                for label, indices in self._replayer.by_label.items()
                if any(search.path_enabling(index, marking) is not None for index in indices)
            )
        return self._known[marking]
