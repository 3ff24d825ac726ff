# SPDX-License-Identifier: Apache-2.0
"""Structural rules: what a model must keep to run, each named, with element, remedy and the clause it comes from.

A rule looks at one container (the process or a sub-process). What can only be seen in the file, such as references
between its root elements, is checked where the file is read (`formats.bpmn.file_rules`).
"""

from taktloom.kernel.rules.container import Container, containers_of
from taktloom.kernel.rules.structural import StructuralRule, place_of, problem
from taktloom.kernel.rules.table import RULES, check_structure

__all__ = ["RULES", "Container", "StructuralRule", "check_structure", "containers_of", "place_of", "problem"]
