# SPDX-License-Identifier: Apache-2.0
"""BPMN 2.0 XML: read and write."""

from taktloom.formats.bpmn.reader import read_bpmn
from taktloom.formats.bpmn.writer import write_bpmn

__all__ = ["read_bpmn", "write_bpmn"]
