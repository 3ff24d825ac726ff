# SPDX-License-Identifier: Apache-2.0
"""Decision tables to closures (DMN 1.5, chapter 8).

Input expressions are evaluated once each; an index tells which rules may match (see `table_index.py`), and the cells it
does not know are tried in rule order, until one does not hold. FIRST stops at the first rule that matches. Cells with
the same text share one closure.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from taktloom.decisions.cell_intervals import SimpleCell
from taktloom.decisions.hit_policy import HIT_POLICIES, LISTING_POLICIES, Hit, aggregate
from taktloom.decisions.level import Level
from taktloom.decisions.run import DecisionRun
from taktloom.decisions.table_index import bits_of, list_of, make_index
from taktloom.feel.closures import Test
from taktloom.feel.code import Evaluate
from taktloom.feel.errors import FeelSyntaxError, WarningKind
from taktloom.feel.kinds import FeelValue
from taktloom.feel.operators import equal
from taktloom.feel.parser import parse_unary_tests
from taktloom.feel.runtime import Frame
from taktloom.model.decision import DecisionTable, HitPolicy, OutputClause
from taktloom.model.findings import Finding, Severity

__all__ = ["compile_table"]

_RANKED = frozenset({HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER})


@dataclass(frozen=True, slots=True)
class _Row:
    tests: tuple[Test, ...]
    answer: Evaluate


def compile_table(table: DecisionTable, level: Level, result_type: str | None = None) -> Evaluate:
    """The closure of a table. result_type: the decision's type, for an output that names none itself."""
    _check_shape(table, level)
    inputs = tuple(_input(clause.expression.text, clause.expression.type_ref, table, level) for clause in table.inputs)
    guards = tuple(_guard(clause.values, table, level) for clause in table.inputs)
    outputs = _Outputs(table, level, result_type)
    rows = _rows(table, level, outputs)
    index = make_index(_columns(table, level), len(rows))
    choose = _chooser(table, outputs)
    only_first = table.hit_policy is HitPolicy.FIRST
    answers = [row.answer for row in rows]
    takes_single = table.hit_policy not in LISTING_POLICIES
    table_id, count = table.id, len(rows)
    has_guards = any(guard is not None for guard in guards)

    def evaluate(frame: Frame) -> FeelValue:
        run = frame.run
        run.step(count)
        values = [read(frame) for read in inputs]
        if has_guards and not _allowed(frame, values, guards):
            return None
        candidates, pending = index.candidates(values)
        if pending:
            found = _matching(rows, values, frame, candidates, pending)
            matching = list(islice(found, 1)) if only_first else list(found)
        else:
            matching = list_of(candidates & -candidates if only_first else candidates)
        if isinstance(run, DecisionRun):
            run.note_rules(table_id, matching)
        if len(matching) == 1 and takes_single:
            return answers[matching[0]](frame)
        return choose(frame, [Hit(index, answers[index](frame)) for index in matching])

    return evaluate


def _check_shape(table: DecisionTable, level: Level) -> None:
    for number, rule in enumerate(table.rules, 1):
        if len(rule.inputs) != len(table.inputs) or len(rule.outputs) != len(table.outputs):
            level.findings.append(
                Finding(
                    severity=Severity.ERROR,
                    rule="rule-with-wrong-number-of-cells",
                    message=f"Rule {number} has not one cell for each column.",
                    place=rule.place,
                    remedy="Give each rule one entry for each input and output.",
                    parameters={"rule": str(number)},
                )
            )


def _input(text: str, type_ref: str | None, table: DecisionTable, level: Level) -> Evaluate:
    read = level.expression(text, table.place) if text else _null
    if level.requires(text, type_ref):
        return read
    return level.typed(read, type_ref, f"The input {text!r}")


def _guard(values: str | None, table: DecisionTable, level: Level) -> Test | None:
    return level.tests(values, table.place) if values else None


def _allowed(frame: Frame, values: Sequence[FeelValue], guards: Sequence[Test | None]) -> bool:
    for value, guard in zip(values, guards, strict=True):
        if guard is not None and value is not None and guard(frame, value) is False:
            frame.run.warn(WarningKind.DECISION, "An input is none of the allowed values.")
            return False
    return True


def _rows(table: DecisionTable, level: Level, outputs: "_Outputs") -> tuple[_Row, ...]:
    return tuple(
        _Row(
            tuple(level.tests(cell, rule.place) for cell in rule.inputs[: len(table.inputs)]),
            outputs.answer([level.expression(cell, rule.place) if cell else _null for cell in rule.outputs]),
        )
        for rule in table.rules
    )


