# SPDX-License-Identifier: Apache-2.0
"""Context functions (DMN 1.5, 10.3.4.9)."""

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.kinds import FeelValue
from taktloom.feel.runtime import Run

__all__ = ["FUNCTIONS"]


def _get_value(run: Run, context: dict[str, FeelValue], key: str) -> FeelValue:
    return context.get(key)


def _get_value_by_path(run: Run, context: dict[str, FeelValue], keys: list[FeelValue]) -> FeelValue:
    value: FeelValue = context
    run.step(len(keys))
    for key in keys:
        if not isinstance(value, dict) or not isinstance(key, str):
            return None
        value = value.get(key)
    return value if keys else None


def _get_entries(run: Run, context: dict[str, FeelValue]) -> FeelValue:
    run.step(len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


def _context(run: Run, entries: list[FeelValue]) -> FeelValue:
    run.require_items(len(entries))
    made: dict[str, FeelValue] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry:
            return None
        key = entry.get("key")
        if not isinstance(key, str) or key in made:
            return None
        made[key] = entry["value"]
    return made


def _context_put(run: Run, context: dict[str, FeelValue], key: str, value: FeelValue) -> FeelValue:
    run.step(len(context))
    run.require_items(len(context) + 1)
    return {**context, key: value}


def _context_put_at(run: Run, context: dict[str, FeelValue], keys: list[FeelValue], value: FeelValue) -> FeelValue:
    if not keys or len(keys) > 100:
        return None
    key, *rest = keys
    if not isinstance(key, str):
        return None
    if not rest:
        return _context_put(run, context, key, value)
    inner = context.get(key)
    if not isinstance(inner, dict):
        return None  # 10.3.4.9 nests the calls: there is nothing to put into
    changed = _context_put_at(run, inner, rest, value)
    return None if changed is None else _context_put(run, context, key, changed)


def _context_merge(run: Run, contexts: list[FeelValue]) -> FeelValue:
    merged: dict[str, FeelValue] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        run.step(len(context))
        merged.update(context)
    run.require_items(len(merged))
    return merged


FUNCTIONS: tuple[BuiltIn, ...] = (
    declare("get value", _get_value, "m: context, key: string"),
    declare("get value", _get_value_by_path, "context: context, keys: list"),
    declare("get entries", _get_entries, "m: context"),
    declare("context", _context, "entries: list"),
    declare("context put", _context_put, "context: context, key: string, value: Any"),
    declare("context put", _context_put_at, "context: context, keys: list, value: Any"),
    declare("context merge", _context_merge, "contexts: list"),
)
