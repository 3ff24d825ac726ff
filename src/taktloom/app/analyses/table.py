# SPDX-License-Identifier: Apache-2.0
"""All analyses by name. A new module of analyses is added here."""

from collections.abc import Mapping
from typing import Any

from taktloom.app.analyses import (
    conformance,
    discovery,
    explanation,
    performance,
    prediction,
    privacy,
    replaying,
    rules,
)
from taktloom.app.analyses.records import Analysis

_MODULES = (
    discovery,
    conformance,
    performance,
    explanation,
    prediction,
    privacy,
    replaying,
    rules,
)
ANALYSES: Mapping[str, Analysis[Any]] = {each.name: each for module in _MODULES for each in module.ANALYSES}
