# SPDX-License-Identifier: Apache-2.0
"""Random rules on every given log give the verdicts of the definitions read aloud in loops."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taktloom.calendars.definition import calendar_from
from taktloom.mining.rules import BusinessRule, RuleKind, RuleSet, TimeLimit, TimeUnit, check_rules
from taktloom.mining.rules.business_rules import COUNTED, PAIRED, TIMED
from taktloom.mining.rules.checking import VERDICTS
from tests.mining.given_logs import CASE_LEVEL_LOGS, given_log, given_path
from tests.mining.log_oracle import read_plain_log
from tests.mining.rules.rule_oracle import verdict_of

WEEK = {day: ["08:30-12:00", "13:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
OFFICE = calendar_from({"zone": "Europe/Amsterdam", "week": WEEK, "holidays": ["NL"]})
READABLE = tuple(name for name in CASE_LEVEL_LOGS if name not in ("Production.csv", "PurchasingExample.csv.gz"))
KINDS = tuple(kind for kind in RuleKind if kind is not RuleKind.CASE_MEETS)
MOST_CASES = 150


def rules(activities: list[str]) -> st.SearchStrategy[BusinessRule]:
    some = st.lists(st.sampled_from(activities), min_size=1, max_size=2, unique=True).map(tuple)
    limit = st.builds(
        TimeLimit, amount=st.sampled_from((1, 2, 5, 40)), unit=st.sampled_from(TimeUnit)
    )  # the logs' times differ by seconds to months

    def build(kind: RuleKind) -> st.SearchStrategy[BusinessRule]:
        second = some if kind in PAIRED else st.just(())
        within = st.none() | limit if kind in TIMED else st.none()
        times = st.integers(1, 3) if kind in COUNTED else st.just(1)
        pair = st.tuples(some, second).map(
            lambda two: two if kind in TIMED else (two[0], tuple(each for each in two[1] if each not in two[0]))
        )
        usable = pair.filter(lambda two: kind not in PAIRED or bool(two[1]))
        return st.builds(
            lambda two, within, times: BusinessRule(kind=kind, first=two[0], second=two[1], within=within, times=times),
            usable,
            within,
            times,
        )

    return st.sampled_from(KINDS).flatmap(build)


@pytest.mark.data
@pytest.mark.parametrize("name", READABLE)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_case_has_the_verdict_of_the_plain_loops(name: str, data: st.DataObject) -> None:
    log, plain = given_log(name), read_plain_log(given_path(name))
    rule = data.draw(rules(log.activities))
    ending = data.draw(st.none() | st.sampled_from(log.activities).map(lambda one: (one,)))
    until = max(step.occurred_at for steps in plain.cases.values() for step in steps)

    found = check_rules(log, RuleSet(rules=(rule,), calendar=OFFICE), ending=ending).results[0]

    told = dict(zip(log.cases, (VERDICTS[each].value for each in found.verdicts.tolist()), strict=True))
    at = {violation.case_id: violation for violation in found.violations}
    for case, steps in list(plain.cases.items())[:MOST_CASES]:
        is_open = ending is not None and steps[-1].activity not in ending
        verdict, place = verdict_of(steps, rule, is_open=is_open, until=until, calendar=OFFICE)
        assert (case, told[case]) == (case, verdict)
        if place is not None and case in at:
            assert (at[case].activity, at[case].resource) == (steps[place].activity, steps[place].resource)
