# SPDX-License-Identifier: Apache-2.0
"""Throwing events, from wherever: throw and end events, and the events of a multi-instance activity.

A throw is prepared first (all that can fail is evaluated), then done. Messages are orders to the host. Signals are too,
once those in this instance who wait for them have had them. Errors and escalations go to who catches them in this
instance (`propagation.py`), the latter also to a calling one.
What is thrown is caught before the thrower goes on: the caller puts on the stack what the thrower does next, and an
event that interrupts takes it off again. Source: BPMN 2.0.2, 10.5.1, 13.5.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.kernel.arming import in_order
from taktloom.kernel.arrival import deliver
from taktloom.kernel.commands import IncidentKind, InstanceOutcome, ThrowMessage, ThrowSignal
from taktloom.kernel.events import OWN_SIGNALS_AT_ONCE
from taktloom.kernel.executable import NONE
from taktloom.kernel.expressions import TextExpression, evaluate_text
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.interruption import break_off, start_handler
from taktloom.kernel.propagation import Catcher, find_error_catcher, find_escalation_catcher
from taktloom.kernel.run import Run
from taktloom.kernel.state import Token
from taktloom.model.identifiers import SubscriptionId

__all__ = [
    "ErrorThrow",
    "EscalationThrow",
    "MessageThrow",
    "SeveralThrows",
    "SignalThrow",
    "TerminateThrow",
    "Throw",
    "catch_error",
    "throw",
    "throw_error",
    "throw_escalation",
    "told_to_the_host",
    "without_catching_here",
]

Payload: TypeAlias = Mapping[str, FeelValue]
Deed: TypeAlias = Callable[[], None]
NOTHING: Payload = {}


class Throw(Protocol):
    """A compiled event definition that is thrown. ends_path: the thrower's path may end with it."""

    @property
    def ends_path(self) -> bool:
        """Whether it goes last among several."""

    def prepare(self, run: Run, token: Token, payload: Payload) -> Deed:
        """Evaluate what can fail (ElementFailure); the result throws from *token*."""


def throw(run: Run, token: Token, thrown: Throw, payload: Payload = NOTHING) -> None:
    """Throw from where *token* stands. Raises ElementFailure with nothing changed."""
    thrown.prepare(run, token, payload)()


@dataclass(frozen=True, slots=True)
class SignalThrow:
    """Caught at once by all in this instance who wait for it, then broadcast by the host after the step.

    The scope of the thrower may be over after the step, and its event sub-processes and boundary events were listening
    when the signal was thrown. is_caught_here: no, where the host alone delivers it.
    """

    name: TextExpression
    ends_path: bool = False
    is_caught_here: bool = True

    def prepare(self, run: Run, token: Token, payload: Payload) -> Deed:
        """The name."""
        name = evaluate_text(self.name, run.variables(token), run.now)
        if not name:
            raise ElementFailure(IncidentKind.EXPRESSION, "The signal's name is empty.")
        command = ThrowSignal(element_id=run.node(token).id, signal_name=name, variables=payload)
        return partial(_broadcast, run, command) if self.is_caught_here else partial(run.commands.append, command)


@dataclass(frozen=True, slots=True)
class MessageThrow:
    """Delivered by the host after the step."""

    name: TextExpression
    correlation_key: TextExpression | None
    ends_path: bool = False

    def prepare(self, run: Run, token: Token, payload: Payload) -> Deed:
        """Name and key."""
        context = run.variables(token)
        name = evaluate_text(self.name, context, run.now)
        if not name:
            raise ElementFailure(IncidentKind.EXPRESSION, "The message's name is empty.")
        key = None if self.correlation_key is None else evaluate_text(self.correlation_key, context, run.now)
        return partial(_throw_message, run, token, name, key, payload)


@dataclass(frozen=True, slots=True)
class EscalationThrow:
    """Caught by the innermost that fits; that nothing catches it is no failure."""

    code: str | None
    ends_path: bool = False

    def prepare(self, run: Run, token: Token, payload: Payload) -> Deed:
        """Nothing can fail."""
        return partial(throw_escalation, run, token, self.code, payload)


@dataclass(frozen=True, slots=True)
class ErrorThrow:
    """Caught by the innermost that fits; one that nothing catches fails the instance."""

    code: str
    ends_path: bool = True

    def prepare(self, run: Run, token: Token, payload: Payload) -> Deed:
        """Nothing can fail."""
        return partial(throw_error, run, token, self.code, payload)


@dataclass(frozen=True, slots=True)
class TerminateThrow:
    """Ends the scope of the thrower at once."""

    ends_path: bool = True

    def prepare(self, run: Run, token: Token, payload: Payload) -> Deed:
        """Nothing can fail."""
        del payload
        return partial(run.terminate, token)


