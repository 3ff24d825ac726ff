# SPDX-License-Identifier: Apache-2.0
"""States and kernel events as canonical JSON bytes: UTF-8, format version first, keys sorted, defaults left out.

Equal states give equal bytes. Only the entries of variables and contexts keep their own order: it is part of a FEEL
value (`get entries` shows it), and a restored instance must go on as if it had never been stored.

An older format is brought up step by step by `MIGRATIONS`; a newer one is refused.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast, get_args

from taktloom.feel.values import JsonValue
from taktloom.feel.wire import utf8
from taktloom.kernel.events import KernelEvent
from taktloom.kernel.record_form import JsonObject, load_record, save_record
from taktloom.kernel.state import STATE_FORMAT, InstanceState
from taktloom.kernel.state_text import plain_event_text, plain_state_text
from taktloom.model.errors import IncidentError
from taktloom.model.identifiers import TokenId
from taktloom.model.journal import JOURNAL_FORMAT

__all__ = ["EVENT_MIGRATIONS", "STATE_MIGRATIONS", "load_event", "load_state", "save_event", "save_state"]

Migration = Callable[[JsonObject], JsonObject]


def _mark_active_tokens(body: JsonObject) -> JsonObject:
    """Format 1 did not say which tokens have begun a visit: all had, but those that wait at a join."""
    waiting = {
        token
        for scope in _objects(body, "scopes").values()
        for arrived in _objects(scope, "joins").values()
        for tokens in arrived.values()
        for token in cast("Iterable[str]", tokens)
    }
    tokens = {
        key: token if key in waiting else {**token, "is_active": True}
        for key, token in _objects(body, "tokens").items()
    }
    return {**body, "tokens": cast("JsonValue", tokens)}


def _happened_under_first_rules(body: JsonObject) -> JsonObject:
    """Format 1 did not name the rules: then a signal reached its own instance by an event of its own, too."""
    return {**body, "rules": 1}


def _happened_under_second_rules(body: JsonObject) -> JsonObject:
    """Format 2 left the rules of its time unsaid, which were the second ones."""
    return {"rules": 2, **body}


def _happened_under_third_rules(body: JsonObject) -> JsonObject:
    """Format 3 left the rules of its time unsaid, which were the third ones."""
    return {"rules": 3, **body}


# From the format of the key to the next one. The functions tell in prose what changed; stored examples of every format
# are in tests/journals.
STATE_MIGRATIONS: Mapping[int, Migration] = {1: _mark_active_tokens}
EVENT_MIGRATIONS: Mapping[int, Migration] = {
    1: _happened_under_first_rules,
    2: _happened_under_second_rules,
    3: _happened_under_third_rules,
}

EVENT_KINDS: Mapping[str, type[KernelEvent]] = {kind.__name__: kind for kind in get_args(KernelEvent)}


def save_state(state: InstanceState) -> bytes:
    """The state as bytes; raises ValueConversionError, InputRefusedError if a variable holds what cannot be stored."""
    return utf8(f'{{"format":{STATE_FORMAT},"state":{plain_state_text(state) or save_record(state)}}}')


def load_state(data: bytes) -> InstanceState:
    """The state that `save_state` wrote; raises IncidentError for a format that this version does not know."""
    document = json.loads(data.decode())
    state: InstanceState = load_record(InstanceState, _open(document, "state", STATE_FORMAT, STATE_MIGRATIONS))
    _join(state)
    return state


def _join(state: InstanceState) -> None:
    """Put the records themselves where the text has their ids, and one text of an id where it has several."""
    tokens, scopes = state.tokens, state.scopes
    for scope_id, scope in scopes.items():
        if scope.tokens:
            inside = [tokens[token_id] for token_id in scope.tokens]
            scope.tokens = {token.id: None for token in inside}
            for token in inside:
                token.scope, token.around = scope_id, scope
    stores = cast("tuple[dict[str, object], ...]", (state.jobs, state.user_tasks, state.requests, state.children))
    for waits in stores:
        for wait_id, token_id in waits.items():
            waits[wait_id] = tokens[cast("TokenId", token_id)]


def save_event(event: KernelEvent) -> bytes:
    """The kernel event as the journal's payload; raises as `save_state` does."""
    payload = plain_event_text(event) or save_record(event)
    return utf8(f'{{"format":{JOURNAL_FORMAT},"kind":"{type(event).__name__}","payload":{payload}}}')


def load_event(data: bytes) -> KernelEvent:
    """The kernel event that `save_event` wrote; raises IncidentError as `load_state` does."""
    document = json.loads(data.decode())
    body = _open(document, "payload", JOURNAL_FORMAT, EVENT_MIGRATIONS)
    event: KernelEvent = load_record(EVENT_KINDS[document["kind"]], body)
    return event


def _open(document: Mapping[str, Any], name: str, newest: int, migrations: Mapping[int, Migration]) -> JsonObject:
    version = document["format"]
    if not isinstance(version, int) or version > newest:
        raise IncidentError(
            f"The stored {name} has the format {version}, newer than {newest}.",
            remedy="Run the version of the program that wrote it, or a later one.",
            parameters={"format": str(version), "newest": str(newest)},
        )
    body: JsonObject = document[name]
    for older in range(version, newest):
        body = migrations[older](body)
    return body


def _objects(body: Mapping[str, object], name: str) -> dict[str, JsonObject]:
    return cast("dict[str, JsonObject]", body.get(name, {}))
