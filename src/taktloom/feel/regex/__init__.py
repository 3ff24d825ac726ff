# SPDX-License-Identifier: Apache-2.0
"""XPath regular expressions under a step budget: pattern text to syntax, syntax to a program, a program to matches.

Python's `re` has another syntax and no bound on time, so it is not used for patterns from models.
Source: XQuery and XPath Functions 3.1, 5.6.1; XML Schema Part 2, appendix F.
"""

from taktloom.feel.regex.matcher import MatchingBudgetSpentError, Pattern, compile_pattern
from taktloom.feel.regex.parser import PatternError

__all__ = ["MatchingBudgetSpentError", "Pattern", "PatternError", "compile_pattern"]
