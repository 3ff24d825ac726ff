# SPDX-License-Identifier: Apache-2.0
"""Rules read from a tree: the first that fits decides; the last fits everything. They become a FIRST decision table.

The list is read from the tree left to right; because a split's right side takes what its left did not, conditions are
positive only, which FEEL's unary tests answer with false (never an error) for a value that is null.
Source: DMN 1.5, clause 8.2.10 (hit policy First), 10.3.2.7 (unary tests); Breiman et al. 1984.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from taktloom.mining.decisions.cart import Below, CategoryFeature, Codes, Feature, Leaf, OneOf, Test, Tree, passes

ANYTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRule:
    """All of *tests* hold -> class *predicted*. cases: training rows that this rule decided; correct: of them right."""

    tests: tuple[Test, ...]
    predicted: int
    cases: int
    correct: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleList:
    """Rules in order; the last has no test."""

    rules: tuple[RouteRule, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that some rule tests, in order of first use."""
        return tuple(dict.fromkeys(test.feature for rule in self.rules for test in rule.tests))


def rules_of(tree: Tree) -> RuleList:
    """The rule list that predicts what *tree* predicts."""
    return RuleList(rules=tuple(_rules(tree, ())))


def _rules(tree: Tree, tests: tuple[Test, ...]) -> list[RouteRule]:
    if isinstance(tree, Leaf):
        correct = tree.counts[tree.predicted]
        return [RouteRule(tests=_joined(tests), predicted=tree.predicted, cases=sum(tree.counts), correct=correct)]
    return [*_rules(tree.yes, (*tests, tree.test)), *_rules(tree.no, tests)]


def _joined(tests: tuple[Test, ...]) -> tuple[Test, ...]:
    """One test per feature: the lowest threshold, the intersection of categories."""
    joined: dict[str, Test] = {}
    for test in tests:
        before = joined.get(test.feature)
        if isinstance(before, Below) and isinstance(test, Below):
            joined[test.feature] = min(before, test, key=lambda each: each.threshold)
        elif isinstance(before, OneOf) and isinstance(test, OneOf):
            joined[test.feature] = OneOf(feature=test.feature, categories=before.categories & test.categories)
        else:
            joined[test.feature] = test
    return tuple(joined.values())


def predict(rules: RuleList, features: Mapping[str, Feature], rows: Codes) -> Codes:
    """The class that the rules give each of *rows*."""
    predicted = np.full(rows.size, -1, dtype=np.int64)
    for rule in rules.rules:
        fits: NDArray[np.bool_] = predicted < 0
        for test in rule.tests:
            fits = fits & passes(test, features, rows)
        predicted[fits] = rule.predicted
    return predicted


def unary_test(test: Test | None, feature: Feature) -> str:
    """The FEEL unary test of *test*; `-` for none."""
    if test is None:
        return ANYTHING
    if isinstance(test, Below):
        return f"< {number_literal(test.threshold)}"
    assert isinstance(feature, CategoryFeature)
    names = [feature.categories[code] for code in sorted(test.categories)]
    return ", ".join(names if feature.is_boolean else [text_literal(name) for name in names])


def number_literal(value: float) -> str:
    """Shortest decimal digits without exponent."""
    return np.format_float_positional(value, trim="-")


def text_literal(value: str) -> str:
    """A FEEL string literal."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
