# SPDX-License-Identifier: Apache-2.0
"""Variables as this convention writes them, `{value, type, valueInfo}`, to and from FEEL values.

    FEEL                       type       value
    null                       Null       null
    boolean                    Boolean    true / false
    string                     String     text
    number, whole, 32 bits     Integer    number
    number, whole, 64 bits     Long       number
    any other number           Double     number
    date and time              Date       yyyy-MM-dd'T'HH:mm:ss.SSSZ
    date                       Date       midnight, UTC
    list, context              Json       text of JSON; dates inside as ISO text
    time, duration, range      String     their FEEL text
    context of a file          File       in valueInfo; the content is fetched apart

A type that comes without a name is read from the JSON value. Names of types are read in any case. A file is kept as a
context with the entries `file name`, `media type`, `encoding` and `content` (base64).
"""

import base64
import binascii
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import cast

from taktloom.feel.values import FeelDate, FeelDateTime, FeelValue
from taktloom.feel.wire import from_json, from_python, to_json, to_python
from taktloom.model.errors import InputRefusedError

NAME, MEDIA_TYPE, ENCODING, CONTENT = "file name", "media type", "encoding", "content"
_FILE_KEYS = {NAME, MEDIA_TYPE, ENCODING, CONTENT}
_INT, _LONG = 2**31, 2**63
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?([+-]\d{2}:?\d{2}|Z)?")

TypedValue = dict[str, object]


class VariableTypeError(InputRefusedError):
    """A typed variable cannot be read: an unknown type, or a value that is not of it."""

    code = "TL-2905"


def typed_value(value: object) -> TypedValue:
    """A FEEL value with its type."""
    kind, shown, information = _typed(cast("FeelValue", value))
    return {"type": kind, "value": shown, "valueInfo": information}


def typed_values(variables: Mapping[str, object]) -> dict[str, TypedValue]:
    """Variables with their types."""
    return {name: typed_value(value) for name, value in variables.items()}


def read_variables(given: object) -> dict[str, FeelValue]:
    """Variables of a request; null and nothing are none. Raises VariableTypeError."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise _refused("", "variables are an object of name and typed value")
    return {str(name): read_value(str(name), typed) for name, typed in given.items()}


def read_value(name: str, typed: object) -> FeelValue:
    """One typed value. Raises VariableTypeError; no message quotes the value."""
    if not isinstance(typed, Mapping):
        raise _refused(name, "it is not of the form {value, type}")
    value, kind = typed.get("value"), typed.get("type")
    information = typed.get("valueInfo") or {}
    if kind is None:
        return from_json(value) if not isinstance(value, dict) else from_python(value)
    read = _READERS.get(str(kind).lower())
    if read is None:
        raise _refused(name, f"there is no type {str(kind)[:50]}")
    if value is None and str(kind).lower() != "file":
        return None
    try:
        return read(value, information if isinstance(information, Mapping) else {})
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise _refused(name, f"its value is no {kind}") from error


def is_file(value: object) -> bool:
    """Whether a FEEL value is a file that came through this door."""
    return isinstance(value, dict) and set(value) == _FILE_KEYS


def content_of(value: object) -> tuple[bytes, str]:
    """The raw content of a variable with its media type: a file's own, else the text of its value."""
    if is_file(value):
        entries = cast("dict[str, str]", value)
        return base64.b64decode(entries[CONTENT]), entries[MEDIA_TYPE] or "application/octet-stream"
    shown = typed_value(value)["value"]
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    return text.encode(), "text/plain"


def instant_text(instant: datetime | None) -> str | None:
    """`yyyy-MM-dd'T'HH:mm:ss.SSSZ` in UTC, as the convention's clients read it."""
    if instant is None:
        return None
    at = instant.astimezone(UTC)
    return f"{at.replace(tzinfo=None).isoformat(timespec='milliseconds')}+0000"


