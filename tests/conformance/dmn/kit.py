# SPDX-License-Identifier: Apache-2.0
"""The DMN TCK's cases: reading them, running them, comparing answers.

Comparison: numbers within 1e-8 as Decimal; contexts with the same key set; times and date-times by instant; durations
by kind and exact length; an expected error means null; an exception is a failure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree

from taktloom.decisions import DecisionModel, HostFunction, load_model
from taktloom.feel.temporal import FeelDate, FeelDateTime, FeelTime
from taktloom.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from taktloom.feel.values import FeelValue, feel_text, plain_text
from taktloom.formats.xml_reader import local_name, read_xml

TOLERANCE = Decimal("1e-8")
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
NOW = FeelDateTime(FeelDate(2024, 5, 17), FeelTime(10, 30, 0, 0, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One result node of one test case."""

    id: str
    node: str
    service: str | None
    inputs: dict[str, FeelValue]
    expected: FeelValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came out; *reason* is empty for a pass."""

    case: Case
    reason: str

    @property
    def passed(self) -> bool:
        return not self.reason


def directories(kit: Path) -> list[Path]:
    """Every directory with cases, by level and name."""
    return sorted(path for path in kit.glob("compliance-level-*/*") if path.is_dir())


def run_directory(directory: Path, functions: Mapping[str, HostFunction] | None = None) -> list[Outcome]:
    """Run every case of one directory. functions: what the host registers for external functions."""
    outcomes: list[Outcome] = []
    for path in sorted(directory.glob("*test*.xml")):
        root = read_xml(path.read_bytes(), source=path.name)
        model = load(directory, root, functions)
        outcomes.extend(Outcome(case=case, reason=run_case(model, case)) for case in cases(root, path.stem))
    return outcomes


def load(directory: Path, root: etree._Element, functions: Mapping[str, HostFunction] | None = None) -> DecisionModel:
    """The model that a test file names, with every other model of the directory as a possible import."""
    name = next((child.text for child in root if local_name(child) == "modelName"), None)
    main = directory / (name or "").strip()
    if not main.is_file():
        main = next(iter(sorted(directory.glob("*.dmn"))))
    others = (path for path in sorted(directory.glob("*.dmn")) if path != main)
    return load_model(main, *others, functions=functions)


def run_case(model: DecisionModel, case: Case) -> str:
    """The reason why a case fails, empty when it passes."""
    try:
        result = model.evaluate(case.node, case.inputs, service=case.service, now=NOW)
    except Exception as error:  # an exception of any kind is a failure of the case, and is told
        return f"raised {type(error).__name__}: {error}"
    if agrees(case.expected, result.value):
        return ""
    warnings = "; ".join(warning.message for warning in result.warnings[:3])
    return f"expected {feel_text(case.expected)}, got {feel_text(result.value)} ({warnings})"


def cases(root: etree._Element, stem: str) -> Iterator[Case]:
    """The cases of one test file."""
    for element in root.iter("{*}testCase"):
        inputs = {child.get("name", ""): value_of(child) for child in element.iterchildren("{*}inputNode")}
        service = element.get("invocableName") if element.get("type") == "decisionService" else None
        for node in element.iterchildren("{*}resultNode"):
            expected = next(iter(node.iterchildren("{*}expected")), None)
            is_error = node.get("errorResult") == "true"
            yield Case(
                id=f"{stem}#{element.get('id')}/{node.get('name')}",
                node=element.get("invocableName", "") if element.get("type") == "bkm" else node.get("name", ""),
                service=service,
                inputs=inputs,
                expected=None if expected is None or is_error else value_of(expected),
            )


def value_of(element: etree._Element) -> FeelValue:
    """The value under an inputNode, expected, component or item."""
    if element.get(NIL) == "true":
        return None
    components = list(element.iterchildren("{*}component"))
    if components:
        return {" ".join(part.get("name", "").split()): value_of(part) for part in components}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        if local_name(child) == "list":
            return None if child.get(NIL) == "true" else [value_of(item) for item in child.iterchildren("{*}item")]
        if local_name(child) == "value":
            return None if child.get(NIL) == "true" else simple_value(child)
    return None


def simple_value(element: etree._Element) -> FeelValue:
    """A typed XML Schema value."""
    text = element.text or ""
    kind = element.get(TYPE, "xsd:string").rpartition(":")[2]
    if kind == "boolean":
        return text.strip() in {"true", "1"}
    if kind in {"decimal", "double", "integer", "float"}:
        return Decimal(text.strip())
    parse = {"date": parse_date, "time": parse_time, "dateTime": parse_date_time, "duration": parse_duration}.get(kind)
    return text if parse is None else parse(text.strip())


def agrees(expected: FeelValue, actual: FeelValue) -> bool:
    """Whether *actual* is what the case expects."""
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) <= TOLERANCE
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(agrees, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        return expected.keys() == actual.keys() and all(agrees(expected[key], actual[key]) for key in expected)
    if isinstance(expected, FeelTime | FeelDateTime) and isinstance(actual, FeelTime | FeelDateTime):
        return (
            type(expected) is type(actual)
            and expected.is_local == actual.is_local
            and expected.instant_nanos == actual.instant_nanos
        )
    if isinstance(expected, str) and actual is not None and not isinstance(actual, str | list | dict):
        return expected == plain_text(actual)  # a case without a type
    return type(expected) is type(actual) and expected == actual
