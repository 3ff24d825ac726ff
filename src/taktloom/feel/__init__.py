# SPDX-License-Identifier: Apache-2.0
"""FEEL (DMN 1.5): values, lexer, parser, built-ins and compiler of the one expression language.

`evaluate("if Amount > 1000 then \\"check\\" else \\"pay\\"", {"Amount": Decimal(1200)})` gives a `Result`; for many
evaluations of one text, `compile_expression` once and call `.evaluate` of what it returns.
"""

from taktloom.feel.compiler import (
    CompiledExpression,
    CompiledUnaryTests,
    Result,
    compile_expression,
    compile_unary_tests,
    evaluate,
)
from taktloom.feel.errors import Budget, FeelBudgetError, FeelSyntaxError, FeelWarning, WarningKind
from taktloom.feel.scope import Scope
from taktloom.feel.values import FeelValue, feel_text, from_json, from_python, to_json, to_python

__all__ = [
    "Budget",
    "CompiledExpression",
    "CompiledUnaryTests",
    "FeelBudgetError",
    "FeelSyntaxError",
    "FeelValue",
    "FeelWarning",
    "Result",
    "Scope",
    "WarningKind",
    "compile_expression",
    "compile_unary_tests",
    "evaluate",
    "feel_text",
    "from_json",
    "from_python",
    "to_json",
    "to_python",
]
