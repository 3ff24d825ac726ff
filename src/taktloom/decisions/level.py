# SPDX-License-Identifier: Apache-2.0
"""Compiling the texts of a decision against what it can see; a broken text becomes null and a finding."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from taktloom.decisions.cell_intervals import SimpleCell, simple_cell
from taktloom.decisions.item_types import TypeTable
from taktloom.feel.closures import Test, compile_tests
from taktloom.feel.code import Evaluate, StaticScope, compile_form
from taktloom.feel.compiler import BUILT_IN_NAMES, outermost_scope, unknown_names
from taktloom.feel.errors import FeelSyntaxError, WarningKind
from taktloom.feel.kinds import FeelFunction, FeelValue
from taktloom.feel.parser import parse_expression, parse_unary_tests
from taktloom.feel.runtime import Frame
from taktloom.feel.scope import Scope
from taktloom.feel.syntax import Node, height
from taktloom.feel.types import FeelType, coerce, exact_class
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["Level", "UnknownName"]


_BOXED_LEVELS = 12  # Python frames that a boxed function takes besides those of the FEEL inside


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that neither a requirement nor anything nearer stands behind, and those that would be known there."""

    name: str
    text: str
    place: Place
    known: tuple[str, ...] = field(compare=False)


@dataclass(slots=True, kw_only=True)
class Level:
    """One level of names, shared by the expressions that stand in it."""

    scope: Scope
    static: StaticScope
    types: TypeTable
    findings: list[Finding]
    unknown: list[UnknownName] = field(default_factory=list)
    heights: list[int] = field(default_factory=lambda: [0])
    compiled: dict[str, Evaluate] = field(default_factory=dict)
    compiled_tests: dict[str, Test] = field(default_factory=dict)
    simple_cells: dict[str, SimpleCell | None] = field(default_factory=dict)

    @staticmethod
    def outermost(
        names: Mapping[str, FeelType | None],
        types: TypeTable,
        findings: list[Finding],
        functions: Mapping[str, FeelFunction],
    ) -> "Level":
        """The level of a decision's requirements; *functions* are the host's."""
        scope = types.scope.with_names(names).with_functions(functions)
        return Level(scope=scope, static=outermost_scope(scope), types=types, findings=findings)

    def inner(self, names: Mapping[str, FeelType | None]) -> "Level":
        """A level for one more frame with *names*."""
        return self._with(self.static.inner(names), names)

    def in_filter(self) -> "Level":
        """The level of a filter's condition: `item` and the entries of the element, known at run time only."""
        members: Iterable[str] = self.scope.member_names()
        return self._with(self.static.inner(None), dict.fromkeys((*members, "item")))

    def _with(self, static: StaticScope, names: Mapping[str, FeelType | None]) -> "Level":
        return Level(
            scope=self.scope.with_names(names),
            static=static,
            types=self.types,
            findings=self.findings,
            unknown=self.unknown,
            heights=self.heights,
        )

    def levels(self) -> int:
        """Levels of the stack that a function compiled here may take: the tallest expression so far and its frame."""
        return _BOXED_LEVELS + self.heights[0]

    def expression(self, text: str, place: Place) -> Evaluate:
        """Closure of a FEEL text."""
        known = self.compiled.get(text)
        if known is not None:
            return known
        try:
            form = parse_expression(text, self.scope, BUILT_IN_NAMES)
            self.heights[0] = max(self.heights[0], height(form))
            self._note_unknown(form, text, place)
            evaluate = compile_form(form, self.static)
        except FeelSyntaxError as error:
            evaluate = self._broken(text, place, error)
        self.compiled[text] = evaluate
        return evaluate

    def tests(self, text: str, place: Place) -> Test:
        """Closure of unary tests; an empty cell is `-`."""
        known = self.compiled_tests.get(text)
        if known is not None:
            return known
        try:
            form = parse_unary_tests(text or "-", self.scope, BUILT_IN_NAMES)
            self.simple_cells[text] = simple_cell(form)
            if self.simple_cells[text] is None:  # else it is made of constants
                self._note_unknown(form, text, place)
            test = compile_tests(form, self.static)
        except FeelSyntaxError as error:
            broken = self._broken(text, place, error)

            def test(frame: Frame, value: FeelValue) -> bool | None:
                broken(frame)
                return None

        self.compiled_tests[text] = test
        return test

    def simple_cell(self, text: str) -> SimpleCell | None:
        """The cell as intervals, None where it has to be evaluated; for texts that `tests` has compiled."""
        return self.simple_cells.get(text)

    def requires(self, text: str, type_ref: str | None) -> bool:
        """Whether *text* is the name of a requirement of just this type, whose value needs no second conversion."""
        kind = self.types.named(type_ref)
        return kind is not None and self.static.parent is None and self.scope.names.get(text) == kind

    def typed(self, evaluate: Evaluate, type_ref: str | None, what: str) -> Evaluate:
        """Coerce the value of *evaluate* to the type called *type_ref*."""
        kind = self.types.named(type_ref)
        if kind is None:
            return evaluate
        message = f"{what} is not of type {type_ref}."
        exact = exact_class(kind)

        def checked(frame: Frame) -> FeelValue:
            value = evaluate(frame)
            if value is None or type(value) is exact:
                return value
            answer = coerce(value, kind, frame.run.step)
            if answer is None:
                frame.run.warn(WarningKind.TYPE_MISMATCH, message)
            return answer

        return checked

    def _note_unknown(self, form: Node, text: str, place: Place) -> None:
        names = unknown_names(form, self.scope)
        if names:
            known = tuple(self.scope.names)
            self.unknown.extend(UnknownName(name, text, place, known) for name in sorted(names))

    def _broken(self, text: str, place: Place, error: FeelSyntaxError) -> Evaluate:
        self.findings.append(
            Finding(
                severity=Severity.ERROR,
                rule="feel-syntax",
                message=f"{text!r} is not FEEL: {error.cause}",
                place=place,
                remedy=error.remedy,
                parameters={"text": text, "cause": error.cause},
            )
        )
        message = f"{text!r} is not FEEL."

        def warn(frame: Frame) -> FeelValue:
            frame.run.warn(WarningKind.DECISION, message)
            return None

        return warn
