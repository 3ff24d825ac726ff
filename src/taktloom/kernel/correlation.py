# SPDX-License-Identifier: Apache-2.0
"""BPMN correlation: which message belongs to which instance, by values read from the message.

Beside the name and one key text, a subscription may ask for values: pairs of FEEL text over the message's variables
and the value that it must give. Those of a correlation key are learnt from the first message that the instance sends
or receives and that has all properties of the key; from then on every message that has them must give the same. Those
of a correlation subscription are read from process data when the wait begins. Source: BPMN 2.0.2, 8.4.2.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from taktloom.feel.values import FeelValue
from taktloom.kernel.expressions import Expression, compile_feel
from taktloom.kernel.failure import ElementFailure
from taktloom.model.event_definitions import EventDefinition, MessageDefinition, single_definitions
from taktloom.model.identifiers import ElementId
from taktloom.model.process import AnyFlowNode, ProcessDefinition, ReceiveTask, SendTask

__all__ = ["MessageCorrelation", "expected_values", "key_values", "message_correlations", "message_matches"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCorrelation:
    """How one message of a flow node is correlated.

    keys: per correlation key the FEEL texts that read its properties from the message. paths: of the correlation
    subscriptions pairs of such a text and the FEEL text over process data that must give the same.
    """

    keys: tuple[tuple[ElementId, tuple[str, ...]], ...] = ()
    paths: tuple[tuple[str, str], ...] = ()


def message_correlations(definition: ProcessDefinition, node: AnyFlowNode) -> tuple[MessageCorrelation, ...]:
    """One per event definition of the node; empty where none of its messages is correlated by properties."""
    found = tuple(_correlation_of(definition, message) for message in _messages_of(node))
    return found if any(correlation != NOT_CORRELATED for correlation in found) else ()


def expected_values(
    correlation: MessageCorrelation,
    learnt: Mapping[ElementId, Sequence[FeelValue]],
    context: Mapping[str, FeelValue],
    now: datetime,
) -> tuple[tuple[str, FeelValue], ...]:
    """`Subscribe.matches`: what the message must give, by the keys that the instance knows and by process data."""
    pairs = [pair for key, texts in correlation.keys if key in learnt for pair in zip(texts, learnt[key], strict=True)]
    for text, path in correlation.paths:
        value = _value(path, context, now)
        if value is not None:
            pairs.append((text, value))
    return tuple(pairs)


def key_values(
    correlation: MessageCorrelation, variables: Mapping[str, FeelValue], now: datetime
) -> Iterator[tuple[ElementId, list[FeelValue]]]:
    """The values of each key all of whose properties the message has."""
    for key, texts in correlation.keys:
        values = [_value(text, variables, now) for text in texts]
        if all(value is not None for value in values):
            yield key, values


def message_matches(
    matches: tuple[tuple[str, FeelValue], ...], variables: Mapping[str, FeelValue], now: datetime
) -> bool:
    """Whether a message with *variables* fits a subscription that asks for *matches* (`Subscribe.matches`).

    A text that cannot be evaluated over this message does not fit.
    """
    return all(_value(text, variables, now) == value for text, value in matches)


def _messages_of(node: AnyFlowNode) -> Iterable[EventDefinition]:
    if isinstance(node, ReceiveTask | SendTask):
        return () if node.message is None else (node.message,)
    return single_definitions(getattr(node, "definition", None))


def _correlation_of(definition: ProcessDefinition, message: EventDefinition) -> MessageCorrelation:
    texts = dict(message.retrievals) if isinstance(message, MessageDefinition) else {}
    keys = [
        (key.id, tuple(_plain(texts[item]) for item in key.properties))
        for key in definition.correlation_keys
        if key.properties and all(item in texts for item in key.properties)
    ]
    paths = [
        (_plain(texts[item]), _plain(path))
        for subscription in definition.correlation_subscriptions
        for item, path in subscription.bindings
        if item in texts
    ]
    return MessageCorrelation(keys=tuple(keys), paths=tuple(paths))


def _plain(text: str) -> str:
    return text.strip().removeprefix("=").strip()


def _value(text: str, variables: Mapping[str, FeelValue], now: datetime) -> FeelValue:
    try:
        return _compiled(text).evaluate(variables, now)
    except ElementFailure:
        return None


NOT_CORRELATED = MessageCorrelation()


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Expression:
    return compile_feel(text, ())
