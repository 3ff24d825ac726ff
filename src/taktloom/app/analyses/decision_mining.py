# SPDX-License-Identifier: Apache-2.0
"""Decision mining: the rule behind each exclusive gateway of a model, as FEEL conditions and as a DMN file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from taktloom.app.analyses.discovery import DiscoverParameters, MinerName, discovered_model
from taktloom.app.analyses.models import process_of
from taktloom.app.analyses.records import (
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    OutputTable,
    document,
    parameter,
    refusal,
)
from taktloom.model.identifiers import ElementId

if TYPE_CHECKING:
    from taktloom.mining.decisions import MinedDecision
    from taktloom.mining.decisions.rule_list import RouteRule
    from taktloom.model.process import ProcessDefinition

NAMED_AT_MOST = 3  # activities of a branch, or before a gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionParameters(DiscoverParameters):
    """The model, or the miner that makes one."""

    miner: MinerName = parameter("Which miner makes the model, where none is given.", default=MinerName.INDUCTIVE)
    model: str = document("BPMN file with the gateways to explain; without it a model is discovered.", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchRecord:
    """A way out of a gateway. name: the activities that come first on it. choices: how often it was taken."""

    flow: str
    name: str
    choices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRuleRecord:
    """The first rule whose *condition* (FEEL over the variables) holds decides. correct: of the *cases* it decided."""

    condition: str
    branch: str
    cases: int
    correct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionPointRecord:
    """What the data says of one gateway. verdict: `rule`, or why there is none.

    accuracy, majority: shares of choices of cases held out that the rules and the commonest branch foretell, None
    where nothing was tested. gain: their difference.
    """

    gateway: str
    after: str
    verdict: str
    choices: int
    branches: tuple[BranchRecord, ...]
    accuracy: float | None
    majority: float | None
    gain: float | None
    rules: tuple[ChoiceRuleRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMiningResult:
    """model: `given`, or the miner. variables: attribute column of the log -> its name in conditions and in DMN."""

    model: str
    points: tuple[DecisionPointRecord, ...]
    variables: Mapping[str, str]
    validation: str


def _decisions(source: AnalysisInput, parameters: DecisionParameters) -> AnalysisOutput:
    from taktloom.mining.conformance.process_net import process_net
    from taktloom.mining.decisions import mine_decisions
    from taktloom.mining.decisions.discovering import VALIDATION
    from taktloom.programme.attributes import attribute_columns, name_variables

    process, model = _process(source, parameters)
    events = source.log.events().collect()
    mined = mine_decisions(
        events, process_net(process), report=lambda done, total: source.report("mining choices", done, total)
    )
    variables = name_variables(attribute_columns(events), taken=[each.gateway for each in mined])
    names = _BranchNames(process)
    result = DecisionMiningResult(
        model=model,
        points=tuple(_point(each, names, variables) for each in mined),
        variables=variables,
        validation=VALIDATION,
    )
    return AnalysisOutput(
        data=result,
        tables=(_overview(result), _rules(result)),
        notes=(VALIDATION, "Rozinat & van der Aalst, BPM 2006."),
        files=_files(process, mined, names, variables),
    )


def _process(source: AnalysisInput, parameters: DecisionParameters) -> "tuple[ProcessDefinition, str]":
    from taktloom.app.model_files import process_id_of
    from taktloom.mining.discovery.bpmn_from_sketch import bpmn_from_sketch

    if parameters.model:
        return process_of(parameters.model, source.log.activities), "given"
    found, name = discovered_model(source, parameters), source.log.metadata.name
    if found.sketch is None:
        allowed = f"{MinerName.INDUCTIVE}, {MinerName.SPLIT}"
        raise refusal("miner", "What this miner finds cannot be drawn as BPMN.", allowed)
    return bpmn_from_sketch(found.sketch, process_id=process_id_of(name), name=name), found.settings.title


class _BranchNames:
    """What gateways and their ways out are called: by the activities behind and before them."""

    def __init__(self, process: "ProcessDefinition") -> None:
        self._nodes = {node.id: node for node in process.nodes}
        self._flows = {flow.id: flow for flow in process.flows}
        self._leaving: dict[ElementId, list[ElementId]] = {node.id: [] for node in process.nodes}
        self._arriving: dict[ElementId, list[ElementId]] = {node.id: [] for node in process.nodes}
        for flow in process.flows:
            self._leaving[flow.source].append(flow.target)
            self._arriving[flow.target].append(flow.source)

    def after(self, gateway: ElementId) -> str:
        """The activities that come last before the gateway."""
        return _joined(self._nearest(self._arriving[gateway], self._arriving))

    def branches(self, flows: Sequence[ElementId]) -> Mapping[ElementId, str]:
        """Flow -> its name in the model, else the activities that come first on it; each another one."""
        names: dict[ElementId, str] = {}
        for flow in flows:
            given = self._flows[flow].name
            base = given or _joined(self._nearest([self._flows[flow].target], self._leaving))
            tried = (base if number == 1 else f"{base} ({number})" for number in count(1))
            names[flow] = next(name for name in tried if name not in names.values())
        return names

    def _nearest(self, begun: list[ElementId], ways: Mapping[ElementId, list[ElementId]]) -> list[str]:
        found, seen, pending = dict[str, None](), set[ElementId](), list(begun)
        while pending:
            place = pending.pop(0)
            if place in seen:
                continue
            seen.add(place)
            node = self._nodes[place]
            if node.name or not ways[place]:
                found[node.name or node.id] = None
            else:
                pending.extend(ways[place])
        return list(found)


def _joined(names: list[str]) -> str:
    return " / ".join(names[:NAMED_AT_MOST]) + (" / …" if len(names) > NAMED_AT_MOST else "")


def _point(mined: "MinedDecision", names: _BranchNames, variables: Mapping[str, str]) -> DecisionPointRecord:
    branches = names.branches(mined.flows)
    listed = () if mined.rules is None else mined.rules.rules
    return DecisionPointRecord(
        gateway=mined.gateway,
        after=names.after(mined.gateway),
        verdict=mined.verdict.value,
        choices=mined.choices,
        branches=tuple(
            BranchRecord(flow=flow, name=branches[flow], choices=taken)
            for flow, taken in zip(mined.flows, mined.branch_counts, strict=True)
        ),
        accuracy=mined.accuracy,
        majority=mined.majority,
        gain=mined.gain,
        rules=tuple(
            ChoiceRuleRecord(
                condition=_condition(mined, rule, variables),
                branch=branches[mined.flows[rule.predicted]],
                cases=rule.cases,
                correct=rule.correct,
            )
            for rule in listed
        ),
    )


def _condition(mined: "MinedDecision", rule: "RouteRule", variables: Mapping[str, str]) -> str:
    from taktloom.mining.decisions.rule_list import unary_test

    tests = (f"{variables[test.feature]} in ({unary_test(test, mined.features[test.feature])})" for test in rule.tests)
    return " and ".join(tests) or "true"


def _overview(result: DecisionMiningResult) -> OutputTable:
    return OutputTable(
        title="Decisions",
        columns=("gateway", "after", "result", "choices", "accuracy", "majority", "gain", "branches"),
        words=("result",),
        rows=tuple(
            (
                each.gateway,
                each.after,
                each.verdict.replace("-", " "),
                each.choices,
                each.accuracy,
                each.majority,
                each.gain,
                "; ".join(f"{branch.name}: {branch.choices}" for branch in each.branches),
            )
            for each in result.points
        ),
    )


def _rules(result: DecisionMiningResult) -> OutputTable:
    return OutputTable(
        title="Rules",
        columns=("gateway", "condition", "branch", "cases", "correct"),
        rows=tuple(
            (point.gateway, rule.condition, rule.branch, rule.cases, rule.correct)
            for point in result.points
            for rule in point.rules
        ),
    )


def _files(
    process: "ProcessDefinition", mined: "Sequence[MinedDecision]", names: _BranchNames, variables: Mapping[str, str]
) -> dict[str, Callable[[], bytes]]:
    from taktloom.app.model_files import bpmn_bytes, dmn_bytes
    from taktloom.model.process import Definitions
    from taktloom.programme.decision_tables import RouteTable, decision_graph

    files = {"model.bpmn": lambda: bpmn_bytes(Definitions(processes=(process,)))}
    tables = [
        RouteTable(
            decision_id=f"decide_{each.gateway}",
            name=names.after(each.gateway) or each.gateway,
            mined=each,
            branches=names.branches(each.flows),
            result_variable=each.gateway,
        )
        for each in mined
        if each.rules is not None
    ]
    graph = decision_graph(process.id, process.name or process.id, tables, variables)
    if graph is not None:
        files["decisions.dmn"] = lambda: dmn_bytes(graph)
    return files


ANALYSES: tuple[Analysis[DecisionParameters], ...] = (
    Analysis(
        name="decisions",
        summary="Rules behind the choices at exclusive gateways, judged on cases held out, as FEEL and DMN.",
        example="receipt.csv --timezone Europe/Amsterdam -o decisions.dmn",
        parameters=DecisionParameters,
        run=_decisions,
    ),
)
