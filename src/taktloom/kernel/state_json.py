# SPDX-License-Identifier: Apache-2.0
"""States and kernel events as canonical JSON bytes: UTF-8, format version first, keys sorted, defaults left out.

Equal states give equal bytes. Only the entries of variables and contexts keep their own order: it is part of a FEEL
value (`get entries` shows it), and a restored instance must go on as if it had never been stored.

An older format is brought up step by step by `MIGRATIONS`; a newer one is refused.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import TypeVar, cast, get_args

from taktloom.feel.values import FeelValue, JsonValue, from_json, to_json
from taktloom.kernel.events import KernelEvent
from taktloom.kernel.state import (
    STATE_FORMAT,
    IncidentWait,
    InstanceState,
    InstanceStatus,
    Phase,
    Scope,
    SubscriptionWait,
    TimerWait,
    Token,
)
from taktloom.model.errors import IncidentError
from taktloom.model.journal import JOURNAL_FORMAT

__all__ = ["EVENT_MIGRATIONS", "STATE_MIGRATIONS", "load_event", "load_state", "save_event", "save_state"]

JsonObject = dict[str, JsonValue]
Migration = Callable[[JsonObject], JsonObject]
Record = TypeVar("Record")


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
        key: token if key in waiting else _sorted({**token, "is_active": True})
        for key, token in _objects(body, "tokens").items()
    }
    return {**body, "tokens": cast("JsonValue", tokens)}


# From the format of the key to the next one. The functions tell in prose what changed; stored examples of every format
# are in tests/journals.
STATE_MIGRATIONS: Mapping[int, Migration] = {1: _mark_active_tokens}
EVENT_MIGRATIONS: Mapping[int, Migration] = {}

EVENT_KINDS: Mapping[str, type[KernelEvent]] = {kind.__name__: kind for kind in get_args(KernelEvent)}


def save_state(state: InstanceState) -> bytes:
    """The state as bytes; raises ValueConversionError if a variable holds a function."""
    body = _plain(state, skip=frozenset({"tokens", "scopes", "timers", "subscriptions", "incidents"}))
    body["tokens"] = {key: _plain(token, skip=frozenset({"id"})) for key, token in state.tokens.items()}
    body["scopes"] = {key: _save_scope(scope) for key, scope in state.scopes.items()}
    for name in ("timers", "subscriptions", "incidents"):
        waits: Mapping[str, object] = getattr(state, name)
        body[name] = {key: _plain(wait) for key, wait in waits.items()}
    return _bytes(
        {"format": STATE_FORMAT, "state": _sorted({name: value for name, value in body.items() if value != {}})}
    )


def load_state(data: bytes) -> InstanceState:
    """The state that `save_state` wrote; raises IncidentError for a format that this version does not know."""
    body = _open(data, "state", STATE_FORMAT, STATE_MIGRATIONS)
    tokens = {key: {**token, "id": key} for key, token in _objects(body, "tokens").items()}
    values: dict[str, object] = {
        **body,
        "started_at": _instant(body["started_at"]) if "started_at" in body else None,
        "status": InstanceStatus(str(body.get("status", InstanceStatus.ACTIVE))),
        "tokens": {key: _load(Token, token) for key, token in tokens.items()},
        "scopes": {key: _load_scope(scope) for key, scope in _objects(body, "scopes").items()},
        "timers": {key: _load(TimerWait, wait) for key, wait in _objects(body, "timers").items()},
        "subscriptions": {key: _load(SubscriptionWait, wait) for key, wait in _objects(body, "subscriptions").items()},
        "incidents": {key: _load(IncidentWait, wait) for key, wait in _objects(body, "incidents").items()},
    }
    return InstanceState(**values)  # type: ignore[arg-type]


def save_event(event: KernelEvent) -> bytes:
    """The kernel event as the journal's payload."""
    payload = _sorted(_plain(event))
    return _bytes({"format": JOURNAL_FORMAT, "kind": type(event).__name__, "payload": payload})


def load_event(data: bytes) -> KernelEvent:
    """The kernel event that `save_event` wrote; raises IncidentError as `load_state` does."""
    body = _open(data, "payload", JOURNAL_FORMAT, EVENT_MIGRATIONS)
    kind = EVENT_KINDS[str(json.loads(data)["kind"])]
    return _load(kind, body)


def _plain(record: object, skip: frozenset[str] = frozenset()) -> JsonObject:
    """The record's fields that differ from their defaults, in JSON's types."""
    plain: JsonObject = {}
    for item in fields(record):  # type: ignore[arg-type]
        value = getattr(record, item.name)
        if item.name in skip or _is_default(item.default, item.default_factory, value):
            continue
        plain[item.name] = _to_plain(item.name, value)
    return _sorted(plain)


def _is_default(default: object, factory: object, value: object) -> bool:
    if factory is not MISSING:
        return not value  # every factory makes something empty
    return default is not MISSING and value == default and type(value) is type(default)


def _to_plain(name: str, value: object) -> JsonValue:
    if name == "variables":
        return {key: to_json(item) for key, item in cast("Mapping[str, FeelValue]", value).items()}
    if name == "value":
        return to_json(cast("FeelValue", value))
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return cast("JsonValue", value)


def _save_scope(scope: Scope) -> JsonObject:
    plain = _plain(scope, skip=frozenset({"tokens", "joins"}))
    if scope.tokens:
        plain["tokens"] = cast("JsonValue", list(scope.tokens))
    if scope.joins:
        plain["joins"] = {
            str(gateway): {str(flow): cast("JsonValue", tokens) for flow, tokens in sorted(arrived.items())}
            for gateway, arrived in sorted(scope.joins.items())
        }
    return _sorted(plain)


def _load_scope(plain: JsonObject) -> Scope:
    joins = {
        int(gateway): {int(flow): tokens for flow, tokens in arrived.items()}
        for gateway, arrived in _objects(plain, "joins").items()
    }
    tokens = dict.fromkeys(cast("Iterable[str]", plain.get("tokens", ())))
    return _load(Scope, {**plain, "joins": joins, "tokens": tokens})


def _load(kind: type[Record], plain: Mapping[str, object]) -> Record:
    """A record from its stored fields; what is left out has its default."""
    return kind(**{name: _LOADERS.get(name, _same)(value) for name, value in plain.items()})


def _same(value: object) -> object:
    return value


def _instant(value: object) -> datetime:
    return datetime.fromisoformat(str(value))


def _variables(value: object) -> dict[str, FeelValue]:
    return {name: from_json(item) for name, item in cast("JsonObject", value).items()}


def _phase(value: object) -> Phase:
    return Phase(cast("int", value))


_LOADERS: Mapping[str, Callable[[object], object]] = {
    "due_at": _instant,
    "entered_at": _instant,
    "occurred_at": _instant,
    "phase": _phase,
    "value": from_json,
    "variables": _variables,
}


def _open(data: bytes, name: str, newest: int, migrations: Mapping[int, Migration]) -> JsonObject:
    document = json.loads(data)
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


def _sorted(plain: JsonObject) -> JsonObject:
    return dict(sorted(plain.items()))


def _bytes(document: JsonObject) -> bytes:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
