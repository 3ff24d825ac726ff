# SPDX-License-Identifier: Apache-2.0
"""Records that are made by the dozen for each step of an instance: frozen for the type checker, not at run time.

The `__init__` of a frozen dataclass sets each field by a call, which takes longer than all else about such a record.
Nobody changes them after they are made: to the type checker they are frozen, and it refuses.
"""

from dataclasses import field, fields, make_dataclass
from typing import TypeVar

__all__ = ["made_often"]

Kind = TypeVar("Kind", bound=type)


def made_often(kind: Kind) -> Kind:
    """The frozen dataclass *kind*, of keywords only, with an `__init__` that sets its fields directly."""
    items = [
        (item.name, item.type, field(default=item.default, default_factory=item.default_factory))
        for item in fields(kind)
    ]
    plain = make_dataclass(kind.__name__, items, kw_only=True)
    methods = {
        "__init__": vars(plain)["__init__"],
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
    }
    for name, method in methods.items():
        setattr(kind, name, method)
    return kind
