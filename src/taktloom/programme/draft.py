# SPDX-License-Identifier: Apache-2.0
"""From a log and its potential to an executable process: tasks, forms, rules, and why each is as it is.

- Activities of at least 2 % of the cases are modelled, and as many more as hold 96 % of the events; what is rarer is
  named and left to people.
- Class *call an API* or *eliminate*: a service task whose job type is the label's slug. All else: a user task for the
  role (or group) that does the step most often, with a form of the attributes recorded there.
- A choice whose rule was accepted becomes a business rule task and conditions on its result. Any other choice, and
every repetition, is a person's: a field in the form of the user task right before it, else a small user task of its
own. So no path of the model turns in a circle without someone deciding, and each choice can be answered by a form.
- A step to eliminate stays in the draft as a service task: taking work away is for its owner to confirm.
Columns needed: `case_id`, `activity`, `role`, attributes; rows of a case together, in order of time.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from taktloom.formats.bpmn import write_bpmn
from taktloom.formats.dmn import write_dmn
from taktloom.formats.layout import layout
from taktloom.mining.conformance import check_fitness, measure_precision
from taktloom.mining.conformance.process_net import process_net
from taktloom.mining.decisions.discovering import MinedDecision, mine_decisions
from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch
from taktloom.mining.discovery.inductive import DEFAULT_NOISE, discover_process_tree
from taktloom.mining.discovery.petri_from_tree import petri_net_from_tree
from taktloom.mining.discovery.process_tree import ProcessTree
from taktloom.mining.discovery.sketch import ProcessSketch, sketch_process
from taktloom.model.conformance import ConformanceReport
from taktloom.model.decision import DecisionRequirementsGraph
from taktloom.model.identifiers import ProcessId
from taktloom.model.process import Definitions
from taktloom.programme.attributes import attribute_columns, case_fields, fields_by_activity, name_variables
from taktloom.programme.draft_elements import ChoicePoint, DraftBuilder, DraftInputs, ElementNote
from taktloom.programme.potential import ActivityPotential
from taktloom.programme.stages import Report, Stage, part_of, unheard
from taktloom.programme.wording import WORDINGS, DraftLanguage

COVERAGE = 0.96
LEAST_CASE_SHARE = 0.02
LEAST_FITNESS = 0.85
NOISE_LADDER = (DEFAULT_NOISE, 0.1, 0.05, 0.0)
DEFAULT_GROUP = "case-worker"
# What exports write for a value that is not there; receipt.csv has EMPTY.
PLACEHOLDERS = ("", "-", "?", "empty", "missing", "n/a", "na", "nan", "none", "null", "unknown")
_GROUP_WORDS = ("group", "role", "department", "section", "unit", "team")

VariantCounts = Mapping[tuple[str, ...], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRequest:
    """What to draft from. potential: of the log's activities; those without one become user tasks. report: hears the
    stages."""

    process_id: ProcessId
    name: str
    events: pl.DataFrame
    variants: VariantCounts
    potential: Sequence[ActivityPotential] = ()
    language: DraftLanguage = DraftLanguage.ENGLISH
    report: Report = unheard


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEvidence:
    """How well the draft tells the log. coverage: share of events whose activity is in the model; fitness and precision
    of the draft's model against the whole log; left_out: activities not modelled with their events."""

    events: int
    cases: int
    coverage: float
    noise: float
    conformance: ConformanceReport
    left_out: Mapping[str, int]
    decisions: tuple[MinedDecision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A model that deploys as it is. notes: why each element is as it is; choices: who answers which gateway how."""

    definitions: Definitions
    decisions: DecisionRequirementsGraph | None
    notes: tuple[ElementNote, ...]
    choices: tuple[ChoicePoint, ...]
    evidence: DraftEvidence
    variables: Mapping[str, str] = field(default_factory=dict)


def draft_automation(request: DraftRequest) -> Draft:
    """Draft an executable process; deterministic. Raises what `discover_process_tree` raises."""
    kept = common_activities(request.variants)
    tree, noise = _fitting_tree(request.variants, kept, report=request.report)
    sketch = sketch_process(tree, end_label=WORDINGS[request.language].end)
    rows = request.events.filter(pl.col("activity").is_in(sorted(kept)))
    net = process_net(bpmn_from_sketch(sketch, process_id=request.process_id))
    mined = mine_decisions(rows, net, report=lambda done, total: request.report(Stage.CHOICES, done, total))
    request.report(Stage.DRAFTING, 0, None)
    inputs = _inputs(request, rows, mined, sketch)
    builder = DraftBuilder(sketch, inputs)
    process, graph = builder.build(request.process_id, request.name)
    return Draft(
        definitions=Definitions(processes=(process,), diagram=layout(process)),
        decisions=graph,
        notes=tuple(builder.notes),
        choices=tuple(builder.choices),
        evidence=_evidence(request, tree, noise, mined),
        variables=inputs.variables,
    )


def common_activities(variants: VariantCounts) -> frozenset[str]:
    """The activities of at least 2 % of the cases, and as many more as it takes to hold 96 % of the events."""
    counted, total_cases = _count_events(variants), sum(variants.values())
    in_cases: Counter[str] = Counter()
    for variant, cases in variants.items():
        for activity in set(variant):
            in_cases[activity] += cases
    kept: set[str] = set()
    held, total = 0, sum(counted.values())
    for activity, count in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        if held < COVERAGE * total or in_cases[activity] >= LEAST_CASE_SHARE * total_cases:
            kept.add(activity)
            held += count
    return frozenset(kept)


def _count_events(variants: VariantCounts) -> Counter[str]:
    counted: Counter[str] = Counter()
    for variant, cases in variants.items():
        for activity in variant:
            counted[activity] += cases
    return counted


def _fitting_tree(
    variants: VariantCounts, kept: frozenset[str], *, report: Report = unheard
) -> tuple[ProcessTree, float]:
    """The tree of the strongest noise filter that still fits the whole log well enough."""
    projected: Counter[tuple[str, ...]] = Counter()
    for variant, cases in variants.items():
        projected[tuple(activity for activity in variant if activity in kept)] += cases
    del projected[()]  # a case of left-out activities only says nothing about the others
    for tried, noise in enumerate(NOISE_LADDER):
        with part_of(Stage.DISCOVERING, 2 * tried, 2 * len(NOISE_LADDER), report):
            tree = discover_process_tree(projected, noise=noise)
        covered = set(petri_net_from_tree(tree).labels)
        share = sum(count for name, count in _count_events(variants).items() if name in covered)
        with part_of(Stage.DISCOVERING, 2 * tried + 1, 2 * len(NOISE_LADDER), report):
            fits = check_fitness(petri_net_from_tree(tree), variants).fitness >= LEAST_FITNESS
        if fits and share >= (COVERAGE - 0.01) * sum(_count_events(variants).values()):
            break
    return tree, noise


def _inputs(
    request: DraftRequest, rows: pl.DataFrame, mined: Sequence[MinedDecision], sketch: ProcessSketch
) -> DraftInputs:
    activities = [node.label for node in sketch.nodes if node.label]
    gateways = [str(node.id) for node in sketch.nodes]
    variables = name_variables(attribute_columns(rows), taken=gateways)
    return DraftInputs(
        wording=WORDINGS[request.language],
        potential={each.activity: each for each in request.potential},
        decisions={decision.gateway: decision for decision in mined},
        variables=variables,
        case_fields=case_fields(rows, variables),
        fields=fields_by_activity(rows, variables, activities),
        groups=usual_groups(rows, activities),
    )


def usual_groups(events: pl.DataFrame, activities: Sequence[str]) -> Mapping[str, tuple[str, int, int]]:
    """Per activity: the role that does it most, how often, of how many known; `case-worker`, 0, 0 when none is known.

    The `role` column, else the first attribute whose name speaks of a group. What logs write where nobody is known
    (`EMPTY`, `unknown` …) is no group.
    """
    named = [
        name
        for name in events.columns
        if name.startswith("event.") and any(word in name.lower() for word in _GROUP_WORDS)
    ]
    source = next((name for name in ("role", *named) if name in events.columns and events[name].count()), None)
    groups: dict[str, tuple[str, int, int]] = dict.fromkeys(activities, (DEFAULT_GROUP, 0, 0))
    if source is None:
        return groups
    known = events.select("activity", pl.col(source).cast(pl.String).alias("group")).drop_nulls()
    known = known.filter(~pl.col("group").str.strip_chars().str.to_lowercase().is_in(PLACEHOLDERS))
    for activity, table in known.group_by("activity"):
        counted = table["group"].value_counts().sort(["count", "group"], descending=[True, False])
        name = str(counted["group"][0]).replace(",", " ")
        groups[str(activity[0])] = (name, int(counted["count"][0]), table.height)
    return groups


def _evidence(
    request: DraftRequest, tree: ProcessTree, noise: float, mined: tuple[MinedDecision, ...]
) -> DraftEvidence:
    net = petri_net_from_tree(tree)
    counted = _count_events(request.variants)
    left_out = {name: count for name, count in sorted(counted.items()) if name not in net.labels}
    report = check_fitness(net, request.variants)
    precise = ConformanceReport(
        method=report.method,
        fitness=report.fitness,
        precision=measure_precision(net, request.variants),
        fitting_cases=report.fitting_cases,
        cases=report.cases,
        variants=report.variants,
    )
    total = sum(counted.values())
    return DraftEvidence(
        events=total,
        cases=sum(request.variants.values()),
        coverage=1 - sum(left_out.values()) / total if total else 0.0,
        noise=noise,
        conformance=precise,
        left_out=left_out,
        decisions=mined,
    )


def draft_files(draft: Draft) -> tuple[bytes, bytes | None]:
    """The draft as BPMN and, where it has rules, DMN: what is deployed."""
    return write_bpmn(draft.definitions), None if draft.decisions is None else write_dmn(draft.decisions)
