# SPDX-License-Identifier: Apache-2.0
"""Any input gives a value or a typed error within its budget, of memory too: what grows, repeats or never ends."""

import tracemalloc

import pytest

from taktloom.feel import FeelBudgetError, evaluate
from taktloom.feel.errors import Budget

BUDGET = Budget(steps=30_000, items=5_000, characters=50_000, matching=5_000)
LONG = "x" * 40_000
LISTED = list(range(4_000))
GROW = "{{f: function(x, n) if n = 0 then x else f({more}, n - 1), r: {use}}}.r"
ENDLESS = [
    ("steps", 'for i in 1..5000 return long + "a"'),
    ("steps", "for i in 1..5000 return upper case(long)"),
    ("steps", "for i in 1..5000 return substring(long, 2)"),
    ("steps", 'for i in 1..5000 return contains(long, "y")'),
    ("steps", 'for i in 1..5000 return string join([long, "a"])'),
    ("steps", "for i in 1..5000 return number(long)"),
    ("characters", "string(for i in 1..5000 return long)"),
    ("characters", "for i in 1..5000 return long"),
    ("characters", "[string join(for i in 1..5000 return long)]"),
    ("matching", 'replace(long, "x", "yyyyy")'),
    ("matching", 'split(long, "x")'),
    ("matching", 'matches(long, "(x+x+)+y")'),
    ("characters", 'replace(substring(long, 1, 1000), "x", substring(long, 1, 1000))'),
    ("steps", 'for i in 1..5000 return matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "^(a|a|a)*$")'),
    ("steps", "for i in 1..5000 return partial"),
    ("steps", "for i in 1..5000 return for j in 1..5000 return j"),
    ("items", "for a in listed, b in listed return a"),
    ("items", "concatenate(listed, listed)"),
    ("items", "append(listed, 1)[1] + count(concatenate(listed, listed))"),
    ("items", "flatten([listed, listed])"),
    ("steps", "for i in 1..5000 return sublist(listed, 2)"),
    ("steps", "for i in 1..5000 return reverse(listed)"),
    ("steps", "for i in 1..5000 return all(listed)"),
    ("steps", "for i in 1..5000 return listed instance of list<number>"),
    ("steps", "for i in 1..5000 return min(listed)"),
    ("steps", "for i in 1..5000 return 9 in listed"),
    ("steps", "for i in 1..5000 return listed[item > 5]"),
    ("steps", "for i in 1..5000 return listed.a"),
    ("steps", "for i in 1..5000 return listed = reverse(listed)"),
    ("steps", "{f: function(a: list<number>) count(a), r: for i in 1..5000 return f(listed)}.r"),
    ("steps", "distinct values(listed)"),
    ("steps", "duplicate values(listed)"),
    ("steps", "sort(listed, function(a, b) modulo(a * 7919, 4001) < modulo(b * 7919, 4001))"),
    ("steps", 'for i in 1..5000 return range("[1..3]")'),
    ("items", "for i in 1..1000000000 return i"),
    ("steps", "some i in 1..1000000000 satisfies false"),
    ("items", 'for d in @"-999999999-01-01"..@"999999999-12-31" return d'),
    ("depth", "{f: function(n) f(n + 1), r: f(1)}.r"),
    ("depth", "{f: function(g, n) g(g, n + 1), r: f(f, 1)}.r"),
    ("steps", "{f: function(n) if n = 0 then 0 else f(n - 1) + f(n - 1), r: f(60)}.r"),
    ("items", GROW.format(more="concatenate(x, x)", use="f([1], 60)")),
    ("characters", GROW.format(more="x + x", use='f("a", 60)')),
    ("items", GROW.format(more="[x, x]", use="f(1, 60)")),
    ("steps", GROW.format(more="[x, x]", use="string(f(1, 60))")),
    ("steps", GROW.format(more="[x, x]", use="count(flatten(f(1, 60)))")),
    ("items", GROW.format(more="{a: x, b: x}", use="f(1, 60)")),
]
ANSWERED = [
    ("10 ** 999999", None),
    ("2 ** 1E6000", None),
    ('@"P999999999Y" * 1E6000', None),
    ("date(1E6000, 1, 1)", None),
    ("time(1E6000, 0, 0)", None),
    ("time(0, 0, 1E6000)", None),
    ("listed[1E6000]", None),
    ("sublist(listed, 1E6000)", None),
    ('substring("abc", -1E6000)', ""),
    ('substring("abc", 1, 1E6000)', "abc"),
    ("modulo(1E6140, 3) = 1", True),
    ("decimal(1E6140, 6177)", None),
    ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")', False),
    (GROW.format(more="[x, x]", use="f(1, 60) = f(1, 60)"), True),
    (GROW.format(more="{a: x, b: x}", use="f(1, 60) instance of context<a: context<a: context>>"), True),
    ("count(for i in 1..4000 return listed)", 4000),
]


@pytest.mark.parametrize(("budget", "expression"), ENDLESS)
def test_what_takes_too_much_ends_with_the_name_of_its_budget(budget: str, expression: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(FeelBudgetError) as caught:
            evaluate(expression, {"long": LONG, "listed": LISTED}, budget=BUDGET)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert caught.value.budget == budget
    assert peak < 60_000_000


@pytest.mark.parametrize(("expression", "expected"), ANSWERED)
def test_what_only_looks_endless_has_an_answer(expression: str, expected: object) -> None:
    assert evaluate(expression, {"long": LONG, "listed": LISTED}, budget=BUDGET).value == expected
