# SPDX-License-Identifier: Apache-2.0
"""Changes that cannot be checked before they are made: made on a copy of the state, and kept only when all succeed."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields

from taktloom.kernel.run import Run
from taktloom.kernel.state import InstanceState

__all__ = ["all_or_nothing"]

_FIELDS = tuple(item.name for item in fields(InstanceState))


def all_or_nothing(run: Run, change: Callable[[Run], None]) -> None:
    """Let *change* work; when it raises, the state is as it was. For what operators do, not for every step."""
    original = run.state
    run.state = deepcopy(original)
    try:
        change(run)
        for name in _FIELDS:
            setattr(original, name, getattr(run.state, name))
    finally:
        run.state = original
