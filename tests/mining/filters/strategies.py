# SPDX-License-Identifier: Apache-2.0
"""Random filters over a log's own activities, resources, times and attributes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st

from taktloom.mining.filters import case_conditions as cases
from taktloom.mining.filters import event_conditions as events
from taktloom.mining.filters import values
from taktloom.mining.filters.log_filter import FilterStep, KeepBetween, KeepCases, KeepEvents, LastRule, LogFilter


@dataclass(frozen=True)
class Vocabulary:
    """What a filter can name: samples of each."""

    activities: tuple[str, ...]
    resources: tuple[str, ...]
    case_ids: tuple[str, ...]
    instants: tuple[datetime, ...]
    gaps: tuple[timedelta, ...]
    event_columns: dict[str, tuple[object, ...]]
    case_columns: dict[str, tuple[object, ...]]


def filters(words: Vocabulary) -> st.SearchStrategy[LogFilter]:
    return st.lists(steps(words), min_size=1, max_size=3).map(lambda each: LogFilter(steps=tuple(each)))


def steps(words: Vocabulary) -> st.SearchStrategy[FilterStep]:
    some = activities(words)
    return st.one_of(
        st.builds(KeepCases, where=case_conditions(words)),
        st.builds(KeepEvents, where=event_conditions(words)),
        st.builds(KeepBetween, begin=some, end=some, until=st.sampled_from(LastRule)),
    )


def activities(words: Vocabulary) -> st.SearchStrategy[tuple[str, ...]]:
    names = (*words.activities, "no such activity")
    return st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True).map(tuple)


def instants(words: Vocabulary) -> st.SearchStrategy[datetime | None]:
    return st.none() | st.sampled_from(words.instants)


def gaps(words: Vocabulary) -> st.SearchStrategy[tuple[timedelta | None, timedelta | None]]:
    some = st.none() | st.sampled_from(words.gaps)
    return st.tuples(some, some).map(lambda two: two if None in two else (min(two), max(two)))  # type: ignore[type-var]


def value_tests(samples: tuple[object, ...]) -> st.SearchStrategy[values.ValueTest]:
    options: list[st.SearchStrategy[values.ValueTest]] = [st.just(values.Missing())]
    scalars = [each for each in samples if isinstance(each, (str, int, float))]
    numbers = [float(each) for each in scalars if not isinstance(each, (str, bool))]
    times = [each for each in samples if isinstance(each, datetime)]
    if scalars:
        picked = st.lists(st.sampled_from([*scalars, "none such", 7]), min_size=1, max_size=3)
        options.append(picked.map(lambda each: values.OneOf(values=tuple(each))))
    if numbers:
        two = st.tuples(st.sampled_from(numbers), st.sampled_from(numbers))
        options.append(two.map(lambda each: values.NumberRange(at_least=min(each), at_most=max(each))))
    if times:
        options.append(st.sampled_from(times).map(lambda each: values.InstantRange(since=each)))
    texts = [each for each in scalars if isinstance(each, str) and each]
    if texts:
        options.append(st.sampled_from(texts).map(lambda each: values.ContainsText(text=each[:3])))
    return st.one_of(options)


def attribute_tests(columns: dict[str, tuple[object, ...]]) -> st.SearchStrategy[tuple[str, values.ValueTest]]:
    return st.sampled_from(sorted(columns)).flatmap(lambda name: st.tuples(st.just(name), value_tests(columns[name])))


def event_conditions(words: Vocabulary) -> st.SearchStrategy[events.EventCondition]:
    columns = {"resource": words.resources, **words.event_columns}
    leaves: st.SearchStrategy[events.EventCondition] = st.one_of(
        activities(words).map(lambda each: events.ActivityIn(activities=each)),
        st.builds(events.CompletedIn, since=instants(words), until=instants(words)),
        attribute_tests(columns).map(lambda each: events.EventAttribute(column=each[0], test=each[1])),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda each: events.EventAll(conditions=tuple(each))),
            st.lists(inner, max_size=3).map(lambda each: events.EventAny(conditions=tuple(each))),
            inner.map(lambda each: events.EventNot(condition=each)),
        ),
        max_leaves=3,
    )


def case_conditions(words: Vocabulary) -> st.SearchStrategy[cases.CaseCondition]:
    some = activities(words)
    leaves: list[st.SearchStrategy[cases.CaseCondition]] = [
        st.builds(cases.Period, since=instants(words), until=instants(words), rule=st.sampled_from(cases.PeriodRule)),
        some.map(lambda each: cases.StartsWith(activities=each)),
        some.map(lambda each: cases.EndsWith(activities=each)),
        some.map(lambda each: cases.Having(activities=each)),
        some.map(lambda each: cases.Lacking(activities=each)),
        st.lists(st.sampled_from(words.case_ids), min_size=1).map(lambda each: cases.CaseIn(cases=tuple(each))),
        st.integers(1, 6).map(lambda each: cases.TopVariants(count=each)),
        st.floats(0.05, 1).map(lambda each: cases.VariantCoverage(share=each)),
        st.builds(cases.SomeEvent, where=event_conditions(words), at_least=st.integers(1, 3)),
        st.builds(cases.EveryEvent, where=event_conditions(words)),
        gaps(words).map(lambda each: cases.CaseDuration(at_least=each[0], at_most=each[1])),
        st.integers(1, 8).map(lambda each: cases.CaseLength(at_least=each, at_most=each + 3)),
        st.builds(cases.Repeats, activities=st.just(()) | some, at_least=st.integers(1, 3)),
        st.floats(0.05, 1).map(lambda each: cases.Sample(share=each, seed=3)),
        st.integers(1, 50).map(lambda each: cases.Sample(count=each, seed=4)),
        follows(words),
        four_eyes(words),
    ]
    if words.case_columns:
        tests = attribute_tests(words.case_columns)
        leaves.append(tests.map(lambda each: cases.CaseAttribute(column=each[0], test=each[1])))
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3).map(lambda each: cases.CaseAll(conditions=tuple(each))),
            st.lists(inner, max_size=3).map(lambda each: cases.CaseAny(conditions=tuple(each))),
            inner.map(lambda each: cases.CaseNot(condition=each)),
        ),
        max_leaves=3,
    )


def follows(words: Vocabulary) -> st.SearchStrategy[cases.CaseCondition]:
    some = activities(words)
    return st.tuples(some, some, st.sampled_from(cases.FollowRule), gaps(words), st.just(()) | some).map(
        lambda each: cases.Follows(
            source=each[0], target=each[1], rule=each[2], at_least=each[3][0], at_most=each[3][1], without=each[4]
        )
    )


def four_eyes(words: Vocabulary) -> st.SearchStrategy[cases.CaseCondition]:
    two = st.tuples(activities(words), activities(words), st.sampled_from(cases.SeparationRule))
    return two.filter(lambda each: not set(each[0]) & set(each[1])).map(
        lambda each: cases.FourEyes(first=each[0], second=each[1], rule=each[2])
    )
