# SPDX-License-Identifier: Apache-2.0
"""Item definitions to FEEL types (DMN 1.5, 7.3.2 and 7.3.3).

Allowed values constrain a value, or every item of a collection; a type constraint (1.5) constrains the collection as a
whole. A definition may refer to itself or to a later one.
"""

from collections.abc import Callable, Iterable, Mapping

from taktloom.feel import Scope, compile_unary_tests
from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.types import (
    BUILT_IN_TYPES,
    ConstrainedType,
    ContextType,
    FeelType,
    FunctionType,
    ListType,
    NamedReference,
    SimpleType,
)
from taktloom.feel.values import FeelValue
from taktloom.model.decision import ItemDefinition
from taktloom.model.findings import Finding, Severity

__all__ = ["TypeTable"]


class TypeTable:
    """The types of one graph: built-in, its own item definitions, and imported ones as `prefix.name`."""

    def __init__(self, definitions: Iterable[ItemDefinition], imported: Mapping[str, FeelType]) -> None:
        self.findings: list[Finding] = []
        self.types: dict[str, FeelType] = dict(imported)
        references = {definition.name: NamedReference(definition.name) for definition in definitions}
        self.types.update(references)
        for definition in definitions:
            references[definition.name].target = self._type_of(definition)
        self.types.update({name: reference.target for name, reference in references.items() if reference.target})
        self.scope = Scope(types=self.types)

    def named(self, name: str | None) -> FeelType | None:
        """The type called *name*; None for Any and for a name nobody defined."""
        if name is None:
            return None
        found = self.types.get(name) or BUILT_IN_TYPES.get(name)
        return None if found is SimpleType.ANY else found

    def is_known(self, name: str | None) -> bool:
        """Whether *name* is absent, built in or defined."""
        return name is None or name in self.types or name in BUILT_IN_TYPES

    def _type_of(self, definition: ItemDefinition) -> FeelType:
        kind = self._constrained(self._base(definition), definition.allowed_values, definition)
        if definition.is_collection:
            kind = ListType(kind)
        return self._constrained(kind, definition.type_constraint, definition)

    def _base(self, definition: ItemDefinition) -> FeelType:
        if definition.function_parameters is not None:
            parameters = (self.named(item.type_ref) or SimpleType.ANY for item in definition.function_parameters)
            return FunctionType(tuple(parameters), self.named(definition.function_result) or SimpleType.ANY)
        if definition.components:
            return ContextType({component.name: self._type_of(component) for component in definition.components})
        return self.named(definition.type_ref) or SimpleType.ANY

    def _constrained(self, kind: FeelType, tests: str | None, definition: ItemDefinition) -> FeelType:
        if not tests:
            return kind
        try:
            return ConstrainedType(kind, self._allows(tests))
        except FeelSyntaxError as error:
            self.findings.append(
                Finding(
                    severity=Severity.ERROR,
                    rule="item-definition-syntax",
                    message=f"The allowed values of {definition.name!r} are not FEEL: {error.cause}",
                    place=definition.place,
                    remedy="Mend the unary tests.",
                    parameters={"name": definition.name, "cause": error.cause},
                )
            )
            return kind

    def _allows(self, tests: str) -> Callable[..., bool]:
        compiled = compile_unary_tests(tests, Scope(types=self.types))

        def allows(value: FeelValue, charge: Callable[[int], None] | None) -> bool:
            return compiled.evaluate(value, charge=charge).value is True

        return allows
