# SPDX-License-Identifier: Apache-2.0
"""All analyses by name. A new module of analyses is added here."""

from collections.abc import Mapping
from typing import Any

from taktloom.app.analyses import (
    clusters,
    comparison,
    conformance,
    decision_mining,
    discovery,
    explanation,
    organisation,
    performance,
    prediction,
    privacy,
    replaying,
    rules,
    waiting,
)
from taktloom.app.analyses.records import Analysis

_MODULES = (
    discovery,
    conformance,
    decision_mining,
    performance,
    organisation,
    explanation,
    clusters,
    comparison,
    prediction,
    privacy,
    replaying,
    rules,
    waiting,
)
ANALYSES: Mapping[str, Analysis[Any]] = {each.name: each for module in _MODULES for each in module.ANALYSES}
