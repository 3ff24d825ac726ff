# SPDX-License-Identifier: Apache-2.0
"""Small DMN texts for tests: an element by name, with its type and what it requires."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def dmn(*parts: str, namespace: str = "urn:test") -> str:
    """A model of these elements."""
    body = "".join(parts)
    return f'<definitions xmlns="{NAMESPACE}" id="d" name="test" namespace="{namespace}">{body}</definitions>'


def typed(type_ref: str | None) -> str:
    """The attribute for a type, nothing without one."""
    return "" if type_ref is None else f" typeRef={quoteattr(type_ref)}"


def literal(text: str, type_ref: str | None = None) -> str:
    """A literal expression."""
    return f"<literalExpression{typed(type_ref)}><text>{escape(text)}</text></literalExpression>"


def variable(name: str, type_ref: str | None = None) -> str:
    """The variable of an element."""
    return f"<variable name={quoteattr(name)}{typed(type_ref)}/>"


def requires(kind: str, href: str) -> str:
    """A requirement; *kind*: Input, Decision or Knowledge."""
    element = "knowledge" if kind == "Knowledge" else "information"
    target = href if "#" in href else f"#{href}"
    return f'<{element}Requirement><required{kind} href="{target}"/></{element}Requirement>'


def input_data(name: str, type_ref: str | None = None) -> str:
    """An input data element whose id is its name."""
    return f'<inputData id="{name}" name="{name}">{variable(name, type_ref)}</inputData>'


def decision(name: str, expression: str, type_ref: str | None = None, needs: Iterable[str] = ()) -> str:
    """A decision; *expression* is XML, or FEEL where it does not begin with a bracket."""
    logic = expression if expression.startswith("<") else literal(expression)
    return f'<decision id="{name}" name="{name}">{variable(name, type_ref)}{"".join(needs)}{logic}</decision>'


def parameters(names: Iterable[tuple[str, str | None]]) -> str:
    """Formal parameters with their types."""
    return "".join(f'<formalParameter name="{name}"{typed(kind)}/>' for name, kind in names)


def knowledge(
    name: str, formal: Iterable[tuple[str, str | None]], text: str, type_ref: str | None = None, needs: str = ""
) -> str:
    """A business knowledge model with a literal expression."""
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}">{variable(name, type_ref)}'
        f"<encapsulatedLogic>{parameters(formal)}{literal(text)}</encapsulatedLogic>{needs}</businessKnowledgeModel>"
    )


def service(
    name: str,
    outputs: Iterable[str],
    *,
    encapsulated: Iterable[str] = (),
    decisions: Iterable[str] = (),
    data: Iterable[str] = (),
    type_ref: str | None = None,
) -> str:
    """A decision service over decisions and input data of the same model."""
    parts = [("outputDecision", outputs), ("encapsulatedDecision", encapsulated), ("inputDecision", decisions)]
    listed = "".join(f'<{tag} href="#{item}"/>' for tag, items in [*parts, ("inputData", data)] for item in items)
    return f'<decisionService id="{name}" name="{name}">{variable(name, type_ref)}{listed}</decisionService>'


def imports(name: str, namespace: str) -> str:
    """An import of a DMN model."""
    return f'<import name="{name}" namespace="{namespace}" importType="{NAMESPACE}"/>'


def table(
    inputs: Sequence[tuple[str, str | None]],
    rules: Iterable[tuple[Sequence[str], Sequence[str]]],
    *,
    policy: str = "UNIQUE",
    aggregation: str | None = None,
    outputs: Sequence[str] = ("",),
) -> str:
    """A decision table; *outputs* are the XML contents of the output clauses, named o1, o2 … if there are several."""
    attribute = "" if aggregation is None else f' aggregation="{aggregation}"'
    columns = "".join(
        f"<input><inputExpression{typed(kind)}><text>{escape(text)}</text></inputExpression></input>"
        for text, kind in inputs
    )
    names = [""] if len(outputs) == 1 else [f' name="o{number}"' for number in range(1, len(outputs) + 1)]
    clauses = "".join(f"<output{name}>{content}</output>" for name, content in zip(names, outputs, strict=True))
    return (
        f'<decisionTable hitPolicy="{policy}"{attribute}>{columns}{clauses}{"".join(map(rule, rules))}</decisionTable>'
    )


def rule(cells: tuple[Sequence[str], Sequence[str]]) -> str:
    """One row: its input entries, its output entries."""
    given, answers = cells
    entries = "".join(f"<inputEntry><text>{escape(text)}</text></inputEntry>" for text in given)
    results = "".join(f"<outputEntry><text>{escape(text)}</text></outputEntry>" for text in answers)
    return f"<rule>{entries}{results}</rule>"


def invocation(function: str, **bindings: str) -> str:
    """A boxed invocation with FEEL texts as arguments."""
    parts = "".join(f'<binding><parameter name="{name}"/>{literal(text)}</binding>' for name, text in bindings.items())
    return f"<invocation>{literal(function)}{parts}</invocation>"
