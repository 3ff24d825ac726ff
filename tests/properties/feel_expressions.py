# SPDX-License-Identifier: Apache-2.0
"""Random expressions whose parts often fit together: few names, small numbers, every form of the language."""

from decimal import Decimal

from hypothesis import strategies as st

from taktloom.feel import Scope, syntax

NAMES = ["a", "b c", "d-e", "x", "f"]
MEMBERS = ["k", "m n"]
SCOPE = Scope.of(NAMES, members=MEMBERS)
BUILT_INS_USED = ["count", "sum", "min", "append", "string", "not", "even", "string length"]
TYPES = ["number", "string", "boolean", "date", "context", "list", "Any", "function"]
MOMENTS = ["P1D", "P1Y2M", "2024-02-29", "2024-03-01", "10:00:00Z", "2024-02-29T10:00:00+01:00", "nonsense"]

Expressions = st.SearchStrategy[syntax.Expression]

literals: Expressions = st.one_of(
    st.builds(lambda n: syntax.NumberLiteral(value=Decimal(n)), st.sampled_from(["0", "1", "2", "3", "0.5", "10"])),
    st.builds(lambda text: syntax.StringLiteral(value=text), st.sampled_from(["", "a", "k", "é🐎", 'say "no"\n\\u'])),
    st.builds(lambda value: syntax.BooleanLiteral(value=value), st.booleans()),
    st.just(syntax.NullLiteral()),
    st.builds(lambda text: syntax.AtLiteral(text=text), st.sampled_from(MOMENTS)),
    st.builds(lambda name: syntax.Name(name=name), st.sampled_from([*NAMES, *NAMES, "partial", "item"])),
)
clauses = st.sampled_from(["x", "y z"])


def _clause(inner: Expressions) -> st.SearchStrategy[syntax.IterationClause]:
    small = st.builds(lambda n: syntax.NumberLiteral(value=Decimal(n)), st.integers(0, 3))
    return st.one_of(
        st.builds(lambda name, source: syntax.IterationClause(name=name, source=source), clauses, inner),
        st.builds(
            lambda name, low, high: syntax.IterationClause(name=name, source=low, until=high), clauses, small, small
        ),
    )


def _operators(inner: Expressions) -> Expressions:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    compared = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
    test = st.one_of(
        inner, st.builds(lambda op, side: syntax.UnaryComparison(operator=op, operand=side), compared, inner)
    )
    return st.one_of(
        st.builds(
            lambda op, left, right: syntax.Arithmetic(operator=op, left=left, right=right),
            st.sampled_from(["+", "-", "*", "/", "**"]),
            inner,
            inner,
        ),
        st.builds(
            lambda op, left, right: syntax.Comparison(operator=op, left=left, right=right), compared, inner, inner
        ),
        st.builds(lambda operands: syntax.Conjunction(operands=operands), several),
        st.builds(lambda operands: syntax.Disjunction(operands=operands), several),
        st.builds(lambda operand: syntax.Negation(operand=operand), inner),
        st.builds(lambda v, low, high: syntax.Between(value=v, low=low, high=high), inner, inner, inner),
        st.builds(
            lambda value, tests: syntax.Membership(value=value, tests=tuple(tests)),
            inner,
            st.lists(test, min_size=1, max_size=3),
        ),
        st.builds(
            lambda v, kind: syntax.InstanceOf(value=v, type=syntax.NamedType(name=kind)), inner, st.sampled_from(TYPES)
        ),
        st.builds(lambda c, t, e: syntax.Conditional(condition=c, consequent=t, alternative=e), inner, inner, inner),
    )


def _structures(inner: Expressions) -> Expressions:
    entry = st.builds(
        lambda key, value: syntax.ContextEntry(key=key, value=value), st.sampled_from([*MEMBERS, "a"]), inner
    )
    return st.one_of(
        st.builds(lambda items: syntax.ListLiteral(items=tuple(items)), st.lists(inner, max_size=3)),
        st.builds(lambda entries: syntax.ContextLiteral(entries=tuple(entries)), st.lists(entry, max_size=3)),
        st.builds(
            lambda low, high, left, right: syntax.RangeLiteral(
                low=low, high=high, low_included=left, high_included=right
            ),
            inner,
            inner,
            st.booleans(),
            st.booleans(),
        ),
        st.builds(lambda target, name: syntax.Path(target=target, name=name), inner, st.sampled_from(MEMBERS)),
        st.builds(lambda target, condition: syntax.Filter(target=target, condition=condition), inner, inner),
    )


def _loops_and_calls(inner: Expressions) -> Expressions:
    iterators = st.lists(_clause(inner), min_size=1, max_size=2).map(tuple)
    parameters = st.sampled_from([(), ("x",), ("x", "y z")])
    return st.one_of(
        st.builds(lambda c, body: syntax.For(iterators=c, body=body), iterators, inner),
        st.builds(
            lambda q, c, body: syntax.Quantified(quantifier=q, iterators=c, condition=body),
            st.sampled_from(["some", "every"]),
            iterators,
            inner,
        ),
        st.builds(
            lambda names, body: syntax.FunctionDefinition(
                parameters=tuple(syntax.FormalParameter(name=name) for name in names), body=body
            ),
            parameters,
            inner,
        ),
        st.builds(
            lambda name, arguments: syntax.Invocation(function=syntax.Name(name=name), arguments=tuple(arguments)),
            st.sampled_from([*BUILT_INS_USED, "f"]),
            st.lists(inner, max_size=2),
        ),
        st.builds(
            lambda body, argument: syntax.Invocation(
                function=syntax.FunctionDefinition(parameters=(syntax.FormalParameter(name="x"),), body=body),
                arguments=(argument,),
            ),
            inner,
            inner,
        ),
        st.builds(
            lambda body, argument: syntax.Invocation(
                function=syntax.FunctionDefinition(parameters=(syntax.FormalParameter(name="x"),), body=body),
                named=(syntax.NamedArgument(name="x", value=argument),),
            ),
            inner,
            inner,
        ),
    )


def _composite(inner: Expressions) -> Expressions:
    return st.one_of(_operators(inner), _structures(inner), _loops_and_calls(inner))


expressions: Expressions = st.recursive(literals, _composite, max_leaves=14)
