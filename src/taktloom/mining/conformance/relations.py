# SPDX-License-Identifier: Apache-2.0
"""Which relation holds between two activities in a trace, for all pairs at once.

One pass over a trace keeps, per pair (a, b), what the templates of Declare and the relations of log skeletons need; the
rest follows from first and last positions and counts. Cost: events times activities per variant, whatever the number of
cases. Matrices are `bool[a, b]`; the diagonal means nothing.
Sources: Pesic & van der Aalst, "A declarative approach for flexible business processes management", BPM Workshops
2006; Di Ciccio & Mecella, "On the discovery of declarative control flows for artful processes", ACM TMIS 5, 2015.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.watching import heeding
from taktloom.model.errors import LimitExceededError

Matrix = NDArray[np.bool_]
Flags = NDArray[np.bool_]


class TooManyPairsError(LimitExceededError):
    """The log has more activities than constraints on pairs can be told for."""

    code = "TL-2163"


def require_few(activities: int, limit: int) -> None:
    """Raise TooManyPairsError above *limit*: matrices of all pairs are held."""
    if activities > limit:
        raise TooManyPairsError(
            f"The log has {activities} activities.",
            remedy=f"Filter to at most {limit}: constraints are told for pairs of them.",
            parameters={"activities": str(activities), "limit": str(limit)},
        )


class Relation(StrEnum):
    """Binary templates. The first activity activates responses, the second precedences, either of them the others."""

    RESPONDED_EXISTENCE = "responded-existence"
    CO_EXISTENCE = "co-existence"
    RESPONSE = "response"
    PRECEDENCE = "precedence"
    SUCCESSION = "succession"
    ALTERNATE_RESPONSE = "alternate-response"
    ALTERNATE_PRECEDENCE = "alternate-precedence"
    ALTERNATE_SUCCESSION = "alternate-succession"
    CHAIN_RESPONSE = "chain-response"
    CHAIN_PRECEDENCE = "chain-precedence"
    CHAIN_SUCCESSION = "chain-succession"
    NOT_CO_EXISTENCE = "not-co-existence"
    NOT_SUCCESSION = "not-succession"
    NOT_CHAIN_SUCCESSION = "not-chain-succession"


@dataclass(frozen=True, slots=True, eq=False)
class TraceRelations:
    """Of one trace over activities 0 … n-1: counts; where each came first and last (-1: never); pair facts.

    response_repeated: an a came again without a b since the last a, or the trace ended so.
    precedence_repeated: a b came without an a since the last b. follows: directly followed, how often.
    """

    length: int
    count: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    response_repeated: Matrix
    precedence_repeated: Matrix
    follows: NDArray[np.int64]

    @property
    def occurs(self) -> Flags:
        """Per activity."""
        return np.greater(self.count, 0)

    def activated(self, relation: Relation) -> Matrix:
        """Where the trace says something about the relation."""
        before, after = self.occurs[:, None], self.occurs[None, :]
        if relation in _BY_FIRST:
            return np.broadcast_to(before, self.follows.shape)
        if relation in _BY_SECOND:
            return np.broadcast_to(after, self.follows.shape)
        return before | after

    def holds(self, relation: Relation) -> Matrix:
        """Where the relation is not violated; true where it is not activated."""
        return _HOLDS[relation](self)


def relate(trace: Sequence[int], activities: int) -> TraceRelations:
    """The facts of one trace of activity codes."""
    shape = (activities, activities)
    count = np.zeros(activities, dtype=np.int64)
    first = np.full(activities, -1, dtype=np.int64)
    last = np.full(activities, -1, dtype=np.int64)
    follows = np.zeros(shape, dtype=np.int64)
    response_repeated, precedence_repeated = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    unanswered, unprepared = np.zeros(shape, dtype=bool), np.ones(shape, dtype=bool)
    before = -1
    for at, activity in heeding(enumerate(trace)):
        count[activity] += 1
        last[activity] = at
        if first[activity] < 0:
            first[activity] = at
        if before >= 0:
            follows[before, activity] += 1
        response_repeated[activity] |= unanswered[activity]
        unanswered[activity] = True
        unanswered[:, activity] = False
        precedence_repeated[:, activity] |= unprepared[:, activity]
        unprepared[:, activity] = True
        unprepared[activity] = False
        before = activity
    response_repeated |= unanswered
    return TraceRelations(len(trace), count, first, last, response_repeated, precedence_repeated, follows)


_BY_FIRST = frozenset(
    {Relation.RESPONDED_EXISTENCE, Relation.RESPONSE, Relation.ALTERNATE_RESPONSE, Relation.CHAIN_RESPONSE}
)
_BY_SECOND = frozenset({Relation.PRECEDENCE, Relation.ALTERNATE_PRECEDENCE, Relation.CHAIN_PRECEDENCE})


def _responded(trace: TraceRelations) -> Matrix:
    return ~trace.occurs[:, None] | trace.occurs[None, :]


def _response(trace: TraceRelations) -> Matrix:
    return ~trace.occurs[:, None] | (trace.last[None, :] > trace.last[:, None])


def _precedence(trace: TraceRelations) -> Matrix:
    never = ~trace.occurs[None, :]
    return never | (trace.occurs[:, None] & (trace.first[:, None] < trace.first[None, :]))


def _alternate_response(trace: TraceRelations) -> Matrix:
    return ~trace.occurs[:, None] | ~trace.response_repeated


def _alternate_precedence(trace: TraceRelations) -> Matrix:
    return ~trace.occurs[None, :] | ~trace.precedence_repeated


def _chain_response(trace: TraceRelations) -> Matrix:
    return np.equal(trace.follows, trace.count[:, None])


def _chain_precedence(trace: TraceRelations) -> Matrix:
    return np.equal(trace.follows, trace.count[None, :])


def _together(trace: TraceRelations) -> Matrix:
    return trace.occurs[:, None] & trace.occurs[None, :]


def _not_succession(trace: TraceRelations) -> Matrix:
    return ~(_together(trace) & (trace.last[None, :] > trace.first[:, None]))


_HOLDS: Mapping[Relation, Callable[[TraceRelations], Matrix]] = {
    Relation.RESPONDED_EXISTENCE: _responded,
    Relation.CO_EXISTENCE: lambda trace: _responded(trace) & _responded(trace).T,
    Relation.RESPONSE: _response,
    Relation.PRECEDENCE: _precedence,
    Relation.SUCCESSION: lambda trace: _response(trace) & _precedence(trace),
    Relation.ALTERNATE_RESPONSE: _alternate_response,
    Relation.ALTERNATE_PRECEDENCE: _alternate_precedence,
    Relation.ALTERNATE_SUCCESSION: lambda trace: _alternate_response(trace) & _alternate_precedence(trace),
    Relation.CHAIN_RESPONSE: _chain_response,
    Relation.CHAIN_PRECEDENCE: _chain_precedence,
    Relation.CHAIN_SUCCESSION: lambda trace: _chain_response(trace) & _chain_precedence(trace),
    Relation.NOT_CO_EXISTENCE: lambda trace: ~_together(trace),
    Relation.NOT_SUCCESSION: _not_succession,
    Relation.NOT_CHAIN_SUCCESSION: lambda trace: np.equal(trace.follows, 0),
}


def code_traces(
    variants: Mapping[tuple[str, ...], int], *, names: Sequence[str] = ()
) -> tuple[list[str], list[tuple[list[int], int]]]:
    """Names in ascending order (with those given) and the variants in codes with their cases."""
    known = sorted({activity for variant in variants for activity in variant}.union(names))
    code = {name: number for number, name in enumerate(known)}
    return known, [([code[activity] for activity in trace], cases) for trace, cases in sorted(variants.items())]
