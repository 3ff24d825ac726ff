# SPDX-License-Identifier: Apache-2.0
"""Declare, log skeletons and temporal profiles, held against their definitions word by word."""

from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.mining.conformance.declare import (
    Constraint,
    Unary,
    check_constraints,
    discover_constraints,
)
from taktloom.mining.conformance.log_skeleton import check_skeleton, discover_skeleton
from taktloom.mining.conformance.relations import Relation, TooManyPairsError, relate
from taktloom.mining.conformance.temporal_profile import check_temporal_profile, discover_temporal_profile
from taktloom.mining.statistics.arrays import LogArrays, load_arrays
from taktloom.mining.watching import watched_by
from tests.mining.given_logs import given_log

TRACES = st.lists(st.integers(0, 2), max_size=7)
Trace = list[int]


def response(trace: Trace, a: int, b: int) -> bool:
    return all(b in trace[at + 1 :] for at, each in enumerate(trace) if each == a)


def precedence(trace: Trace, a: int, b: int) -> bool:
    return all(a in trace[:at] for at, each in enumerate(trace) if each == b)


def alternate_response(trace: Trace, a: int, b: int) -> bool:
    for at, each in enumerate(trace):
        if each == a:
            rest = [x for x in trace[at + 1 :] if x in (a, b)]
            if not rest or rest[0] != b:
                return False
    return True


def alternate_precedence(trace: Trace, a: int, b: int) -> bool:
    return alternate_response(trace[::-1], b, a)


def chain_response(trace: Trace, a: int, b: int) -> bool:
    return all(trace[at + 1 : at + 2] == [b] for at, each in enumerate(trace) if each == a)


def chain_precedence(trace: Trace, a: int, b: int) -> bool:
    return chain_response(trace[::-1], b, a)


def chain(trace: Trace, a: int, b: int) -> bool:
    return any(pair == (a, b) for pair in pairwise(trace))


DEFINITIONS: dict[Relation, Callable[[Trace, int, int], bool]] = {
    Relation.RESPONDED_EXISTENCE: lambda t, a, b: a not in t or b in t,
    Relation.CO_EXISTENCE: lambda t, a, b: (a in t) == (b in t),
    Relation.RESPONSE: response,
    Relation.PRECEDENCE: precedence,
    Relation.SUCCESSION: lambda t, a, b: response(t, a, b) and precedence(t, a, b),
    Relation.ALTERNATE_RESPONSE: alternate_response,
    Relation.ALTERNATE_PRECEDENCE: alternate_precedence,
    Relation.ALTERNATE_SUCCESSION: lambda t, a, b: alternate_response(t, a, b) and alternate_precedence(t, a, b),
    Relation.CHAIN_RESPONSE: chain_response,
    Relation.CHAIN_PRECEDENCE: chain_precedence,
    Relation.CHAIN_SUCCESSION: lambda t, a, b: chain_response(t, a, b) and chain_precedence(t, a, b),
    Relation.NOT_CO_EXISTENCE: lambda t, a, b: not (a in t and b in t),
    Relation.NOT_SUCCESSION: lambda t, a, b: not any(each == a and b in t[at + 1 :] for at, each in enumerate(t)),
    Relation.NOT_CHAIN_SUCCESSION: lambda t, a, b: not chain(t, a, b),
}


@pytest.mark.parametrize("relation", list(Relation))
@given(trace=TRACES)
def test_a_template_holds_where_its_definition_does(relation: Relation, trace: Trace) -> None:
    holds = relate(trace, 3).holds(relation)

    told = {(a, b): bool(holds[a, b]) for a in range(3) for b in range(3) if a != b}
    assert told == {(a, b): DEFINITIONS[relation](trace, a, b) for a, b in told}


def test_the_strongest_constraints_of_a_log_are_told_with_support_and_confidence() -> None:
    log = {("a", "b", "c"): 8, ("a", "c"): 2}

    found = {each.constraint.text: (each.support, each.confidence) for each in discover_constraints(log)}

    assert found["alternate-succession(a, c)"] == (1.0, 1.0)
    assert found["init(a)"] == (1.0, 1.0)
    assert found["chain-precedence(a, b)"] == (0.8, 1.0)
    assert "response(a, c)" not in found
    assert "response(a, b)" not in found


def test_no_constraint_is_told_that_another_one_implies() -> None:
    traces = [list(each) for length in range(5) for each in product(range(3), repeat=length)]
    implied = {
        (strong, weak, turned)
        for strong in Relation
        for weak in Relation
        for turned in (False, True)
        if (strong, False) != (weak, turned)
        and all(DEFINITIONS[weak](t, *((1, 0) if turned else (0, 1))) for t in traces if DEFINITIONS[strong](t, 0, 1))
    }
    log = {tuple("abcd"): 3, tuple("abcefbcd"): 2, tuple("acbefbcd"): 2, tuple("acbd"): 4, tuple("g"): 1}

    kept = [each.constraint for each in discover_constraints(log, support=0) if each.constraint.second]

    by_pair = {(each.first, each.second, each.template) for each in kept}
    told_twice = [
        (one.text, weak)
        for one in kept
        for strong, weak, turned in implied
        if strong is one.template
        and weak not in (one.template, Relation.CO_EXISTENCE, Relation.NOT_CO_EXISTENCE)
        and ((one.second, one.first, weak) if turned else (one.first, one.second, weak)) in by_pair
    ]
    assert (Relation.PRECEDENCE, Relation.RESPONDED_EXISTENCE, True) in implied
    assert told_twice == []


