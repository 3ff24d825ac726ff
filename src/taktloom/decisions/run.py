# SPDX-License-Identifier: Apache-2.0
"""One evaluation of a decision model: the FEEL run plus the trace of what was decided by which rules."""

from dataclasses import dataclass
from typing import Any

from taktloom.feel.errors import Budget, FeelWarning
from taktloom.feel.kinds import FeelDateTime, FeelValue
from taktloom.feel.runtime import DEFAULT_BUDGET, Run

__all__ = ["DecisionResult", "DecisionRun", "DecisionTrace", "RuleMatch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMatch:
    """Which rules of a table matched; 1-based, in rule order."""

    table_id: str | None
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTrace:
    """One decision that was made on the way: its value and the rules behind it."""

    decision_id: str
    name: str
    value: FeelValue
    matches: tuple[RuleMatch, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionResult:
    """The value, the reasons for nulls, and every decision made, required ones first."""

    value: FeelValue
    warnings: tuple[FeelWarning, ...] = ()
    trace: tuple[DecisionTrace, ...] = ()


class DecisionRun(Run):
    """A FEEL run that remembers decisions."""

    __slots__ = ("matches", "trace")

    def __init__(self, budget: Budget | None = None, now: FeelDateTime | None = None, zone: str | None = None) -> None:
        super().__init__(budget or DEFAULT_BUDGET, now, zone)
        self.matches: list[RuleMatch] = []
        self.trace: list[DecisionTrace] = []

    def _records(self) -> tuple[list[Any], ...]:
        return (self.warnings, self.matches, self.trace)

    def note_rules(self, table_id: str | None, indexes: list[int]) -> None:
        """Remember which rules of a table matched."""
        self.matches.append(RuleMatch(table_id=table_id, rules=tuple(index + 1 for index in indexes)))
