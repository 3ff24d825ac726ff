# SPDX-License-Identifier: Apache-2.0
"""Trees, rule lists, decision tables and FEEL conditions all give the same answer, also where values are missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.decisions import load_model
from taktloom.mining.decisions.cart import (
    CategoryFeature,
    Feature,
    Leaf,
    NumberFeature,
    OneOf,
    Tree,
    TreeLimits,
    grow_tree,
    passes,
)
from taktloom.mining.decisions.discovering import MinedDecision, Verdict
from taktloom.mining.decisions.rule_list import number_literal, predict, rules_of, text_literal, unary_test
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.programme.decision_tables import RouteTable, decision_graph
from tests.kernel.driver import feel

LIMITS = TreeLimits(depth=3, leaf_rows=1, gain=0.0001)
FLOWS = (ElementId("f0"), ElementId("f1"), ElementId("f2"))
WORDS = ('to "a"', "b\\c", "丙")

Row = tuple[float | None, int | None, int | None, int]


def rows() -> st.SearchStrategy[list[Row]]:
    number = st.one_of(st.none(), st.integers(-300, 300).map(lambda value: value / 4))
    return st.lists(
        st.tuples(
            number, st.one_of(st.none(), st.integers(0, 3)), st.one_of(st.none(), st.integers(0, 1)), st.integers(0, 2)
        ),
        min_size=4,
        max_size=40,
    )


def features_of(table: list[Row]) -> tuple[Feature, ...]:
    def codes(column: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.array([-1 if row[column] is None else row[column] for row in table], dtype=np.int64)

    numbers = np.array([np.nan if row[0] is None else row[0] for row in table])
    return (
        NumberFeature(name="case.amount", values=numbers),
        CategoryFeature(name="case.kind", codes=codes(1), categories=('x"y', "k", "l", "m")),
        CategoryFeature(name="event.flag", codes=codes(2), categories=("false", "true"), is_boolean=True),
    )


@given(rows())
def test_the_decision_table_decides_as_the_tree_does_even_where_values_are_missing(table: list[Row]) -> None:
    features = features_of(table)
    by_name = {feature.name: feature for feature in features}
    classes = np.array([row[3] for row in table], dtype=np.int64)
    tree = grow_tree(features, classes, class_count=3, limits=LIMITS)
    rules = rules_of(tree)

    everything = np.arange(len(table))
    expected = [_walk(tree, by_name, row) for row in range(len(table))]
    assert predict(rules, by_name, everything).tolist() == expected

    if rules.features:
        mined = MinedDecision(
            gateway=ElementId("g"),
            flows=FLOWS,
            verdict=Verdict.RULE,
            choices=len(table),
            branch_counts=(1, 1, 1),
            rules=rules,
            features=by_name,
        )
        route = RouteTable(
            decision_id="d",
            name="route",
            mined=mined,
            branches=dict(zip(FLOWS, WORDS, strict=True)),
            result_variable="r",
        )
        names = {"case.amount": "amount", "case.kind": "kind", "event.flag": "flag"}
        graph = decision_graph(ProcessId("p"), "p", [route], names)
        assert graph is not None
        model = load_model(graph)
        answers = [model.evaluate("d", feel(_inputs(row))).value for row in table]
        assert answers == [WORDS[index] for index in expected]


def _walk(tree: Tree, features: dict[str, Feature], row: int) -> int:
    while not isinstance(tree, Leaf):
        tree = tree.yes if passes(tree.test, features, np.array([row]))[0] else tree.no
    return tree.predicted


def _inputs(row: Row) -> dict[str, object]:
    kinds = ('x"y', "k", "l", "m")
    return {
        "amount": row[0],
        "kind": None if row[1] is None else kinds[row[1]],
        "flag": None if row[2] is None else bool(row[2]),
    }


def test_a_threshold_between_two_values_is_the_shortest_number_there_is() -> None:
    values = np.array([74_500.0] * 20 + [75_500.0] * 20)
    tree = grow_tree(
        [NumberFeature(name="cost", values=values)], (values > 75_000).astype(np.int64), class_count=2, limits=LIMITS
    )

    assert not isinstance(tree, Leaf)
    assert unary_test(tree.test, NumberFeature(name="cost", values=values)) == "< 75000"


def test_pure_classes_need_no_split() -> None:
    tree = grow_tree(
        [NumberFeature(name="x", values=np.arange(20.0))], np.zeros(20, dtype=np.int64), class_count=2, limits=LIMITS
    )

    assert tree == Leaf(predicted=0, counts=(20, 0))


def test_a_category_set_is_found_when_two_of_four_matter() -> None:
    codes = np.tile(np.arange(4), 10)
    tree = grow_tree(
        [CategoryFeature(name="k", codes=codes, categories=("a", "b", "c", "d"))],
        np.isin(codes, [1, 3]).astype(np.int64),
        class_count=2,
        limits=LIMITS,
    )

    assert not isinstance(tree, Leaf)
    assert isinstance(tree.test, OneOf)
    assert tree.test.categories in ({1, 3}, {0, 2})


@pytest.mark.parametrize(("value", "text"), [(75_000.0, "75000"), (0.25, "0.25"), (-3.0, "-3"), (1e-5, "0.00001")])
def test_numbers_are_written_without_exponent(value: float, text: str) -> None:
    assert number_literal(value) == text


def test_texts_are_escaped_for_feel() -> None:
    assert text_literal('a "b" \\ c\n') == '"a \\"b\\" \\\\ c\\n"'
