# SPDX-License-Identifier: Apache-2.0
"""Compiling the texts of a model, collecting every problem instead of stopping at the first.

A FEEL text may begin with `=`. Texts that may be literal or FEEL (assignee, job type, message name …) are FEEL only
when they do. Timer texts are ISO 8601 literals where they read as one, else FEEL.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.kernel.executable import Attribute, MappingRule
from taktloom.kernel.expressions import Context, Expression, TextExpression, compile_feel
from taktloom.kernel.rules import problem
from taktloom.kernel.timers import Timer, TimerKind, check_literal
from taktloom.model.errors import DefinitionError
from taktloom.model.event_definitions import TimerDefinition
from taktloom.model.events import CASE_ATTRIBUTE_PREFIX, EVENT_ATTRIBUTE_PREFIX
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId
from taktloom.model.process import EventAttribute, FlowNode, ProcessDefinition, ScriptTask, SequenceFlow
from taktloom.model.process_data import VariableMapping

__all__ = ["Compilation", "ScriptRunner"]

Element = FlowNode | SequenceFlow | ProcessDefinition

# Given the script task and all that is visible, gives the variables that it sets; may raise ElementFailure.
ScriptRunner: TypeAlias = Callable[[ScriptTask, Context], Mapping[str, FeelValue]]


@dataclass(slots=True, kw_only=True)
class Compilation:
    """What is known while one process is compiled.

    names: variables with spaces or signs in them, which FEEL must know. decisions: None where they are not checked.
    script_runner: runs all scripts in place of the kernel.
    """

    names: frozenset[str]
    external_choices: frozenset[ElementId]
    decisions: Collection[str] | None
    script_runner: ScriptRunner | None = None
    findings: list[Finding] = field(default_factory=list)

    def expression(self, text: str, element: Element, what: str) -> Expression:
        """Compile FEEL text; a syntax error becomes a finding with its position, and an expression that gives null."""
        source = _without_marker(text)
        try:
            return compile_feel(source, self.names)
        except DefinitionError as error:
            self.findings.append(
                problem(
                    "expression-not-feel",
                    element,
                    f"The {what} '{source}' is not FEEL: {error.cause}",
                    "Mend the expression.",
                    what=what,
                    text=source,
                    detail=error.cause,
                )
            )
            return Expression(source, lambda _context, _now: None)

    def optional_expression(self, text: str | None, element: Element, what: str) -> Expression | None:
        """As expression; None for nothing."""
        return None if text is None or not _without_marker(text) else self.expression(text, element, what)

    def condition(self, flow: SequenceFlow) -> Expression | None:
        """The flow's condition."""
        return None if flow.condition is None else self.expression(flow.condition, flow, "condition")

    def text(self, text: str, element: Element, what: str) -> TextExpression:
        """Literal text, or FEEL after `=`."""
        if not text.lstrip().startswith("="):
            return TextExpression(text.strip())
        return TextExpression("", self.expression(text, element, what))

    def optional_text(self, text: str | None, element: Element, what: str) -> TextExpression | None:
        """As text; None for nothing."""
        return None if text is None or not text.strip() else self.text(text, element, what)

    def key(self, text: str | None, element: Element) -> TextExpression | None:
        """A correlation key: always FEEL."""
        if text is None:
            return None
        return TextExpression("", self.expression(text, element, "correlation key"))

    def timer(self, definition: TimerDefinition, element: Element) -> Timer:
        """The first given of date, duration and cycle; the rules see to it that there is exactly one."""
        texts = (
            (TimerKind.DATE, definition.date),
            (TimerKind.DURATION, definition.duration),
            (TimerKind.CYCLE, definition.cycle),
        )
        kind, text = next(((kind, text.strip()) for kind, text in texts if text), (TimerKind.DURATION, "PT0S"))
        calendar = definition.calendar
        if text.startswith("="):
            expression = TextExpression("", self.expression(text, element, "timer"))
            return Timer(kind=kind, text=expression, calendar=calendar)
        reason = check_literal(kind, text, calendar)
        if reason is None:
            return Timer(kind=kind, text=TextExpression(text), calendar=calendar)
        if _looks_literal(kind, text):
            self.findings.append(
                problem(
                    "timer-text-invalid",
                    element,
                    f"The timer text '{text}' cannot be used: {reason}.",
                    "Write an ISO 8601 text, for a cycle also a cron expression, or a FEEL expression after '='.",
                    text=text,
                    detail=reason,
                )
            )
            return Timer(kind=kind, text=TextExpression(text))
        return Timer(
            kind=kind, text=TextExpression("", self.expression(text, element, "timer")), calendar=definition.calendar
        )

    def mappings(self, mappings: Iterable[VariableMapping], element: Element) -> tuple[MappingRule, ...]:
        """Compiled in order."""
        return tuple(
            MappingRule(
                source=self.expression(mapping.source, element, "mapping's source"),
                path=tuple(part.strip() for part in mapping.target.split(".")),
            )
            for mapping in mappings
            if _without_marker(mapping.source)  # the empty one is a finding of the rules
        )

    def attributes(self, attributes: Iterable[EventAttribute], element: Element) -> tuple[Attribute, ...]:
        """Compiled event log attributes with their full column names."""
        return tuple(
            Attribute(
                column=(CASE_ATTRIBUTE_PREFIX if item.level == "case" else EVENT_ATTRIBUTE_PREFIX) + item.name,
                source=self.expression(item.source, element, "event log attribute"),
            )
            for item in attributes
        )


def _without_marker(text: str) -> str:
    return text.strip().removeprefix("=").strip()


def _looks_literal(kind: TimerKind, text: str) -> bool:
    """A text in which FEEL could not be meant, so that the better message is about ISO 8601."""
    if kind is TimerKind.CYCLE and text[0] in "0123456789*@":  # cron
        return True
    head = {TimerKind.DATE: "0123456789", TimerKind.DURATION: "P", TimerKind.CYCLE: "R"}[kind]
    return text.removeprefix("-")[:1] in tuple(head) and " " not in text.strip() and "(" not in text
