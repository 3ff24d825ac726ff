# SPDX-License-Identifier: Apache-2.0
"""One evaluation of a decision model: the FEEL run plus the trace of what was decided by which rules.

The records are named tuples: one of each is made at every evaluation, and a frozen dataclass costs three times that.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, cast

from taktloom.feel.errors import Budget, FeelWarning
from taktloom.feel.kinds import FeelDateTime, FeelValue
from taktloom.feel.runtime import DEFAULT_BUDGET, Run

__all__ = ["DecisionResult", "DecisionRun", "DecisionTrace", "RuleMatch"]

_NOTHING: Mapping[str, FeelValue] = MappingProxyType({})


class RuleMatch(NamedTuple):
    """Which rules of a table matched; 1-based, in rule order."""

    table_id: str | None
    rules: tuple[int, ...]


class DecisionTrace(NamedTuple):
    """One decision that was made on the way: its value, the rules behind it, and what it was made from.

    inputs: what its logic saw by name, functions included.
    """

    decision_id: str
    name: str
    value: FeelValue
    matches: tuple[RuleMatch, ...] = ()
    inputs: Mapping[str, FeelValue] = _NOTHING


class DecisionResult(NamedTuple):
    """The value, the reasons for nulls, every decision made, required ones first, and the steps that it took."""

    value: FeelValue
    warnings: tuple[FeelWarning, ...] = ()
    trace: tuple[DecisionTrace, ...] = ()
    steps: int = 0


class DecisionRun(Run):
    """A FEEL run that remembers decisions."""

    def __init__(self, budget: Budget | None = None, now: FeelDateTime | None = None, zone: str | None = None) -> None:
        Run.__init__(self, budget or DEFAULT_BUDGET, now, zone)
        self.matches: list[RuleMatch] = []
        self.trace: list[DecisionTrace] = []

    def _records(self) -> tuple[list[object], ...]:
        return (*super()._records(), cast("list[object]", self.matches), cast("list[object]", self.trace))

    def note_rules(self, table_id: str | None, indexes: list[int]) -> None:
        """Remember which rules of a table matched."""
        self.matches.append(RuleMatch(table_id, tuple([index + 1 for index in indexes])))
