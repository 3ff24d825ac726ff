# SPDX-License-Identifier: Apache-2.0
"""What can be wrong on the side of the outputs: values that are not allowed, priorities, aggregation, defaults."""

from collections.abc import Iterator, Sequence

from taktloom.decisions.table_check.cells import SCALARS, Cell, Reach, constant_of, read_cell
from taktloom.decisions.table_check.domains import Domain, TableScope, domain_of_output
from taktloom.decisions.table_check.results import TableFinding
from taktloom.feel.compiler import BUILT_IN_NAMES
from taktloom.feel.errors import FeelBudgetError, FeelSyntaxError
from taktloom.feel.kinds import FeelValue
from taktloom.feel.operators import equal
from taktloom.feel.parser import parse_unary_tests
from taktloom.model.decision import Aggregation, DecisionTable, HitPolicy, OutputClause
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["output_findings", "ranks"]

_RANKED = frozenset({HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER})
_LISTING = frozenset({HitPolicy.COLLECT, HitPolicy.RULE_ORDER, HitPolicy.OUTPUT_ORDER})
_MAX_OUTPUT_FINDINGS = 20


def output_findings(table: DecisionTable, known: TableScope, type_ref: str | None) -> Iterator[TableFinding]:
    """type_ref: the type of what the table decides."""
    yield from _policy_findings(table)
    is_one = len(table.outputs) == 1 and table.hit_policy not in _LISTING
    count = 0
    for number, clause in enumerate(table.outputs):
        domain = domain_of_output(clause, known, type_ref if is_one else None)
        allowed = [read_cell(text, known.scope) for text in domain.tests]
        for finding in _cells(table, number, domain, (known, allowed)):
            count += 1
            if count > _MAX_OUTPUT_FINDINGS:
                return
            yield finding


def ranks(table: DecisionTable, known: TableScope) -> list[tuple[int, ...]] | None:
    """The priority of each rule, smaller is better; None where an output is not known before it is evaluated."""
    found: list[tuple[int, ...]] = []
    orders = [_order(clause, known) for clause in table.outputs]
    if any(order is None for order in orders) or not any(orders):
        return None
    for rule in table.rules:
        rank: list[int] = []
        for text, order in zip(rule.outputs, orders, strict=False):
            if not order:
                continue
            value = constant_of(text or "null", known.scope)
            if value is None:
                return None
            rank.append(next((place for place, one in enumerate(order) if equal(value[0], one) is True), len(order)))
        found.append(tuple(rank))
    return found


def _order(clause: OutputClause, known: TableScope) -> list[FeelValue] | None:
    """The output values, best first; None where one is no constant."""
    if not clause.values:
        return []
    try:
        form = parse_unary_tests(clause.values, known.scope, BUILT_IN_NAMES)
    except FeelSyntaxError:
        return None
    values = [constant_of(clause.values[test.start : test.end], known.scope) for test in form.tests]
    return [value[0] for value in values if value is not None] if None not in values else None


def _cells(
    table: DecisionTable, number: int, domain: Domain, reading: tuple[TableScope, Sequence[Cell]]
) -> Iterator[TableFinding]:
    known, allowed = reading
    clause = table.outputs[number]
    texts = [
        (row, rule.outputs[number], rule.place) for row, rule in enumerate(table.rules, 1) if number < len(rule.outputs)
    ]
    if clause.default is not None and clause.default.text:
        texts.append((0, clause.default.text, table.place))
    for row, text, place in texts:
        value = constant_of(text, known.scope) if text.strip() else None
        if value is None or value[0] is None:
            continue
        if domain.kind is not None and isinstance(value[0], SCALARS) and not _fits(value[0], domain.kind):
            yield _wrong_type(table, row, text, (number, place))
        elif any(not _holds(test, value[0]) for test in allowed):
            yield _outside(table, row, text, (number, place))


def _fits(value: FeelValue, kind: type) -> bool:
    names = {type(value).__name__, kind.__name__}
    return type(value) is kind or names == {"FeelDate", "FeelDateTime"}  # a date converts to its midnight


