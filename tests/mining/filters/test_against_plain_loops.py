# SPDX-License-Identifier: Apache-2.0
"""Random filters on every given log leave the same events as the definitions read aloud in loops."""

import json
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taktloom.mining.filters import apply_filter, filter_from_json, filter_to_json, measure_filter
from taktloom.mining.logs.canonical import CanonicalLog
from tests.mining.filters.filter_oracle import Log, apply_plainly
from tests.mining.filters.plain_cases import plain_cases
from tests.mining.filters.strategies import Vocabulary, filters
from tests.mining.given_logs import CASE_LEVEL_LOGS, given_log

MOST_CASES = 120  # of a log: the loops are slow
COLUMNS = 6


@cache
def plain_log(name: str) -> Log:
    return [case for case in plain_cases(given_log(name)) if case.code < MOST_CASES]


@cache
def beginning(name: str) -> CanonicalLog:
    """The log's first cases as a view, so that filters meet views too."""
    log = given_log(name)
    kept = log.kept_cases
    kept[MOST_CASES:] = False
    return log.keep(kept)


@cache
def vocabulary(name: str) -> Vocabulary:
    log = plain_log(name)
    events = [event for case in log for event in case.events]
    gaps = [two.at - one.at for case in log for one, two in zip(case.events, case.events[1:], strict=False)]
    return Vocabulary(
        activities=tuple(dict.fromkeys(event.activity for event in events))[:12],
        resources=tuple(dict.fromkeys(event.resource for event in events if event.resource))[:5],
        case_ids=tuple(case.case_id for case in log)[:8],
        instants=tuple(event.at for event in events[:: max(1, len(events) // 12)]),
        gaps=tuple(sorted({timedelta(0), timedelta(days=3), *gaps[:: max(1, len(gaps) // 12)]})),
        event_columns=_columns([event.attributes for event in events]),
        case_columns=_columns([case.attributes for case in log]),
    )


def _columns(rows: list[dict[str, object]]) -> dict[str, tuple[object, ...]]:
    names = list(rows[0])[:COLUMNS]
    return {name: tuple({row[name] for row in rows[::7]} - {None})[:5] for name in names}


@pytest.mark.data
@pytest.mark.parametrize("name", CASE_LEVEL_LOGS)
@settings(max_examples=max(settings().max_examples // 8, 5), suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_random_filter_leaves_what_the_definitions_say(name: str, data: st.DataObject) -> None:
    condition = data.draw(filters(vocabulary(name)))
    expected = apply_plainly(plain_log(name), condition)

    view = apply_filter(beginning(name), condition)

    found = view.coded().collect()
    assert found["position"].to_list() == [event.position for case in expected for event in case.events]
    assert [part.numbers.size for part in view.parts()] == [found.height]
    assert view.case_table()["case_id"].to_list() == [case.case_id for case in expected]
    reach = measure_filter(beginning(name), condition)[-1]
    assert (reach.cases, reach.events) == (len(expected), found.height)
    assert filter_from_json(json.loads(json.dumps(filter_to_json(condition)))) == condition
