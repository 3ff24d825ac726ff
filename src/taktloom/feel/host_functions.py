# SPDX-License-Identifier: Apache-2.0
"""Functions of the host that stand in for external ones (DMN 1.5, 10.2.1.7 and 10.3.2.13.3): none unless registered.

A model asks for `function(x) external {java: {class: "a.B", method signature: "f(int)"}}`; the host registers what
answers to `a.B.f(int)`, or to `a.B.f` whatever the signature; a PMML function is called by document and model,
`scores.pmml#risk`. A host function takes and gives FEEL values of its declared types. It must be pure: an evaluation
may call it more often than the text says, and a replay calls it again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taktloom.feel.errors import WarningKind
from taktloom.feel.kinds import FeelFunction, FeelValue, Parameter
from taktloom.feel.runtime import Run
from taktloom.feel.types import BUILT_IN_TYPES, FeelType, SimpleType
from taktloom.feel.wire import ValueConversionError, from_python
from taktloom.model.errors import MisuseError
from taktloom.model.places import Place

__all__ = ["HostFunction", "UnknownTypeError", "external_function", "registered"]


class UnknownTypeError(MisuseError):
    """A host function names a type that FEEL does not have."""

    code = "TL-2314"

    def __init__(self, function: str, name: str) -> None:
        super().__init__(
            f"The function {function!r} has the unknown type {name!r}.",
            Place(),
            f"Use one of {', '.join(sorted(BUILT_IN_TYPES))}.",
            {"function": function, "name": name},
        )
        self.args = (function, name)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFunction:
    """What the host offers.

    call: takes one FEEL value for each parameter and gives a FEEL value (or a Python one that converts); what it raises
    becomes null and a warning. parameters, result: names of FEEL types (`number`, `list`, `Any`).
    """

    call: Callable[..., object]
    parameters: tuple[str, ...]
    result: str = "Any"


def registered(functions: Mapping[str, HostFunction]) -> dict[str, FeelFunction]:
    """The functions as FEEL calls them. Raises UnknownTypeError."""
    return {_squeezed(name): _feel_function(name, function) for name, function in functions.items()}


def external_function(run: Run, body: FeelValue, functions: Mapping[str, FeelFunction]) -> FeelFunction | None:
    """The registered function that the *body* of an external function asks for; null and a warning without one."""
    names = _names(body)
    for name in names:
        found = functions.get(name)
        if found is not None:
            return found
    asked = names[0] if names else "?"
    run.warn(WarningKind.NOT_A_FUNCTION, f"The host has registered no external function {asked!r}.")
    return None


def _names(body: FeelValue) -> list[str]:
    """What *body* may be registered as, the most exact first."""
    if not isinstance(body, dict):
        return []
    java, pmml = body.get("java", body), body.get("pmml", body)
    if isinstance(java, dict) and isinstance(java.get("class"), str) and isinstance(java.get("method signature"), str):
        exact = _squeezed(f"{java['class']}.{java['method signature']}")
        return [exact, exact.partition("(")[0]]
    if isinstance(pmml, dict) and isinstance(pmml.get("document"), str) and isinstance(pmml.get("model"), str):
        return [_squeezed(f"{pmml['document']}#{pmml['model']}")]
    return []


def _squeezed(name: str) -> str:
    return "".join(name.split())


def _feel_function(name: str, function: HostFunction) -> FeelFunction:
    parameters = tuple(
        Parameter(name=f"{number}", type=_type(name, kind)) for number, kind in enumerate(function.parameters, 1)
    )

    def call(run: Run, *arguments: FeelValue) -> FeelValue:
        try:
            return from_python(function.call(*arguments))
        except ValueConversionError:
            run.warn(WarningKind.TYPE_MISMATCH, f"{name} gave something that is no FEEL value.")
        except Exception as error:  # whatever the host's code raises: an expression never fails
            run.warn(WarningKind.OUT_OF_DOMAIN, f"{name} failed: {type(error).__name__}.")
        return None

    return FeelFunction(name=name, parameters=parameters, call=call, result=_type(name, function.result))


def _type(function: str, name: str) -> FeelType | None:
    found = BUILT_IN_TYPES.get(name)
    if found is None:
        raise UnknownTypeError(function, name)
    return None if found is SimpleType.ANY else found
