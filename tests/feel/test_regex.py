# SPDX-License-Identifier: Apache-2.0
"""XPath's regular expressions (F&O 3.1, 5.6.1): accepted, rejected, matched, replaced, within a step budget."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel import evaluate
from taktloom.feel.regex import MatchingBudgetSpentError, PatternError, compile_pattern

BUDGET = 100_000


def found(pattern: str, text: str, flags: str = "") -> bool:
    return compile_pattern(pattern, flags).search(text, [BUDGET]) is not None


@pytest.mark.parametrize(
    ("pattern", "text", "flags", "expected"),
    [
        ("[A-Z-[OI]]", "O", "", False),
        ("[A-Z-[OI]]", "X", "", True),
        (r"\p{IsBasicLatin}+", "abc", "", True),
        (r"^\p{Lu}", "é", "i", False),
        ("HELLO", "hello", "i", True),
        ("a.c", "a\nc", "", False),
        ("a.c", "a\nc", "s", True),
        ("^b$", "a\nb", "", False),
        ("^b$", "a\nb", "m", True),
        ("hello\\ sworld", "hello world", "x", True),
        ("a.c", "a.c", "q", True),
        ("a.c", "abc", "q", False),
        (r"""(['"]).*\1""", "'x'", "", True),
        (r"(a)|b\1", "b", "", True),
        ("a{2,3}", "aa", "", True),
        (r"^\i\c*$", "xml:name-1", "", True),
    ],
)
def test_patterns_match_as_xpath_says(pattern: str, text: str, flags: str, expected: bool) -> None:
    assert found(pattern, text, flags) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "a{",
        "}",
        "]",
        "*a",
        "(a",
        "a)",
        r"\1",
        r"(\1)",
        r"\q",
        r"[\1]",
        r"\p{IsNowhere}",
        r"\p{Xx}",
        "[b-a]",
        "(?=a)",
        "a{3,2}",
    ],
)
def test_what_xpath_rejects_is_rejected(pattern: str) -> None:
    with pytest.raises(PatternError):
        compile_pattern(pattern)


def test_an_unknown_flag_is_rejected() -> None:
    with pytest.raises(PatternError):
        compile_pattern("a", "z")


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|aa)+b", "(a|a?)+b", "(.*)*b"])
def test_patterns_that_hang_other_engines_end_here(pattern: str) -> None:
    assert found(pattern, "a" * 300) is False


def test_back_references_are_bounded_by_the_budget() -> None:
    with pytest.raises(MatchingBudgetSpentError):
        found(r"(a*)*(a*)*b\1", "a" * 300)


@given(st.text(alphabet="ab|*+?()[].", max_size=10), st.text(alphabet="ab", max_size=8))
def test_where_python_and_xpath_agree_on_syntax_they_agree_on_matches(pattern: str, text: str) -> None:
    try:
        compiled = compile_pattern(pattern)
        expected = re.compile(pattern)
    except (PatternError, re.error):
        return

    slots = compiled.search(text, [BUDGET])

    match = expected.search(text)
    assert (slots is None) == (match is None)
    if slots is not None and match is not None:
        assert slots[:2] == [match.start(), match.end()]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('replace("abracadabra", "bra", "*")', "a*cada*"),
        ('replace("abracadabra", "a(.)", "a$1$1")', "abbraccaddabbra"),
        ('replace("darted", "^(.*?)d(.*)$", "$1c$2")', "carted"),
        ('replace("abc", "x*", "-")', None),
        ('replace("abc", "b", "\\\\")', None),
        ('replace("a\\\\b", "\\\\", "/", "q")', "a/b"),
        ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', "[1=ab][2=]cd"),
        ('matches("a", "[")', None),
    ],
)
def test_replace_and_matches_follow_xpath(expression: str, expected: str | None) -> None:
    assert evaluate(expression).value == expected


def test_split_keeps_empty_parts() -> None:
    assert evaluate('split("a,,b,", ",")').value == ["a", "", "b", ""]