def _columns(table: DecisionTable, level: Level) -> list[list[SimpleCell | None]]:
    """The cells by column; a rule that lacks one does not ask for anything there."""
    return [
        [
            level.simple_cell(rule.inputs[number]) if number < len(rule.inputs) else SimpleCell(intervals=())
            for rule in table.rules
        ]
        for number in range(len(table.inputs))
    ]


def _matching(
    rows: Sequence[_Row],
    values: Sequence[FeelValue],
    frame: Frame,
    candidates: int,
    pending: Sequence[tuple[int, int]],
) -> Iterator[int]:
    """The candidates whose cells that the index does not know hold, each found when it is asked for."""
    for index in bits_of(candidates):
        tests = rows[index].tests
        for column, rules in pending:
            if rules >> index & 1 and column < len(tests) and tests[column](frame, values[column]) is not True:
                break
        else:
            yield index


def _null(frame: Frame) -> FeelValue:
    return None


class _Outputs:
    """The output clauses: how a rule's cells become one answer, its rank, and what stands in when no rule matches."""

    def __init__(self, table: DecisionTable, level: Level, result_type: str | None) -> None:
        self.clauses = table.outputs
        self.level = level
        self.table = table
        self.types = [clause.type_ref for clause in table.outputs]
        if len(self.types) == 1 and self.types[0] is None and table.hit_policy not in LISTING_POLICIES:
            self.types[0] = result_type
        self.ranks = [self._values_in_order(clause) for clause in table.outputs]
        has_default = any(clause.default is not None and clause.default.text for clause in table.outputs)
        self.default = self.answer([self._default(clause) for clause in table.outputs]) if has_default else None

    def answer(self, cells: Sequence[Evaluate]) -> Evaluate:
        typed = [self.level.typed(cell, kind, "The output") for cell, kind in zip(cells, self.types, strict=False)]
        if len(typed) == 1:
            return typed[0]
        names = [clause.name or "" for clause in self.clauses]
        return lambda frame: {name: cell(frame) for name, cell in zip(names, typed, strict=False)}

    def rank(self, frame: Frame, answer: FeelValue) -> tuple[int, ...]:
        parts = [answer] if len(self.clauses) == 1 else _parts(answer, self.clauses)
        return tuple(
            _position(part, [value(frame) for value in values])
            for part, values in zip(parts, self.ranks, strict=True)
            if values
        )

    def _default(self, clause: OutputClause) -> Evaluate:
        if clause.default is None or not clause.default.text:
            return _null
        return self.level.expression(clause.default.text, clause.default.place)

    def _values_in_order(self, clause: OutputClause) -> list[Evaluate]:
        if not clause.values or self.table.hit_policy not in _RANKED:
            return []
        level = self.level
        level.tests(clause.values, self.table.place)  # reports what is broken
        try:
            form = parse_unary_tests(clause.values, level.scope)
        except FeelSyntaxError:
            return []
        return [level.expression(clause.values[test.start : test.end], self.table.place) for test in form.tests]


def _parts(answer: FeelValue, clauses: Sequence[OutputClause]) -> list[FeelValue]:
    return [answer.get(clause.name or "") if isinstance(answer, dict) else None for clause in clauses]


def _position(value: FeelValue, values: Sequence[FeelValue]) -> int:
    for index, candidate in enumerate(values):
        if equal(value, candidate) is True:
            return index
    return len(values)


def _chooser(table: DecisionTable, outputs: _Outputs) -> Callable[[Frame, list[Hit]], FeelValue]:
    policy = HIT_POLICIES[table.hit_policy]
    aggregation = table.aggregation if table.hit_policy is HitPolicy.COLLECT else None

    def choose(frame: Frame, hits: list[Hit]) -> FeelValue:
        if aggregation is not None and (hits or outputs.default is None):
            return aggregate(frame.run, aggregation, [hit.answer for hit in hits])
        if not hits:
            return _without_hits(frame)
        if table.hit_policy in _RANKED:
            hits = [Hit(hit.rule, hit.answer, outputs.rank(frame, hit.answer)) for hit in hits]
        return policy(frame.run, hits)

    def _without_hits(frame: Frame) -> FeelValue:
        if outputs.default is not None:
            return outputs.default(frame)
        frame.run.warn(WarningKind.DECISION, "No rule of the decision table matches.")
        return None

    return choose
