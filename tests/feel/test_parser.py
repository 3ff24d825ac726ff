# SPDX-License-Identifier: Apache-2.0
"""Any text gives an expression or a FeelSyntaxError with a position; printing and reading again changes nothing."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel import Budget, FeelBudgetError, FeelSyntaxError, Scope, compile_expression, syntax
from taktloom.feel.compiler import parse
from taktloom.feel.printer import print_expression

NAMES = ["a", "b c", "d-e", "x"]
SCOPE = Scope.of(NAMES, members=["f g", "h"])
SYMBOLS = ["(", ")", "[", "]", "{", "}", ",", ".", ":", "+", "-", "*", "/", "<", ">", "=", "..", "**", "<=", "!=", "->"]
WORDS = " if | then | else | for | in | return |not| some | satisfies | function| instance of | and | or | between "
ATOMS = ["a", "b c", "d-e", "null", '"x"', '@"2024-01-01"', "1", "2.5", "true", "list<number>", "?", "item", "[1..2]"]
PIECES = st.sampled_from([*SYMBOLS, *WORDS.split("|"), *ATOMS, "\\", "count(", "§", "\n"])
literals: st.SearchStrategy[syntax.Expression] = st.one_of(
    st.builds(lambda n: syntax.NumberLiteral(value=Decimal(n)), st.integers(0, 10**6)),
    st.builds(lambda text: syntax.StringLiteral(value=text), st.text(max_size=5)),
    st.builds(lambda value: syntax.BooleanLiteral(value=value), st.booleans()),
    st.just(syntax.NullLiteral()),
    st.just(syntax.AtLiteral(text="P1D")),
    st.builds(lambda name: syntax.Name(name=name), st.sampled_from(NAMES)),
)


def composite(inner: st.SearchStrategy[syntax.Expression]) -> st.SearchStrategy[syntax.Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    clause = st.builds(lambda source, until: syntax.IterationClause(name="x", source=source, until=until), inner, inner)
    return st.one_of(
        st.builds(
            lambda op, left, right: syntax.Arithmetic(operator=op, left=left, right=right),
            st.sampled_from(["+", "-", "*", "/", "**"]),
            inner,
            inner,
        ),
        st.builds(
            lambda op, left, right: syntax.Comparison(operator=op, left=left, right=right),
            st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
            inner,
            inner,
        ),
        st.builds(lambda operands: syntax.Conjunction(operands=operands), several),
        st.builds(lambda operands: syntax.Disjunction(operands=operands), several),
        st.builds(lambda operand: syntax.Negation(operand=operand), inner),
        st.builds(lambda v, low, high: syntax.Between(value=v, low=low, high=high), inner, inner, inner),
        st.builds(lambda value, tests: syntax.Membership(value=value, tests=tests), inner, several),
        st.builds(lambda v: syntax.InstanceOf(value=v, type=syntax.NamedType(name="number")), inner),
        st.builds(lambda c, t, e: syntax.Conditional(condition=c, consequent=t, alternative=e), inner, inner, inner),
        st.builds(lambda items: syntax.ListLiteral(items=items), several),
        st.builds(lambda value: syntax.ContextLiteral(entries=(syntax.ContextEntry(key="k", value=value),)), inner),
        st.builds(
            lambda low, high, left, right: syntax.RangeLiteral(
                low=low, high=high, low_included=left, high_included=right
            ),
            inner,
            inner,
            st.booleans(),
            st.booleans(),
        ),
        st.builds(lambda target: syntax.Path(target=target, name="f g"), inner),
        st.builds(lambda target, condition: syntax.Filter(target=target, condition=condition), inner, inner),
        st.builds(lambda c, body: syntax.For(iterators=(c,), body=body), clause, inner),
        st.builds(
            lambda q, c, body: syntax.Quantified(quantifier=q, iterators=(c,), condition=body),
            st.sampled_from(["some", "every"]),
            clause,
            inner,
        ),
        st.builds(
            lambda body: syntax.FunctionDefinition(parameters=(syntax.FormalParameter(name="x"),), body=body), inner
        ),
        st.builds(
            lambda arguments: syntax.Invocation(function=syntax.Name(name="count"), arguments=arguments), several
        ),
    )


expressions = st.recursive(literals, composite, max_leaves=12)


@given(expressions)
def test_printing_and_reading_again_changes_nothing(form: syntax.Expression) -> None:
    assert parse(print_expression(form), SCOPE) == form


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map("".join)))
def test_any_text_is_an_expression_or_a_syntax_error(text: str) -> None:
    try:
        compile_expression(text, SCOPE)
    except FeelSyntaxError as error:
        position = error.position
    else:
        position = 0

    assert 0 <= position <= len(text)


@given(expressions, st.dictionaries(st.sampled_from(NAMES), st.one_of(st.none(), st.booleans(), st.text(max_size=3))))
def test_any_expression_gives_a_value_or_spends_a_budget(form: syntax.Expression, context: dict[str, None]) -> None:
    compiled = compile_expression(print_expression(form), SCOPE)

    try:
        result = compiled.evaluate(context, budget=Budget(steps=2_000, items=2_000))
    except FeelBudgetError:
        return

    assert result.value is not None or result.warnings is not None


def test_spans_cover_the_text_of_each_form() -> None:
    text = "1 + count([b c, 2])"

    spans = {type(part).__name__: text[part.start : part.end] for part in syntax.walk(parse(text, SCOPE))}

    assert spans["Arithmetic"] == text
    assert spans["Invocation"] == "count([b c, 2])"
    assert spans["ListLiteral"] == "[b c, 2]"
