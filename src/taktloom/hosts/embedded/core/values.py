# SPDX-License-Identifier: Apache-2.0
"""Variable values on their way to and from disk: FEEL value -> canonical JSON bytes -> ValueCodec -> column *_sealed.

Everything that holds a variable's value passes here: states, journal payloads, job and user task variables, event
attributes, buffered messages, correlation keys.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Protocol

from taktloom.feel import to_json
from taktloom.feel.values import FeelValue
from taktloom.feel.wire import from_stored_json, json_text, own_copy, utf8
from taktloom.model.identifiers import SubjectKey, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOwner:
    """Whose values they are: the key to encrypt with, later. subject_key None: about nobody known."""

    tenant_id: TenantId
    subject_key: SubjectKey | None = None


class ValueCodec(Protocol):
    """Turns bytes into what is stored and back; unseal(seal(x)) == x for the same owner."""

    def seal(self, plain: bytes, owner: ValueOwner) -> bytes:
        """What is written to disk."""

    def unseal(self, sealed: bytes, owner: ValueOwner) -> bytes:
        """What was sealed."""


class PlainValues:
    """The identity codec."""

    def seal(self, plain: bytes, owner: ValueOwner) -> bytes:
        """The same bytes."""
        return plain

    def unseal(self, sealed: bytes, owner: ValueOwner) -> bytes:
        """The same bytes."""
        return sealed


_WRITER = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))
_READER = json.JSONDecoder(parse_float=Decimal)
_NOTHING_SHARED: "Mapping[str, SharedValue]" = {}


def dump_values(values: Mapping[str, FeelValue]) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8.

    Raises ValueConversionError, InputRefusedError for what cannot be stored.
    """
    entries = [f"{encode_basestring(name)}:{_text(values[name])}" for name in sorted(values)]
    return utf8(f"{{{','.join(entries)}}}")


def load_values(data: bytes) -> dict[str, FeelValue]:
    """What dump_values wrote; numbers become Decimal without passing through float."""
    wire = _READER.decode(data.decode())
    return {name: from_stored_json(value) for name, value in wire.items()}


def _text(value: FeelValue) -> str:
    """What is inside a list or a context has sorted keys too."""
    return _WRITER.encode(to_json(value)) if isinstance(value, (list, dict)) else json_text(value)


def long_names(data: bytes) -> Mapping[str, str]:
    """Of variables of a job the digests of its long values by name; see `job_values`."""
    if not data.startswith(b"["):
        return {}
    digests: dict[str, str] = _READER.raw_decode(data.decode(), 1)[0]
    return digests


class SharedValue:
    """A value that many are given, as JSON text; read once, when somebody looks at it. Each is given a copy."""

    __slots__ = ("_data", "_value")

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        """In bytes, as text."""
        return len(self._data)

    @property
    def value(self) -> FeelValue:
        """The value itself; who is given it may change it in place, so it has lists and contexts of its own."""
        try:
            return own_copy(self._value)
        except AttributeError:
            self._value: FeelValue = from_stored_json(_READER.decode(self._data.decode()))
            return own_copy(self._value)


class StoredValues(Mapping[str, FeelValue]):
    """Stored variables, read when somebody looks at them: many workers never do, and others on their own thread.

    shared: by their digests the long values that *data* names.
    """

    __slots__ = ("_data", "_shared", "_values")

    def __init__(self, data: bytes, shared: Mapping[str, SharedValue] = _NOTHING_SHARED) -> None:
        self._data = data
        self._shared = shared
        self._values: dict[str, FeelValue] | None = None

    def __getitem__(self, name: str) -> FeelValue:
        return self._read()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        return repr(self._read())

    def _read(self) -> dict[str, FeelValue]:
        if self._values is None:
            names = long_names(self._data)
            wire = _READER.decode(self._data.decode())
            self._values = {
                name: self._shared[names[name]].value if name in names else from_stored_json(value)
                for name, value in (wire[1] if names else wire).items()
            }
        return self._values


def digest(*parts: bytes) -> str:
    """SHA-256 in hex over parts, each with its length before it so that parts cannot run into each other."""
    result = hashlib.sha256()
    for part in parts:
        result.update(len(part).to_bytes(8, "big"))
        result.update(part)
    return result.hexdigest()
