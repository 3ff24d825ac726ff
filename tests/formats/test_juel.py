# SPDX-License-Identifier: Apache-2.0
"""JUEL becomes FEEL that means the same, or is refused with the reason; never anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel import compile_expression, evaluate, from_python, to_python
from taktloom.formats.bpmn.juel import is_juel, translate_juel


def feel(text: str) -> str | None:
    return translate_juel(text).feel


@pytest.mark.parametrize(
    ("juel", "expected"),
    [
        ("${amount > 100}", "amount > 100"),
        ("#{amount >= 100 && approved}", "amount >= 100 and approved"),
        ("${a == 1 || b != 'x'}", 'a = 1 or b != "x"'),
        ("${a eq 1 or b ne 2 and c lt 3}", "a = 1 or b != 2 and c < 3"),
        ("${a gt 1 and b le 2 and c ge 3}", "a > 1 and b <= 2 and c >= 3"),
        ("${!approved}", "not(approved)"),
        ("${not (a > 1)}", "not((a > 1))"),
        ("${order.customer.name}", "order.customer.name"),
        ("${order['total']}", "order.total"),
        ("${list[0]}", "list[1]"),
        ("${a + b * 2 - c / 4}", "a + b * 2 - c / 4"),
        ("${a div 2}", "a / 2"),
        ("${a % 3 == 0}", "modulo(a, 3) = 0"),
        ("${-a}", "-a"),
        ("${a ? 'yes' : 'no'}", '(if a then "yes" else "no")'),
        ("${empty name}", 'list contains([null, "", [], {}], name)'),
        ("${a == b < c}", "a = (b < c)"),
        ("${a < b == c < d}", "(a < b) = (c < d)"),
        ("${a == b == c}", "(a = b) = c"),
        ("${execution.getVariable('amount') > 5}", "amount > 5"),
        ("${true}", "true"),
        ("${null == x}", "null = x"),
        ("${1.5e3}", "1500"),
        ("${'it\\'s \"so\"'}", '"it\'s \\"so\\""'),
        ("Dear ${name}, no. ${number}", '"Dear " + string(name) + ", no. " + string(number)'),
        ("  ${a}  ", "a"),
        ("${'}'}", '"}"'),
    ],
)
def test_what_has_an_equivalent_is_translated(juel: str, expected: str) -> None:
    assert feel(juel) == expected


@pytest.mark.parametrize(
    ("juel", "problem"),
    [
        ("${service.run(order)}", "a method is called"),
        ("${now()}", "the function 'now' is called"),
        ("${fn:length(a)}", "the function 'fn' is called"),
        ("${execution.id}", "it asks the engine's execution"),
        ("${execution.getVariable(name)}", "it asks the engine's execution"),
        ("${list[i]}", "an item is chosen by an expression"),
        ("${a -> b}", "a name is missing"),
        ("${a = 1}", "'= 1' is not understood"),
        ("${a", "its closing brace is missing"),
        ("${}", "it ends too early"),
        ("${a b}", "'b' is not understood"),
        ("${(a}", "')' is missing"),
        ("${a ? 1}", "':' is missing"),
        ("${for}", "'for' is a word of FEEL"),
        ("${" + "(" * 50 + "a" + ")" * 50 + "}", "it is nested more than 40 deep"),
        ("${" + "!" * 50 + "a}", "it is nested more than 40 deep"),
        ("${" + "a" * 10_001 + "}", "it is longer than 10000 characters"),
    ],
)
def test_what_has_none_is_refused_with_the_reason(juel: str, problem: str) -> None:
    found = translate_juel(juel)

    assert (found.feel, found.problem) == (None, problem)


@pytest.mark.parametrize(
    ("juel", "variables", "expected"),
    [
        ("${1 + 2 * 3 == 7 && !(2 > 3)}", {}, True),
        ("${a < b ? 'less' : a == b ? 'same' : 'more'}", {"a": 2, "b": 1}, "more"),
        ("${empty text}", {"text": ""}, True),
        ("${empty text}", {"text": "x"}, False),
        ("${empty list}", {"list": []}, True),
        ("${empty list}", {"list": [1]}, False),
        ("${empty number}", {"number": 1}, False),
        ("${empty nothing}", {"nothing": None}, True),
        ("${not empty order.lines and order.lines[0] == 'a'}", {"order": {"lines": ["a"]}}, True),
        ("${1 < 2 == true}", {}, True),
        ("No. ${number}", {"number": 7}, "No. 7"),
    ],
)
def test_the_translation_means_the_same(juel: str, variables: dict[str, object], expected: object) -> None:
    text = feel(juel)

    assert text is not None
    assert to_python(evaluate(text, {name: from_python(value) for name, value in variables.items()}).value) == expected


@given(st.text(max_size=60))
def test_any_text_is_translated_or_refused_and_nothing_else(text: str) -> None:
    found = translate_juel("${" + text + "}")

    assert (found.feel is None) == bool(found.problem)
    assert is_juel("${" + text)


EXPRESSIONS = st.recursive(
    st.sampled_from(["a", "b.c", "1", "2.5", "'x'", "true", "null"]),
    lambda inner: st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(["==", "&&", "||", "<", "+", "*", "%", "ne"]), inner),
        st.builds("({})".format, inner),
        st.builds("!{}".format, inner),
        st.builds("empty {}".format, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
    ),
    max_leaves=8,
)


@given(EXPRESSIONS)
def test_every_translation_is_feel(expression: str) -> None:
    text = feel("${" + expression + "}")

    assert text is not None
    compile_expression(text)