def test_constraints_that_hold_in_most_activated_cases_are_told_below_full_confidence() -> None:
    log = {("a", "b"): 9, ("a",): 1}

    strict = {each.constraint.text for each in discover_constraints(log)}
    loose = {each.constraint.text: each.confidence for each in discover_constraints(log, confidence=0.9)}

    assert "response(a, b)" not in strict
    assert loose["chain-succession(a, b)"] == 0.9


def test_the_cases_that_break_a_constraint_are_counted() -> None:
    log = {("a", "b"): 5, ("b", "a"): 3, ("a",): 2}
    wanted = (
        Constraint(template=Relation.RESPONSE, first="a", second="b"),
        Constraint(template=Unary.INIT, first="a"),
        Constraint(template=Relation.RESPONSE, first="a", second="never seen"),
    )

    broken = check_constraints(log, wanted)

    assert [(each.constraint.text, each.cases) for each in broken] == [
        ("response(a, b)", 5),
        ("init(a)", 3),
        ("response(a, never seen)", 10),
    ]
    assert broken[0].variants == (("b", "a"), ("a",))


def test_a_skeleton_of_more_activities_than_pairs_can_be_held_for_is_refused() -> None:
    variants: dict[tuple[str, ...], int] = {(f"a{number}",): 1 for number in range(1_001)}

    with pytest.raises(TooManyPairsError, match="1001 activities"):
        discover_skeleton(variants)


def test_a_skeleton_tells_the_six_relations() -> None:
    skeleton = discover_skeleton({("a", "b", "c"): 2, ("a", "d", "c"): 1})

    assert ("a", "c") in skeleton.equivalence
    assert ("b", "c") in skeleton.always_after
    assert ("d", "a") in skeleton.always_before
    assert ("b", "d") in skeleton.never_together
    assert skeleton.directly_follows == frozenset({("a", "b"), ("b", "c"), ("a", "d"), ("d", "c")})
    assert skeleton.frequencies["b"] == frozenset({0, 1})


LOGS = st.dictionaries(st.lists(st.sampled_from("abc"), max_size=5).map(tuple), st.integers(1, 4), min_size=1)


@given(LOGS)
def test_a_log_breaks_nothing_of_its_own_skeleton(log: dict[tuple[str, ...], int]) -> None:
    assert check_skeleton(discover_skeleton(log), log).fitting_cases == sum(log.values())


def test_what_breaks_a_skeleton_is_named() -> None:
    skeleton = discover_skeleton({("a", "b"): 1})

    told = check_skeleton(skeleton, {("b", "a"): 4, ("a", "b"): 1, ("x",): 1})

    assert (told.cases, told.fitting_cases) == (6, 1)
    assert ("always_after", "a", "b", 4) in told.broken
    assert ("frequencies", "x", "", 1) in told.broken


def arrays(rows: list[tuple[int, str, int]]) -> LogArrays:
    """Rows (case, activity, second), in canonical order."""
    names = sorted({activity for _, activity, _ in rows})
    count = len(rows)
    seconds = np.array([second * 1_000_000 for _, _, second in rows], dtype=np.int64)
    nobody = np.full(count, -1, dtype=np.int64)
    return LogArrays(
        activities=names,
        resources=[],
        roles=[],
        case=np.array([case for case, _, _ in rows], dtype=np.uint32),
        activity=np.array([names.index(activity) for _, activity, _ in rows], dtype=np.int64),
        resource=nobody,
        role=nobody,
        occurred_at=seconds,
        started_at=None,
        has_start=np.zeros(count, dtype=np.bool_),
        local=seconds,
    )


def test_a_profile_has_mean_and_deviation_of_every_pair_of_a_case() -> None:
    log = arrays([(0, "a", 0), (0, "b", 10), (0, "c", 30), (1, "a", 0), (1, "b", 20)])

    pairs = {(each.first, each.second): (each.count, each.mean_s, each.deviation_s) for each in
             discover_temporal_profile(log).pairs}  # fmt: skip

    assert pairs == {("a", "b"): (2, 15.0, 5.0), ("a", "c"): (1, 30.0, 0.0), ("b", "c"): (1, 20.0, 0.0)}


def test_a_time_far_from_the_profile_is_a_deviation_of_its_case() -> None:
    profile = discover_temporal_profile(arrays([(0, "a", 0), (0, "b", 10), (1, "a", 0), (1, "b", 20)]))

    told = check_temporal_profile(arrays([(0, "a", 0), (0, "b", 16), (1, "a", 0), (1, "b", 60)]), profile, zeta=3)

    assert (told.cases, told.deviating_cases) == (2, 1)
    assert [(each.case, each.first, each.second, each.elapsed_s, each.z) for each in told.deviations] == [
        (1, "a", "b", 60.0, 9.0)
    ]


