# SPDX-License-Identifier: Apache-2.0
"""Hit policies, defaults and allowed values of decision tables (DMN 1.5, chapter 8)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.decisions import DecisionModel, DecisionResult, RuleMatch, load_model
from taktloom.feel.values import FeelValue
from taktloom.model.decision import (
    Aggregation,
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionTable,
    ElementReference,
    HitPolicy,
    InformationItem,
    InputClause,
    InputData,
    LiteralExpression,
    OutputClause,
    Rule,
)

AGE = InputData(id="age", name="Age", variable=InformationItem(name="Age", type_ref="number"))


def model(table: DecisionTable) -> DecisionModel:
    decision = DecisionDefinition(
        id="d",
        name="Answer",
        variable=InformationItem(name="Answer"),
        expression=table,
        required_inputs=(ElementReference(id="age"),),
    )
    return load_model(DecisionRequirementsGraph(id="g", name="g", namespace="n", decisions=(decision,), inputs=(AGE,)))


def table(
    policy: HitPolicy, *rules: tuple[str, str], aggregation: Aggregation | None = None, default: str | None = None
) -> DecisionTable:
    return DecisionTable(
        inputs=(InputClause(expression=LiteralExpression(text="Age", type_ref="number")),),
        outputs=(
            OutputClause(
                name="answer",
                values='"high", "middle", "low"' if policy in {HitPolicy.PRIORITY, HitPolicy.OUTPUT_ORDER} else None,
                default=None if default is None else LiteralExpression(text=default),
            ),
        ),
        rules=tuple(Rule(inputs=(test,), outputs=(output,)) for test, output in rules),
        hit_policy=policy,
        aggregation=aggregation,
        id="t",
    )


def decide(decision_table: DecisionTable, age: int) -> DecisionResult:
    return model(decision_table).evaluate("Answer", {"Age": Decimal(age)})


OVERLAPPING = (("> 10", '"low"'), ("> 20", '"high"'), ("> 30", '"middle"'))


@pytest.mark.parametrize(
    ("policy", "age", "expected"),
    [
        (HitPolicy.UNIQUE, 15, "low"),
        (HitPolicy.UNIQUE, 25, None),
        (HitPolicy.FIRST, 35, "low"),
        (HitPolicy.PRIORITY, 35, "high"),
        (HitPolicy.ANY, 25, None),
        (HitPolicy.RULE_ORDER, 35, ["low", "high", "middle"]),
        (HitPolicy.OUTPUT_ORDER, 35, ["high", "middle", "low"]),
        (HitPolicy.COLLECT, 25, ["low", "high"]),
        (HitPolicy.FIRST, 5, None),
    ],
)
def test_the_hit_policy_chooses_among_matching_rules(policy: HitPolicy, age: int, expected: FeelValue) -> None:
    assert decide(table(policy, *OVERLAPPING), age).value == expected


def test_any_accepts_rules_that_agree() -> None:
    assert decide(table(HitPolicy.ANY, ("> 1", "7"), ("> 2", "7")), 5).value == Decimal(7)


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [(Aggregation.SUM, 6), (Aggregation.COUNT, 3), (Aggregation.MIN, 1), (Aggregation.MAX, 3)],
)
def test_collect_aggregates(aggregation: Aggregation, expected: int) -> None:
    rules = (("-", "1"), ("-", "2"), ("-", "3"))

    assert decide(table(HitPolicy.COLLECT, *rules, aggregation=aggregation), 1).value == Decimal(expected)


def test_without_a_match_the_default_output_stands_in() -> None:
    assert decide(table(HitPolicy.UNIQUE, ("> 10", "1"), default="0"), 5).value == Decimal(0)


def test_several_outputs_are_a_context() -> None:
    several = DecisionTable(
        inputs=(InputClause(expression=LiteralExpression(text="Age")),),
        outputs=(OutputClause(name="class"), OutputClause(name="Rate")),
        rules=(Rule(inputs=(">= 18",), outputs=('"adult"', "Age * 2")),),
    )

    assert decide(several, 20).value == {"class": "adult", "Rate": Decimal(40)}


def test_a_missing_input_matches_only_cells_that_take_anything() -> None:
    decision_table = table(HitPolicy.FIRST, ("> 10", "1"), ("not(5)", "2"), ("-", "3"))

    assert model(decision_table).evaluate("Answer", {}).value in {Decimal(2), Decimal(3)}


def test_the_trace_names_the_rules_behind_the_answer() -> None:
    result = decide(table(HitPolicy.COLLECT, *OVERLAPPING), 25)

    (trace,) = result.trace
    assert (trace.name, trace.matches) == ("Answer", (RuleMatch(table_id="t", rules=(1, 2)),))


def test_an_input_outside_the_allowed_values_gives_null_and_says_so() -> None:
    guarded = DecisionTable(
        inputs=(InputClause(expression=LiteralExpression(text="Age"), values="[0..120]"),),
        outputs=(OutputClause(),),
        rules=(Rule(inputs=("-",), outputs=("1",)),),
    )

    result = decide(guarded, 130)

    assert result.value is None
    assert "allowed" in result.warnings[0].message


def test_a_broken_cell_is_a_finding_and_spoils_only_its_rule() -> None:
    broken = model(table(HitPolicy.FIRST, ("> > 1", "1"), ("-", "2")))

    assert [finding.rule for finding in broken.findings] == ["feel-syntax"]
    assert broken.evaluate("Answer", {"Age": Decimal(5)}).value == Decimal(2)


def test_a_rule_without_a_cell_for_each_column_is_a_finding() -> None:
    short = DecisionTable(
        inputs=(InputClause(expression=LiteralExpression(text="Age")),),
        outputs=(OutputClause(),),
        rules=(Rule(inputs=(), outputs=("1",)),),
    )

    assert [finding.rule for finding in model(short).findings] == ["rule-with-wrong-number-of-cells"]


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=1, max_size=6),
    st.integers(0, 20),
    st.sampled_from([HitPolicy.FIRST, HitPolicy.COLLECT]),
)
def test_a_table_of_ranges_agrees_with_a_plain_loop(bounds: list[tuple[int, int]], age: int, policy: HitPolicy) -> None:
    ordered = [(min(pair), max(pair)) for pair in bounds]
    rules = [(f"[{low}..{high}]", str(index)) for index, (low, high) in enumerate(ordered)]
    matching = [Decimal(index) for index, (low, high) in enumerate(ordered) if low <= age <= high]

    value = decide(table(policy, *rules), age).value

    expected: FeelValue = None
    if matching:
        expected = matching[0] if policy is HitPolicy.FIRST else [*matching]
    assert value == expected