@dataclass(frozen=True, slots=True)
class SeveralThrows:
    """A multiple event throws all of its events; what may end the path goes last."""

    parts: tuple[Throw, ...]
    ends_path: bool = False

    def prepare(self, run: Run, token: Token, payload: Payload) -> Deed:
        """All of them."""
        ordered = sorted(self.parts, key=lambda part: part.ends_path)
        return partial(_throw_all, run, token, [part.prepare(run, token, payload) for part in ordered])


def without_catching_here(thrown: Throw) -> Throw:
    """The same throw, whose signals the host alone delivers."""
    if isinstance(thrown, SeveralThrows):
        return replace(thrown, parts=tuple(without_catching_here(part) for part in thrown.parts))
    return replace(thrown, is_caught_here=False) if isinstance(thrown, SignalThrow) else thrown


def throw_error(run: Run, token: Token, code: str, payload: Payload = NOTHING) -> None:
    """Throw a BPMN error from where *token* stands."""
    catcher = find_error_catcher(run, token, code)
    if catcher.event == NONE:
        run.finish(InstanceOutcome.FAILED, code, frozenset(catcher.passed))
    else:
        catch_error(run, catcher, code, payload)


def catch_error(run: Run, catcher: Catcher, code: str, payload: Payload, message: str = "") -> None:
    """Let the catcher that was found have the error; its output mappings see errorCode and errorMessage too."""
    event, failed = run.process.nodes[catcher.event], frozenset(catcher.passed)
    variables = {"errorCode": code, "errorMessage": message, **payload} if event.outputs else payload
    if isinstance(catcher.holder, Token):
        break_off(run, event, catcher.holder, variables, failed)
    elif catcher.holder is not None:
        start_handler(run, event, catcher.holder, variables, failed)


def throw_escalation(run: Run, token: Token, code: str | None, payload: Payload = NOTHING) -> None:
    """Throw an escalation from where *token* stands; the caller of the instance gets what nothing here catches.

    The output mappings of what catches it see escalationCode too. A called instance stops there until its caller has
    answered: an event that interrupts the call comes before all that the called instance would still do.
    """
    catcher = find_escalation_catcher(run, token, code)
    if catcher.event == NONE:
        if run.state.is_called:
            run.escalate_to_caller(code, payload)
        return
    event = run.process.nodes[catcher.event]
    variables = {"escalationCode": code, **payload} if event.outputs else payload
    event.catch(run, event, catcher.holder, variables)


def _broadcast(run: Run, command: ThrowSignal) -> None:
    if run.rules < OWN_SIGNALS_AT_ONCE:
        run.commands.append(command)
        return
    signals, name = run.state.signals, command.signal_name
    waiting = tuple(wait_id for wait_id, wait in signals.items() if wait.signal_name == name)
    run.commands.append(replace(command, passed=waiting))
    if waiting:
        run.heard = run.heard or {}
        run.heard.setdefault(name, set()).update(signals[wait_id].element for wait_id in waiting)
        in_order(run, ((_receive, (run, wait_id, command.variables)) for wait_id in waiting))


def _receive(run: Run, wait_id: SubscriptionId, variables: Payload) -> None:
    wait = run.state.signals.get(wait_id)
    if wait is not None:  # else the one before it has withdrawn it
        deliver(run, wait_id, wait, variables)


def told_to_the_host(run: Run) -> None:
    """Let no event that has had a signal in this step have it again under the wait that it opened afterwards."""
    elements = run.heard or {}
    for number, command in enumerate(run.commands):
        if isinstance(command, ThrowSignal) and command.signal_name in elements:
            heard = elements[command.signal_name]
            again = (
                wait_id
                for wait_id, wait in run.state.signals.items()
                if wait.element in heard and wait.signal_name == command.signal_name
            )
            run.commands[number] = replace(command, passed=tuple(dict.fromkeys((*command.passed, *again))))


def _throw_message(run: Run, token: Token, name: str, key: str | None, payload: Payload) -> None:
    run.learn_correlation(run.node(token), payload)
    run.commands.append(
        ThrowMessage(
            message_id=run.next_id(),
            element_id=run.node(token).id,
            message_name=name,
            correlation_key=key,
            variables=payload,
        )
    )


def _throw_all(run: Run, token: Token, deeds: list[Deed]) -> None:
    in_order(run, ((_throw_if_there, (run, token, deed)) for deed in deeds))


def _throw_if_there(run: Run, token: Token, deed: Deed) -> None:
    if token.id in run.state.tokens:  # else an earlier one has broken the thrower's path off
        deed()
