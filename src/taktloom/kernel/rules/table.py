# SPDX-License-Identifier: Apache-2.0
"""All structural rules, by what they are about."""

from taktloom.kernel.rules import (
    activities,
    beginnings,
    boundaries,
    data,
    events,
    flows,
    gateways,
    positions,
    whole_process,
)
from taktloom.kernel.rules.container import containers_of
from taktloom.kernel.rules.structural import StructuralRule
from taktloom.model.findings import Finding
from taktloom.model.process import ProcessDefinition

__all__ = ["RULES", "check_structure"]

RULES: tuple[StructuralRule, ...] = (
    *whole_process.RULES,
    *flows.RULES,
    *beginnings.RULES,
    *gateways.RULES,
    *positions.RULES,
    *events.RULES,
    *boundaries.RULES,
    *activities.RULES,
    *data.RULES,
)


def check_structure(definition: ProcessDefinition) -> list[Finding]:
    """All structural findings, container by container in document order."""
    findings: list[Finding] = []
    for container in containers_of(definition):
        for rule in RULES:
            findings.extend(rule.findings(container))
    return findings
