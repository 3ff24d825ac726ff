# SPDX-License-Identifier: Apache-2.0
"""A table that is being checked: its columns, the work that is left, and a probe that confirms each example.

An example is believed only when the table itself, compiled and evaluated as in a decision, matches (or does not match)
the rules it is an example for.
"""

from collections.abc import Sequence
from dataclasses import replace

from taktloom.decisions.item_types import TypeTable
from taktloom.decisions.level import Level
from taktloom.decisions.run import DecisionRun
from taktloom.decisions.table import compile_table
from taktloom.decisions.table_check.cells import Reach
from taktloom.decisions.table_check.columns import Column, make_column
from taktloom.decisions.table_check.domains import TableScope, domain_of_input
from taktloom.decisions.table_check.results import ExampleValue
from taktloom.decisions.table_check.search import Work
from taktloom.feel.kinds import FeelValue, feel_text
from taktloom.feel.runtime import Frame
from taktloom.model.decision import DecisionTable, HitPolicy, InputClause, LiteralExpression, OutputClause, Rule

__all__ = ["Examined"]


class Examined:
    """The parts that all checks of one table use."""

    def __init__(self, table: DecisionTable, known: TableScope, looks: int) -> None:
        self.table, self.known = table, known
        self.work = Work(looks)
        self.columns = [
            make_column([_cell(rule, number) for rule in table.rules], domain_of_input(clause, known), known.scope)
            for number, clause in enumerate(table.inputs)
        ]
        self.open = 0
        exact = (1 << len(table.rules)) - 1
        for column in self.columns:
            self.open |= column.open
            exact &= column.exact
        self.exact = exact
        self._names = [f"column {number}" for number in range(len(table.inputs))]
        self._probe = compile_table(self._probed(), _level(self._names))

    def matching(self, values: Sequence[FeelValue]) -> set[int]:
        """Indexes of the rules that match *values*, by the table itself; open cells match."""
        run = DecisionRun()
        self._probe(Frame(dict(zip(self._names, values, strict=True)), None, run))
        return {number - 1 for number in run.matches[-1].rules}

    def example(self, values: Sequence[FeelValue]) -> tuple[ExampleValue, ...]:
        """*values* with the columns they are for."""
        return tuple(
            ExampleValue(expression=clause.expression.text, value=value, is_free=column.is_free)
            for clause, value, column in zip(self.table.inputs, values, self.columns, strict=True)
        )

    def text(self, values: Sequence[FeelValue], columns: int | None = None) -> str:
        """`Age = 17, Member = false`, of the first *columns*."""
        shown = list(zip(self.table.inputs, values, self.columns, strict=True))[:columns]
        parts = [f"{self.label(clause)} = {feel_text(value)}" for clause, value, column in shown if not column.is_free]
        return ", ".join(parts) or "any input"

    def label(self, clause: InputClause) -> str:
        """What a column is called."""
        return clause.label or clause.expression.text

    def _probed(self) -> DecisionTable:
        """The table over plain values, collecting every rule that matches."""
        inputs = tuple(InputClause(expression=LiteralExpression(text=name)) for name in self._names)
        rules = tuple(
            replace(rule, inputs=tuple(self._probed_cell(column, index) for column in self.columns), outputs=("true",))
            for index, rule in enumerate(self.table.rules)
        )
        return DecisionTable(inputs=inputs, outputs=(OutputClause(),), rules=rules, hit_policy=HitPolicy.COLLECT)

    def _probed_cell(self, column: Column, index: int) -> str:
        cell = column.cells[index]
        return "-" if cell.reach is Reach.OPEN else cell.text


def _cell(rule: Rule, number: int) -> str:
    return rule.inputs[number] if number < len(rule.inputs) else "-"


def _level(names: Sequence[str]) -> Level:
    return Level.outermost(dict.fromkeys(names), TypeTable((), {}), [], {})