def test_an_empty_log_has_an_empty_profile() -> None:
    assert discover_temporal_profile(arrays([])).pairs == ()


def test_profiles_of_a_real_log_equal_a_plain_reading(test_data: Path) -> None:
    log = load_arrays(given_log("08_receipt.xes.gz"))
    times: dict[tuple[str, str], list[float]] = {}
    for begin, end in zip(log.starts.tolist(), log.ends.tolist(), strict=True):
        for i in range(begin, end + 1):
            for j in range(i + 1, end + 1):
                pair = (log.activities[log.activity[i]], log.activities[log.activity[j]])
                times.setdefault(pair, []).append(float(log.occurred_at[j] - log.occurred_at[i]) / 1e6)

    told = discover_temporal_profile(log).by_names()

    assert told.keys() == times.keys()
    assert all(each.count == len(times[pair]) for pair, each in told.items())
    assert all(each.mean_s == pytest.approx(np.mean(times[pair]), abs=1e-3) for pair, each in told.items())
    assert all(each.deviation_s == pytest.approx(np.std(times[pair]), abs=1e-2) for pair, each in told.items())


REAL_LOGS = ("03_repairExample.xes.gz", "08_receipt.xes.gz", "BPIC13_cp.xes.gz", "helpdesk.xes.gz", "reviewing.xes")


@pytest.mark.data
@pytest.mark.parametrize("name", REAL_LOGS)
def test_the_cases_of_a_real_log_that_break_a_template_are_those_of_its_definition(name: str) -> None:
    variants = {each.activities: each.cases for each in given_log(name).variants().variants}
    names = sorted({activity for variant in variants for activity in variant})
    wanted = [
        Constraint(template=relation, first=a, second=b)
        for relation in Relation
        for a in names[:12]
        for b in names[:12]
        if a != b
    ]

    told = {each.constraint: each.cases for each in check_constraints(variants, wanted)}

    code = {activity: number for number, activity in enumerate(names)}
    coded = [([code[activity] for activity in variant], cases) for variant, cases in variants.items()]
    for each in wanted:
        assert isinstance(each.template, Relation)
        holds, a, b = DEFINITIONS[each.template], code[each.first], code[each.second]
        assert told.get(each, 0) == sum(cases for trace, cases in coded if not holds(trace, a, b)), each.text


@pytest.mark.data
@pytest.mark.parametrize("name", [*REAL_LOGS, "SEPSIS.xes.gz"])
def test_the_skeleton_of_a_real_log_is_that_of_a_plain_reading(name: str) -> None:
    variants = {each.activities: each.cases for each in given_log(name).variants().variants}
    names = sorted({activity for variant in variants for activity in variant})
    pairs = {(a, b) for a in names for b in names if a != b}
    traces = list(variants)

    def always(holds: Callable[[tuple[str, ...], str, str], bool]) -> frozenset[tuple[str, str]]:
        return frozenset((a, b) for a, b in pairs if all(holds(trace, a, b) for trace in traces))

    skeleton = discover_skeleton(variants)

    assert skeleton.directly_follows == {pair for trace in traces for pair in pairwise(trace)}
    assert skeleton.frequencies == {name: frozenset(trace.count(name) for trace in traces) for name in names}
    assert {each for each in skeleton.equivalence if each[0] != each[1]} == always(
        lambda trace, a, b: trace.count(a) == trace.count(b)
    )
    assert {each for each in skeleton.never_together if each[0] != each[1]} == always(
        lambda trace, a, b: not (a in trace and b in trace)
    )
    assert {each for each in skeleton.always_after if each[0] != each[1]} == always(
        lambda trace, a, b: all(b in trace[at + 1 :] for at, one in enumerate(trace) if one == a)
    )
    assert {each for each in skeleton.always_before if each[0] != each[1]} == always(
        lambda trace, a, b: all(b in trace[:at] for at, one in enumerate(trace) if one == a)
    )


class StoppedError(Exception):
    """By the listener."""


def test_temporal_profiles_of_long_cases_tell_how_far_they_are() -> None:
    log = arrays([(0, "ab"[minute % 2], minute) for minute in range(100)])
    heard: list[tuple[str, int, int | None]] = []

    with watched_by(lambda *told: heard.append(told)):
        check_temporal_profile(log, discover_temporal_profile(log))

    shares = [done for stage, done, _ in heard if stage == "pairs"]
    assert shares == sorted(shares)
    assert {stage for stage, _, _ in heard} == {"pairs", "checking"}
    assert len(heard) >= 3 * 99


@pytest.mark.parametrize("calls", [5, 150, 250])
def test_temporal_profiles_stop_where_they_are_asked(calls: int) -> None:
    log = arrays([(0, "ab"[minute % 2], minute) for minute in range(100)])
    heard: list[str] = []

    def listen(stage: str, done: int, total: int | None) -> None:
        heard.append(f"{stage} {done} {total}")
        if len(heard) == calls:
            raise StoppedError

    with pytest.raises(StoppedError), watched_by(listen):
        check_temporal_profile(log, discover_temporal_profile(log))
    assert len(heard) == calls
