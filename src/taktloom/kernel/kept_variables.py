# SPDX-License-Identifier: Apache-2.0
"""The variables of a scope as a mapping that is never changed, only replaced, and that keeps its JSON text.

The same variables are told in the journal, in every state until they change, and in each job and task. Where nothing
is changed in place, that text is made once, and nobody needs a copy to be safe.
"""

from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Any, NoReturn, Self

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import json_text

__all__ = ["Variables", "variables_text", "with_variables"]

_NOT_THERE = object()


def _refuse(*_: object, **__: object) -> NoReturn:
    """Our mistake, not a user's: `with_variables` gives the mapping to put in its place."""
    raise TypeError("shared")


class Variables(dict[str, FeelValue]):
    """Variables by name, in the order in which they came; the values are never changed in place either."""

    __slots__ = ("_text",)
    __setitem__ = __delitem__ = __ior__ = setdefault = update = pop = popitem = clear = _refuse

    @property
    def text(self) -> str:
        """As JSON object, in their own order. Raises ValueConversionError for a function."""
        try:
            return self._text
        except AttributeError:
            self._text: str = _text_of(self)
            return self._text

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Variables, (dict(self),)


def variables_text(variables: Mapping[str, FeelValue]) -> str:
    """Variables as JSON object, in their own order. Raises ValueConversionError for a function."""
    return variables.text if type(variables) is Variables else _text_of(variables)


def with_variables(present: Mapping[str, FeelValue], more: Mapping[str, FeelValue]) -> dict[str, FeelValue]:
    """*present* with those of *more*; the same mapping where each of them is there already."""
    if not present:
        return more if type(more) is Variables else Variables(more)
    for name, value in more.items():
        if present.get(name, _NOT_THERE) is not value:
            return Variables({**present, **more})
    return present if type(present) is Variables else Variables(present)


def _text_of(variables: Mapping[str, FeelValue]) -> str:
    return "{" + ",".join([f"{encode_basestring(name)}:{json_text(variables[name])}" for name in variables]) + "}"