def _holds(test: Cell, value: FeelValue) -> bool:
    if test.reach is Reach.OPEN:
        return True
    try:
        return test.holds(value)
    except FeelBudgetError:
        return True


def _outside(table: DecisionTable, row: int, text: str, at: tuple[int, Place]) -> TableFinding:
    number, place = at
    label = _label(table, number)
    if row == 0:
        message = f"The default output {text!r} is none of the output values of {label!r}."
    else:
        message = f"The output {text!r} of rule {row} is none of the output values of {label!r}."
    finding = Finding(
        severity=Severity.WARNING,
        rule="output-outside-values",
        message=message,
        place=place,
        remedy="Write one of the output values, or add it to them.",
        parameters={"rule": str(row), "column": label, "cell": text},
    )
    return _of(table, finding, row, number)


def _wrong_type(table: DecisionTable, row: int, text: str, at: tuple[int, Place]) -> TableFinding:
    number, place = at
    label = _label(table, number)
    if row == 0:
        message = f"The default output {text!r} is not of the type of {label!r}; the table would give null."
    else:
        message = f"The output {text!r} of rule {row} is not of the type of {label!r}; the table would give null."
    finding = Finding(
        severity=Severity.WARNING,
        rule="output-of-wrong-type",
        message=message,
        place=place,
        remedy="Write a value of the column's type.",
        parameters={"rule": str(row), "column": label, "cell": text},
    )
    return _of(table, finding, row, number)


def _of(table: DecisionTable, finding: Finding, row: int, number: int) -> TableFinding:
    column = len(table.inputs) + number + 1
    return TableFinding(finding=finding, table_id=table.id, rules=(row,) if row else (), column=column)


def _label(table: DecisionTable, number: int) -> str:
    clause = table.outputs[number]
    return clause.name or clause.label or table.output_label or f"output {number + 1}"


def _policy_findings(table: DecisionTable) -> Iterator[TableFinding]:
    policy = table.hit_policy
    if policy in _RANKED and not any(clause.values for clause in table.outputs):
        yield _about(
            table,
            "priority-without-values",
            f"The hit policy {policy.value} needs output values, which give the priorities.",
            "List the output values, best first.",
            {"policy": policy.value},
        )
    if table.aggregation is not None:
        yield from _aggregation_findings(table, table.aggregation)
    defaults = [clause for clause in table.outputs if clause.default is not None and clause.default.text]
    if defaults and len(defaults) < len(table.outputs):
        yield _about(
            table,
            "default-of-some-outputs",
            f"Only {len(defaults)} of the {len(table.outputs)} outputs have a default.",
            "Give each output a default; without one it is null when no rule matches.",
            {"some": str(len(defaults)), "count": str(len(table.outputs))},
        )


def _aggregation_findings(table: DecisionTable, aggregation: Aggregation) -> Iterator[TableFinding]:
    policy, count = table.hit_policy, len(table.outputs)
    if policy is not HitPolicy.COLLECT:
        yield _about(
            table,
            "aggregation-without-collect",
            f"The aggregation {aggregation.value} counts only with the hit policy COLLECT, not with {policy.value}.",
            "Choose COLLECT, or remove the aggregation.",
            {"aggregation": aggregation.value, "policy": policy.value},
        )
    elif count > 1:
        yield _about(
            table,
            "aggregation-of-several-outputs",
            f"The aggregation {aggregation.value} is for tables with one output; this one has {count}.",
            "Make a table of its own for each output.",
            {"aggregation": aggregation.value, "count": str(count)},
        )
    elif aggregation is Aggregation.SUM and table.outputs and table.outputs[0].type_ref == "string":
        yield _about(
            table,
            "aggregation-of-texts",
            "The aggregation SUM adds numbers, but the output is a text.",
            "Make the output a number, or choose another aggregation.",
            {},
        )


def _about(table: DecisionTable, rule: str, message: str, remedy: str, parameters: dict[str, str]) -> TableFinding:
    finding = Finding(
        severity=Severity.WARNING,
        rule=rule,
        message=message,
        place=table.place,
        remedy=remedy,
        parameters=parameters,
    )
    return TableFinding(finding=finding, table_id=table.id)
