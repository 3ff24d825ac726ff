# SPDX-License-Identifier: Apache-2.0
"""Conformance of recorded cases with an executable model, data and timers included.

Fitness of a case is one minus its deviations divided by what they would be at worst: every event impossible, and the
shortest run of the model missing. Cases that must come out alike (same activities, same values that the model reads,
and, where there are timers, the same times) are explained once.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial

from taktloom.hosts.replayer.cases import ReplayCase, ReplayLimits
from taktloom.hosts.replayer.observable import observable_process
from taktloom.hosts.replayer.position import Decide
from taktloom.hosts.replayer.search import CaseSearch, Explanation
from taktloom.model.conformance import ConformanceReport, Deviation, DeviationCount, VariantConformance
from taktloom.model.process import ProcessDefinition

REPLAY_METHOD = "replay by the kernel, fewest deviations with data and timers (after Mannhardt et al. 2016)"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
Told = tuple[tuple[str, ...], Explanation]


def replay_cases(
    definition: ProcessDefinition,
    cases: Iterable[ReplayCase],
    *,
    limits: ReplayLimits | None = None,
    decide: Decide | None = None,
    report: Callable[[int], None] = lambda done: None,
) -> ConformanceReport:
    """Explain every case by *definition*. decide: evaluates a decision by its id; None: what decisions give is unknown,
    and gateways that ask for it may choose. report: hears how many cases are done, and may raise to end it.

    Raises DefinitionError when the process does not run.
    """
    listed = list(cases)
    recorded = frozenset(activity for case in listed for activity in case.activities)
    model = observable_process(definition, recorded)
    search = CaseSearch(model, limits or ReplayLimits(), recorded, decide)
    empty = ReplayCase(case_id="", begun_at=_NEVER, events=())
    shortest = len(search.explain(empty, still=lambda: report(0)).deviations)
    known: dict[object, Explanation] = {}
    counted: Counter[Told] = Counter()
    for number, case in enumerate(listed):
        key = _key(case, time_matters=model.time_matters)
        if key not in known:
            known[key] = search.explain(case, still=partial(report, number))
        counted[case.activities, known[key]] += 1
        report(number + 1)
    return _report(counted, shortest)


def _key(case: ReplayCase, *, time_matters: bool) -> object:
    """Equal for cases that the model cannot tell apart."""
    times = tuple(event.occurred_at - case.begun_at for event in case.events) if time_matters else ()
    values = tuple(repr(sorted(each.items())) for each in (case.variables, *(one.variables for one in case.events)))
    return case.activities, values, (case.begun_at, times) if time_matters else ()


def _report(counted: Counter[Told], shortest: int) -> ConformanceReport:
    total = sum(counted.values())
    deviations: Counter[Deviation] = Counter()
    variants = []
    lost = worst = fitting = 0
    for (activities, explanation), cases in counted.items():
        most = max(1, len(activities) + shortest)
        cost = min(len(explanation.deviations), most)
        for each in set(explanation.deviations):
            deviations[each] += cases
        lost, worst, fitting = lost + cost * cases, worst + most * cases, fitting + (cases if not cost else 0)
        variants.append(
            VariantConformance(
                activities=activities,
                cases=cases,
                fitness=1 - cost / most,
                deviations=tuple(deviation_text(each) for each in explanation.deviations),
                is_exact=explanation.is_exact,
            )
        )
    ranked = sorted(deviations.items(), key=lambda each: (-each[1], each[0].kind, each[0].what))
    return ConformanceReport(
        method=REPLAY_METHOD,
        fitness=1 - lost / worst if worst else 1.0,
        precision=None,
        fitting_cases=fitting,
        cases=total,
        variants=tuple(sorted(variants, key=lambda each: (-each.cases, each.activities))),
        deviations=tuple(DeviationCount(deviation=each, cases=cases) for each, cases in ranked),
    )


def deviation_text(deviation: Deviation) -> str:
    """Kind, activity or flow, element."""
    place = f" ({deviation.element_id})" if deviation.element_id else ""
    return f"{deviation.kind}: {deviation.what}{place}"
