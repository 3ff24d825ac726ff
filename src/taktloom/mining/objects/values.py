# SPDX-License-Identifier: Apache-2.0
"""One spelling of a value by the type that its attribute declares (OCEL 2.0, section 5), whatever the file's format.

JSON and XML keep texts as they are written, a database turns "12" in a column of numbers into 12.0. So that a log is
the same log in every format, numbers get the spelling that a database would give them back in. What is not of the
declared type stays as it is.
"""

import re
from functools import lru_cache

# What SQLite takes for a number (datatype3.html, section 3): ASCII digits, white space around them.
NUMBER = re.compile(r"[ \t\n\v\f\r]*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[ \t\n\v\f\r]*", re.ASCII)
WHOLE = re.compile(r"[ \t\n\v\f\r]*[+-]?\d+[ \t\n\v\f\r]*", re.ASCII)
LARGEST = 2**63
OCEL_TYPES = ("string", "time", "integer", "float", "boolean")
OTHER_NAMES = {
    "bool": "boolean",
    "date": "time",
    "datetime": "time",
    "decimal": "float",
    "double": "float",
    "int": "integer",
    "long": "integer",
    "number": "float",
    "real": "float",
    "str": "string",
    "text": "string",
    "timestamp": "time",
}
KINDS_OF_NUMBERS = frozenset({"integer", "float", "boolean", "time"})


def standard_type(declared: str) -> str | None:
    """The standard's name of an attribute's type that other tools call *declared*; None where it is not known."""
    name = declared.strip().lower()
    return name if name in OCEL_TYPES else OTHER_NAMES.get(name)


@lru_cache(maxsize=100_000)
def canonical(value: str, kind: str) -> str:
    """Return *value* as an attribute of type *kind* spells it: "12" of a float is "12.0", "1" of a boolean "true"."""
    if kind not in KINDS_OF_NUMBERS or NUMBER.fullmatch(value) is None:
        return value
    number = float(value) + 0.0  # there is no negative zero in a database
    if kind == "float":
        return repr(number)
    spelled = _whole(value, number)
    return {"0": "false", "1": "true"}.get(spelled, spelled) if kind == "boolean" else spelled


def _whole(value: str, number: float) -> str:
    if WHOLE.fullmatch(value) is not None and len(value) < 40 and -LARGEST <= int(value) < LARGEST:
        return str(int(value))
    return str(int(number)) if number.is_integer() and abs(number) < LARGEST else repr(number)
