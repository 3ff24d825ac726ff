# SPDX-License-Identifier: Apache-2.0
"""Values as FEEL text that gives the same value again: `@"2026-01-31"` where `string()` says 2026-01-31."""

from taktloom.feel.kinds import DaysTime, FeelDate, FeelDateTime, FeelTime, FeelValue, YearsMonths, feel_text

__all__ = ["literal"]

_TEMPORAL = (FeelDate, FeelTime, FeelDateTime, DaysTime, YearsMonths)


def literal(value: FeelValue) -> str:
    """FEEL text of *value*; a function, which has none, by its name."""
    if isinstance(value, _TEMPORAL):
        return f'@"{value}"'
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{feel_text(key)}: {literal(item)}" for key, item in value.items()) + "}"
    return feel_text(value)
