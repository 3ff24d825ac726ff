# SPDX-License-Identifier: Apache-2.0
"""Input and output mappings: evaluate all first, then set all.

Later mappings of a list see the targets of earlier ones, as modelers expect; what they see is a draft, so a failing
list changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from taktloom.feel.values import FeelValue
from taktloom.kernel.executable import MappingRule
from taktloom.kernel.expressions import Context
from taktloom.kernel.variables import set_path

__all__ = ["evaluate_mappings"]


def evaluate_mappings(rules: tuple[MappingRule, ...], context: Context, now: datetime) -> Mapping[str, FeelValue]:
    """The variables that the mappings give, by name; a target path is merged into the variable that is visible."""
    if not rules:
        return {}
    draft = dict(context)
    results: dict[str, FeelValue] = {}
    for rule in rules:
        value = rule.source.evaluate(draft, now)
        set_path(draft, rule.path, value)
        results[rule.path[0]] = draft[rule.path[0]]
    return results
