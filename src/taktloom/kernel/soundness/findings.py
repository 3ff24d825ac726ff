# SPDX-License-Identifier: Apache-2.0
"""Findings of the soundness check: a rule, an element, and a shortest path that shows it."""

from dataclasses import replace

from taktloom.kernel.rules import place_of
from taktloom.model.findings import Finding
from taktloom.model.identifiers import ElementId
from taktloom.model.process import FlowNode, ProcessDefinition, SequenceFlow
from taktloom.model.rules import Rule

__all__ = ["said"]


def said(
    rule: Rule, where: FlowNode | SequenceFlow | ProcessDefinition, path: tuple[ElementId, ...] = (), **values: str
) -> Finding:
    """A finding at the element with its shortest path."""
    return replace(rule.finding(place_of(where), where.name, values), path=path)
