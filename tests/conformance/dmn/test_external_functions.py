# SPDX-License-Identifier: Apache-2.0
"""Directory 0076 of the kit asks for a JVM; functions of the host answer in its place."""

import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from taktloom.decisions import HostFunction
from taktloom.feel.values import FeelValue
from tests.conformance.dmn.kit import run_directory

pytestmark = [pytest.mark.conformance, pytest.mark.data]


def number_function(call: Callable[..., object], count: int) -> HostFunction:
    return HostFunction(call=call, parameters=("number",) * count, result="number")


def of_text(text: str) -> Decimal:
    return Decimal(text)


def of_character(text: str) -> FeelValue:
    return text if len(text) == 1 else None


def formatted(text: str, arguments: list[FeelValue]) -> str:
    return text.replace("%s", "{}").format(*arguments)


FUNCTIONS = {
    "java.lang.Math.cos": number_function(math.cos, 1),
    **{f"java.lang.Math.max({kind},{kind})": number_function(max, 2) for kind in ("double", "int", "long", "float")},
    "java.lang.Short.valueOf": number_function(abs, 1),
    "java.lang.Byte.valueOf": number_function(abs, 1),
    **{
        f"java.lang.{kind}.valueOf(java.lang.String)": HostFunction(
            call=of_text, parameters=("string",), result="number"
        )
        for kind in ("Integer", "Float", "Double")
    },
    "java.lang.String.valueOf": HostFunction(call=of_character, parameters=("string",), result="string"),
    "java.lang.String.format": HostFunction(call=formatted, parameters=("string", "list"), result="string"),
}


def test_functions_of_the_host_answer_for_java(test_data: Path) -> None:
    directory = test_data / "dmn-tck" / "compliance-level-3" / "0076-feel-external-java"

    outcomes = run_directory(directory, FUNCTIONS)

    assert [f"{outcome.case.id}: {outcome.reason}" for outcome in outcomes if not outcome.passed] == []
