# SPDX-License-Identifier: Apache-2.0
"""What FEEL tells apart from a value: syntax errors (when compiling), warnings (collected), spent budgets (raised).

Evaluation itself never raises for what an expression does: it gives null and a `FeelWarning`. Only a spent budget stops
it, because going on could take forever; budgets are counted, never timed, so that a replay stops at the same place.
"""

from dataclasses import dataclass
from enum import StrEnum

from taktloom.model.errors import DefinitionError, LimitExceededError
from taktloom.model.places import Place

__all__ = ["Budget", "FeelBudgetError", "FeelSyntaxError", "FeelWarning", "WarningKind"]


class WarningKind(StrEnum):
    """Why an expression gave null; the key for translations."""

    UNKNOWN_NAME = "unknown-name"
    TYPE_MISMATCH = "type-mismatch"
    OUT_OF_DOMAIN = "out-of-domain"
    NOT_A_FUNCTION = "not-a-function"
    WRONG_ARGUMENTS = "wrong-arguments"
    NO_SUCH_ENTRY = "no-such-entry"
    NO_SUCH_ITEM = "no-such-item"
    NO_CLOCK = "no-clock"
    DECISION = "decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeelWarning:
    """One reason why a value became null; *position* is the offset in the text, None where there is none."""

    kind: WarningKind
    message: str
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one evaluation may use.

    steps: function calls and iterations. depth: nested evaluation levels; a call of a function takes five to fifty.
    items: length of a list or context made. characters: length of a string made. matching: steps of one regex match.
    """

    steps: int = 1_000_000
    depth: int = 30_000
    items: int = 100_000
    characters: int = 1_000_000
    matching: int = 200_000


class FeelBudgetError(LimitExceededError):
    """The evaluation used up one of its budgets, named in `budget`."""

    code = "TL-2313"

    def __init__(self, budget: str, limit: int) -> None:
        super().__init__(
            f"The expression used up its budget of {limit} {budget}.",
            remedy="Make it iterate over less, or raise the budget.",
            parameters={"budget": budget, "limit": str(limit)},
        )
        self.args = (budget, limit)
        self.budget, self.limit = budget, limit


class FeelSyntaxError(DefinitionError):
    """The text is not FEEL; `position` is the 0-based offset, `line` and `column` are 1-based."""

    code = "TL-1301"

    def __init__(self, message: str, text: str, position: int) -> None:
        line = text.count("\n", 0, position) + 1
        column = position - (text.rfind("\n", 0, position) + 1) + 1
        super().__init__(
            f"{message} (line {line}, column {column} of the expression).",
            Place(),
            "Mend the expression there.",
            {"message": message, "line": str(line), "column": str(column), "position": str(position)},
        )
        self.args = (message, text, position)
        self.position, self.line, self.column = position, line, column
