# SPDX-License-Identifier: Apache-2.0
"""All analyses by name. A new module of analyses is added here."""

from collections.abc import Mapping
from typing import Any

from taktloom.app.analyses import conformance, discovery, performance
from taktloom.app.analyses.records import Analysis

ANALYSES: Mapping[str, Analysis[Any]] = {
    each.name: each for module in (discovery, conformance, performance) for each in module.ANALYSES
}