def read_instant(name: str, text: str) -> datetime:
    """The instant of a query parameter. Raises VariableTypeError."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _refused(name, "it is no date and time such as 2026-01-31T12:00:00.000+0000") from error


def _typed(value: FeelValue) -> tuple[str, object, TypedValue]:
    if value is None:
        return "Null", None, {}
    if isinstance(value, bool):
        return "Boolean", value, {}
    if isinstance(value, str):
        return "String", value, {}
    if isinstance(value, Decimal):
        return *_typed_number(value), {}
    if isinstance(value, FeelDateTime | FeelDate):
        return *_typed_date(value), {}
    if is_file(value):
        return _typed_file(cast("dict[str, str]", value))
    if isinstance(value, list | dict):
        return "Json", json.dumps(_plain(value), ensure_ascii=False), {}
    return "String", str(value), {}


def _typed_file(entries: Mapping[str, str]) -> tuple[str, object, TypedValue]:
    if not entries[NAME]:  # what came as Bytes; a file has a name
        return "Bytes", entries[CONTENT], {}
    shown = {"filename": entries[NAME], "mimeType": entries[MEDIA_TYPE] or None}
    return "File", None, {**shown, "encoding": entries[ENCODING] or None}


def _typed_number(value: Decimal) -> tuple[str, object]:
    if value == value.to_integral_value():
        if -_INT <= value < _INT:
            return "Integer", int(value)
        if -_LONG <= value < _LONG:
            return "Long", int(value)
    double = float(value)
    return ("Double", double) if math.isfinite(double) else ("String", str(value))


def _typed_date(value: FeelDateTime | FeelDate) -> tuple[str, object]:
    if isinstance(value, FeelDate):
        return ("Date", f"{value}T00:00:00.000+0000") if 1 <= value.year <= 9999 else ("String", str(value))
    moment = to_python(value)
    return ("Date", instant_text(moment)) if isinstance(moment, datetime) else ("String", str(value))


def _plain(value: FeelValue) -> object:
    """JSON as other programs write it: nothing tagged, what JSON lacks as text."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        kind, shown = _typed_number(value)
        return shown if kind != "Double" or isinstance(to_json(value), float) else str(value)
    return str(value)


def _read_boolean(value: object, _: Mapping[object, object]) -> FeelValue:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}[str(value).lower()] if str(value).lower() in {"true", "false"} else _no(value)


def _no(value: object) -> FeelValue:
    raise ValueError(type(value).__name__)


def _read_whole(value: object, _: Mapping[object, object]) -> FeelValue:
    number = _number(value)
    return number if number == number.to_integral_value() else _no(value)


def _read_number(value: object, _: Mapping[object, object]) -> FeelValue:
    return _number(value)


def _number(value: object) -> Decimal:
    if isinstance(value, bool):
        raise TypeError("a boolean is no number")
    number = from_python(Decimal(value) if isinstance(value, str) else value)
    if not isinstance(number, Decimal):
        raise TypeError("no number")
    return number


def _read_text(value: object, _: Mapping[object, object]) -> FeelValue:
    return value if isinstance(value, str) else _no(value)


def _read_date(value: object, _: Mapping[object, object]) -> FeelValue:
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        return _no(value)
    moment = datetime.fromisoformat(value)
    return from_python(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _read_json(value: object, information: Mapping[object, object]) -> FeelValue:
    form = information.get("serializationDataFormat")
    if form not in {None, "application/json"}:
        raise ValueError("only JSON objects can be read")
    return from_python(json.loads(value, parse_float=Decimal) if isinstance(value, str) else value)


def _read_bytes(value: object, _: Mapping[object, object]) -> FeelValue:
    return _file(value, {})


def _file(value: object, information: Mapping[object, object]) -> FeelValue:
    text = value if isinstance(value, str) else "" if value is None else _no(value)
    try:
        base64.b64decode(str(text), validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    return {
        NAME: str(information.get("filename") or ""),
        MEDIA_TYPE: str(information.get("mimetype") or information.get("mimeType") or ""),
        ENCODING: str(information.get("encoding") or ""),
        CONTENT: str(text),
    }


_READERS: Mapping[str, Callable[[object, Mapping[object, object]], FeelValue]] = {
    "null": lambda _, __: None,
    "boolean": _read_boolean,
    "string": _read_text,
    "integer": _read_whole,
    "short": _read_whole,
    "long": _read_whole,
    "double": _read_number,
    "number": _read_number,
    "date": _read_date,
    "json": _read_json,
    "object": _read_json,
    "xml": _read_text,
    "file": _file,
    "bytes": _read_bytes,
}


def _refused(name: str, why: str) -> VariableTypeError:
    return VariableTypeError(
        f"The variable '{name}' cannot be read: {why}.",
        remedy="Send {value, type} of a type String, Integer, Long, Double, Boolean, Date, Json, File or Null.",
        parameters={"name": name, "why": why},
    )
