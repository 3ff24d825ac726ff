# SPDX-License-Identifier: Apache-2.0
"""Mined rules as DMN: one decision table (hit policy FIRST) per gateway, evidence as annotation of each rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from taktloom.mining.decisions.cart import Feature, NumberFeature
from taktloom.mining.decisions.discovering import MinedDecision
from taktloom.mining.decisions.rule_list import RouteRule, text_literal, unary_test
from taktloom.model.decision import (
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionTable,
    ElementReference,
    HitPolicy,
    InformationItem,
    InputClause,
    InputData,
    LiteralExpression,
    OutputClause,
    Rule,
)
from taktloom.model.identifiers import ElementId, ProcessId

NAMESPACE = "urn:taktloom:draft:"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """A decision to be written: which mined rules, under which id and name, with which word for each branch."""

    decision_id: str
    name: str
    mined: MinedDecision
    branches: Mapping[ElementId, str]
    result_variable: str


def decision_graph(
    process_id: ProcessId, name: str, tables: Sequence[RouteTable], variables: Mapping[str, str]
) -> DecisionRequirementsGraph | None:
    """One DMN file for a draft, None when there is no rule. variables: column -> process variable."""
    if not tables:
        return None
    used: dict[str, Feature] = {}
    for table in tables:
        used.update(table.mined.features)
    inputs = tuple(_input_data(column, used[column], variables[column]) for column in variables if column in used)
    return DecisionRequirementsGraph(
        id=f"{process_id}_decisions",
        name=name,
        namespace=NAMESPACE + process_id,
        decisions=tuple(_decision(table, variables) for table in tables),
        inputs=inputs,
    )


def _input_data(column: str, feature: Feature, variable: str) -> InputData:
    item = InformationItem(name=variable, type_ref=_type_of(feature))
    return InputData(id=_input_id(variable), name=variable, variable=item)


def _input_id(variable: str) -> str:
    return f"input_{variable}"


def _type_of(feature: Feature) -> str:
    if isinstance(feature, NumberFeature):
        return "number"
    return "boolean" if feature.is_boolean else "string"


def _decision(table: RouteTable, variables: Mapping[str, str]) -> DecisionDefinition:
    assert table.mined.rules is not None
    columns = table.mined.rules.features
    clauses = tuple(
        InputClause(
            id=f"{table.decision_id}_in{index}",
            label=column.partition(".")[2],
            expression=LiteralExpression(text=variables[column], type_ref=_type_of(table.mined.features[column])),
        )
        for index, column in enumerate(columns, start=1)
    )
    rules = tuple(_rule(rule, number, table, columns) for number, rule in enumerate(table.mined.rules.rules, start=1))
    return DecisionDefinition(
        id=table.decision_id,
        name=table.name,
        variable=InformationItem(name=table.result_variable, type_ref="string"),
        required_inputs=tuple(ElementReference(id=_input_id(variables[column])) for column in columns),
        expression=DecisionTable(
            id=f"{table.decision_id}_table",
            hit_policy=HitPolicy.FIRST,
            inputs=clauses,
            outputs=(OutputClause(id=f"{table.decision_id}_out", type_ref="string", label=table.name),),
            annotation_names=("evidence",),
            rules=rules,
        ),
    )


def _rule(rule: RouteRule, number: int, table: RouteTable, columns: Sequence[str]) -> Rule:
    tests = {test.feature: test for test in rule.tests}
    branch = table.branches[table.mined.flows[rule.predicted]]
    return Rule(
        id=f"{table.decision_id}_rule{number}",
        inputs=tuple(unary_test(tests.get(column), table.mined.features[column]) for column in columns),
        outputs=(text_literal(branch),),
        annotations=(f"{rule.correct}/{rule.cases}",),
    )
